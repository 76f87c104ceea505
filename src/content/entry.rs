//! Entry files (spec/statamic.md §1.3).
//!
//! In: the collections. Out: one [`Entry`] per file, in the order of collection and path; of two entries with one id
//! the first stays. Slugs, dates and origins are what the files say: nothing is looked up.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde_json::Value;

use super::collection::{self, Collection};
use super::file_name::{self, FileDate, FileName};
use super::problem::Problem;
use super::project::{File, Project, Walk};
use super::sites::Sites;
use super::{Data, text};

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
    /// Everything else, `content` (the body) included, without `id`, `published` and `origin`; `blueprint` stays.
    pub data: Data,
    /// Keys of `data` whose date is not quoted, with its seconds since 1970: what PHP's parser reads.
    pub plain_dates: BTreeMap<String, i64>,
    /// The file's modification time, seconds since 1970.
    pub modified: i64,
}

/// Where an entry file lies.
struct Place<'content> {
    collection: &'content Collection,
    site: String,
    file: File,
}

/// Reads the entries of all collections, on all cores.
#[must_use]
pub fn read(project: &Project, sites: &Sites, collections: &[Collection]) -> Vec<Entry> {
    let places: Vec<_> = collections
        .iter()
        .flat_map(|collection| places(project, sites, collection))
        .collect();
    let read: Vec<_> = places
        .par_iter()
        .map(|place| entry(project, place))
        .collect();
    without_duplicates(project, read.into_iter().flatten().collect())
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
) -> Vec<Place<'content>> {
    let folder = format!("{}/{}", collection::FOLDER, collection.handle);
    let files = project.files(&folder, Walk::Deep).into_iter();
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

fn entry(project: &Project, place: &Place<'_>) -> Option<Entry> {
    let file = &place.file;
    let document = project.document(file)?;
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
        plain_dates: document.plain_dates,
        modified: file.modified,
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
