//! The rows of a replacement, written many at a time.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use super::engine::Writer;
use super::log::{PART, Version};
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
            visible: self.span.visible,
            hash: self.hash.to_vec(),
        }
    }

    /// Its date as lists sort by it.
    pub(super) fn date(&self) -> i64 {
        date(&self.item)
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

    /// The moments at which an answer changes because of it.
    pub(super) fn boundaries(self) -> impl Iterator<Item = i64> {
        let moments = [self.valid.0, self.valid.1, self.visible.0, self.visible.1];
        moments
            .into_iter()
            .filter(|moment| ![moment::ALWAYS, moment::NEVER].contains(moment))
    }
}

/// Four hashes in one: of what the native API shows, of what Statamic's own shows, of what lists go by, and of everything
/// that a row says. Its places are in none of them, which others' coming and going shifts.
pub(super) type Digest = [u8; 4 * PART];

/// The hashes of a row.
pub(super) fn digest(item: &Item, span: Span) -> Digest {
    let parts = [native(item), statamic_texts(item), listed(item)].map(|texts| hash(&texts));
    let all = hash(&everything_else(item, span));
    let mut digest = [0; 4 * PART];
    for (place, part) in parts.iter().chain([&all]).enumerate() {
        digest[place * PART..(place + 1) * PART].copy_from_slice(part);
    }
    digest
}

/// Trees keep in `fields` what only Statamic's own API composes.
fn shows_fields(kind: Kind) -> bool {
    matches!(kind, Kind::Entry | Kind::Term | Kind::Global | Kind::Asset)
}

fn native(item: &Item) -> Vec<Cow<'_, str>> {
    let (fields, seo) = if shows_fields(item.kind) {
        (item.fields.as_deref(), item.seo.as_deref())
    } else {
        (None, None)
    };
    vec![item.summary.as_str().into(), text(fields), text(seo)]
}

fn statamic_texts(item: &Item) -> Vec<Cow<'_, str>> {
    let fields = item.fields.as_deref();
    vec![
        text(item.statamic.as_deref()),
        text(item.page.as_deref()),
        text(fields.filter(|_| !shows_fields(item.kind))),
    ]
}

fn listed(item: &Item) -> Vec<Cow<'_, str>> {
    let names = [
        &item.query,
        &item.localizes,
        &item.slug,
        &item.uri,
        &item.url,
        &item.permalink,
    ];
    let mut texts: Vec<Cow<'_, str>> = names.map(|name| text(name.as_deref())).into();
    for link in &item.links {
        let parts = [&link.field, &link.target, &link.text, &link.state];
        texts.extend(parts.map(|part| Cow::from(part.as_str())));
        texts.push(link.via.name().into());
    }
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
    for listed in &item.sitemap {
        texts.push(crate::seo::sitemap::element(&listed.page).into());
        texts.push(listed.rank.to_string().into());
    }
    for finding in &item.findings {
        texts.push(finding.code.into());
        texts.push(finding.detail.as_str().into());
    }
    texts.push(item.title.as_str().into());
    texts.push(date(item).to_string().into());
    texts.push(item.updated_at.unwrap_or(moment::ALWAYS).to_string().into());
    texts
}

fn everything_else(item: &Item, span: Span) -> Vec<Cow<'_, str>> {
    let moments = [span.valid.0, span.valid.1, span.visible.0, span.visible.1];
    let mut texts: Vec<Cow<'_, str>> = moments.map(|moment| moment.to_string().into()).into();
    texts.extend(item.needs.iter().map(|need| need.to_string().into()));
    texts.push(odd(item).into());
    texts
}

fn text(text: Option<&str>) -> Cow<'_, str> {
    text.unwrap_or("\u{1}").into()
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
const PARTS: [&str; 10] = [
    "summary",
    "body",
    "statamic",
    "made",
    "link",
    "field_value",
    "search",
    "search_rank",
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
        .flat_map(|row| sitemap::values(row.number, &row.item));
    writer.insert(sitemap::TABLE, urls.collect()).await?;
    let found = rows
        .iter()
        .flat_map(|row| findings::values(row.number, &row.item));
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
