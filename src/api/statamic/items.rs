//! The items of the resources: entries, terms, assets, users, and the entries of a term; lists and single ones.

use super::filter::{Scope, member};
use super::list::{self, List};
use super::object::Fields;
use super::refusal::Refusal;
use super::request::{Request, served};
use super::settings::Allowed;
use crate::api::answer::Draft;
use crate::store::texts::Texts;
use crate::store::{Kind, Snapshot, keys};

/// The keys of a user.
const USER_KEYS: [&str; 5] = ["id", "email", "name", "is_super", "api_url"];

/// `/collections/{handle}/entries`
pub async fn list_entries(request: &Request<'_>, collection: &str) -> Result<Draft, Refusal> {
    let allowed = served(&request.settings.collections, collection)?;
    exists(request, Kind::Collection, collection).await?;
    let list = List {
        scope: Scope::Entries,
        ..plain(request, Kind::Entry, collection, allowed)?
    };
    list::answer(request, &list).await
}

/// `/collections/{handle}/entries/{id}`; with profile 6 the slug does as well.
pub async fn show_entry(
    request: &Request<'_>,
    collection: &str,
    id: &str,
) -> Result<Draft, Refusal> {
    served(&request.settings.collections, collection)?;
    let (site, audience) = (request.site_of_items()?, &request.audience);
    let mut found = request
        .store
        .item_by_id(Kind::Entry, collection, id, site, audience)
        .await?;
    if found.value.is_none() && request.is_v6() {
        found = request
            .store
            .item_by_slug(Kind::Entry, collection, id, site, audience)
            .await?;
    }
    request.single(&found, Kind::Entry, &request.fields_of_one()?)
}

/// `/taxonomies/{handle}/terms`: a row for each site of each term.
pub async fn list_terms(request: &Request<'_>, taxonomy: &str) -> Result<Draft, Refusal> {
    let allowed = served(&request.settings.taxonomies, taxonomy)?;
    exists(request, Kind::Taxonomy, taxonomy).await?;
    let list = plain(request, Kind::Term, taxonomy, allowed)?;
    let list = List {
        fields: list.fields.without(&["entries", "collection"]),
        ..list
    };
    list::answer(request, &list).await
}

/// `/taxonomies/{handle}/terms/{slug}`
pub async fn show_term(
    request: &Request<'_>,
    taxonomy: &str,
    slug: &str,
) -> Result<Draft, Refusal> {
    let found = find_term(request, taxonomy, slug).await?;
    request.single(&found, Kind::Term, &Fields::All)
}

/// `/taxonomies/{handle}/terms/{slug}/entries`: those of collections that are served.
pub async fn list_term_entries(
    request: &Request<'_>,
    taxonomy: &str,
    slug: &str,
) -> Result<Draft, Refusal> {
    let collections = &request.settings.collections;
    let term = find_term(request, taxonomy, slug)
        .await?
        .value
        .ok_or(Refusal::NotFound)?;
    if !collections.is_on() {
        return Err(Refusal::NotFound);
    }
    let allowed = collections.common();
    let list = List {
        owner: None,
        owners: &|owner| collections.allowed(owner).is_some(),
        site: Some(&term.site),
        scope: Scope::Entries,
        term: Some((member(taxonomy), slug)),
        keys: lists_of_entries(request).await?,
        ..plain(request, Kind::Entry, "", &allowed)?
    };
    list::answer(request, &list).await
}

/// `/assets/{container}`
pub async fn list_assets(request: &Request<'_>, container: &str) -> Result<Draft, Refusal> {
    let allowed = served(&request.settings.assets, container)?;
    exists(request, Kind::Container, container).await?;
    list::answer(request, &plain(request, Kind::Asset, container, allowed)?).await
}

/// `/assets/{container}/{path}`
pub async fn show_asset(
    request: &Request<'_>,
    container: &str,
    path: &str,
) -> Result<Draft, Refusal> {
    served(&request.settings.assets, container)?;
    let id = format!("{container}::{path}");
    let found = request
        .store
        .item_by_id(Kind::Asset, container, &id, None, &request.audience)
        .await?;
    request.single(&found, Kind::Asset, &request.fields_of_one()?)
}

/// `/users`
pub async fn list_users(request: &Request<'_>) -> Result<Draft, Refusal> {
    let allowed = served(&request.settings.users, "")?;
    let list = plain(request, Kind::User, "", allowed)?;
    let list = List {
        fields: list.fields.within(&USER_KEYS),
        ..list
    };
    list::answer(request, &list).await
}

/// `/users/{id}`
pub async fn show_user(request: &Request<'_>, id: &str) -> Result<Draft, Refusal> {
    served(&request.settings.users, "")?;
    let found = request
        .store
        .item_by_id(Kind::User, "", id, None, &request.audience)
        .await?;
    request.single(
        &found,
        Kind::User,
        &request.fields_of_one()?.within(&USER_KEYS),
    )
}

/// A list of all items of an owner, as the request wants it.
fn plain<'a>(
    request: &'a Request<'_>,
    kind: Kind,
    owner: &'a str,
    allowed: &'a Allowed,
) -> Result<List<'a>, Refusal> {
    let sited = matches!(kind, Kind::Entry | Kind::Term);
    Ok(List {
        kind,
        owner: Some(owner),
        owners: &|_| true,
        site: if sited {
            request.site_of_items()?
        } else {
            None
        },
        allowed,
        scope: Scope::Fields,
        term: None,
        fields: request.fields()?,
        keys: vec![keys::statamic_list(kind, Some(owner))],
    })
}

/// The surrogate keys of the lists of all collections that are served.
async fn lists_of_entries(request: &Request<'_>) -> Result<Vec<String>, Refusal> {
    let (kind, audience) = (Kind::Collection, &request.audience);
    let all = request
        .store
        .item_page(kind, "", None, 0..i64::MAX, audience)
        .await?;
    let handles = all.value.items.into_iter().map(|collection| collection.id);
    let served = handles.filter(|handle| request.settings.collections.allowed(handle).is_some());
    Ok(served
        .map(|handle| keys::statamic_list(Kind::Entry, Some(&handle)))
        .collect())
}

/// A term by its default slug: in the site that was asked for, else in its first.
async fn find_term(
    request: &Request<'_>,
    taxonomy: &str,
    slug: &str,
) -> Result<Snapshot<Option<Texts>>, Refusal> {
    served(&request.settings.taxonomies, taxonomy)?;
    let id = format!("{taxonomy}::{slug}");
    Ok(request
        .store
        .item_by_id(
            Kind::Term,
            taxonomy,
            &id,
            request.site_of_items()?,
            &request.audience,
        )
        .await?)
}

/// Not found where there is no collection, taxonomy or container of this handle.
async fn exists(request: &Request<'_>, kind: Kind, handle: &str) -> Result<(), Refusal> {
    let found = request
        .store
        .item(kind, "", handle, "", &request.audience)
        .await?;
    found.value.map(|_| ()).ok_or(Refusal::NotFound)
}
