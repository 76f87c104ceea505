//! `/sitemap.xml` and its kin. Their URLs are stored as finished elements: a small sitemap is an answer like any other, a
//! large one is sent as it is read, and one over the protocol's limits is an index of files.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::answer::Draft;
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope, wrong_cursor};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::{schema, sending};
use crate::seo::sitemap::{CLOSE, OPEN, index};
use crate::store::audience::Audience;
use crate::store::list::{Key, Place as ListPlace};
use crate::store::read::Document;
use crate::store::resources::Which;
use crate::store::sitemap::{File, Place};
use crate::store::{Kind, Snapshot, keys};

/// The type of a sitemap.
const XML: &str = "application/xml; charset=utf-8";

/// As many URLs as any file has.
const MOST: i64 = 50_000;

/// A file up to this many bytes is made at once and kept; a larger one is sent as it is read.
const AT_ONCE: i64 = 1 << 20;

/// The sitemap of the default site, or the index of its files where it is over the protocol's limits.
#[utoipa::path(get, path = "/sitemap.xml", tag = "seo",
    responses(
        (status = 200, description = "The sitemap.", content_type = "application/xml"),
        (status = 404, description = "The site has none.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_sitemap(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    answer(&api, &request, None, None).await
}

/// One file of the default site's sitemap, where it is over the protocol's limits.
#[utoipa::path(get, path = "/sitemap-{number}.xml", tag = "seo",
    params(("number" = String, Path, description = "From 1, as the index names it.")),
    responses(
        (status = 200, description = "The file.", content_type = "application/xml"),
        (status = 404, description = "There is no such file.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_sitemap_file(
    request: HttpRequest,
    api: web::Data<Api>,
    number: web::Path<String>,
) -> Result<HttpResponse, Error> {
    answer(&api, &request, None, Some(&number)).await
}

/// The sitemap of the site that stands below this path, or has this handle.
#[utoipa::path(get, path = "/{site}/sitemap.xml", tag = "seo",
    params(("site" = String, Path, description = "The path of the site's URL, or its handle.")),
    responses(
        (status = 200, description = "The sitemap.", content_type = "application/xml"),
        (status = 404, description = "There is no such site, or it has none.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_site_sitemap(
    request: HttpRequest,
    api: web::Data<Api>,
    site: web::Path<String>,
) -> Result<HttpResponse, Error> {
    answer(&api, &request, Some(&site), None).await
}

/// One file of that sitemap.
#[utoipa::path(get, path = "/{site}/sitemap-{number}.xml", tag = "seo",
    params(
        ("site" = String, Path, description = "The path of the site's URL, or its handle."),
        ("number" = String, Path, description = "From 1, as the index names it."),
    ),
    responses(
        (status = 200, description = "The file.", content_type = "application/xml"),
        (status = 404, description = "There is no such file.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_site_sitemap_file(
    request: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (site, number) = &*path;
    answer(&api, &request, Some(site), Some(number)).await
}

/// The index of the sitemaps of all sites.
#[utoipa::path(get, path = "/sitemaps.xml", tag = "seo",
    responses(
        (status = 200, description = "The index.", content_type = "application/xml"),
        (status = 404, description = "No site has a sitemap, or no public origin is known.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_sitemaps(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    api.answer(&request, "/sitemaps.xml", async || all(&api).await)
        .await
}

/// The same URLs as JSON.
#[utoipa::path(get, path = "/seo/sitemap", tag = "seo",
    params(
        ("cursor" = Option<String>, Query, description = "From `links.next`, as it is."),
        ("limit" = Option<i64>, Query, description = "1 to 100; 20 if nothing is said."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "A page of URLs.", body = schema::SitemapList),
        (status = 404, description = "The site has no sitemap.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_sitemap(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let given = Parameters::parse(request.query_string(), &["cursor", "limit", "site"])?;
    let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
    let (site, digits) = (given.get("site"), limit.to_string());
    let list = Canonical::new(&["seo", "sitemap"]).with("site", site);
    let list = list.with("limit", (limit != USUAL_LIMIT).then_some(digits.as_str()));
    let cursor = given.get("cursor");
    let order = format!("sitemap {}", site.unwrap_or_default());
    let from = cursor.map_or(Ok(Place::first()), |cursor| place(cursor, &order))?;
    let key = list.clone().with("cursor", cursor).into_text();
    let compute = async || {
        let audience = api.audience();
        let sites = sitemaps(&api, &audience).await?;
        super::listing::check_site(&*api.dictionary().await?, site)?;
        let of = chosen(&sites.value, site).ok_or_else(none)?;
        let found = api.store.sitemap_urls(&of.id, &from, limit + 1, &audience);
        let found = found.await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let urls = found.value.iter().take(shown);
        let goes_on = urls.clone().next_back();
        let goes_on = goes_on.filter(|_| found.value.len() > shown);
        let next = goes_on.map(|last| self::cursor(&last.behind()).write(&order));
        let members: Vec<String> = urls.map(|url| url.page.clone()).collect();
        let links = Links::of(&list, cursor, next.as_deref(), None);
        let meta = Meta {
            limit,
            ..Meta::default()
        };
        let body = envelope(&members, &links, &meta);
        let headers = links.header();
        Ok(Draft {
            links: headers,
            ..draft(&found, body, "application/json")
        })
    };
    api.answer(&request, &key, compute).await
}

/// What is asked for: a whole sitemap, or the index of its files.
enum Asked {
    Index(Vec<(String, Option<String>)>),
    File(Option<File>),
}

async fn answer(
    api: &Api,
    request: &HttpRequest,
    site: Option<&str>,
    number: Option<&str>,
) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let audience = api.audience();
    let (of, files) = api
        .store
        .at_one_moment(async || files(api, site, &audience).await)
        .await?;
    let of = &of;
    let key = request.path();
    match asked(of, &files.value, number)? {
        Asked::File(Some(file)) if file.bytes > AT_ONCE => {
            let head = draft(&files, String::new(), XML);
            let stretch = sending::Stretch {
                store: api.store.clone(),
                site: of.id.clone(),
                audience,
                generation: (files.generation, files.replaced_at),
                from: file.place(),
                urls: file.urls,
                bytes: file.bytes,
            };
            Ok(sending::respond(api, request, head, &files, stretch))
        }
        Asked::File(file) => {
            let bounds_of = (files.value.len() > 1).then_some(files.generation);
            let compute = async || whole(api, &of.id, file.as_ref(), bounds_of, &audience).await;
            api.answer(request, key, compute).await
        }
        Asked::Index(locs) => {
            let locs = locs.iter().map(|(loc, at)| (loc.as_str(), at.as_deref()));
            let draft = draft(&files, index(locs), XML);
            api.answer(request, key, async || Ok(draft.clone())).await
        }
    }
}

/// A sitemap and its files.
async fn files(
    api: &Api,
    site: Option<&str>,
    audience: &Audience,
) -> Result<(Document, Snapshot<Vec<File>>), Error> {
    let sites = sitemaps(api, audience).await?;
    let of = chosen(&sites.value, site).cloned().ok_or_else(none)?;
    let files = api.store.sitemap_files(&of.id, audience).await?;
    Ok((of, files))
}

fn asked(of: &Document, files: &[File], number: Option<&str>) -> Result<Asked, Error> {
    let is_split = files.len() > 1;
    let Some(number) = number else {
        return Ok(if is_split {
            Asked::Index(locs(of, files))
        } else {
            Asked::File(files.first().cloned())
        });
    };
    let place = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let file = place
        .and_then(|place| files.get(place))
        .filter(|_| is_split);
    let missing = || Error::NotFound(format!("the sitemap has no file {number:?}"));
    Ok(Asked::File(Some(file.cloned().ok_or_else(missing)?)))
}

/// The URL of each file: the sitemap's own where it is one file, numbered ones where it is split.
fn locs(of: &Document, files: &[File]) -> Vec<(String, Option<String>)> {
    let Some(own) = &of.permalink else {
        return Vec::new();
    };
    if files.len() < 2 {
        let lastmod = files.first().and_then(|file| file.lastmod.clone());
        return vec![(own.clone(), lastmod)];
    }
    let stem = own.strip_suffix(".xml").unwrap_or(own);
    let numbered = (1..).zip(files);
    numbered
        .map(|(number, file)| (format!("{stem}-{number}.xml"), file.lastmod.clone()))
        .collect()
}

/// A file that is made at once. The only one of a sitemap is all that there is; another must be of the generation by
/// which its bounds were found.
async fn whole(
    api: &Api,
    site: &str,
    file: Option<&File>,
    bounds_of: Option<i64>,
    audience: &Audience,
) -> Result<Draft, Error> {
    let bounds = file
        .zip(bounds_of)
        .map(|(file, _)| (file.place(), file.urls));
    let (from, urls) = bounds.unwrap_or_else(|| (Place::first(), MOST));
    let found = api.store.sitemap_urls(site, &from, urls, audience).await?;
    if bounds_of.is_some_and(|generation| generation != found.generation) {
        return Err(Error::Changed);
    }
    let elements = found.value.iter().map(|url| url.xml.as_str());
    let body = [OPEN].into_iter().chain(elements).chain([CLOSE]).collect();
    Ok(draft(&found, body, XML))
}

async fn all(api: &Api) -> Result<Draft, Error> {
    let audience = api.audience();
    let sites = sitemaps(api, &audience).await?;
    let mut all = Vec::new();
    for site in &sites.value {
        let files = api.store.sitemap_files(&site.id, &audience).await?;
        all.extend(locs(site, &files.value));
    }
    if all.is_empty() {
        return Err(none());
    }
    let body = index(all.iter().map(|(loc, at)| (loc.as_str(), at.as_deref())));
    Ok(draft(&sites, body, XML))
}

/// The sitemaps of all sites that have one, in site order.
async fn sitemaps(api: &Api, audience: &Audience) -> Result<Snapshot<Vec<Document>>, Error> {
    let which = Which {
        kind: Kind::Sitemap,
        owner: "",
        site: None,
    };
    Ok(api.store.resources(which, -1, i64::MAX, audience).await?)
}

/// Without a name the site at the root, else the default one; with one the site that stands below that path, else the
/// one that is called so.
fn chosen<'a>(sites: &'a [Document], name: Option<&str>) -> Option<&'a Document> {
    let path = format!("/{}", name.unwrap_or_default());
    let below = sites.iter().find(|site| site.uri.as_deref() == Some(&path));
    below.or_else(|| {
        let is_called = |site: &&Document| match name {
            Some(name) => site.id == name,
            None => site.own_order() == 0,
        };
        sites.iter().find(is_called)
    })
}

fn none() -> Error {
    Error::NotFound("there is no sitemap here".into())
}

fn draft<T>(found: &Snapshot<T>, body: String, content_type: &'static str) -> Draft {
    let replaced = found.replaced_at;
    let changed = found
        .last_boundary
        .map_or(replaced, |last| last.max(replaced));
    Draft {
        body,
        content_type,
        links: Vec::new(),
        keys: vec![keys::list(Kind::Sitemap, None)],
        changed_at: Some(changed),
        expires: found.next_boundary,
        generation: found.generation,
    }
}

fn cursor(place: &Place) -> Cursor {
    Cursor {
        before: false,
        place: ListPlace {
            keys: vec![
                Key::Number(place.rank),
                Key::Text(place.loc.clone()),
                Key::Number(place.tie),
            ],
            id: String::new(),
        },
    }
}

fn place(text: &str, order: &str) -> Result<Place, Error> {
    let place = Cursor::read(text, order)?.place;
    match place.keys.as_slice() {
        [Key::Number(rank), Key::Text(loc), Key::Number(tie)] => Ok(Place {
            rank: *rank,
            loc: loc.clone(),
            tie: *tie,
        }),
        _ => Err(wrong_cursor()),
    }
}
