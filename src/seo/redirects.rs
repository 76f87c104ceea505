//! Redirects that editors keep in the global set `redirects`: exact ones first, then patterns (spec/seo.md §2.13).
//!
//! In: the rows. Out: [`Redirects`], which answers for a path. They are asked only where no page stands at the path.

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

/// All redirects of a site, ready to be asked.
#[derive(Debug, Default)]
pub struct Redirects {
    /// In the order of the settings.
    pub rows: Vec<Redirect>,
    /// What was wrong with them.
    pub warnings: Vec<Warning>,
    patterns: Vec<(usize, Regex)>,
}

/// The redirects of the view's site, from its global set `redirects` or, in content of 2021, `seo`.
#[must_use]
pub fn of_site(view: &View) -> Redirects {
    let rows = ["redirects", "seo"]
        .into_iter()
        .find_map(|set| view.globals(set)?.remove("redirects"));
    let Some(Value::Array(rows)) = rows else {
        return Redirects::default();
    };
    let mut warnings = Vec::new();
    let rows = rows
        .iter()
        .filter_map(|row| redirect(row, view, &mut warnings))
        .collect();
    Redirects::new(rows, warnings)
}

impl Redirects {
    /// Redirects from rows, of which those that lead to themselves are dropped and those that do not compile are never
    /// followed.
    #[must_use]
    pub fn new(rows: Vec<Redirect>, mut warnings: Vec<Warning>) -> Self {
        let (rows, circles): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| !leads_to_itself(row));
        warnings.extend(
            circles
                .into_iter()
                .map(|row| Warning::on(Code::RedirectToItself, "redirects").with(row.from)),
        );
        let mut patterns = Vec::new();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.pattern) {
            match RegexBuilder::new(&row.from[1..row.from.len() - 1])
                .size_limit(PATTERN_BYTES)
                .build()
            {
                Ok(pattern) => patterns.push((index, pattern)),
                Err(_) => warnings
                    .push(Warning::on(Code::RedirectRegexInvalid, "redirects").with(&row.from)),
            }
        }
        Self {
            rows,
            warnings,
            patterns,
        }
    }

    /// The redirect from a path; the first row that fits decides, and it may decide that there is none.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Redirect> {
        let path = normal(path);
        let exact = self
            .rows
            .iter()
            .find(|row| !row.pattern && row.from == path);
        let by_pattern = || {
            self.patterns
                .iter()
                .find(|(_, pattern)| pattern.is_match(&path))
                .map(|(index, _)| &self.rows[*index])
        };
        exact.or_else(by_pattern).filter(|row| row.to.is_some())
    }
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

fn redirect(row: &Value, view: &View, warnings: &mut Vec<Warning>) -> Option<Redirect> {
    let member = |key: &str| {
        row.get(key)
            .and_then(text::scalar)
            .filter(|text| !text.trim().is_empty())
    };
    let stored = member("url_old")?;
    let pattern = stored.len() > 1 && stored.starts_with('#') && stored.ends_with('#');
    let internal = member("internal_url").or_else(|| member("entries"));
    let to = match internal {
        Some(reference) => {
            let url = entry_url(&reference, view);
            if url.is_none() {
                warnings.push(
                    Warning::on(Code::RedirectTargetMissing, "redirects")
                        .with(format!("{stored} → {reference}")),
                );
            }
            url
        }
        None => Some(member("external_url")?),
    };
    let from = if pattern { stored } else { slashed(&stored) };
    Some(Redirect {
        from,
        to,
        status: status(row),
        pattern,
    })
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
