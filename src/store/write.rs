//! The rows of a replacement, written many at a time.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::mem::take;

use super::engine::Writer;
use super::log::{PART, Parts, Version};
use super::search::index::{self, Folded};
use super::statement::{Statement, Value};
use super::values::{self, Key, Keys};
use super::{Error, Item, Kind, Link, findings, id_key, moment, sitemap};
use crate::fields::splice;

/// Bytes of a text by which things are found or sorted: three of them fit into a row of an index.
const LONGEST_KEY: usize = 800;

/// An item with what can be worked out of it before it has its place among the others: by whoever compiled it, on all
/// cores.
#[derive(Debug)]
pub struct Ready {
    /// The item.
    pub item: Item,
    parts: [Part; Parts::COUNT],
    pub(super) field_names: String,
    /// Those of its values.
    pub(super) keys: Vec<Key>,
    pub(super) folded: Option<Folded>,
}

impl From<Item> for Ready {
    fn from(item: Item) -> Self {
        let keys: Vec<Key> = item.values.iter().map(|datum| datum.value.key()).collect();
        Self {
            parts: parts(&item, &keys),
            field_names: names(item.fields.as_deref()),
            folded: Folded::of(&item),
            keys,
            item,
        }
    }
}

impl From<Ready> for Item {
    fn from(ready: Ready) -> Self {
        ready.item
    }
}

/// An item with all that its row has beside it.
pub(super) struct ItemRow {
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) span: Span,
    pub(super) hash: Digest,
    pub(super) changed_at: i64,
    pub(super) field_names: String,
    pub(super) keys: Keys,
    pub(super) folded: Option<Folded>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// One of them.
type Part = [u8; PART];

impl Ready {
    /// The hashes of a row.
    pub(super) fn digest(&self, span: Span) -> Digest {
        let all = everything_else(&self.item, &self.keys, span);
        let mut digest = [0; (Parts::COUNT + 1) * PART];
        for (place, part) in self.parts.iter().chain([&all]).enumerate() {
            digest[place * PART..(place + 1) * PART].copy_from_slice(part);
        }
        digest
    }
}

fn parts(item: &Item, keys: &[Key]) -> [Part; Parts::COUNT] {
    let (native, statamic) = (native(item), statamic_texts(item));
    [
        native,
        statamic,
        listed(item, native, keys),
        queried(item, statamic),
        linked(item),
        mapped(item),
        reported(item),
    ]
}

/// A hash of texts, which tells where each ends.
#[derive(Default)]
struct Texts {
    hasher: blake3::Hasher,
    has_some: bool,
}

impl Texts {
    fn add_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.hasher.update(&bytes.len().to_le_bytes()).update(bytes);
        self.has_some = true;
        self
    }

    fn add(&mut self, text: &str) -> &mut Self {
        self.add_bytes(text.as_bytes())
    }

    fn add_some(&mut self, text: Option<&str>) -> &mut Self {
        self.add(text.unwrap_or("\u{1}"))
    }

    fn add_number(&mut self, number: i64) -> &mut Self {
        self.add_bytes(&number.to_le_bytes())
    }

    /// All zeros where nothing was added.
    fn part(&self) -> Part {
        let mut part = [0; PART];
        if self.has_some {
            part.copy_from_slice(&self.hasher.finalize().as_bytes()[..PART]);
        }
        part
    }
}

/// Those that are there, each in its place; nothing where none is.
fn some(texts: &[Option<&str>]) -> Part {
    let mut hashed = Texts::default();
    if texts.iter().any(Option::is_some) {
        for text in texts {
            hashed.add_some(*text);
        }
    }
    hashed.part()
}

/// Trees keep in `fields` what only Statamic's own API composes.
fn shows_fields(kind: Kind) -> bool {
    matches!(kind, Kind::Entry | Kind::Term | Kind::Global | Kind::Asset)
}

/// Whether the native API shows such things.
fn is_native(kind: Kind) -> bool {
    !matches!(kind, Kind::User | Kind::Form)
}

fn native(item: &Item) -> Part {
    if !is_native(item.kind) {
        return Part::default();
    }
    let (fields, seo) = if shows_fields(item.kind) {
        (item.fields.as_deref(), item.seo.as_deref())
    } else {
        (None, None)
    };
    let mut texts = Texts::default();
    texts.add(&item.summary).add_some(fields).add_some(seo);
    texts.part()
}

/// A collection's tree names its entries, hidden ones too, which the answer leaves out: what it shows of them has the shape
/// of the native one.
fn statamic_texts(item: &Item) -> Part {
    if item.kind == Kind::CollectionTree {
        return some(&[Some(&item.summary)]);
    }
    let fields = item.fields.as_deref();
    some(&[
        item.statamic.as_deref(),
        item.page.as_deref(),
        fields.filter(|_| !shows_fields(item.kind)),
    ])
}

/// What is shown, and all else that native lists and searches go by.
fn listed(item: &Item, native: Part, keys: &[Key]) -> Part {
    let mut texts = Texts::default();
    if is_native(item.kind) {
        texts.add_bytes(&native);
        add_sorted_by(item, keys, &mut texts);
    }
    texts.part()
}

/// What lists and searches sort, filter and find it by.
fn add_sorted_by(item: &Item, keys: &[Key], texts: &mut Texts) {
    let names = [
        &item.localizes,
        &item.slug,
        &item.uri,
        &item.url,
        &item.permalink,
    ];
    for name in names {
        texts.add_some(name.as_deref());
    }
    if let Some(searchable) = &item.search {
        texts.add(&searchable.headings).add(&searchable.text);
        for (name, value) in &searchable.facets {
            texts.add(name).add(value);
        }
    }
    for (datum, (key, whole)) in item.values.iter().zip(keys) {
        texts.add(&datum.path).add(key).add_some(whole.as_deref());
    }
    texts
        .add(&item.title)
        .add_number(date(item))
        .add_number(item.updated_at.unwrap_or(moment::ALWAYS));
}

/// What `/api` shows, and what its lists filter and sort by.
fn queried(item: &Item, statamic: Part) -> Part {
    let (shown, query) = (
        [item.statamic.as_deref(), item.page.as_deref()],
        item.query.as_deref(),
    );
    let shown = if shows_fields(item.kind) {
        statamic
    } else {
        some(&shown)
    };
    let mut texts = Texts::default();
    if shown != Part::default() || query.is_some() {
        texts.add_bytes(&shown).add_some(query);
    }
    texts.part()
}

/// The references that a public list shows: those to entries that are there, and those that lead nowhere.
fn linked(item: &Item) -> Part {
    let is_shown = |link: &&Link| match link.state.as_str() {
        "draft" => false,
        "ok" => link.target.starts_with("entry::"),
        _ => true,
    };
    let mut texts = Texts::default();
    for link in item.links.iter().filter(is_shown) {
        add_link(link, &mut texts);
    }
    if texts.has_some {
        texts.add_number(date(item));
    }
    texts.part()
}

fn add_link(link: &Link, texts: &mut Texts) {
    for part in [&link.field, &link.target, &link.text, &link.state] {
        texts.add(part);
    }
    texts.add(link.via.name());
}

fn mapped(item: &Item) -> Part {
    let mut texts = Texts::default();
    for listed in &item.sitemap {
        texts.add(&crate::seo::sitemap::element(&listed.page));
        texts.add(&listed.rank.to_string());
    }
    texts.part()
}

/// Findings, and how the report names what they are of.
fn reported(item: &Item) -> Part {
    let mut texts = Texts::default();
    for finding in &item.findings {
        texts
            .add(finding.code)
            .add(&finding.detail)
            .add_number(finding.same);
    }
    if texts.has_some {
        texts
            .add_some(item.url.as_deref())
            .add_some(item.permalink.as_deref());
    }
    texts.part()
}

fn everything_else(item: &Item, keys: &[Key], span: Span) -> Part {
    let mut texts = Texts::default();
    for moment in [span.valid.0, span.valid.1, span.visible.0, span.visible.1] {
        texts.add_number(moment);
    }
    for need in &item.needs {
        texts.add_number(*need);
    }
    for link in &item.links {
        add_link(link, &mut texts);
    }
    texts.add(&odd(item));
    texts.add_some(item.fields.as_deref().filter(|_| !shows_fields(item.kind)));
    if !is_native(item.kind) {
        texts.add(&item.summary);
        add_sorted_by(item, keys, &mut texts);
    }
    texts.part()
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
    index::delete(writer, numbers).await?;
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

/// Inserts rows with their texts, links and values; what is inserted of them once is not there afterwards.
pub(super) async fn insert(writer: &mut Writer, rows: &mut [ItemRow]) -> Result<(), Error> {
    writer.insert(ITEM, each(rows, item)).await?;
    writer.insert(SUMMARY, each(rows, summary)).await?;
    writer.insert(BODY, each(rows, body)).await?;
    writer.insert(STATAMIC, each(rows, statamic)).await?;
    writer.insert(MADE, each(rows, made)).await?;
    let links = rows.iter().flat_map(links).collect();
    writer.insert(LINK, links).await?;
    index::insert(writer, rows).await?;
    let urls = rows
        .iter()
        .flat_map(|row| sitemap::values(row.number, tie(row), &row.item));
    writer.insert(sitemap::TABLE, urls.collect()).await?;
    let found = rows
        .iter()
        .flat_map(|row| findings::values(row.number, source(row), &row.item));
    writer.insert(findings::TABLE, found.collect()).await?;
    let values = rows.iter_mut().flat_map(|row| {
        let keys = take(&mut row.keys);
        values::rows(row.number, date(&row.item), keys)
    });
    writer.insert(VALUE, values.collect()).await
}

fn each(rows: &mut [ItemRow], values: fn(&mut ItemRow) -> Vec<Value>) -> Vec<Vec<Value>> {
    rows.iter_mut().map(values).collect()
}

const ITEM: &str = "item (number, kind, owner, id, site, localizes, slug, uri, url, permalink, title_key, date, updated_at,
    position, own_order, valid_from, valid_until, visible_from, visible_until, changed_at, field_names, hash)";

fn item(row: &mut ItemRow) -> Vec<Value> {
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
        row.field_names.as_str().into(),
        row.hash.to_vec().into(),
    ]
}

const SUMMARY: &str = "summary (number, object)";

fn summary(row: &mut ItemRow) -> Vec<Value> {
    vec![row.number.into(), take(&mut row.item.summary).into()]
}

const BODY: &str = "body (number, fields, seo)";

fn body(row: &mut ItemRow) -> Vec<Value> {
    let item = &mut row.item;
    vec![
        row.number.into(),
        item.fields.take().into(),
        item.seo.take().into(),
    ]
}

const STATAMIC: &str = "statamic (number, query, object, page)";

fn statamic(row: &mut ItemRow) -> Vec<Value> {
    let item = &mut row.item;
    vec![
        row.number.into(),
        item.query.take().into(),
        item.statamic.take().into(),
        item.page.take().into(),
    ]
}

const VALUE: &str = "field_value (number, path, key, whole, date)";

const MADE: &str = "made (number, needs, problems)";

fn made(row: &mut ItemRow) -> Vec<Value> {
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

/// Its date as lists sort by it.
pub(super) fn date(item: &Item) -> i64 {
    item.date.map_or(moment::ALWAYS, moment::stored)
}
