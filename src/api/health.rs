//! What is here and how it fares: `/`, `/livez`, `/readyz`.

use std::sync::atomic::Ordering;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::answer::Draft;
use super::problem::{Error, Problem};
use super::query::Parameters;
use super::{Api, docs, schema};

/// What this server answers.
#[utoipa::path(
    get, path = "/", tag = "server",
    responses((status = 200, description = "The routes, each with a sentence.", body = schema::Index))
)]
pub async fn list_routes(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let draft = async || {
        Ok(Draft::fixed(
            index().to_string(),
            "application/json",
            api.generation(),
        ))
    };
    api.answer(&request, "/", draft).await
}

/// Whether the process runs.
#[utoipa::path(
    get, path = "/livez", tag = "server",
    responses((status = 200, description = "It does.", body = schema::Health))
)]
pub async fn show_liveness() -> HttpResponse {
    health(&json!({"status": "ok"}))
}

/// Whether it has something to serve.
///
/// An import is in the database, and the database answers, or need not by setting.
#[utoipa::path(
    get, path = "/readyz", tag = "server",
    responses(
        (status = 200, description = "It has.", body = schema::Health),
        (status = 503, description = "Nothing is imported yet, or the database is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show_readiness(api: web::Data<Api>) -> Result<HttpResponse, Error> {
    let lost = api.lost.load(Ordering::Acquire);
    if lost && !api.ready_without_database {
        return Err(Error::Lost);
    }
    let generation = if lost {
        api.generation()
    } else {
        api.store.generation().await?.number
    };
    match (generation, lost) {
        (0, _) => Err(Error::NotReady),
        (_, false) => Ok(health(&json!({"status": "ok", "generation": generation}))),
        (_, true) => Ok(health(
            &json!({"status": "ok", "generation": generation, "database": "lost"}),
        )),
    }
}

fn health(body: &Value) -> HttpResponse {
    let mut response = HttpResponse::Ok().json(body);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The documented routes with the first line of what the document says of them.
fn index() -> Value {
    let document = serde_json::to_value(docs::openapi()).expect("a document is always JSON");
    let mut routes = Map::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let operation = item.get("get").unwrap_or(&item["post"]);
        routes.insert(path.clone(), operation["summary"].clone());
    }
    json!({"name": "rhapsode", "version": env!("CARGO_PKG_VERSION"), "routes": routes})
}
