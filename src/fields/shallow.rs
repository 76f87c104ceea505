//! What a relation shows of its target: a fixed, short list of keys (spec/statamic.md §3.6, DESIGN.md §3).

use serde_json::{Value, json};

use super::{Context, Shape, php};
use crate::content::assets::{Asset, Container};
use crate::content::users::User;
use crate::site::{Entry, Term, url};

/// An entry, in either shape.
#[must_use]
pub fn entry(entry: &Entry, context: &Context<'_>) -> Value {
    let title = title(entry, context);
    match context.shape {
        Shape::Statamic => json!({
            "id": entry.id, "title": title, "url": entry.url, "permalink": entry.permalink,
            "api_url": api_url(&format!("collections/{}/entries/{}", entry.collection, entry.id), context),
        }),
        Shape::Native => json!({
            "id": entry.id, "title": title, "url": entry.url, "collection": entry.collection, "site": entry.site,
        }),
    }
}

fn title(entry: &Entry, context: &Context<'_>) -> Value {
    context
        .view
        .site
        .value(entry, "title")
        .map(php::json)
        .unwrap_or_default()
}

/// A term, in either shape. Where the entry has it in the field named like its taxonomy, Statamic's URLs begin with
/// the entry's collection (§2.4).
#[must_use]
pub fn term(term: &Term, handle: &str, context: &Context<'_>) -> Value {
    let id = format!("{}::{}", term.taxonomy, term.id_slug);
    let title = term.data.get("title").cloned().unwrap_or_default();
    if context.shape == Shape::Native {
        return json!({ "id": id, "title": title, "slug": term.slug, "url": term.url, "taxonomy": term.taxonomy });
    }
    let (url, permalink) = term_urls(term, handle, context);
    let api = format!("taxonomies/{}/terms/{}", term.taxonomy, term.slug);
    json!({
        "id": id, "title": title, "slug": term.slug, "url": url, "permalink": permalink,
        "api_url": api_url(&api, context),
    })
}

fn term_urls(term: &Term, handle: &str, context: &Context<'_>) -> (Value, Value) {
    let site = context.view.site;
    let Some(prefix) = collection_prefix(term, handle, context) else {
        return (term.url.clone().into(), term.permalink.clone().into());
    };
    let uri = format!("{prefix}{}", term.uri);
    let of = site.site(&term.site).unwrap_or_else(|| site.default_site());
    let base = site.settings.base_url.as_deref();
    (
        url::path(of, &uri, base).into(),
        url::permalink(of, &uri, base).into(),
    )
}

/// The mount's URI, or the collection's handle, where the term belongs to the collection of the entry at hand.
fn collection_prefix(term: &Term, handle: &str, context: &Context<'_>) -> Option<String> {
    let site = context.view.site;
    let entry = context.holder.entry()?;
    let collection = site.collection(&entry.collection)?;
    let own = || {
        let tagged = collection.taxonomies.contains(&term.taxonomy);
        let values = site.value(entry, &term.taxonomy);
        tagged
            && php::wrapped(values)
                .into_iter()
                .any(|value| value.as_str() == Some(&term.id_slug))
    };
    if handle != term.taxonomy && !own() {
        return None;
    }
    let mount = collection
        .mount
        .as_deref()
        .and_then(|id| context.view.entry(id));
    let mount =
        mount.and_then(|mount| context.view.localized_to(mount, &term.site).or(Some(mount)));
    let uri = mount.and_then(|mount| mount.uri.as_deref());
    Some(uri.map_or_else(
        || format!("/{}", collection.handle),
        |uri| uri.trim_end_matches('/').to_owned(),
    ))
}

/// The members of an asset's native object: no field of its own says them again.
pub const ASSET_MEMBERS: [&str; 12] = [
    "id",
    "title",
    "url",
    "permalink",
    "container",
    "path",
    "alt",
    "width",
    "height",
    "focus",
    "mime_type",
    "size",
];

/// An asset, in either shape.
#[must_use]
pub fn asset(container: &Container, asset: &Asset, context: &Context<'_>) -> Value {
    let id = format!("{}::{}", asset.container, asset.path);
    let url = url::asset(container, asset);
    let permalink = url::asset_permalink(
        container,
        asset,
        context.view.site.settings.base_url.as_deref(),
    );
    let datum = |key: &str| asset.data.get(key).cloned().unwrap_or_default();
    if context.shape == Shape::Native {
        let basename = asset.path.rsplit('/').next().unwrap_or_default();
        return json!({
            "id": id, "title": asset.data.get("title").cloned().unwrap_or_else(|| basename.into()), "url": url,
            "permalink": permalink, "container": asset.container, "path": asset.path, "alt": datum("alt"),
            "width": asset.width, "height": asset.height, "focus": datum("focus"), "mime_type": asset.mime_type,
            "size": asset.size,
        });
    }
    let api = format!("assets/{}/{}", asset.container, asset.path);
    json!({
        "id": id, "url": url, "permalink": permalink, "api_url": api_url(&api, context), "alt": datum("alt"),
    })
}

/// A user; the e-mail address only where users are served.
#[must_use]
pub fn user(user: &User, context: &Context<'_>) -> Value {
    let email = context.shows_users.then_some(&user.email);
    // The name of a user without a name is the e-mail address.
    let name = Some(&user.name).filter(|name| context.shows_users || **name != user.email);
    let api_url = || api_url(&format!("users/{}", user.id), context);
    match context.shape {
        Shape::Statamic => json!({
            "id": user.id, "name": name, "email": email,
            "api_url": if context.shows_users { api_url() } else { Value::Null },
        }),
        Shape::Native => match email {
            Some(email) => json!({ "id": user.id, "title": name, "email": email }),
            None => json!({ "id": user.id, "title": name }),
        },
    }
}

/// A URL of `/api`; relative where this API's origin is not known.
#[must_use]
pub fn api_url(path: &str, context: &Context<'_>) -> Value {
    let settings = &context.view.site.settings;
    let origin = settings
        .api_url
        .as_deref()
        .or(settings.base_url.as_deref())
        .unwrap_or_default();
    format!("{}/api/{path}", origin.trim_end_matches('/')).into()
}

/// A URL of the control panel, which lies beside `/api`.
#[must_use]
pub fn edit_url(path: &str, context: &Context<'_>) -> Value {
    let settings = &context.view.site.settings;
    let origin = settings
        .api_url
        .as_deref()
        .or(settings.base_url.as_deref())
        .unwrap_or_default();
    format!("{}/cp/{path}", origin.trim_end_matches('/')).into()
}
