//! The index of full-text search in `PostgreSQL`: a `tsvector` for each item, of words that were folded before.
//!
//! In: [`Query`]s and rows. Out: statements. What was typed arrives as words of letters and digits alone, each between
//! quotes, so that no text can be syntax. Titles weigh A, headings B, bodies C; marks stand beside them as D.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::Error;
use super::super::audience::Audience;
use super::super::engine::Writer;
use super::super::read::{head, visible};
use super::super::statement::Statement;
use super::phrases::Phrase;
use super::{Query, Row, marks, words};

/// The newest matches with their rank, the lower the better: `$3` is the expression, `$4` what of it counts. Rows of `item`
/// are numbered in the order of their dates, as far as one import knows them.
const CANDIDATES: &str = concat!(
    "select ",
    head!(),
    ", c.number, c.id, c.date, c.facets, c.score
     from generation g
     left join (select i.number, i.id, i.date, t.facets,
             -cast(ts_rank('{0, 0.1, 0.4, 1}', x.words, cast($4 as tsquery)) as double precision) as score
         from search_index x
         join item i on i.number = x.number and ",
    visible!("i"),
    "
         join search t on t.number = i.number
         where x.words @@ cast($3 as tsquery)"
);

/// Rows of one statement at most.
const MOST_ROWS: usize = 100;

/// Bytes of the words of one item: the engine takes a megabyte, places included.
const MOST_BYTES: usize = 900_000;

/// A longer word is none that anybody types.
const LONGEST_WORD: usize = 500;

/// Places between a title, headings and a body, so that no phrase reaches over.
const GAP: usize = 10;

/// The statement of the candidates for a query.
pub(super) fn candidates(query: &Query, audience: &Audience) -> Statement {
    let mut statement = Statement::read(CANDIDATES, audience)
        .bind(expression(query))
        .bind(words_wanted(query));
    query.push_rest("x.number", &mut statement);
    statement
}

/// Adds rows to the index.
pub(super) async fn insert(writer: &mut Writer, rows: &[Row<'_>]) -> Result<(), Error> {
    for rows in rows.chunks(MOST_ROWS) {
        let mut insert = Statement::new("insert into search_index (number, words) values ");
        for (index, row) in rows.iter().enumerate() {
            insert.push(if index == 0 { "(" } else { ", (" });
            insert.push_value(row.number);
            insert.push(", cast(");
            insert.push_value(vector(row));
            insert.push(" as tsvector))");
        }
        writer.execute(insert).await?;
    }
    Ok(())
}

/// A row's words with their places and weights.
fn vector(row: &Row<'_>) -> String {
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut place, mut bytes) = (1, 0);
    for (text, weight) in [(row.title, 'A'), (row.headings, 'B'), (row.body, 'C')] {
        for word in words::folded(text).split_whitespace() {
            bytes += if words.contains_key(word) {
                2
            } else {
                word.len() + 8
            };
            if bytes < MOST_BYTES && word.len() <= LONGEST_WORD {
                words
                    .entry(word.to_owned())
                    .or_default()
                    .push(format!("{place}{weight}"));
            }
            place += 1;
        }
        place += GAP;
    }
    for mark in &row.marks {
        let places = words.entry(mark.clone()).or_default();
        places.push("1D".to_owned());
    }
    let mut vector = String::new();
    for (word, places) in &words {
        write!(vector, "{}:{} ", quoted(word), places.join(","))
            .expect("writing to a String cannot fail");
    }
    vector
}

/// What is looked for.
fn words_wanted(query: &Query) -> String {
    let wanted: Vec<String> = query.phrases.wanted.iter().map(phrase).collect();
    wanted.join(" & ")
}

/// What is looked for, with the marks of which one must be there, and without what must not.
fn expression(query: &Query) -> String {
    let mut expression = words_wanted(query);
    for marks in marks::wanted(query) {
        let marks: Vec<String> = marks
            .iter()
            .map(|mark| format!("{}:D", quoted(mark)))
            .collect();
        write!(expression, " & ({})", marks.join(" | ")).expect("writing to a String cannot fail");
    }
    for unwanted in &query.phrases.unwanted {
        write!(expression, " & !{}", phrase(unwanted)).expect("writing to a String cannot fail");
    }
    expression
}

/// Words side by side, anywhere but among the marks.
fn phrase(phrase: &Phrase) -> String {
    let last = phrase.words.len() - 1;
    let word = |(index, word): (usize, &String)| {
        let star = if phrase.is_prefix && index == last {
            "*"
        } else {
            ""
        };
        format!("{}:{star}ABC", quoted(word))
    };
    let words: Vec<String> = phrase.words.iter().enumerate().map(word).collect();
    format!("({})", words.join(" <-> "))
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::search::phrases::Phrases;

    #[test]
    fn whatever_is_typed_stands_between_quotes() {
        let query = Query {
            phrases: Phrases::parse("NEAR(a b) -\"x y\" title:c*"),
            ..Query::default()
        };
        assert_eq!(
            expression(&query),
            "('near':ABC <-> 'a':ABC) & ('b':ABC) & ('title':ABC <-> 'c':*ABC) & !('x':ABC <-> 'y':ABC)"
        );
    }

    #[test]
    fn words_have_their_places_and_weights_and_marks_stand_beside_them() {
        let row = Row {
            number: 1,
            title: "A b",
            headings: "",
            body: "B",
            facets: &[],
            marks: vec!["m".into()],
        };
        let vector = vector(&row);
        assert!(
            vector.contains("'a':1A ") && vector.contains("'b':2A,23C "),
            "{vector}"
        );
        assert!(vector.contains("'m':1D "), "{vector}");
    }
}
