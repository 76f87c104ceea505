//! What is not paged: global sets, forms, and the descriptions of sites, collections, taxonomies, navigations and asset
//! containers that 6.31 has.

use super::object::Fields;
use super::refusal::Refusal;
use super::request::{Request, keys_of_list, served};
use super::settings::Resource;
use crate::api::answer::Draft;
use crate::store::texts::Texts;
use crate::store::{Kind, keys};

/// `/globals`: those that the site has.
pub async fn list_globals(request: &Request<'_>) -> Result<Draft, Refusal> {
    let settings = &request.settings.globals;
    if !settings.is_on() {
        return Err(Refusal::NotFound);
    }
    let sites = request.store.sites(&request.audience).await?.value;
    let site = request
        .site()?
        .or(sites.first().map(|site| site.id.as_str()))
        .unwrap_or_default();
    if sites.iter().all(|known| known.id != site) {
        return Err(Refusal::Invalid(format!("site: there is no site {site:?}")));
    }
    list(request, Kind::Global, Some(site), settings).await
}

/// `/globals/{handle}`
pub async fn show_global(request: &Request<'_>, handle: &str) -> Result<Draft, Refusal> {
    served(&request.settings.globals, handle)?;
    let (site, audience) = (request.site()?, &request.audience);
    let found = match site {
        Some(site) => {
            request
                .store
                .item(Kind::Global, "", handle, site, audience)
                .await?
        }
        None => {
            request
                .store
                .item_in_default_site(Kind::Global, "", handle, audience)
                .await?
        }
    };
    request.single(&found, Kind::Global, &Fields::All)
}

/// `/forms`, and with profile 6 `/collections`, `/taxonomies`, `/navs` and `/asset-containers`.
pub async fn list_described(request: &Request<'_>, kind: Kind) -> Result<Draft, Refusal> {
    let settings = resource(request, kind)?;
    if !settings.is_on() {
        return Err(Refusal::NotFound);
    }
    list(request, kind, None, settings).await
}

/// One of them.
pub async fn show_described(
    request: &Request<'_>,
    kind: Kind,
    handle: &str,
) -> Result<Draft, Refusal> {
    served(resource(request, kind)?, handle)?;
    let found = request
        .store
        .item(kind, "", handle, "", &request.audience)
        .await?;
    request.single(&found, kind, &Fields::All)
}

fn resource<'a>(request: &'a Request<'_>, kind: Kind) -> Result<&'a Resource, Refusal> {
    request.settings.resource(kind).ok_or(Refusal::NotFound)
}

async fn list(
    request: &Request<'_>,
    kind: Kind,
    site: Option<&str>,
    settings: &Resource,
) -> Result<Draft, Refusal> {
    let found = request
        .store
        .item_page(kind, "", site, 0..i64::MAX, &request.audience)
        .await?;
    let items: Vec<&Texts> = found
        .value
        .items
        .iter()
        .filter(|item| settings.allowed(&item.id).is_some())
        .collect();
    let mut body = String::from("{\"data\":");
    Fields::All.write_all(&items, &mut body);
    body.push('}');
    let list = [keys::statamic_list(kind, None)];
    let keys = keys_of_list(&list, kind, items.iter().copied());
    Ok(request.answer(&found, body, keys))
}
