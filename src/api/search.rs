//! `/search`: what was typed, what a match has to fulfil, and the page of matches that comes of it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Api;
use super::answer::Draft;
use super::choice::{self, Choice};
use super::compose::object;
use super::filter::{Filters, Scope};
use super::include::{self, Included};
use super::list::{HIGHEST_LIMIT, Links, USUAL_LIMIT};
use super::listing::{check_collections, check_site, collections};
use super::preview;
use super::problem::{Error, Problem};
use super::query::{Canonical, FILTERS, Parameters};
use super::schema;
use super::single::check_fields;
use crate::store::dictionary::Dictionary;
use crate::store::list::filter::Filter;
use crate::store::read::Document;
use crate::store::search::phrases::Phrases;
use crate::store::search::{Found, Hit, MOST_FOUND, Query};
use crate::store::{Kind, Snapshot, keys};

/// What a search takes beside the choice of parts.
const PARAMETERS: [&str; 6] = [FILTERS, "collection", "limit", "page", "q", "site"];

/// Words that may be looked for at once.
const MOST_WORDS: usize = 32;

/// Letters that the beginning of a word has at least: shorter ones would find nearly everything.
const SHORTEST_PREFIX: usize = 3;

/// What is to be said of a page of matches.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchMeta {
    /// How many a page holds at most.
    pub limit: i64,
    /// Which page this is, from 1.
    pub page: i64,
    /// How many matches there are on all pages.
    pub total: usize,
    /// `eq`: exactly so many; `gte`: there are more, and the newest of them were ranked and counted.
    pub total_relation: String,
}

/// Entries and terms that hold all the words, the best match first, with the passage that was found as HTML.
///
/// Case and diacritics do not count. `"several words"` stand side by side, `word*` is the beginning of a word, `-word` must
/// not occur. Titles count most, then headings, then the beginning of the text; among equals the title that says little
/// else comes first, then the newest. Filters are those of the lists; facets and totals count what passes them. A condition
/// about what only entries have leaves terms out, and the other way round. Of more than 500 matches that pass, the newest 500
/// are ranked, and the newest 100 with all of it in their titles.
#[utoipa::path(
    get, path = "/search", tag = "search",
    params(
        ("q" = String, Query, description = "What is looked for: words, `\"phrases\"`, beginnings (`word*`, three letters at least) and exclusions (`-word`); 32 words at most. Where it holds no word, nothing is found."),
        ("filter[path:condition]" = Option<String>, Query, description = "Only what passes: paths and conditions of `/entries`, for terms those of `/taxonomies/{handle}/terms`, and `taxonomy`, whose terms they are. A taxonomy's handle that is no field's stands for `taxonomy.HANDLE`."),
        ("filter[any][0][path:condition]" = Option<String>, Query, description = "Conditions in numbered groups: one group is enough, of which all have to hold."),
        ("filter[collection]" = Option<String>, Query, description = "Only entries of this collection; `collection` is the same, and takes several between commas."),
        ("collection" = Option<String>, Query, description = "Short for `filter[collection:in]`."),
        ("site" = Option<String>, Query, description = "Handle of a site: only what is in it."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("page" = Option<i64>, Query, minimum = 1, description = "Which page, from 1; among the first 600 matches."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry. Default: none."),
        ("heading_ids" = Option<bool>, Query, description = "As on one entry."),
        ("include" = Option<String>, Query, description = "As on one entry."),
        ("seo" = Option<String>, Query, description = "As on one entry. Default: `none`."),
    ),
    responses(
        (status = 200, description = "A page of matches, with facets of all of them.", body = schema::SearchResult),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn search_everything(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let search = Search::parse(request.query_string())?;
    let key = search.page(search.page).into_text();
    api.answer(&request, &key, async || answer(&api, &search).await)
        .await
}

/// A search that a request asked for.
struct Search {
    typed: String,
    phrases: Phrases,
    /// Collections, after the parameter that names them.
    collections: Option<(String, Vec<String>)>,
    site: Option<String>,
    filters: Filters,
    said: Choice,
    choice: Choice,
    limit: i64,
    page: i64,
}

impl Search {
    fn parse(query: &str) -> Result<Self, Error> {
        let known = [&PARAMETERS[..], &choice::PARAMETERS].concat();
        let given = Parameters::parse(query, &known)?;
        let mut filters = Filters::parse(&given)?;
        let said = Choice::parse(&given)?;
        let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
        let last = i64::try_from(MOST_FOUND).unwrap_or(i64::MAX) / limit;
        Ok(Self {
            phrases: phrases(given.get("q"))?,
            typed: given.get("q").unwrap_or_default().trim().to_owned(),
            collections: collections(&given, &mut filters)?,
            site: given.get("site").map(str::to_owned),
            filters,
            choice: said.clone().of_many(),
            said,
            limit,
            page: given.number("page", 1, last.max(1))?,
        })
    }

    fn page(&self, page: i64) -> Canonical {
        let limit = (self.limit != USUAL_LIMIT).then(|| self.limit.to_string());
        let page = (page != 1).then(|| page.to_string());
        let collections = self.collection_handles().join(",");
        let query = self.said.canonical(Canonical::new(&["search"]));
        let named = Some(collections.as_str()).filter(|named| !named.is_empty());
        self.filters
            .canonical(query.with("collection", named))
            .with("limit", limit.as_deref())
            .with("page", page.as_deref())
            .with("q", Some(&self.typed))
            .with("site", self.site.as_deref())
    }

    fn collection_handles(&self) -> &[String] {
        let named = self.collections.as_ref();
        named.map_or(&[], |(_, handles)| handles.as_slice())
    }

    /// What the store is asked.
    fn store_query(&self, dictionary: &Dictionary) -> Result<Query, Error> {
        check_collections(dictionary, self.collections.as_ref())?;
        check_site(dictionary, self.site.as_deref())?;
        let count = |number: i64| usize::try_from(number).unwrap_or(0);
        Ok(Query {
            phrases: self.phrases.clone(),
            collections: self.collection_handles().to_vec(),
            site: self.site.clone(),
            among: self.among(dictionary)?,
            offset: count((self.page - 1) * self.limit),
            limit: count(self.limit),
            bodies: self.choice.has_fields() || self.choice.has_seo(),
        })
    }

    /// The kinds that the conditions can be asked of, and what they mean there; no term is in a collection.
    fn among(&self, dictionary: &Dictionary) -> Result<Vec<(Kind, Filter)>, Error> {
        let owners = self.collection_handles();
        let kinds: &[Kind] = match owners {
            [] => &[Kind::Entry, Kind::Term],
            _ => &[Kind::Entry],
        };
        let scope = |kind: &Kind| Scope {
            dictionary,
            kind: *kind,
            owners,
        };
        let scopes: Vec<Scope<'_>> = kinds.iter().map(scope).collect();
        let filters = self.filters.resolve_each(&scopes)?;
        let each = kinds.iter().copied().zip(filters);
        Ok(each
            .filter_map(|(kind, filter)| Some((kind, filter?)))
            .collect())
    }
}

fn phrases(typed: Option<&str>) -> Result<Phrases, Error> {
    let typed = typed.ok_or_else(|| Error::parameter("q", "q is missing: what is looked for"))?;
    let phrases = Phrases::parse(typed);
    if phrases.words() > MOST_WORDS {
        let detail = format!("q has {} words; {MOST_WORDS} are allowed", phrases.words());
        return Err(Error::parameter("q", detail));
    }
    let too_short = phrases
        .wanted
        .iter()
        .chain(&phrases.unwanted)
        .find(|phrase| {
            let last = phrase.words.last().filter(|_| phrase.is_prefix);
            last.is_some_and(|last| last.is_ascii() && last.len() < SHORTEST_PREFIX)
        });
    match too_short.and_then(|phrase| phrase.words.last()) {
        Some(short) => Err(Error::parameter(
            "q",
            format!(
                "{short:?}* is too short: the beginning of a word has {SHORTEST_PREFIX} letters or more"
            ),
        )),
        None => Ok(phrases),
    }
}

/// The answer to a query, for whoever asks for it in other ways.
pub(super) async fn of_query(api: &Api, query: &str) -> Result<Draft, Error> {
    answer(api, &Search::parse(query)?).await
}

async fn answer(api: &Api, search: &Search) -> Result<Draft, Error> {
    let (dictionary, audience) = (api.dictionary().await?, api.audience());
    let query = search.store_query(&dictionary)?;
    let found = api.store.search(&query, &audience).await?;
    let scope = Scope::entries(&dictionary);
    check_fields(api, &search.choice, scope, None).await?;
    let hits = found.value.hits.iter();
    let documents: Vec<Document> = hits.map(|hit| hit.document.clone()).collect();
    let included = include::read(api, &search.choice, scope, &documents, &audience).await?;
    Ok(draft(search, &found, &included))
}

fn draft(search: &Search, found: &Snapshot<Found>, included: &Included) -> Draft {
    let Found {
        hits,
        total,
        has_more,
        ..
    } = &found.value;
    let limit = usize::try_from(search.limit).unwrap_or(usize::MAX);
    let pages = i64::try_from(total.div_ceil(limit)).unwrap_or(1);
    let page = |number: i64| preview::link(search.page(number));
    let links = Links {
        here: page(search.page),
        next: (search.page < pages).then(|| page(search.page + 1)),
        prev: (search.page > 1).then(|| page(search.page - 1)),
    };
    let meta = SearchMeta {
        limit: search.limit,
        page: search.page,
        total: *total,
        total_relation: if *has_more { "gte" } else { "eq" }.to_owned(),
    };
    let members: Vec<String> = hits
        .iter()
        .map(|hit| hit_object(hit, &search.choice, included))
        .collect();
    let body = format!(
        "{{\"data\":[{}],\"facets\":{},\"links\":{},\"meta\":{}}}",
        members.join(","),
        facet_object(&found.value),
        json!(links),
        json!(meta)
    );
    Draft {
        body,
        content_type: "application/json",
        links: links.header(),
        keys: made_of(search, hits, included),
        changed_at: found.last_boundary.max(Some(found.replaced_at)),
        expires: found.next_boundary,
        generation: found.generation,
    }
}

/// The item as a list shows it, what it is, and what was found of it.
fn hit_object(hit: &Hit, choice: &Choice, included: &Included) -> String {
    let item = object(&hit.document, choice, included);
    let highlight = json!({ "title": hit.title, "snippet": hit.snippet });
    format!(
        "{{\"kind\":{},{},\"highlight\":{highlight}}}",
        json!(hit.kind),
        &item[1..item.len() - 1]
    )
}

/// Facets as lists, the most frequent value first; those of terms by their taxonomy.
fn facet_object(found: &Found) -> Value {
    let mut facets = Map::new();
    let mut terms = Map::new();
    for name in ["collection", "site", "blueprint", "taxonomy"] {
        facets.insert(name.to_owned(), json!([]));
    }
    for (name, counts) in &found.facets {
        let mut values: Vec<(&String, &usize)> = counts.iter().collect();
        values.sort_by_key(|(value, count)| (std::cmp::Reverse(**count), (*value).clone()));
        let values = values
            .into_iter()
            .map(|(value, count)| json!({ "value": value, "count": count }));
        match name.strip_prefix("term:") {
            Some(taxonomy) => terms.insert(taxonomy.to_owned(), values.collect()),
            None => facets.insert(name.clone(), values.collect()),
        };
    }
    facets.insert("terms".to_owned(), terms.into());
    facets.into()
}

/// Any entry or term may come to match, of those collections that are looked through; and what was shown.
fn made_of(search: &Search, hits: &[Hit], included: &Included) -> Vec<String> {
    let collections = search.collection_handles().iter();
    let mut lists: Vec<String> = collections
        .map(|handle| keys::list(Kind::Entry, Some(handle)))
        .collect();
    if lists.is_empty() {
        lists = [Kind::Entry, Kind::Term]
            .map(|kind| keys::list(kind, None))
            .into();
    }
    let shown = hits.iter().filter_map(|hit| {
        let kind = Kind::named(&hit.kind)?;
        Some(keys::document(kind, &hit.document.id, &hit.document.site))
    });
    lists
        .into_iter()
        .chain(shown)
        .chain(included.keys())
        .collect()
}
