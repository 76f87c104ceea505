//! Any list of entries, terms or assets: one grammar of filter, order, paging and choice, one page that comes of it.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::accept::prefers;
use super::answer::Draft;
use super::choice::{self, Choice};
use super::compose::object;
use super::export::{self, NDJSON};
use super::filter::{Filters, Scope};
use super::include::{self, Included};
use super::list::{
    Cursor, HIGHEST_LIMIT, HIGHEST_OFFSET, Links, Meta, USUAL_LIMIT, envelope, wrong_cursor,
};
use super::problem::Error;
use super::query::{Canonical, FILTERS, Parameters, unknown_value};
use super::single::check_fields;
use super::sort::Sort;
use super::{Api, resources};
use crate::store::dictionary::Dictionary;
use crate::store::list::filter::Predicate;
use crate::store::list::{Listing, Place, Query, Sites};
use crate::store::read::Document;
use crate::store::{Kind, Snapshot, keys};

/// What every list takes beside the choice of parts.
const PARAMETERS: [&str; 9] = [
    FILTERS, "count", "cursor", "fallback", "format", "limit", "page", "site", "sort",
];

/// Which list it is, apart from what the query says.
#[derive(Clone, Debug)]
pub struct Base {
    /// The path in parts.
    pub path: Vec<String>,
    /// What is listed.
    pub kind: Kind,
    /// What all of it belongs to, where the path says so.
    pub owner: Option<String>,
    /// A term that all of it has: taxonomy and slug.
    pub term: Option<(String, String)>,
}

/// A list that a request asked for.
#[derive(Clone, Debug)]
pub struct List {
    base: Base,
    /// Collections, with the parameter that names them.
    owners: Option<(String, Vec<String>)>,
    site: Option<String>,
    fallback: bool,
    filters: Filters,
    sort: Sort,
    limit: i64,
    cursor: Option<(String, Cursor)>,
    page: Option<i64>,
    count: bool,
    /// Whether all of it comes as lines, where that is said.
    lines: Option<bool>,
    /// What was said of the choice, for the links.
    said: Choice,
    choice: Choice,
}

impl Base {
    fn takes_collections(&self) -> bool {
        self.kind == Kind::Entry
    }
}

impl List {
    /// Reads a query string.
    ///
    /// # Errors
    /// If anything in it is unknown, malformed or out of range, as far as that is known without the store.
    pub fn parse(query: &str, base: Base) -> Result<Self, Error> {
        let given = Parameters::parse(query, &known(&base))?;
        Self::of(&given, base)
    }

    /// The list that parameters ask for.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of(given: &Parameters, base: Base) -> Result<Self, Error> {
        given.alone("page", &["cursor"])?;
        if given.get("format") == Some("ndjson") {
            given.alone("format", &["limit", "cursor", "page", "count"])?;
        }
        let mut filters = Filters::parse(given)?;
        let said = Choice::parse(given)?;
        let fallback = given.flag("fallback")?;
        if fallback && given.get("site").is_none() {
            let detail = "fallback says what stands in where a site has nothing; give site too";
            return Err(Error::parameter("fallback", detail));
        }
        let takes_collections = base.takes_collections();
        let owners = takes_collections.then(|| collections(given, &mut filters));
        let mut list = Self {
            owners: owners.transpose()?.flatten(),
            site: given.get("site").map(str::to_owned),
            fallback,
            filters,
            sort: Sort::parse(given)?,
            limit: given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?,
            cursor: None,
            page: page(given)?,
            count: given.flag("count")?,
            lines: given
                .one_of("format", &["json", "ndjson"])?
                .map(|format| format == "ndjson"),
            choice: said.clone().of_many().of_kind(base.kind.name()),
            said,
            base,
        };
        list.check_offset()?;
        if let Some(text) = given.get("cursor") {
            let cursor = Cursor::read(text, &list.order())?;
            list.cursor = Some((text.to_owned(), cursor));
        }
        Ok(list)
    }

    /// Pages by number that would leave out too much are refused: each of them costs what it leaves out.
    fn check_offset(&self) -> Result<(), Error> {
        if self.offset() <= HIGHEST_OFFSET {
            return Ok(());
        }
        let last = HIGHEST_OFFSET / self.limit + 1;
        let detail = format!(
            "page goes up to {last} at this limit; to go on from there, or from anywhere, follow links.next of a list without page"
        );
        Err(Error::parameter("page", detail))
    }

    fn offset(&self) -> i64 {
        self.page
            .map_or(0, |page| (page - 1).saturating_mul(self.limit))
    }

    /// What a cursor belongs to: the same items in the same order.
    fn order(&self) -> String {
        let path: Vec<&str> = self.base.path.iter().map(String::as_str).collect();
        let list = self
            .filters
            .canonical(self.with_owners(Canonical::new(&path)));
        let site = list.with("site", self.site.as_deref());
        let fallback = site.with("fallback", self.fallback.then_some("true"));
        fallback
            .with("sort", self.sort.text().as_deref())
            .into_text()
    }

    fn with_owners(&self, query: Canonical) -> Canonical {
        let owners = self.owners.as_ref().map(|(_, owners)| owners.join(","));
        query.with("collection", owners.as_deref())
    }

    /// The list in its one spelling, without the page.
    #[must_use]
    pub fn canonical(&self) -> Canonical {
        let path: Vec<&str> = self.base.path.iter().map(String::as_str).collect();
        let limit = (self.limit != USUAL_LIMIT).then(|| self.limit.to_string());
        let query = self.with_owners(self.said.canonical(Canonical::new(&path)));
        let query = query
            .with("count", self.count.then_some("true"))
            .with("fallback", self.fallback.then_some("true"));
        self.filters
            .canonical(query)
            .with("limit", limit.as_deref())
            .with("site", self.site.as_deref())
            .with("sort", self.sort.text().as_deref())
    }

    /// The page in its one spelling.
    #[must_use]
    pub fn key(&self) -> String {
        let cursor = self.cursor.as_ref().map(|(text, _)| text.as_str());
        let page = self.page.map(|page| page.to_string());
        self.canonical()
            .with("cursor", cursor)
            .with("page", page.as_deref())
            .into_text()
    }

    /// Whether nothing in it makes a page of it: then it comes as lines to who would rather read those.
    fn is_whole(&self) -> bool {
        self.cursor.is_none() && self.page.is_none() && !self.count && self.limit == USUAL_LIMIT
    }

    /// Which parts of each item are wanted.
    #[must_use]
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The owners that the list is confined to.
    #[must_use]
    pub fn owner_handles(&self) -> Vec<String> {
        match (&self.base.owner, &self.owners) {
            (Some(owner), _) => vec![owner.clone()],
            (None, Some((_, owners))) => owners.clone(),
            (None, None) => Vec::new(),
        }
    }

    fn is_backwards(&self) -> bool {
        self.cursor
            .as_ref()
            .is_some_and(|(_, cursor)| cursor.before)
    }

    /// What the store is asked: one more than the page holds, to see whether there is more.
    ///
    /// # Errors
    /// If a collection, site, field or sort key is not known, or a value is not of a field's type.
    pub fn store_query(&self, dictionary: &Dictionary) -> Result<Query, Error> {
        self.check_handles(dictionary)?;
        let owners = self.owner_handles();
        let scope = Scope {
            dictionary,
            kind: self.base.kind,
            owners: &owners,
        };
        let mut filter = self.filters.resolve(scope)?;
        filter.all.extend(self.term(scope));
        let newest_first = !filter.is_empty() && self.is_newest_first(dictionary);
        let order = self.sort.resolve(scope, newest_first)?;
        let after = self.cursor.as_ref().map(|(_, cursor)| cursor.place.clone());
        let query = Query {
            owners,
            sites: self.sites(dictionary),
            filter,
            order,
            after,
            backwards: self.is_backwards(),
            offset: self.offset(),
            count: self.count,
            bodies: self.choice.has_fields() || self.choice.has_seo(),
            ..Query::new(self.base.kind, self.limit + 1)
        };
        if query.accepts_place() {
            Ok(query)
        } else {
            Err(wrong_cursor())
        }
    }

    fn check_handles(&self, dictionary: &Dictionary) -> Result<(), Error> {
        check_collections(dictionary, self.owners.as_ref())?;
        check_site(dictionary, self.site.as_deref())
    }

    /// 404 where the path names a term that there is not.
    ///
    /// # Errors
    /// That one, or if the store fails.
    pub async fn check_term(&self, api: &Api) -> Result<(), Error> {
        match &self.base.term {
            Some((taxonomy, slug)) => resources::check_term(api, taxonomy, slug).await,
            None => Ok(()),
        }
    }

    /// That all of it has the term.
    fn term(&self, scope: Scope<'_>) -> Option<Predicate> {
        let (taxonomy, slug) = self.base.term.as_ref()?;
        Some(scope.has_term(taxonomy, slug))
    }

    /// Whether the own order is that of the dates: of one collection in one site.
    fn is_newest_first(&self, dictionary: &Dictionary) -> bool {
        let one_site = self.site.is_some() && !self.fallback || dictionary.sites.len() == 1;
        let owners = self.owner_handles();
        let is_it =
            |(handle, newest_first): &(String, bool)| *newest_first && owners == [handle.clone()];
        one_site && dictionary.collections.iter().any(is_it)
    }

    /// Entries are of all sites where none is chosen; anything else is of the default one.
    fn sites(&self, dictionary: &Dictionary) -> Sites {
        let default = || dictionary.sites.first().map(|site| site.handle.clone());
        match (&self.site, self.base.kind) {
            (Some(site), _) if self.fallback => Sites::WithFallback(site.clone()),
            (Some(site), _) => Sites::One(site.clone()),
            (None, Kind::Entry) => Sites::All,
            (None, _) => Sites::One(default().unwrap_or_default()),
        }
    }
}

/// All that the list takes.
fn known(base: &Base) -> Vec<&'static str> {
    let mut known = PARAMETERS.to_vec();
    known.extend(choice::parameters(base.kind));
    if base.takes_collections() {
        known.push("collection");
    }
    known.sort_unstable();
    known
}

/// The collections that `collection` or `filter[collection]` names, after the parameter that does.
///
/// # Errors
/// If they are given twice.
pub fn collections(
    given: &Parameters,
    filters: &mut Filters,
) -> Result<Option<(String, Vec<String>)>, Error> {
    let short = given.get("collection").map(|text| vec![text.to_owned()]);
    let short = short.map(|handles| ("collection".to_owned(), handles));
    let said = match (filters.take("collection"), short) {
        (Some(_), Some(_)) => {
            let detail = "collection and filter[collection] are the same; give one";
            return Err(Error::parameter("collection", detail));
        }
        (filter, short) => filter.or(short),
    };
    if let Some((param, _)) = filters.take("collection") {
        let detail = "collections are given twice; give all of them once";
        return Err(Error::parameter(&param, detail));
    }
    Ok(said.map(|(param, handles)| {
        let all = handles.join(",");
        let mut handles: Vec<String> = all.split(',').map(|one| one.trim().to_owned()).collect();
        handles.sort();
        handles.dedup();
        (param, handles)
    }))
}

fn page(given: &Parameters) -> Result<Option<i64>, Error> {
    match given.get("page") {
        Some(_) => given.number("page", 1, i64::MAX).map(Some),
        None => Ok(None),
    }
}

/// An error if a site is given that there is not.
///
/// # Errors
/// That one.
pub fn check_site(dictionary: &Dictionary, site: Option<&str>) -> Result<(), Error> {
    let handles: Vec<&str> = dictionary
        .sites
        .iter()
        .map(|site| site.handle.as_str())
        .collect();
    match site.filter(|site| !handles.contains(site)) {
        Some(unknown) => Err(unknown_value("site", unknown, &handles)),
        None => Ok(()),
    }
}

/// An error if a parameter names a collection that there is not.
///
/// # Errors
/// That one.
pub fn check_collections(
    dictionary: &Dictionary,
    named: Option<&(String, Vec<String>)>,
) -> Result<(), Error> {
    let Some((param, handles)) = named else {
        return Ok(());
    };
    let mut each = handles.iter();
    each.try_for_each(|handle| check_collection(dictionary, param, Some(handle)))
}

/// An error if a collection is given that there is not.
///
/// # Errors
/// That one.
pub fn check_collection(
    dictionary: &Dictionary,
    param: &str,
    collection: Option<&str>,
) -> Result<(), Error> {
    let handles: Vec<&str> = dictionary
        .collections
        .iter()
        .map(|(handle, _)| handle.as_str())
        .collect();
    match collection.filter(|handle| !handles.contains(handle)) {
        Some(unknown) => Err(unknown_value(param, unknown, &handles)),
        None => Ok(()),
    }
}

/// Answers with a page of a list, or with all of it as lines.
///
/// # Errors
/// If the list names what there is not, or the store fails.
pub async fn answer(
    api: &web::Data<Api>,
    request: &HttpRequest,
    list: &List,
) -> Result<HttpResponse, Error> {
    let prefers_lines = list.is_whole() && prefers(request.headers(), NDJSON);
    if list.lines.unwrap_or(prefers_lines) {
        return export::answer(api, request, list).await;
    }
    let (key, draft) = (list.key(), async || draft_of(api, list).await);
    if list.is_whole() {
        api.answer_by_accept(request, &key, draft).await
    } else {
        api.answer(request, &key, draft).await
    }
}

/// The page of a list.
///
/// # Errors
/// If the list names what there is not, or the store fails.
pub async fn draft_of(api: &Api, list: &List) -> Result<Draft, Error> {
    let dictionary = api.dictionary().await?;
    let audience = api.audience();
    let found = api
        .store
        .list(&list.store_query(&dictionary)?, &audience)
        .await?;
    if found.value.documents.is_empty() {
        list.check_term(api).await?;
    }
    let owners = list.owner_handles();
    let scope = Scope {
        dictionary: &dictionary,
        kind: list.base.kind,
        owners: &owners,
    };
    check_fields(api, &list.choice, scope, None).await?;
    let included =
        include::read(api, &list.choice, scope, &found.value.documents, &audience).await?;
    Ok(draft(list, found, &included))
}

fn draft(list: &List, found: Snapshot<Listing>, included: &Included) -> Draft {
    let Listing {
        mut documents,
        mut places,
        total,
    } = found.value;
    let limit = usize::try_from(list.limit).unwrap_or(usize::MAX);
    let more = documents.len() > limit;
    documents.truncate(limit);
    places.truncate(limit);
    if list.is_backwards() {
        documents.reverse();
        places.reverse();
    }
    let links = links(list, &places, more);
    let meta = Meta {
        limit: list.limit,
        page: list.page,
        count: total,
        missing: None,
    };
    let objects = documents
        .iter()
        .map(|document| object(document, &list.choice, included));
    let members: Vec<String> = objects.collect();
    Draft {
        body: envelope(&members, &links, &meta),
        content_type: "application/json",
        links: links.header(),
        keys: made_of(list, &documents, included),
        changed_at: last_change(found.last_boundary, found.replaced_at),
        expires: found.next_boundary,
        generation: found.generation,
    }
}

/// When a list last changed: it was written, or something in it by the clock.
#[must_use]
pub fn last_change(boundary: Option<Timestamp>, replaced: Timestamp) -> Option<Timestamp> {
    boundary.max(Some(replaced))
}

fn links(list: &List, places: &[Place], more: bool) -> Links {
    let canonical = list.canonical();
    if let Some(page) = list.page {
        let is_allowed = page * list.limit <= HIGHEST_OFFSET;
        let next = (more && is_allowed).then(|| (page + 1).to_string());
        let prev = (page > 1).then(|| (page - 1).to_string());
        let here = page.to_string();
        return Links::by(
            "page",
            &canonical,
            Some(&here),
            next.as_deref(),
            prev.as_deref(),
        );
    }
    let (next, prev) = neighbours(list, places, more);
    let here = list.cursor.as_ref().map(|(text, _)| text.as_str());
    Links::of(&canonical, here, next.as_deref(), prev.as_deref())
}

/// Cursors of the pages after and before this one. `more` looks in the direction in which the page was read; in the
/// other one there is the page that the cursor came from.
fn neighbours(list: &List, places: &[Place], more: bool) -> (Option<String>, Option<String>) {
    let cursor = |before: bool, place: Option<&Place>| {
        let place = place?.clone();
        Some(Cursor { before, place }.write(&list.order()))
    };
    let (has_next, has_prev) = match &list.cursor {
        Some((_, cursor)) if cursor.before => (true, more),
        cursor => (more, cursor.is_some()),
    };
    let next = cursor(false, places.last().filter(|_| has_next));
    let prev = cursor(true, places.first().filter(|_| has_prev));
    (next, prev)
}

/// The list itself and each of its items, with what those were made of where more than their summaries is shown.
fn made_of(list: &List, documents: &[Document], included: &Included) -> Vec<String> {
    let kind = list.base.kind;
    let shown = documents.iter().map(|document| key(kind, document));
    let mut made_of: Vec<String> = shown.chain(included.keys()).collect();
    let owners = list.owner_handles();
    if owners.is_empty() {
        made_of.push(keys::list(kind, None));
    }
    made_of.extend(owners.iter().map(|owner| keys::list(kind, Some(owner))));
    made_of.sort();
    made_of.dedup();
    made_of
}

/// The key of something that is shown.
#[must_use]
pub fn key(kind: Kind, document: &Document) -> String {
    keys::document(kind, &document.id, &document.site)
}
