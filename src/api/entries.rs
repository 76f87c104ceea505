//! `/entries/{id}`, and what an entry looks like wherever it stands.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::answer::Draft;
use super::choice::Choice;
use super::markdown;
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters, unknown_value};
use super::schema;
use crate::fields::splice;
use crate::store::read::Document;
use crate::store::{Kind, id_key, keys};

/// One entry: its place in the site, its fields with the raw Bard trees and their HTML, its resolved SEO metadata.
#[utoipa::path(
    get, path = "/entries/{id}", tag = "entries",
    params(
        ("id" = String, Path, description = "The entry's id; a UUID in any of its spellings."),
        ("body" = Option<String>, Query, description = "Parts of each Bard or Markdown body, between commas: `raw`, `html`, `text`, `markdown`, `headings`, `words`, `reading_minutes`, `links`, `images`, `blocks`; `*` for all, `none` for none. Default: `raw,html,headings,words,reading_minutes,links`."),
        ("fields" = Option<String>, Query, description = "Names of fields, between commas; `*` (the default) for all, `none` for none."),
        ("heading_ids" = Option<bool>, Query, description = "`true`: headings in the HTML have the ids of `headings`."),
        ("seo" = Option<String>, Query, description = "`full` (the default), `none`, `resolved` (everything but `head`), or any of `raw`, `resolved`, `head.html`, `head.unhead`, `head.next`, between commas."),
        ("site" = Option<String>, Query, description = "Handle of a site: gives the entry's localization there."),
    ),
    responses(
        (status = 200, description = "The entry.", body = schema::Entry),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The public sees no such entry now.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn find_entry(
    request: HttpRequest,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    if markdown::is_preferred(request.headers()) {
        return markdown::answer(&request, &api, &id).await;
    }
    let given = Parameters::parse(
        request.query_string(),
        &["body", "fields", "heading_ids", "seo", "site"],
    )?;
    let (id, site) = (id_key(&id), given.get("site"));
    let choice = Choice::parse(&given)?;
    let key = choice
        .canonical(Canonical::new(&["entries", &id]))
        .with("site", site)
        .into_text();
    api.answer(&request, &key, one(&api, &id, site, &choice.of_one()))
        .await
}

async fn one(api: &Api, id: &str, site: Option<&str>, choice: &Choice) -> Result<Draft, Error> {
    let audience = &api.audience();
    let found = match site {
        Some(site) => api.store.localization(id, site, audience).await?,
        None => api.store.entry(id, audience).await?,
    };
    let Some(document) = &found.value else {
        return Err(missing(api, id, site).await);
    };
    check_fields(
        api,
        choice,
        Some(&document.owner),
        document.fields.as_deref(),
    )
    .await?;
    Ok(Draft {
        body: object(document, choice),
        content_type: "application/json",
        links: document
            .permalink
            .iter()
            .map(|permalink| format!("<{permalink}>; rel=\"canonical\""))
            .collect(),
        keys: vec![key(document)],
        changed_at: Some(document.changed_at()),
        expires: document.visible_until(),
        generation: found.generation,
    })
}

pub(super) async fn missing(api: &Api, id: &str, site: Option<&str>) -> Error {
    match check_handle(api, Kind::Site, "site", site).await {
        Err(error) => error,
        Ok(()) => Error::NotFound(match site {
            Some(site) => format!("there is no public entry {id:?} in site {site:?}"),
            None => format!("there is no public entry {id:?}"),
        }),
    }
}

/// An entry as the request chose it, spliced from its templates.
pub(super) fn object(document: &Document, choice: &Choice) -> String {
    let size = document.summary.len()
        + document.fields.as_ref().map_or(0, String::len)
        + document.seo.as_ref().map_or(0, String::len);
    let mut out = String::with_capacity(size + 32);
    let keep = |kind, name: &str| choice.keeps(kind, name);
    splice::cut(&document.summary, &keep, &mut out);
    out.truncate(out.len() - 1);
    let mut member = |name: &str, template: Option<&str>| {
        if !out.ends_with('{') {
            out.push(',');
        }
        out.push_str(name);
        splice::cut(template.unwrap_or("null"), &keep, &mut out);
    };
    if choice.has_fields() {
        member("\"fields\":", document.fields.as_deref());
    }
    if choice.has_seo() {
        member("\"seo\":", document.seo.as_deref());
    }
    out.push('}');
    out
}

/// The surrogate key of an entry: its answer is spliced from its own document and nothing else.
pub(super) fn key(document: &Document) -> String {
    keys::document(Kind::Entry, &document.id, &document.site)
}

/// Names of fields that neither the entry at hand has nor any other of its collection are errors.
pub(super) async fn check_fields(
    api: &Api,
    choice: &Choice,
    collection: Option<&str>,
    template: Option<&str>,
) -> Result<(), Error> {
    let absent =
        |name: &&String| template.is_none_or(|template| splice::find(template, name).is_none());
    let absent: Vec<&String> = choice.named_fields().iter().filter(absent).collect();
    if absent.is_empty() {
        return Ok(());
    }
    let known = api.store.field_names(collection).await?;
    match absent.into_iter().find(|name| !known.contains(name)) {
        Some(unknown) => Err(Choice::unknown_field(unknown, &known)),
        None => Ok(()),
    }
}

/// An error if a handle is given that nothing has.
pub(super) async fn check_handle(
    api: &Api,
    kind: Kind,
    param: &str,
    handle: Option<&str>,
) -> Result<(), Error> {
    let Some(handle) = handle else { return Ok(()) };
    let known = api.store.handles(kind).await?;
    if known.iter().any(|known| known == handle) {
        Ok(())
    } else {
        Err(unknown_value(param, handle, &known))
    }
}
