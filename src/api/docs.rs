//! The API's own description: `/openapi.json`, and `/docs` that shows it without loading anything from elsewhere.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CONTENT_ENCODING, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::OpenApi;
use utoipa::openapi::RefOr;

use super::answer::Draft;
use super::problem::{Error, Problem};
use super::query::Parameters;
use super::{
    Api, changes, collections, entries, entry_list, events, health, links, llms, markdown, mcp,
    metrics, problems, redirects, resolve, resources, schema, search, seo_report, sitemaps, texts,
};

static SWAGGER: LazyLock<Arc<utoipa_swagger_ui::Config<'static>>> = LazyLock::new(|| {
    Arc::new(utoipa_swagger_ui::Config::from("/openapi.json").validator_url("none"))
});

/// Rhapsode serves the entries of a Statamic project: raw Bard trees, their HTML and resolved SEO metadata.
///
/// Every answer has a strong `ETag` (one per encoding), `Last-Modified`, `Cache-Control` and `Surrogate-Key`; errors are
/// `application/problem+json` (RFC 9457). An unknown parameter or value is an error that says what would be right.
#[derive(OpenApi)]
#[openapi(
    paths(
        health::list_routes,
        entry_list::list_entries,
        entries::find_entry,
        markdown::show_markdown,
        llms::show_llms,
        mcp::answer_message,
        links::list_backlinks,
        links::list_broken_links,
        search::search_everything,
        entries::find_entry_by_slug,
        resolve::resolve_path,
        collections::list_collections,
        collections::find_collection,
        resources::find_collection_tree,
        resources::list_taxonomies,
        resources::find_taxonomy,
        resources::list_terms,
        resources::find_term,
        entry_list::list_term_entries,
        resources::list_globals,
        resources::find_global,
        resources::list_navs,
        resources::find_nav,
        resources::list_containers,
        resources::list_assets,
        resources::find_asset,
        resources::list_sites,
        problems::list_problems,
        changes::list_changes,
        events::stream_events,
        redirects::list_redirects,
        texts::show_robots,
        texts::show_feed,
        seo_report::list_findings,
        sitemaps::list_sitemap,
        sitemaps::show_sitemap,
        sitemaps::show_sitemap_file,
        sitemaps::show_site_sitemap,
        sitemaps::show_site_sitemap_file,
        sitemaps::show_sitemaps,
        show_openapi,
        open_docs,
        show_docs,
        health::show_liveness,
        health::show_readiness,
        metrics::show_metrics,
    ),
    components(schemas(Problem, schema::Entry)),
    tags(
        (name = "entries", description = "What editors write."),
        (name = "search", description = "Full text."),
        (name = "links", description = "What refers to what, and what leads nowhere."),
        (name = "collections", description = "How it is grouped."),
        (name = "site", description = "What stands around it: sites, taxonomies, globals, navigations, assets."),
        (name = "readers", description = "The same for those who read Markdown."),
        (name = "changes", description = "What is new, different or gone."),
        (name = "seo", description = "What is said to search engines beside the pages, and what to mend."),
        (name = "problems", description = "What is wrong with the files."),
        (name = "server", description = "The server itself."),
    )
)]
struct Document;

/// A real answer of the sample site that the description shows.
pub struct Example {
    /// Of its file.
    pub name: &'static str,
    /// The route it is shown at.
    pub path: &'static str,
    /// What was asked for.
    pub request: &'static str,
    answer: &'static str,
}

/// All examples; a test holds them against the server.
pub const EXAMPLES: [Example; 6] = [
    Example {
        name: "find_entry",
        path: "/entries/{id}",
        request: "/entries/9d1a1066-2130-4828-89c5-4e18b71cee08",
        answer: include_str!("examples/find_entry.json"),
    },
    Example {
        name: "list_entries",
        path: "/entries",
        request: "/entries?filter[collection]=posts&sort=-date&limit=2&count=true",
        answer: include_str!("examples/list_entries.json"),
    },
    Example {
        name: "list_collections",
        path: "/collections",
        request: "/collections",
        answer: include_str!("examples/list_collections.json"),
    },
    Example {
        name: "find_collection",
        path: "/collections/{handle}",
        request: "/collections/posts",
        answer: include_str!("examples/find_collection.json"),
    },
    Example {
        name: "list_problems",
        path: "/problems",
        request: "/problems",
        answer: include_str!("examples/list_problems.json"),
    },
    Example {
        name: "list_routes",
        path: "/",
        request: "/",
        answer: include_str!("examples/list_routes.json"),
    },
];

/// The description of the API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for example in &EXAMPLES {
        let operation = document
            .paths
            .paths
            .get_mut(example.path)
            .and_then(|path| path.get.as_mut());
        let response = operation.and_then(|operation| operation.responses.responses.get_mut("200"));
        let Some(RefOr::T(response)) = response else {
            continue;
        };
        if let Some(RefOr::T(content)) = response.content.get_mut("application/json") {
            content.example = serde_json::from_str(example.answer).ok();
        }
    }
    document
}

/// The description as the file `openapi.json` has it.
#[must_use]
pub fn openapi_text() -> String {
    let mut text = openapi()
        .to_pretty_json()
        .expect("a document is always JSON");
    text.push('\n');
    text
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "server",
    responses((status = 200, description = "The OpenAPI document.", content_type = "application/json"))
)]
pub async fn show_openapi(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let draft = async || {
        Ok(Draft::fixed(
            openapi_text(),
            "application/json",
            api.generation(),
        ))
    };
    api.answer(&request, "/openapi.json", draft).await
}

/// To the page that shows it.
#[utoipa::path(get, path = "/docs", tag = "server", responses((status = 308, description = "To `/docs/`.")))]
pub async fn open_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, HeaderValue::from_static("/docs/")))
        .finish()
}

/// The page that shows it, and its parts.
#[utoipa::path(
    get, path = "/docs/{file}", tag = "server",
    params(("file" = String, Path, description = "A part of the page; empty for the page itself.")),
    responses(
        (status = 200, description = "The part.", content_type = "text/html"),
        (status = 404, description = "There is no such part.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show_docs(file: web::Path<String>) -> Result<HttpResponse, Error> {
    let found = utoipa_swagger_ui::serve(&file, Arc::clone(&SWAGGER))
        .ok()
        .flatten();
    let part =
        found.ok_or_else(|| Error::NotFound(format!("the documentation has no part {file:?}")))?;
    let mut response = HttpResponse::Ok()
        .content_type(part.content_type)
        .body(part.bytes.into_owned());
    if part.gzpipped {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
