//! Many rows by few statements, each of a text that was met before: `SQLite` parses a statement once per connection.
//!
//! Its values are anonymous (`?`): a named one is looked up among all the others, so that a thousand would be a million
//! comparisons.

use crate::store::statement::{Statement, Value};

/// Values of one statement at most: more make it no faster.
const MOST_VALUES: usize = 4096;

/// Statements that insert all rows into `target`, a table with its columns; a power of two of rows each, so that the texts
/// are few.
pub(super) fn inserts(target: &str, mut rows: Vec<Vec<Value>>) -> impl Iterator<Item = Statement> {
    let columns = rows.first().map_or(1, Vec::len).max(1);
    let most = (MOST_VALUES / columns).max(1);
    // The rows are taken from the end of the list: what comes first is what was first.
    rows.reverse();
    std::iter::from_fn(move || {
        let count = rows
            .len()
            .min(most)
            .checked_ilog2()
            .map(|power| 1 << power)?;
        let taken = rows.split_off(rows.len() - count);
        Some(insert(target, columns, taken))
    })
}

fn insert(target: &str, columns: usize, rows: Vec<Vec<Value>>) -> Statement {
    let row = format!("({})", vec!["?"; columns].join(","));
    // What fails ends the import: nothing has to be kept for taking back this statement alone.
    let mut statement = Statement::new("insert or rollback into ");
    statement.push(target);
    statement.push(" values ");
    statement.push(&vec![row.as_str(); rows.len()].join(","));
    statement.values = rows.into_iter().rev().flatten().collect();
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_their_order_by_statements_of_few_lengths() {
        let rows = (0..11).map(|n| vec![Value::from(n), Value::from(n * n)]);
        let statements: Vec<Statement> = inserts("t (a, b)", rows.collect()).collect();
        let lengths: Vec<usize> = statements.iter().map(|one| one.values.len() / 2).collect();
        assert_eq!(lengths, [8, 2, 1]);
        assert_eq!(
            statements[1].text,
            "insert or rollback into t (a, b) values (?,?),(?,?)"
        );
        let firsts = statements
            .iter()
            .flat_map(|one| one.values.iter().step_by(2));
        assert!(firsts.eq((0..11).map(Value::from).collect::<Vec<_>>().iter()));
    }

    #[test]
    fn no_statement_is_made_of_nothing() {
        assert_eq!(inserts("t (a)", Vec::new()).count(), 0);
    }
}
