//! `content/collections/<handle>.yaml` (spec/statamic.md §1.2).
//!
//! In: the project's folder and its sites. Out: each collection with its trees. It knows nothing of entries.

use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::Problem;
use super::project::{File, Project, Walk};
use super::sites::Sites;
use super::tree;
use super::{Data, text};

/// The folder of all collections.
pub const FOLDER: &str = "content/collections";

/// A collection's configuration.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// Its file's name.
    pub handle: String,
    /// The handle with a capital where the file says nothing.
    pub title: String,
    /// The configuration's own file, relative to the root.
    pub path: String,
    /// Site handle → route; a single route stands under every site of the collection. Missing: no URL.
    pub routes: BTreeMap<String, String>,
    /// Handles, as far as they exist; never empty.
    pub sites: Vec<String>,
    /// Id of the entry it is mounted on.
    pub mount: Option<String>,
    /// Whether its entries have dates.
    pub dated: bool,
    /// What becomes of dated entries of the past.
    pub past: DateBehavior,
    /// What becomes of dated entries of the future.
    pub future: DateBehavior,
    /// `None`: its entries have no order of their own.
    pub structure: Option<Structure>,
    /// Site handle → its tree, as the file has it.
    pub trees: BTreeMap<String, Vec<Branch>>,
    /// `slugs`: whether entries need one.
    pub slugs: bool,
    /// Handles of the taxonomies its entries use.
    pub taxonomies: Vec<String>,
    /// Field that its listings are sorted by.
    pub sort_by: Option<String>,
    /// Which way, where the file says.
    pub sort_descending: Option<bool>,
    /// Values under those of every entry.
    pub inject: Data,
    /// The whole file, for what has no field of its own (`title_format`, `search_index`, …).
    pub data: Data,
}

/// What becomes of a dated entry on one side of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateBehavior {
    /// Served like any other.
    #[default]
    Public,
    /// Served, but not in the front end's own listings.
    Unlisted,
    /// Scheduled (future) or expired (past): not served.
    Private,
}

/// A collection with a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// The first branch is the home page.
    pub root: bool,
    /// Levels; `None`: any number.
    pub max_depth: Option<u32>,
    /// Whether the tree file shows slugs.
    pub slugs: bool,
}

/// One branch of a tree, of a collection or a navigation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Branch {
    /// A navigation's branch id.
    pub id: Option<String>,
    /// Id of its entry.
    pub entry: Option<String>,
    /// Where it leads, without an entry.
    pub url: Option<String>,
    /// Its own title, in place of the entry's.
    pub title: Option<String>,
    /// Values of the navigation's blueprint.
    pub data: Data,
    /// The branches below.
    pub children: Vec<Branch>,
}

/// Reads all collections, in the order of their handles. A folder whose configuration is missing or unreadable is a
/// collection too, without a route: one file never hides others.
#[must_use]
pub fn read(project: &Project, sites: &Sites) -> Vec<Collection> {
    let files = project.yaml_files(FOLDER);
    let mut configurations: BTreeMap<_, _> = files
        .iter()
        .map(|file| {
            (
                file.stem().to_owned(),
                project.data(file).unwrap_or_default(),
            )
        })
        .collect();
    for handle in unconfigured(project, &files) {
        configurations.insert(handle, Data::default());
    }
    report_strays(project);
    configurations
        .into_iter()
        .map(|(handle, data)| collection(project, sites, handle, data))
        .collect()
}

fn collection(project: &Project, sites: &Sites, handle: String, data: Data) -> Collection {
    let path = format!("{FOLDER}/{handle}.yaml");
    let chosen = sites.chosen(project, &path, data.get("sites"));
    let behavior = |side: &str| date_behavior(project, &path, data.get("date_behavior"), side);
    Collection {
        title: text::get(&data, "title").unwrap_or_else(|| text::capitalized(&handle)),
        routes: routes(data.get("route"), &chosen),
        mount: text::get(&data, "mount"),
        dated: text::is_true(data.get("date")),
        past: behavior("past"),
        future: behavior("future"),
        structure: structure(data.get("structure")),
        trees: tree::read(project, sites, "content/trees/collections", &handle),
        slugs: data
            .get("slugs")
            .is_none_or(|slugs| slugs.is_null() || text::is_true(Some(slugs))),
        taxonomies: text::get_list(&data, "taxonomies"),
        sort_by: text::get(&data, "sort_by"),
        sort_descending: text::get(&data, "sort_dir")
            .map(|direction| direction.eq_ignore_ascii_case("desc")),
        inject: data.get("inject").map(text::data).unwrap_or_default(),
        handle,
        path,
        sites: chosen,
        data,
    }
}

fn routes(route: Option<&Value>, sites: &[String]) -> BTreeMap<String, String> {
    match route {
        Some(Value::Object(routes)) => {
            let of_site = |site: &String| Some((site.clone(), text::get(routes, site)?));
            sites.iter().filter_map(of_site).collect()
        }
        _ => match route.and_then(text::scalar) {
            Some(route) => sites
                .iter()
                .map(|site| (site.clone(), route.clone()))
                .collect(),
            None => BTreeMap::new(),
        },
    }
}

fn date_behavior(
    project: &Project,
    path: &str,
    behavior: Option<&Value>,
    side: &str,
) -> DateBehavior {
    let value = behavior
        .and_then(|behavior| behavior.get(side))
        .and_then(text::scalar);
    match value.as_deref() {
        None | Some("public") => DateBehavior::Public,
        Some("unlisted") => DateBehavior::Unlisted,
        Some("private") => DateBehavior::Private,
        Some(other) => {
            let message = format!(
                "date_behavior.{side} is {other}; public, unlisted or private was expected"
            );
            project.report(Problem::warning("date_behavior_unknown", path, message));
            DateBehavior::Public
        }
    }
}

fn structure(structure: Option<&Value>) -> Option<Structure> {
    match structure? {
        Value::Object(structure) => Some(Structure {
            root: text::is_true(structure.get("root")),
            max_depth: tree::depth(structure.get("max_depth")),
            slugs: text::is_true(structure.get("slugs")),
        }),
        other => text::is_true(Some(other)).then(Structure::default),
    }
}

/// Folders of entries that have no configuration.
fn unconfigured(project: &Project, files: &[File]) -> Vec<String> {
    let folders = project.folders(FOLDER).into_iter();
    let missing = folders.filter(|folder| {
        let path = format!("{FOLDER}/{folder}");
        files.iter().all(|file| file.stem() != folder)
            && !project.files(&path, Walk::Deep).is_empty()
    });
    missing
        .inspect(|folder| report_unconfigured(project, folder))
        .collect()
}

fn report_unconfigured(project: &Project, folder: &str) {
    let path = format!("{FOLDER}/{folder}.yaml");
    let message = "there is no such file; the folder's entries are served, without URLs";
    project.report(Problem::warning("collection_missing", &path, message));
}

/// Files that belong to no collection.
fn report_strays(project: &Project) {
    for file in project
        .files(FOLDER, Walk::Shallow)
        .iter()
        .filter(|file| !file.is_yaml())
    {
        let message = "an entry lies in the folder of its collection; this file belongs to none";
        project.report(Problem::warning("file_stray", &file.path, message));
    }
}
