//! Everything but entries: `/sites`, `/taxonomies`, `/globals`, `/navs`, `/assets` and the trees of collections.

use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Draft;
use super::choice::{self, Choice};
use super::compose::object;
use super::filter::Scope;
use super::include::{self, Included};
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope};
use super::listing::{self, Base, List, check_site};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::single::check_fields;
use super::{Api, schema};
use crate::store::audience::Audience;
use crate::store::read::Document;
use crate::store::resources::Which;
use crate::store::{Kind, Snapshot, keys};

/// Names a kind of thing in a path, and what may be asked of it.
struct Resource<'a> {
    /// The path in parts.
    path: Vec<&'a str>,
    kind: Kind,
    owner: &'a str,
    /// Whether it has fields to choose from, and SEO where its kind has some.
    chosen: bool,
}

/// All sites; the first is the default one.
#[utoipa::path(get, path = "/sites", tag = "site",
    responses((status = 200, description = "The sites.", body = schema::ResourceList)))]
pub async fn list_sites(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Error> {
    list(&api, &request, plain(vec!["sites"], Kind::Site, "")).await
}

/// All taxonomies.
#[utoipa::path(get, path = "/taxonomies", tag = "site",
    responses((status = 200, description = "The taxonomies.", body = schema::ResourceList)))]
pub async fn list_taxonomies(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let resource = plain(vec!["taxonomies"], Kind::Taxonomy, "");
    list(&api, &request, resource).await
}

/// One taxonomy.
#[utoipa::path(get, path = "/taxonomies/{handle}", tag = "site",
    params(("handle" = String, Path, description = "The taxonomy's handle.")),
    responses(
        (status = 200, description = "The taxonomy.", body = schema::Resource),
        (status = 404, description = "There is no such taxonomy.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn find_taxonomy(
    request: HttpRequest,
    api: web::Data<Api>,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let resource = plain(vec!["taxonomies", &handle], Kind::Taxonomy, "");
    one(&api, &request, resource, &handle).await
}

/// The terms of a taxonomy in one site, those without a file included.
#[utoipa::path(get, path = "/taxonomies/{handle}/terms", tag = "site",
    params(
        ("handle" = String, Path, description = "The taxonomy's handle."),
        ("filter[path:condition]" = Option<String>, Query, description = "Only terms that pass: as on `/entries`; the path is a field, a member of one, or one of `id title slug uri url site taxonomy updated_at`."),
        ("filter[any][0][path:condition]" = Option<String>, Query, description = "Conditions in numbered groups: one group is enough, of which all have to hold."),
        ("sort" = Option<String>, Query, description = "Up to four of `order title updated_at` and any field with one value, with commas between them; `-` for the greatest first."),
        ("page" = Option<i64>, Query, minimum = 1, description = "A page by its number, up to the 10,000th item; cursors go further."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("format" = Option<String>, Query, description = "`ndjson`: all of them as lines, with no limit."),
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("cursor" = Option<String>, Query, description = "From `links.next`, as it is."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`; `none` if nothing is said."),
        ("heading_ids" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("limit" = Option<i64>, Query, description = "1 to 100; 20 if nothing is said."),
        ("seo" = Option<String>, Query, description = "As on `/entries/{id}`; `none` if nothing is said."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The terms.", body = schema::ResourceList),
        (status = 404, description = "There is no such taxonomy.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_terms(
    request: HttpRequest,
    api: web::Data<Api>,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let base = Base {
        path: ["taxonomies", &*handle, "terms"]
            .map(str::to_owned)
            .to_vec(),
        kind: Kind::Term,
        owner: Some(handle.clone()),
        term: None,
    };
    let list = List::parse(request.query_string(), base)?;
    exists(&api, Kind::Taxonomy, &handle).await?;
    listing::answer(&api, &request, &list).await
}

/// One term, by the slug that the default site has for it.
#[utoipa::path(get, path = "/taxonomies/{handle}/terms/{slug}", tag = "site",
    params(
        ("handle" = String, Path, description = "The taxonomy's handle."),
        ("slug" = String, Path, description = "The term's slug in the default site."),
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("heading_ids" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("seo" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The term.", body = schema::Resource),
        (status = 404, description = "There is no such term.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn find_term(
    request: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (handle, slug) = &*path;
    let id = format!("{handle}::{slug}");
    let path = vec!["taxonomies", handle.as_str(), "terms", slug.as_str()];
    one(&api, &request, chosen(path, Kind::Term, handle), &id).await
}

/// The global sets of one site.
#[utoipa::path(get, path = "/globals", tag = "site",
    params(
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`; `none` if nothing is said."),
        ("heading_ids" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses((status = 200, description = "The sets.", body = schema::ResourceList)))]
pub async fn list_globals(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    list(&api, &request, chosen(vec!["globals"], Kind::Global, "")).await
}

/// One global set in one site.
#[utoipa::path(get, path = "/globals/{handle}", tag = "site",
    params(
        ("handle" = String, Path, description = "The set's handle."),
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("heading_ids" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The set.", body = schema::Resource),
        (status = 404, description = "The site has no such set.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn find_global(
    request: HttpRequest,
    api: web::Data<Api>,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let resource = chosen(vec!["globals", &handle], Kind::Global, "");
    one(&api, &request, resource, &handle).await
}

/// All navigations.
#[utoipa::path(get, path = "/navs", tag = "site",
    responses((status = 200, description = "The navigations.", body = schema::ResourceList)))]
pub async fn list_navs(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Error> {
    list(&api, &request, plain(vec!["navs"], Kind::Navigation, "")).await
}

/// A navigation's tree in one site, with every URL resolved; what the public may not see is left out.
#[utoipa::path(get, path = "/navs/{handle}", tag = "site",
    params(
        ("handle" = String, Path, description = "The navigation's handle."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The tree.", body = schema::Resource),
        (status = 404, description = "The site has no such navigation.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn find_nav(
    request: HttpRequest,
    api: web::Data<Api>,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let resource = plain(vec!["navs", &handle], Kind::NavigationTree, &handle);
    one(&api, &request, resource, &handle).await
}

/// A collection's tree in one site; what the public may not see is left out with all that stands below it.
#[utoipa::path(get, path = "/collections/{handle}/tree", tag = "collections",
    params(
        ("handle" = String, Path, description = "The collection's handle."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The tree.", body = schema::Resource),
        (status = 404, description = "There is no such tree.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn find_collection_tree(
    request: HttpRequest,
    api: web::Data<Api>,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let path = vec!["collections", &*handle, "tree"];
    let resource = plain(path, Kind::CollectionTree, &handle);
    one(&api, &request, resource, &handle).await
}

/// All asset containers.
#[utoipa::path(get, path = "/assets", tag = "site",
    responses((status = 200, description = "The containers.", body = schema::ResourceList)))]
pub async fn list_containers(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    list(&api, &request, plain(vec!["assets"], Kind::Container, "")).await
}

/// The files of an asset container, by their path.
#[utoipa::path(get, path = "/assets/{container}", tag = "site",
    params(
        ("container" = String, Path, description = "The container's handle."),
        ("filter[path:condition]" = Option<String>, Query, description = "Only files that pass: as on `/entries`; the path is a field, a member of one, or one of `id title url path container alt width height focus mime_type size`."),
        ("filter[any][0][path:condition]" = Option<String>, Query, description = "Conditions in numbered groups: one group is enough, of which all have to hold."),
        ("sort" = Option<String>, Query, description = "Up to four of `order title` and any field with one value, with commas between them; `-` for the greatest first."),
        ("page" = Option<i64>, Query, minimum = 1, description = "A page by its number, up to the 10,000th item; cursors go further."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("format" = Option<String>, Query, description = "`ndjson`: all of them as lines, with no limit."),
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("cursor" = Option<String>, Query, description = "From `links.next`, as it is."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`; `none` if nothing is said."),
        ("heading_ids" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("include" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("limit" = Option<i64>, Query, description = "1 to 100; 20 if nothing is said."),
    ),
    responses(
        (status = 200, description = "The files.", body = schema::ResourceList),
        (status = 404, description = "There is no such container.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_assets(
    request: HttpRequest,
    api: web::Data<Api>,
    container: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let base = Base {
        path: ["assets", &*container].map(str::to_owned).to_vec(),
        kind: Kind::Asset,
        owner: Some(container.clone()),
        term: None,
    };
    let list = List::parse(request.query_string(), base)?;
    exists(&api, Kind::Container, &container).await?;
    listing::answer(&api, &request, &list).await
}

/// One file of an asset container.
///
/// Its `fields` are what its meta file says beside `title`, `alt` and `focus`.
#[utoipa::path(get, path = "/assets/{container}/{path}", tag = "site",
    params(
        ("container" = String, Path, description = "The container's handle."),
        ("path" = String, Path, description = "The file's path in the container, with its slashes."),
        ("body" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("fields" = Option<String>, Query, description = "As on `/entries/{id}`."),
        ("heading_ids" = Option<bool>, Query, description = "As on `/entries/{id}`."),
        ("include" = Option<String>, Query, description = "As on `/entries/{id}`."),
    ),
    responses(
        (status = 200, description = "The file.", body = schema::Resource),
        (status = 404, description = "There is no such file.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn find_asset(
    request: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (container, file) = &*path;
    let id = format!("{container}::{file}");
    let path = vec!["assets", container.as_str(), file.as_str()];
    one(&api, &request, chosen(path, Kind::Asset, container), &id).await
}

fn plain<'a>(path: Vec<&'a str>, kind: Kind, owner: &'a str) -> Resource<'a> {
    Resource {
        path,
        kind,
        owner,
        chosen: false,
    }
}

fn chosen<'a>(path: Vec<&'a str>, kind: Kind, owner: &'a str) -> Resource<'a> {
    Resource {
        chosen: true,
        ..plain(path, kind, owner)
    }
}

/// 404 where there is no such term.
///
/// # Errors
/// That one, or if the store fails.
pub async fn check_term(api: &Api, taxonomy: &str, slug: &str) -> Result<(), Error> {
    let which = Which {
        kind: Kind::Term,
        owner: taxonomy,
        site: None,
    };
    let id = format!("{taxonomy}::{slug}");
    let found = api.store.resource(which, &id, &api.audience()).await?;
    let missing = || Error::NotFound(format!("there is no term {id:?}"));
    found.value.map(|_| ()).ok_or_else(missing)
}

/// 404 where no taxonomy or container, whichever the kind is, has the handle.
async fn exists(api: &Api, kind: Kind, handle: &str) -> Result<(), Error> {
    if api.dictionary().await?.has_group(kind, handle) {
        return Ok(());
    }
    Err(Error::NotFound(format!(
        "there is no {} {handle:?}",
        kind.name()
    )))
}

impl Resource<'_> {
    fn parameters(&self, query: &str, of_lists: &[&'static str]) -> Result<Parameters, Error> {
        let mut known = vec!["site"];
        known.extend(of_lists);
        if self.chosen {
            known.extend(choice::parameters(self.kind));
        }
        known.sort_unstable();
        Parameters::parse(query, &known)
    }

    fn canonical(&self, choice: &Choice, site: Option<&str>) -> Canonical {
        choice
            .canonical(Canonical::new(&self.path))
            .with("site", site)
    }

    fn which<'a>(&'a self, site: Option<&'a str>) -> Which<'a> {
        Which {
            kind: self.kind,
            owner: self.owner,
            site,
        }
    }
}

async fn one(
    api: &Api,
    request: &HttpRequest,
    resource: Resource<'_>,
    id: &str,
) -> Result<HttpResponse, Error> {
    let given = resource.parameters(request.query_string(), &[])?;
    let (site, choice) = (given.get("site"), Choice::parse(&given)?);
    let key = resource.canonical(&choice, site).into_text();
    let compute = async || {
        let audience = api.audience();
        let which = resource.which(site);
        let found = api.store.resource(which, id, &audience).await?;
        let Some(document) = &found.value else {
            check_site(&*api.dictionary().await?, site)?;
            let kind = resource.kind.name();
            return Err(Error::NotFound(format!("there is no {kind} {id:?}")));
        };
        let choice = choice.clone().of_one().of_kind(resource.kind.name());
        let documents = std::slice::from_ref(document);
        let included = included(api, &resource, &choice, documents, &audience).await?;
        let body = object(document, &choice, &included);
        let keys = made_of(resource.kind, documents.iter(), &included, None);
        Ok(draft(&found, body, keys, Vec::new()))
    };
    api.answer(request, &key, compute).await
}

/// What is included in some things, once their fields are known to be.
async fn included(
    api: &Api,
    resource: &Resource<'_>,
    choice: &Choice,
    documents: &[Document],
    audience: &Audience,
) -> Result<Included, Error> {
    if choice.named_fields().is_empty() && choice.includes().is_empty() {
        return Ok(Included::default());
    }
    let dictionary = api.dictionary().await?;
    let owners = [resource.owner.to_owned()];
    let scope = Scope {
        dictionary: &dictionary,
        kind: resource.kind,
        owners: &owners,
    };
    let template = documents
        .first()
        .and_then(|document| document.fields.as_deref());
    check_fields(api, choice, scope, template).await?;
    include::read(api, choice, scope, documents, audience).await
}

async fn list(
    api: &Api,
    request: &HttpRequest,
    resource: Resource<'_>,
) -> Result<HttpResponse, Error> {
    let given = resource.parameters(request.query_string(), &["cursor", "limit"])?;
    list_given(api, request, resource, &given).await
}

/// A list of things without fields, by parameters that were read already.
pub async fn list_of(
    api: &Api,
    request: &HttpRequest,
    path: &[&str],
    kind: Kind,
    given: &Parameters,
) -> Result<HttpResponse, Error> {
    list_given(api, request, plain(path.to_vec(), kind, ""), given).await
}

async fn list_given(
    api: &Api,
    request: &HttpRequest,
    resource: Resource<'_>,
    given: &Parameters,
) -> Result<HttpResponse, Error> {
    let (site, said) = (given.get("site"), Choice::parse(given)?);
    let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
    let limit_text = limit.to_string();
    let said_limit = (limit != USUAL_LIMIT).then_some(limit_text.as_str());
    let canonical = resource.canonical(&said, site).with("limit", said_limit);
    let order = resource.path.join("/");
    let cursor = given.get("cursor");
    let after = cursor.map_or(Ok(-1), |cursor| Cursor::number(cursor, &order))?;
    let key = canonical.clone().with("cursor", cursor).into_text();
    let compute = async || {
        let audience = api.audience();
        let which = resource.which(site);
        let found = api
            .store
            .resources(which, after, limit + 1, &audience)
            .await?;
        if found.value.is_empty() {
            check_site(&*api.dictionary().await?, site)?;
        }
        let choice = said.clone().of_many().of_kind(resource.kind.name());
        let included = included(api, &resource, &choice, &found.value, &audience).await?;
        let page = Page {
            limit,
            canonical: &canonical,
            here: cursor,
            order: &order,
            choice: &choice,
            included: &included,
            owner: resource.owner,
        };
        Ok(page.of(resource.kind, &found))
    };
    api.answer(request, &key, compute).await
}

/// How a page is written.
struct Page<'a> {
    limit: i64,
    canonical: &'a Canonical,
    here: Option<&'a str>,
    order: &'a str,
    choice: &'a Choice,
    included: &'a Included,
    owner: &'a str,
}

impl Page<'_> {
    fn of(&self, kind: Kind, found: &Snapshot<Vec<Document>>) -> Draft {
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let members = &found.value[..shown.min(found.value.len())];
        let last = members.last().filter(|_| found.value.len() > shown);
        let next = last.map(|last| Cursor::behind(last.own_order()).write(self.order));
        let links = Links::of(self.canonical, self.here, next.as_deref(), None);
        let objects: Vec<String> = members
            .iter()
            .map(|member| object(member, self.choice, self.included))
            .collect();
        let meta = Meta {
            limit: self.limit,
            ..Meta::default()
        };
        let whole = keys::list(kind, Some(self.owner));
        let keys = made_of(kind, members.iter(), self.included, Some(whole));
        draft(
            found,
            envelope(&objects, &links, &meta),
            keys,
            links.header(),
        )
    }
}

/// The keys of an answer: its members, what they include, and the list where it is one.
fn made_of<'a>(
    kind: Kind,
    members: impl Iterator<Item = &'a Document>,
    included: &Included,
    list: Option<String>,
) -> Vec<String> {
    let shown = members.map(|member| listing::key(kind, member));
    let mut keys: Vec<String> = shown.chain(included.keys()).chain(list).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The draft of an answer in JSON.
pub fn draft<T>(found: &Snapshot<T>, body: String, keys: Vec<String>, links: Vec<String>) -> Draft {
    let replaced = found.replaced_at;
    Draft {
        body,
        content_type: "application/json",
        links,
        keys,
        changed_at: Some(
            found
                .last_boundary
                .map_or(replaced, |last| last.max(replaced)),
        ),
        expires: found.next_boundary,
        generation: found.generation,
    }
}
