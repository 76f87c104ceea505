//! Taxonomies and their terms.

use serde_json::json;

use super::compiler::{Compiled, Compiler, members, problems, template, text};
use super::entries::position;
use super::{Compile, Task, hidden, links, search, seo, values};
use crate::content::taxonomy::Taxonomy;
use crate::fields::item::{native, term as statamic};
use crate::fields::{Holder, Shape, dates, query_values, shallow};
use crate::site::Term;
use crate::site::view::Key;
use crate::store::{Item, Kept, Kind, Name};

/// All taxonomies and all terms.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Task<'a>> {
    let taxonomies = compiler.site.content.taxonomies.iter().enumerate();
    let terms = compiler.site.terms.iter().enumerate();
    let taxonomies = taxonomies.map(|(index, of)| -> Compile<'a> {
        Box::new(move |now| taxonomy(compiler, of, index, now))
    });
    let terms = terms.map(|(index, of)| {
        let id = format!("{}::{}", of.taxonomy, of.id_slug);
        let kept = Kept {
            name: Name::new(Kind::Term, &of.taxonomy, &id, &of.site),
            position: position(index),
            own_order: position(index),
        };
        Task {
            known: Some((kept, Key::Whole("term", id))),
            compile: Box::new(move |now| term(compiler, of, index, now)),
        }
    });
    taxonomies.map(Task::from).chain(terms).collect()
}

fn taxonomy(
    compiler: &Compiler,
    taxonomy: &Taxonomy,
    index: usize,
    now: jiff::Timestamp,
) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let context = compiler.context(view, Shape::Statamic, Holder::Other);
    let uri = format!("/{}", taxonomy.handle.replace('_', "-"));
    let theirs = json!({
        "handle": taxonomy.handle,
        "title": taxonomy.title,
        "api_url": shallow::api_url(&format!("taxonomies/{}", taxonomy.handle), &context),
    });
    let summary = json!({ "handle": taxonomy.handle, "title": taxonomy.title, "uri": uri, "sites": taxonomy.sites });
    let item = Item {
        title: taxonomy.title.clone(),
        uri: Some(uri),
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        statamic: Some(template(&members(theirs))),
        ..Item::new(Kind::Taxonomy, "", &taxonomy.handle)
    };
    Compiled::new(item, view, Vec::new())
}

fn term(compiler: &Compiler, term: &Term, index: usize, now: jiff::Timestamp) -> Compiled {
    let view = &compiler.view(now, &term.site);
    view.note_whole_term(term);
    let id = format!("{}::{}", term.taxonomy, term.id_slug);
    let context = compiler.context(view, Shape::Native, Holder::Term(term));
    let theirs = compiler.context(view, Shape::Statamic, Holder::Term(term));
    let fields = native::of_term(term, &context);
    let title = term
        .data
        .get("title")
        .and_then(|title| title.as_str())
        .unwrap_or(&term.id_slug);
    for entry in &term.entries {
        view.note_entry(&compiler.site.entries[*entry]);
    }
    let seo = seo::of_term(compiler, view, term);
    let summary = json!({
        "id": id,
        "title": title,
        "taxonomy": term.taxonomy,
        "site": term.site,
        "slug": term.slug,
        "uri": term.uri,
        "url": term.url,
        "permalink": term.permalink,
        "entries_count": term.entries.iter().filter(|index| view.is_public(&compiler.site.entries[**index])).count(),
        "updated_at": dates::print_seconds(term.updated_at, Shape::Native),
    });
    let path = format!("content/taxonomies/{}/{}.yaml", term.taxonomy, term.id_slug);
    let source = links::Source {
        fields: &term.blueprint.fields,
        value: &|field| term.data.get(field),
        file: &|_| path.clone(),
    };
    let links = links::of(&fields, &source, &context);
    let search = search::of_term(term, &fields);
    let fields = hidden::left_out(fields);
    let values = values::of(&fields, &term.blueprint.fields);
    let item = Item {
        site: term.site.clone(),
        localizes: Some(id.clone()),
        slug: Some(term.slug.clone()),
        uri: Some(term.uri.clone()),
        url: Some(term.url.clone()),
        permalink: term.permalink.clone(),
        title: title.to_owned(),
        updated_at: Some(term.updated_at),
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        fields: Some(template(&fields)),
        seo: seo.template,
        sitemap: seo.sitemap,
        findings: seo.findings,
        statamic: Some(template(&statamic::members(term, &theirs))),
        query: Some(text(&query_values::of_term(term, &theirs))),
        links,
        search: Some(search),
        values,
        ..Item::new(Kind::Term, &term.taxonomy, &id)
    };
    Compiled::new(item, view, problems(context.oddities(), &path, None))
}
