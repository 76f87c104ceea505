//! Facts and fields become everything a page says to search engines and social networks (spec/seo.md §2), once, for
//! every dialect.

use super::canonical;
use super::head;
use super::hreflang;
use super::input::{Forced, Input, SiteSeo};
use super::json_ld;
use super::page::Page;
use super::robots::{self, DecidedBy};
use super::settings::Settings;
use super::sitemap_values;
use super::social;
use super::title;
use super::values::Sourced;
use super::verification;
use super::warning::{Code, Warning};
use super::{Seo, Sources};

/// What the addon tells editors to keep to.
const TITLE_HINT: usize = 70;
const DESCRIPTION_HINT: usize = 160;

/// Resolves a page.
#[must_use]
pub fn resolve(page: &Page, input: &Input, site: &SiteSeo, settings: &Settings) -> Seo {
    let mut warnings = input.warnings.clone();
    let (title, title_parts) = title::resolve(&input.title, site);
    let description = input
        .description
        .as_ref()
        .map(|sourced| sourced.text.clone());
    let robots = robots::resolve(
        input.indexing,
        input.nofollow,
        &input.directives,
        forced(page, site),
        site.says_index,
    );
    let canonical = canonical::resolve(page, input, &mut warnings);
    let hreflang = hreflang::resolve(page, input, site, settings, &mut warnings);
    let og = social::open_graph(page, input, site, &hreflang, settings);
    let twitter = social::twitter(page, input, site, &og, settings);
    let json_ld = json_ld::resolve(page, input, site, &og, settings, &mut warnings);
    let sitemap = sitemap_values::resolve(page, input, site, canonical.url.as_deref(), settings);
    warnings.extend(observations(page, title.as_deref(), description.as_deref()));
    let mut seo = Seo {
        version: 1,
        dialect: input.dialect,
        enabled: input.enabled,
        sources: sources(page, input, canonical.source, title.is_some()),
        title,
        title_parts,
        description,
        robots,
        canonical_is_self: canonical.url.is_some() && canonical.url == page.permalink,
        canonical: canonical.url,
        hreflang,
        og,
        twitter,
        json_ld,
        sitemap,
        verification: verification::resolve(site),
        warnings,
        raw: input.raw.clone(),
        raw_inherited: input.raw_inherited.clone(),
        head: head::Head::default(),
    };
    seo.head = head::write(&seo, &page.lang);
    seo
}

/// A page that the public may not see is only ever shown in a preview, which no search engine may list (T46).
fn forced(page: &Page, site: &SiteSeo) -> Option<Forced> {
    if page.public {
        site.forced
    } else {
        Some(Forced {
            by: DecidedBy::Environment,
            nofollow: true,
        })
    }
}

fn sources(page: &Page, input: &Input, canonical: Option<String>, has_title: bool) -> Sources {
    let source = |sourced: &Option<Sourced>| sourced.as_ref().map(|sourced| sourced.source.clone());
    Sources {
        title: has_title.then(|| input.title.source.clone()),
        description: source(&input.description),
        canonical,
        og_title: source(&input.og_title),
        og_description: source(&input.og_description).or_else(|| source(&input.description)),
        og_image: page.image.as_ref().map(|found| found.source.clone()),
    }
}

/// What is missing from a page, or too long.
fn observations(page: &Page, title: Option<&str>, description: Option<&str>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if page.origin.is_none() {
        let detail = "no absolute site URL configured; canonical, og:url and sitemap are null";
        warnings.push(Warning::new(Code::MissingBaseUrl).with(detail));
    }
    if description.is_none() {
        warnings.push(Warning::new(Code::DescriptionMissing));
    }
    let missing = page.missing_images.iter();
    warnings.extend(
        missing
            .map(|image| Warning::on(Code::AssetMissing, &image.source).with(image.text.as_str())),
    );
    match &page.image {
        None => warnings.push(Warning::new(Code::OgImageMissing)),
        Some(found) if !social::is_showable(found) => {
            warnings.push(Warning::on(Code::OgImageFormat, &found.source));
        }
        Some(_) => {}
    }
    warnings.extend(too_long(Code::TitleTooLong, title, TITLE_HINT));
    warnings.extend(too_long(
        Code::DescriptionTooLong,
        description,
        DESCRIPTION_HINT,
    ));
    warnings
}

fn too_long(code: Code, text: Option<&str>, hint: usize) -> Option<Warning> {
    let length = text?.chars().count();
    (length > hint)
        .then(|| Warning::new(code).with(format!("{length} characters; the hint is {hint}")))
}
