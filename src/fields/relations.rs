//! Relations: entries, terms, users (spec/statamic.md §3.6).

use serde_json::Value;

use super::{Context, Output, Related, Shape, Target, php, shallow};
use crate::content::blueprint::Field;
use crate::site::{Entry, Term};

/// Fieldtypes whose value is a list of ids, raw in the pages of a tree.
#[must_use]
pub fn is_relation(kind: &str) -> bool {
    const KINDS: [&str; 12] = [
        "entries",
        "terms",
        "users",
        "collections",
        "taxonomies",
        "navs",
        "structures",
        "sites",
        "form",
        "user_groups",
        "user_roles",
        "asset_container",
    ];
    KINDS.contains(&kind)
}

/// The targets that exist and are public; one of them where the field holds one.
#[must_use]
pub fn value(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let ids = php::wrapped(raw).into_iter().filter_map(php::text);
    let kind = match field.kind.as_str() {
        "entries" => Target::Entry,
        "terms" => Target::Term,
        _ => Target::User,
    };
    let targets = ids.filter_map(|id| match kind {
        Target::Entry => entry(&id, field, context).map(|entry| shallow::entry(entry, context)),
        Target::Term => {
            term(&id, field, context).map(|term| shallow::term(term, &field.handle, context))
        }
        _ => context
            .view
            .user(&id)
            .map(|user| shallow::user(user, context)),
    });
    let one = php::is_one(field.config.get("max_items"));
    related(targets, kind, one, context)
}

/// The targets as either API shows them: the native one knows what they lead to.
pub fn related(
    mut targets: impl Iterator<Item = Value>,
    kind: Target,
    one: bool,
    context: &Context<'_>,
) -> Output {
    if context.shape == Shape::Statamic {
        return one_or_all(targets, one);
    }
    let related = |object| Output::Related(Related { kind, object });
    if one {
        targets.next().map_or(Output::NULL, related)
    } else {
        Output::List(targets.map(related).collect())
    }
}

/// The first, or null, where one is held; else the list.
pub fn one_or_all(mut targets: impl Iterator<Item = Value>, one: bool) -> Output {
    Output::Json(if one {
        targets.next().unwrap_or_default()
    } else {
        targets.collect()
    })
}

/// The entry in the item's own site, unless the field selects across sites; hidden ones are left out.
fn entry<'a>(id: &str, field: &Field, context: &Context<'a>) -> Option<&'a Entry> {
    let shown = in_site(context.view.entry(id)?, field, context)?;
    context.view.is_public(shown).then_some(shown)
}

/// What a relation to an entry shows, public or not: its localization in the item's own site, or the entry itself where
/// the field selects across sites.
#[must_use]
pub fn in_site<'a>(found: &'a Entry, field: &Field, context: &Context<'a>) -> Option<&'a Entry> {
    let across = php::truthy(field.config.get("select_across_sites"));
    if across {
        Some(found)
    } else {
        context.view.localized(found)
    }
}

fn term<'a>(id: &str, field: &Field, context: &Context<'a>) -> Option<&'a Term> {
    let Some((taxonomy, slug)) = term_name(id, field) else {
        let field = &field.handle;
        context.note(
            "ambiguous_term",
            format!("{field}: {id} names no taxonomy, and the field has several"),
        );
        return None;
    };
    context.view.term(taxonomy, slug)
}

/// The taxonomy and slug that a value means: of one taxonomy, the value is a slug; of several, `taxonomy::slug`.
#[must_use]
pub fn term_name<'a>(id: &'a str, field: &'a Field) -> Option<(&'a str, &'a str)> {
    let taxonomies = php::wrapped(field.config.get("taxonomies"));
    match (taxonomies.as_slice(), id.split_once("::")) {
        (_, Some(named)) => Some(named),
        ([single], None) => Some((single.as_str()?, id)),
        (_, None) => None,
    }
}

/// A relation of a tree's page, or of a global set in profile 5: the ids that are stored, always as a list.
#[must_use]
pub fn unresolved(raw: Option<&Value>) -> Output {
    Output::Json(php::wrapped(raw).into_iter().map(php::json).collect())
}
