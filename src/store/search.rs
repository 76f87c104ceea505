//! Full-text search: the newest matches, ranked, counted by facets, and a page of them shown with what was found.
//!
//! In: [`Query`]s. Out: [`Found`]. Two statements: one finds and ranks (each engine its own way, in a file of its own), one
//! reads the page. What a match has to fulfil is asked of each, the newest first, until there are as many as are ranked;
//! the index leads to those that can (`search/marks.rs`). It knows nothing of how a query is written in a URL.

mod marks;
pub mod phrases;
mod postgres;
pub mod snippet;
pub mod sqlite;
pub mod words;

use std::collections::{BTreeMap, HashMap};

use sqlx::FromRow;

use super::audience::Audience;
use super::engine::{Engine, Writer};
use super::list::filter::Filter;
use super::read::{Document, document, head, snapshot, visible};
use super::statement::{Statement, Value};
use super::write::ItemRow;
use super::{Error, Kind, Snapshot, Store};
use phrases::Phrases;

/// So many matches are ranked, the newest ones; there may be more.
pub const MOST_RANKED: usize = 1000;

/// A search that is asked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is looked for; where nothing is wanted, nothing is found.
    pub phrases: Phrases,
    /// Only entries of these collections, where some are given.
    pub collections: Vec<String>,
    /// Only what is in this site.
    pub site: Option<String>,
    /// The kinds that are found, and what a match of each has to fulfil.
    pub among: Vec<(Kind, Filter)>,
    /// Matches that are passed over.
    pub offset: usize,
    /// At most this many.
    pub limit: usize,
    /// Whether `fields` and `seo` are wanted.
    pub bodies: bool,
}

impl Default for Query {
    /// Entries and terms, whatever they are.
    fn default() -> Self {
        Self {
            phrases: Phrases::default(),
            collections: Vec::new(),
            site: None,
            among: [Kind::Entry, Kind::Term]
                .map(|kind| (kind, Filter::default()))
                .into(),
            offset: 0,
            limit: 0,
            bodies: false,
        }
    }
}

impl Query {
    /// Whether anything can be found.
    fn is_possible(&self) -> bool {
        !self.phrases.wanted.is_empty() && !self.among.is_empty()
    }

    /// Ends the statement of the candidates: what the item `i` has to fulfil, and the newest by its number; one more than
    /// is ranked, to see whether there is more.
    fn push_rest(&self, number: &str, statement: &mut Statement) {
        for (index, (kind, filter)) in self.among.iter().enumerate() {
            statement.push(if index == 0 { " and (" } else { " or " });
            statement.push("i.kind = ");
            statement.push_value(kind.name());
            filter.push(statement);
        }
        let most = MOST_RANKED + 1;
        statement.push(&format!(
            ") order by {number} desc limit {most}) c on true where g.id = 1"
        ));
    }
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
    marks: Vec<String>,
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
        if !query.is_possible() {
            let shown = self.shown(&[], query, audience).await?;
            return Ok(shown.map(|_| Found::default()));
        }
        let ranked = self.ranked(query, audience).await?;
        let page = ranked.value.iter().take(MOST_RANKED);
        let page = page.skip(query.offset).take(query.limit);
        let numbers: Vec<i64> = page.map(|candidate| candidate.number).collect();
        let shown = self.shown(&numbers, query, audience).await?;
        let found = found(&ranked.value);
        Ok(shown.map(|hits| Found { hits, ..found }))
    }

    /// The best candidates first; one more than is ranked, where there are more.
    async fn ranked(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Candidate>>, Error> {
        let statement = match &self.engine {
            Engine::Sqlite(_) => sqlite::candidates(query, audience),
            Engine::Postgres(_) => postgres::candidates(query, audience),
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
        let keys = keys_between(writer, after, last.number).await?;
        after = last.number;
        let facets: Vec<_> = stored.iter().map(Stored::pairs).collect();
        let rows = stored.iter().zip(&facets);
        let rows: Vec<Row<'_>> = rows
            .map(|(stored, facets)| stored.row(facets, keys.get(&stored.number)))
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
    let keys = row.keys.keys().map(|(path, key)| (*path, key.as_str()));
    Some(Row {
        number: row.number,
        title: &row.item.title,
        headings: &searchable.headings,
        body: &searchable.text,
        facets: &searchable.facets,
        marks: marks::of(&searchable.facets, keys),
    })
}

impl Stored {
    fn pairs(&self) -> Vec<(String, String)> {
        pairs(&self.facets)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn row<'a>(
        &'a self,
        facets: &'a [(String, String)],
        keys: Option<&Vec<(i64, String)>>,
    ) -> Row<'a> {
        let keys = keys.map_or(&[][..], Vec::as_slice).iter();
        Row {
            number: self.number,
            title: &self.title,
            headings: &self.headings,
            body: &self.body,
            facets,
            marks: marks::of(facets, keys.map(|(path, key)| (*path, key.as_str()))),
        }
    }
}

fn pairs(facets: &str) -> impl Iterator<Item = (&str, &str)> {
    facets.lines().filter_map(|line| line.split_once('\t'))
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
