//! `include=author,related.author`: the fields of what relations lead to, read level by level, one statement each.
//!
//! Relations are found in the templates of what is shown, by the marks that `splice` left there; nothing is parsed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Api;
use super::choice::Choice;
use super::compose::own_members;
use super::filter::Scope;
use super::listing::key;
use super::problem::Error;
use super::query::unknown;
use crate::fields::splice;
use crate::fields::splice::scan::{elements, members};
use crate::store::Kind;
use crate::store::audience::Audience;
use crate::store::read::Document;
use crate::store::values::Nature;

/// So many relations may follow one another.
const DEEPEST: usize = 4;

/// So many objects one answer may be filled with.
const MOST_FILLED: usize = 1000;

/// Which relations are filled, by the names that lead to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// A relation here is filled.
    pub fills: bool,
    /// `include` says so, and not only a path of `fields`, which may be of some of the targets alone.
    pub included: bool,
    /// Further names: of members, or, where it is filled, of the target's fields.
    pub below: BTreeMap<String, Tree>,
}

/// What is included in an answer.
#[derive(Debug, Default)]
pub struct Included {
    /// Where.
    pub tree: Tree,
    /// Kind and id as relations name them, and site → the target; an entry is in its own site only, an asset in none.
    documents: HashMap<String, Vec<Document>>,
    /// What is in no site, an asset, was compiled as this one sees it.
    default_site: String,
}

/// A relation's target, and what is to be filled in it.
type Wanted<'t> = (String, String, &'t Tree);

impl Included {
    /// The target of a relation of something in a site.
    #[must_use]
    pub fn target(&self, name: &str, site: &str) -> Option<&Document> {
        let found = self.documents.get(name)?;
        let site = if site.is_empty() {
            self.default_site.as_str()
        } else {
            site
        };
        found
            .iter()
            .find(|document| document.site == site)
            .or_else(|| found.first())
    }

    /// All targets.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values().flatten()
    }

    /// The keys of all of them.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.documents.iter().flat_map(|(name, documents)| {
            let key = move |document: &Document| key(kind_of(name), document);
            documents.iter().map(key)
        })
    }
}

/// Whether everything that a choice includes can be.
///
/// # Errors
/// If a path leads along no relation, or is too deep.
pub fn check(choice: &Choice, scope: Scope<'_>) -> Result<(), Error> {
    tree(choice, scope).map(|_| ())
}

/// Reads what a choice includes in some documents.
///
/// # Errors
/// If a path leads along no relation, is too deep, or fills too much.
pub async fn read(
    api: &Api,
    choice: &Choice,
    scope: Scope<'_>,
    documents: &[Document],
    audience: &Audience,
) -> Result<Included, Error> {
    let default_site = scope.dictionary.sites.first();
    let mut included = Included {
        default_site: default_site.map_or_else(String::new, |site| site.handle.clone()),
        ..Included::default()
    };
    let tree = tree(choice, scope)?;
    let mut filled = 0;
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for document in documents {
        collect_all(document, &tree, &mut wanted);
    }
    while !wanted.is_empty() {
        filled += wanted.len();
        if filled > MOST_FILLED {
            let detail = format!(
                "include would fill more than {MOST_FILLED} objects; ask for fewer entries at once or fewer relations"
            );
            return Err(Error::parameter("include", detail));
        }
        let known = &included.documents;
        let unread: HashSet<&str> = wanted
            .iter()
            .map(|(name, ..)| name.as_str())
            .filter(|name| !known.contains_key(*name))
            .collect();
        let names: Vec<(&str, &str)> = unread
            .into_iter()
            .filter_map(|name| name.split_once("::"))
            .collect();
        if !names.is_empty() {
            for (kind, document) in api.store.targets(&names, audience).await? {
                let name = format!("{kind}::{}", document.id);
                included.documents.entry(name).or_default().push(document);
            }
        }
        let mut next = Vec::new();
        for (name, site, tree) in wanted {
            if let Some(target) = included.target(&name, &site) {
                collect_all(target, tree, &mut next);
            }
        }
        wanted = next;
    }
    included.tree = tree.clone();
    Ok(included)
}

/// What is to be filled in a document's fields.
fn collect_all<'t>(document: &Document, tree: &'t Tree, wanted: &mut Vec<Wanted<'t>>) {
    if let Some(fields) = document
        .fields
        .as_deref()
        .filter(|_| !tree.below.is_empty())
    {
        collect_below(fields, &document.site, tree, wanted);
    }
}

fn collect_below<'t>(object: &str, site: &str, tree: &'t Tree, wanted: &mut Vec<Wanted<'t>>) {
    for member in members(object) {
        if let Some(tree) = tree.below.get(member.key) {
            collect(member.value, site, tree, wanted);
        }
    }
}

fn collect<'t>(value: &str, site: &str, tree: &'t Tree, wanted: &mut Vec<Wanted<'t>>) {
    if value.starts_with('[') {
        for element in elements(value) {
            collect(element, site, tree, wanted);
        }
    } else if !tree.fills {
        collect_below(value, site, tree, wanted);
    } else if let Some(name) = target(value) {
        wanted.push((name, site.to_owned(), tree));
    }
}

/// The name of the target that a relation's object is marked with.
#[must_use]
pub fn target(object: &str) -> Option<String> {
    let members = members(object);
    let mark = members
        .last()
        .filter(|member| member.kind == Some(splice::Kind::Related))?;
    serde_json::from_str(mark.value).ok()
}

/// The kind of a target, by the name that relations have for it.
#[must_use]
pub fn kind_of(name: &str) -> Kind {
    let kind = name
        .split_once("::")
        .and_then(|(kind, _)| Kind::named(kind));
    kind.expect("the importer names targets by their kinds")
}

/// The paths of `include`, and those of `fields` that lead through relations.
fn tree(choice: &Choice, scope: Scope<'_>) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    for path in choice.includes() {
        let names: Vec<&str> = path.split('.').collect();
        let hops = hops(&names, scope);
        if hops.last().map(|hop| hop.end) != Some(names.len()) {
            return Err(no_relation(path, &names, hops.last(), scope));
        }
        add(&mut tree, "include", path, &names, &hops)?;
    }
    for path in choice.named_fields() {
        let names: Vec<&str> = path.split('.').collect();
        let mut hops = hops(&names, scope);
        hops.retain(|hop| {
            let next = names.get(hop.end);
            next.is_some_and(|next| may_be_field(next, hop.nature))
        });
        add(&mut tree, "fields", path, &names, &hops)?;
    }
    Ok(tree)
}

/// A relation in a path.
#[derive(Clone, Copy, Debug)]
struct Hop {
    /// The number of names that lead to it.
    end: usize,
    /// What it holds.
    nature: Nature,
}

/// Where relations stand in a path.
fn hops(names: &[&str], scope: Scope<'_>) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    let mut from = 0;
    for end in 1..=names.len() {
        let name = names[from..end].join(".");
        if let Some(nature) = relation(&name, &scopes_after(hops.last(), scope)) {
            hops.push(Hop { end, nature });
            from = end;
        }
    }
    hops
}

/// Whose fields may be named after a relation, and before any.
fn scopes_after<'a>(hop: Option<&Hop>, scope: Scope<'a>) -> Vec<Scope<'a>> {
    hop.map_or_else(|| vec![scope], |hop| of_targets(scope, hop.nature))
}

/// What a relation holds whose targets can be included.
fn relation(name: &str, scopes: &[Scope<'_>]) -> Option<Nature> {
    let path = |scope: &Scope<'_>| scope.dictionary.path(scope.kind, scope.owners, name);
    let natures = scopes.iter().filter_map(path).map(|(_, nature)| nature);
    natures
        .filter(|nature| nature.is_includable())
        .reduce(Nature::with)
}

/// Whether a name is that of a field in some of the things that a relation may lead to.
fn may_be_field(name: &str, nature: Nature) -> bool {
    let mut targets = targets(nature).into_iter();
    targets.any(|kind| !own_members(kind).contains(&name))
}

/// The kinds of what a relation may lead to and that has fields.
#[must_use]
pub fn targets(nature: Nature) -> Vec<Kind> {
    let kinds = [
        (Nature::INCLUDABLE, Kind::Entry),
        (Nature::INCLUDABLE, Kind::Term),
        (Nature::ASSET, Kind::Asset),
    ];
    let kinds = kinds.into_iter().filter(|(kind, _)| nature.has(*kind));
    kinds.map(|(_, kind)| kind).collect()
}

/// All things of those kinds.
#[must_use]
pub fn of_targets(scope: Scope<'_>, nature: Nature) -> Vec<Scope<'_>> {
    let of = |kind| Scope {
        kind,
        owners: &[],
        ..scope
    };
    targets(nature).into_iter().map(of).collect()
}

fn add(
    tree: &mut Tree,
    param: &str,
    path: &str,
    names: &[&str],
    hops: &[Hop],
) -> Result<(), Error> {
    if hops.len() > DEEPEST {
        let detail = format!(
            "{path} follows {} relations; at most {DEEPEST} are",
            hops.len()
        );
        return Err(Error::parameter(param, detail));
    }
    let mut at = tree;
    for (index, name) in names
        .iter()
        .enumerate()
        .take(hops.last().map_or(0, |hop| hop.end))
    {
        at = at.below.entry((*name).to_owned()).or_default();
        let fills = hops.iter().any(|hop| hop.end == index + 1);
        at.fills |= fills;
        at.included |= fills && param == "include";
    }
    Ok(())
}

/// The error of a path that leads along no relation, with the relations that there are where it goes wrong.
fn no_relation(path: &str, names: &[&str], last: Option<&Hop>, scope: Scope<'_>) -> Error {
    let from = last.map_or(0, |hop| hop.end);
    let before = names[..from]
        .iter()
        .flat_map(|name| [name, "."])
        .collect::<String>();
    let scopes = scopes_after(last, scope);
    let of = |scope: &Scope<'_>| {
        let includable = Nature::is_includable;
        scope.dictionary.names(scope.kind, scope.owners, includable)
    };
    let mut allowed: Vec<String> = scopes.iter().flat_map(of).collect();
    allowed.sort();
    allowed.dedup();
    let allowed: Vec<String> = allowed
        .iter()
        .map(|name| format!("{before}{name}"))
        .collect();
    let rest = names[from..].join(".");
    let detail = if scopes.iter().any(|scope| is_whole(&rest, *scope)) {
        format!("{path:?} leads to users, whose objects show all that this API has of them")
    } else {
        format!("{path:?} is no relation to entries, terms or assets")
    };
    unknown("include", detail, path, &allowed)
}

/// Whether a relation leads to what has no `fields` beside its object: a user.
fn is_whole(name: &str, scope: Scope<'_>) -> bool {
    let path = scope.dictionary.path(scope.kind, scope.owners, name);
    path.is_some_and(|(_, nature)| nature.has(Nature::RELATION))
}
