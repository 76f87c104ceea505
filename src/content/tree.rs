//! `content/trees/{collections,navigation}/[<site>/]<handle>.yaml` (spec/statamic.md §1.4).
//!
//! In: a folder and a handle. Out: the branches per site, as the files have them: nothing is looked up or repaired.

use std::collections::BTreeMap;

use serde_json::Value;

use super::collection::Branch;
use super::problem::Problem;
use super::project::Project;
use super::sites::Sites;
use super::text;

/// The trees of one handle, by site; a single-site project has them right in the folder.
#[must_use]
pub fn read(
    project: &Project,
    sites: &Sites,
    folder: &str,
    handle: &str,
) -> BTreeMap<String, Vec<Branch>> {
    let path = |site: &str| {
        if sites.multisite {
            format!("{folder}/{site}/{handle}.yaml")
        } else {
            format!("{folder}/{handle}.yaml")
        }
    };
    let served = if sites.multisite {
        &sites.all[..]
    } else {
        &sites.all[..1]
    };
    let trees = served
        .iter()
        .filter_map(|site| Some((site.handle.clone(), tree(project, &path(&site.handle))?)));
    trees.collect()
}

/// A `max_depth`; 0 says nothing.
#[must_use]
pub fn depth(value: Option<&Value>) -> Option<u32> {
    value
        .and_then(text::scalar)?
        .parse()
        .ok()
        .filter(|depth| *depth > 0)
}

fn tree(project: &Project, path: &str) -> Option<Vec<Branch>> {
    let file = project.find(path)?;
    let data = project.data(&file)?;
    Some(branches(project, path, data.get("tree")))
}

fn branches(project: &Project, path: &str, value: Option<&Value>) -> Vec<Branch> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| branch(project, path, item))
            .collect(),
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(data)) if data.is_empty() => Vec::new(),
        Some(_) => {
            project.report(Problem::warning(
                "tree_invalid",
                path,
                "the branches of a tree must be a list",
            ));
            Vec::new()
        }
    }
}

fn branch(project: &Project, path: &str, item: &Value) -> Option<Branch> {
    let Value::Object(item) = item else {
        project.report(Problem::warning(
            "tree_invalid",
            path,
            "a branch must be a mapping; it was left out",
        ));
        return None;
    };
    Some(Branch {
        id: text::get(item, "id"),
        entry: text::get(item, "entry"),
        url: text::get(item, "url"),
        title: text::get(item, "title"),
        data: item.get("data").map(text::data).unwrap_or_default(),
        children: branches(project, path, item.get("children")),
    })
}
