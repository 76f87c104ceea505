//! What items are found by, on its way into the index: words as they are compared, marks, and the line that ranks an item.
//!
//! In: items, before they are written, or texts that are stored. Out: rows of `search`, of `search_rank` and of the index of
//! the engine. What of an item is found was decided by the importer.

use std::borrow::Cow;
use std::collections::HashMap;

use sqlx::FromRow;

use super::super::engine::Writer;
use super::super::statement::{Statement, Value};
use super::super::write::{self, ItemRow};
use super::super::{Error, Item, id_key};
use super::rank::Line;
use super::{Part, marks, postgres, rank, sqlite, words};

/// What an item is found and ranked by, worked out before it is written.
#[derive(Debug)]
pub(in super::super) struct Folded {
    words: [String; 3],
    line: String,
}

impl Folded {
    /// `None`: it is not found.
    pub(in super::super) fn of(item: &Item) -> Option<Self> {
        let searchable = item.search.as_ref()?;
        let texts = [&item.title, &searchable.headings, &searchable.text].map(String::as_str);
        let place = (write::date(item), &*id_key(&item.id));
        Some(Self {
            words: texts.map(words::folded),
            line: rank::written(place, texts, &searchable.facets),
        })
    }
}

/// A row of the index on its way in.
pub(super) struct Row<'a> {
    pub(super) number: i64,
    /// Of the title, of headings and of the text, as they are compared.
    pub(super) words: Cow<'a, [String; 3]>,
    pub(super) marks: Vec<String>,
}

impl Row<'_> {
    /// The words between which no phrase reaches: of the title, once more marked as such, of headings and of the text.
    pub(super) fn parts(&self) -> [Cow<'_, str>; 4] {
        let [title, headings, text] = self.words.each_ref().map(String::as_str);
        let marked: Vec<_> = title
            .split_whitespace()
            .map(|word| Part::Title.word(word))
            .collect();
        [
            title.into(),
            marked.join(" ").into(),
            headings.into(),
            text.into(),
        ]
    }
}

/// What is found of an item, as it is stored.
#[derive(FromRow)]
struct Stored {
    number: i64,
    line: String,
    title: String,
    headings: String,
    body: String,
}

/// Writes what is found of items, and what they are found by.
pub(in super::super) async fn insert(writer: &mut Writer, rows: &[ItemRow]) -> Result<(), Error> {
    let mut found: Vec<Row<'_>> = rows.iter().filter_map(row).collect();
    found.sort_by_key(|row| row.number);
    if found.is_empty() {
        return Ok(());
    }
    let target = "search (number, title, headings, body)";
    let stored = rows.iter().filter_map(texts).collect();
    writer.insert(target, stored).await?;
    let target = "search_rank (number, kind, id, visible_from, visible_until, valid_from, valid_until, line)";
    let ranks = rows.iter().filter_map(rank).collect();
    writer.insert(target, ranks).await?;
    index(writer, &found).await
}

/// Makes the index anew of what is found.
pub(in super::super) async fn rebuild(writer: &mut Writer) -> Result<(), Error> {
    if let Writer::Sqlite(_) = writer {
        sqlite::clear(writer).await?;
    }
    let mut after = i64::MIN;
    loop {
        let page = Statement::new(
            concat!(
                "select s.number, ",
                rank::line!(),
                " as line, s.title, s.headings, s.body from search s join search_rank r on r.number = s.number
                 where s.number > $1 order by s.number limit 200"
            ),
        );
        let stored: Vec<Stored> = writer.records(page.bind(after)).await?;
        let Some(last) = stored.last() else {
            return settle(writer).await;
        };
        let keys = keys_between(writer, after, last.number).await?;
        after = last.number;
        let rows: Vec<Row<'_>> = stored
            .iter()
            .map(|stored| stored.row(&stored.facets(), keys.get(&stored.number)))
            .collect();
        index(writer, &rows).await?;
    }
}

/// Path and key of each value of the items after a number, up to another one.
async fn keys_between(
    writer: &mut Writer,
    after: i64,
    last: i64,
) -> Result<HashMap<i64, Vec<(i64, String)>>, Error> {
    let statement = Statement::new(
        "select number, path, key from field_value where number > $1 and number <= $2",
    );
    let mut keys: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    for row in writer.rows(statement.bind(after).bind(last)).await? {
        let of_item = keys.entry(row.get("number")?).or_default();
        of_item.push((row.get("path")?, row.get("key")?));
    }
    Ok(keys)
}

async fn index(writer: &mut Writer, rows: &[Row<'_>]) -> Result<(), Error> {
    match writer {
        Writer::Sqlite(_) => sqlite::insert(writer, rows).await,
        Writer::Postgres(_) => postgres::insert(writer, rows).await,
    }
}

/// Makes searches as fast as they can be, once very much was written.
pub(in super::super) async fn settle(writer: &mut Writer) -> Result<(), Error> {
    match writer {
        Writer::Sqlite(_) => sqlite::merge(writer).await,
        // It does so by itself.
        Writer::Postgres(_) => Ok(()),
    }
}

/// Takes items out of what is found; to be called before they are deleted.
pub(in super::super) async fn delete(writer: &mut Writer, numbers: &[i64]) -> Result<(), Error> {
    match writer {
        Writer::Sqlite(_) => sqlite::delete(writer, numbers).await,
        // Its index refers to the items, and goes with them.
        Writer::Postgres(_) => Ok(()),
    }
}

fn row(row: &ItemRow) -> Option<Row<'_>> {
    let searchable = row.item.search.as_ref()?;
    let keys = row.keys.keys().map(|(path, key)| (*path, key.as_str()));
    Some(Row {
        number: row.number,
        words: Cow::Borrowed(&row.folded.as_ref()?.words),
        marks: marks::of(&searchable.facets, keys),
    })
}

/// The texts that what was found is shown by.
fn texts(row: &ItemRow) -> Option<Vec<Value>> {
    let searchable = row.item.search.as_ref()?;
    Some(vec![
        row.number.into(),
        row.item.title.as_str().into(),
        searchable.headings.as_str().into(),
        searchable.text.as_str().into(),
    ])
}

/// The row by which an item is ranked.
fn rank(row: &ItemRow) -> Option<Vec<Value>> {
    Some(vec![
        row.number.into(),
        row.item.kind.name().into(),
        row.id.as_str().into(),
        row.span.visible.0.into(),
        row.span.visible.1.into(),
        row.span.valid.0.into(),
        row.span.valid.1.into(),
        row.folded.as_ref()?.line.as_str().into(),
    ])
}

impl Stored {
    fn facets(&self) -> Vec<(String, String)> {
        let facets = Line::read(&self.line).into_iter();
        facets
            .flat_map(|line| line.facets())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn row(&self, facets: &[(String, String)], keys: Option<&Vec<(i64, String)>>) -> Row<'static> {
        let keys = keys.map_or(&[][..], Vec::as_slice).iter();
        let words = [&self.title, &self.headings, &self.body].map(String::as_str);
        Row {
            number: self.number,
            words: Cow::Owned(words.map(words::folded)),
            marks: marks::of(facets, keys.map(|(path, key)| (*path, key.as_str()))),
        }
    }
}
