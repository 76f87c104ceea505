//! `/entries?ids=a,b,c`: entries by their ids, in the order of the ids, and the names of those that are not there.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse};

use super::Api;
use super::answer::Draft;
use super::choice::{self, Choice};
use super::compose::object;
use super::filter::Scope;
use super::include;
use super::list::{Links, Meta, envelope};
use super::listing::{check_site, key, last_change};
use super::problem::Error;
use super::query::{Canonical, Parameters};
use super::single::check_fields;
use crate::store::read::Document;
use crate::store::{Kind, id_key, keys};

/// So many ids one request may name.
const MOST_IDS: usize = 200;

/// Entries that a request names.
#[derive(Clone, Debug)]
pub struct Batch {
    ids: Vec<String>,
    site: Option<String>,
    fallback: bool,
    said: Choice,
}

impl Batch {
    /// Reads a query string; `None` where it has no `ids`.
    ///
    /// # Errors
    /// If anything beside the ids is unknown or malformed, or there are too many of them.
    pub fn parse(query: &str) -> Result<Option<Self>, Error> {
        if !query.split('&').any(|pair| pair.starts_with("ids=")) {
            return Ok(None);
        }
        let mut known = vec!["ids", "site", "fallback"];
        known.extend(choice::PARAMETERS);
        known.sort_unstable();
        let given = Parameters::parse(query, &known)?;
        let ids = given.get("ids").unwrap_or_default().split(',');
        let mut unique: Vec<String> = Vec::new();
        for id in ids.map(|id| id_key(id.trim())).filter(|id| !id.is_empty()) {
            if !unique.contains(&id) {
                unique.push(id);
            }
        }
        if unique.is_empty() || unique.len() > MOST_IDS {
            let detail = format!(
                "ids are 1 to {MOST_IDS} ids between commas, not {}",
                unique.len()
            );
            return Err(Error::parameter("ids", detail));
        }
        Ok(Some(Self {
            ids: unique,
            site: given.get("site").map(str::to_owned),
            fallback: fallback(&given)?,
            said: Choice::parse(&given)?,
        }))
    }

    fn canonical(&self) -> Canonical {
        self.said
            .canonical(Canonical::new(&["entries"]))
            .with("fallback", self.fallback.then_some("true"))
            .with("ids", Some(&self.ids.join(",")))
            .with("site", self.site.as_deref())
    }
}

/// Whether what a site does not have comes as its original.
///
/// # Errors
/// If it is neither true nor false, or no site is given.
pub fn fallback(given: &Parameters) -> Result<bool, Error> {
    let fallback = given.flag("fallback")?;
    if fallback && given.get("site").is_none() {
        let detail = "fallback says what stands in where a site has nothing; give site too";
        return Err(Error::parameter("fallback", detail));
    }
    Ok(fallback)
}

/// Answers with the entries.
///
/// # Errors
/// If a site, field or include is not known, or the store fails.
pub async fn answer(
    api: &Api,
    request: &HttpRequest,
    batch: &Batch,
) -> Result<HttpResponse, Error> {
    let key = batch.canonical().into_text();
    api.answer(request, &key, async || many(api, batch).await)
        .await
}

async fn many(api: &Api, batch: &Batch) -> Result<Draft, Error> {
    let dictionary = api.dictionary().await?;
    check_site(&dictionary, batch.site.as_deref())?;
    let audience = api.audience();
    let site = batch.site.as_deref();
    let choice = batch.said.clone().of_many();
    let bodies = choice.has_fields() || choice.has_seo();
    let found = api
        .store
        .batch(&batch.ids, site, batch.fallback, bodies, &audience)
        .await?;
    let mut by_id: HashMap<String, Document> = found.value.into_iter().collect();
    let mut documents = Vec::with_capacity(by_id.len());
    let mut missing = Vec::new();
    for id in &batch.ids {
        match by_id.remove(id) {
            Some(document) => documents.push(document),
            None => missing.push(id.clone()),
        }
    }
    let scope = Scope {
        dictionary: &dictionary,
        kind: Kind::Entry,
        owners: &[],
    };
    check_fields(api, &choice, scope, None).await?;
    let included = include::read(api, &choice, scope, &documents, &audience).await?;
    let own = documents.iter().map(|document| key(Kind::Entry, document));
    let absent = missing.iter().map(|id| keys::document(Kind::Entry, id, ""));
    let mut keys: Vec<String> = own.chain(absent).chain(included.keys()).collect();
    keys.sort();
    keys.dedup();
    let members: Vec<String> = documents
        .iter()
        .map(|document| object(document, &choice, &included))
        .collect();
    let meta = Meta {
        limit: i64::try_from(MOST_IDS).unwrap_or(i64::MAX),
        missing: Some(missing),
        ..Meta::default()
    };
    let links = Links::of(&batch.canonical(), None, None, None);
    Ok(Draft {
        body: envelope(&members, &links, &meta),
        content_type: "application/json",
        links: links.header(),
        keys,
        changed_at: last_change(found.last_boundary, found.replaced_at),
        expires: found.next_boundary,
        generation: found.generation,
    })
}
