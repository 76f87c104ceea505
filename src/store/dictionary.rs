//! What lists can be asked about: the paths that items have values at, the collections, the sites.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sqlx::FromRow;

use super::statement::Statement;
use super::values::{Nature, PATHS, PathRow};
use super::{Error, Kind, Store};

/// Everything that a query may name, of one generation.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    /// Kind → name → what is known of the path.
    paths: HashMap<String, Vec<Path>>,
    /// The handles of all collections, each with whether its own order is by date with the newest first.
    pub collections: Vec<(String, bool)>,
    /// All sites, the default one first.
    pub sites: Vec<SiteRoot>,
    /// What else holds items: kind and handle of each taxonomy and container.
    groups: HashSet<(String, String)>,
}

/// A path that items have values at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// As a request names it.
    pub name: String,
    /// As the store names it.
    pub number: i64,
    /// Owner → what it holds there.
    owners: Vec<(String, Nature)>,
}

/// Where a site lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteRoot {
    /// Its handle.
    pub handle: String,
    /// The path of its home page.
    pub path: String,
    /// Its absolute URL, where one is known.
    pub url: Option<String>,
}

impl Path {
    /// What it holds in items of some owners, of all where there are none; nothing where they do not have it.
    #[must_use]
    pub fn nature(&self, owners: &[String]) -> Option<Nature> {
        let meant = self
            .owners
            .iter()
            .filter(|(owner, _)| owners.is_empty() || owners.contains(owner));
        meant.map(|(_, nature)| *nature).reduce(Nature::with)
    }
}

impl Dictionary {
    /// The path of that name, with what it holds in items of some owners.
    #[must_use]
    pub fn path(&self, kind: Kind, owners: &[String], name: &str) -> Option<(i64, Nature)> {
        let paths = self.paths.get(kind.name())?;
        let place = paths
            .binary_search_by(|path| path.name.as_str().cmp(name))
            .ok()?;
        let path = &paths[place];
        Some((path.number, path.nature(owners)?))
    }

    /// Whether there is a taxonomy or a container with a handle.
    #[must_use]
    pub fn has_group(&self, kind: Kind, handle: &str) -> bool {
        self.groups
            .contains(&(kind.name().to_owned(), handle.to_owned()))
    }

    /// The names of all paths that items of some owners have, of those whose nature will do.
    #[must_use]
    pub fn names(
        &self,
        kind: Kind,
        owners: &[String],
        will_do: impl Fn(Nature) -> bool,
    ) -> Vec<String> {
        let paths = self.paths.get(kind.name()).map_or(&[][..], Vec::as_slice);
        let meant = paths
            .iter()
            .filter(|path| path.nature(owners).is_some_and(&will_do));
        meant.map(|path| path.name.clone()).collect()
    }

    fn add(&mut self, row: PathRow) {
        let paths = self.paths.entry(row.kind).or_default();
        let owner = (row.owner, Nature(row.nature));
        match paths.last_mut().filter(|path| path.name == row.name) {
            Some(path) => path.owners.push(owner),
            None => paths.push(Path {
                name: row.name,
                number: row.number,
                owners: vec![owner],
            }),
        }
    }
}

/// What describes the site is public, whatever the clock says.
const ROOTS: &str = "select i.kind, i.id, i.uri, i.url, s.object as summary
     from item i join summary s on s.number = i.number
     where i.kind in ('collection', 'container', 'site', 'taxonomy') and i.owner = '' order by i.kind, i.position, i.valid_from";

#[derive(FromRow)]
struct RootRow {
    kind: String,
    id: String,
    uri: Option<String>,
    url: Option<String>,
    summary: String,
}

impl Store {
    /// What queries may name now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn dictionary(&self) -> Result<Dictionary, Error> {
        let mut dictionary = Dictionary::default();
        for row in self.engine.records(Statement::new(PATHS)).await? {
            dictionary.add(row);
        }
        for paths in dictionary.paths.values_mut() {
            paths.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let roots: Vec<RootRow> = self.engine.records(Statement::new(ROOTS)).await?;
        for root in roots {
            if root.kind == Kind::Site.name() {
                dictionary.sites.push(SiteRoot {
                    handle: root.id,
                    path: root.uri.unwrap_or_else(|| "/".to_owned()),
                    url: root.url,
                });
            } else if root.kind == Kind::Collection.name() {
                let newest_first = is_newest_first(&root.summary);
                dictionary.collections.push((root.id, newest_first));
            } else {
                dictionary.groups.insert((root.kind, root.id));
            }
        }
        dictionary.collections.dedup_by(|a, b| a.0 == b.0);
        dictionary.sites.dedup_by(|a, b| a.handle == b.handle);
        Ok(dictionary)
    }
}

fn is_newest_first(summary: &str) -> bool {
    let summary: Value = serde_json::from_str(summary).unwrap_or_default();
    summary.get("sort").and_then(Value::as_str) == Some("-date")
}
