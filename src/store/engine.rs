//! The engine that runs statements, one of two. What engines do each their own way (opening, many rows at once,
//! full-text search) has a file for each; everything else is one text for both.

pub(super) mod postgres;
pub(super) mod sqlite;
pub(super) mod tables;

use std::sync::Arc;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Database, Decode, FromRow, Row as _, Type};

use super::statement::{Statement, Value};
use super::{Error, Store};
use postgres::Postgres;
use sqlite::Sqlite;

/// A database that was opened.
#[derive(Clone, Debug)]
pub(super) enum Engine {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

/// A new file in the place of the one that is read, opened and of this program's schema.
pub struct Renewed(sqlite::Readers);

/// The one connection that writes, in one transaction from its beginning to [`Writer::commit`], which nothing follows but
/// [`Writer::settle`] or [`Writer::close`].
pub(super) enum Writer {
    Sqlite(sqlite::Writer),
    Postgres(postgres::Writer),
}

/// Reads that see one moment; nothing is written in it.
pub(super) enum Transaction {
    Sqlite(sqlite::Lent),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// One row of an answer.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A type that a column of either engine can be read as.
pub(super) trait Column: ColumnOf<sqlx::Sqlite> + ColumnOf<sqlx::Postgres> {}

impl<T> Column for T where T: ColumnOf<sqlx::Sqlite> + ColumnOf<sqlx::Postgres> {}

/// A type that a column of one engine can be read as.
pub(super) trait ColumnOf<E: Database>: for<'r> Decode<'r, E> + Type<E> {}

impl<T, E: Database> ColumnOf<E> for T where T: for<'r> Decode<'r, E> + Type<E> {}

/// A type that a row of either engine can be read as.
pub(super) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl Store {
    /// Opens a database for reading and writing: makes it and brings its schema up to date where needed.
    ///
    /// # Errors
    /// If it cannot be opened, is of a newer schema, or is of an engine that is not known.
    pub async fn open(database: &str) -> Result<Self, Error> {
        let engine = if Postgres::is_named_by(database) {
            Engine::Postgres(Box::new(Postgres::open(database).await?))
        } else {
            Engine::Sqlite(Sqlite::open(database).await?)
        };
        Ok(Self {
            engine,
            written: Arc::default(),
        })
    }

    /// Opens a database that was written before; nothing is changed in it.
    ///
    /// # Errors
    /// If it is not there, is of another schema, or is of an engine that is not known.
    pub async fn open_read_only(database: &str) -> Result<Self, Error> {
        let engine = if Postgres::is_named_by(database) {
            Engine::Postgres(Box::new(Postgres::open_read_only(database).await?))
        } else {
            Engine::Sqlite(Sqlite::open_read_only(database).await?)
        };
        Ok(Self {
            engine,
            written: Arc::default(),
        })
    }

    /// The database anew, where its path names another file than the one that is read and the new one can be read.
    ///
    /// # Errors
    /// If there is a new one that cannot be read; the former one stays in use.
    pub async fn renewed(&self) -> Result<Option<Renewed>, Error> {
        match &self.engine {
            Engine::Sqlite(sqlite) => Ok(sqlite.renewed().await?.map(Renewed)),
            Engine::Postgres(_) => Ok(None),
        }
    }

    /// Reads from the new file from now on; what is being read from the former one is read to its end.
    pub fn take(&self, renewed: Renewed) {
        if let Engine::Sqlite(sqlite) = &self.engine {
            sqlite.take(renewed.0);
        }
    }

    /// How many files it has read from, one after the other; generations of one file say nothing about another's.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.engine.epoch()
    }

    /// Leaves a database that is one file, without a journal beside it, to be copied and read anywhere. Where others have
    /// it open, it stays as it is.
    pub async fn seal(self) {
        if let Engine::Sqlite(sqlite) = self.engine {
            sqlite.seal().await;
        }
    }

    /// Whether it was opened for writing.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.is_writable(),
            Engine::Postgres(postgres) => postgres.is_writable(),
        }
    }
}

impl Engine {
    /// What a statement answers, read outside of any transaction.
    pub(super) async fn rows_now(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(sqlite) => sqlite.rows(statement).await,
            Self::Postgres(postgres) => postgres.rows(&statement).await,
        }
    }

    /// Begins to read at one moment: what a first statement answers then, and the generation that all is of.
    pub(super) async fn begin(
        &self,
        statement: Statement,
    ) -> Result<(Transaction, Vec<Row>, i64), Error> {
        match self {
            Self::Sqlite(sqlite) => {
                let mut lent = sqlite.lend(&statement).await?;
                let (rows, generation) = lent.begin(statement).await?;
                Ok((Transaction::Sqlite(lent), rows, generation))
            }
            Self::Postgres(postgres) => {
                let (transaction, rows, generation) = postgres.begin(&statement).await?;
                Ok((Transaction::Postgres(transaction), rows, generation))
            }
        }
    }

    /// How many files it has read from.
    pub(super) fn epoch(&self) -> i64 {
        match self {
            Self::Sqlite(sqlite) => sqlite.epoch(),
            Self::Postgres(_) => 0,
        }
    }

    /// The same as values of one type.
    pub(super) async fn records<T: Record>(&self, statement: Statement) -> Result<Vec<T>, Error> {
        self.rows(statement)
            .await?
            .iter()
            .map(Row::record)
            .collect()
    }

    /// Begins to write; no one else writes until it is committed or dropped, and what is dropped was never written.
    pub(super) async fn writer(&self) -> Result<Writer, Error> {
        match self {
            Self::Sqlite(sqlite) => Ok(Writer::Sqlite(sqlite.writer().await?)),
            Self::Postgres(postgres) => Ok(Writer::Postgres(postgres.writer().await?)),
        }
    }
}

impl Transaction {
    /// What a statement answers at its moment.
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(lent) => lent.rows(statement).await,
            Self::Postgres(transaction) => {
                let read = postgres::fetch(transaction, &statement).await?;
                Ok(postgres::rows(read))
            }
        }
    }
}

impl Writer {
    /// Runs a statement that answers nothing.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.execute(statement).await,
            Self::Postgres(writer) => writer.execute(&statement).await,
        }
    }

    /// What a statement answers within the transaction.
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(writer) => writer.rows(statement).await,
            Self::Postgres(writer) => writer.rows(&statement).await,
        }
    }

    /// The same as values of one type.
    pub(super) async fn records<T: Record>(
        &mut self,
        statement: Statement,
    ) -> Result<Vec<T>, Error> {
        self.rows(statement)
            .await?
            .iter()
            .map(Row::record)
            .collect()
    }

    /// The one number that a statement answers.
    pub(super) async fn number(&mut self, statement: Statement) -> Result<i64, Error> {
        let rows = self.rows(statement).await?;
        rows.first().ok_or(sqlx::Error::RowNotFound)?.get("number")
    }

    /// Inserts rows into `target`, a table with its columns between parentheses, many at a time.
    pub(super) async fn insert(
        &mut self,
        target: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.insert(target, rows).await,
            Self::Postgres(writer) => writer.insert(target, rows).await,
        }
    }

    /// The same, but where one statement costs as much as hundreds of rows, they wait for more; none of them is to be read
    /// or deleted before the commit.
    pub(super) async fn insert_later(
        &mut self,
        target: &'static str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.insert_later(target, rows).await,
            Self::Postgres(writer) => writer.insert(target, rows).await,
        }
    }

    /// Inserts what waits for more.
    pub(super) async fn insert_waiting(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.insert_waiting().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Makes what was written the truth.
    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.commit().await,
            Self::Postgres(writer) => writer.commit().await,
        }
    }

    /// Tidies up after much was written and committed: nobody has to wait for it.
    pub(super) async fn settle(mut self) -> Result<(), Error> {
        match &mut self {
            Self::Sqlite(writer) => writer.settle().await,
            Self::Postgres(writer) => writer.settle().await,
        }
        self.close().await
    }

    /// Gives the connection back.
    pub(super) async fn close(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.close().await,
            Self::Postgres(writer) => writer.close().await,
        }
    }
}

impl Row {
    /// The value of a column.
    pub(super) fn get<T: Column>(&self, column: &str) -> Result<T, Error> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(column)?),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// The whole row as a value of a type.
    pub(super) fn record<T: Record>(&self) -> Result<T, Error> {
        match self {
            Self::Sqlite(row) => Ok(T::from_row(row)?),
            Self::Postgres(row) => Ok(T::from_row(row)?),
        }
    }
}
