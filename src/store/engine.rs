//! The engine that runs statements: an enum, so that a second one is a second variant. What engines do each their own
//! way (opening, full-text search) has a file for each; everything else is one text for all.

pub(super) mod sqlite;

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, FromRow, Row as _, Type};

use super::statement::{Statement, Value};
use super::{Error, Store};
use sqlite::Sqlite;

/// A database that was opened.
#[derive(Clone, Debug)]
pub(super) enum Engine {
    Sqlite(Sqlite),
}

/// A new file in the place of the one that is read, opened and of this program's schema.
pub struct Renewed(sqlite::Readers);

/// The one connection that writes, in one transaction from its beginning to [`Writer::commit`].
pub(super) enum Writer {
    Sqlite(sqlite::Writer),
}

/// Reads that see one moment; nothing is written in it.
pub(super) enum Transaction {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
}

/// One row of an answer.
pub(super) enum Row {
    Sqlite(SqliteRow),
}

/// A type that a column of either engine can be read as.
pub(super) trait Column: for<'r> Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite> {}

impl<T> Column for T where T: for<'r> Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite> {}

/// A type that a row of either engine can be read as.
pub(super) trait Record: for<'r> FromRow<'r, SqliteRow> {}

impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> {}

impl Store {
    /// Opens a database for reading and writing: makes it and brings its schema up to date where needed.
    ///
    /// # Errors
    /// If it cannot be opened, is of a newer schema, or is of an engine that is not known.
    pub async fn open(database: &str) -> Result<Self, Error> {
        let engine = Engine::Sqlite(Sqlite::open(database).await?);
        Ok(Self { engine })
    }

    /// Opens a database that was written before; nothing is changed in it.
    ///
    /// # Errors
    /// If it is not there, is of another schema, or is of an engine that is not known.
    pub async fn open_read_only(database: &str) -> Result<Self, Error> {
        let engine = Engine::Sqlite(Sqlite::open_read_only(database).await?);
        Ok(Self { engine })
    }

    /// The database anew, where its path names another file than the one that is read and the new one can be read.
    ///
    /// # Errors
    /// If there is a new one that cannot be read; the former one stays in use.
    pub async fn renewed(&self) -> Result<Option<Renewed>, Error> {
        match &self.engine {
            Engine::Sqlite(sqlite) => Ok(sqlite.renewed().await?.map(Renewed)),
        }
    }

    /// Reads from the new file from now on; what is being read from the former one is read to its end.
    pub fn take(&self, renewed: Renewed) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.take(renewed.0),
        }
    }

    /// How many files it has read from, one after the other; generations of one file say nothing about another's.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.epoch(),
        }
    }

    /// Leaves a database that is one file, without a journal beside it, to be copied and read anywhere. Where others have
    /// it open, it stays as it is.
    pub async fn seal(self) {
        match self.engine {
            Engine::Sqlite(sqlite) => sqlite.seal().await,
        }
    }

    /// Whether it was opened for writing.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.is_writable(),
        }
    }
}

impl Engine {
    /// What a statement answers, read outside of any transaction.
    pub(super) async fn rows_now(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(sqlite) => sqlite.rows(statement).await,
        }
    }

    /// Begins to read at one moment.
    pub(super) async fn begin(&self) -> Result<Transaction, Error> {
        match self {
            Self::Sqlite(sqlite) => Ok(Transaction::Sqlite(sqlite.begin().await?)),
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
        }
    }
}

impl Transaction {
    /// What a statement answers at its moment.
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(transaction) => sqlite::rows(&mut **transaction, statement).await,
        }
    }
}

impl Writer {
    /// Runs a statement that answers nothing.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.execute(statement).await,
        }
    }

    /// What a statement answers within the transaction.
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(writer) => writer.rows(statement).await,
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

    /// Inserts rows into `target`, a table with its columns between parentheses, many at a time.
    pub(super) async fn insert(
        &mut self,
        target: &'static str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        let mut insert = Insert::into(target);
        for row in rows {
            if !insert.has_room_for(&row) {
                self.execute(insert.take()).await?;
            }
            insert.add(row);
        }
        if insert.is_empty() {
            return Ok(());
        }
        self.execute(insert.take()).await
    }

    /// Makes what was written the truth.
    pub(super) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.commit().await,
        }
    }
}

impl Row {
    /// The value of a column.
    pub(super) fn get<T: Column>(&self, column: &str) -> Result<T, Error> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(column)?),
        }
    }

    /// The whole row as a value of a type.
    pub(super) fn record<T: Record>(&self) -> Result<T, Error> {
        match self {
            Self::Sqlite(row) => Ok(T::from_row(row)?),
        }
    }
}

/// Values of one statement at most: far below what either engine takes.
const MOST_VALUES: usize = 8192;

/// An `insert` of many rows that is being put together.
struct Insert {
    target: &'static str,
    statement: Statement,
}

impl Insert {
    fn into(target: &'static str) -> Self {
        Self {
            target,
            statement: Self::begin(target),
        }
    }

    fn begin(target: &'static str) -> Statement {
        let mut statement = Statement::new("insert into ");
        statement.push(target);
        statement.push(" values ");
        statement
    }

    fn is_empty(&self) -> bool {
        self.statement.values.is_empty()
    }

    fn has_room_for(&self, row: &[Value]) -> bool {
        self.is_empty() || self.statement.values.len() + row.len() <= MOST_VALUES
    }

    fn add(&mut self, row: Vec<Value>) {
        self.statement
            .push(if self.is_empty() { "(" } else { ", (" });
        self.statement.push_values(row);
        self.statement.push(")");
    }

    fn take(&mut self) -> Statement {
        std::mem::replace(&mut self.statement, Self::begin(self.target))
    }
}
