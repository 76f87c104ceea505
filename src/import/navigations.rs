//! Navigations and their trees, in each site that has one.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Compile;
use super::compiler::{Compiled, Compiler, members, template};
use super::entries::position;
use super::seo;
use crate::content::collection::Branch;
use crate::content::navigation::Navigation;
use crate::fields::item::page as statamic;
use crate::fields::splice;
use crate::fields::{Context, Holder, Output, Shape, shallow};
use crate::site::{Entry, url};
use crate::store::{Item, Kind};

/// All navigations, and the tree of each in every site that has one.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Compile<'a>> {
    let navigations = &compiler.site.content.navigations;
    let own = navigations.iter().enumerate();
    let own = own.map(|(index, of)| -> Compile<'a> {
        Box::new(move |now| navigation(compiler, of, index, now))
    });
    let trees = navigations.iter().flat_map(|of| {
        of.trees
            .iter()
            .map(move |(site, branches)| (of, site, branches))
    });
    own.chain(trees.map(|(of, site, branches)| -> Compile<'a> {
        Box::new(move |now| tree(compiler, of, site, branches, now))
    }))
    .collect()
}

fn navigation(
    compiler: &Compiler,
    navigation: &Navigation,
    index: usize,
    now: Timestamp,
) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let context = compiler.context(view, Shape::Statamic, Holder::Other);
    let sites: Vec<&String> = navigation.trees.keys().collect();
    let summary = json!({
        "handle": navigation.handle,
        "title": navigation.title,
        "max_depth": navigation.max_depth,
        "sites": sites,
    });
    let theirs = json!({
        "handle": navigation.handle,
        "title": navigation.title,
        "max_depth": navigation.max_depth,
        "expects_root": navigation.root,
        "api_url": shallow::api_url(&format!("navs/{}", navigation.handle), &context),
    });
    let item = Item {
        title: navigation.title.clone(),
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        statamic: Some(template(&members(theirs))),
        ..Item::new(Kind::Navigation, "", &navigation.handle)
    };
    Compiled::new(item, view, Vec::new())
}

fn tree(
    compiler: &Compiler,
    navigation: &Navigation,
    site: &str,
    branches: &[Branch],
    now: Timestamp,
) -> Compiled {
    let view = &compiler.view(now, site);
    let context = compiler.context(view, Shape::Statamic, Holder::Page(None));
    let tree = Output::List(
        branches
            .iter()
            .filter_map(|branch| shown(branch, navigation, &context))
            .collect(),
    );
    let mut fields = String::new();
    splice::output(&tree, &mut fields);
    let native: Vec<Value> = branches
        .iter()
        .filter_map(|branch| page(branch, navigation, &context))
        .collect();
    let entries = shown_entries(branches, navigation, &context);
    let (handle, title) = (&navigation.handle, &navigation.title);
    let item = Item {
        site: site.to_owned(),
        title: title.clone(),
        summary: json!({ "handle": handle, "title": title, "site": site, "tree": native })
            .to_string(),
        fields: Some(fields),
        findings: seo::of_navigation(compiler, view, entries),
        ..Item::new(Kind::NavigationTree, &navigation.handle, &navigation.handle)
    };
    Compiled::new(item, view, Vec::new())
}

/// A branch in the native API: an entry's own title and URLs unless the branch has others.
fn page(branch: &Branch, navigation: &Navigation, context: &Context<'_>) -> Option<Value> {
    let entry = match &branch.entry {
        Some(id) => Some(entry(id, navigation, context)?),
        None => None,
    };
    let url = entry.map_or_else(|| branch.url.clone(), |entry| entry.url.clone());
    let base = context.view.site.settings.base_url.as_deref();
    let own = || {
        branch
            .url
            .as_deref()
            .and_then(|own| url::absolute(own, base))
    };
    let permalink = entry.map_or_else(own, |entry| entry.permalink.clone());
    let title = branch
        .title
        .clone()
        .or_else(|| entry.map(|entry| context.view.site.title(entry)));
    let children: Vec<Value> = branch
        .children
        .iter()
        .filter_map(|child| page(child, navigation, context))
        .collect();
    Some(json!({
        "id": branch.id,
        "title": title,
        "url": url,
        "permalink": permalink,
        "entry": entry.map(|entry| &entry.id),
        "data": branch.data,
        "children": children,
    }))
}

/// A branch in Statamic's own API: `{id, entry, page, children}`. One whose entry is missing or hidden is left out with all below it.
fn shown(branch: &Branch, navigation: &Navigation, context: &Context<'_>) -> Option<Output> {
    let entry = match &branch.entry {
        Some(id) => Some(entry(id, navigation, context)?),
        None => None,
    };
    let page = match entry {
        Some(entry) => statamic::of_entry(branch, entry, context),
        None => statamic::of_branch(branch, &navigation.handle, context),
    };
    let children = branch
        .children
        .iter()
        .filter_map(|child| shown(child, navigation, context))
        .collect();
    Some(Output::Object(vec![
        ("id".to_owned(), Output::Json(branch.id.clone().into())),
        (
            "entry".to_owned(),
            Output::Json(entry.map(|entry| entry.id.clone()).into()),
        ),
        ("page".to_owned(), Output::Text(template(&page))),
        ("children".to_owned(), Output::List(children)),
    ]))
}

/// The entries that branches show, and those below them.
fn shown_entries<'a>(
    branches: &[Branch],
    navigation: &Navigation,
    context: &Context<'a>,
) -> Vec<&'a Entry> {
    let below = branches.iter().flat_map(|branch| {
        let id = branch.entry.as_deref();
        let shown = id.and_then(|id| entry(id, navigation, context));
        let children = if id.is_some() && shown.is_none() {
            Vec::new()
        } else {
            shown_entries(&branch.children, navigation, context)
        };
        shown.into_iter().chain(children)
    });
    below.collect()
}

/// The entry that a branch shows: in the tree's own site unless the navigation selects across sites.
fn entry<'a>(id: &str, navigation: &Navigation, context: &Context<'a>) -> Option<&'a Entry> {
    let view = context.view;
    let entry = view.entry(id)?;
    let localized = view.localized(entry);
    let shown = if navigation.select_across_sites {
        localized.or(Some(entry))
    } else {
        localized
    }?;
    view.is_public(shown).then_some(shown)
}
