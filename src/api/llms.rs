//! `/llms.txt`: the site's table of contents for language models (<https://llmstxt.org>), collection by collection.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::Api;
use super::answer::Draft;
use super::markdown::description;
use super::problem::Error;
use super::query::{Canonical, Parameters};
use crate::fields::splice;
use crate::store::list::{By, Order, Query};
use crate::store::read::Document;
use crate::store::resources::Which;
use crate::store::{Kind, keys};

/// Entries of one collection that are named; where there are more, a line says so and where they are.
const MOST_ENTRIES: i64 = 100;

/// What is here, for language models.
///
/// The site's name and description, and links to the entries of each collection as Markdown.
#[utoipa::path(
    get, path = "/llms.txt", tag = "readers",
    responses(
        (status = 200, description = "The table of contents.", body = String, content_type = "text/markdown"),
        (status = 304, description = "What the client has is still right."),
    )
)]
pub async fn show_llms(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    api.answer(&request, "/llms.txt", async || draft(&api).await)
        .await
}

async fn draft(api: &Api) -> Result<Draft, Error> {
    let audience = &api.audience();
    let which = Which {
        kind: Kind::Site,
        owner: "",
        site: None,
    };
    let sites = api.store.resources(which, -1, 1, audience).await?;
    let collections = api.store.collections(None, audience).await?;
    let mut home = None;
    let mut sections = String::new();
    for collection in &collections.value {
        let own = Order {
            by: By::OwnOrder,
            descending: false,
        };
        let query = Query {
            owners: vec![collection.id.clone()],
            order: vec![own],
            bodies: true,
            ..Query::new(Kind::Entry, MOST_ENTRIES)
        };
        let entries = api.store.list(&query, audience).await?.value.documents;
        home = home.or_else(|| front_page(&entries));
        if !entries.is_empty() {
            let title = title(&collection.summary).unwrap_or_else(|| collection.id.clone());
            section(
                &title,
                &collection.id,
                &entries,
                collection.entries,
                &mut sections,
            );
        }
    }
    let name = sites
        .value
        .first()
        .and_then(|site| member(&site.summary, "name"));
    let mut body = format!("# {}\n", line(&name.unwrap_or_else(|| "Site".into())));
    if let Some(description) = home {
        writeln!(body, "\n> {}", line(&description)).expect("writing to a String cannot fail");
    }
    body.push_str(&sections);
    Ok(Draft {
        body,
        content_type: "text/markdown; charset=utf-8",
        links: Vec::new(),
        keys: [Kind::Entry, Kind::Collection, Kind::Site]
            .map(|kind| keys::list(kind, None))
            .into(),
        changed_at: collections.last_boundary.max(Some(collections.replaced_at)),
        expires: collections.next_boundary,
        generation: collections.generation,
    })
}

/// What the front page says of the site.
fn front_page(entries: &[Document]) -> Option<String> {
    let mut entries = entries.iter();
    description(entries.find(|entry| entry.url.as_deref() == Some("/"))?)
}

fn section(title: &str, handle: &str, entries: &[Document], all: i64, out: &mut String) {
    write!(out, "\n## {}\n\n", line(title)).expect("writing to a String cannot fail");
    for entry in entries {
        let title = self::title(&entry.summary).unwrap_or_else(|| entry.id.clone());
        let path = Canonical::new(&["entries", &format!("{}.md", entry.id)]).into_text();
        write!(out, "- [{}]({path})", bracketed(&title)).expect("writing to a String cannot fail");
        if let Some(description) = description(entry).filter(|text| !text.is_empty()) {
            write!(out, ": {}", line(&description)).expect("writing to a String cannot fail");
        }
        out.push('\n');
    }
    let shown = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    if all > shown {
        let path = Canonical::new(&["entries"]).with("collection", Some(handle));
        writeln!(out, "- [All {all} entries]({})", path.into_text())
            .expect("writing to a String cannot fail");
    }
}

fn title(summary: &str) -> Option<String> {
    member(summary, "title").filter(|title| !title.is_empty())
}

fn member(summary: &str, name: &str) -> Option<String> {
    let summary: Value = serde_json::from_str(&splice::whole(summary)).ok()?;
    summary[name].as_str().map(str::to_owned)
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text that may stand between brackets.
fn bracketed(text: &str) -> String {
    line(text)
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}
