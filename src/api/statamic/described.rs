//! What is not paged: global sets, forms, and the descriptions of sites, collections, taxonomies, navigations and asset
//! containers that 6.31 has.

use super::object::Fields;
use super::refusal::Refusal;
use super::request::Request;
use super::settings::Resource;
use crate::api::answer::Draft;
use crate::store::Kind;

/// `/globals`: those that the site has.
pub async fn list_globals(request: &Request<'_>) -> Result<Draft, Refusal> {
    let settings = &request.settings.globals;
    if !settings.is_on() {
        return Err(Refusal::NotFound);
    }
    let sites = request.store.sites(request.now).await?.value;
    let site = request.site()?.or(sites.first().map(|site| site.id.as_str())).unwrap_or_default();
    if sites.iter().all(|known| known.id != site) {
        return Err(Refusal::Invalid(format!("site: there is no site {site:?}")));
    }
    list(request, Kind::Global, Some(site), settings).await
}

/// `/globals/{handle}`
pub async fn show_global(request: &Request<'_>, handle: &str) -> Result<Draft, Refusal> {
    request.allowed(&request.settings.globals, handle)?;
    let (site, now) = (request.site()?, request.now);
    let found = match site {
        Some(site) => request.store.item(Kind::Global, "", handle, site, now).await?,
        None => request.store.item_in_default_site(Kind::Global, "", handle, now).await?,
    };
    let item = found.value.as_ref().ok_or(Refusal::NotFound)?;
    let keys = vec![format!("global:{handle}")];
    Ok(request.single(&found, item.object.as_deref().unwrap_or("{}"), &Fields::All, keys))
}

/// `/forms`, and with profile 6 `/collections`, `/taxonomies`, `/navs` and `/asset-containers`.
pub async fn list_described(request: &Request<'_>, kind: Kind) -> Result<Draft, Refusal> {
    let settings = settings(request, kind)?;
    if !settings.is_on() {
        return Err(Refusal::NotFound);
    }
    list(request, kind, None, settings).await
}

/// One of them.
pub async fn show_described(request: &Request<'_>, kind: Kind, handle: &str) -> Result<Draft, Refusal> {
    request.allowed(settings(request, kind)?, handle)?;
    let found = request.store.item(kind, "", handle, "", request.now).await?;
    let item = found.value.as_ref().ok_or(Refusal::NotFound)?;
    let keys = vec![format!("{}:{handle}", kind.name())];
    Ok(request.single(&found, item.object.as_deref().unwrap_or("{}"), &Fields::All, keys))
}

/// The resource that a description belongs to; not found where the profile has no descriptions.
fn settings<'a>(request: &'a Request<'_>, kind: Kind) -> Result<&'a Resource, Refusal> {
    let settings = request.settings;
    match kind {
        Kind::Form => Ok(&settings.forms),
        _ if !request.is_v6() => Err(Refusal::NotFound),
        Kind::Collection => Ok(&settings.collections),
        Kind::Taxonomy => Ok(&settings.taxonomies),
        Kind::Navigation => Ok(&settings.navs),
        Kind::Container => Ok(&settings.assets),
        Kind::Site => Ok(&settings.sites),
        _ => Err(Refusal::NotFound),
    }
}

async fn list(request: &Request<'_>, kind: Kind, site: Option<&str>, settings: &Resource) -> Result<Draft, Refusal> {
    let found = request.store.item_page(kind, "", site, 0..i64::MAX, request.now).await?;
    let served = found.value.items.iter().filter(|item| settings.allowed(&item.id).is_some());
    let mut body = String::from("{\"data\":[");
    let mut keys = vec![format!("{}s", kind.name())];
    for item in served {
        Fields::All.write(item.object.as_deref().unwrap_or("{}"), &mut body);
        body.push(',');
        keys.push(format!("{}:{}", kind.name(), item.id));
    }
    if body.ends_with(',') {
        body.pop();
    }
    body.push_str("]}");
    Ok(request.answer(&found, body, keys))
}
