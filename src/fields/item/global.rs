//! A global set's values in one site.

use super::{Members, computed, keys, sorted};
use crate::content::Data;
use crate::fields::{Context, shallow, value};

/// The data and the blueprint's fields in alphabetical order, then `handle` and `api_url`.
#[must_use]
pub fn members(handle: &str, data: &Data, context: &Context<'_>) -> Members {
    let blueprint = context.view.site.content.blueprints.find("globals", handle);
    let fields = blueprint
        .map(|blueprint| blueprint.fields.as_slice())
        .unwrap_or_default();
    let keys = keys(fields, data.keys().map(String::as_str));
    let mut members = sorted(
        keys.into_iter()
            .map(|(key, field)| (key.to_owned(), value(data.get(key), field, context))),
    );
    members.push(computed("handle", handle));
    members.push(computed(
        "api_url",
        shallow::api_url(&format!("globals/{handle}"), context),
    ));
    members
}
