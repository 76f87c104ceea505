//! Sites, collections and collections' trees.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Compile;
use super::compiler::{Compiled, Compiler, members, template};
use super::entries::position;
use super::seo;
use crate::content::collection::Collection;
use crate::content::sites::Site;
use crate::fields::{Holder, Shape, shallow};
use crate::site::Entry;
use crate::site::structure::Node;
use crate::site::view::View;
use crate::store::{Item, Kind};

/// All sites, collections, and trees of collections in each of their sites.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Compile<'a>> {
    let content = &compiler.site.content;
    let sites = content.sites.iter().enumerate();
    let sites = sites
        .map(|(index, of)| -> Compile<'a> { Box::new(move |now| site(compiler, of, index, now)) });
    let collections = content.collections.iter().enumerate();
    let collections = collections.map(|(index, of)| -> Compile<'a> {
        Box::new(move |now| collection(compiler, of, index, now))
    });
    let structured = content
        .collections
        .iter()
        .filter(|collection| collection.structure.is_some());
    let trees = structured.flat_map(|of| of.sites.iter().map(move |site| (of, site)));
    let trees = trees
        .map(|(of, site)| -> Compile<'a> { Box::new(move |now| tree(compiler, of, site, now)) });
    sites.chain(collections).chain(trees).collect()
}

fn site(compiler: &Compiler, site: &Site, index: usize, now: Timestamp) -> Compiled {
    let view = &compiler.view(now, &site.handle);
    let url = compiler.site.site_url(&site.handle);
    let short = site.locale.split(['_', '-', '.']).next();
    let summary = json!({
        "handle": site.handle,
        "name": site.name,
        "url": url,
        "locale": site.locale,
        "lang": site.lang,
        "default": index == 0,
        "attributes": site.attributes,
    });
    let theirs = json!({
        "handle": site.handle,
        "name": site.name,
        "locale": site.locale,
        "short_locale": short,
        "url": url,
    });
    let item = Item {
        title: site.name.clone(),
        url,
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        statamic: Some(template(&members(theirs))),
        ..Item::new(Kind::Site, "", &site.handle)
    };
    Compiled::new(item, view, Vec::new())
}

fn collection(
    compiler: &Compiler,
    collection: &Collection,
    index: usize,
    now: Timestamp,
) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let structure = |root: &str| {
        let structure = collection.structure?;
        Some(json!({ "max_depth": structure.max_depth, root: structure.root }))
    };
    let summary = json!({
        "handle": collection.handle,
        "title": collection.title,
        "dated": collection.dated,
        "structure": structure("root"),
        "mount": collection.mount,
        "routes": collection.routes,
        "sites": collection.sites,
        "taxonomies": collection.taxonomies,
    });
    let context = compiler.context(view, Shape::Statamic, Holder::Other);
    let theirs = json!({
        "handle": collection.handle,
        "title": collection.title,
        "structure": structure("expects_root"),
        "mount": collection.mount,
        "api_url": shallow::api_url(&format!("collections/{}", collection.handle), &context),
    });
    let item = Item {
        title: collection.title.clone(),
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        statamic: Some(template(&members(theirs))),
        ..Item::new(Kind::Collection, "", &collection.handle)
    };
    Compiled::new(item, view, Vec::new())
}

/// A collection's tree in one site: natively its public pages, for Statamic's own API all of them by their ids.
fn tree(compiler: &Compiler, collection: &Collection, site: &str, now: Timestamp) -> Compiled {
    let view = &compiler.view(now, site);
    let planted = &compiler.site.trees;
    let nodes = planted.get(&(collection.handle.clone(), site.to_owned()));
    let nodes = nodes.map_or(&[][..], Vec::as_slice);
    let handle = &collection.handle;
    let tree = pages(view, nodes);
    let findings = seo::of_navigation(compiler, view, shown(view, nodes));
    let item = Item {
        site: site.to_owned(),
        title: collection.title.clone(),
        summary: json!({ "handle": handle, "site": site, "tree": tree }).to_string(),
        fields: Some(Value::Array(branches(view, nodes)).to_string()),
        findings,
        ..Item::new(Kind::CollectionTree, handle, handle)
    };
    Compiled::new(item, view, Vec::new())
}

/// The pages that the public may see; what stands below a hidden one is hidden with it.
fn pages(view: &View<'_>, nodes: &[Node]) -> Vec<Value> {
    let entries = nodes
        .iter()
        .map(|node| (node, &view.site.entries[node.entry]));
    let shown = entries.filter(|(_, entry)| {
        view.note_entry(entry);
        view.is_public(entry)
    });
    shown
        .map(|(node, entry)| page(view, entry, &pages(view, &node.children)))
        .collect()
}

/// The entries of the same pages.
fn shown<'a>(view: &View<'a>, nodes: &[Node]) -> Vec<&'a Entry> {
    let entries = nodes
        .iter()
        .map(|node| (node, &view.site.entries[node.entry]));
    entries
        .filter(|(_, entry)| view.is_public(entry))
        .flat_map(|(node, entry)| {
            let below = shown(view, &node.children);
            std::iter::once(entry).chain(below)
        })
        .collect()
}

/// A page of a native tree.
fn page(view: &View<'_>, entry: &Entry, children: &[Value]) -> Value {
    json!({
        "id": entry.id,
        "title": view.site.title(entry),
        "url": entry.url,
        "permalink": entry.permalink,
        "collection": entry.collection,
        "children": children,
    })
}

/// `[{id, entry, page: null, children}]`: the pages are the entries' own.
fn branches(view: &View<'_>, nodes: &[Node]) -> Vec<Value> {
    let branch = |node: &Node| {
        let entry = &view.site.entries[node.entry];
        let children = branches(view, &node.children);
        json!({ "id": entry.id, "entry": entry.id, "page": null, "children": children })
    };
    nodes.iter().map(branch).collect()
}
