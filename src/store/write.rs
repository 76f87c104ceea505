//! The rows of a replacement, written many at a time.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use super::engine::Writer;
use super::log::{PART, Parts, Version};
use super::statement::{Statement, Value};
use super::values::{self, Keys, Paths};
use super::{Error, Item, Kind, Link, findings, id_key, moment, search, sitemap};
use crate::fields::splice;

/// Bytes of a text by which things are found or sorted: three of them fit into a row of an index.
const LONGEST_KEY: usize = 800;

/// An item with all that its row has beside it.
pub(super) struct ItemRow {
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) span: Span,
    pub(super) hash: Digest,
    pub(super) changed_at: i64,
    pub(super) item: Item,
}

impl ItemRow {
    pub(super) fn version(&self) -> Version {
        Version {
            number: self.number,
            visible: self.span.visible,
            hash: self.hash.to_vec(),
        }
    }
}

/// When a version of an item is the valid one, and when the public may see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) valid: (i64, i64),
    pub(super) visible: (i64, i64),
}

impl Span {
    /// A draft becomes visible never; anything else within its validity and its window.
    pub(super) fn of(item: &Item, valid: (i64, i64)) -> Self {
        let from = item.window.from.map_or(moment::ALWAYS, moment::stored);
        let until = item.window.until.map_or(moment::NEVER, moment::stored);
        let visible = if item.published {
            (valid.0.max(from), valid.1.min(until))
        } else {
            (moment::NEVER, moment::NEVER)
        };
        Self { valid, visible }
    }

    /// Whether the public sees it at a moment.
    pub(super) fn is_seen(self, at: i64) -> bool {
        self.visible.0 <= at && at < self.visible.1
    }

    /// The moments at which an answer changes because of it.
    pub(super) fn boundaries(self) -> impl Iterator<Item = i64> {
        let moments = [self.valid.0, self.valid.1, self.visible.0, self.visible.1];
        moments
            .into_iter()
            .filter(|moment| ![moment::ALWAYS, moment::NEVER].contains(moment))
    }
}

/// One hash for each of the log's [`Parts`], in their order, and one of everything else that a row says. What an item has
/// nothing of is all zeros. Its places are in none of them, which others' coming and going shifts.
pub(super) type Digest = [u8; (Parts::COUNT + 1) * PART];

/// The hashes of a row.
pub(super) fn digest(item: &Item, span: Span) -> Digest {
    let parts: [Vec<Cow<'_, str>>; Parts::COUNT + 1] = [
        native(item),
        statamic_texts(item),
        listed(item),
        queried(item),
        linked(item),
        mapped(item),
        reported(item),
        everything_else(item, span),
    ];
    let mut digest = [0; (Parts::COUNT + 1) * PART];
    let places = digest.chunks_exact_mut(PART).zip(&parts);
    for (place, texts) in places.filter(|(_, texts)| !texts.is_empty()) {
        place.copy_from_slice(&hash(texts));
    }
    digest
}

/// Trees keep in `fields` what only Statamic's own API composes.
fn shows_fields(kind: Kind) -> bool {
    matches!(kind, Kind::Entry | Kind::Term | Kind::Global | Kind::Asset)
}

fn native(item: &Item) -> Vec<Cow<'_, str>> {
    if matches!(item.kind, Kind::User | Kind::Form) {
        return Vec::new();
    }
    let (fields, seo) = if shows_fields(item.kind) {
        (item.fields.as_deref(), item.seo.as_deref())
    } else {
        (None, None)
    };
    vec![item.summary.as_str().into(), text(fields), text(seo)]
}

/// A collection's tree names its entries, hidden ones too, which the answer leaves out: what it shows of them has the shape
/// of the native one.
fn statamic_texts(item: &Item) -> Vec<Cow<'_, str>> {
    if item.kind == Kind::CollectionTree {
        return vec![item.summary.as_str().into()];
    }
    let fields = item.fields.as_deref();
    texts([
        item.statamic.as_deref(),
        item.page.as_deref(),
        fields.filter(|_| !shows_fields(item.kind)),
    ])
}

/// What is shown, and all else that native lists and searches go by.
fn listed(item: &Item) -> Vec<Cow<'_, str>> {
    let shown = native(item);
    if shown.is_empty() {
        return shown;
    }
    [shown, sorted_by(item)].concat()
}

/// What lists and searches sort, filter and find it by.
fn sorted_by(item: &Item) -> Vec<Cow<'_, str>> {
    let names = [
        &item.localizes,
        &item.slug,
        &item.uri,
        &item.url,
        &item.permalink,
    ];
    let mut texts: Vec<Cow<'_, str>> = names.map(|name| text(name.as_deref())).into();
    if let Some(searchable) = &item.search {
        texts.push(searchable.headings.as_str().into());
        texts.push(searchable.text.as_str().into());
        for (name, value) in &searchable.facets {
            texts.extend([name, value].map(|text| Cow::from(text.as_str())));
        }
    }
    for datum in &item.values {
        let (key, whole) = datum.value.key();
        texts.push(datum.path.as_str().into());
        texts.push(key.into());
        texts.push(whole.unwrap_or_default().into());
    }
    texts.push(item.title.as_str().into());
    texts.push(date(item).to_string().into());
    texts.push(item.updated_at.unwrap_or(moment::ALWAYS).to_string().into());
    texts
}

/// What `/api` shows, and what its lists filter and sort by.
fn queried(item: &Item) -> Vec<Cow<'_, str>> {
    texts([
        item.statamic.as_deref(),
        item.page.as_deref(),
        item.query.as_deref(),
    ])
}

/// The references that a public list shows: those to entries that are there, and those that lead nowhere.
fn linked(item: &Item) -> Vec<Cow<'_, str>> {
    let is_shown = |link: &&Link| match link.state.as_str() {
        "draft" => false,
        "ok" => link.target.starts_with("entry::"),
        _ => true,
    };
    let mut texts: Vec<Cow<'_, str>> = item
        .links
        .iter()
        .filter(is_shown)
        .flat_map(link_texts)
        .collect();
    if !texts.is_empty() {
        texts.push(date(item).to_string().into());
    }
    texts
}

fn link_texts(link: &Link) -> [Cow<'_, str>; 5] {
    let parts = [&link.field, &link.target, &link.text, &link.state];
    let [field, target, text, state] = parts.map(|part| Cow::from(part.as_str()));
    [field, target, text, state, link.via.name().into()]
}

fn mapped(item: &Item) -> Vec<Cow<'_, str>> {
    let of = |listed: &crate::seo::sitemap::Listed| -> [Cow<'_, str>; 2] {
        let element = crate::seo::sitemap::element(&listed.page);
        [element.into(), listed.rank.to_string().into()]
    };
    item.sitemap.iter().flat_map(of).collect()
}

/// Findings, and how the report names what they are of.
fn reported(item: &Item) -> Vec<Cow<'_, str>> {
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    for finding in &item.findings {
        texts.push(finding.code.into());
        texts.push(finding.detail.as_str().into());
        texts.push(finding.same.to_string().into());
    }
    if !texts.is_empty() {
        texts.extend([&item.url, &item.permalink].map(|name| text(name.as_deref())));
    }
    texts
}

fn everything_else(item: &Item, span: Span) -> Vec<Cow<'_, str>> {
    let moments = [span.valid.0, span.valid.1, span.visible.0, span.visible.1];
    let mut texts: Vec<Cow<'_, str>> = moments.map(|moment| moment.to_string().into()).into();
    texts.extend(item.needs.iter().map(|need| need.to_string().into()));
    texts.extend(item.links.iter().flat_map(link_texts));
    texts.push(odd(item).into());
    texts.push(text(
        item.fields.as_deref().filter(|_| !shows_fields(item.kind)),
    ));
    if native(item).is_empty() {
        texts.push(item.summary.as_str().into());
        texts.extend(sorted_by(item));
    }
    texts
}

fn text(text: Option<&str>) -> Cow<'_, str> {
    text.unwrap_or("\u{1}").into()
}

/// Those that are there, each in its place; nothing where none is.
fn texts<const N: usize>(all: [Option<&str>; N]) -> Vec<Cow<'_, str>> {
    if all.iter().all(Option::is_none) {
        return Vec::new();
    }
    all.map(text).into()
}

fn hash(texts: &[Cow<'_, str>]) -> [u8; PART] {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher
            .update(&text.len().to_le_bytes())
            .update(text.as_bytes());
    }
    let mut part = [0; PART];
    part.copy_from_slice(&hasher.finalize().as_bytes()[..PART]);
    part
}

/// The tables that hold what belongs to items.
const PARTS: [&str; 9] = [
    "summary",
    "body",
    "statamic",
    "made",
    "link",
    "field_value",
    "search",
    "sitemap_url",
    "finding",
];

/// Deletes rows and all that belongs to them: one engine leaves that to us ([`Writer`]).
pub(super) async fn delete(writer: &mut Writer, numbers: &[i64]) -> Result<(), Error> {
    if numbers.is_empty() {
        return Ok(());
    }
    search::delete(writer, numbers).await?;
    for table in PARTS.into_iter().chain(["item"]) {
        let mut statement = Statement::new("delete from ");
        statement.push(table);
        statement.push(" where number in (");
        statement.push_values(numbers.iter().copied());
        statement.push(")");
        writer.execute(statement).await?;
    }
    Ok(())
}

/// Inserts rows with their texts, links and values.
pub(super) async fn insert(
    writer: &mut Writer,
    rows: &[ItemRow],
    paths: &Paths,
) -> Result<(), Error> {
    writer.insert(ITEM, each(rows, item)).await?;
    writer.insert(SUMMARY, each(rows, summary)).await?;
    writer.insert(BODY, each(rows, body)).await?;
    writer.insert(STATAMIC, each(rows, statamic)).await?;
    writer.insert(MADE, each(rows, made)).await?;
    let links = rows.iter().flat_map(links).collect();
    writer.insert(LINK, links).await?;
    let keys: Vec<Keys> = rows.iter().map(|row| paths.keys(&row.item)).collect();
    let values = rows.iter().zip(&keys);
    let values = values.flat_map(|(row, keys)| values::rows(row.number, date(&row.item), keys));
    writer.insert(VALUE, values.collect()).await?;
    search::insert(writer, rows, &keys).await?;
    let urls = rows
        .iter()
        .flat_map(|row| sitemap::values(row.number, tie(row), &row.item));
    writer.insert(sitemap::TABLE, urls.collect()).await?;
    let found = rows
        .iter()
        .flat_map(|row| findings::values(row.number, source(row), &row.item));
    writer.insert(findings::TABLE, found.collect()).await
}

fn each(rows: &[ItemRow], values: fn(&ItemRow) -> Vec<Value>) -> Vec<Vec<Value>> {
    rows.iter().map(values).collect()
}

const ITEM: &str = "item (number, kind, owner, id, site, localizes, slug, uri, url, permalink, title_key, date, updated_at,
    position, own_order, valid_from, valid_until, visible_from, visible_until, changed_at, field_names, hash)";

fn item(row: &ItemRow) -> Vec<Value> {
    let item = &row.item;
    let localizes = item.localizes.as_deref();
    vec![
        row.number.into(),
        item.kind.name().into(),
        item.owner.as_str().into(),
        row.id.as_str().into(),
        item.site.as_str().into(),
        localizes.map_or_else(|| row.id.clone(), id_key).into(),
        item.slug.as_deref().into(),
        item.uri.as_deref().into(),
        item.url.as_deref().into(),
        item.permalink.as_deref().into(),
        key(&item.title.to_lowercase()).into(),
        date(item).into(),
        item.updated_at.unwrap_or(moment::ALWAYS).into(),
        item.position.into(),
        item.own_order.into(),
        row.span.valid.0.into(),
        row.span.valid.1.into(),
        row.span.visible.0.into(),
        row.span.visible.1.into(),
        row.changed_at.into(),
        names(item.fields.as_deref()).into(),
        row.hash.to_vec().into(),
    ]
}

const SUMMARY: &str = "summary (number, object)";

fn summary(row: &ItemRow) -> Vec<Value> {
    vec![row.number.into(), row.item.summary.as_str().into()]
}

const BODY: &str = "body (number, fields, seo)";

fn body(row: &ItemRow) -> Vec<Value> {
    let item = &row.item;
    vec![
        row.number.into(),
        item.fields.as_deref().into(),
        item.seo.as_deref().into(),
    ]
}

const STATAMIC: &str = "statamic (number, query, object, page)";

fn statamic(row: &ItemRow) -> Vec<Value> {
    let item = &row.item;
    vec![
        row.number.into(),
        item.query.as_deref().into(),
        item.statamic.as_deref().into(),
        item.page.as_deref().into(),
    ]
}

const VALUE: &str = "field_value (number, path, key, whole, date)";

const MADE: &str = "made (number, needs, problems)";

fn made(row: &ItemRow) -> Vec<Value> {
    let needs = row.item.needs.iter().flat_map(|need| need.to_le_bytes());
    vec![
        row.number.into(),
        needs.collect::<Vec<u8>>().into(),
        odd(&row.item).into(),
    ]
}

/// What was odd about an item, as JSON; mostly nothing.
fn odd(item: &Item) -> String {
    if item.problems.is_empty() {
        return String::new();
    }
    serde_json::to_string(&item.problems).expect("problems are always JSON")
}

const LINK: &str = "link (number, place, via, field, target, text, state, source, date, repeats)";

fn links(row: &ItemRow) -> Vec<Vec<Value>> {
    let links = &row.item.links;
    let source = source(row);
    let of = |(place, link): (usize, &Link)| -> Vec<Value> {
        let repeats = links[..place]
            .iter()
            .any(|other| other.target == link.target);
        vec![
            row.number.into(),
            i64::try_from(place).unwrap_or(i64::MAX).into(),
            link.via.name().into(),
            link.field.as_str().into(),
            key(&target(&link.target)).into(),
            link.text.as_str().into(),
            link.state.as_str().into(),
            source.as_str().into(),
            date(&row.item).into(),
            i64::from(repeats).into(),
        ]
    };
    links.iter().enumerate().map(of).collect()
}

/// What no two visible items share: a term or global set is there once for each site.
fn source(row: &ItemRow) -> String {
    let item = &row.item;
    format!("{}:{}:{}", item.kind.name(), row.id, item.site)
}

/// The same as a number.
fn tie(row: &ItemRow) -> i64 {
    let hash = blake3::hash(source(row).as_bytes());
    let first: [u8; 8] = hash.as_bytes()[..8]
        .try_into()
        .expect("a hash is longer than eight bytes");
    i64::from_le_bytes(first) & (i64::MAX >> 1)
}

/// A target as it is looked up: the id as [`id_key`] spells it.
fn target(target: &str) -> String {
    match target.strip_prefix("entry::") {
        Some(id) => format!("entry::{}", id_key(id)),
        None => target.to_owned(),
    }
}

/// Gives rows their new places.
pub(super) async fn place(writer: &mut Writer, moved: &[(i64, (i64, i64))]) -> Result<(), Error> {
    let mut statement = Statement::new("with moved (number, position, own_order) as (values ");
    for (index, (number, (position, own_order))) in moved.iter().enumerate() {
        statement.push(if index == 0 { "(" } else { ", (" });
        statement.push_values([*number, *position, *own_order]);
        statement.push(")");
    }
    statement.push(
        ") update item set position = moved.position, own_order = moved.own_order from moved where item.number = moved.number",
    );
    writer.execute(statement).await
}

/// Replaces the moments at which answers change by the clock alone.
pub(super) async fn boundaries(writer: &mut Writer, moments: &BTreeSet<i64>) -> Result<(), Error> {
    writer
        .execute(Statement::new("delete from boundary"))
        .await?;
    let rows = moments.iter().map(|moment| vec![(*moment).into()]);
    writer.insert("boundary (moment)", rows.collect()).await
}

/// Gathers the names of the fields of all items.
pub(super) async fn field_names(writer: &mut Writer) -> Result<(), Error> {
    let stored = Statement::new("select distinct kind, owner, field_names from item");
    let stored: Vec<(String, String, String)> = writer.records(stored).await?;
    let mut names = BTreeSet::new();
    for (kind, owner, all) in &stored {
        names.extend(all.split_whitespace().map(|name| (kind, owner, name)));
    }
    writer.execute(Statement::new("delete from field")).await?;
    let rows = names
        .into_iter()
        .map(|(kind, owner, name)| vec![kind.as_str().into(), owner.as_str().into(), name.into()]);
    writer
        .insert("field (kind, owner, name)", rows.collect())
        .await
}

/// The names of the removable members of a `fields` template, between blanks.
fn names(template: Option<&str>) -> String {
    let names = RefCell::new(Vec::new());
    let note = |kind, name: &str| {
        if kind == splice::Kind::Field {
            names.borrow_mut().push(name.to_owned());
        }
        false
    };
    splice::cut(template.unwrap_or_default(), &note, &mut String::new());
    names.into_inner().join(" ")
}

/// The part of a text that indexes hold: no index takes more than some 2,700 bytes a row.
fn key(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_KEY)]
}

/// Whether the names of an item are longer than any index takes.
pub(super) fn is_unfindable(item: &Item) -> bool {
    let names = [
        Some(&item.id),
        Some(&item.owner),
        Some(&item.site),
        item.slug.as_ref(),
        item.uri.as_ref(),
    ];
    names
        .into_iter()
        .flatten()
        .any(|name| name.len() > LONGEST_KEY)
}

fn date(item: &Item) -> i64 {
    item.date.map_or(moment::ALWAYS, moment::stored)
}
