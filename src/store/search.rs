//! Full-text search: the newest matches, ranked, counted by facets, and a page of them shown with what was found.
//!
//! In: [`Query`]s. Out: [`Found`]. Two statements: one finds and ranks (each engine its own way, in a file of its own), one
//! reads the page. It knows nothing of how a query is written in a URL.

pub mod phrases;
mod postgres;
pub mod snippet;
pub mod sqlite;
pub mod words;

use std::collections::{BTreeMap, HashMap};

use sqlx::FromRow;

use super::audience::Audience;
use super::engine::{Engine, Writer};
use super::read::{Document, document, head, snapshot, visible};
use super::statement::{Statement, Value};
use super::write::ItemRow;
use super::{Error, Snapshot, Store};
use phrases::Phrases;

/// So many matches are ranked, the newest ones; there may be more.
pub const MOST_RANKED: usize = 1000;

/// A search that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What is looked for; something must be wanted.
    pub phrases: Phrases,
    /// Facets that a match has, all of them: `collection`, `site`, `blueprint`, `taxonomy`, `term:TAXONOMY`, and a value.
    pub facets: Vec<(String, String)>,
    /// Matches that are passed over.
    pub offset: usize,
    /// At most this many.
    pub limit: usize,
    /// Whether `fields` and `seo` are wanted.
    pub bodies: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The page, the best first.
    pub hits: Vec<Hit>,
    /// How many there are on all pages, as far as they are ranked.
    pub total: usize,
    /// Whether there are more than were ranked: totals and facets are of the newest ones.
    pub has_more: bool,
    /// Facet → value → how many of the matches have it.
    pub facets: BTreeMap<String, BTreeMap<String, usize>>,
}

/// One match.
#[derive(Clone, Debug)]
pub struct Hit {
    /// `entry` or `term`.
    pub kind: String,
    /// The item.
    pub document: Document,
    /// Its title as HTML, with `<mark>`.
    pub title: String,
    /// The passage that says most of what was looked for, likewise.
    pub snippet: String,
}

/// A row of the index on its way in.
pub(super) struct Row<'a> {
    number: i64,
    title: &'a str,
    headings: &'a str,
    body: &'a str,
    facets: &'a [(String, String)],
}

/// What is found of an item, as it is stored.
#[derive(FromRow)]
struct Stored {
    number: i64,
    facets: String,
    title: String,
    headings: String,
    body: String,
}

#[derive(FromRow)]
struct Candidate {
    number: i64,
    id: String,
    date: i64,
    facets: String,
    score: f64,
}

#[derive(FromRow)]
struct HitRow {
    number: i64,
    kind: String,
    #[sqlx(flatten)]
    document: Document,
    found_title: String,
    found_headings: String,
    found_body: String,
}

impl Store {
    /// A page of what the audience may see of the matches, the best first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn search(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Found>, Error> {
        let ranked = self.ranked(query, audience).await?;
        let page = ranked.value.iter().take(MOST_RANKED);
        let page = page.skip(query.offset).take(query.limit);
        let numbers: Vec<i64> = page.map(|candidate| candidate.number).collect();
        let shown = self.shown(&numbers, query, audience).await?;
        let found = found(&ranked.value);
        Ok(shown.map(|hits| Found { hits, ..found }))
    }

    /// What is found where nothing is looked for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn nothing(&self, audience: &Audience) -> Result<Snapshot<Found>, Error> {
        let shown = self.shown(&[], &Query::default(), audience).await?;
        Ok(shown.map(|_| Found::default()))
    }

    /// The best candidates first; one more than is ranked, where there are more.
    async fn ranked(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Candidate>>, Error> {
        let most = i64::try_from(MOST_RANKED + 1).unwrap_or(i64::MAX);
        let statement = match &self.engine {
            Engine::Sqlite(_) => sqlite::candidates(query, most, audience),
            Engine::Postgres(_) => postgres::candidates(query, most, audience),
        };
        let mut found = snapshot::<Candidate>(&self.engine.rows(statement).await?)?;
        found.value.sort_by(|one, other| {
            let better = one.score.total_cmp(&other.score);
            let newer = || other.date.cmp(&one.date);
            better.then_with(newer).then_with(|| one.id.cmp(&other.id))
        });
        Ok(found)
    }

    async fn shown(
        &self,
        numbers: &[i64],
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Hit>>, Error> {
        let mut statement = Statement::read(
            concat!(
                "select ",
                head!(),
                ", i.kind, ",
                document!(),
                ", t.title as found_title, t.headings as found_headings, t.body as found_body
                 from generation g left join item i on ",
                visible!("i"),
                " and i.number in ("
            ),
            audience,
        );
        statement.push_values(numbers.iter().copied().chain([0]));
        statement.push(
            ") left join summary s on s.number = i.number
             left join search t on t.number = i.number
             left join body b on b.number = i.number and ",
        );
        statement.push_value(query.bodies);
        statement.push(" where g.id = 1");
        let rows = snapshot::<HitRow>(&self.engine.rows(statement).await?)?;
        Ok(rows.map(|rows| {
            let mut hits: HashMap<i64, Hit> = rows
                .into_iter()
                .map(|row| (row.number, row.into_hit(&query.phrases)))
                .collect();
            numbers
                .iter()
                .filter_map(|number| hits.remove(number))
                .collect()
        }))
    }
}

impl HitRow {
    fn into_hit(self, phrases: &Phrases) -> Hit {
        let passage = snippet::passage(&self.found_body, phrases)
            .or_else(|| snippet::passage(&self.found_headings, phrases));
        Hit {
            kind: self.kind,
            document: self.document,
            title: snippet::whole(&self.found_title, phrases),
            snippet: passage.unwrap_or_else(|| snippet::beginning(&self.found_body)),
        }
    }
}

fn found(candidates: &[Candidate]) -> Found {
    let ranked = &candidates[..candidates.len().min(MOST_RANKED)];
    let mut facets: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for candidate in ranked {
        for (name, value) in pairs(&candidate.facets) {
            let counts = facets.entry(name.to_owned()).or_default();
            *counts.entry(value.to_owned()).or_default() += 1;
        }
    }
    Found {
        hits: Vec::new(),
        total: ranked.len(),
        has_more: candidates.len() > MOST_RANKED,
        facets,
    }
}

/// Writes what is found of items, and what they are found by.
pub(super) async fn insert(writer: &mut Writer, rows: &[ItemRow]) -> Result<(), Error> {
    let mut found: Vec<Row<'_>> = rows.iter().filter_map(row).collect();
    found.sort_by_key(|row| row.number);
    if found.is_empty() {
        return Ok(());
    }
    let target = "search (number, facets, title, headings, body)";
    writer
        .insert(target, found.iter().map(Row::values).collect())
        .await?;
    index(writer, &found).await
}

/// Makes the index anew of what is found.
pub(super) async fn index_all(writer: &mut Writer) -> Result<(), Error> {
    if let Writer::Sqlite(_) = writer {
        sqlite::clear(writer).await?;
    }
    let mut after = i64::MIN;
    loop {
        let page = Statement::new(
            "select number, facets, title, headings, body from search where number > $1 order by number limit 200",
        );
        let stored: Vec<Stored> = writer.records(page.bind(after)).await?;
        let Some(last) = stored.last() else {
            return Ok(());
        };
        after = last.number;
        let facets: Vec<_> = stored.iter().map(Stored::pairs).collect();
        let rows = stored.iter().zip(&facets);
        let rows: Vec<Row<'_>> = rows.map(|(stored, facets)| stored.row(facets)).collect();
        index(writer, &rows).await?;
    }
}

async fn index(writer: &mut Writer, rows: &[Row<'_>]) -> Result<(), Error> {
    match writer {
        Writer::Sqlite(_) => sqlite::insert(writer, rows).await,
        Writer::Postgres(_) => postgres::insert(writer, rows).await,
    }
}

/// Takes items out of what is found; to be called before they are deleted.
pub(super) async fn delete(writer: &mut Writer, numbers: &[i64]) -> Result<(), Error> {
    match writer {
        Writer::Sqlite(_) => sqlite::delete(writer, numbers).await,
        // Its index refers to the items, and goes with them.
        Writer::Postgres(_) => Ok(()),
    }
}

fn row(row: &ItemRow) -> Option<Row<'_>> {
    let searchable = row.item.search.as_ref()?;
    Some(Row {
        number: row.number,
        title: &row.item.title,
        headings: &searchable.headings,
        body: &searchable.text,
        facets: &searchable.facets,
    })
}

impl Stored {
    fn pairs(&self) -> Vec<(String, String)> {
        pairs(&self.facets)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn row<'a>(&'a self, facets: &'a [(String, String)]) -> Row<'a> {
        Row {
            number: self.number,
            title: &self.title,
            headings: &self.headings,
            body: &self.body,
            facets,
        }
    }
}

fn pairs(facets: &str) -> impl Iterator<Item = (&str, &str)> {
    facets.lines().filter_map(|line| line.split_once('\t'))
}

/// A facet and its value as one word of the index.
fn token(name: &str, value: &str) -> String {
    let hash = blake3::hash(format!("{name}\t{value}").as_bytes());
    hash.to_hex()[..16].to_owned()
}

impl Row<'_> {
    fn values(&self) -> Vec<Value> {
        let facets = self.facets.iter();
        let facets: Vec<String> = facets
            .map(|(name, value)| format!("{name}\t{value}"))
            .collect();
        vec![
            self.number.into(),
            facets.join("\n").into(),
            self.title.into(),
            self.headings.into(),
            self.body.into(),
        ]
    }
}
