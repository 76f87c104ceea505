//! Settings that SEO addons keep in YAML files of their own (spec/seo.md §4.3); what they mean is the seo room's.

use std::collections::BTreeMap;

use super::Data;
use super::project::{File, Project, Walk};

/// Path relative to the root → the mapping in that file.
pub type AddonFiles = BTreeMap<String, Data>;

const FOLDERS: [&str; 2] = ["content/seo", "storage/statamic/addons/aardvark-seo"];
const FILES: [&str; 2] = ["content/seo.yaml", "resources/addons/seo-pro.yaml"];

/// Reads the files of every addon that is known.
#[must_use]
pub fn read(project: &Project) -> AddonFiles {
    let below = FOLDERS
        .iter()
        .flat_map(|folder| project.files(folder, Walk::Deep))
        .filter(File::is_yaml);
    let single = FILES.iter().filter_map(|path| project.find(path));
    below
        .chain(single)
        .filter_map(|file| Some((file.path.clone(), project.data(&file)?)))
        .collect()
}
