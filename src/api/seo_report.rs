//! `/seo/report`: what an editor should look at, over all public pages.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::Api;
use super::answer::Draft;
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope, wrong_cursor};
use super::listing::check_site;
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use crate::seo::report::CODES;
use crate::store::findings::{Finding, Place, Query};
use crate::store::keys;
use crate::store::list::{Key, Place as ListPlace};

const PARAMETERS: [&str; 5] = ["count", "cursor", "filter[code]", "limit", "site"];

/// What is missing, too long, contradictory or the same on several pages.
///
/// Pages with one shared text stand together.
#[utoipa::path(get, path = "/seo/report", tag = "seo",
    params(
        ("count" = Option<bool>, Query, description = "Whether `meta.count` is wanted."),
        ("cursor" = Option<String>, Query, description = "From `links.next`, as it is."),
        ("filter[code]" = Option<String>, Query, description = "Only this kind of finding."),
        ("limit" = Option<i64>, Query, description = "1 to 100; 20 if nothing is said."),
        ("site" = Option<String>, Query, description = "Handle of a site; all if nothing is said."),
    ),
    responses(
        (status = 200, description = "A page of findings.", body = schema::FindingList),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_findings(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let given = Parameters::parse(request.query_string(), &PARAMETERS)?;
    let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
    let code = given.one_of("filter[code]", &CODES)?;
    let count = given.one_of("count", &["true", "false"])? == Some("true");
    let (site, digits) = (given.get("site"), limit.to_string());
    let list = Canonical::new(&["seo", "report"])
        .with("filter[code]", code)
        .with("site", site)
        .with("count", count.then_some("true"))
        .with("limit", (limit != USUAL_LIMIT).then_some(digits.as_str()));
    let cursor = given.get("cursor");
    let order = format!("report {code:?} {site:?}");
    let query = Query {
        code: code.map(str::to_owned),
        site: site.map(str::to_owned),
        after: cursor.map_or(Ok(Place::default()), |cursor| place(cursor, &order))?,
        limit: limit + 1,
    };
    let key = list.clone().with("cursor", cursor).into_text();
    let compute = async || {
        check_site(&*api.dictionary().await?, site)?;
        page(&api, &query, count, &list, cursor, &order).await
    };
    api.answer(&request, &key, compute).await
}

async fn page(
    api: &Api,
    query: &Query,
    count: bool,
    list: &Canonical,
    here: Option<&str>,
    order: &str,
) -> Result<Draft, Error> {
    let audience = api.audience();
    let found = api.store.findings(query, &audience).await?;
    let count = if count {
        Some(api.store.count_findings(query, &audience).await?)
    } else {
        None
    };
    let limit = query.limit - 1;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let findings = &found.value[..shown.min(found.value.len())];
    let goes_on = findings.last().filter(|_| found.value.len() > shown);
    let next = goes_on.map(|last| cursor(&last.place()).write(order));
    let links = Links::of(list, here, next.as_deref(), None);
    let members: Vec<String> = findings.iter().map(|of| object(of).to_string()).collect();
    let replaced = found.replaced_at;
    let changed = found
        .last_boundary
        .map_or(replaced, |last| last.max(replaced));
    let meta = Meta {
        limit,
        count,
        ..Meta::default()
    };
    Ok(Draft {
        body: envelope(&members, &links, &meta),
        content_type: "application/json",
        links: links.header(),
        keys: vec![keys::FINDINGS.to_owned()],
        changed_at: Some(changed),
        expires: found.next_boundary,
        generation: found.generation,
    })
}

fn object(finding: &Finding) -> Value {
    let detail = Some(finding.detail.as_str()).filter(|detail| !detail.is_empty());
    json!({
        "code": finding.code,
        "detail": detail,
        "kind": finding.kind,
        "id": finding.id,
        "site": finding.site,
        "url": finding.permalink.as_ref().or(finding.url.as_ref()),
    })
}

fn cursor(place: &Place) -> Cursor {
    Cursor {
        before: false,
        place: ListPlace {
            keys: vec![
                Key::Text(place.code.clone()),
                Key::Number(place.same),
                Key::Number(place.place),
            ],
            id: place.source.clone(),
        },
    }
}

fn place(text: &str, order: &str) -> Result<Place, Error> {
    let found = Cursor::read(text, order)?.place;
    match found.keys.as_slice() {
        [Key::Text(code), Key::Number(same), Key::Number(place)] => Ok(Place {
            code: code.clone(),
            same: *same,
            source: found.id.clone(),
            place: *place,
        }),
        _ => Err(wrong_cursor()),
    }
}
