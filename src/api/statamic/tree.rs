//! Trees of collections and navigations: branches as they were compiled, pages as the request wants them.
//!
//! A branch whose entry the public may not see, or whose entry a filter does not pass, is left out with all below it.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::filter::{Filters, Scope};
use super::members;
use super::object::Fields;
use super::refusal::Refusal;
use super::request::{Request, keys_of_list, served};
use crate::api::answer::Draft;
use crate::fields::splice;
use crate::store::texts::Texts;
use crate::store::{Kind, keys};

/// A branch as the importer stores it.
#[derive(Deserialize)]
struct Branch {
    /// The id of the entry that it shows.
    entry: Option<String>,
    /// Its page, or what of the entry's page is the branch's own.
    page: Option<Map<String, Value>>,
    #[serde(default)]
    children: Vec<Branch>,
}

/// Writes branches.
struct Writer<'a> {
    entries: HashMap<&'a str, &'a Texts>,
    filters: &'a Filters,
    looked_at: HashSet<&'a str>,
    fields: &'a Fields,
    max_depth: Option<u64>,
}

/// `/collections/{handle}/tree`
pub async fn of_collection(request: &Request<'_>, handle: &str) -> Result<Draft, Refusal> {
    let allowed = served(&request.settings.collections, handle)?;
    let filters = Filters::new(
        request.parameters.get("filter"),
        Scope::Fields,
        allowed,
        &request.clock(),
    )?;
    let tree = request
        .store
        .tree(
            Kind::CollectionTree,
            handle,
            request.site()?,
            &request.audience,
        )
        .await?;
    let found = tree.value.as_ref().ok_or(Refusal::NotFound)?;
    let entries = request
        .store
        .tree_entries(handle, &found.site, &request.audience)
        .await?;
    let body = written(request, found.branches.as_deref(), &entries, &filters)?;
    let list = [keys::statamic_list(Kind::Entry, Some(handle))];
    let mut keys = keys_of_list(&list, Kind::Entry, &entries);
    keys.push(keys::statamic(Kind::CollectionTree, handle, &found.site));
    Ok(request.answer(&tree, body, keys))
}

/// `/navs/{handle}/tree`
pub async fn of_navigation(request: &Request<'_>, handle: &str) -> Result<Draft, Refusal> {
    served(&request.settings.navs, handle)?;
    let tree = request
        .store
        .tree(
            Kind::NavigationTree,
            handle,
            request.site()?,
            &request.audience,
        )
        .await?;
    let found = tree.value.as_ref().ok_or(Refusal::NotFound)?;
    let body = written(request, found.branches.as_deref(), &[], &Filters::default())?;
    let keys = vec![keys::statamic(Kind::NavigationTree, handle, &found.site)];
    Ok(request.answer(&tree, body, keys))
}

fn written(
    request: &Request<'_>,
    branches: Option<&str>,
    entries: &[Texts],
    filters: &Filters,
) -> Result<String, Refusal> {
    let branches = splice::whole(branches.unwrap_or("[]"));
    let branches: Vec<Branch> = serde_json::from_str(&branches).unwrap_or_default();
    let writer = Writer {
        entries: entries
            .iter()
            .map(|entry| (entry.id.as_str(), entry))
            .collect(),
        looked_at: filters.members().collect(),
        filters,
        fields: &request.fields()?,
        max_depth: request
            .parameters
            .text("max_depth")
            .ok()
            .flatten()
            .and_then(|depth| depth.parse().ok()),
    };
    let mut body = String::from("{\"data\":");
    writer.branches(&branches, 1, &mut body)?;
    body.push('}');
    Ok(body)
}

impl Writer<'_> {
    fn branches(&self, branches: &[Branch], depth: u64, out: &mut String) -> Result<(), Refusal> {
        out.push('[');
        for branch in branches {
            self.branch(branch, depth, out)?;
        }
        if out.ends_with(',') {
            out.pop();
        }
        out.push(']');
        Ok(())
    }

    /// The branch with a comma after it, or nothing.
    fn branch(&self, branch: &Branch, depth: u64, out: &mut String) -> Result<(), Refusal> {
        let entry = branch
            .entry
            .as_deref()
            .and_then(|id| self.entries.get(crate::store::id_key(id).as_str()));
        let own = branch.page.as_ref();
        if entry.is_none() && own.is_none() || !self.passes(entry.copied())? {
            return Ok(());
        }
        out.push_str("{\"page\":");
        let template = entry.and_then(|entry| entry.page.as_deref());
        self.fields
            .write_with(template.unwrap_or("{}"), own.unwrap_or(&Map::new()), out);
        write!(out, ",\"depth\":{depth},\"children\":").expect("writing to a String cannot fail");
        if self
            .max_depth
            .is_some_and(|deepest| deepest > 0 && depth >= deepest)
        {
            out.push_str("[]");
        } else {
            self.branches(&branch.children, depth + 1, out)?;
        }
        out.push_str("},");
        Ok(())
    }

    fn passes(&self, entry: Option<&Texts>) -> Result<bool, Refusal> {
        if self.filters.is_empty() {
            return Ok(true);
        }
        let query = entry
            .and_then(|entry| entry.query.as_deref())
            .unwrap_or("{}");
        Ok(self.filters.pass(&members::read(query, &self.looked_at))?)
    }
}
