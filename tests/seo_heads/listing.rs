//! What a sitemap lists, and where Peak's lists something else.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a sitemap says of one URL: date, frequency, priority and language alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    lastmod: String,
    changefreq: String,
    priority: String,
    alternates: Vec<String>,
}

/// A page of which Peak's sitemap says something else than ours.
#[derive(Debug, Deserialize)]
pub struct SitemapDeviation {
    number: String,
    reason: String,
    tree: String,
    paths: Vec<String>,
    /// `added`, `left_out`, `alternates_added`, `alternates_left_out`, `changefreq` or `priority`.
    what: String,
    #[serde(default)]
    ours: String,
}

pub fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(inner, _)| inner)
}

pub fn listed(xml: &str) -> BTreeMap<String, Listed> {
    let urls = xml
        .split("<url>")
        .skip(1)
        .map(|url| url.split("</url>").next().unwrap());
    let pages = urls.map(|url| {
        let text = |name: &str| {
            between(url, &format!("<{name}>"), &format!("</{name}>"))
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let attribute = |link: &str, name: &str| {
            between(link, &format!("{name}=\""), "\"")
                .unwrap()
                .to_owned()
        };
        let links = url.split("<xhtml:link").skip(1);
        let alternates = links
            .map(|link| {
                format!(
                    "{} {}",
                    attribute(link, "hreflang"),
                    attribute(link, "href")
                )
            })
            .collect();
        (
            text("loc"),
            Listed {
                lastmod: text("lastmod"),
                changefreq: text("changefreq"),
                priority: text("priority"),
                alternates,
            },
        )
    });
    pages.collect()
}

/// Peak's sitemap after the deviations of every tree (§2.11, D-15) and those of single pages.
pub fn as_ours(
    mut theirs: BTreeMap<String, Listed>,
    ours: &BTreeMap<String, Listed>,
    tree: &str,
    deviations: &[SitemapDeviation],
) -> BTreeMap<String, Listed> {
    for page in theirs.values_mut() {
        page.alternates = page
            .alternates
            .iter()
            .map(|other| valid_alternate(other))
            .collect();
        page.alternates.sort();
    }
    for deviation in deviations.iter().filter(|deviation| deviation.tree == tree) {
        assert!(!deviation.number.is_empty() && !deviation.reason.is_empty());
        for path in &deviation.paths {
            deviate(
                &mut theirs,
                ours,
                deviation,
                &format!("http://site.test{path}"),
            );
        }
    }
    theirs
}

pub fn deviate(
    theirs: &mut BTreeMap<String, Listed>,
    ours: &BTreeMap<String, Listed>,
    deviation: &SitemapDeviation,
    url: &str,
) {
    if let ("added", None, Some(page)) = (deviation.what.as_str(), theirs.get(url), ours.get(url)) {
        theirs.insert(url.to_owned(), page.clone());
    }
    let Some(page) = theirs.get_mut(url) else {
        return;
    };
    match deviation.what.as_str() {
        "left_out" => drop(theirs.remove(url)),
        "added" => {}
        "alternates_left_out" => page.alternates.clear(),
        "alternates_added" if page.alternates.is_empty() => {
            page.alternates.clone_from(&ours[url].alternates);
        }
        "changefreq" => page.changefreq.clone_from(&deviation.ours),
        "priority" => page.priority.clone_from(&deviation.ours),
        other => panic!("{other} is no deviation of {url}"),
    }
}

/// `en_US …` → `en-US …`, without an encoding (D-15).
pub fn valid_alternate(printed: &str) -> String {
    let (code, href) = printed.split_once(' ').unwrap();
    format!(
        "{} {href}",
        code.split('.').next().unwrap().replace('_', "-")
    )
}

/// Our sitemap as Peak would date it, without the x-default that it never has (D-8), in any order.
pub fn comparable(xml: &str) -> BTreeMap<String, Listed> {
    let mut ours = listed(xml);
    for page in ours.values_mut() {
        page.lastmod.truncate(10);
        page.alternates
            .retain(|other| !other.starts_with("x-default "));
        page.alternates.sort();
    }
    ours
}
