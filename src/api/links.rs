//! The link graph: `/entries/{id}/backlinks` and `/links/broken`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::Api;
use super::answer::Draft;
use super::choice::Choice;
use super::compose::object;
use super::filter::Scope;
use super::include::Included;
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope};
use super::listing::{check_collection, check_site, key};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use super::single::check_fields;
use crate::fields::splice;
use crate::store::links::{Backlinks, Broken, BrokenQuery, Page, Reference, Referrer};
use crate::store::list::Place;
use crate::store::{Kind, Snapshot, id_key, keys};

/// What a reference that leads nowhere may be.
const STATES: [&str; 3] = ["draft", "missing", "no_route"];

/// What refers to an entry, the newest first: by a link or image in a body, or by a relation field.
///
/// `kind` says what it is: `entry`, `term`, `global` or `asset`; those without a date, as all but entries are, come last.
#[utoipa::path(
    get, path = "/entries/{id}/backlinks", tag = "links",
    params(
        ("id" = String, Path, description = "The entry's id; a UUID in any of its spellings."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("cursor" = Option<String>, Query, description = "From `links.next` or `links.prev` of another page, as it is."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry: names of fields that entries have. Default: none."),
        ("seo" = Option<String>, Query, description = "As on one entry. Default: `none`."),
    ),
    responses(
        (status = 200, description = "A page of entries, terms, global sets and assets, each with the places where it refers to this entry.", body = schema::BacklinkList),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The public sees no such entry now.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_backlinks(
    request: HttpRequest,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let known = ["limit", "cursor", "count", "body", "fields", "seo"];
    let given = Parameters::parse(request.query_string(), &known)?;
    let id = id_key(&id);
    let said = Choice::parse(&given)?;
    let count = given.one_of("count", &["true", "false"])? == Some("true");
    let list = said
        .canonical(Canonical::new(&["entries", &id, "backlinks"]))
        .with("count", count.then_some("true"));
    let walk = Walk::parse(&given, list, format!("backlinks {id}"))?;
    let choice = said.of_many();
    let key = walk.key();
    let draft = async || backlinks(&api, &id, &walk, count, &choice).await;
    api.answer(&request, &key, draft).await
}

/// References that lead nowhere: their target is missing, or has no URL.
///
/// With a preview of everything, those to drafts, and to what is scheduled or expired, too.
#[utoipa::path(
    get, path = "/links/broken", tag = "links",
    params(
        ("filter[state]" = Option<String>, Query, description = "`missing`, `no_route`, or, with a preview of everything, `draft`."),
        ("filter[collection]" = Option<String>, Query, description = "Only those of a collection's entries."),
        ("site" = Option<String>, Query, description = "Only those of a site."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("cursor" = Option<String>, Query, description = "From `links.next` or `links.prev` of another page, as it is."),
    ),
    responses(
        (status = 200, description = "A page of references, item by item.", body = schema::BrokenLinkList),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_broken_links(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let known = [
        "filter[state]",
        "filter[collection]",
        "site",
        "limit",
        "cursor",
    ];
    let given = Parameters::parse(request.query_string(), &known)?;
    let state = given.one_of("filter[state]", &STATES)?;
    let (collection, site) = (given.get("filter[collection]"), given.get("site"));
    let list = Canonical::new(&["links", "broken"])
        .with("filter[collection]", collection)
        .with("filter[state]", state)
        .with("site", site);
    let walk = Walk::parse(
        &given,
        list,
        format!("broken {state:?} {collection:?} {site:?}"),
    )?;
    let query = BrokenQuery {
        state: state.map(str::to_owned),
        collection: collection.map(str::to_owned),
        site: site.map(str::to_owned),
        page: walk.page(),
    };
    let key = walk.key();
    api.answer(&request, &key, async || broken(&api, &walk, &query).await)
        .await
}

/// A way through a list, page by page in both directions.
struct Walk {
    list: Canonical,
    /// What a cursor belongs to.
    order: String,
    limit: i64,
    cursor: Option<Cursor>,
    cursor_text: Option<String>,
}

impl Walk {
    fn parse(given: &Parameters, list: Canonical, order: String) -> Result<Self, Error> {
        let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
        let digits = limit.to_string();
        let cursor_text = given.get("cursor").map(str::to_owned);
        let cursor = cursor_text
            .as_deref()
            .map(|text| Cursor::read(text, &order));
        Ok(Self {
            list: list.with("limit", (limit != USUAL_LIMIT).then_some(&digits)),
            cursor: cursor.transpose()?,
            order,
            limit,
            cursor_text,
        })
    }

    fn key(&self) -> String {
        let cursor = self.cursor_text.as_deref();
        self.list.clone().with("cursor", cursor).into_text()
    }

    fn is_backwards(&self) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.before)
    }

    /// The store's page: one more than this one holds, to see whether there is more.
    fn page(&self) -> Page {
        Page {
            backwards: self.is_backwards(),
            after: self.cursor.as_ref().map(|cursor| cursor.place.clone()),
            limit: self.limit + 1,
        }
    }

    /// Cuts what was read to the page, and says where the list goes on. `members` stand in the list's order.
    fn cut<T>(&self, mut members: Vec<T>, place: impl Fn(&T) -> &Place) -> (Vec<T>, Links) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = members.len() > limit;
        if more && self.is_backwards() {
            members.remove(0);
        }
        members.truncate(limit);
        let (has_next, has_prev) = match &self.cursor {
            Some(cursor) if cursor.before => (true, more),
            cursor => (more, cursor.is_some()),
        };
        let cursor = |before: bool, member: Option<&T>| {
            let place = place(member?).clone();
            Some(Cursor { before, place }.write(&self.order))
        };
        let next = cursor(false, members.last().filter(|_| has_next));
        let prev = cursor(true, members.first().filter(|_| has_prev));
        let here = self.cursor_text.as_deref();
        let links = Links::of(&self.list, here, next.as_deref(), prev.as_deref());
        (members, links)
    }
}

async fn backlinks(
    api: &Api,
    id: &str,
    walk: &Walk,
    count: bool,
    choice: &Choice,
) -> Result<Draft, Error> {
    let bodies = choice.has_fields() || choice.has_seo();
    let found = api
        .store
        .backlinks(id, &walk.page(), count, bodies, &api.audience())
        .await?;
    if !found.value.found {
        return Err(Error::NotFound(format!("there is no public entry {id:?}")));
    }
    let dictionary = api.dictionary().await?;
    check_fields(api, choice, Scope::entries(&dictionary), None).await?;
    let total = found.value.total;
    let (found, Backlinks { referrers, .. }) = apart(found);
    let (referrers, links) = walk.cut(referrers, |referrer| &referrer.place);
    let members: Vec<String> = referrers
        .iter()
        .map(|referrer| referrer_object(referrer, choice))
        .collect();
    let own = keys::document(Kind::Entry, id, "");
    let shown = referrers
        .iter()
        .map(|referrer| key(referrer.kind, &referrer.document));
    Ok(draft(
        &found,
        envelope(&members, &links, &meta(walk, total)),
        &links,
        shown.chain([own, keys::LINKS.to_owned()]).collect(),
    ))
}

async fn broken(api: &Api, walk: &Walk, query: &BrokenQuery) -> Result<Draft, Error> {
    let found = api.store.broken_links(query, &api.audience()).await?;
    let (found, broken) = apart(found);
    if broken.is_empty() {
        let collection = query.collection.as_deref();
        let dictionary = api.dictionary().await?;
        check_collection(&dictionary, "filter[collection]", collection)?;
        check_site(&dictionary, query.site.as_deref())?;
    }
    let (broken, links) = walk.cut(broken, |link| &link.place);
    let members: Vec<String> = broken.iter().map(broken_object).collect();
    let shown = broken.iter().filter_map(|link| {
        let kind = Kind::named(&link.kind)?;
        Some(key(kind, &link.document))
    });
    Ok(draft(
        &found,
        envelope(&members, &links, &meta(walk, None)),
        &links,
        shown.chain([keys::LINKS.to_owned()]).collect(),
    ))
}

fn apart<T>(found: Snapshot<T>) -> (Snapshot<()>, T) {
    let mut value = None;
    let head = found.map(|found| value = Some(found));
    (head, value.expect("the map was called"))
}

fn meta(walk: &Walk, count: Option<i64>) -> Meta {
    Meta {
        limit: walk.limit,
        count,
        ..Meta::default()
    }
}

fn draft(found: &Snapshot<()>, body: String, links: &Links, mut keys: Vec<String>) -> Draft {
    keys.sort();
    keys.dedup();
    Draft {
        body,
        content_type: "application/json",
        links: links.header(),
        keys,
        changed_at: found.last_boundary.max(Some(found.replaced_at)),
        expires: found.next_boundary,
        generation: found.generation,
    }
}

/// The item as a list shows it, between what it is and the places where it refers to the entry.
fn referrer_object(referrer: &Referrer, choice: &Choice) -> String {
    let mut item = object(&referrer.document, choice, &Included::default());
    item.truncate(item.len() - 1);
    let kind = json!(referrer.kind.name());
    let references: Vec<_> = referrer.references.iter().map(place_of).collect();
    format!(
        "{{\"kind\":{kind},{},\"references\":{}}}",
        &item[1..],
        json!(references)
    )
}

fn place_of(reference: &Reference) -> serde_json::Value {
    let text = (reference.via == "body").then_some(&reference.text);
    json!({ "via": reference.via, "field": reference.field, "text": text })
}

/// The reference, and the summary of the item that makes it.
fn broken_object(link: &Broken) -> String {
    let mut object = json!({ "state": link.state, "target": link.target }).to_string();
    let place = place_of(&link.reference).to_string();
    object.truncate(object.len() - 1);
    let source = splice::whole(&link.document.summary);
    let kind = json!(link.kind);
    format!(
        "{object},{},\"source\":{{\"kind\":{kind},{}}}",
        &place[1..place.len() - 1],
        &source[1..]
    )
}
