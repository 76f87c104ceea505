//! An entry for readers of Markdown: `/entries/{id}.md`, and `/entries/{id}` for who prefers `text/markdown`.
//!
//! The bodies were written as Markdown at import; here they are copied behind a few lines of front matter.

use std::fmt::Write;

use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::Api;
use super::answer::Draft;
use super::entries::{key, missing};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use crate::fields::splice;
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
    api.answer(request, &key.into_text(), draft(api, &id, site))
        .await
}

/// The answer's parts, for whoever asks for the entry in other ways.
pub(super) async fn draft(api: &Api, id: &str, site: Option<&str>) -> Result<Draft, Error> {
    let audience = &api.audience();
    let found = match site {
        Some(site) => {
            let ids = [id.to_owned()];
            let found = api.store.batch(&ids, Some(site), false, audience).await?;
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

/// Whether a request wants Markdown rather than JSON. `*/*` does not: JSON is what there is where nothing is said.
#[must_use]
pub fn is_preferred(request: &HeaderMap) -> bool {
    let Some(accepted) = request.get(ACCEPT).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    if !accepted.contains(MEDIA_TYPE) {
        return false;
    }
    let (mut markdown, mut json) = (0.0, 0.0);
    for choice in accepted.split(',') {
        let mut parts = choice.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        match name {
            MEDIA_TYPE => markdown = weight.unwrap_or(1.0),
            "application/json" => json = weight.unwrap_or(1.0),
            _ => {}
        }
    }
    markdown > 0.0 && markdown >= json
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
    for body in splice::parts(document.fields.as_deref().unwrap_or_default(), "markdown") {
        let body: String = serde_json::from_str(body).unwrap_or_default();
        if !body.trim().is_empty() {
            text.push('\n');
            text.push_str(body.trim_end());
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn markdown_is_given_to_who_names_it_and_likes_it_as_much() {
        let preferred = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accepted));
            is_preferred(&headers)
        };
        assert!(preferred("text/markdown") && preferred("text/markdown, */*;q=0.1"));
        assert!(preferred("application/json;q=0.5, text/markdown;q=0.6"));
        assert!(!preferred("*/*") && !preferred("text/*") && !preferred("text/markdown;q=0"));
        assert!(!preferred("application/json, text/markdown;q=0.9"));
        assert!(!is_preferred(&HeaderMap::new()));
    }

    #[test]
    fn only_an_entry_itself_has_two_media_types() {
        assert!(is_negotiated("/entries/a?site=en") && is_negotiated("/entries/a.md"));
        assert!(!is_negotiated("/entries") && !is_negotiated("/entries/a/backlinks"));
    }
}
