//! `/search`: what was typed, the facets that were chosen, and the page of matches that comes of it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Api;
use super::answer::Draft;
use super::choice::Choice;
use super::compose::object;
use super::filter::Scope;
use super::include::{self, Included};
use super::list::{HIGHEST_LIMIT, Links, USUAL_LIMIT};
use super::listing::{check_collection, check_site};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters, unknown_value};
use super::schema;
use super::single::check_fields;
use crate::store::read::Document;
use crate::store::search::phrases::Phrases;
use crate::store::search::{Found, Hit, MOST_RANKED, Query};
use crate::store::{Kind, Snapshot, keys};

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
/// not occur. Titles count most, then headings. Of more than 1,000 matches the newest are ranked.
#[utoipa::path(
    get, path = "/search", tag = "search",
    params(
        ("q" = String, Query, description = "What is looked for: words, `\"phrases\"`, beginnings (`word*`, three letters at least) and exclusions (`-word`); 32 words at most. Where it holds no word, nothing is found."),
        ("filter[collection]" = Option<String>, Query, description = "Only entries of this collection; `collection` is the same."),
        ("collection" = Option<String>, Query, description = "Short for `filter[collection]`."),
        ("filter[blueprint]" = Option<String>, Query, description = "Only entries of this blueprint."),
        ("filter[{taxonomy}]" = Option<String>, Query, description = "Only entries that have this term (its slug) of the taxonomy."),
        ("site" = Option<String>, Query, description = "Handle of a site: only what is in it."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("page" = Option<i64>, Query, minimum = 1, description = "Which page, from 1; among the first 1,000 matches."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry. Default: none."),
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
    api.answer(&request, &key, answer(&api, &search)).await
}

/// A search that a request asked for.
struct Search {
    typed: String,
    phrases: Phrases,
    /// Names of facets, the parameters they were given as, and values.
    facets: Vec<(String, String, String)>,
    said: Choice,
    choice: Choice,
    limit: i64,
    page: i64,
}

impl Search {
    fn parse(query: &str) -> Result<Self, Error> {
        let filters = filters(query);
        let mut known = vec![
            "q",
            "collection",
            "site",
            "limit",
            "page",
            "body",
            "fields",
            "include",
            "seo",
        ];
        known.push("filter[collection]");
        known.push("filter[blueprint]");
        known.extend(filters.iter().map(String::as_str));
        let given = Parameters::parse(query, &known)?;
        let said = Choice::parse(&given)?;
        let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
        let last = i64::try_from(MOST_RANKED).unwrap_or(i64::MAX) / limit;
        Ok(Self {
            phrases: phrases(given.get("q"))?,
            typed: given.get("q").unwrap_or_default().trim().to_owned(),
            facets: facets(&given, &filters)?,
            choice: said.clone().of_many(),
            said,
            limit,
            page: given.number("page", 1, last.max(1))?,
        })
    }

    fn page(&self, page: i64) -> Canonical {
        let (limit, page) = (
            (self.limit != USUAL_LIMIT).then(|| self.limit.to_string()),
            (page != 1).then(|| page.to_string()),
        );
        let mut canonical = self.said.canonical(Canonical::new(&["search"]));
        for (name, _, value) in &self.facets {
            let param = match name.as_str() {
                "collection" | "site" => name.clone(),
                field => format!("filter[{}]", field.trim_start_matches("term:")),
            };
            canonical = canonical.with(&param, Some(value));
        }
        canonical
            .with("limit", limit.as_deref())
            .with("page", page.as_deref())
            .with("q", Some(&self.typed))
    }

    fn query(&self) -> Query {
        let count = |number: i64| usize::try_from(number).unwrap_or(0);
        let facets = self.facets.iter();
        Query {
            phrases: self.phrases.clone(),
            facets: facets
                .map(|(name, _, value)| (name.clone(), value.clone()))
                .collect(),
            offset: count((self.page - 1) * self.limit),
            limit: count(self.limit),
            bodies: self.choice.has_fields() || self.choice.has_seo(),
        }
    }
}

/// The names of parameters that filter by something of the project's own: `filter[topics]`.
fn filters(query: &str) -> Vec<String> {
    let names = query.split('&').filter_map(|pair| {
        let name = pair
            .split('=')
            .next()?
            .replace("%5B", "[")
            .replace("%5b", "[");
        let name = name.replace("%5D", "]").replace("%5d", "]");
        let field = name.strip_prefix("filter[")?.strip_suffix(']')?;
        let plain = field
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
        plain.then(|| format!("filter[{field}]"))
    });
    names.collect()
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

/// Facets by name, in one order whatever the request's.
fn facets(given: &Parameters, filters: &[String]) -> Result<Vec<(String, String, String)>, Error> {
    let mut facets = Vec::new();
    for param in ["collection", "site"]
        .into_iter()
        .chain(filters.iter().map(String::as_str))
    {
        let field = param.trim_start_matches("filter[").trim_end_matches(']');
        let name = match field {
            "collection" | "site" | "blueprint" => field.to_owned(),
            taxonomy => format!("term:{taxonomy}"),
        };
        if let Some(value) = given.get(param) {
            if facets.iter().any(|(known, _, _)| *known == name) {
                let detail = format!("{field} and filter[{field}] are the same; give one");
                return Err(Error::parameter(param, detail));
            }
            facets.push((name, param.to_owned(), value.to_owned()));
        }
    }
    facets.sort();
    Ok(facets)
}

/// The answer to a query, for whoever asks for it in other ways.
pub(super) async fn of_query(api: &Api, query: &str) -> Result<Draft, Error> {
    answer(api, &Search::parse(query)?).await
}

async fn answer(api: &Api, search: &Search) -> Result<Draft, Error> {
    let found = if search.phrases.wanted.is_empty() {
        api.store.nothing(&api.audience()).await?
    } else {
        api.store.search(&search.query(), &api.audience()).await?
    };
    if found.value.total == 0 {
        check_facets(api, search).await?;
    }
    let dictionary = api.dictionary().await?;
    let scope = Scope::entries(&dictionary);
    check_fields(api, &search.choice, scope, None).await?;
    let hits = found.value.hits.iter();
    let documents: Vec<Document> = hits.map(|hit| hit.document.clone()).collect();
    let included = include::read(api, &search.choice, scope, &documents, &api.audience()).await?;
    Ok(draft(search, &found, &included))
}

/// Nothing is found by a facet that does not exist: then that is what is wrong.
async fn check_facets(api: &Api, search: &Search) -> Result<(), Error> {
    for (name, param, value) in &search.facets {
        match name.as_str() {
            "collection" => check_collection(&*api.dictionary().await?, param, Some(value))?,
            "site" => check_site(&*api.dictionary().await?, Some(value))?,
            "blueprint" => {}
            term => {
                let taxonomy = term.trim_start_matches("term:");
                let known = api.store.handles(Kind::Taxonomy).await?;
                if !known.iter().any(|known| known == taxonomy) {
                    let fields = ["collection", "site", "blueprint"].map(str::to_owned);
                    let allowed: Vec<String> = fields.into_iter().chain(known).collect();
                    return Err(unknown_value("filter", taxonomy, &allowed));
                }
            }
        }
    }
    Ok(())
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
    let page = |number: i64| search.page(number).into_text();
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
        keys: made_of(hits, included),
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

/// Any entry or term may come to match; and what was shown.
fn made_of(hits: &[Hit], included: &Included) -> Vec<String> {
    let lists = [Kind::Entry, Kind::Term].map(|kind| keys::list(kind, None));
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
