//! Fields that hold fields: groups, grids, replicators.

use serde_json::{Map, Value};

use super::{Context, Output, declared, php, untouched};
use crate::content::blueprint::{Field, Set};

/// Every sub-field, set or not.
#[must_use]
pub fn group(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let empty = Map::new();
    let values = raw.and_then(Value::as_object).unwrap_or(&empty);
    Output::Object(fields(&field.fields, values, context))
}

/// Rows of declared fields, each with its id.
#[must_use]
pub fn grid(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let rows = raw
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let rows = rows.iter().filter_map(Value::as_object).map(|row| {
        let mut members = fields(&field.fields, row, context);
        put(
            &mut members,
            "id",
            row.get("id").cloned().unwrap_or_default(),
        );
        Output::Object(members)
    });
    Output::List(rows.collect())
}

/// The sets that are not switched off, in order.
#[must_use]
pub fn replicator(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let sets = raw
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let shown = sets
        .iter()
        .filter(|set| set.get("enabled") != Some(&Value::Bool(false)));
    let sets = shown.filter_map(|set| {
        match (
            set.as_object(),
            set.as_object().and_then(|values| set_of(field, values)),
        ) {
            (Some(values), Some(set)) => {
                let mut members = fields(&set.fields, values, context);
                put(
                    &mut members,
                    "id",
                    values.get("id").cloned().unwrap_or_default(),
                );
                put(&mut members, "type", set.handle.clone().into());
                Some(Output::Object(members))
            }
            (Some(_), None) => Some(untouched(Some(set), context)),
            (None, _) => None,
        }
    });
    Output::List(sets.collect())
}

/// The values of declared fields, in the fields' order.
#[must_use]
pub fn fields(
    fields: &[Field],
    values: &Map<String, Value>,
    context: &Context<'_>,
) -> Vec<(String, Output)> {
    fields
        .iter()
        .map(|field| {
            (
                field.handle.clone(),
                declared(values.get(&field.handle), field, context),
            )
        })
        .collect()
}

/// The set that the values are of, if it has fields. One whose fieldsets have none, or are missing, counts as long as
/// there is nothing stored that would be lost.
#[must_use]
pub fn set_of<'f>(field: &'f Field, values: &Map<String, Value>) -> Option<&'f Set> {
    let kind = values.get("type")?.as_str()?;
    let set = field.sets.iter().find(|set| set.handle == kind)?;
    let bare = || {
        values
            .keys()
            .all(|key| ["id", "type", "enabled"].contains(&key.as_str()))
    };
    (!set.fields.is_empty() || bare() && lists_fields(field.config.get("sets"), kind))
        .then_some(set)
}

/// Whether a configuration of sets, grouped or not, lists any fields for one of them.
fn lists_fields(sets: Option<&Value>, handle: &str) -> bool {
    let Some(sets) = sets.and_then(Value::as_object) else {
        return false;
    };
    let listed = |set: &Value| {
        set.get("fields")
            .is_some_and(|fields| php::truthy(Some(fields)))
    };
    let groups = sets
        .values()
        .filter_map(|group| group.get("sets")?.get(handle));
    sets.get(handle).into_iter().chain(groups).any(listed)
}

/// Sets a member: in its place where a field has its name, else last.
pub fn put(members: &mut Vec<(String, Output)>, key: &str, value: Value) {
    match members.iter_mut().find(|(name, _)| name == key) {
        Some((_, old)) => *old = Output::Json(value),
        None => members.push((key.to_owned(), Output::Json(value))),
    }
}
