//! `/redirects`: all of a site, or the one that holds for a path.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::listing::{self, check_site};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::resources::{self, draft};
use super::schema;
use crate::fields::splice;
use crate::seo::redirects::{fits, normal};
use crate::store::read::Document;
use crate::store::{Kind, Snapshot, keys};

/// The redirects of a site in the order of its settings.
///
/// With `path`, the one that a visitor of a page that is not there is to be sent on by: an exact one first, then the first
/// pattern that fits.
#[utoipa::path(get, path = "/redirects", tag = "seo",
    params(
        ("cursor" = Option<String>, Query, description = "From `links.next`, as it is."),
        ("limit" = Option<i64>, Query, description = "1 to 100; 20 if nothing is said."),
        ("path" = Option<String>, Query, description = "Path of a page that is not there; neither its query nor a slash at its end counts."),
        ("site" = Option<String>, Query, description = "Handle of a site; the default one if nothing is said."),
    ),
    responses(
        (status = 200, description = "The redirects, or with `path` a single one.", body = schema::RedirectAnswer),
        (status = 404, description = "No redirect holds for the path.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_redirects(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let known = ["cursor", "limit", "path", "site"];
    let given = Parameters::parse(request.query_string(), &known)?;
    let Some(path) = given.get("path") else {
        return resources::list_of(&api, &request, &["redirects"], Kind::Redirect, &given).await;
    };
    if let Some(other) = ["cursor", "limit"]
        .into_iter()
        .find(|name| given.get(name).is_some())
    {
        return Err(Error::parameter(
            other,
            format!("{other} goes with a list, and path asks for one redirect"),
        ));
    }
    let (site, path) = (given.get("site"), normal(path));
    let key = Canonical::new(&["redirects"])
        .with("site", site)
        .with("path", Some(&path))
        .into_text();
    let compute = async || {
        let dictionary = api.dictionary().await?;
        check_site(&dictionary, site)?;
        let default = dictionary.sites.first().map(|root| root.handle.as_str());
        let nothing = || Error::NotFound(format!("no redirect leads on from {path:?}"));
        let site = site.or(default).ok_or_else(nothing)?;
        let found = leading_on(&api, &[site], &path).await?;
        let rule = found.value.as_ref().ok_or_else(nothing)?;
        let keys = made_of(rule).into();
        Ok(draft(
            &found,
            splice::whole(&rule.summary),
            keys,
            Vec::new(),
        ))
    };
    api.answer(&request, &key, compute).await
}

/// The redirect that leads on from a path in its normal form where no page is: by the rules of the first of some sites
/// that says anything of it. At least one site is given.
///
/// # Errors
/// If the store fails.
pub(super) async fn leading_on(
    api: &Api,
    sites: &[&str],
    path: &str,
) -> Result<Snapshot<Option<Document>>, Error> {
    let rules = api
        .store
        .redirects_for(sites, path, &api.audience())
        .await?;
    Ok(rules.map(|rules| {
        let decides = |site: &&str| first(rules.iter().filter(|rule| rule.site == *site), path);
        let rule = sites.iter().find_map(decides);
        rule.filter(|rule| rule.url.is_some()).cloned()
    }))
}

/// The surrogate keys of what a redirect decides.
pub(super) fn made_of(redirect: &Document) -> [String; 2] {
    [
        keys::list(Kind::Redirect, None),
        listing::key(Kind::Redirect, redirect),
    ]
}

/// What decides about a path: the redirect from that very path, else the first pattern that fits. It may lead nowhere,
/// and those after it are not asked then.
fn first<'d>(
    mut redirects: impl Iterator<Item = &'d Document> + Clone,
    path: &str,
) -> Option<&'d Document> {
    let exact = redirects
        .clone()
        .find(|redirect| redirect.slug.as_deref() == Some(path));
    let by_pattern = || {
        redirects.find(|redirect| {
            let pattern = redirect.uri.as_deref();
            pattern.is_some_and(|pattern| fits(pattern, path))
        })
    };
    exact.or_else(by_pattern)
}
