//! Many rows by one statement: a column of each kind of value as an array, taken apart by `unnest`.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;

use crate::store::Error;
use crate::store::statement::Value;

/// Rows of one statement at most.
const MOST_ROWS: usize = 500;

/// One column of the rows that are gathered.
enum Column {
    Integer(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Vec<u8>>),
    Boolean(Vec<bool>),
}

/// Inserts rows into `target`, a table with its columns between parentheses.
pub(super) async fn insert(
    connection: &mut PgConnection,
    target: &str,
    rows: Vec<Vec<Value>>,
) -> Result<(), Error> {
    let mut rows = rows.into_iter();
    loop {
        let columns = gather(rows.by_ref().take(MOST_ROWS));
        if columns.is_empty() {
            return Ok(());
        }
        let arrays: Vec<String> = (1..)
            .zip(&columns)
            .map(|(number, column)| format!("${number}::{}[]", column.kind()))
            .collect();
        let text = format!(
            "insert into {target} select * from unnest({})",
            arrays.join(", ")
        );
        let query = sqlx::query(AssertSqlSafe(text));
        let query = columns
            .into_iter()
            .fold(query, |query, column| column.bound_to(query));
        query.execute(&mut *connection).await?;
    }
}

/// A text as this engine can keep it: the character NUL has no place in it.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn gather(rows: impl Iterator<Item = Vec<Value>>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for row in rows {
        if columns.is_empty() {
            columns = row.iter().map(Column::of).collect();
        }
        for (column, value) in columns.iter_mut().zip(row) {
            column.add(value);
        }
    }
    columns
}

impl Column {
    fn of(value: &Value) -> Self {
        match value {
            Value::Integer(_) => Self::Integer(Vec::new()),
            Value::Text(_) => Self::Text(Vec::new()),
            Value::Bytes(_) => Self::Bytes(Vec::new()),
            Value::Boolean(_) => Self::Boolean(Vec::new()),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Integer(_) => "bigint",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytea",
            Self::Boolean(_) => "boolean",
        }
    }

    fn add(&mut self, value: Value) {
        match (self, value) {
            (Self::Integer(column), Value::Integer(value)) => column.push(value),
            (Self::Text(column), Value::Text(value)) => {
                column.push(value.map(|value| text(&value).into_owned()));
            }
            (Self::Bytes(column), Value::Bytes(value)) => column.push(value),
            (Self::Boolean(column), Value::Boolean(value)) => column.push(value),
            (column, value) => unreachable!("{value:?} in a column of {}", column.kind()),
        }
    }

    fn bound_to(
        self,
        query: Query<'_, sqlx::Postgres, PgArguments>,
    ) -> Query<'_, sqlx::Postgres, PgArguments> {
        match self {
            Self::Integer(column) => query.bind(column),
            Self::Text(column) => query.bind(column),
            Self::Bytes(column) => query.bind(column),
            Self::Boolean(column) => query.bind(column),
        }
    }
}
