//! The link fieldtype: a URL, an entry, an asset, the first child page.

use serde_json::{Map, Value, json};

use super::{Context, Output, Shape, shallow};
use crate::bard::Profile;
use crate::site::redirect::{self, Named};
use crate::site::{Entry, structure};

/// Where a link leads: text in profile 5, an object in profile 6 and in the native API.
#[must_use]
pub fn value(raw: Option<&Value>, context: &Context<'_>) -> Output {
    let target = raw
        .and_then(redirect::named)
        .and_then(|named| target(&named, context));
    Output::Json(match (context.shape, context.profile()) {
        (Shape::Statamic, Profile::V5) => target.map(|target| target.url).unwrap_or_default(),
        (Shape::Statamic, Profile::V6) => {
            target.map_or_else(|| json!({ "url": null }), |target| target.object)
        }
        (Shape::Native, _) => target.as_ref().map(native).unwrap_or_default(),
    })
}

/// Where a link leads, in all its forms.
struct Target {
    kind: &'static str,
    url: Value,
    object: Value,
}

fn target(named: &Named<'_>, context: &Context<'_>) -> Option<Target> {
    match *named {
        Named::Literal(url) => Some(literal(url.into())),
        Named::Status(status) => Some(literal(status.to_string().into())),
        Named::FirstChild => Some(entry_target(first_child(context)?, context)),
        Named::Entry(id) => {
            let found = context.view.entry(id)?;
            let shown = context.view.localized(found).unwrap_or(found);
            context
                .view
                .is_public(shown)
                .then(|| entry_target(shown, context))
        }
        Named::Asset(asset) => {
            let (container, path) = asset.split_once("::")?;
            let (container, asset) = context.view.asset(container, path)?;
            let object = shallow::asset(container, asset, context);
            Some(Target {
                kind: "asset",
                url: object["url"].clone(),
                object,
            })
        }
    }
}

fn literal(url: Value) -> Target {
    Target {
        kind: "url",
        object: json!({ "url": url }),
        url,
    }
}

fn entry_target(entry: &Entry, context: &Context<'_>) -> Target {
    Target {
        kind: "entry",
        url: entry.url.clone().into(),
        object: shallow::entry(entry, context),
    }
}

/// The first public child page of the item at hand.
fn first_child<'a>(context: &Context<'a>) -> Option<&'a Entry> {
    let site = context.view.site;
    let entry = context.holder.entry()?;
    let nodes = site
        .trees
        .get(&(entry.collection.clone(), entry.site.clone()))?;
    let steps = structure::walk(nodes, false)
        .into_iter()
        .filter(|step| step.parent == Some(entry.index));
    let mut children = steps.map(|step| &site.entries[step.entry]);
    children.find(|child| {
        context.view.note_entry(child);
        context.view.is_public(child)
    })
}

fn native(target: &Target) -> Value {
    let mut object = Map::from_iter([("kind".to_owned(), Value::from(target.kind))]);
    object.extend(target.object.as_object().cloned().unwrap_or_default());
    Value::Object(object)
}
