//! `content/navigation/<handle>.yaml` and its trees (spec/statamic.md §1.4, §1.5).

use std::collections::BTreeMap;

use super::collection::Branch;
use super::problem::Problem;
use super::project::{File, Project, Walk};
use super::sites::Sites;
use super::tree;
use super::{Data, text};

const TREES: &str = "content/trees/navigation";

/// A navigation; it exists in a site only where `trees` has that site.
#[derive(Clone, Debug, Default)]
pub struct Navigation {
    /// Its file's name.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
    /// The configuration's own file, relative to the root.
    pub path: String,
    /// The first branch is the home page.
    pub root: bool,
    /// Levels; `None`: any number.
    pub max_depth: Option<u32>,
    /// Collections whose entries it may lead to.
    pub collections: Vec<String>,
    /// Whether it may lead to entries of other sites.
    pub select_across_sites: bool,
    /// Site handle → its tree, as the file has it.
    pub trees: BTreeMap<String, Vec<Branch>>,
    /// The whole file.
    pub data: Data,
}

/// Reads all navigations, in the order of their handles.
#[must_use]
pub fn read(project: &Project, sites: &Sites) -> Vec<Navigation> {
    let files = project.yaml_files("content/navigation");
    report_orphans(project, &files);
    files
        .iter()
        .filter_map(|file| Some(navigation(project, sites, file, project.data(file)?)))
        .collect()
}

fn navigation(project: &Project, sites: &Sites, file: &File, data: Data) -> Navigation {
    let handle = file.stem();
    Navigation {
        handle: handle.to_owned(),
        title: text::get(&data, "title").unwrap_or_else(|| text::humanized(handle)),
        path: file.path.clone(),
        root: text::is_true(data.get("root")),
        max_depth: tree::depth(data.get("max_depth")),
        collections: text::get_list(&data, "collections"),
        select_across_sites: text::is_true(data.get("select_across_sites")),
        trees: tree::read(project, sites, TREES, handle),
        data,
    }
}

fn report_orphans(project: &Project, files: &[File]) {
    for tree in project
        .files(TREES, Walk::Deep)
        .iter()
        .filter(|tree| tree.is_yaml())
    {
        if !files.iter().any(|file| file.stem() == tree.stem()) {
            let message = format!(
                "content/navigation/{}.yaml is missing, so this tree is not served",
                tree.stem()
            );
            project.report(Problem::warning("navigation_missing", &tree.path, message));
        }
    }
}
