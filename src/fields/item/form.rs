//! A form's definition.

use serde_json::{Map, Value};

use super::{Members, computed};
use crate::content::form::Form;
use crate::fields::{Context, php, shallow};

/// `handle`, `title`, `fields` (the blueprint's configuration, word for word) and `api_url`.
#[must_use]
pub fn members(form: &Form, context: &Context<'_>) -> Members {
    let blueprint = context
        .view
        .site
        .content
        .blueprints
        .find("forms", &form.handle);
    let fields: Map<String, Value> = blueprint
        .into_iter()
        .flat_map(|blueprint| &blueprint.fields)
        .map(|field| {
            let mut config = field.config.clone();
            config.insert("handle".into(), field.handle.clone().into());
            config.entry("width").or_insert(100.into());
            (field.handle.clone(), Value::Object(config))
        })
        .collect();
    vec![
        computed("handle", form.handle.clone()),
        computed("title", form.title.clone()),
        computed("fields", php::json(&Value::Object(fields))),
        computed(
            "api_url",
            shallow::api_url(&format!("forms/{}", form.handle), context),
        ),
    ]
}
