//! A page's language alternatives: reciprocal, indexable, at least two (spec/seo.md §2.6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Canonical, Input, SiteSeo};
use super::page::Page;
use super::settings::Settings;
use super::warning::{Code, Warning};

/// The code for visitors whose language is not among the alternatives.
pub const DEFAULT: &str = "x-default";

/// One language alternative of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SeoAlternate)]
pub struct Alternate {
    /// `en-US`, `de`, or `x-default`.
    pub hreflang: String,
    /// Absolute URL.
    pub href: String,
    /// Handle of the site it is in.
    pub site: String,
}

/// A localization that may be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Handle of its site.
    pub site: String,
    /// The site's locale as stored.
    pub locale: String,
    /// Absolute URL.
    pub href: String,
    /// Whether its site is the default one.
    pub is_default: bool,
    /// Whether search engines may list it under its own URL.
    pub is_indexable: bool,
}

/// The alternatives of a page: itself, then the other sites in their order, then `x-default`.
pub fn resolve(
    page: &Page,
    input: &Input,
    site: &SiteSeo,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) -> Vec<Alternate> {
    if !site.hreflang.auto || input.indexing.noindex || input.canonical != Canonical::Itself {
        return Vec::new();
    }
    let members: Vec<&Member> = page
        .members
        .iter()
        .filter(|member| member.is_indexable || settings.peak_strict)
        .collect();
    let members = distinct(&members, site.hreflang.short_codes, warnings);
    if members.len() < 2 && !settings.peak_strict {
        return Vec::new();
    }
    let (own, others): (Vec<_>, Vec<_>) = members
        .iter()
        .partition(|(_, member)| member.site == page.subject.site);
    let default = members
        .iter()
        .find(|(_, member)| member.is_default && !settings.peak_strict);
    let default = default.map(|(_, member)| alternate(DEFAULT.to_owned(), member));
    own.into_iter()
        .chain(others)
        .map(|(code, member)| alternate(code.clone(), member))
        .chain(default)
        .collect()
}

fn alternate(hreflang: String, member: &Member) -> Alternate {
    Alternate {
        hreflang,
        href: member.href.clone(),
        site: member.site.clone(),
    }
}

/// Members with their codes; of two with one code the first site's stays.
fn distinct<'a>(
    members: &[&'a Member],
    short: bool,
    warnings: &mut Vec<Warning>,
) -> Vec<(String, &'a Member)> {
    let mut distinct: Vec<(String, &Member)> = Vec::with_capacity(members.len());
    for member in members {
        let code = if short {
            short_code(member, members)
        } else {
            code(&member.locale)
        };
        if distinct.iter().any(|(known, _)| *known == code) {
            warnings.push(
                Warning::new(Code::HreflangDuplicate)
                    .with(format!("{code} of site {} is taken", member.site)),
            );
        } else {
            distinct.push((code, member));
        }
    }
    distinct
}

/// `de_DE.utf8` → `de-DE`
#[must_use]
pub fn code(locale: &str) -> String {
    bare(locale).replace('_', "-")
}

/// A locale without its encoding or variant: `de_DE.utf8` → `de_DE`.
#[must_use]
pub fn bare(locale: &str) -> &str {
    locale.split(['.', '@']).next().unwrap_or(locale)
}

/// The language alone, unless another member has it too.
fn short_code(member: &Member, members: &[&Member]) -> String {
    let whole = code(&member.locale).to_lowercase();
    let language = |code: &str| code.split('-').next().unwrap_or_default().to_owned();
    let sharing = members
        .iter()
        .filter(|other| language(&code(&other.locale).to_lowercase()) == language(&whole));
    if sharing.count() > 1 {
        whole
    } else {
        language(&whole)
    }
}
