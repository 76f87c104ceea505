//! What is said to search engines: of each page, and of each site beside its pages.

use jiff::Timestamp;
use serde_json::json;

use super::Compile;
use super::compiler::{Compiled, Compiler};
use super::entries::position;
use super::{feeds, redirects};
use crate::content::sites::Site;
use crate::seo::report::{self, Finding};
use crate::seo::sitemap::{self, Listed};
use crate::seo::{self, Project, robots_txt};
use crate::site::view::View;
use crate::site::{Entry, Term, url};
use crate::store::{Item, Kind};

/// What SEO gives for one page; nothing where it is switched off.
#[derive(Default)]
pub struct Page {
    /// Template of the native `seo` object.
    pub template: Option<String>,
    /// What the page adds to the sitemap.
    pub sitemap: Vec<Listed>,
    /// What an editor should look at.
    pub findings: Vec<Finding>,
}

/// Resolves an entry.
pub fn of_entry(compiler: &Compiler, view: &View, entry: &Entry) -> Page {
    if !compiler.seo.settings.enabled {
        return Page::default();
    }
    let seo = seo::entry(view, entry, compiler.seo);
    Page {
        template: Some(seo::template(&seo)),
        sitemap: sitemap::of_entry(view, entry, &seo, compiler.seo)
            .into_iter()
            .collect(),
        findings: entry
            .url
            .as_ref()
            .map(|_| report::of_page(view, &seo, compiler.seo))
            .unwrap_or_default(),
    }
}

/// Resolves a term.
pub fn of_term(compiler: &Compiler, view: &View, term: &Term) -> Page {
    if !compiler.seo.settings.enabled {
        return Page::default();
    }
    let seo = seo::term(view, term, compiler.seo);
    Page {
        template: Some(seo::template(&seo)),
        sitemap: sitemap::of_term(view, term, &seo, compiler.seo),
        findings: report::of_page(view, &seo, compiler.seo),
    }
}

/// The findings of a navigation or tree that shows these entries.
pub fn of_navigation<'a>(
    compiler: &Compiler,
    view: &View,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Vec<Finding> {
    if compiler.seo.settings.enabled {
        report::of_navigation(view, entries, compiler.seo)
    } else {
        Vec::new()
    }
}

/// Indices of the entries that have to be whole for what [`all`] makes.
pub fn entries(site: &crate::site::Site, seo: &Project) -> Vec<usize> {
    if seo.settings.enabled {
        feeds::entries(site, seo)
    } else {
        Vec::new()
    }
}

/// What stands beside the pages, in every site.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Compile<'a>> {
    if !compiler.seo.settings.enabled {
        return Vec::new();
    }
    let mut all: Vec<Compile<'a>> = vec![Box::new(move |now| robots(compiler, now))];
    for (index, site) in compiler.site.content.sites.iter().enumerate() {
        if lists_pages(compiler, site) {
            all.push(Box::new(move |now| sitemap(compiler, site, index, now)));
        }
        all.extend(redirects::of_site(compiler, site));
        all.extend(feeds::of_site(compiler, site));
    }
    all
}

fn robots(compiler: &Compiler, now: Timestamp) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let item = Item {
        summary: json!({ "text": robots_txt::of_project(compiler.site, compiler.seo) }).to_string(),
        ..Item::new(Kind::Robots, "", "robots.txt")
    };
    Compiled::new(item, view, Vec::new())
}

fn lists_pages(compiler: &Compiler, site: &Site) -> bool {
    let seo = compiler.seo.site(&site.handle);
    seo.is_some_and(|seo| seo.sitemap.enabled)
}

/// The sitemap of a site: `uri` is the path of the site that it stands below, `permalink` where the public finds it.
fn sitemap(compiler: &Compiler, site: &Site, index: usize, now: Timestamp) -> Compiled {
    let view = &compiler.view(now, &site.handle);
    let origin = url::site_origin(site, compiler.site.settings.base_url.as_deref());
    let permalink = origin.map(|origin| format!("{origin}/sitemap.xml"));
    let item = Item {
        title: site.name.clone(),
        uri: Some(url::below_origin(&site.url)),
        summary: json!({ "site": site.handle, "url": permalink }).to_string(),
        permalink,
        position: position(index),
        own_order: position(index),
        ..Item::new(Kind::Sitemap, "", &site.handle)
    };
    Compiled::new(item, view, Vec::new())
}
