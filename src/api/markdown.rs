//! An entry for readers of Markdown: `/entries/{id}.md`, and `/entries/{id}` for who prefers `text/markdown`.
//!
//! The bodies were written as Markdown at import; here they are copied behind a few lines of front matter.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::Api;
use super::answer::Draft;
use super::entries::{key, missing};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use crate::fields::splice::scan::{elements, members};
use crate::fields::splice::{self, Kind};
use crate::store::id_key;
use crate::store::read::Document;

/// The media type.
pub const MEDIA_TYPE: &str = "text/markdown";

/// One entry as Markdown: its title, URL, date and description as front matter, then its bodies.
///
/// `GET /entries/{id}` with `Accept: text/markdown` is the same.
#[utoipa::path(
    get, path = "/entries/{id}.md", tag = "readers",
    params(
        ("id" = String, Path, description = "The entry's id; a UUID in any of its spellings."),
        ("site" = Option<String>, Query, description = "Handle of a site: gives the entry's localization there."),
    ),
    responses(
        (status = 200, description = "The entry.", body = String, content_type = "text/markdown"),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The public sees no such entry now.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show_markdown(
    request: HttpRequest,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    answer(&request, &api, &id).await
}

/// Answers with an entry as Markdown, under whichever path it was asked for.
pub(super) async fn answer(
    request: &HttpRequest,
    api: &Api,
    id: &str,
) -> Result<HttpResponse, Error> {
    let given = Parameters::parse(request.query_string(), &["site"])?;
    let (id, site) = (id_key(id), given.get("site"));
    let key = Canonical::new(&["entries", &format!("{id}.md")]).with("site", site);
    let compute = async || draft(api, &id, site).await;
    api.answer_by_accept(request, &key.into_text(), compute)
        .await
}

/// The answer's parts, for whoever asks for the entry in other ways.
pub(super) async fn draft(api: &Api, id: &str, site: Option<&str>) -> Result<Draft, Error> {
    let audience = &api.audience();
    let found = match site {
        Some(site) => {
            let ids = [id.to_owned()];
            let found = api
                .store
                .batch(&ids, Some(site), false, true, audience)
                .await?;
            found.map(|mut found| found.pop().map(|(_, document)| document))
        }
        None => api.store.entry(id, audience).await?,
    };
    let Some(document) = &found.value else {
        return Err(missing(api, id, site).await);
    };
    let canonical = document.permalink.iter();
    Ok(Draft {
        body: text(document),
        content_type: "text/markdown; charset=utf-8",
        links: canonical
            .map(|permalink| format!("<{permalink}>; rel=\"canonical\""))
            .collect(),
        keys: vec![key(document)],
        changed_at: Some(document.changed_at()),
        expires: document.visible_until(),
        generation: found.generation,
    })
}

/// Whether a path is answered with JSON or Markdown, as the request prefers.
#[must_use]
pub fn is_negotiated(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    path.strip_prefix("/entries/")
        .is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

/// The description that search engines are told, if there is one.
pub(super) fn description(document: &Document) -> Option<String> {
    let description = splice::find(document.seo.as_deref()?, "description")?;
    serde_json::from_str(description).ok()
}

fn text(document: &Document) -> String {
    let summary: Value =
        serde_json::from_str(&splice::whole(&document.summary)).unwrap_or_default();
    let url = document.permalink.clone().or_else(|| document.url.clone());
    let date = summary["date"].as_str().map(str::to_owned);
    let title = summary["title"].as_str().map(str::to_owned);
    let mut text = String::from("---\n");
    for (name, value) in [
        ("title", title),
        ("url", url),
        ("date", date),
        ("description", description(document)),
    ] {
        if let Some(value) = value {
            // A JSON string is a YAML string between double quotes.
            writeln!(text, "{name}: {}", Value::from(value))
                .expect("writing to a String cannot fail");
        }
    }
    text.push_str("---\n");
    let mut bodies = Vec::new();
    collect(document.fields.as_deref().unwrap_or_default(), &mut bodies);
    for body in bodies.iter().filter(|body| !body.trim().is_empty()) {
        text.push('\n');
        text.push_str(body.trim_matches('\n'));
        text.push('\n');
    }
    text
}

/// The Markdown of all bodies in a value, each where it stands: those of a body's sets between its texts.
fn collect(value: &str, bodies: &mut Vec<String>) {
    for element in elements(value) {
        collect(element, bodies);
    }
    let members = members(value);
    let part = |name: &str| {
        let found = members.iter().find(|member| member.key == name);
        found.filter(|member| member.kind == Some(Kind::Part))
    };
    let Some(markdown) = part("markdown") else {
        for member in members {
            collect(member.value, bodies);
        }
        return;
    };
    let blocks = part("blocks").map_or_else(Vec::new, |blocks| elements(blocks.value));
    let mut sets = blocks.into_iter().filter(|block| is_set(block));
    for text in splice::between_sets(markdown.value) {
        bodies.push(text);
        if let Some(set) = sets.next() {
            collect(set, bodies);
        }
    }
    for set in sets {
        collect(set, bodies);
    }
}

/// Whether a block is a set: a text has no id.
fn is_set(block: &str) -> bool {
    members(block).iter().any(|member| member.key == "id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_entry_itself_has_two_media_types() {
        assert!(is_negotiated("/entries/a?site=en") && is_negotiated("/entries/a.md"));
        assert!(!is_negotiated("/entries") && !is_negotiated("/entries/a/backlinks"));
    }
}
