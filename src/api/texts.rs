//! Texts that are kept as they are sent: `robots.txt` and feeds.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::Api;
use super::answer::Draft;
use super::listing::{self, check_site};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::resources::draft;
use crate::seo::feed::FORMATS;
use crate::store::Kind;
use crate::store::resources::Which;

/// What crawlers may fetch, and where the sitemap is.
#[utoipa::path(get, path = "/robots.txt", tag = "seo",
    responses((status = 200, description = "The file.", content_type = "text/plain")))]
pub async fn show_robots(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let which = Which {
        kind: Kind::Robots,
        owner: "",
        site: None,
    };
    let compute = async || text(&api, which, "robots.txt", "text/plain; charset=utf-8").await;
    api.answer(&request, "/robots.txt", compute).await
}

/// The newest entries of a collection as RSS, Atom or JSON Feed, where the settings ask for it.
#[utoipa::path(get, path = "/feeds/{collection}.{format}", tag = "seo",
    params(
        ("collection" = String, Path, description = "The collection's handle."),
        ("format" = String, Path, description = "`rss`, `atom` or `json`."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The feed.", content_type = "application/rss+xml"),
        (status = 404, description = "There is no such feed.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_feed(
    request: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let given = Parameters::parse(request.query_string(), &["site"])?;
    let ((collection, name), site) = (&*path, given.get("site"));
    let format = FORMATS.into_iter().find(|format| format.name() == name);
    let missing = || Error::NotFound(format!("there is no feed {collection}.{name}"));
    let format = format.ok_or_else(missing)?;
    let id = format!("{collection}.{name}");
    let key = Canonical::new(&["feeds", &id]);
    let key = key.with("site", site).into_text();
    let which = Which {
        kind: Kind::Feed,
        owner: collection,
        site,
    };
    let compute = async || {
        let found = text(&api, which, &id, format.media_type()).await;
        if matches!(found, Err(Error::NotFound(_))) {
            check_site(&*api.dictionary().await?, site)?;
        }
        found
    };
    api.answer(&request, &key, compute).await
}

/// How such a text is kept.
#[derive(Default, Deserialize)]
struct Text {
    text: String,
}

async fn text(
    api: &Api,
    which: Which<'_>,
    id: &str,
    content_type: &'static str,
) -> Result<Draft, Error> {
    let audience = api.audience();
    let found = api.store.resource(which, id, &audience).await?;
    let missing = || Error::NotFound(format!("there is no {} {id:?} here", which.kind.name()));
    let document = found.value.as_ref().ok_or_else(missing)?;
    let text: Text = serde_json::from_str(&document.summary).unwrap_or_default();
    let keys = vec![listing::key(which.kind, document)];
    Ok(Draft {
        content_type,
        ..draft(&found, text.text, keys, Vec::new())
    })
}
