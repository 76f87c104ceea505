//! `/collections` and `/collections/{handle}`.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::Api;
use super::answer::Draft;
use super::list::{Links, Meta, envelope};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use crate::fields::splice;
use crate::store::read::Collection;
use crate::store::{Kind, Snapshot, keys};

/// All collections, in the order of their handles, with the number of their public entries.
#[utoipa::path(
    get, path = "/collections", tag = "collections",
    responses(
        (status = 200, description = "The collections.", body = schema::CollectionList),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_collections(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let key = Canonical::new(&["collections"]).into_text();
    api.answer(&request, &key, async || many(&api).await).await
}

/// One collection.
#[utoipa::path(
    get, path = "/collections/{handle}", tag = "collections",
    params(("handle" = String, Path, description = "The collection's handle.")),
    responses(
        (status = 200, description = "The collection.", body = schema::Collection),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such collection.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn find_collection(
    request: HttpRequest,
    api: web::Data<Api>,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let key = Canonical::new(&["collections", &handle]).into_text();
    api.answer(&request, &key, async || one(&api, &handle).await)
        .await
}

pub(super) async fn many(api: &Api) -> Result<Draft, Error> {
    let found = api.store.collections(None, &api.audience()).await?;
    let members: Vec<String> = found.value.iter().map(object).collect();
    let links = Links::of(&Canonical::new(&["collections"]), None, None, None);
    let count = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let body = envelope(
        &members,
        &links,
        &Meta {
            limit: count,
            count: Some(count),
            ..Meta::default()
        },
    );
    let of_each = found
        .value
        .iter()
        .map(|of| keys::document(Kind::Collection, &of.id, ""));
    let lists = [
        keys::list(Kind::Collection, None),
        keys::list(Kind::Entry, None),
    ];
    let keys = lists.into_iter().chain(of_each).collect();
    Ok(draft(&found, body, keys))
}

async fn one(api: &Api, handle: &str) -> Result<Draft, Error> {
    let found = api.store.collections(Some(handle), &api.audience()).await?;
    let Some(collection) = found.value.first() else {
        return Err(Error::NotFound(format!(
            "there is no collection {handle:?}"
        )));
    };
    let own = keys::document(Kind::Collection, &collection.id, "");
    let counted = keys::list(Kind::Entry, Some(&collection.id));
    Ok(draft(&found, object(collection), vec![own, counted]))
}

fn draft(found: &Snapshot<Vec<Collection>>, body: String, keys: Vec<String>) -> Draft {
    Draft {
        body,
        content_type: "application/json",
        links: Vec::new(),
        keys,
        changed_at: Some(
            found
                .last_boundary
                .map_or(found.replaced_at, |boundary: Timestamp| {
                    boundary.max(found.replaced_at)
                }),
        ),
        expires: found.next_boundary,
        generation: found.generation,
    }
}

/// Its description with the number of its entries.
fn object(collection: &Collection) -> String {
    let mut out = splice::whole(&collection.summary);
    out.truncate(out.len() - 1);
    if !out.ends_with('{') {
        out.push(',');
    }
    write!(out, "\"entries\":{}}}", collection.entries).expect("writing to a String cannot fail");
    out
}
