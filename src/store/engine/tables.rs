//! Whole tables, for copying a database: what they are, and their rows, all of one moment.

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, FromRow};

use super::{Engine, Row, Writer};
use crate::store::Error;
use crate::store::statement::{Statement, Value};

/// Rows that are in memory at a time.
const BATCH: usize = 500;

/// A table with its columns.
pub(in crate::store) struct Table {
    pub(in crate::store) name: String,
    columns: Vec<Column>,
}

/// A column, and the type that `PostgreSQL` has for it.
struct Column {
    name: String,
    kind: String,
}

/// A connection that sees the database as it was when it began to read.
pub(in crate::store) enum Reader {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(FromRow)]
struct ColumnRow {
    table_name: String,
    column_name: String,
    data_type: String,
}

impl Engine {
    /// All tables; none where the engine does not know its columns' types.
    pub(in crate::store) async fn tables(&self) -> Result<Option<Vec<Table>>, Error> {
        let Self::Postgres(_) = self else {
            return Ok(None);
        };
        let columns = Statement::new(
            "select cast(table_name as text) as table_name, cast(column_name as text) as column_name,
             cast(data_type as text) as data_type from information_schema.columns
             where table_schema = current_schema() and is_generated = 'NEVER'
             order by table_name, ordinal_position",
        );
        let mut tables: Vec<Table> = Vec::new();
        for row in self.records::<ColumnRow>(columns).await? {
            if tables
                .last()
                .is_none_or(|table| table.name != row.table_name)
            {
                tables.push(Table {
                    name: row.table_name,
                    columns: Vec::new(),
                });
            }
            if let Some(table) = tables.last_mut() {
                table.columns.push(Column {
                    name: row.column_name,
                    kind: row.data_type,
                });
            }
        }
        Ok(Some(tables))
    }

    /// Begins to read whole tables.
    pub(in crate::store) async fn reader(&self) -> Result<Reader, Error> {
        match self {
            Self::Sqlite(sqlite) => Ok(Reader::Sqlite(sqlite.reader().await?)),
            Self::Postgres(postgres) => Ok(Reader::Postgres(postgres.reader().await?)),
        }
    }
}

impl Reader {
    /// The one number that a statement answers.
    pub(in crate::store) async fn number(&mut self, statement: &str) -> Result<i64, Error> {
        let first = self.stream(statement).try_next().await?;
        first.ok_or(sqlx::Error::RowNotFound)?.get("number")
    }

    /// Writes all rows of a table into the same table elsewhere.
    pub(in crate::store) async fn pour(
        &mut self,
        table: &Table,
        writer: &mut Writer,
    ) -> Result<(), Error> {
        let (target, select) = (table.target(), table.select());
        let mut rows = self.stream(&select);
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(row) = rows.try_next().await? {
            batch.push(table.values(&row)?);
            if batch.len() == BATCH {
                writer.insert(&target, std::mem::take(&mut batch)).await?;
            }
        }
        writer.insert(&target, batch).await
    }

    fn stream(&mut self, statement: &str) -> BoxStream<'_, Result<Row, sqlx::Error>> {
        let query = AssertSqlSafe(statement.to_owned());
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(query).fetch(connection);
                Box::pin(rows.map_ok(Row::Sqlite))
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(query).fetch(connection);
                Box::pin(rows.map_ok(Row::Postgres))
            }
        }
    }
}

impl Table {
    fn names(&self) -> String {
        let names: Vec<&str> = self
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        names.join(", ")
    }

    fn target(&self) -> String {
        format!("{} ({})", self.name, self.names())
    }

    fn select(&self) -> String {
        format!("select {} from {}", self.names(), self.name)
    }

    fn values(&self, row: &Row) -> Result<Vec<Value>, Error> {
        self.columns
            .iter()
            .map(|column| column.value(row))
            .collect()
    }
}

impl Column {
    fn value(&self, row: &Row) -> Result<Value, Error> {
        let name = self.name.as_str();
        Ok(match self.kind.as_str() {
            "bigint" => Value::Integer(row.get(name)?),
            "bytea" => Value::Bytes(row.get(name)?),
            "boolean" => Value::Boolean(row.get(name)?),
            _ => Value::Text(row.get(name)?),
        })
    }
}
