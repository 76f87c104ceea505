//! The redirects that editors keep in a global set: each row an item.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Compile;
use super::compiler::{Compiled, Compiler};
use super::entries::position;
use crate::content::problem::Problem;
use crate::content::sites::Site;
use crate::seo::redirects;
use crate::seo::warning::{Code, Warning};
use crate::site::view::View;
use crate::store::{Item, Kind};

/// All of one site, in the order of the settings.
pub fn of_site<'a>(compiler: &'a Compiler<'a>, site: &'a Site) -> Vec<Compile<'a>> {
    let rows = redirects::stored(&compiler.view(Timestamp::UNIX_EPOCH, &site.handle));
    let rows = rows.into_iter().enumerate();
    rows.filter(|(_, row)| redirects::path(row).is_some())
        .map(|(index, row)| -> Compile<'a> {
            Box::new(move |now| redirect(compiler, &row, &site.handle, index, now))
        })
        .collect()
}

/// One row: `slug` is the path it is found by, empty for a pattern; `uri` the path or pattern.
fn redirect(
    compiler: &Compiler,
    row: &Value,
    site: &str,
    index: usize,
    now: Timestamp,
) -> Compiled {
    let view = &compiler.view(now, site);
    let found = redirects::redirect(row, view);
    let warning = found.as_ref().and_then(redirects::warning);
    let path = found.as_ref().map(|found| {
        if found.pattern {
            String::new()
        } else {
            found.from.clone()
        }
    });
    let item = Item {
        site: site.to_owned(),
        slug: path,
        uri: found.as_ref().map(|found| found.from.clone()),
        url: found.as_ref().and_then(|found| found.to.clone()),
        position: position(index),
        own_order: position(index),
        published: found.as_ref().is_some_and(redirects::counts),
        summary: json!(found).to_string(),
        ..Item::new(Kind::Redirect, "", &index.to_string())
    };
    let problems = warning.map(|warning| problem(view, warning));
    Compiled::new(item, view, problems.into_iter().collect())
}

fn problem(view: &View, warning: Warning) -> Problem {
    let sets = ["redirects", "seo"];
    let set = sets.into_iter().find_map(|handle| {
        view.site
            .content
            .globals
            .iter()
            .find(|set| set.handle == handle)
    });
    let path = set.map_or("content/globals", |set| {
        let variables = set.sites.get(&view.locale);
        variables.map_or(&set.path, |variables| &variables.path)
    });
    let from = warning.detail.unwrap_or_default();
    let (code, what) = match warning.code {
        Code::RedirectToItself => (
            "redirect_to_itself",
            "leads to itself and is never followed",
        ),
        Code::RedirectRegexInvalid => ("redirect_regex_invalid", "is no regular expression"),
        _ => (
            "redirect_target_missing",
            "leads to an entry that is not public",
        ),
    };
    Problem::warning(code, path, format!("the redirect from {from} {what}"))
}
