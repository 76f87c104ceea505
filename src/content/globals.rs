//! Global sets in all three layouts on disk (spec/statamic.md §1.7, spec/seo.md R-3).
//!
//! In: the project's folder and its sites. Out: each set with its own values per site; no site's values are merged.

use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::Problem;
use super::project::{File, Project};
use super::sites::{Site, Sites};
use super::{Data, text};

const FOLDER: &str = "content/globals";

/// One global set.
#[derive(Clone, Debug, Default)]
pub struct GlobalSet {
    /// Its file's name.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
    /// The configuration's own file, relative to the root.
    pub path: String,
    /// Site handle → its own values. A site that is not here does not have the set.
    pub sites: BTreeMap<String, GlobalVariables>,
}

/// A set's values in one site.
#[derive(Clone, Debug, Default)]
pub struct GlobalVariables {
    /// The file they come from, relative to the root.
    pub path: String,
    /// The site whose values stand in for what is missing here.
    pub origin: Option<String>,
    /// The values.
    pub data: Data,
}

/// Reads all global sets, in the order of their handles.
#[must_use]
pub fn read(project: &Project, sites: &Sites) -> Vec<GlobalSet> {
    let files = project.yaml_files(FOLDER);
    report_orphans(project, sites, &files);
    files
        .iter()
        .filter_map(|file| Some(global_set(project, sites, file, project.data(file)?)))
        .collect()
}

fn global_set(project: &Project, sites: &Sites, file: &File, config: Data) -> GlobalSet {
    let title = text::get(&config, "title").unwrap_or_else(|| text::humanized(file.stem()));
    let set = Set {
        project,
        file,
        config,
        multisite: sites.multisite,
    };
    let served = if sites.multisite {
        &sites.all[..]
    } else {
        &sites.all[..1]
    };
    let variables = served.iter().enumerate().filter_map(|(index, site)| {
        Some((
            site.handle.clone(),
            set.variables(&site.handle, index == 0)?,
        ))
    });
    GlobalSet {
        handle: file.stem().to_owned(),
        title,
        path: file.path.clone(),
        sites: variables.collect(),
    }
}

/// A set whose sites are being read.
struct Set<'read> {
    project: &'read Project<'read>,
    file: &'read File,
    config: Data,
    multisite: bool,
}

impl Set<'_> {
    /// The site's own file; for the default site else the `data` of the configuration; empty where `sites` names it.
    fn variables(&self, site: &str, is_default: bool) -> Option<GlobalVariables> {
        let origins = self
            .config
            .get("sites")
            .filter(|_| self.multisite)
            .and_then(origins);
        if origins
            .as_ref()
            .is_some_and(|origins| !origins.contains_key(site))
        {
            return None;
        }
        let own = self
            .project
            .find(&format!("{FOLDER}/{site}/{}.yaml", self.file.stem()));
        let path = own.as_ref().unwrap_or(self.file).path.clone();
        let shared = self.config.get("data").filter(|_| is_default);
        let mut data = match (own, shared) {
            (Some(own), _) => self.project.data(&own)?,
            (None, Some(shared)) => text::data(shared),
            (None, None) => (origins.is_some() || !self.multisite).then(Data::new)?,
        };
        let own_origin = data
            .get("origin")
            .filter(|_| self.multisite)
            .and_then(text::scalar);
        if own_origin.is_some() {
            data.shift_remove("origin");
        }
        let origin = origins.map_or(own_origin, |mut origins| origins.remove(site).flatten());
        Some(GlobalVariables { path, origin, data })
    }
}

/// Statamic 6 keeps origins in the configuration: a map of site to origin, or a list of sites without any.
fn origins(sites: &Value) -> Option<BTreeMap<String, Option<String>>> {
    match sites {
        Value::Object(sites) => Some(
            sites
                .iter()
                .map(|(site, origin)| (site.clone(), text::scalar(origin)))
                .collect(),
        ),
        Value::Array(_) => Some(
            text::list(sites)
                .into_iter()
                .map(|site| (site, None))
                .collect(),
        ),
        _ => None,
    }
}

fn report_orphans(project: &Project, sites: &Sites, files: &[File]) {
    let of_site = |site: &Site| project.yaml_files(&format!("{FOLDER}/{}", site.handle));
    for orphan in sites.all.iter().flat_map(of_site) {
        if !files.iter().any(|file| file.stem() == orphan.stem()) {
            let message = format!(
                "{FOLDER}/{}.yaml is missing, so these values are not served",
                orphan.stem()
            );
            project.report(Problem::warning(
                "global_set_missing",
                &orphan.path,
                message,
            ));
        }
    }
}
