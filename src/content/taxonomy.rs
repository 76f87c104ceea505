//! `content/taxonomies/<handle>.yaml` and its terms (spec/statamic.md §1.6).
//!
//! In: the project's folder and its sites. Out: taxonomies, and the terms that have a file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::Problem;
use super::project::{File, Project, Walk};
use super::sites::Sites;
use super::{Data, text};

const FOLDER: &str = "content/taxonomies";

/// A taxonomy's configuration.
#[derive(Clone, Debug, Default)]
pub struct Taxonomy {
    /// Its file's name.
    pub handle: String,
    /// The handle with a capital where the file says nothing.
    pub title: String,
    /// The configuration's own file, relative to the root.
    pub path: String,
    /// Handles, as far as they exist; never empty.
    pub sites: Vec<String>,
    /// Values under those of every term.
    pub inject: Data,
    /// The whole file.
    pub data: Data,
}

/// A term that has a file. (A term that is only used by entries has none; the site room makes it.)
#[derive(Clone, Debug, Default)]
pub struct Term {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Handle of its taxonomy.
    pub taxonomy: String,
    /// The default site's slug: the file name.
    pub slug: String,
    /// Handle of its blueprint, where the file names one.
    pub blueprint: Option<String>,
    /// The default site's values, without `localizations`.
    pub data: Data,
    /// Other sites' own values, `slug` among them.
    pub localizations: BTreeMap<String, Data>,
    /// The file's modification time, seconds since 1970.
    pub modified: i64,
}

/// Reads all taxonomies, in the order of their handles.
#[must_use]
pub fn read(project: &Project, sites: &Sites) -> Vec<Taxonomy> {
    let files = project.yaml_files(FOLDER);
    files
        .iter()
        .filter_map(|file| Some(taxonomy(project, sites, file, project.data(file)?)))
        .collect()
}

/// Reads the terms of all taxonomies, in path order.
#[must_use]
pub fn read_terms(project: &Project, taxonomies: &[Taxonomy]) -> Vec<Term> {
    let mut terms = Vec::new();
    for folder in project.folders(FOLDER) {
        let path = format!("{FOLDER}/{folder}");
        if taxonomies.iter().any(|taxonomy| taxonomy.handle == folder) {
            let files = project
                .files(&path, Walk::Deep)
                .into_iter()
                .filter(File::is_yaml);
            terms.extend(files.filter_map(|file| Some(term(&folder, &file, project.data(&file)?))));
        } else {
            let message = format!("{path}.yaml is missing, so no term of this folder is served");
            project.report(Problem::warning("taxonomy_missing", &path, message));
        }
    }
    terms
}

fn taxonomy(project: &Project, sites: &Sites, file: &File, data: Data) -> Taxonomy {
    Taxonomy {
        handle: file.stem().to_owned(),
        title: text::get(&data, "title").unwrap_or_else(|| text::capitalized(file.stem())),
        path: file.path.clone(),
        sites: sites.chosen(project, &file.path, data.get("sites")),
        inject: data.get("inject").map(text::data).unwrap_or_default(),
        data,
    }
}

fn term(taxonomy: &str, file: &File, mut data: Data) -> Term {
    let localizations = match data.shift_remove("localizations") {
        Some(Value::Object(sites)) => sites
            .into_iter()
            .map(|(site, values)| (site, text::data(&values)))
            .collect(),
        _ => BTreeMap::new(),
    };
    Term {
        path: file.path.clone(),
        taxonomy: taxonomy.to_owned(),
        slug: file.stem().to_owned(),
        blueprint: text::get(&data, "blueprint"),
        data,
        localizations,
        modified: file.modified,
    }
}
