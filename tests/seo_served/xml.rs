//! What the schemas of sitemaps.org ask of a document, checked on what an independent parser makes of it.

use roxmltree::{Document, Node};

const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const FREQUENCIES: [&str; 7] = [
    "always", "hourly", "daily", "weekly", "monthly", "yearly", "never",
];

/// The URLs of a valid `urlset`.
pub fn urls(xml: &str) -> Vec<String> {
    assert!(xml.len() <= 52_428_800);
    let document = Document::parse(xml).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name((SITEMAP, "urlset")));
    let urls: Vec<String> = elements(root).map(url).collect();
    assert!(urls.len() <= 50_000);
    urls
}

/// The URLs of a valid `sitemapindex`, with their dates.
pub fn sitemaps(xml: &str) -> Vec<(String, Option<String>)> {
    let document = Document::parse(xml).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name((SITEMAP, "sitemapindex")));
    let sitemaps: Vec<_> = elements(root).map(sitemap).collect();
    assert!(!sitemaps.is_empty() && sitemaps.len() <= 50_000);
    sitemaps
}

fn elements<'a, 'input>(of: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    of.children().filter(|child| {
        let is_space = child.is_text() && child.text().is_some_and(|text| text.trim().is_empty());
        assert!(child.is_element() || is_space, "{child:?}");
        child.is_element()
    })
}

fn url(node: Node) -> String {
    assert!(node.has_tag_name((SITEMAP, "url")));
    let mut loc = None;
    let mut seen = Vec::new();
    for part in elements(node) {
        let name = part.tag_name().name();
        let text = part.text().unwrap_or_default();
        match (part.tag_name().namespace(), name) {
            (Some(SITEMAP), "loc") => loc = Some(location(text)),
            (Some(SITEMAP), "lastmod") => date(text),
            (Some(SITEMAP), "changefreq") => assert!(FREQUENCIES.contains(&text), "{text}"),
            (Some(SITEMAP), "priority") => priority(text),
            (Some(XHTML), "link") => alternate(part),
            other => panic!("{other:?}"),
        }
        let is_once = name == "link" || !seen.contains(&name);
        assert!(is_once, "{name} stands twice");
        seen.push(name);
    }
    loc.expect("a loc")
}

fn sitemap(node: Node) -> (String, Option<String>) {
    assert!(node.has_tag_name((SITEMAP, "sitemap")));
    let (mut loc, mut lastmod) = (None, None);
    for part in elements(node) {
        let text = part.text().unwrap_or_default();
        match part.tag_name().name() {
            "loc" => loc = Some(location(text)),
            "lastmod" => {
                date(text);
                lastmod = Some(text.to_owned());
            }
            other => panic!("{other}"),
        }
    }
    (loc.expect("a loc"), lastmod)
}

fn location(text: &str) -> String {
    assert!((12..2048).contains(&text.len()), "{text}");
    assert!(
        text.starts_with("https://") || text.starts_with("http://"),
        "{text}"
    );
    text.to_owned()
}

fn date(text: &str) {
    let parsed = text.parse::<jiff::Timestamp>();
    assert!(
        parsed.is_ok() || text.parse::<jiff::civil::Date>().is_ok(),
        "{text}"
    );
}

fn priority(text: &str) {
    let is_decimal = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().unwrap();
    assert!(is_decimal && (0.0..=1.0).contains(&number), "{text}");
}

fn alternate(link: Node) {
    assert_eq!(link.attribute("rel"), Some("alternate"));
    let code = link.attribute("hreflang").unwrap();
    let is_code = code.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    assert!(is_code, "{code}");
    location(link.attribute("href").unwrap());
}
