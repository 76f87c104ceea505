//! A list of items: filter, then sort, then page (spec/statamic.md §0.6, §4.4 to §4.7).
//!
//! Without a filter or sort the database gives the page. With one, what filters see of all items is read in one
//! statement and looked at here, and the objects of the page in another.

use std::collections::HashSet;
use std::fmt::Write;

use serde_json::Value;

use super::filter::{Filters, Scope};
use super::members;
use super::object::Fields;
use super::page::Page;
use super::refusal::Refusal;
use super::request::{Request, keys_of_list};
use super::settings::Allowed;
use super::sort::{self, Language, Sort};
use crate::api::answer::Draft;
use crate::api::preview;
use crate::fields::splice;
use crate::store::texts::Texts;
use crate::store::{Kind, Snapshot};

/// Reads begin anew this often where the site is replaced between two statements.
const ATTEMPTS: usize = 3;

/// What a list is of.
pub struct List<'a> {
    /// What its items are.
    pub kind: Kind,
    /// Collection, taxonomy or container; `None`: all that [`Self::owners`] names.
    pub owner: Option<&'a str>,
    /// The owners that may be seen where there is not just one.
    pub owners: &'a dyn Fn(&str) -> bool,
    /// Only of this site.
    pub site: Option<&'a str>,
    /// Which filters are allowed.
    pub allowed: &'a Allowed,
    /// How filters are read.
    pub scope: Scope,
    /// Only with this term: the member of an item and the slug that must be in it.
    pub term: Option<(String, &'a str)>,
    /// The keys of each object.
    pub fields: Fields,
    /// The surrogate keys of the list itself.
    pub keys: Vec<String>,
}

/// The items of one page, and how many there are on all.
struct Found {
    items: Vec<Texts>,
    total: usize,
}

/// The answer of a list.
pub async fn answer(request: &Request<'_>, list: &List<'_>) -> Result<Draft, Refusal> {
    let filters = Filters::new(
        request.parameters.get("filter"),
        list.scope,
        list.allowed,
        &request.clock(),
    )?;
    request.refuse_scopes()?;
    let sorts = sorts(request)?;
    let page = Page::new(&request.parameters, request.settings.pagination_size)?;
    let plain = filters.is_empty() && sorts.is_empty() && list.term.is_none();
    let found = match (plain, list.owner, page.window()) {
        (true, Some(owner), Some(window)) => {
            let page = request
                .store
                .item_page(list.kind, owner, list.site, window, &request.audience)
                .await?;
            page.map(|page| Found {
                items: page.items,
                total: usize::try_from(page.total).unwrap_or(0),
            })
        }
        _ => search(request, list, &filters, &sorts, page).await?,
    };
    Ok(written(request, list, page, &found))
}

/// The page among all items that pass, in order.
async fn search(
    request: &Request<'_>,
    list: &List<'_>,
    filters: &Filters,
    sorts: &[Sort],
    page: Page,
) -> Result<Snapshot<Found>, Refusal> {
    let language = if sorts.is_empty() {
        None
    } else {
        Some(language(request).await?)
    };
    let mut attempts = ATTEMPTS;
    loop {
        attempts -= 1;
        let all = match list.owner {
            Some(owner) => {
                request
                    .store
                    .items(list.kind, owner, list.site, &request.audience)
                    .await?
            }
            None => {
                request
                    .store
                    .items_of_all(list.kind, list.site, &request.audience)
                    .await?
            }
        };
        let numbers = passing(&all.value, list, filters, sorts, language.as_ref())?;
        let shown = &numbers[page.range(numbers.len())];
        let items = request.store.objects(shown).await?;
        if items.len() == shown.len() || attempts == 0 {
            return Ok(all.map(|_| Found {
                items,
                total: numbers.len(),
            }));
        }
    }
}

/// The numbers of the items that pass, in order.
fn passing(
    all: &[Texts],
    list: &List<'_>,
    filters: &Filters,
    sorts: &[Sort],
    language: Option<&Language>,
) -> Result<Vec<i64>, Refusal> {
    let mut names: HashSet<&str> = filters
        .members()
        .chain(sorts.iter().map(Sort::member))
        .collect();
    names.extend(list.term.iter().map(|(member, _)| member.as_str()));
    let mut passed = Vec::new();
    for texts in all
        .iter()
        .filter(|texts| list.owner.is_some() || (list.owners)(&texts.owner))
    {
        let seen = members::read(texts.query.as_deref().unwrap_or("{}"), &names);
        if has_term(&seen, list) && filters.pass(&seen)? {
            passed.push((texts.number, seen));
        }
    }
    let Some(language) = language else {
        return Ok(passed.into_iter().map(|(number, _)| number).collect());
    };
    let seen: Vec<&Value> = passed.iter().map(|(_, seen)| seen).collect();
    Ok(sort::order(&seen, sorts, language)
        .into_iter()
        .map(|index| passed[index].0)
        .collect())
}

fn has_term(seen: &Value, list: &List<'_>) -> bool {
    let Some((member, slug)) = &list.term else {
        return true;
    };
    seen.get(member)
        .and_then(Value::as_array)
        .is_some_and(|terms| terms.iter().any(|term| term == slug))
}

fn sorts(request: &Request<'_>) -> Result<Vec<Sort>, Refusal> {
    let written = request
        .parameters
        .text("sort")
        .map_err(|_| "sort: names are needed, as a,-b".to_owned())?;
    Ok(written.map(sort::parse).transpose()?.unwrap_or_default())
}

/// The language of the default site.
async fn language(request: &Request<'_>) -> Result<Language, Refusal> {
    let sites = request.store.sites(&request.audience).await?.value;
    let object = sites
        .first()
        .and_then(|site| site.object.as_deref().or(Some(&site.summary)));
    let locale = object
        .and_then(|object| splice::find(object, "locale"))
        .unwrap_or_default();
    Ok(Language::new(locale.trim_matches('"')))
}

fn written(request: &Request<'_>, list: &List<'_>, page: Page, found: &Snapshot<Found>) -> Draft {
    let Found { items, total } = &found.value;
    let kept: &[&str] = if request.is_v6() {
        &["filter", "limit", "sort", "fields", "site"]
    } else {
        &["filter", "limit", "sort"]
    };
    let mut query = request.parameters.write(kept);
    if let Some(token) = preview::carried() {
        write!(query, "preview={token}&").expect("writing to a String cannot fail");
    }
    let (links, meta) = page.envelope(
        &request.url(),
        &query,
        *total,
        items.len(),
        request.settings.profile,
    );
    let items: Vec<&Texts> = items.iter().collect();
    let mut body = String::from("{\"data\":");
    list.fields.write_all(&items, &mut body);
    write!(body, ",\"links\":{links},\"meta\":{meta}}}").expect("writing to a String cannot fail");
    let keys = keys_of_list(&list.keys, list.kind, items.iter().copied());
    request.answer(found, body, keys)
}
