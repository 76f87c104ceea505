//! What the public is not told of a body's links: those to entries that it may not see. The importer knows them all the
//! same; `rhapsode check` tells the editors.

use serde_json::Value;

use crate::fields::Output;

/// The fields without such links.
pub fn left_out(fields: Vec<(String, Output)>) -> Vec<(String, Output)> {
    let fields = fields.into_iter();
    fields.map(|(name, value)| (name, shown(value))).collect()
}

fn shown(value: Output) -> Output {
    match value {
        Output::List(values) => Output::List(values.into_iter().map(shown).collect()),
        Output::Object(members) => Output::Object(left_out(members)),
        Output::Body(parts) => {
            let parts = parts.into_iter();
            Output::Body(
                parts
                    .map(|(part, value)| (part, part_shown(part, value)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn part_shown(part: &str, value: Output) -> Output {
    match value {
        Output::Json(Value::Array(mut links)) if part == "links" => {
            links.retain(|link| link.get("state").is_none_or(|state| state != "draft"));
            Output::Json(Value::Array(links))
        }
        other => shown(other),
    }
}
