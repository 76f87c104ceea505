//! Redirects that editors keep in the global set `redirects`: exact ones first, then patterns (spec/seo.md §2.13).
//!
//! In: the rows. Out: a [`Redirect`] each. They are asked only where no page stands at the path; the first exact one
//! decides, then the first pattern that fits, and what decides may say that there is no redirect.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::text;
use super::warning::{Code, Warning};
use crate::site::view::View;

const MOVED_PERMANENTLY: u16 = 301;
const STATUSES: [u16; 4] = [301, 302, 307, 308];

/// The most memory a pattern may take; an editor's pattern never needs it.
const PATTERN_BYTES: usize = 1 << 20;

/// One redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SeoRedirect)]
pub struct Redirect {
    /// A path, or a pattern between two `#`.
    pub from: String,
    /// Where it leads; null where its entry has no public page: such a row answers with no redirect at all.
    pub to: Option<String>,
    /// 301, 302, 307 or 308.
    pub status: u16,
    /// Whether `from` is a pattern.
    pub pattern: bool,
}

/// The rows as the view's site stores them: in its global set `redirects` or, in content of 2021, in `seo`.
#[must_use]
pub fn stored(view: &View) -> Vec<Value> {
    let rows = ["redirects", "seo"]
        .into_iter()
        .find_map(|set| view.globals(set)?.remove("redirects"));
    match rows {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    }
}

/// A stored row as a redirect; `None` where it names no path or no target.
#[must_use]
pub fn redirect(row: &Value, view: &View) -> Option<Redirect> {
    let (from, pattern) = path(row)?;
    let internal = member(row, "internal_url").or_else(|| member(row, "entries"));
    let to = match internal {
        Some(reference) => entry_url(&reference, view),
        None => Some(member(row, "external_url")?),
    };
    Some(Redirect {
        from,
        to,
        status: status(row),
        pattern,
    })
}

/// What is wrong with a redirect: one that leads to itself is never followed, nor is a pattern that does not compile.
#[must_use]
pub fn warning(redirect: &Redirect) -> Option<Warning> {
    let code = if leads_to_itself(redirect) {
        Code::RedirectToItself
    } else if redirect.pattern && pattern(&redirect.from).is_none() {
        Code::RedirectRegexInvalid
    } else if redirect.to.is_none() {
        Code::RedirectTargetMissing
    } else {
        return None;
    };
    Some(Warning::on(code, "redirects").with(&redirect.from))
}

/// Whether a redirect is looked at at all; one without a target is, and says that there is none.
#[must_use]
pub fn counts(redirect: &Redirect) -> bool {
    !leads_to_itself(redirect) && (!redirect.pattern || pattern(&redirect.from).is_some())
}

/// Whether a stored pattern fits a path in its normal form; unanchored, as in Statamic.
#[must_use]
pub fn fits(from: &str, path: &str) -> bool {
    pattern(from).is_some_and(|pattern| pattern.is_match(path))
}

fn pattern(from: &str) -> Option<Regex> {
    let text = from.strip_prefix('#')?.strip_suffix('#')?;
    let pattern = RegexBuilder::new(text).size_limit(PATTERN_BYTES).build();
    pattern.ok()
}

/// A path as rows are compared with it: with a slash in front, without query, fragment and slash at the end.
#[must_use]
pub fn normal(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    slashed(path)
}

/// A stored path keeps its query: no path that is asked for has one, so such a row never fits, as in Statamic.
fn slashed(path: &str) -> String {
    format!("/{}", path.trim().trim_matches('/'))
}

/// The path or pattern that a stored row is about, and whether it is a pattern.
#[must_use]
pub fn path(row: &Value) -> Option<(String, bool)> {
    let stored = member(row, "url_old")?;
    let pattern = stored.len() > 1 && stored.starts_with('#') && stored.ends_with('#');
    let from = if pattern { stored } else { slashed(&stored) };
    Some((from, pattern))
}

fn member(row: &Value, key: &str) -> Option<String> {
    row.get(key)
        .and_then(text::scalar)
        .filter(|text| !text.trim().is_empty())
}

fn entry_url(reference: &str, view: &View) -> Option<String> {
    if reference.starts_with('/') || reference.contains("://") {
        return Some(reference.to_owned());
    }
    let entry = view.entry(reference.strip_prefix("entry::").unwrap_or(reference))?;
    let entry = view.localized(entry).unwrap_or(entry);
    entry.url.clone().filter(|_| view.is_public(entry))
}

/// A number, a text, the map that a select may store, or the name of 2021 (`redirect_301`).
fn status(row: &Value) -> u16 {
    let stored = row
        .get("response")
        .or_else(|| row.get("type"))
        .unwrap_or(&Value::Null);
    let text = text::scalar(stored.get("value").unwrap_or(stored)).unwrap_or_default();
    let number = text
        .trim_start_matches("redirect_")
        .parse()
        .unwrap_or(MOVED_PERMANENTLY);
    if STATUSES.contains(&number) {
        number
    } else {
        MOVED_PERMANENTLY
    }
}

fn leads_to_itself(row: &Redirect) -> bool {
    let is_path = |to: &String| to.starts_with('/');
    !row.pattern
        && row
            .to
            .as_ref()
            .filter(|to| is_path(to))
            .is_some_and(|to| normal(to) == row.from && !to.contains(['?', '#']))
}
