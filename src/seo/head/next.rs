//! A page's head as Next's `Metadata`, all that it can carry; JSON-LD it cannot.

use serde_json::{Map, Value, json};

use super::super::Seo;
use super::super::robots::Robots;
use super::super::social::{Image, OpenGraph, Twitter};

/// The object that `generateMetadata` returns.
#[must_use]
pub fn write(seo: &Seo) -> Value {
    let mut next = Map::new();
    // An absolute title keeps the front end's template from adding the site's name again.
    insert(
        &mut next,
        "title",
        seo.title.as_ref().map(|title| json!({"absolute": title})),
    );
    insert(&mut next, "description", seo.description.clone());
    insert(&mut next, "robots", robots(&seo.robots));
    insert(&mut next, "alternates", Some(alternates(seo)));
    insert(&mut next, "openGraph", Some(open_graph(&seo.og)));
    insert(
        &mut next,
        "twitter",
        twitter(&seo.twitter, seo.og.image.as_ref()),
    );
    insert(&mut next, "verification", verification(seo));
    Value::Object(next)
}

fn robots(robots: &Robots) -> Option<Value> {
    let content = robots.content.as_deref()?;
    let mut object = Map::new();
    insert(&mut object, "index", Some(robots.index));
    insert(&mut object, "follow", Some(robots.follow));
    for word in content.split(", ") {
        match word.split_once(':') {
            Some((name, value)) => insert(&mut object, name, Some(number_or_text(value))),
            None if !matches!(word, "index" | "noindex" | "follow" | "nofollow") => {
                insert(&mut object, word, Some(true));
            }
            None => {}
        }
    }
    Some(Value::Object(object))
}

fn number_or_text(value: &str) -> Value {
    value
        .parse::<i64>()
        .map_or_else(|_| value.into(), Value::from)
}

fn alternates(seo: &Seo) -> Value {
    let languages: Map<String, Value> = seo
        .hreflang
        .iter()
        .map(|other| (other.hreflang.clone(), other.href.as_str().into()))
        .collect();
    let mut alternates = Map::new();
    insert(&mut alternates, "canonical", seo.canonical.clone());
    insert(
        &mut alternates,
        "languages",
        (!languages.is_empty()).then_some(languages),
    );
    Value::Object(alternates)
}

fn open_graph(og: &OpenGraph) -> Value {
    let mut object = Map::new();
    insert(&mut object, "type", Some(og.kind));
    insert(&mut object, "siteName", og.site_name.clone());
    insert(&mut object, "locale", Some(og.locale.clone()));
    insert(
        &mut object,
        "alternateLocale",
        (!og.locale_alternate.is_empty()).then(|| og.locale_alternate.clone()),
    );
    insert(&mut object, "url", og.url.clone());
    insert(&mut object, "title", og.title.clone());
    insert(&mut object, "description", og.description.clone());
    insert(
        &mut object,
        "images",
        og.image.as_ref().map(|image| vec![open_graph_image(image)]),
    );
    if let Some(article) = &og.article {
        insert(&mut object, "publishedTime", article.published_time.clone());
        insert(&mut object, "modifiedTime", article.modified_time.clone());
    }
    Value::Object(object)
}

fn open_graph_image(image: &Image) -> Value {
    let mut object = Map::new();
    insert(&mut object, "url", Some(image.url.clone()));
    insert(&mut object, "width", image.width);
    insert(&mut object, "height", image.height);
    insert(&mut object, "alt", image.alt.clone());
    insert(&mut object, "type", image.media_type.clone());
    Value::Object(object)
}

fn twitter(twitter: &Twitter, og_image: Option<&Image>) -> Option<Value> {
    let card = twitter.card.clone()?;
    let mut object = Map::new();
    insert(&mut object, "card", Some(card));
    insert(&mut object, "site", twitter.site.clone());
    insert(&mut object, "title", twitter.title.clone());
    insert(&mut object, "description", twitter.description.clone());
    let alt = twitter.image_alt.clone().or_else(|| og_image?.alt.clone());
    let image = twitter.image.clone().map(|url| {
        let mut image = Map::new();
        insert(&mut image, "url", Some(url));
        insert(&mut image, "alt", alt);
        vec![Value::Object(image)]
    });
    insert(&mut object, "images", image);
    Some(Value::Object(object))
}

fn verification(seo: &Seo) -> Option<Value> {
    let codes = &seo.verification;
    let mut other = Map::new();
    insert(&mut other, "msvalidate.01", codes.bing.clone());
    insert(&mut other, "baidu-site-verification", codes.baidu.clone());
    let mut object = Map::new();
    insert(&mut object, "google", codes.google.clone());
    insert(&mut object, "yandex", codes.yandex.clone());
    insert(&mut object, "other", (!other.is_empty()).then_some(other));
    (!object.is_empty()).then_some(Value::Object(object))
}

fn insert(object: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}
