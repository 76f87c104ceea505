//! `/resolve?path=`: what is at a path of the front end: an entry, a term, or the redirect that leads on from there.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::answer::Draft;
use super::choice::{self, Choice};
use super::listing::check_site;
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::{Api, redirects, resources, schema, single};
use crate::fields::splice;
use crate::fields::splice::scan::members;
use crate::seo::redirects::normal;
use crate::store::dictionary::{Dictionary, SiteRoot};
use crate::store::read::Document;
use crate::store::{Kind, Snapshot, keys};

/// Longer paths are nobody's.
const LONGEST_PATH: usize = 2048;

/// What is at a path of the front end: an entry, a term, or a redirect.
///
/// `type` says whether `data` is an `entry` or a `term`, or that one is led on with `status` to `to` (`redirect`): by the
/// entry `id` that is there, or by the redirect rule `from`. Slashes at the end, a query and a fragment do not matter; `path`
/// is the path as it should be.
///
/// A page comes before the rules, as on the site itself: they are asked only where no public entry or term is, and
/// where an entry says that it is none (`redirect: 404`). They are those of the site whose prefix the path has (where that
/// is said of several sites, on hosts of their own, those of the first that has one for the path), exact ones before
/// patterns. The first one that fits decides, also where it leads nowhere, which is a 404. Parts that a pattern captures
/// are not put into `to`.
#[utoipa::path(
    get, path = "/resolve", tag = "entries",
    params(
        ("path" = String, Query, description = "The path, with the site's prefix if it has one; or a whole URL of the front end."),
        ("site" = Option<String>, Query, description = "Handle of a site: only what is there."),
        ("body" = Option<String>, Query, description = "As on one entry."),
        ("fields" = Option<String>, Query, description = "As on one entry."),
        ("heading_ids" = Option<bool>, Query, description = "`true`: headings in the HTML have the ids of `headings`."),
        ("include" = Option<String>, Query, description = "As on one entry."),
        ("seo" = Option<String>, Query, description = "As on one entry."),
    ),
    responses(
        (status = 200, description = "What is there.", body = schema::Resolved),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nothing public is there.", body = Problem, content_type = "application/problem+json"),
        (status = 414, description = "The path is longer than any that leads somewhere.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn resolve_path(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let mut known = vec!["path", "site"];
    known.extend(choice::PARAMETERS);
    known.sort_unstable();
    let given = Parameters::parse(request.query_string(), &known)?;
    let (site, choice) = (given.get("site"), Choice::parse(&given)?);
    let Some(path) = given.get("path").filter(|path| !path.is_empty()) else {
        return Err(Error::parameter(
            "path",
            "path is missing; / is the home page",
        ));
    };
    if path.len() > LONGEST_PATH {
        return Err(Error::UriTooLong(LONGEST_PATH));
    }
    let path = trimmed(path);
    let key = choice
        .canonical(Canonical::new(&["resolve"]))
        .with("path", Some(&path))
        .with("site", site)
        .into_text();
    let choice = choice.of_one();
    let compute = async || resolve(&api, &path, site, &choice).await;
    api.answer(&request, &key, compute).await
}

async fn resolve(
    api: &Api,
    path: &str,
    site: Option<&str>,
    choice: &Choice,
) -> Result<Draft, Error> {
    let dictionary = api.dictionary().await?;
    check_site(&dictionary, site)?;
    let places = places(&dictionary, path, site);
    let missing = || Error::NotFound(format!("there is nothing public at {path:?}"));
    let nearest = places.first().ok_or_else(missing)?;
    let audience = api.audience();
    let asked: Vec<(&str, &str)> = places
        .iter()
        .map(|place| (place.site.handle.as_str(), place.uri.as_str()))
        .collect();
    let found = api.store.at(&asked, &audience).await?;
    let path = nearest.path.as_str();
    if let Some((kind, document)) = &found.value {
        let site = document.site.as_str();
        let answer = Answer { path, site };
        match redirect(document) {
            Some(Value::String(to)) => return Ok(answer.redirect(&found, *kind, document, &to)),
            Some(status) if status == 404 => {}
            _ => {
                let generation = found.generation;
                let draft =
                    single::draft(api, *kind, document, generation, choice, &audience).await?;
                return Ok(answer.of(*kind, draft));
            }
        }
    }
    by_rule(api, nearest, &places).await?.ok_or_else(missing)
}

/// What the redirect rules say of a path without a page: those of the sites that have its longest prefix, which are
/// several only where sites lie on hosts of their own and the path names none.
async fn by_rule(
    api: &Api,
    nearest: &Place<'_>,
    places: &[Place<'_>],
) -> Result<Option<Draft>, Error> {
    let near = places
        .iter()
        .filter(|place| place.depth() == nearest.depth());
    let sites: Vec<&str> = near.map(|place| place.site.handle.as_str()).collect();
    let found = redirects::leading_on(api, &sites, &normal(&nearest.path)).await?;
    let Some(rule) = &found.value else {
        return Ok(None);
    };
    let answer = Answer {
        path: &nearest.path,
        site: &rule.site,
    };
    // A page that appears there is a change of a list.
    let pages = [Kind::Entry, Kind::Term].map(|kind| keys::list(kind, None));
    let keys = redirects::made_of(rule).into_iter().chain(pages).collect();
    let body = answer.rule(&splice::whole(&rule.summary));
    Ok(Some(resources::draft(&found, body, keys, Vec::new())))
}

/// A place where something may be.
struct Place<'d> {
    site: &'d SiteRoot,
    /// Without the site's prefix.
    uri: String,
    /// With it, as it should be written.
    path: String,
}

/// The places that a path or URL can mean, those of the sites with the longest prefix first.
fn places<'d>(dictionary: &'d Dictionary, path: &str, site: Option<&str>) -> Vec<Place<'d>> {
    let is_url = path.contains("://");
    let sites = dictionary
        .sites
        .iter()
        .filter(|root| site.is_none_or(|site| root.handle == site));
    let mut places: Vec<Place<'d>> = sites
        .filter_map(|root| {
            let prefix = if is_url {
                root.url.as_deref()?
            } else {
                &root.path
            };
            let rest = path.strip_prefix(prefix.trim_end_matches('/'))?;
            let is_below = rest.is_empty() || rest.starts_with('/');
            let uri = if rest.is_empty() { "/" } else { rest };
            let own = root.path.trim_end_matches('/');
            let path = format!("{own}{rest}");
            is_below.then(|| Place {
                site: root,
                uri: uri.to_owned(),
                path: if path.is_empty() {
                    "/".to_owned()
                } else {
                    path
                },
            })
        })
        .collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.depth()));
    places
}

impl Place<'_> {
    /// How long the site's prefix is.
    fn depth(&self) -> usize {
        self.site.path.trim_end_matches('/').len()
    }
}

/// Without a query, a fragment, and slashes at the end; with one at the beginning.
fn trimmed(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    if path.contains("://") || path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

/// Where the entry leads on, as its summary has it: a URL, or a bare status.
fn redirect(document: &Document) -> Option<Value> {
    let members = members(&document.summary);
    let redirect = members.iter().find(|member| member.key == "redirect")?;
    serde_json::from_str(redirect.value).ok()
}

struct Answer<'a> {
    path: &'a str,
    site: &'a str,
}

impl Answer<'_> {
    fn of(&self, kind: Kind, draft: Draft) -> Draft {
        let mut body = self.begin(kind.name());
        write!(body, ",\"data\":{}}}", draft.body).expect("writing to a String cannot fail");
        Draft { body, ..draft }
    }

    /// An entry leads on for now: whoever wrote it may take it back.
    fn redirect(
        &self,
        found: &Snapshot<Option<(Kind, Document)>>,
        kind: Kind,
        document: &Document,
        to: &str,
    ) -> Draft {
        let object = json!({ "status": 302, "to": to, "id": document.id }).to_string();
        Draft {
            body: self.rule(&object),
            content_type: "application/json",
            links: Vec::new(),
            keys: vec![super::listing::key(kind, document)],
            changed_at: Some(document.changed_at()),
            expires: document.visible_until(),
            generation: found.generation,
        }
    }

    /// A redirect, with the members of an object that describes it.
    fn rule(&self, object: &str) -> String {
        format!("{},{}", self.begin("redirect"), &object[1..])
    }

    fn begin(&self, kind: &str) -> String {
        let object = json!({ "type": kind, "path": self.path, "site": self.site }).to_string();
        object.trim_end_matches('}').to_owned()
    }
}
