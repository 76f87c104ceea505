//! What of Statamic's own API is switched on, as `config/statamic/api.php` says it for the real thing.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::bard::Profile;
use crate::store::Kind;
use crate::store::log::Identity;

/// The settings of the `/api` routes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the routes exist at all.
    pub enabled: bool,
    /// The first part of their paths, without slashes.
    pub prefix: String,
    /// Which Statamic is followed: 5 has no metadata, look-up by slug or `site` on lists.
    pub profile: Profile,
    /// Public origin of this API, without a trailing slash; links are relative without one.
    pub api_url: Option<String>,
    /// The application's time zone: dates in filters are in it.
    pub timezone: TimeZone,
    /// Items on a page where the request does not say.
    pub pagination_size: i64,
    /// Keys that are left out of every answer, at every depth.
    pub excluded_keys: Vec<String>,
    /// If set, every request needs it as its bearer token.
    pub auth_token: Option<String>,
    /// Collections: entries and trees.
    pub collections: Resource,
    /// Navigations.
    pub navs: Resource,
    /// Taxonomies and their terms.
    pub taxonomies: Resource,
    /// Asset containers.
    pub assets: Resource,
    /// Global sets.
    pub globals: Resource,
    /// Forms' definitions.
    pub forms: Resource,
    /// Users, with their e-mail addresses.
    pub users: Resource,
    /// Descriptions of the sites.
    pub sites: Resource,
}

/// Which parts of a resource are served, and what filters each allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// None.
    Off,
    /// All, with the same filters.
    All(Allowed),
    /// Those named.
    Only(BTreeMap<String, Allowed>),
}

/// Fields that may be filtered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Every field; never a password.
    Every,
    /// Those named; a taxonomy as `taxonomy:HANDLE`.
    Only(Vec<String>),
}

impl Default for Settings {
    fn default() -> Self {
        let on = Resource::All(Allowed::Every);
        Self {
            enabled: true,
            prefix: "api".into(),
            profile: Profile::V6,
            api_url: None,
            timezone: TimeZone::UTC,
            pagination_size: 50,
            excluded_keys: Vec::new(),
            auth_token: None,
            collections: on.clone(),
            navs: on.clone(),
            taxonomies: on.clone(),
            assets: on.clone(),
            globals: on.clone(),
            forms: Resource::Off,
            users: Resource::Off,
            sites: on,
        }
    }
}

impl Settings {
    /// Whether some answer has a thing; or, without an id, the order of its owner's.
    #[must_use]
    pub fn has(&self, kind: Kind, thing: &Identity) -> bool {
        let Some(resource) = self.resource(kind).filter(|_| self.enabled) else {
            return false;
        };
        let part = match kind {
            Kind::User => "",
            Kind::Entry | Kind::Term | Kind::Asset => &thing.owner,
            _ if thing.id.is_empty() => return resource.is_on(),
            _ => &thing.id,
        };
        resource.allowed(part).is_some()
    }

    /// What a kind belongs to; `None` where there is nothing of it, as descriptions in Statamic 5.
    pub(super) fn resource(&self, kind: Kind) -> Option<&Resource> {
        let since_v6 = |resource| (self.profile == Profile::V6).then_some(resource);
        match kind {
            Kind::Entry | Kind::CollectionTree => Some(&self.collections),
            Kind::Term => Some(&self.taxonomies),
            Kind::Asset => Some(&self.assets),
            Kind::Global => Some(&self.globals),
            Kind::NavigationTree => Some(&self.navs),
            Kind::User => Some(&self.users),
            Kind::Form => Some(&self.forms),
            Kind::Collection => since_v6(&self.collections),
            Kind::Taxonomy => since_v6(&self.taxonomies),
            Kind::Navigation => since_v6(&self.navs),
            Kind::Container => since_v6(&self.assets),
            Kind::Site => since_v6(&self.sites),
            Kind::Sitemap | Kind::Robots | Kind::Redirect | Kind::Feed => None,
        }
    }
}

impl Resource {
    /// Whether any part is served.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self != Self::Off
    }

    /// The filters of a part; `None` where it is not served.
    #[must_use]
    pub fn allowed(&self, handle: &str) -> Option<&Allowed> {
        match self {
            Self::Off => None,
            Self::All(allowed) => Some(allowed),
            Self::Only(parts) => parts.get(handle),
        }
    }

    /// The filters of a list that holds all its parts: those that each of them allows.
    #[must_use]
    pub fn common(&self) -> Allowed {
        match self {
            Self::Off => Allowed::Only(Vec::new()),
            Self::All(allowed) => allowed.clone(),
            Self::Only(parts) => parts
                .values()
                .cloned()
                .reduce(Allowed::and)
                .unwrap_or(Allowed::Only(Vec::new())),
        }
    }
}

impl Allowed {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Every, other) => other,
            (this, Self::Every) => this,
            (Self::Only(fields), Self::Only(others)) => Self::Only(
                fields
                    .into_iter()
                    .filter(|field| others.contains(field))
                    .collect(),
            ),
        }
    }

    /// Whether a field may be filtered by.
    #[must_use]
    pub fn permits(&self, field: &str) -> bool {
        let secret = matches!(field, "password" | "password_hash");
        !secret
            && match self {
                Self::Every => true,
                Self::Only(fields) => fields.iter().any(|allowed| allowed == field),
            }
    }
}
