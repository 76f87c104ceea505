//! Blueprints and fieldsets in all their shapes, resolved to flat lists of fields (spec/statamic.md §1.10).
//!
//! In: `resources/blueprints` and `resources/fieldsets`. Out: each blueprint with its fields, imports and references
//! resolved; what is missing is left out and reported once. It knows nothing of what a fieldtype does.

mod fieldsets;
mod lookup;
pub mod shape;
mod singular;

use std::collections::BTreeMap;

use super::problem::Problem;
use super::project::{File, Project, Walk};
use super::{Data, text};
use fieldsets::Fieldsets;

const FOLDER: &str = "resources/blueprints";
/// Statamic's own place for a blueprint without `order`.
const LAST: i64 = 99_999;

/// All blueprints, by the folder and handle they lie under: `collections/posts` → `post` → blueprint.
#[derive(Clone, Debug, Default)]
pub struct Blueprints {
    /// Namespace (`collections/posts`, `taxonomies/tags`, `globals`, `navigation`, `assets`, `forms`, or `""` for
    /// `user`, `default`) → its blueprints, by Statamic's order: `order`, then title.
    pub by_namespace: BTreeMap<String, Vec<Blueprint>>,
}

/// One blueprint: fieldsets imported, references resolved, legacy shapes normalised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blueprint {
    /// Its file's name.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
    /// Relative to the root, with `/`; empty for one that Statamic makes up.
    pub path: String,
    /// `hide`: not offered for new entries.
    pub hidden: bool,
    /// Its place among its siblings.
    pub order: Option<i64>,
    /// In the file's order; a handle occurs once (the first wins, the rest is a problem).
    pub fields: Vec<Field>,
}

/// One field: its handle and its configuration, with the nested fields parsed too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Its key in an entry's data.
    pub handle: String,
    /// The fieldtype: `text`, `bard`, `entries`; `text` where the file says nothing.
    pub kind: String,
    /// The configuration as the file has it, overrides merged.
    pub config: Data,
    /// Sub-fields of a grid or group.
    pub fields: Vec<Field>,
    /// Sets of a Bard or replicator, group by group flattened.
    pub sets: Vec<Set>,
}

/// One set of a Bard or replicator field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Set {
    /// Its `type` in a value.
    pub handle: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// Reads all blueprints.
#[must_use]
pub fn read(project: &Project) -> Blueprints {
    let fieldsets = Fieldsets::new(project);
    let mut by_namespace: BTreeMap<String, Vec<Blueprint>> = BTreeMap::new();
    for file in project
        .files(FOLDER, Walk::Deep)
        .iter()
        .filter(|file| file.is_yaml())
    {
        if let Some(data) = project.data(file) {
            let below = &file.path[FOLDER.len() + 1..];
            let namespace = below
                .rsplit_once('/')
                .map_or("", |(namespace, _)| namespace);
            by_namespace
                .entry(namespace.to_owned())
                .or_default()
                .push(blueprint(&fieldsets, file, &data));
        }
    }
    for blueprints in by_namespace.values_mut() {
        let place =
            |blueprint: &Blueprint| (blueprint.order.unwrap_or(LAST), blueprint.title.clone());
        blueprints.sort_by_cached_key(place);
    }
    Blueprints { by_namespace }
}

fn blueprint(fieldsets: &Fieldsets, file: &File, data: &Data) -> Blueprint {
    Blueprint {
        handle: file.stem().to_owned(),
        title: text::get(data, "title").unwrap_or_else(|| text::humanized(file.stem())),
        path: file.path.clone(),
        hidden: text::is_true(data.get("hide")),
        order: text::get(data, "order").and_then(|order| order.parse().ok()),
        fields: fieldsets.fields(&file.path, data),
    }
}

impl Field {
    /// A field without sub-fields.
    #[must_use]
    pub fn simple(handle: &str, config: Data) -> Self {
        let kind = kind(&config);
        Self {
            handle: handle.to_owned(),
            kind,
            config,
            fields: Vec::new(),
            sets: Vec::new(),
        }
    }
}

fn kind(config: &Data) -> String {
    text::get(config, "type").unwrap_or_else(|| "text".into())
}

fn duplicate(path: &str, handle: &str) -> Problem {
    let message = format!(
        "the field {handle} is defined twice; the first definition counts, Statamic would fail"
    );
    Problem::warning("field_duplicate", path, message)
}
