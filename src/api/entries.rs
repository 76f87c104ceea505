//! `/entries/{id}`, and the same entry by its slug.

use actix_web::{HttpRequest, HttpResponse, web};

use super::accept::prefers;
use super::answer::Draft;
use super::choice::{self, Choice};
use super::listing::check_site;
use super::markdown;
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::{Api, batch, schema, single};
use crate::store::audience::Audience;
use crate::store::read::Document;
use crate::store::{Kind, Snapshot, id_key, keys};

/// One entry: its place in the site, its fields with raw Bard trees and their HTML, its resolved SEO metadata.
#[utoipa::path(
    get, path = "/entries/{id}", tag = "entries",
    params(
        ("id" = String, Path, description = "The entry's id; a UUID in any of its spellings."),
        ("body" = Option<String>, Query, description = "Parts of each Bard or Markdown body, between commas: `raw`, `html`, `text`, `markdown`, `headings`, `words`, `reading_minutes`, `links`, `images`, `blocks`; `*` for all, `none` for none. Default: `raw,html,headings,words,reading_minutes,links`."),
        ("fallback" = Option<bool>, Query, description = "`true`: where the entry has no localization in `site`, it comes as it is."),
        ("fields" = Option<String>, Query, description = "Names of fields, between commas, or paths to members of them (`article.html`, `author.title`); `*` (the default) for all, `none` for none. A path that leads through a relation to a field of its target (`related.teaser`) includes it."),
        ("heading_ids" = Option<bool>, Query, description = "`true`: headings in the HTML have the ids of `headings`."),
        ("include" = Option<String>, Query, description = "Paths of relations to entries, terms or assets, between commas (`related,related.topics`): their objects get the targets' `fields`. Those of users show all that this API has of them already. Four relations deep at most, 1,000 objects in one answer at most."),
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
    if prefers(request.headers(), markdown::MEDIA_TYPE) {
        return markdown::answer(&request, &api, &id).await;
    }
    let one = One::parse(&request)?;
    let id = id_key(&id);
    let key = one.key(&["entries", &id]);
    let compute = async || by_id(&api, &id, &one).await;
    api.answer_by_accept(&request, &key, compute).await
}

/// The same entry by its collection and slug.
///
/// Of several, as pages below different parents can be, the first; in the first site that has it where none is given.
#[utoipa::path(
    get, path = "/entries/by-slug/{collection}/{slug}", tag = "entries",
    params(
        ("collection" = String, Path, description = "Handle of the collection."),
        ("slug" = String, Path, description = "The entry's slug."),
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("fallback" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("heading_ids" = Option<bool>, Query, description = "`true`: headings in the HTML have the ids of `headings`."),
        ("include" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("seo" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("site" = Option<String>, Query, description = "Handle of a site: the entry that has the slug there."),
    ),
    responses(
        (status = 200, description = "The entry.", body = schema::Entry),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The public sees no such entry now.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn find_entry_by_slug(
    request: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let one = One::parse(&request)?;
    let (collection, slug) = &*path;
    let key = one.key(&["entries", "by-slug", collection, slug]);
    let compute = async || by_slug(&api, collection, slug, &one).await;
    api.answer(&request, &key, compute).await
}

/// What a request says of the one entry it wants.
struct One {
    site: Option<String>,
    fallback: bool,
    choice: Choice,
}

impl One {
    fn parse(request: &HttpRequest) -> Result<Self, Error> {
        let mut known = vec!["fallback", "site"];
        known.extend(choice::PARAMETERS);
        known.sort_unstable();
        let given = Parameters::parse(request.query_string(), &known)?;
        Ok(Self {
            site: given.get("site").map(str::to_owned),
            fallback: batch::fallback(&given)?,
            choice: Choice::parse(&given)?,
        })
    }

    fn key(&self, path: &[&str]) -> String {
        self.choice
            .canonical(Canonical::new(path))
            .with("fallback", self.fallback.then_some("true"))
            .with("site", self.site.as_deref())
            .into_text()
    }
}

async fn by_id(api: &Api, id: &str, one: &One) -> Result<Draft, Error> {
    let audience = api.audience();
    let site = one.site.as_deref();
    let found = if site.is_some() {
        let ids = [id.to_owned()];
        let found = api
            .store
            .batch(&ids, site, one.fallback, true, &audience)
            .await?;
        found.map(|mut found| found.pop().map(|(_, document)| document))
    } else {
        api.store.entry(id, &audience).await?
    };
    let missing = || format!("there is no public entry {id:?}");
    answer(api, found, one, &audience, missing).await
}

async fn by_slug(api: &Api, collection: &str, slug: &str, one: &One) -> Result<Draft, Error> {
    let audience = api.audience();
    let site = one.site.as_deref();
    let found = api
        .store
        .by_slug(collection, slug, site, one.fallback, &audience)
        .await?;
    let missing = || format!("there is no public entry {slug:?} in collection {collection:?}");
    answer(api, found, one, &audience, missing).await
}

async fn answer(
    api: &Api,
    found: Snapshot<Option<Document>>,
    one: &One,
    audience: &Audience,
    missing: impl FnOnce() -> String,
) -> Result<Draft, Error> {
    let Some(document) = &found.value else {
        let dictionary = api.dictionary().await?;
        check_site(&dictionary, one.site.as_deref())?;
        return Err(Error::NotFound(match &one.site {
            Some(site) => format!("{} in site {site:?}", missing()),
            None => missing(),
        }));
    };
    let choice = one.choice.clone().of_one();
    single::draft(
        api,
        Kind::Entry,
        document,
        found.generation,
        &choice,
        audience,
    )
    .await
}

/// The surrogate key of an entry.
pub(super) fn key(document: &Document) -> String {
    keys::document(Kind::Entry, &document.id, &document.site)
}

/// The error of an entry that is not there.
pub(super) async fn missing(api: &Api, id: &str, site: Option<&str>) -> Error {
    let known = api.dictionary().await;
    match known.and_then(|dictionary| check_site(&dictionary, site)) {
        Err(error) => error,
        Ok(()) => Error::NotFound(match site {
            Some(site) => format!("there is no public entry {id:?} in site {site:?}"),
            None => format!("there is no public entry {id:?}"),
        }),
    }
}
