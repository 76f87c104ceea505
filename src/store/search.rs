//! Full-text search: the newest matches, ranked, counted by facets, and a page of them shown with what was found.
//!
//! In: [`Query`]s. Out: [`Found`]. Two statements: one finds (each engine by an index of its own, in a file of its own), one
//! reads the page. What a match has to fulfil is asked of each, the newest first, until there are as many as are ranked, and
//! once more of those that say it all in their titles, however old they are; the index leads to those that can
//! (`search/marks.rs`). They are ranked here (`search/rank.rs`), by a line of text for each. It knows nothing of how a query
//! is written in a URL; what writes the index is in `search/index.rs`.

pub(super) mod index;
mod marks;
pub mod phrases;
mod postgres;
mod rank;
pub mod snippet;
pub mod sqlite;
pub mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::FromRow;

use super::audience::Audience;
use super::engine::Engine;
use super::list::filter::Filter;
use super::read::{Document, document, head, snapshot, visible};
use super::statement::Statement;
use super::{Error, Kind, Snapshot, Store};
use phrases::Phrases;
use rank::{Line, Wanted};

/// So many matches are ranked, the newest ones; there may be more.
pub const MOST_RANKED: usize = 500;

/// And so many of those with all of it in their titles, the newest ones again.
const MOST_TITLES: usize = 100;

/// Matches that all pages together show at most.
pub const MOST_FOUND: usize = MOST_RANKED + MOST_TITLES;

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

    /// The lines of the newest matches, and of those that say it in their titles, each list in one text: a row for each line
    /// would take longer to read than to find. One more of the newest than is ranked, to see whether there is more.
    fn candidates(&self, index: &Index, audience: &Audience) -> Statement {
        let mut statement = Statement::read("select (", audience);
        self.push_lines(index, Part::Title, MOST_TITLES, &mut statement);
        statement.push(") as titles, (");
        self.push_lines(index, Part::All, MOST_RANKED + 1, &mut statement);
        statement.push(") as newest, (select number from generation where id = 1) as generation");
        statement.walks = true;
        statement
    }

    fn push_lines(&self, index: &Index, part: Part, most: usize, statement: &mut Statement) {
        statement.push(concat!(
            "select string_agg(c.line, '\n') from (select ",
            rank::line!(),
            " as line from "
        ));
        statement.push(index.from);
        statement.push(concat!(" and ", visible!("r")));
        if self.among.iter().any(|(_, filter)| !filter.is_empty()) {
            statement.push(index.join);
        }
        statement.push(" where ");
        (index.push_matches)(self, part, statement);
        for (index, (kind, filter)) in self.among.iter().enumerate() {
            statement.push(if index == 0 { " and (" } else { " or " });
            statement.push("r.kind = ");
            statement.push_value(kind.name());
            filter.push(statement);
        }
        let number = index.number;
        statement.push(&format!(") order by {number} desc limit {most}) c"));
    }
}

/// Where in an item what is looked for has to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    Title,
}

impl Part {
    /// A word as it stands in the index.
    fn word(self, word: &str) -> Cow<'_, str> {
        match self {
            Self::All => Cow::Borrowed(word),
            Self::Title => Cow::Owned(format!("{TITLE}{word}")),
        }
    }
}

/// What the words of titles begin with in the index, where they stand once more: no word of a text has it.
const TITLE: char = '¶';

/// How an engine finds matches. Items are numbered in the order of their dates, as far as one import knows them.
struct Index {
    /// The index, and `search_rank r`.
    from: &'static str,
    /// `item i` beside them, for what filters ask of it.
    join: &'static str,
    /// The number of a match.
    number: &'static str,
    /// What a match of a query fulfils.
    push_matches: fn(&Query, Part, &mut Statement),
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

/// The lines of candidates.
#[derive(Default, FromRow)]
struct Lines {
    titles: Option<String>,
    newest: Option<String>,
}

impl Lines {
    /// Each candidate once, and whether there are more than these.
    fn read(&self) -> (Vec<Line<'_>>, bool) {
        let [newest, titles] = [&self.newest, &self.titles].map(|lines| {
            lines
                .as_deref()
                .unwrap_or_default()
                .lines()
                .filter_map(Line::read)
        });
        let mut lines: Vec<Line<'_>> = newest.collect();
        // The newest come first: the last line may be one too many.
        let has_more = lines.len() > MOST_RANKED;
        lines.truncate(MOST_RANKED);
        if has_more {
            let known: HashSet<i64> = lines.iter().map(|line| line.number).collect();
            lines.extend(titles.filter(|line| !known.contains(&line.number)));
        }
        (lines, has_more)
    }
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
        let candidates = self.candidates(query, audience).await?;
        let (mut lines, has_more) = candidates.read();
        let wanted = Wanted::of(&query.phrases);
        lines.sort_by_cached_key(|line| line.rank(&wanted));
        let page = lines.iter().skip(query.offset).take(query.limit);
        let numbers: Vec<i64> = page.map(|line| line.number).collect();
        let shown = self.shown(&numbers, query, audience).await?;
        Ok(shown.map(|hits| Found {
            hits,
            total: lines.len(),
            has_more,
            facets: facets(&lines),
        }))
    }

    async fn candidates(&self, query: &Query, audience: &Audience) -> Result<Lines, Error> {
        let index = match &self.engine {
            Engine::Sqlite(_) => &sqlite::INDEX,
            Engine::Postgres(_) => &postgres::INDEX,
        };
        let statement = query.candidates(index, audience);
        let found: Vec<Lines> = self.engine.records(statement).await?;
        Ok(found.into_iter().next().unwrap_or_default())
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

/// How many items have each value of a facet.
fn facets(lines: &[Line<'_>]) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut counts: Vec<(&str, HashMap<&str, usize>)> = Vec::new();
    for (name, value) in lines.iter().flat_map(Line::facets) {
        // There are few names.
        let known = counts.iter().position(|(known, _)| *known == name);
        let place = known.unwrap_or_else(|| {
            counts.push((name, HashMap::new()));
            counts.len() - 1
        });
        *counts[place].1.entry(value).or_default() += 1;
    }
    let owned = |(value, count): (&str, usize)| (value.to_owned(), count);
    let of_name = counts.into_iter();
    of_name
        .map(|(name, values)| (name.to_owned(), values.into_iter().map(owned).collect()))
        .collect()
}
