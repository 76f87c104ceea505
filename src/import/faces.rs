//! How everything looks that items are made of, in short: what changed since an earlier import is what looks different.
//!
//! In: a linked site. Out: a hash for each [`Key`] that a view can remember. What others see of an entry (its title, its
//! URL, whether it is public) and what it is as a whole have a hash each, so that an edited text concerns nobody else.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::sync::Arc;

use rayon::prelude::*;

use crate::content::blueprint::Blueprint;
use crate::content::collection::Collection;
use crate::content::entry::LISTING;
use crate::content::{digest, hashed};
use crate::seo;
use crate::site::view::Key;
use crate::site::{Entry, Site, Term, structure};

/// Hashes with the digests of their keys, in the order of these, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faces(Vec<(i64, i64)>);

/// What looks different from before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Something that shapes all items: sites, packages, settings; or nothing is known of before.
    pub everything: bool,
    /// Something that shapes the SEO of all entries and terms.
    pub seo: bool,
    /// Digests of keys.
    pub keys: HashSet<i64>,
}

impl Faces {
    /// Of a linked site.
    #[must_use]
    pub fn of(site: &Site, seo: &seo::Project) -> Self {
        let mut faces = Self::default();
        faces.put(project(), whole_project(site));
        faces.put(seo_of_all(), face(seo));
        of_handles(site, &mut faces);
        of_entries(site, &mut faces);
        of_terms(site, &mut faces);
        faces.in_order()
    }

    /// From their bytes; what is none is as if nothing was known.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let number = |bytes: &[u8]| bytes.try_into().map_or(0, i64::from_le_bytes);
        let pairs = bytes.chunks_exact(16);
        Self(
            pairs
                .map(|pair| (number(&pair[..8]), number(&pair[8..])))
                .collect(),
        )
        .in_order()
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let pairs = self.0.iter();
        pairs
            .flat_map(|(key, face)| [key.to_le_bytes(), face.to_le_bytes()])
            .flatten()
            .collect()
    }

    /// What looks different from `former`, came or went.
    #[must_use]
    pub fn since(&self, former: &Self) -> Changes {
        let mut keys = HashSet::new();
        let (mut now, mut before) = (self.0.iter().peekable(), former.0.iter().peekable());
        loop {
            let order = match (now.peek(), before.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(other)) => one.0.cmp(&other.0),
            };
            let one = now.next_if(|_| order.is_le());
            let other = before.next_if(|_| order.is_ge());
            if one != other {
                keys.extend(one.or(other).map(|(key, _)| *key));
            }
        }
        Changes {
            everything: keys.contains(&project()),
            seo: keys.contains(&seo_of_all()),
            keys,
        }
    }

    fn put(&mut self, key: i64, face: i64) {
        self.0.push((key, face));
    }

    /// Sorted; two things of one name have one face.
    fn in_order(mut self) -> Self {
        self.0.par_sort_by_key(|(key, _)| *key);
        self.0.dedup_by(|next, known| {
            let same = next.0 == known.0;
            if same {
                known.1 = known.1.wrapping_mul(31).wrapping_add(next.1);
            }
            same
        });
        self
    }
}

fn project() -> i64 {
    digest(b"project")
}

fn seo_of_all() -> i64 {
    digest(b"seo")
}

/// A hash of how something prints; maps with an order of their own are none of its parts.
fn face(thing: impl Debug) -> i64 {
    digest(format!("{thing:?}").as_bytes())
}

fn whole_project(site: &Site) -> i64 {
    let content = &site.content;
    let containers: Vec<&str> = content
        .containers
        .iter()
        .map(|container| container.handle.as_str())
        .collect();
    face((
        &content.sites,
        content.multisite,
        &content.packages,
        &content.roles,
        &content.groups,
        containers,
        site.profile,
        &site.settings,
    ))
}

/// Everything that has a file of its own and is named by its handle, and the assets and users.
fn of_handles(site: &Site, faces: &mut Faces) {
    let content = &site.content;
    let mut put = |kind, handle: &str, face| {
        faces.put(Key::Handle(kind, handle.to_owned()).digest(), face);
    };
    for collection in &content.collections {
        put("collection", &collection.handle, of_collection(collection));
    }
    for taxonomy in &content.taxonomies {
        put("taxonomy", &taxonomy.handle, face(taxonomy));
    }
    for navigation in &content.navigations {
        put("navigation", &navigation.handle, face(navigation));
    }
    for form in &content.forms {
        put("form", &form.handle, face(form));
    }
    for set in &content.globals {
        put("global", &set.handle, face(set));
    }
    for user in &content.users {
        put("user", &user.id, face(user));
    }
    let mut containers = HashMap::new();
    for container in &content.containers {
        let of = face((container, content.blueprints.asset(&container.handle)));
        put("container", &container.handle, of);
        containers.insert(&container.handle, of);
    }
    for asset in &content.assets {
        let id = format!("{}::{}", asset.container, asset.path);
        put(
            "asset",
            &id,
            face((asset, containers.get(&asset.container))),
        );
    }
}

/// Without its trees, which say something of its entries.
fn of_collection(collection: &Collection) -> i64 {
    face(Collection {
        trees: BTreeMap::new(),
        ..collection.clone()
    })
}

fn address(blueprint: &Arc<Blueprint>) -> usize {
    Arc::as_ptr(blueprint).addr()
}

/// What entries have in common with others.
struct Shared<'a> {
    site: &'a Site,
    /// By address: entries that name the same one share it.
    blueprints: HashMap<usize, i64>,
    collections: HashMap<&'a str, i64>,
    children: HashMap<usize, Vec<&'a str>>,
}

impl<'a> Shared<'a> {
    fn of(site: &'a Site) -> Self {
        let mut blueprints = HashMap::new();
        for entry in &site.entries {
            let made = || face(&entry.blueprint);
            blueprints
                .entry(address(&entry.blueprint))
                .or_insert_with(made);
        }
        let mut children: HashMap<usize, Vec<&str>> = HashMap::new();
        for step in site
            .trees
            .values()
            .flat_map(|nodes| structure::walk(nodes, false))
        {
            if let Some(parent) = step.parent {
                let id = site.entries[step.entry].id.as_str();
                children.entry(parent).or_default().push(id);
            }
        }
        let collections = site
            .content
            .collections
            .iter()
            .map(|collection| (collection.handle.as_str(), of_collection(collection)));
        Self {
            site,
            blueprints,
            collections: collections.collect(),
            children,
        }
    }

    fn id(&self, index: Option<usize>) -> Option<&'a str> {
        index.map(|index| self.site.entries[index].id.as_str())
    }

    /// Everything that an entry says and is.
    fn whole(&self, entry: &Entry, outside: i64) -> i64 {
        let source = self.site.source(entry);
        let mounted: Vec<i64> = self
            .site
            .content
            .collections
            .iter()
            .filter(|collection| {
                let ids = [Some(entry.id.as_str()), self.id(entry.origin)];
                collection.mount.is_some() && ids.contains(&collection.mount.as_deref())
            })
            .map(|collection| self.collections[collection.handle.as_str()])
            .collect();
        let file = (
            &source.path,
            source.hash,
            entry.updated_at,
            entry.updated_at_from_file,
        );
        let place = (
            entry.date,
            &entry.order,
            entry.depth,
            self.id(entry.parent),
            self.id(entry.origin),
            self.children.get(&entry.index),
        );
        let shaped = (
            self.blueprints.get(&address(&entry.blueprint)),
            self.collections.get(entry.collection.as_str()),
            mounted,
        );
        hashed((outside, file, place, shaped))
    }
}

fn of_entries(site: &Site, faces: &mut Faces) {
    let shared = Shared::of(site);
    let both = site.entries.par_iter().map(|entry| {
        let outside = outside(site, entry);
        let seen = Key::Entry(entry.id.clone()).digest();
        let whole = Key::Whole("entry", entry.id.clone()).digest();
        [(seen, outside), (whole, shared.whole(entry, outside))]
    });
    let both: Vec<[(i64, i64); 2]> = both.collect();
    let pages: Vec<(&str, &str, &Entry)> = site.pages().collect();
    let pages = pages.par_iter().map(|(handle, uri, entry)| {
        let key = Key::Page((*handle).to_owned(), (*uri).to_owned());
        (key.digest(), both[entry.index][0].1)
    });
    faces.0.par_extend(pages);
    faces.0.extend(both.into_iter().flatten());
}

/// What others see of an entry.
fn outside(site: &Site, entry: &Entry) -> i64 {
    let localizations: Vec<(&str, &str)> = entry
        .localizations
        .iter()
        .map(|index| &site.entries[*index])
        .map(|other| (other.site.as_str(), other.id.as_str()))
        .collect();
    let names = (&entry.id, &entry.collection, &entry.site, &entry.slug);
    let urls = (&entry.uri, &entry.url, &entry.permalink, &entry.redirect);
    let title = site.value(entry, "title");
    let listing = LISTING.map(|key| site.value(entry, key));
    hashed((
        names,
        urls,
        entry.published,
        entry.window,
        title,
        listing,
        localizations,
    ))
}

/// A term has one key in all its sites.
fn of_terms(site: &Site, faces: &mut Faces) {
    let mut blueprints = HashMap::new();
    for term in &site.terms {
        blueprints
            .entry(address(&term.blueprint))
            .or_insert_with(|| face(&term.blueprint));
    }
    let all = site.terms.par_iter().flat_map_iter(|term| {
        let id = format!("{}::{}", term.taxonomy, term.id_slug);
        let outside = face((
            &term.site,
            &term.slug,
            (&term.uri, &term.url, &term.permalink),
            term.data.get("title"),
        ));
        let blueprint = blueprints.get(&address(&term.blueprint));
        let whole = face((
            outside,
            &term.data,
            blueprint,
            term.updated_at,
            term.has_file,
            uses(site, term),
        ));
        [
            (Key::Term(id.clone()).digest(), outside),
            (Key::Whole("term", id).digest(), whole),
        ]
    });
    faces.0.par_extend(all);
}

/// Which entries have the term, and how they say so.
fn uses(site: &Site, term: &Term) -> i64 {
    let entries = term.entries.iter().map(|index| &site.entries[*index]);
    let uses: Vec<_> = entries
        .map(|entry| (&entry.id, site.value(entry, &term.taxonomy)))
        .collect();
    hashed(uses)
}
