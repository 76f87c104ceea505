//! `/entries`: entries by what is asked of them, or by their ids; and those of a term.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::answer::Draft;
use super::batch::{self, Batch};
use super::listing::{self, Base, List};
use super::problem::{Error, Problem};
use super::schema;
use crate::store::Kind;

/// Entries, page by page: summaries, and of fields, bodies and SEO metadata what is asked for.
#[utoipa::path(
    get, path = "/entries", tag = "entries",
    params(
        ("filter[path:condition]" = Option<String>, Query, description = "Only entries that pass. The path is a field, a member of one (`seo.title`, `blocks.type`) or one of `id title slug uri url site collection date updated_at blueprint parent origin taxonomy.HANDLE`. Conditions: `eq` (may be left out), `ne`, `in`, `nin` (lists between commas), `lt`, `lte`, `gt`, `gte`, `between` (two values), `contains`, `starts_with`, `ends_with`, `exists`, `empty` (`true` or `false`). Several are all to hold."),
        ("filter[any][0][path:condition]" = Option<String>, Query, description = "Conditions in numbered groups: one group is enough, of which all have to hold."),
        ("filter[collection]" = Option<String>, Query, description = "Handle of a collection; `collection` is the same, and takes several between commas."),
        ("collection" = Option<String>, Query, description = "Short for `filter[collection:in]`."),
        ("ids" = Option<String>, Query, description = "Up to 200 ids between commas: these entries in this order, `meta.missing` names those that are not there. Only with `body`, `fields`, `include`, `seo`, `site` and `fallback`."),
        ("sort" = Option<String>, Query, description = "Up to four keys between commas, with `-` in front for the greatest first: `order` (the default: the collection's own), `date`, `title`, `updated_at` or any field that holds one value. Entries without a value come last."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("cursor" = Option<String>, Query, description = "From `links.next` or `links.prev` of another page, as it is."),
        ("page" = Option<i64>, Query, minimum = 1, description = "A page by its number, up to the 10,000th entry; cursors go further."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("format" = Option<String>, Query, description = "`ndjson`: all of them as lines, `application/x-ndjson`; so it is with that `Accept` where no page is asked for. `json`: a page, whatever `Accept` says."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry. Default: none."),
        ("heading_ids" = Option<bool>, Query, description = "`true`: headings in the HTML have the ids of `headings`."),
        ("include" = Option<String>, Query, description = "As on one entry."),
        ("seo" = Option<String>, Query, description = "As on one entry. Default: `none`."),
        ("site" = Option<String>, Query, description = "Handle of a site: only its entries."),
        ("fallback" = Option<bool>, Query, description = "`true`: what is not localized in `site` comes as its original."),
    ),
    responses(
        (status = 200, description = "A page of entries.", body = schema::EntryList),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_entries(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let query = request.query_string();
    if let Some(batch) = Batch::parse(query)? {
        return batch::answer(&api, &request, &batch).await;
    }
    let list = List::parse(query, all())?;
    listing::answer(&api, &request, &list).await
}

/// The same answer for whoever asks in other ways than by a path.
pub(super) async fn of_query(api: &Api, query: &str) -> Result<Draft, Error> {
    listing::draft_of(api, &List::parse(query, all())?).await
}

fn all() -> Base {
    Base {
        path: vec!["entries".to_owned()],
        kind: Kind::Entry,
        owner: None,
        term: None,
    }
}

/// The entries that have a term.
///
/// All parameters of `/entries` but `ids`.
#[utoipa::path(
    get, path = "/taxonomies/{handle}/terms/{slug}/entries", tag = "site",
    params(
        ("handle" = String, Path, description = "The taxonomy's handle."),
        ("slug" = String, Path, description = "The term's slug in the default site."),
        ("filter[path:condition]" = Option<String>, Query, description = "Only entries that pass: as on `/entries`."),
        ("filter[any][0][path:condition]" = Option<String>, Query, description = "Conditions in numbered groups: one group is enough, of which all have to hold."),
        ("filter[collection]" = Option<String>, Query, description = "Handle of a collection; `collection` is the same, and takes several between commas."),
        ("collection" = Option<String>, Query, description = "Short for `filter[collection:in]`."),
        ("sort" = Option<String>, Query, description = "Up to four keys between commas, with `-` in front for the greatest first: `order` (the default: the collection's own), `date`, `title`, `updated_at` or any field that holds one value. Entries without a value come last."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("cursor" = Option<String>, Query, description = "From `links.next` or `links.prev` of another page, as it is."),
        ("page" = Option<i64>, Query, minimum = 1, description = "A page by its number, up to the 10,000th entry; cursors go further."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("format" = Option<String>, Query, description = "`ndjson`: all of them as lines, with no limit."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry. Default: none."),
        ("heading_ids" = Option<bool>, Query, description = "`true`: headings in the HTML have the ids of `headings`."),
        ("include" = Option<String>, Query, description = "As on one entry."),
        ("seo" = Option<String>, Query, description = "As on one entry. Default: `none`."),
        ("site" = Option<String>, Query, description = "Handle of a site: only its entries."),
        ("fallback" = Option<bool>, Query, description = "`true`: what is not localized in `site` comes as its original."),
    ),
    responses(
        (status = 200, description = "A page of entries.", body = schema::EntryList),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such term.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_term_entries(
    request: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (handle, slug) = &*path;
    let parts = ["taxonomies", handle, "terms", slug, "entries"];
    let base = Base {
        path: parts.map(str::to_owned).to_vec(),
        kind: Kind::Entry,
        owner: None,
        term: Some((handle.clone(), slug.clone())),
    };
    let list = List::parse(request.query_string(), base)?;
    listing::answer(&api, &request, &list).await
}
