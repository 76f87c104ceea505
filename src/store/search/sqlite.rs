//! The index of full-text search in `SQLite`: an FTS5 table without content, of words that were folded before.
//!
//! In: [`Query`]s and rows. Out: statements. What was typed arrives as words of letters and digits alone, each between
//! double quotes, so that no text can be syntax.

use std::borrow::Cow;

use super::super::Error;
use super::super::engine::Writer;
use super::super::statement::{Statement, Value};
use super::index::Row;
use super::phrases::Phrase;
use super::{Index, Part, Query, TITLE, marks};

/// A number of a match leads to its row; the index itself goes from the newest on.
pub(super) const INDEX: Index = Index {
    from: "search_index cross join search_rank r on r.number = search_index.rowid",
    join: " cross join item i on i.number = r.number",
    number: "search_index.rowid",
    push_matches: |query, part, statement| {
        statement.push("search_index match (");
        push_expression(query, part, statement);
        statement.push(")");
    },
};

/// A beginning that more words have is looked up by the index itself, which gathers all that it finds: what is made of few
/// words is walked from the newest on, like a word.
const MOST_WORDS: usize = 500;

/// Letters of a beginning that is a word of the index itself, once for each item: it is what is asked for while somebody types,
/// and more words begin so than can be looked up.
const LETTERS: usize = 3;

/// What such a beginning begins with in the index: no word of a text has it.
const BEGINNING: char = '…';

/// Adds rows to the index, which sorts its words anew for each statement.
pub(super) async fn insert(writer: &mut Writer, rows: &[Row<'_>]) -> Result<(), Error> {
    let row = |row: &Row<'_>| -> Vec<Value> { vec![row.number.into(), words_of(row).into()] };
    writer
        .insert_later(
            "search_index (rowid, words)",
            rows.iter().map(row).collect(),
        )
        .await
}

/// Takes everything out of the index.
pub(super) async fn clear(writer: &mut Writer) -> Result<(), Error> {
    let clear = Statement::new("insert into search_index (search_index) values ('delete-all')");
    writer.execute(clear).await
}

/// Makes one list of each word's places, of those that each statement left: a search for a beginning goes through the lists
/// of all its words.
pub(super) async fn merge(writer: &mut Writer) -> Result<(), Error> {
    writer.insert_waiting().await?;
    let merge = Statement::new("insert into search_index (search_index) values ('optimize')");
    writer.execute(merge).await
}

/// Takes rows out of the index.
pub(super) async fn delete(writer: &mut Writer, numbers: &[i64]) -> Result<(), Error> {
    let mut statement = Statement::new("delete from search_index where rowid in (");
    statement.push_values(numbers.iter().copied());
    statement.push(")");
    writer.execute(statement).await
}

/// The words of a row, something between its parts and its marks that no phrase reaches over.
fn words_of(row: &Row<'_>) -> String {
    let mut parts = row.parts().to_vec();
    let beginnings = beginnings(&parts);
    parts.extend([beginnings, row.marks.join(" ")].map(Cow::from));
    parts.join(&format!(" {} ", marks::SIGN))
}

/// The beginnings of all words, each once.
fn beginnings(parts: &[Cow<'_, str>]) -> String {
    let words = parts.iter().flat_map(|part| part.split_whitespace());
    let mut all: Vec<&str> = words.filter_map(beginning).collect();
    all.sort_unstable();
    all.dedup();
    let mut marked = String::with_capacity(all.len() * (LETTERS + 4));
    for one in all {
        marked.push(' ');
        marked.push(BEGINNING);
        marked.push_str(one);
    }
    marked
}

/// The first letters of a word that has as many, and what marks it as one of a title.
fn beginning(word: &str) -> Option<&str> {
    let last = LETTERS - 1 + usize::from(word.starts_with(TITLE));
    let (at, letter) = word.char_indices().nth(last)?;
    Some(&word[..at + letter.len_utf8()])
}

/// The expression of the index, as a text that is put together: what is looked for, with the marks of which one must be
/// there, and without what must not.
fn push_expression(query: &Query, part: Part, statement: &mut Statement) {
    push_phrases(&query.phrases.wanted, part, " AND ", statement);
    for marks in marks::wanted(query) {
        statement.push(" || ");
        statement.push_value(format!(" AND (\"{}\")", marks.join("\" OR \"")));
    }
    if !query.phrases.unwanted.is_empty() {
        statement.push(" || ' NOT ' || ");
        push_phrases(&query.phrases.unwanted, Part::All, " OR ", statement);
    }
}

fn push_phrases(phrases: &[Phrase], part: Part, between: &str, statement: &mut Statement) {
    statement.push("'('");
    for (index, phrase) in phrases.iter().enumerate() {
        if index > 0 {
            statement.push(&format!(" || '{between}'"));
        }
        statement.push(" || ");
        match phrase.words.as_slice() {
            [word] if phrase.is_prefix => {
                let word = part.word(word);
                if beginning(&word) == Some(&*word) {
                    statement.push_value(format!("\"{BEGINNING}{word}\""));
                } else {
                    push_beginning(&word, statement);
                }
            }
            words => {
                let star = if phrase.is_prefix { "*" } else { "" };
                let words: Vec<_> = words.iter().map(|word| part.word(word)).collect();
                statement.push_value(format!("\"{}\"{star}", words.join(" ")));
            }
        }
    }
    statement.push(" || ')'");
}

/// Any of the words that begin so, each found behind the one before it; where they are too many, the beginning itself.
fn push_beginning(word: &str, statement: &mut Statement) {
    statement.values.push(word.into());
    let begin = format!("${}", statement.values.len());
    let begins = format!("substr(w.term, 1, length({begin})) = {begin}");
    statement.push(&format!(
        "coalesce((with recursive w(term) as (
             select (select term from search_words where term >= {begin} limit 1)
             union all
             select (select term from search_words where term >= w.term || char(1) limit 1) from w where {begins}
             limit {MOST_WORDS} + 2
         ) select '(\"' || string_agg(w.term, '\" OR \"') || '\")' from w where {begins} having count(*) <= {MOST_WORDS}), "
    ));
    statement.push_value(format!("\"{word}\"*"));
    statement.push(")");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Kind;
    use crate::store::audience::Audience;
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
            phrases: Phrases::parse("a beg* begi* \"c d*\" -none"),
            among: vec![(Kind::Entry, filter.clone()), (Kind::Term, filter)],
            ..Query::default()
        };
        filters.map(query).collect()
    }

    #[tokio::test]
    async fn the_newest_matches_are_found_without_a_walk_or_a_sort() {
        for query in queries() {
            let everyone = Audience::public(Timestamp::UNIX_EPOCH);
            let text = query.candidates(&INDEX, &everyone).text;
            let plan = plan(&text).await;
            let scans: Vec<&str> = plan
                .lines()
                .filter(|step| {
                    step.contains("SCAN")
                        && !step.contains("VIRTUAL TABLE")
                        && *step != "SCAN c"
                        && *step != "SCAN w"
                        && *step != "SCAN CONSTANT ROW"
                })
                .collect();
            assert!(
                scans.is_empty() && !plan.contains("TEMP B-TREE"),
                "{text}\n{plan}"
            );
        }
    }

    #[test]
    fn the_beginnings_of_words_stand_in_the_index_once_each() {
        let parts = ["webs we", "¶webs ¶we", "été a web étés"].map(Cow::from);
        assert_eq!(beginnings(&parts), " …web …¶web …été");
        assert_eq!(beginning("¶we"), None);
    }

    #[test]
    fn whatever_is_typed_stands_between_quotes() {
        let query = Query {
            phrases: Phrases::parse("NEAR(a b) -\"x y\" title:c*"),
            ..Query::default()
        };
        let mut statement = Statement::new("");
        push_expression(&query, Part::All, &mut statement);
        assert_eq!(
            statement.text,
            "'(' || $1 || ' AND ' || $2 || ' AND ' || $3 || ')' || ' NOT ' || '(' || $4 || ')'"
        );
        let values = ["\"near a\"", "\"b\"", "\"title c\"*", "\"x y\""].map(Value::from);
        assert_eq!(statement.values, values);
    }
}
