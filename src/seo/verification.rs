//! Codes that prove to search engines who owns a site (spec/seo.md §2.14).

use serde::Serialize;
use utoipa::ToSchema;

use super::input::{Service, SiteSeo};
use super::text;

/// Codes that prove ownership of the site; those that are not set are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoVerification)]
pub struct Verification {
    /// Google Search Console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub google: Option<String>,
    /// Bing Webmaster Tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bing: Option<String>,
    /// Yandex Webmaster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yandex: Option<String>,
    /// Baidu Search Resource Platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baidu: Option<String>,
}

/// The codes of a site.
#[must_use]
pub fn resolve(site: &SiteSeo) -> Verification {
    let of = |service| {
        site.verification
            .iter()
            .find(|(known, _)| *known == service)
            .map(|(_, code)| code.clone())
    };
    Verification {
        google: of(Service::Google),
        bing: of(Service::Bing),
        yandex: of(Service::Yandex),
        baidu: of(Service::Baidu),
    }
}

/// The code that proves ownership, also where a whole tag was pasted.
#[must_use]
pub fn code(stored: &str) -> Option<String> {
    let pasted = stored
        .split_once("content=")
        .map(|(_, rest)| rest.trim_start());
    let quoted = pasted.and_then(|rest| {
        let quote = rest
            .chars()
            .next()
            .filter(|letter| matches!(letter, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    text::inline(quoted.unwrap_or(stored))
}
