//! Fields that name parts of the project by handle: collections, taxonomies, sites, forms and so on.

use serde_json::{Value, json};

use super::relations::one_or_all;
use super::{Context, Output, php, shallow};
use crate::content::blueprint::Field;
use crate::content::sites::Site;
use crate::site::url;

/// The objects behind the handles; unknown ones are left out.
#[must_use]
pub fn value(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let handles = php::wrapped(raw).into_iter().filter_map(php::text);
    let found = handles.filter_map(|handle| match field.kind.as_str() {
        "collections" => collection(&handle, context),
        "taxonomies" => taxonomy(&handle, context),
        "navs" => nav(&handle, context),
        "structures" => structure(&handle, context),
        "sites" => context
            .view
            .site
            .site(&handle)
            .map(|site| site_object(site, context)),
        "form" => form(&handle, context),
        "user_groups" => group(&handle, context),
        "user_roles" => role(&handle, context),
        _ => container(&handle, context),
    });
    one_or_all(found, php::is_one(field.config.get("max_items")))
}

/// `{title, handle}` of a collection.
#[must_use]
pub fn collection(handle: &str, context: &Context<'_>) -> Option<Value> {
    context.view.note_handle("collection", handle);
    let collection = context.view.site.collection(handle)?;
    Some(json!({ "title": collection.title, "handle": collection.handle }))
}

/// A taxonomy with its URLs.
#[must_use]
pub fn taxonomy(handle: &str, context: &Context<'_>) -> Option<Value> {
    context.view.note_handle("taxonomy", handle);
    let site = context.view.site;
    let taxonomy = site
        .content
        .taxonomies
        .iter()
        .find(|taxonomy| taxonomy.handle == handle)?;
    let uri = format!("/{}", handle.replace('_', "-"));
    let of = site.default_site();
    let base = site.settings.base_url.as_deref();
    Some(json!({
        "title": taxonomy.title, "handle": handle, "uri": uri, "url": url::path(of, &uri, base),
        "permalink": url::permalink(of, &uri, base),
    }))
}

fn nav(handle: &str, context: &Context<'_>) -> Option<Value> {
    context.view.note_handle("navigation", handle);
    let nav = context
        .view
        .site
        .content
        .navigations
        .iter()
        .find(|nav| nav.handle == handle)?;
    Some(json!({ "title": nav.title, "handle": nav.handle }))
}

/// A navigation, or a collection with a tree (`collection::HANDLE`).
fn structure(handle: &str, context: &Context<'_>) -> Option<Value> {
    match handle.strip_prefix("collection::") {
        Some(handle) => collection(handle, context),
        None => nav(handle, context),
    }
}

/// A site as the `sites` fieldtype gives it.
#[must_use]
pub fn site_object(site: &Site, context: &Context<'_>) -> Value {
    let base = context.view.site.settings.base_url.as_deref();
    let absolute = url::site_origin(site, base);
    let short_locale = site.locale.split(['-', '_']).next().unwrap_or_default();
    let locale = site.locale.split('.').next().unwrap_or_default();
    json!({
        "handle": site.handle, "name": site.name, "lang": site.lang, "locale": locale, "short_locale": short_locale,
        "url": site_url(site), "permalink": absolute, "direction": direction(&site.lang),
        "attributes": php::json(&Value::Object(site.attributes.clone())),
    })
}

/// The site's URL as the file has it, without a trailing slash.
fn site_url(site: &Site) -> String {
    match site.url.trim_end_matches('/') {
        "" => "/".to_owned(),
        url => url.to_owned(),
    }
}

fn direction(lang: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 14] = [
        "ar", "arc", "dv", "fa", "ha", "he", "khw", "ks", "ku", "ps", "sd", "ug", "ur", "yi",
    ];
    if RIGHT_TO_LEFT.contains(&lang.split(['-', '_']).next().unwrap_or_default()) {
        "rtl"
    } else {
        "ltr"
    }
}

fn form(handle: &str, context: &Context<'_>) -> Option<Value> {
    context.view.note_handle("form", handle);
    let form = context
        .view
        .site
        .content
        .forms
        .iter()
        .find(|form| form.handle == handle)?;
    let api_url = shallow::api_url(&format!("forms/{handle}"), context);
    Some(json!({ "handle": form.handle, "title": form.title, "api_url": api_url }))
}

fn group(handle: &str, context: &Context<'_>) -> Option<Value> {
    let group = context
        .view
        .site
        .content
        .groups
        .iter()
        .find(|group| group.handle == handle)?;
    let mut object = group.data.clone();
    object.insert("title".into(), group.title.clone().into());
    object.insert("handle".into(), group.handle.clone().into());
    Some(Value::Object(object))
}

fn role(handle: &str, context: &Context<'_>) -> Option<Value> {
    let role = context
        .view
        .site
        .content
        .roles
        .iter()
        .find(|role| role.handle == handle)?;
    Some(json!({ "title": role.title, "handle": role.handle }))
}

/// An asset container.
#[must_use]
pub fn container(handle: &str, context: &Context<'_>) -> Option<Value> {
    context.view.note_handle("container", handle);
    let project = &context.view.site.content;
    let container = project
        .containers
        .iter()
        .find(|container| container.handle == handle)?;
    let blueprint = project.blueprints.asset(handle);
    Some(json!({
        "id": handle, "title": container.title, "handle": handle, "disk": container.disk_name,
        "blueprint": { "title": blueprint.title, "handle": blueprint.handle },
        "search_index": container.data.get("search_index").cloned().unwrap_or_default(), "api_url": null,
    }))
}
