//! One request and what all endpoints make of it: its parameters, its place, and the answer's beginning and end.

use std::collections::BTreeSet;

use super::condition::Clock;
use super::object::{self, Fields};
use super::parameters::{Parameter, Parameters};
use super::refusal::Refusal;
use super::settings::{Allowed, Resource, Settings};
use crate::api::answer::Draft;
use crate::bard::Profile;
use crate::store::audience::Audience;
use crate::store::texts::Texts;
use crate::store::{Kind, Snapshot, Store, keys};

/// Surrogate keys that one answer names at most.
const MOST_KEYS: usize = 400;

/// A request on its way to an endpoint.
pub struct Request<'a> {
    pub store: &'a Store,
    pub settings: &'a Settings,
    pub audience: Audience,
    pub parameters: Parameters,
    /// The path below the prefix, as it was asked for, without slashes around it.
    pub path: String,
}

impl Request<'_> {
    /// The clock that filters look at.
    pub fn clock(&self) -> Clock {
        Clock {
            now: self.audience.now,
            zone: self.settings.timezone.clone(),
        }
    }

    /// Whether endpoints and parameters of 6.31 exist.
    pub fn is_v6(&self) -> bool {
        self.settings.profile == Profile::V6
    }

    /// The choice of `fields=`.
    pub fn fields(&self) -> Result<Fields, Refusal> {
        Ok(Fields::new(&self.parameters, self.settings.profile)?)
    }

    /// The choice of `fields=` on a single item, which 5 does not look at.
    pub fn fields_of_one(&self) -> Result<Fields, Refusal> {
        if self.is_v6() {
            self.fields()
        } else {
            Ok(Fields::All)
        }
    }

    /// The site that was asked for.
    pub fn site(&self) -> Result<Option<&str>, Refusal> {
        self.parameters
            .text("site")
            .map_err(|_| Refusal::Invalid("site: one handle is needed".into()))
    }

    /// The site that a list or single item is of, which 5 does not look at.
    pub fn site_of_items(&self) -> Result<Option<&str>, Refusal> {
        if self.is_v6() { self.site() } else { Ok(None) }
    }

    /// This endpoint's own URL, without its query.
    pub fn url(&self) -> String {
        let origin = self.settings.api_url.as_deref().unwrap_or_default();
        format!(
            "{}/{}/{}",
            origin.trim_end_matches('/'),
            self.settings.prefix,
            self.path
        )
    }

    /// No named scopes exist here, so that each one is forbidden, as an unknown one is in Statamic.
    pub fn refuse_scopes(&self) -> Result<(), Refusal> {
        match self.parameters.get("query_scope") {
            None | Some(Parameter::Null) => Ok(()),
            Some(Parameter::Text(_)) => Err(Refusal::Forbidden("query scope", vec!["0".into()])),
            Some(Parameter::Map(scopes)) => Err(Refusal::Forbidden(
                "query scope",
                scopes.iter().map(|(name, _)| name.clone()).collect(),
            )),
        }
    }

    /// An answer of this body with these surrogate keys, as old and as durable as what it was read from.
    pub fn answer<T>(&self, read: &Snapshot<T>, body: String, keys: Vec<String>) -> Draft {
        let excluded = &self.settings.excluded_keys;
        Draft {
            body: if excluded.is_empty() {
                body
            } else {
                object::exclude(&body, excluded)
            },
            content_type: "application/json",
            links: Vec::new(),
            keys,
            changed_at: Some(
                read.last_boundary
                    .map_or(read.replaced_at, |boundary| boundary.max(read.replaced_at)),
            ),
            expires: read.next_boundary,
            generation: read.generation,
        }
    }

    /// `{"data": …}` around the object of one item; not found where there is none.
    pub fn single(
        &self,
        read: &Snapshot<Option<Texts>>,
        kind: Kind,
        fields: &Fields,
    ) -> Result<Draft, Refusal> {
        let item = read.value.as_ref().ok_or(Refusal::NotFound)?;
        let mut body = String::from("{\"data\":");
        fields.write(item.object.as_deref().unwrap_or("{}"), &mut body);
        body.push('}');
        Ok(self.answer(read, body, vec![key(kind, item)]))
    }
}

/// The surrogate key of an item as it is shown here.
pub fn key(kind: Kind, item: &Texts) -> String {
    keys::statamic(kind, &item.id, &item.site)
}

/// The surrogate keys of a list: the list itself and its items; the list alone where all would make a header that no
/// proxy takes.
pub fn keys_of_list<'t>(
    list: &[String],
    kind: Kind,
    items: impl IntoIterator<Item = &'t Texts>,
) -> Vec<String> {
    let items: BTreeSet<String> = items.into_iter().map(|item| key(kind, item)).collect();
    if items.len() > MOST_KEYS {
        return list.to_vec();
    }
    list.iter().cloned().chain(items).collect()
}

/// The filters of a part of a resource; not found where it is not served.
pub fn served<'s>(resource: &'s Resource, handle: &str) -> Result<&'s Allowed, Refusal> {
    resource.allowed(handle).ok_or(Refusal::NotFound)
}
