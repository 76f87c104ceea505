//! One thing, whichever way it was found: its parts as they were chosen, with what is included.

use super::Api;
use super::answer::Draft;
use super::choice::{BODY_PARTS, Choice, top};
use super::compose::{object, own_members};
use super::filter::Scope;
use super::include;
use super::listing::key;
use super::problem::Error;
use crate::fields::splice;
use crate::store::Kind;
use crate::store::audience::Audience;
use crate::store::read::Document;
use crate::store::values::Nature;

/// The answer that a document is.
///
/// # Errors
/// If a field or an include is not known, or the store fails.
pub async fn draft(
    api: &Api,
    kind: Kind,
    document: &Document,
    generation: i64,
    choice: &Choice,
    audience: &Audience,
) -> Result<Draft, Error> {
    let dictionary = api.dictionary().await?;
    let owners = [document.owner.clone()];
    let scope = Scope {
        dictionary: &dictionary,
        kind,
        owners: &owners,
    };
    check_fields(api, choice, scope, document.fields.as_deref()).await?;
    let documents = std::slice::from_ref(document);
    let included = include::read(api, choice, scope, documents, audience).await?;
    let own = [key(kind, document)];
    let mut keys: Vec<String> = own.into_iter().chain(included.keys()).collect();
    keys.sort();
    keys.dedup();
    let all = || documents.iter().chain(included.documents());
    let permalink = document.permalink.iter();
    Ok(Draft {
        body: object(document, choice, &included),
        content_type: "application/json",
        links: permalink
            .map(|permalink| format!("<{permalink}>; rel=\"canonical\""))
            .collect(),
        keys,
        changed_at: all().map(Document::changed_at).max(),
        expires: all().filter_map(Document::visible_until).min(),
        generation,
    })
}

/// Includes that lead nowhere are errors; names of fields that neither the document at hand has nor any other of its kind and owners are errors; so are
/// members of fields that nothing has.
///
/// # Errors
/// That one, or if the store fails.
pub async fn check_fields(
    api: &Api,
    choice: &Choice,
    scope: Scope<'_>,
    template: Option<&str>,
) -> Result<(), Error> {
    include::check(choice, scope)?;
    let named = choice.named_fields().iter();
    let absent = |name: &&String| {
        let name = top(name);
        let is_here = template.is_some_and(|template| splice::find(template, name).is_some());
        !(is_here || is_member(name, scope) && is_field(name, scope.kind))
    };
    let absent: Vec<&String> = named.clone().filter(absent).collect();
    if !absent.is_empty() {
        let known = api.store.field_names(scope.kind, scope.owners).await?;
        let is_unknown = |name: &&&String| !known.iter().any(|known| known == top(name));
        if let Some(unknown) = absent.iter().find(is_unknown) {
            return Err(Choice::unknown_field(unknown, &known));
        }
    }
    let mut deep = named.filter(|name| name.contains('.'));
    match deep.find(|path| !is_member(path, scope)) {
        Some(unknown) => Err(unknown_member(unknown, scope)),
        None => Ok(()),
    }
}

/// Whether a value of that name is one of their fields: of assets, what stands beside those can be filtered by too.
fn is_field(name: &str, kind: Kind) -> bool {
    kind != Kind::Asset || !own_members(kind).contains(&name)
}

/// Whether there is such a member somewhere. What lies behind a relation may be in anything that it can lead to.
fn is_member(path: &str, scope: Scope<'_>) -> bool {
    let nature = |name: &str| Some(scope.dictionary.path(scope.kind, scope.owners, name)?.1);
    let (before, last) = path.rsplit_once('.').unwrap_or(("", path));
    let begins = format!("{path}.");
    let names = || scope.dictionary.names(scope.kind, scope.owners, |_| true);
    nature(path).is_some()
        || names().iter().any(|name| name.starts_with(&begins))
        || is_part(last, nature(before))
        || behind_relation(path, scope)
}

/// Whether a value of some nature has a member of that name without a path of its own: bodies, choices, relations.
fn is_part(name: &str, nature: Option<Nature>) -> bool {
    nature.is_some_and(|nature| {
        parts(nature).any(|part| part == name)
            || !nature.is_relation() && ["value", "label", "key"].contains(&name)
    })
}

/// The members of bodies, and those of the objects of relations.
fn parts(nature: Nature) -> impl Iterator<Item = &'static str> {
    let of_bodies = nature.has(Nature::PRESENCE).then_some(BODY_PARTS);
    let users = nature.has(Nature::RELATION).then_some(Kind::User);
    let targets = include::targets(nature).into_iter().chain(users);
    let of_targets = targets.flat_map(own_members);
    of_bodies.into_iter().flatten().chain(of_targets.copied())
}

fn behind_relation(path: &str, scope: Scope<'_>) -> bool {
    let dots = path.match_indices('.').map(|(at, _)| at);
    let mut splits = dots.map(|at| (&path[..at], &path[at + 1..]));
    splits.any(|(before, behind)| {
        let found = scope.dictionary.path(scope.kind, scope.owners, before);
        found.is_some_and(|(_, nature)| {
            let mut targets = include::of_targets(scope, nature).into_iter();
            targets.any(|scope| is_member(behind, scope))
        })
    })
}

fn unknown_member(path: &str, scope: Scope<'_>) -> Error {
    let begins = format!("{}.", top(path));
    let mut allowed = scope.dictionary.names(scope.kind, scope.owners, |_| true);
    allowed.retain(|name| name.starts_with(&begins));
    let found = scope.dictionary.path(scope.kind, scope.owners, top(path));
    if let Some((_, nature)) = found {
        let behind = |scope: Scope<'_>| scope.dictionary.names(scope.kind, scope.owners, |_| true);
        let behind = include::of_targets(scope, nature)
            .into_iter()
            .flat_map(behind);
        let members = parts(nature).map(str::to_owned).chain(behind);
        allowed.extend(members.map(|member| format!("{begins}{member}")));
    }
    allowed.sort();
    allowed.dedup();
    Choice::unknown_field(path, &allowed)
}
