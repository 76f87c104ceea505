//! Which URL a page declares as its own (spec/seo.md §2.5).

use super::input::{Canonical, Input};
use super::page::Page;
use super::warning::{Code, Warning};

/// A resolved canonical and the field it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Absolute URL.
    pub url: Option<String>,
    /// `permalink`, or the field.
    pub source: Option<String>,
}

/// Resolves the canonical; a page that must not be listed has none, for the two would contradict each other.
pub fn resolve(page: &Page, input: &Input, warnings: &mut Vec<Warning>) -> Resolved {
    if input.indexing.noindex {
        return Resolved::default();
    }
    match &input.canonical {
        Canonical::Itself => Resolved {
            url: page.permalink.clone(),
            source: Some("permalink".into()),
        },
        Canonical::Entry { id, source } => {
            if page.canonical_target.is_none() {
                warnings.push(
                    Warning::on(Code::CanonicalTargetMissing, field(source)).with(id.as_str()),
                );
            }
            Resolved {
                source: page.canonical_target.as_ref().map(|_| source.clone()),
                url: page.canonical_target.clone(),
            }
        }
        Canonical::Url { url, source } => {
            let absolute = absolute(url);
            if absolute.is_none() {
                warnings.push(
                    Warning::on(Code::CanonicalNotAbsolute, field(source)).with(url.as_str()),
                );
            }
            Resolved {
                source: absolute.map(|_| source.clone()),
                url: absolute.map(str::to_owned),
            }
        }
    }
}

/// The URL without surrounding white space, if it names an HTTP scheme and a host.
#[must_use]
pub fn absolute(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_clean = !url.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    (is_http && is_clean && !host.is_empty()).then_some(url)
}

fn field(source: &str) -> &str {
    source.split_once('.').map_or(source, |(_, field)| field)
}
