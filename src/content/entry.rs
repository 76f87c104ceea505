//! Entry files (spec/statamic.md §1.3).
//!
//! In: the collections. Out: one [`Entry`] per file, in the order of collection and path; of two entries with one id
//! the first stays. Slugs, dates and origins are what the files say: nothing is looked up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::take;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use serde_json::Value;

use super::collection::{self, Collection};
use super::file_name::{self, FileDate, FileName};
use super::known::{Known, Record};
use super::problem::Problem;
use super::project::{File, Listing, Project, Walk};
use super::rest::{Rest, Spooled};
use super::sites::Sites;
use super::{Data, digest, front_matter, text};

/// Keys of a file that are no values of its entry.
const OWN: [&str; 3] = ["id", "published", "origin"];
/// Keys that linking and other entries ask for, whatever the collection says.
const FRONT: [&str; 5] = ["title", "updated_at", "blueprint", "order", "redirect"];

/// Keys that say, in the words of one SEO addon or another, whether search engines may list a page (spec/seo.md §4.2):
/// whoever leads to the page asks.
pub const LISTING: [&str; 3] = ["no_index_page", "seo", "seo_noindex"];

/// What one entry file says.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Handle of its collection.
    pub collection: String,
    /// Handle of its site.
    pub site: String,
    /// `id` of the file as text, or one derived from the path (a UUID) where the file has none.
    pub id: String,
    /// Whether the file has no id.
    pub id_derived: bool,
    /// From the file name, not yet slugified.
    pub slug: String,
    /// From the file name, whether or not the collection is dated.
    pub date: Option<FileDate>,
    /// `published` as the file has it; `true` where it says nothing.
    pub published: Value,
    /// Id of the entry this one localizes.
    pub origin: Option<String>,
    /// Handle of its blueprint, where the file names one.
    pub blueprint: Option<String>,
    /// Everything else, `content` (the body) included, without `id`, `published` and `origin`; `blueprint` stays. Only
    /// the front of it (see [`front`]) while the entry is not [`Self::is_whole`].
    pub data: Data,
    /// Whether `data` is all that the file says.
    pub is_whole: bool,
    /// Where the rest of `data` is found while it is not here.
    pub spooled: Option<Spooled>,
    /// Keys of `data` whose date is not quoted, with its seconds since 1970: what PHP's parser reads.
    pub plain_dates: BTreeMap<String, i64>,
    /// The file's modification time, seconds since 1970.
    pub modified: i64,
    /// Of the file's bytes.
    pub hash: i64,
}

/// What an earlier import read, and what this one reads that is to be remembered.
pub struct Former<'a> {
    /// What is known of the files; taken as they are met.
    pub known: Known,
    /// What lies in the folders of collections, where that was looked at just before.
    pub listings: HashMap<String, Listing>,
    /// Given what is to be known of new and changed ones.
    pub learn: &'a mut (dyn FnMut(Record) + Send),
    /// Files that are no longer there.
    pub gone: Vec<String>,
}

/// Where an entry file lies.
struct Place<'content> {
    collection: &'content Collection,
    site: String,
    file: File,
}

/// Names of the values of a collection's entries that are asked for when it is not the entry itself that is compiled:
/// by linking (routes, terms, order) and by whatever shows the entry.
#[must_use]
pub fn front(collection: &Collection) -> BTreeSet<String> {
    let is_letter = |character: char| character.is_alphanumeric() || "_-".contains(character);
    let of_routes = collection
        .routes
        .values()
        .flat_map(|route| route.split(move |character| !is_letter(character)));
    let named = collection.taxonomies.iter().chain(&collection.sort_by);
    FRONT
        .into_iter()
        .chain(LISTING)
        .chain(of_routes)
        .map(str::to_owned)
        .chain(named.cloned())
        .collect()
}

/// All that an entry's file says, read again; `None` where that is not possible any more.
#[must_use]
pub fn read_again(bytes: &[u8]) -> Option<Data> {
    let mut data = front_matter::read(bytes).ok()?.data?;
    for key in OWN {
        data.shift_remove(key);
    }
    Some(data)
}

/// Files that are read at a time, before what is to be remembered of them is handed on.
const CHUNK: usize = 512;

/// Reads the entries of all collections, on all cores; `rest` takes what need not stay in memory.
#[must_use]
pub fn read(
    project: &Project,
    sites: &Sites,
    collections: &[Collection],
    rest: &Rest,
    former: &mut Former,
) -> Vec<Entry> {
    let places: Vec<_> = collections
        .iter()
        .flat_map(|collection| places(project, sites, collection, &mut former.listings))
        .collect();
    let mut entries = Vec::with_capacity(places.len());
    let mut hand_on = |chunk: Vec<Read>| {
        for read in chunk {
            read.problems
                .into_iter()
                .for_each(|problem| project.report(problem));
            entries.extend(read.entry);
            read.record.into_iter().for_each(&mut *former.learn);
        }
    };
    let mut last = Vec::new();
    for chunk in places.chunks(CHUNK) {
        let known = |place: &Place| former.known.take(&place.file.path);
        let records: Vec<Option<Record>> = chunk.iter().map(known).collect();
        let known = &former.known;
        let read = (chunk, records)
            .into_par_iter()
            .map(|(place, record)| known_or_read(project, place, rest, record, known));
        // No core is to wait while one hands on what was read before.
        (last, ()) = rayon::join(|| read.collect(), || hand_on(take(&mut last)));
    }
    hand_on(last);
    former.gone = take(&mut former.known).left();
    without_duplicates(project, entries)
}

/// What came of one file.
#[derive(Default)]
struct Read {
    entry: Option<Entry>,
    problems: Vec<Problem>,
    /// What is to be remembered, where that is new.
    record: Option<Record>,
}

fn known_or_read(
    project: &Project,
    place: &Place<'_>,
    rest: &Rest,
    record: Option<Record>,
    known: &Known,
) -> Read {
    let file = &place.file;
    let shape = rest.shape(&place.collection.handle, &place.site);
    let record = record.filter(|record| record.shape == shape);
    let record = match record {
        Some(record) if known.is_as_it_was(file, &record) => return remembered(place, record),
        record => record,
    };
    let apart = project.apart();
    let Some(bytes) = apart.bytes(file) else {
        return Read {
            problems: apart.into_problems(),
            ..Read::default()
        };
    };
    let stamped = |record: Record| Record {
        path: file.path.clone(),
        stamp: file.stamp,
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
        shape,
        ..record
    };
    let hash = digest(&bytes);
    if let Some(record) = record.filter(|record| record.hash == hash) {
        return Read {
            record: Some(stamped(record.clone())),
            ..remembered(place, record)
        };
    }
    let mut entry = entry(&apart, place, &bytes, hash);
    let problems = apart.into_problems();
    if let Some(entry) = &mut entry {
        rest.put_away(entry);
    }
    // What cannot be remembered is read again each time.
    let front = entry.as_ref().map(|entry| rest.front(entry));
    let record = (rest.is_remembering() && front != Some(None)).then(|| {
        stamped(Record {
            hash,
            front: front.flatten(),
            problems: problems.clone(),
            ..Record::default()
        })
    });
    Read {
        entry,
        problems,
        record,
    }
}

/// An entry whose file did not change.
fn remembered(place: &Place<'_>, record: Record) -> Read {
    let file = &place.file;
    let entry = record.front.map(|front| {
        let FileName { slug, date, .. } = file_name::parse(file.name());
        Entry {
            path: file.path.clone(),
            collection: place.collection.handle.clone(),
            site: place.site.clone(),
            id: front.id,
            id_derived: front.id_derived,
            slug,
            date,
            published: front.published,
            origin: front.origin,
            blueprint: text::get(&front.data, "blueprint"),
            data: front.data,
            is_whole: false,
            spooled: None,
            plain_dates: front.plain_dates,
            modified: file.modified,
            hash: record.hash,
        }
    });
    Read {
        entry,
        problems: record.problems,
        record: None,
    }
}

/// A stable id for a file that has none: a UUID of its path.
#[must_use]
pub fn derived_id(path: &str) -> String {
    let hash = blake3::hash(path.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

fn places<'content>(
    project: &Project,
    sites: &Sites,
    collection: &'content Collection,
    listings: &mut HashMap<String, Listing>,
) -> Vec<Place<'content>> {
    let folder = format!("{}/{}", collection::FOLDER, collection.handle);
    let files = match listings.remove(&folder) {
        Some(listing) => project.files_of(&folder, listing),
        None => project.files(&folder, Walk::Deep),
    };
    let files = files.into_iter();
    let files = files.filter(|file| is_entry(project, file));
    files
        .filter_map(|file| place(project, sites, collection, &folder, file))
        .collect()
}

fn is_entry(project: &Project, file: &File) -> bool {
    if file.is_yaml() {
        let message =
            "an entry's file may have any extension but .yaml, so this one is not an entry";
        project.report(Problem::info("yaml_entry_ignored", &file.path, message));
    }
    !file.is_yaml()
}

/// In a multi-site project the first folder below the collection's is the site.
fn place<'content>(
    project: &Project,
    sites: &Sites,
    collection: &'content Collection,
    folder: &str,
    file: File,
) -> Option<Place<'content>> {
    if !sites.multisite {
        return Some(Place {
            collection,
            site: sites.default_handle().to_owned(),
            file,
        });
    }
    let below = file.path[folder.len()..]
        .trim_start_matches('/')
        .split_once('/');
    let site = below.and_then(|(site, _)| collection.sites.iter().find(|handle| *handle == site));
    if let Some(site) = site.cloned() {
        return Some(Place {
            collection,
            site,
            file,
        });
    }
    let sites = collection.sites.join(", ");
    let message = format!(
        "the file lies in no folder of a site of its collection ({sites}), so it is not served"
    );
    project.report(Problem::warning("entry_outside_site", &file.path, message));
    None
}

fn entry(project: &Project, place: &Place<'_>, bytes: &[u8], hash: i64) -> Option<Entry> {
    let file = &place.file;
    let document = project.document_in(file, bytes)?;
    let Some(mut data) = document.data else {
        let message = "the front matter says nothing; a mapping (key: value) was expected";
        project.report(Problem::error("front_matter_empty", &file.path, message));
        return None;
    };
    let (id, id_derived) = id(project, file, data.shift_remove("id").as_ref())?;
    let FileName {
        slug,
        date,
        overflows,
    } = file_name::parse(file.name());
    if let Some(date) = date.filter(|_| overflows) {
        let message = format!(
            "the date in the file's name does not exist; it was taken as {}",
            date.date
        );
        project.report(Problem::warning("date_overflows", &file.path, message));
    }
    Some(Entry {
        path: file.path.clone(),
        collection: place.collection.handle.clone(),
        site: place.site.clone(),
        id,
        id_derived,
        slug,
        date,
        published: data.shift_remove("published").unwrap_or(Value::Bool(true)),
        origin: data.shift_remove("origin").as_ref().and_then(text::scalar),
        blueprint: text::get(&data, "blueprint"),
        data,
        is_whole: true,
        spooled: None,
        plain_dates: document.plain_dates,
        modified: file.modified,
        hash,
    })
}

/// The id of the file, and whether it had to be derived. `None`: the file has one that cannot be an id.
fn id(project: &Project, file: &File, id: Option<&Value>) -> Option<(String, bool)> {
    if let Some(Value::Array(_) | Value::Object(_) | Value::Bool(_)) = id {
        let message = "the id must be a text or a number";
        project.report(Problem::error("id_invalid", &file.path, message));
        return None;
    }
    let stored = id.and_then(text::scalar);
    if stored.is_none() {
        let message =
            "the file has no id; one was derived from its path and changes when the file moves";
        project.report(Problem::warning("id_missing", &file.path, message));
    }
    let is_derived = stored.is_none();
    Some((stored.unwrap_or_else(|| derived_id(&file.path)), is_derived))
}

fn without_duplicates(project: &Project, entries: Vec<Entry>) -> Vec<Entry> {
    let mut paths: HashMap<String, String> = HashMap::with_capacity(entries.len());
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(first) = paths.get(&entry.id) {
            let message = format!(
                "the id {} belongs to {first}, so this file is not served",
                entry.id
            );
            project
                .report(Problem::error("duplicate_id", &entry.path, message).of_entry(&entry.id));
            continue;
        }
        paths.insert(entry.id.clone(), entry.path.clone());
        kept.push(entry);
    }
    kept
}
