//! `/robots.txt` (spec/seo.md §2.12).

use super::Project;
use super::input::SiteSeo;
use crate::site::{Site, url};

const OPEN: &str = "User-agent: *\nAllow: /";

/// The file of a project: the default site's text, else the project's own file, else everything allowed; then the sitemap.
///
/// An environment that is kept out of search engines is not disallowed here: a page that may not be fetched cannot say
/// that it must not be listed.
#[must_use]
pub fn of_project(site: &Site, project: &Project) -> String {
    let default = site.default_site();
    let seo = project.site(&default.handle);
    let has_sitemap = seo.is_none_or(|seo| seo.sitemap.enabled);
    let name = if site.content.sites.len() > 1 {
        "sitemaps.xml"
    } else {
        "sitemap.xml"
    };
    let origin =
        url::site_origin(default, site.settings.base_url.as_deref()).filter(|_| has_sitemap);
    let sitemap = origin.map(|origin| format!("{origin}/{name}"));
    text(
        seo.and_then(own_text),
        site.content.robots_txt.as_deref(),
        sitemap.as_deref(),
    )
}

fn own_text(seo: &SiteSeo) -> Option<&str> {
    seo.robots_txt.as_deref()
}

/// The text: the settings', else the file's without its sitemaps, and one line for the sitemap unless it is there already.
#[must_use]
pub fn text(settings: Option<&str>, file: Option<&str>, sitemap: Option<&str>) -> String {
    let from_file = file.map(without_sitemaps);
    let rules = settings
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| text.replace("\r\n", "\n"));
    let rules = rules
        .or(from_file)
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| OPEN.to_owned());
    match sitemap.map(|url| format!("Sitemap: {url}")) {
        Some(line)
            if !rules
                .lines()
                .any(|known| known.trim().eq_ignore_ascii_case(&line)) =>
        {
            format!("{rules}\n\n{line}\n")
        }
        _ => format!("{rules}\n"),
    }
}

fn without_sitemaps(file: &str) -> String {
    let is_sitemap = |line: &&str| {
        line.trim_start()
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("sitemap:"))
    };
    let lines: Vec<&str> = file.lines().filter(|line| !is_sitemap(line)).collect();
    lines.join("\n").trim().to_owned()
}
