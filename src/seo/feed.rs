//! A collection's newest entries as RSS 2.0, Atom 1.0 and JSON Feed 1.1.
//!
//! In: a [`Feed`]. Out: the document's text. Which entries it holds, and in which order, is the caller's business.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::Seo;
use super::xml::{element, escape};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const RSS_OPEN: &str = "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel>\n";

/// The formats that a feed is written in.
pub const FORMATS: [Format; 3] = [Format::Rss, Format::Atom, Format::Json];

/// A format of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RSS 2.0
    Rss,
    /// Atom 1.0
    Atom,
    /// JSON Feed 1.1
    Json,
}

/// A feed and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// Its title: the collection's and the site's.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// The page it belongs to, absolute.
    pub home_url: String,
    /// Its own URL, absolute.
    pub feed_url: String,
    /// `de-CH`
    pub language: String,
    /// Newest first.
    pub items: Vec<Item>,
}

/// One entry of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The entry's id.
    pub id: String,
    /// Absolute URL.
    pub url: String,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub summary: Option<String>,
    /// The body.
    pub html: Option<String>,
    /// Absolute URL.
    pub image: Option<String>,
    /// Name.
    pub author: Option<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
}

impl Format {
    /// Its name in URLs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json",
        }
    }

    /// The document.
    #[must_use]
    pub fn write(self, feed: &Feed) -> String {
        match self {
            Self::Rss => rss(feed),
            Self::Atom => atom(feed),
            Self::Json => json_feed(feed).to_string(),
        }
    }
}

/// What a resolved entry shows in a feed; `None` where it has no URL or may not be listed.
#[must_use]
pub fn item(id: &str, title: &str, seo: &Seo) -> Option<Item> {
    let moment = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let article = seo.og.article.as_ref();
    Some(Item {
        id: id.to_owned(),
        url: seo.og.url.clone().filter(|_| seo.robots.index)?,
        title: title.to_owned(),
        summary: seo.description.clone(),
        html: None,
        image: seo.og.image.as_ref().map(|image| image.url.clone()),
        author: None,
        published: article.and_then(|article| moment(&article.published_time)),
        updated: moment(&seo.sitemap.lastmod),
    })
}

/// RSS 2.0.
#[must_use]
pub fn rss(feed: &Feed) -> String {
    let mut xml = format!("{DECLARATION}{RSS_OPEN}");
    let _ = writeln!(xml, "{}", element("title", &feed.title));
    let _ = writeln!(xml, "{}", element("link", &feed.home_url));
    let _ = writeln!(xml, "{}", element("description", &feed.description));
    let _ = writeln!(xml, "{}", element("language", &feed.language));
    let _ = writeln!(
        xml,
        "<atom:link href=\"{}\" rel=\"self\" type=\"application/rss+xml\"/>",
        escape(&feed.feed_url)
    );
    if let Some(updated) = latest(feed).and_then(mail_date) {
        let _ = writeln!(xml, "{}", element("lastBuildDate", &updated));
    }
    feed.items.iter().for_each(|item| push_rss(item, &mut xml));
    xml.push_str("</channel>\n</rss>\n");
    xml
}

fn push_rss(item: &Item, xml: &mut String) {
    xml.push_str("<item>");
    xml.push_str(&element("title", &item.title));
    xml.push_str(&element("link", &item.url));
    let _ = write!(
        xml,
        "<guid isPermaLink=\"false\">{}</guid>",
        escape(&item.id)
    );
    if let Some(published) = item.published.or(item.updated).and_then(mail_date) {
        xml.push_str(&element("pubDate", &published));
    }
    if let Some(summary) = &item.summary {
        xml.push_str(&element("description", summary));
    }
    if let Some(html) = &item.html {
        xml.push_str(&element("content:encoded", html));
    }
    xml.push_str("</item>\n");
}

/// Atom 1.0. An entry must say when it changed, and a feed or its entries who wrote them.
#[must_use]
pub fn atom(feed: &Feed) -> String {
    let language = escape(&feed.language);
    let mut xml = format!(
        "{DECLARATION}<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">\n"
    );
    let _ = writeln!(xml, "{}", element("id", &feed.feed_url));
    let _ = writeln!(xml, "{}", element("title", &feed.title));
    if !feed.description.is_empty() {
        let _ = writeln!(xml, "{}", element("subtitle", &feed.description));
    }
    let _ = writeln!(xml, "<link href=\"{}\"/>", escape(&feed.home_url));
    let _ = writeln!(
        xml,
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>",
        escape(&feed.feed_url)
    );
    let _ = writeln!(
        xml,
        "{}",
        element("updated", &latest(feed).unwrap_or_default().to_string())
    );
    let _ = writeln!(xml, "<author>{}</author>", element("name", &feed.title));
    feed.items.iter().for_each(|item| push_atom(item, &mut xml));
    xml.push_str("</feed>\n");
    xml
}

fn push_atom(item: &Item, xml: &mut String) {
    xml.push_str("<entry>");
    xml.push_str(&element("id", &item.url));
    xml.push_str(&element("title", &item.title));
    let _ = write!(xml, "<link href=\"{}\"/>", escape(&item.url));
    xml.push_str(&element(
        "updated",
        &item
            .updated
            .or(item.published)
            .unwrap_or_default()
            .to_string(),
    ));
    if let Some(published) = item.published {
        xml.push_str(&element("published", &published.to_string()));
    }
    if let Some(author) = &item.author {
        let _ = write!(xml, "<author>{}</author>", element("name", author));
    }
    if let Some(summary) = &item.summary {
        xml.push_str(&element("summary", summary));
    }
    if let Some(html) = &item.html {
        let _ = write!(xml, "<content type=\"html\">{}</content>", escape(html));
    }
    xml.push_str("</entry>\n");
}

/// JSON Feed 1.1.
#[must_use]
pub fn json_feed(feed: &Feed) -> Value {
    let items: Vec<Value> = feed.items.iter().map(json_item).collect();
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.feed_url,
        "description": feed.description,
        "language": feed.language,
        "items": items,
    })
}

/// An item must have a content, be it only its summary.
fn json_item(item: &Item) -> Value {
    let mut object = Map::new();
    let mut insert = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(key.to_owned(), value);
        }
    };
    insert("id", Some(item.id.as_str().into()));
    insert("url", Some(item.url.as_str().into()));
    insert("title", Some(item.title.as_str().into()));
    insert("summary", item.summary.as_deref().map(Value::from));
    match &item.html {
        Some(html) => insert("content_html", Some(html.as_str().into())),
        None => insert(
            "content_text",
            Some(item.summary.as_deref().unwrap_or(&item.title).into()),
        ),
    }
    insert("image", item.image.as_deref().map(Value::from));
    insert(
        "date_published",
        item.published.map(|at| at.to_string().into()),
    );
    insert(
        "date_modified",
        item.updated.map(|at| at.to_string().into()),
    );
    insert(
        "authors",
        item.author.as_ref().map(|name| json!([{"name": name}])),
    );
    Value::Object(object)
}

fn latest(feed: &Feed) -> Option<Timestamp> {
    feed.items
        .iter()
        .filter_map(|item| item.updated.max(item.published))
        .max()
}

/// `Wed, 31 Dec 2025 17:39:51 +0000`
fn mail_date(at: Timestamp) -> Option<String> {
    rfc2822::to_string(&at.to_zoned(TimeZone::UTC)).ok()
}
