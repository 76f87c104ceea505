//! The assets fieldtype: paths within a container become assets.

use serde_json::Value;

use super::relations::related;
use super::{Context, Output, Target, php, shallow};
use crate::content::blueprint::Field;

/// The assets that exist; one of them where the field holds one.
#[must_use]
pub fn value(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let container = container(field, context);
    let paths = php::wrapped(raw).into_iter().filter_map(Value::as_str);
    let found = paths.filter_map(|path| {
        let (container, asset) = context.view.asset(container?, path)?;
        Some(shallow::asset(container, asset, context))
    });
    let one = php::is_one(field.config.get("max_files"));
    related(found, Target::Asset, one, context)
}

/// The field's container; where it names none, the only one there is.
#[must_use]
pub fn container<'c>(field: &'c Field, context: &Context<'c>) -> Option<&'c str> {
    let named = field.config.get("container").and_then(Value::as_str);
    let [only] = context.view.site.content.containers.as_slice() else {
        return named;
    };
    named.or(Some(only.handle.as_str()))
}
