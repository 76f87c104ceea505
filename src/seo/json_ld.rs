//! Linked data about a page and who is behind it (spec/seo.md §2.8): parsed JSON, real characters, never a string.

use serde_json::{Map, Value, json};

use super::breadcrumbs;
use super::input::{Graph, Input, Organization, SiteSeo};
use super::page::Page;
use super::settings::Settings;
use super::social::{Image, OpenGraph};
use super::text;
use super::values::Sourced;
use super::warning::{Code, Warning};
use crate::site::slug::slugify;

const CONTEXT: &str = "https://schema.org";

/// All blocks of a page: the site's, its own, its breadcrumbs, and an article's where settings ask for it.
pub fn resolve(
    page: &Page,
    input: &Input,
    site: &SiteSeo,
    og: &OpenGraph,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) -> Vec<Value> {
    let mut blocks = Vec::new();
    blocks.extend(
        site.graph
            .as_ref()
            .and_then(|graph| graph_node(graph, page, site, warnings)),
    );
    blocks.extend(
        input
            .json_ld
            .as_ref()
            .and_then(|stored| custom(stored, page, site, warnings)),
    );
    blocks.extend(breadcrumbs::list(&page.crumbs));
    if settings.article_schema && og.article.is_some() {
        blocks.push(article(page, site, og));
    }
    blocks
}

/// Without an origin a node could not be told apart from another site's, so there is none.
fn graph_node(
    graph: &Graph,
    page: &Page,
    site: &SiteSeo,
    warnings: &mut Vec<Warning>,
) -> Option<Value> {
    match graph {
        Graph::Organization(organization) => Some(organization_node(
            organization,
            page.origin.as_deref()?,
            page.logo.as_ref(),
        )),
        Graph::Person(name) => Some(person_node(name, page.origin.as_deref()?, &page.lang)),
        Graph::Custom(json) => custom(&Sourced::new(json, "globals.json_ld"), page, site, warnings),
    }
}

fn organization_node(organization: &Organization, origin: &str, logo: Option<&Image>) -> Value {
    let mut node = node("Organization");
    insert(&mut node, "@id", Some(format!("{origin}/#organization")));
    insert(&mut node, "name", Some(organization.name.clone()));
    insert(
        &mut node,
        "alternateName",
        organization.alternate_name.clone(),
    );
    insert(&mut node, "url", Some(origin.to_owned()));
    insert(
        &mut node,
        "foundingDate",
        organization.founding_date.clone(),
    );
    insert(&mut node, "description", organization.description.clone());
    insert(&mut node, "logo", logo.map(image_object));
    insert(
        &mut node,
        "sameAs",
        (!organization.same_as.is_empty()).then(|| organization.same_as.clone()),
    );
    Value::Object(node)
}

fn person_node(name: &str, origin: &str, lang: &str) -> Value {
    let mut node = node("Person");
    insert(
        &mut node,
        "@id",
        Some(format!("{origin}/#{}", slugify(name, lang))),
    );
    insert(&mut node, "url", Some(origin.to_owned()));
    insert(&mut node, "name", Some(name.to_owned()));
    Value::Object(node)
}

fn article(page: &Page, site: &SiteSeo, og: &OpenGraph) -> Value {
    let publisher = match (&site.graph, &page.origin) {
        (Some(Graph::Organization(_)), Some(origin)) => {
            Some(json!({"@id": format!("{origin}/#organization")}))
        }
        _ => None,
    };
    let mut node = node("Article");
    insert(&mut node, "headline", text::plain(&page.subject.title));
    insert(&mut node, "description", og.description.clone());
    insert(
        &mut node,
        "image",
        og.image.as_ref().map(|image| image.url.clone()),
    );
    insert(&mut node, "datePublished", page.published_time.clone());
    insert(&mut node, "dateModified", page.modified_time.clone());
    insert(
        &mut node,
        "author",
        page.author
            .as_ref()
            .map(|name| json!({"@type": "Person", "name": name})),
    );
    insert(&mut node, "publisher", publisher);
    insert(&mut node, "mainEntityOfPage", page.permalink.clone());
    Value::Object(node)
}

/// JSON as an editor typed it, names of values replaced; what is not JSON then is left out.
fn custom(
    stored: &Sourced,
    page: &Page,
    site: &SiteSeo,
    warnings: &mut Vec<Warning>,
) -> Option<Value> {
    let field = stored
        .source
        .split_once('.')
        .map_or(stored.source.as_str(), |(_, field)| field);
    let rendered = page
        .subject
        .scope(site)
        .render(unwrapped(&stored.text), in_json);
    if let Some(tag) = rendered.unsupported.first() {
        warnings.push(Warning::on(Code::AntlersUnsupported, field).with(tag));
        return None;
    }
    match serde_json::from_str(&rendered.text) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => Some(json),
        Ok(_) => {
            warnings
                .push(Warning::on(Code::JsonLdInvalid, field).with("neither an object nor a list"));
            None
        }
        Err(error) => {
            warnings.push(Warning::on(Code::JsonLdInvalid, field).with(error.to_string()));
            None
        }
    }
}

/// The JSON inside the `<script>` element that it may have been pasted with.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let is_script = text
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("<script"));
    let inner = if is_script {
        text.split_once('>').map_or(text, |(_, inner)| inner)
    } else {
        text
    };
    let end = inner.len().saturating_sub("</script>".len());
    match inner.get(end..) {
        Some(tail) if tail.eq_ignore_ascii_case("</script>") => &inner[..end],
        _ => inner,
    }
}

/// A value as it stands inside a JSON string.
fn in_json(value: &str) -> String {
    let quoted = Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn node(kind: &str) -> Map<String, Value> {
    Map::from_iter([
        ("@context".to_owned(), CONTEXT.into()),
        ("@type".to_owned(), kind.into()),
    ])
}

fn insert(node: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        node.insert(key.to_owned(), value.into());
    }
}

fn image_object(image: &Image) -> Value {
    let mut object = Map::from_iter([
        ("@type".to_owned(), "ImageObject".into()),
        ("url".to_owned(), image.url.as_str().into()),
    ]);
    insert(&mut object, "width", image.width);
    insert(&mut object, "height", image.height);
    Value::Object(object)
}
