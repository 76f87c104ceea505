//! `/changes`: everything, or what changed since a token, page by page, with a token for the next time.
//!
//! Pages are read one after another while the site goes on changing. That does no harm: each says how things are when it
//! is read, and the token at the end is of the first page, so that the next call tells again of whatever came between.

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::Draft;
use super::choice::Choice;
use super::compose::object;
use super::filter::Scope;
use super::freshness::Freshness;
use super::include::Included;
use super::list::Links;
use super::listing::{check_collection, check_site};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::single::check_fields;
use super::{Api, preview, schema, token};
use crate::store::changes::{Change, Changes, Mark, Wanted};
use crate::store::log::Identity;
use crate::store::{Kind, keys};

/// How many changes a page has where the request does not say.
const USUAL_LIMIT: i64 = 100;

/// How many it has at most.
const HIGHEST_LIMIT: i64 = 1000;

/// The kinds that a copy of the site consists of.
const KINDS: [&str; 11] = [
    "asset",
    "collection",
    "collection_tree",
    "container",
    "entry",
    "global",
    "navigation",
    "navigation_tree",
    "site",
    "taxonomy",
    "term",
];

/// What changed since a token: what is new or different, and what is gone. Without a token, everything there is.
///
/// Apply each change to your copy in any order; keep `meta.token` of the last page for the next call. Publication by the
/// clock is a change like any other. A token that is too old is answered with 410: begin anew without one.
#[utoipa::path(
    get, path = "/changes", tag = "changes",
    params(
        ("since" = Option<String>, Query, description = "`meta.token` of an earlier answer, as it is; without it everything comes."),
        ("cursor" = Option<String>, Query, description = "From `links.next`, as it is."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 1000, description = "How many changes a page has; 100 where it is not given."),
        ("filter[kind]" = Option<String>, Query, description = "Only of this kind: `entry`, `term`, `global`, `asset` and so on."),
        ("filter[collection]" = Option<String>, Query, description = "Only entries of this collection."),
        ("site" = Option<String>, Query, description = "Only of this site."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry. Default: none."),
        ("seo" = Option<String>, Query, description = "As on one entry. Default: `none`."),
    ),
    responses(
        (status = 200, description = "A page of changes.", body = schema::ChangeList),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The token is too old, or of another database: everything is needed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_changes(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    preview::refuse()?;
    let list = List::parse(request.query_string())?;
    let draft = api
        .store
        .at_one_moment(async || page(&api, &list).await)
        .await?;
    Ok(api.answer_once(&request, draft, &Freshness::new("no-cache")))
}

/// A list of changes that a request asked for.
struct List {
    wanted: Wanted,
    choice: Choice,
    canonical: Canonical,
    cursor: Option<(String, Cursor)>,
}

/// Where a page ends, and what was known when the first one was read.
#[derive(Serialize, Deserialize)]
struct Cursor {
    list: String,
    token: String,
    after: [String; 4],
}

impl List {
    fn parse(query: &str) -> Result<Self, Error> {
        let known = [
            "since",
            "cursor",
            "limit",
            "filter[kind]",
            "filter[collection]",
            "site",
            "body",
            "fields",
            "seo",
        ];
        let given = Parameters::parse(query, &known)?;
        let said = Choice::parse(&given)?;
        let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
        let collection = given.get("filter[collection]");
        let kind = kind(&given, collection)?;
        let since = given.get("since").map(|since| token::read(since, "since"));
        let digits = limit.to_string();
        let canonical = said
            .canonical(Canonical::new(&["changes"]))
            .with("filter[collection]", collection)
            .with("filter[kind]", given.get("filter[kind]"))
            .with("limit", (limit != USUAL_LIMIT).then_some(digits.as_str()))
            .with("since", given.get("since"))
            .with("site", given.get("site"));
        let choice = said.of_many();
        let mut list = Self {
            wanted: Wanted {
                since: since.transpose()?,
                kind: kind.map(str::to_owned),
                owner: collection.map(str::to_owned),
                site: given.get("site").map(str::to_owned),
                after: None,
                limit: limit + 1,
                bodies: choice.has_fields() || choice.has_seo(),
            },
            choice,
            canonical,
            cursor: None,
        };
        if let Some(text) = given.get("cursor") {
            let cursor = Cursor::read(text, &list.canonical)?;
            list.wanted.after = Some(cursor.place());
            list.cursor = Some((text.to_owned(), cursor));
        }
        Ok(list)
    }
}

fn kind<'a>(given: &'a Parameters, collection: Option<&str>) -> Result<Option<&'a str>, Error> {
    match (given.one_of("filter[kind]", &KINDS)?, collection) {
        (kind @ (None | Some("entry")), Some(_)) => Ok(kind.or(Some("entry"))),
        (Some(kind), Some(_)) => Err(Error::parameter(
            "filter[collection]",
            format!("only entries are in a collection, not what is of kind {kind:?}"),
        )),
        (kind, None) => Ok(kind),
    }
}

async fn page(api: &Api, list: &List) -> Result<Draft, Error> {
    let wanted = &list.wanted;
    let dictionary = api.dictionary().await?;
    check_collection(&dictionary, "filter[collection]", wanted.owner.as_deref())?;
    check_site(&dictionary, wanted.site.as_deref())?;
    let owners: Vec<String> = wanted.owner.iter().cloned().collect();
    let scope = Scope {
        owners: &owners,
        ..Scope::entries(&dictionary)
    };
    check_fields(api, &list.choice, scope, None).await?;
    let mut found = api.store.changes(wanted, api.now()).await?;
    if let Some(since) = &wanted.since {
        refuse_too_old(since, &found)?;
    }
    let shown = usize::try_from(wanted.limit - 1).unwrap_or(usize::MAX);
    let more = found.items.len() > shown;
    found.items.truncate(shown);
    let begun = match &list.cursor {
        Some((_, cursor)) => cursor.token.clone(),
        None => token::write(&found.mark),
    };
    let end = found.items.last().filter(|_| more);
    let next = end.map(|end| Cursor::at(&end.identity, &begun, &list.canonical).write());
    let here = list.cursor.as_ref().map(|(text, _)| text.as_str());
    let links = Links::of(&list.canonical, here, next.as_deref(), None);
    let told = found
        .items
        .iter()
        .filter_map(|change| told(api, change, &list.choice));
    let data = told.collect::<Vec<_>>().join(",");
    let token = next.is_none().then_some(begun);
    let meta = json!({ "limit": wanted.limit - 1, "token": token });
    let here = serde_json::to_string(&links).expect("strings are JSON");
    let body = format!("{{\"data\":[{data}],\"links\":{here},\"meta\":{meta}}}");
    Ok(Draft {
        links: links.header(),
        ..Draft::fixed(body, "application/json", found.mark.generation)
    })
}

/// Changes since a token that the log does not reach are not known.
fn refuse_too_old(since: &Mark, found: &Changes) -> Result<(), Error> {
    if found.mark.follows(since, found.complete_since) {
        Ok(())
    } else {
        Err(Error::TokenTooOld)
    }
}

/// A change as JSON; none where the client can't have had what is not there.
fn told(api: &Api, change: &Change, choice: &Choice) -> Option<String> {
    let identity = &change.identity;
    if change.document.is_none() && !change.was_seen {
        return None;
    }
    let what = if change.document.is_some() {
        "upsert"
    } else {
        "delete"
    };
    let keys = Kind::named(&identity.kind).map_or_else(Vec::new, |kind| {
        let in_statamic = api.has_in_statamic(kind, identity);
        keys::of(kind, identity, change.parts, in_statamic)
    });
    let mut text = head(what, identity, &keys).to_string();
    if let Some(document) = &change.document {
        text.truncate(text.len() - 1);
        text.push_str(",\"object\":");
        text.push_str(&object(
            document,
            &choice.of_kind(&identity.kind),
            &Included::default(),
        ));
        text.push('}');
    }
    Some(text)
}

/// What every telling of a change begins with.
pub(super) fn head(what: &str, identity: &Identity, keys: &[String]) -> serde_json::Value {
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    json!({
        "change": what,
        "kind": identity.kind,
        "id": identity.id,
        "owner": text(&identity.owner),
        "site": text(&identity.site),
        "keys": keys,
    })
}

impl Cursor {
    fn at(identity: &Identity, begun: &str, list: &Canonical) -> Self {
        let Identity {
            kind,
            id,
            owner,
            site,
        } = identity.clone();
        Self {
            list: digest(list),
            token: begun.to_owned(),
            after: [kind, id, owner, site],
        }
    }

    fn place(&self) -> Identity {
        let [kind, id, owner, site] = self.after.clone();
        Identity {
            kind,
            id,
            owner,
            site,
        }
    }

    fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("strings are JSON"))
    }

    fn read(text: &str, list: &Canonical) -> Result<Self, Error> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            serde_json::from_slice::<Self>(&bytes).ok()
        };
        let of_this_list = |cursor: &Self| {
            cursor.list == digest(list) && token::read(&cursor.token, "cursor").is_ok()
        };
        read().filter(of_this_list).ok_or_else(|| {
            Error::parameter(
                "cursor",
                "this is not a cursor of this list; take it from links.next as it is",
            )
        })
    }
}

fn digest(list: &Canonical) -> String {
    let text = list.clone().into_text();
    blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
}
