//! One entry becomes an item: the native envelope, its fields, its SEO, and Statamic's own object.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::compiler::{Compiled, Compiler, problems, template, text};
use super::links::{self, Source};
use super::{hidden, search, seo, values};
use crate::fields::item::{entry as statamic, native, page};
use crate::fields::{Context, Holder, Output, Shape, dates, query_values};
use crate::site::redirect::Redirect;
use crate::site::status::Status;
use crate::site::taxonomy;
use crate::site::view::View;
use crate::site::{Entry, Site};
use crate::store::values::{Datum, Scalar};
use crate::store::{Item, Kept, Kind, Link, Name};

/// Compiles an entry as it is at `now`.
pub fn compile(compiler: &Compiler, entry: &Entry, own_order: i64, now: Timestamp) -> Compiled {
    let site = compiler.site;
    let view = &compiler.view(now, &entry.site);
    view.note_entry(entry);
    view.note_whole(entry);
    let context = compiler.context(view, Shape::Native, Holder::Entry(entry));
    let fields = native::of_entry(entry, &context);
    let theirs = compiler.context(view, Shape::Statamic, Holder::Entry(entry));
    let in_tree = compiler.context(view, Shape::Statamic, Holder::Page(Some(entry)));
    let links = links(site, entry, &fields, &context);
    let search = search::of_entry(site, entry, &fields);
    let fields = hidden::left_out(fields);
    let seo = seo::of_entry(compiler, view, entry);
    let values = values(view, entry, &fields);
    let item = Item {
        site: entry.site.clone(),
        localizes: entry.origin.map(|_| root(view, entry).id.clone()),
        slug: entry.slug.clone(),
        uri: entry.uri.clone(),
        url: entry.url.clone(),
        permalink: entry.permalink.clone(),
        title: site.title(entry),
        date: entry.date.map(|date| date.at),
        updated_at: Some(entry.updated_at),
        position: position(entry.index),
        own_order,
        published: entry.published,
        window: entry.window,
        summary: text(&envelope(view, entry)),
        fields: Some(template(&fields)),
        seo: seo.template,
        sitemap: seo.sitemap,
        findings: seo.findings,
        statamic: Some(template(&statamic::members(entry, &theirs))),
        page: (entry.depth > 0).then(|| template(&page::of_collection(entry, &in_tree))),
        query: Some(text(&query_values::of_entry(entry, &theirs))),
        links,
        search: Some(search),
        values,
        ..Item::new(Kind::Entry, &entry.collection, &entry.id)
    };
    let odd = problems(
        context.oddities(),
        &site.source(entry).path,
        Some(&entry.id),
    );
    Compiled::new(item, view, odd)
}

/// The references it makes; what it inherits stands in the file of its origin.
fn links(
    site: &Site,
    entry: &Entry,
    fields: &[(String, Output)],
    context: &Context<'_>,
) -> Vec<Link> {
    let file = |field: &str| {
        let mut at = entry;
        while let (false, Some(origin)) = (site.source(at).data.contains_key(field), at.origin) {
            at = &site.entries[origin];
        }
        site.source(at).path.clone()
    };
    let source = Source {
        fields: &entry.blueprint.fields,
        value: &|field| site.value(entry, field),
        file: &file,
    };
    links::of(fields, &source, context)
}

/// What stays of an entry that is as it was.
pub fn kept(entry: &Entry, own_order: i64) -> Kept {
    Kept {
        name: Name::new(Kind::Entry, &entry.collection, &entry.id, &entry.site),
        position: position(entry.index),
        own_order,
    }
}

/// What lists filter and sort by: the fields, and what else is known of the entry.
fn values(view: &View<'_>, entry: &Entry, fields: &[(String, Output)]) -> Vec<Datum> {
    let mut values = values::of(fields, &entry.blueprint.fields);
    let text = |text: &str| Scalar::Text(text.to_owned());
    let of = |index: Option<usize>| {
        index.map_or(Scalar::Empty, |index| text(&view.site.entries[index].id))
    };
    values.extend([
        values::computed("blueprint", text(&entry.blueprint.handle)),
        values::computed("origin", of(entry.origin)),
        values::computed("parent", of(entry.parent)),
    ]);
    let taxonomies = view.site.collection(&entry.collection);
    for handle in taxonomies
        .iter()
        .flat_map(|collection| &collection.taxonomies)
    {
        let path = format!("taxonomy.{handle}");
        let slugs = taxonomy::used_slugs(view.site, entry, handle);
        values.extend(slugs.iter().map(|slug| values::several(&path, text(slug))));
        values.push(values::several(&path, Scalar::Empty));
    }
    values
}

/// A place in a list.
pub fn position(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// The entry that is not a localization of another one.
fn root<'a>(view: &'a View<'_>, entry: &'a Entry) -> &'a Entry {
    let mut root = entry;
    while let Some(origin) = root.origin {
        root = &view.site.entries[origin];
    }
    root
}

/// The native object's members besides `fields` and `seo` (DESIGN.md §3).
fn envelope(view: &View<'_>, entry: &Entry) -> Value {
    let mut envelope = json!({
        "id": entry.id,
        "title": view.site.title(entry),
        "collection": entry.collection,
        "blueprint": entry.blueprint.handle,
        "site": entry.site,
        "slug": entry.slug,
        "uri": entry.uri,
        "url": entry.url,
        "permalink": entry.permalink,
        "status": Status::of(entry.published, entry.window, view.now).as_str(),
        "date": entry.date.map(|date| dates::print(date.at, Shape::Native)),
        "updated_at": dates::print_seconds(entry.updated_at, Shape::Native),
        "localizations": localizations(view, entry),
    });
    if let Some(redirect) = &entry.redirect {
        envelope["redirect"] = match redirect {
            Redirect::Url(url) => url.as_str().into(),
            Redirect::Status(status) => (*status).into(),
        };
    }
    envelope
}

/// Every localization that the public may see, this entry among them, in site order.
fn localizations(view: &View<'_>, entry: &Entry) -> Vec<Value> {
    let siblings = entry
        .localizations
        .iter()
        .map(|index| &view.site.entries[*index]);
    let shown = siblings.filter(|sibling| {
        view.note_entry(sibling);
        sibling.id == entry.id || view.is_public(sibling)
    });
    shown
        .map(|sibling| json!({ "site": sibling.site, "id": sibling.id, "url": sibling.url }))
        .collect()
}
