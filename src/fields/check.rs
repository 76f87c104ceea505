//! What the fields room cannot make sense of in blueprints, said once per field and not per item.

use super::{RAW_KINDS, dictionary};
use crate::content::blueprint::{Blueprint, Blueprints, Field};
use crate::content::problem::Problem;

/// Fieldtypes that [`super::declared`] gives a meaning of their own.
const KNOWN_KINDS: [&str; 28] = [
    "array",
    "asset_container",
    "assets",
    "bard",
    "button_group",
    "checkboxes",
    "code",
    "collections",
    "date",
    "dictionary",
    "entries",
    "form",
    "grid",
    "group",
    "link",
    "markdown",
    "navs",
    "radio",
    "replicator",
    "select",
    "sites",
    "structures",
    "taxonomies",
    "terms",
    "toggle",
    "users",
    "user_groups",
    "user_roles",
];

/// Fields of unknown types and dictionaries, whose values pass through as they are.
#[must_use]
pub fn problems(blueprints: &Blueprints) -> Vec<Problem> {
    let all = blueprints.by_namespace.values().flatten();
    all.flat_map(|blueprint| {
        fields(blueprint)
            .into_iter()
            .filter_map(|field| problem(blueprint, field))
    })
    .collect()
}

/// Every field of a blueprint, nested ones included.
fn fields(blueprint: &Blueprint) -> Vec<&Field> {
    let mut found = Vec::new();
    let mut pending: Vec<&Field> = blueprint.fields.iter().rev().collect();
    while let Some(field) = pending.pop() {
        found.push(field);
        pending.extend(
            field
                .sets
                .iter()
                .flat_map(|set| &set.fields)
                .chain(&field.fields),
        );
    }
    found
}

fn problem(blueprint: &Blueprint, field: &Field) -> Option<Problem> {
    let Field { handle, kind, .. } = field;
    let known = [RAW_KINDS.as_slice(), &KNOWN_KINDS, &["width"]]
        .iter()
        .any(|kinds| kinds.contains(&kind.as_str()));
    if !known {
        let message = format!(
            "the field {handle} has the unknown type {kind}; its values are served as they are stored"
        );
        return Some(Problem::warning(
            "fieldtype_unknown",
            &blueprint.path,
            message,
        ));
    }
    let name = dictionary::name(field)
        .filter(|name| kind == "dictionary" && !dictionary::is_known(name))?;
    let message = format!(
        "the field {handle} uses the unknown dictionary {name}; its values are served without columns"
    );
    Some(Problem::warning(
        "dictionary_unknown",
        &blueprint.path,
        message,
    ))
}
