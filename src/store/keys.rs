//! Surrogate keys: the names by which answers say what they were made of, and changes say what they touched.
//!
//! An answer names the stored documents that it was spliced from, and, if it lists or counts, the list. A change names
//! each document whose bytes are others than before, and each list that goes by what changed: native lists and searches by
//! what they show, filter and sort, those of `/api` by what these do, the link graph, the sitemaps and the SEO report by
//! what stands in them. So whoever keeps answers drops those that name a key of a change, and no key is named in vain:
//! some answer that names it did change.

use super::Kind;
use super::log::{Identity, Parts};

impl Kind {
    /// What a list of such things is called.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Entry => "entries",
            Self::Term => "terms",
            Self::Asset => "assets",
            Self::Global => "globals",
            Self::User => "users",
            Self::Form => "forms",
            Self::Collection => "collections",
            Self::Taxonomy => "taxonomies",
            Self::Navigation => "navigations",
            Self::Container => "containers",
            Self::Site => "sites",
            Self::CollectionTree => "collection_trees",
            Self::NavigationTree => "navigation_trees",
            Self::Sitemap => "sitemaps",
            Self::Robots => "robots",
            Self::Redirect => "redirects",
            Self::Feed => "feeds",
        }
    }
}

/// The list of problems.
pub const PROBLEMS: &str = "problems";

/// The SEO report.
pub const FINDINGS: &str = "findings";

/// The link graph: what refers to what, and what leads nowhere.
pub const LINKS: &str = "links";

/// `entry:ID`; of what there is one of in each site, `global:HANDLE@SITE`.
#[must_use]
pub fn document(kind: Kind, id: &str, site: &str) -> String {
    let name = kind.name();
    match kind {
        Kind::Term
        | Kind::Global
        | Kind::CollectionTree
        | Kind::NavigationTree
        | Kind::Redirect
        | Kind::Feed => {
            format!("{name}:{id}@{site}")
        }
        _ => format!("{name}:{id}"),
    }
}

/// The same thing as Statamic's own API shows it, which may stay as it is where the native answer changes, and change
/// where that stays.
#[must_use]
pub fn statamic(kind: Kind, id: &str, site: &str) -> String {
    format!("statamic:{}", document(kind, id, site))
}

/// A list of all things of a kind: `entries`; of one owner: `entries:posts`.
#[must_use]
pub fn list(kind: Kind, owner: Option<&str>) -> String {
    let all = kind.plural();
    owner
        .filter(|owner| !owner.is_empty())
        .map_or_else(|| all.to_owned(), |owner| format!("{all}:{owner}"))
}

/// The same list as Statamic's own API gives it.
#[must_use]
pub fn statamic_list(kind: Kind, owner: Option<&str>) -> String {
    format!("statamic:{}", list(kind, owner))
}

/// The keys of what changed of a thing, among them those of Statamic's own API where that has it; of one without an
/// id, those of its owner's lists in their order.
#[must_use]
pub fn of(kind: Kind, identity: &Identity, parts: Parts, in_statamic: bool) -> Vec<String> {
    let Identity {
        id, owner, site, ..
    } = identity;
    let mut touched = Vec::new();
    if parts.has(Parts::NATIVE) && kind != Kind::Sitemap {
        touched.push(document(kind, id, site));
    }
    if in_statamic && parts.has(Parts::STATAMIC) {
        touched.push(statamic(kind, id, site));
    }
    if parts.has(Parts::LISTED) {
        touched.extend(lists(kind, owner, id.is_empty()));
    }
    if in_statamic && parts.has(Parts::QUERIED) && is_listed_by_statamic(kind) {
        touched.push(statamic_list(kind, Some(owner)));
    }
    if parts.has(Parts::LINKED) {
        touched.push(LINKS.to_owned());
    }
    if parts.has(Parts::MAPPED) {
        touched.push(list(Kind::Sitemap, None));
    }
    touched
}

/// The native lists that a thing stands in. Terms and assets are listed owner by owner; that of all terms is what searches
/// look through, whatever the order.
fn lists(kind: Kind, owner: &str, in_order: bool) -> Vec<String> {
    let (all, own) = (list(kind, None), list(kind, Some(owner)));
    match kind {
        Kind::Entry => vec![all, own],
        Kind::Term if !in_order => vec![all, own],
        Kind::Term | Kind::Asset => vec![own],
        Kind::Global
        | Kind::Collection
        | Kind::Taxonomy
        | Kind::Navigation
        | Kind::Container
        | Kind::Site
        | Kind::Redirect
        | Kind::Sitemap => vec![all],
        Kind::User
        | Kind::Form
        | Kind::CollectionTree
        | Kind::NavigationTree
        | Kind::Robots
        | Kind::Feed => Vec::new(),
    }
}

/// Trees are asked for one by one.
fn is_listed_by_statamic(kind: Kind) -> bool {
    !matches!(kind, Kind::CollectionTree | Kind::NavigationTree)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_their_names() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("page"), None);
    }

    #[test]
    fn a_key_names_the_site_where_there_is_one_of_it_in_each() {
        assert_eq!(document(Kind::Entry, "a", "de"), "entry:a");
        assert_eq!(
            statamic(Kind::Global, "seo", "de"),
            "statamic:global:seo@de"
        );
        assert_eq!(
            lists(Kind::Entry, "posts", false),
            ["entries", "entries:posts"]
        );
        assert_eq!(lists(Kind::Term, "tags", true), ["terms:tags"]);
        assert_eq!(lists(Kind::Global, "", false), ["globals"]);
    }
}
