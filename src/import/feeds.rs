//! The feeds of the collections that the settings name: the newest entries, in three formats.

use jiff::Timestamp;

use serde_json::{Value, json};

use super::Compile;
use super::compiler::{Compiled, Compiler};
use crate::bard::escape;
use crate::content::collection::Collection;
use crate::content::problem::Problem;
use crate::content::sites::Site;
use crate::fields::item::native;
use crate::fields::{Holder, Output, Shape, splice};
use crate::seo;
use crate::seo::feed::{self, FORMATS, Feed};
use crate::site::view::View;
use crate::site::{Entry, url};
use crate::store::{Item, Kind};

/// How many entries a feed shows.
const NEWEST: usize = 20;

/// Collections that the settings name and that are not there.
pub fn problems(compiler: &Compiler) -> Vec<Problem> {
    let named = compiler.seo.settings.feeds.iter();
    let missing = named.filter(|handle| compiler.site.collection(handle).is_none());
    missing
        .map(|handle| {
            let message = format!("seo.feeds names the collection {handle}, which is not there");
            Problem::warning("feed_without_collection", "rhapsode.toml", message)
        })
        .collect()
}

/// The feeds of one site, each format an item; none without a public origin, for all URLs of a feed are absolute.
pub fn of_site<'a>(compiler: &'a Compiler<'a>, site: &'a Site) -> Vec<Compile<'a>> {
    let base = compiler.site.settings.base_url.as_deref();
    let Some(origin) = url::site_origin(site, base) else {
        return Vec::new();
    };
    let named = &compiler.seo.settings.feeds;
    let collections = named
        .iter()
        .filter_map(|handle| compiler.site.collection(handle))
        .filter(|collection| collection.sites.contains(&site.handle));
    let feeds = collections.flat_map(|collection| FORMATS.map(|format| (collection, format)));
    feeds
        .map(|(collection, format)| -> Compile<'a> {
            let origin = origin.clone();
            Box::new(move |now| compile(compiler, site, &origin, collection, format, now))
        })
        .collect()
}

fn compile(
    compiler: &Compiler,
    site: &Site,
    origin: &str,
    collection: &Collection,
    format: feed::Format,
    now: Timestamp,
) -> Compiled {
    let view = &compiler.view(now, &site.handle);
    let feed = Feed {
        title: title(compiler, site, collection),
        description: collection.title.clone(),
        home_url: home(view, collection).unwrap_or_else(|| origin.to_owned()),
        feed_url: feed_url(view, collection, format),
        language: site.lang.clone(),
        items: newest(view, collection)
            .into_iter()
            .filter_map(|entry| item(compiler, view, entry))
            .take(NEWEST)
            .collect(),
    };
    let id = format!("{}.{}", collection.handle, format.name());
    let item = Item {
        site: site.handle.clone(),
        title: feed.title.clone(),
        summary: json!({ "text": format.write(&feed) }).to_string(),
        ..Item::new(Kind::Feed, &collection.handle, &id)
    };
    Compiled::new(item, view, Vec::new())
}

fn title(compiler: &Compiler, site: &Site, collection: &Collection) -> String {
    let name = compiler
        .seo
        .site(&site.handle)
        .and_then(|seo| seo.site_name.as_deref());
    format!("{} | {}", collection.title, name.unwrap_or(&site.name))
}

/// The page that the collection is mounted on.
fn home(view: &View, collection: &Collection) -> Option<String> {
    let mount = view.entry(collection.mount.as_deref()?)?;
    view.localized(mount)?.permalink.clone()
}

/// Where this server answers with the feed.
fn feed_url(view: &View, collection: &Collection, format: feed::Format) -> String {
    let settings = &view.site.settings;
    let origin = settings.api_url.as_ref().or(settings.base_url.as_ref());
    let query = if view.locale == view.site.default_site().handle {
        String::new()
    } else {
        format!("?site={}", view.locale)
    };
    let path = format!("/feeds/{}.{}{query}", collection.handle, format.name());
    format!("{}{path}", origin.map_or("", String::as_str))
}

/// The public entries, newest first. Those that are yet to come, or that will go, are remembered by the view.
fn newest<'a>(view: &View<'a>, collection: &Collection) -> Vec<&'a Entry> {
    let entries = view.site.entries.iter();
    let mut entries: Vec<&Entry> = entries
        .filter(|entry| entry.collection == collection.handle && entry.site == view.locale)
        .filter(|entry| {
            if entry.window.next_boundary(view.now).is_some() {
                view.note_entry(entry);
            }
            view.is_public(entry)
        })
        .collect();
    let moment = |entry: &Entry| entry.date.map(|date| date.at);
    entries.sort_by_key(|entry| std::cmp::Reverse((moment(entry), entry.updated_at)));
    entries
}

fn item(compiler: &Compiler, view: &View, entry: &Entry) -> Option<feed::Item> {
    view.note_entry(entry);
    let seo = seo::entry(view, entry, compiler.seo);
    let item = feed::item(&entry.id, &view.site.title(entry), &seo)?;
    let author = view.site.value(entry, "author").and_then(|id| id.as_str());
    let content = compiler.seo.settings.feed_content.as_deref();
    Some(feed::Item {
        html: content.and_then(|field| html(compiler, view, entry, field)),
        author: author
            .and_then(|id| view.user(id))
            .map(|user| user.name.clone()),
        published: entry.date.map(|date| date.at),
        ..item
    })
}

/// The HTML of a body, or a text escaped.
fn html(compiler: &Compiler, view: &View, entry: &Entry, field: &str) -> Option<String> {
    let context = compiler.context(view, Shape::Native, Holder::Entry(entry));
    let mut fields = native::of_entry(entry, &context).into_iter();
    match fields.find(|(handle, _)| handle == field)?.1 {
        Output::Body(parts) => {
            let (_, html) = parts.into_iter().find(|(part, _)| *part == "html")?;
            let mut template = String::new();
            splice::output(&html, &mut template);
            serde_json::from_str(&splice::whole(&template)).ok()
        }
        Output::Json(Value::String(text)) => {
            let mut html = String::new();
            escape::text(&text, &mut html);
            Some(html)
        }
        _ => None,
    }
}
