//! The index of full-text search in `PostgreSQL`: a `tsvector` for each item, of words that were folded before.
//!
//! In: [`Query`]s and rows. Out: statements. What was typed arrives as words of letters and digits alone, each between
//! quotes, so that no text can be syntax. Marks stand beside the words without a place.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::Error;
use super::super::engine::Writer;
use super::super::statement::Statement;
use super::index::Row;
use super::phrases::Phrase;
use super::{Index, Part, Query, marks};

/// The planner chooses between the index of the words and a walk from the newest on.
pub(super) const INDEX: Index = Index {
    from: "search_index x join search_rank r on r.number = x.number",
    join: " join item i on i.number = r.number",
    number: "x.number",
    push_matches: |query, part, statement| {
        statement.push("x.words @@ cast(");
        statement.push_value(expression(query, part));
        statement.push(" as tsquery)");
    },
};

/// Rows of one statement at most.
const MOST_ROWS: usize = 100;

/// Bytes of the words of one item: the engine takes a megabyte, places included.
const MOST_BYTES: usize = 900_000;

/// A longer word is none that anybody types.
const LONGEST_WORD: usize = 500;

/// Places between a title, headings and a text, so that no phrase reaches over.
const GAP: usize = 10;

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

/// A row's words with their places.
fn vector(row: &Row<'_>) -> String {
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut place, mut bytes) = (1, 0);
    for text in row.parts() {
        for word in text.split_whitespace() {
            bytes += if words.contains_key(word) {
                2
            } else {
                word.len() + 8
            };
            if bytes < MOST_BYTES && word.len() <= LONGEST_WORD {
                let places = words.entry(word.to_owned()).or_default();
                places.push(place.to_string());
            }
            place += 1;
        }
        place += GAP;
    }
    for mark in &row.marks {
        words.entry(mark.clone()).or_default();
    }
    let mut vector = String::new();
    for (word, places) in &words {
        let colon = if places.is_empty() { "" } else { ":" };
        write!(vector, "{}{colon}{} ", quoted(word), places.join(","))
            .expect("writing to a String cannot fail");
    }
    vector
}

/// What is looked for, with the marks of which one must be there, and without what must not.
fn expression(query: &Query, part: Part) -> String {
    let wanted = query.phrases.wanted.iter();
    let wanted: Vec<String> = wanted.map(|wanted| phrase(wanted, part)).collect();
    let mut expression = wanted.join(" & ");
    for marks in marks::wanted(query) {
        let marks: Vec<String> = marks.iter().map(|mark| quoted(mark)).collect();
        write!(expression, " & ({})", marks.join(" | ")).expect("writing to a String cannot fail");
    }
    for unwanted in &query.phrases.unwanted {
        write!(expression, " & !{}", phrase(unwanted, Part::All))
            .expect("writing to a String cannot fail");
    }
    expression
}

/// Words side by side.
fn phrase(phrase: &Phrase, part: Part) -> String {
    let last = phrase.words.len() - 1;
    let word = |(index, word): (usize, &String)| {
        let star = if phrase.is_prefix && index == last {
            ":*"
        } else {
            ""
        };
        format!("{}{star}", quoted(&part.word(word)))
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
    use std::borrow::Cow;

    #[test]
    fn whatever_is_typed_stands_between_quotes() {
        let query = Query {
            phrases: Phrases::parse("NEAR(a b) -\"x y\" title:c*"),
            ..Query::default()
        };
        assert_eq!(
            expression(&query, Part::All),
            "('near' <-> 'a') & ('b') & ('title' <-> 'c':*) & !('x' <-> 'y')"
        );
    }

    #[test]
    fn words_have_their_places_and_marks_stand_beside_them() {
        let row = Row {
            number: 1,
            words: Cow::Owned(["a b", "", "b"].map(str::to_owned)),
            marks: vec!["§m".into()],
        };
        let vector = vector(&row);
        assert!(
            vector.contains("'a':1 ")
                && vector.contains("'b':2,35 ")
                && vector.contains("'¶b':14 "),
            "{vector}"
        );
        assert!(vector.contains("'§m' "), "{vector}");
    }
}
