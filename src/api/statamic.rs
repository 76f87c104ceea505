//! Statamic's own REST API, answer for answer, so that a front end moves by changing its base URL (spec/statamic.md §4).
//!
//! In: a path below the prefix, a query, and what the importer stored of Statamic's objects. Out: the same JSON as the
//! real thing. Where Statamic fails, this refuses with 400 and a reason; what is not public is never shown. It knows
//! nothing of fields or files.

mod condition;
mod described;
mod filter;
mod items;
mod list;
mod members;
mod moment;
mod object;
mod page;
mod parameters;
mod pattern;
mod php;
pub mod refusal;
mod request;
pub mod settings;
mod sort;
mod tree;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::answer::{Answer, Draft};
use super::freshness::Freshness;
use super::problem::Error;
use crate::store::Kind;
use parameters::Parameters;
use refusal::Refusal;
use request::Request;

/// The parameters that shape an answer, in the order of the canonical query.
const PARAMETERS: [&str; 8] = [
    "filter",
    "limit",
    "sort",
    "fields",
    "site",
    "page",
    "max_depth",
    "query_scope",
];

/// Puts the API at its prefix, if it is switched on.
pub fn register(app: &mut web::ServiceConfig, api: &Api) {
    let Some(settings) = api.statamic.as_ref().filter(|settings| settings.enabled) else {
        return;
    };
    for path in [
        format!("/{}", settings.prefix),
        format!("/{}/{{path:.*}}", settings.prefix),
    ] {
        app.service(
            web::resource(path)
                .route(super::read(answer_statamic))
                .default_service(web::to(super::other_methods)),
        );
    }
}

/// Any path of the API.
///
/// # Errors
/// What Statamic answers instead of data.
pub async fn answer_statamic(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let Some(settings) = &api.statamic else {
        return Err(Refusal::NotFound.into());
    };
    let prefix = format!("/{}", settings.prefix);
    let path = request
        .path()
        .strip_prefix(&prefix)
        .unwrap_or_default()
        .trim_matches('/')
        .to_owned();
    let parameters = Parameters::parse(request.query_string());
    let key = canonical(&format!("{prefix}/{path}"), &parameters);
    let asked = Request {
        store: &api.store,
        settings,
        audience: api.audience(),
        parameters,
        path,
    };
    let Some(token) = &settings.auth_token else {
        return api
            .answer(&request, &key, async || Ok(find(&asked).await?))
            .await;
    };
    if !is_authorized(request.headers(), token) {
        return Err(Refusal::Unauthorized.into());
    }
    let freshness = Freshness::new("private, no-cache");
    let draft = api.store.at_one_moment(async || find(&asked).await).await?;
    Ok(Answer::new(draft, 0, &freshness)
        .respond(request.headers(), &freshness, || asked.audience.now))
}

/// The endpoint of a path.
async fn find(request: &Request<'_>) -> Result<Draft, Refusal> {
    let segments: Vec<String> = request
        .path
        .split('/')
        .map(parameters::decode_path)
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["collections", handle, "entries"] => items::list_entries(request, handle).await,
        ["collections", handle, "entries", id] => items::show_entry(request, handle, id).await,
        ["collections", handle, "tree"] => tree::of_collection(request, handle).await,
        ["navs", handle, "tree"] => tree::of_navigation(request, handle).await,
        ["taxonomies", handle, "terms"] => items::list_terms(request, handle).await,
        ["taxonomies", handle, "terms", slug] => items::show_term(request, handle, slug).await,
        ["taxonomies", handle, "terms", slug, "entries"] => {
            items::list_term_entries(request, handle, slug).await
        }
        ["globals"] => described::list_globals(request).await,
        ["globals", handle] => described::show_global(request, handle).await,
        ["users"] => items::list_users(request).await,
        ["users", id] => items::show_user(request, id).await,
        ["assets", container] => items::list_assets(request, container).await,
        ["assets", container, path @ ..] => {
            items::show_asset(request, container, &path.join("/")).await
        }
        ["ping"] if request.is_v6() => ping(request).await,
        [resource] => described::list_described(request, described_kind(resource)?).await,
        [resource, handle] => {
            described::show_described(request, described_kind(resource)?, handle).await
        }
        _ => Err(Refusal::NotFound),
    }
}

fn described_kind(resource: &str) -> Result<Kind, Refusal> {
    match resource {
        "forms" => Ok(Kind::Form),
        "sites" => Ok(Kind::Site),
        "collections" => Ok(Kind::Collection),
        "taxonomies" => Ok(Kind::Taxonomy),
        "navs" => Ok(Kind::Navigation),
        "asset-containers" => Ok(Kind::Container),
        _ => Err(Refusal::NotFound),
    }
}

async fn ping(request: &Request<'_>) -> Result<Draft, Refusal> {
    let read = request.store.sites(&request.audience).await?;
    Ok(request.answer(&read, r#"{"ping":"pong"}"#.into(), Vec::new()))
}

/// The one spelling of a path and query, under which its answer is kept.
fn canonical(path: &str, parameters: &Parameters) -> String {
    format!("{path}?{}", parameters.canonical(&PARAMETERS))
}

/// Whether the request bears the token; how long that takes says nothing about it.
fn is_authorized(headers: &HeaderMap, token: &str) -> bool {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '));
    let given = given
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    given.is_some_and(|given| blake3::hash(given.as_bytes()) == blake3::hash(token.as_bytes()))
}
