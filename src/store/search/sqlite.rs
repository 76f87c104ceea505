//! The index of full-text search in `SQLite`: an FTS5 table without content, of words that were folded before.
//!
//! In: [`Query`]s and rows. Out: statements. What was typed arrives as words of letters and digits alone, each between
//! double quotes, so that no text can be syntax.

use super::super::Error;
use super::super::audience::Audience;
use super::super::engine::Writer;
use super::super::read::{head, visible};
use super::super::statement::{Statement, Value};
use super::phrases::Phrase;
use super::{Query, Row, marks, words};

/// The newest matches with their rank, the lower the better: `$3` is the expression. Rows of `item` are numbered in the
/// order of their dates, as far as one import knows them.
const CANDIDATES: &str = concat!(
    "select ",
    head!(),
    ", c.number, c.id, c.date, c.facets, c.score
     from generation g
     left join (select i.number, i.id, i.date, t.facets, bm25(search_index, 10.0, 4.0, 1.0, 0.0) as score
         from search_index
         cross join item i on i.number = search_index.rowid and ",
    visible!("i"),
    "
         cross join search t on t.number = i.number
         where search_index match $3"
);

/// The columns that hold words; marks stand beside them, in a column `facets`.
const WORDS: &str = "{title headings body}";

/// The statement of the candidates for a query.
pub(super) fn candidates(query: &Query, audience: &Audience) -> Statement {
    let mut statement = Statement::read(CANDIDATES, audience).bind(expression(query));
    query.push_rest("search_index.rowid", &mut statement);
    statement
}

/// Adds rows to the index, which sorts its words anew for each statement.
pub(super) async fn insert(writer: &mut Writer, rows: &[Row<'_>]) -> Result<(), Error> {
    let row = |row: &Row<'_>| -> Vec<Value> {
        vec![
            row.number.into(),
            words::folded(row.title).into(),
            words::folded(row.headings).into(),
            words::folded(row.body).into(),
            row.marks.join(" ").into(),
        ]
    };
    writer
        .insert_later(
            "search_index (rowid, title, headings, body, facets)",
            rows.iter().map(row).collect(),
        )
        .await
}

/// Takes everything out of the index.
pub(super) async fn clear(writer: &mut Writer) -> Result<(), Error> {
    let clear = Statement::new("insert into search_index (search_index) values ('delete-all')");
    writer.execute(clear).await
}

/// Takes rows out of the index.
pub(super) async fn delete(writer: &mut Writer, numbers: &[i64]) -> Result<(), Error> {
    let mut statement = Statement::new("delete from search_index where rowid in (");
    statement.push_values(numbers.iter().copied());
    statement.push(")");
    writer.execute(statement).await
}

fn expression(query: &Query) -> String {
    let every = |phrases: &[Phrase], between: &str| {
        let phrases: Vec<String> = phrases.iter().map(phrase).collect();
        format!("{WORDS} : ({})", phrases.join(between))
    };
    let mut expression = every(&query.phrases.wanted, " AND ");
    for marks in marks::wanted(query) {
        let any = marks.join("\" OR \"");
        expression = format!("{expression} AND facets : (\"{any}\")");
    }
    if !query.phrases.unwanted.is_empty() {
        let unwanted = every(&query.phrases.unwanted, " OR ");
        expression = format!("({expression}) NOT {unwanted}");
    }
    expression
}

fn phrase(phrase: &Phrase) -> String {
    let star = if phrase.is_prefix { "*" } else { "" };
    format!("\"{}\"{star}", phrase.words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Kind;
    use crate::store::list::filter::{Filter, one_of_each};
    use crate::store::read::plan;
    use crate::store::search::phrases::Phrases;
    use jiff::Timestamp;

    /// Searches with no condition, with one of each kind, and with groups.
    fn queries() -> Vec<Query> {
        let alone = one_of_each().into_iter().map(|one| vec![one]);
        let groups = Filter {
            all: Vec::new(),
            any: alone.clone().collect(),
        };
        let filters = alone.map(|all| Filter {
            all,
            any: Vec::new(),
        });
        let filters = filters.chain([Filter::default(), groups]);
        let query = |filter: Filter| Query {
            phrases: Phrases::parse("a"),
            among: vec![(Kind::Entry, filter.clone()), (Kind::Term, filter)],
            ..Query::default()
        };
        filters.map(query).collect()
    }

    #[tokio::test]
    async fn the_newest_matches_are_found_without_a_walk_or_a_sort() {
        for query in queries() {
            let text = candidates(&query, &Audience::public(Timestamp::UNIX_EPOCH)).text;
            let plan = plan(&text).await;
            let scans: Vec<&str> = plan
                .lines()
                .filter(|step| {
                    step.contains("SCAN")
                        && !step.contains("VIRTUAL TABLE")
                        && !step.starts_with("SCAN c ")
                })
                .collect();
            assert!(
                scans.is_empty() && !plan.contains("TEMP B-TREE"),
                "{text}\n{plan}"
            );
        }
    }

    #[test]
    fn whatever_is_typed_stands_between_quotes() {
        let query = Query {
            phrases: Phrases::parse("NEAR(a b) -\"x y\" title:c*"),
            ..Query::default()
        };
        assert_eq!(
            expression(&query),
            "({title headings body} : (\"near a\" AND \"b\" AND \"title c\"*)) NOT {title headings body} : (\"x y\")"
        );
    }
}
