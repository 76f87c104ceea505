//! Many rows by one statement: a list of `values` as long as a statement takes.

use crate::store::statement::{Statement, Value};

/// Values of one statement at most: far below what the engine takes.
const MOST_VALUES: usize = 8192;

/// An `insert` of many rows that is being put together.
pub(super) struct Insert<'t> {
    target: &'t str,
    statement: Statement,
}

impl<'t> Insert<'t> {
    pub(super) fn into(target: &'t str) -> Self {
        Self {
            target,
            statement: Self::begin(target),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.statement.values.is_empty()
    }

    pub(super) fn has_room_for(&self, row: &[Value]) -> bool {
        self.is_empty() || self.statement.values.len() + row.len() <= MOST_VALUES
    }

    pub(super) fn add(&mut self, row: Vec<Value>) {
        self.statement
            .push(if self.is_empty() { "(" } else { ", (" });
        self.statement.push_values(row);
        self.statement.push(")");
    }

    /// The statement so far; another one begins.
    pub(super) fn take(&mut self) -> Statement {
        std::mem::replace(&mut self.statement, Self::begin(self.target))
    }

    fn begin(target: &str) -> Statement {
        let mut statement = Statement::new("insert into ");
        statement.push(target);
        statement.push(" values ");
        statement
    }
}
