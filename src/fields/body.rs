//! Bodies: Markdown and Bard, as one HTML text, as text and sets in order, or as an object of all their parts.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Value, json};

use super::{Context, Output, Shape, php, splice, structure, untouched};
use crate::bard::blocks::{self, Block, Set};
use crate::bard::html::Renderer;
use crate::bard::node::Siblings;
use crate::bard::{self, Body};
use crate::content::blueprint::Field;
use crate::markdown;

/// A Markdown field.
#[must_use]
pub fn markdown(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let Some(source) = raw.and_then(scalar) else {
        return Output::NULL;
    };
    let options = markdown_options(field);
    let with_ids = markdown::Options {
        heading_ids: true,
        ..options
    };
    match context.shape {
        Shape::Statamic => Output::Json(markdown::html(&source, &options, context.links).into()),
        Shape::Native => parts(
            Output::Json(source.clone().into()),
            markdown::body(&source, &with_ids, context.links),
            None,
        ),
    }
}

/// What PHP makes of a value where text is expected; nothing of lists and maps.
fn scalar(raw: &Value) -> Option<String> {
    bard::php::string(raw).map(String::from)
}

fn markdown_options(field: &Field) -> markdown::Options {
    let set = |key: &str| php::truthy(field.config.get(key));
    markdown::Options {
        line_breaks: field
            .config
            .get("automatic_line_breaks")
            .is_none_or(|value| php::truthy(Some(value))),
        autolinks: set("automatic_links"),
        escape_markup: set("escape_markup"),
        smart_punctuation: set("smartypants"),
        heading_anchors: set("heading_anchors"),
        table_of_contents: set("table_of_contents"),
        heading_ids: false,
    }
}

/// A Bard field.
#[must_use]
pub fn bard(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let has_sets = !field.sets.is_empty();
    let Some(raw) = raw.filter(|raw| !bard::is_empty(raw)) else {
        return if has_sets && context.shape == Shape::Statamic {
            Output::List(Vec::new())
        } else {
            Output::NULL
        };
    };
    let modern = modern(raw, field);
    let options = options(field, context);
    match context.shape {
        Shape::Statamic if has_sets && modern.is_string() => untouched(Some(raw), context),
        Shape::Statamic if has_sets => blocks(&modern, field, &options, context),
        Shape::Statamic => {
            let (html, oddities) = bard::html(&modern, &options);
            note(oddities, context);
            Output::Json(html.into())
        }
        Shape::Native => {
            let blocks = (has_sets && !modern.is_string())
                .then(|| blocks(&modern, field, &options, context));
            native(raw, &modern, &options, blocks, context)
        }
    }
}

/// A tree that no blueprint declares; sets in it are shown as they are.
#[must_use]
pub fn undeclared(tree: &Value, context: &Context<'_>) -> Output {
    let field = Field::default();
    let options = options(&field, context);
    let blocks = blocks::has_sets(tree).then(|| blocks(tree, &field, &options, context));
    native(tree, tree, &options, blocks, context)
}

/// Statamic 2's data as a tree. A list of nothing but texts is old data only where the field is not inline.
fn modern<'v>(raw: &'v Value, field: &Field) -> Cow<'v, Value> {
    if php::truthy(field.config.get("inline")) {
        return Cow::Borrowed(raw);
    }
    blocks::modern(raw, |handle| {
        field.sets.iter().any(|set| set.handle == handle)
    })
}

fn native(
    raw: &Value,
    modern: &Value,
    options: &bard::Options<'_>,
    blocks: Option<Output>,
    context: &Context<'_>,
) -> Output {
    let mut body = bard::body(modern, options);
    if blocks.is_none() {
        note(std::mem::take(&mut body.oddities), context);
    }
    let raw = serde_json::to_string(raw).expect("a value is always JSON");
    parts(Output::Text(raw), body, blocks)
}

fn options<'c>(field: &Field, context: &Context<'c>) -> bard::Options<'c> {
    bard::Options {
        profile: context.profile(),
        save_html: php::truthy(field.config.get("save_html")) && field.sets.is_empty(),
        heading_ids: context.shape == Shape::Native,
        ..bard::Options::new(context.links)
    }
}

/// Text and sets in order.
fn blocks(
    tree: &Value,
    field: &Field,
    options: &bard::Options<'_>,
    context: &Context<'_>,
) -> Output {
    let mut renderer = Renderer::new(options);
    let split = blocks::split(tree, &mut renderer.oddities);
    let mut shown = Vec::with_capacity(split.len());
    for block in split {
        match block {
            Block::Text(nodes) => {
                renderer.run(Siblings::of_run(&nodes));
                let html = std::mem::take(&mut renderer.html);
                let ids = std::mem::take(&mut renderer.heading_ids);
                if !html.is_empty() {
                    shown.push(Output::Object(vec![
                        ("type".to_owned(), Output::Json("text".into())),
                        ("text".to_owned(), of_html(&html, &ids)),
                    ]));
                }
            }
            Block::Set(set) => shown.push(of_set(&set, field, context)),
        }
    }
    note(renderer.oddities, context);
    Output::List(shown)
}

/// A set's declared fields; where it has none, its values as they are.
fn of_set(set: &Set<'_>, field: &Field, context: &Context<'_>) -> Output {
    let mut members = match structure::set_of(field, set.values) {
        Some(declared) => structure::fields(&declared.fields, set.values, context),
        None => set
            .values
            .iter()
            .map(|(key, raw)| (key.clone(), untouched(Some(raw), context)))
            .collect(),
    };
    structure::put(&mut members, "id", set.id.cloned().unwrap_or_default());
    structure::put(&mut members, "type", set.handle.into());
    Output::Object(members)
}

/// The parts of a body, the default ones first.
fn parts(raw: Output, body: Body, blocks: Option<Output>) -> Output {
    let json = |value: Value| Output::Json(value);
    let mut parts = vec![
        ("raw", raw),
        ("html", of_html(&body.html, &body.heading_ids)),
        ("headings", json(json!(body.headings))),
        ("words", json(body.words.into())),
        ("reading_minutes", json(body.reading_minutes.into())),
        ("links", json(json!(body.links))),
        ("text", json(body.text.into())),
        ("markdown", of_markdown(&body.markdown, &body.set_places)),
        ("images", json(json!(body.images))),
    ];
    parts.extend(blocks.map(|blocks| ("blocks", blocks)));
    Output::Body(parts)
}

/// HTML in which the ids of headings are removable.
fn of_html(html: &str, ids: &[Range<usize>]) -> Output {
    Output::Text(splice::text(html, ids, splice::Kind::HeadingId))
}

/// Markdown in which the places of sets are marked.
fn of_markdown(markdown: &str, sets: &[usize]) -> Output {
    let places: Vec<_> = sets.iter().map(|at| *at..*at).collect();
    Output::Text(splice::text(markdown, &places, splice::Kind::Set))
}

fn note(oddities: Vec<bard::Oddity>, context: &Context<'_>) {
    for oddity in oddities {
        context.note(oddity.code, oddity.message);
    }
}
