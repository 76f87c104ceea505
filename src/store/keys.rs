//! Surrogate keys: the names by which answers say what they were made of, and changes say what they touched.
//!
//! An answer names the stored documents that it was spliced from, and, if it lists or counts, the list. A change names
//! each document whose bytes are others than before, and the lists that it stands in. So whoever keeps answers drops
//! those that name a key of a change, and no others.

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
            Self::Robots => "robots_texts",
            Self::Redirect => "redirects",
            Self::Feed => "feeds",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// All kinds.
    pub const ALL: [Self; 17] = [
        Self::Entry,
        Self::Term,
        Self::Asset,
        Self::Global,
        Self::User,
        Self::Form,
        Self::Collection,
        Self::Taxonomy,
        Self::Navigation,
        Self::Container,
        Self::Site,
        Self::CollectionTree,
        Self::NavigationTree,
        Self::Sitemap,
        Self::Robots,
        Self::Redirect,
        Self::Feed,
    ];
}

/// The list of problems.
pub const PROBLEMS: &str = "problems";

/// `entry:ID`; of what there is one of in each site, `global:HANDLE@SITE`.
#[must_use]
pub fn document(kind: Kind, id: &str, site: &str) -> String {
    let name = kind.name();
    match kind {
        Kind::Term | Kind::Global | Kind::CollectionTree | Kind::NavigationTree => {
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

/// The lists that a thing stands in.
#[must_use]
pub fn lists(kind: Kind, owner: &str) -> Vec<String> {
    let mut lists = vec![list(kind, None), list(kind, Some(owner))];
    lists.dedup();
    lists
}

/// The keys of what changed of a thing; of one without an id, those of its owner's lists alone.
#[must_use]
pub fn of(kind: Kind, identity: &Identity, parts: Parts) -> Vec<String> {
    let mut touched = Vec::new();
    if parts.native {
        touched.push(document(kind, &identity.id, &identity.site));
    }
    if parts.statamic {
        touched.push(statamic(kind, &identity.id, &identity.site));
    }
    if parts.listed {
        touched.extend(lists(kind, &identity.owner));
    }
    touched
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
        assert_eq!(lists(Kind::Entry, "posts"), ["entries", "entries:posts"]);
        assert_eq!(lists(Kind::Global, ""), ["globals"]);
    }
}
