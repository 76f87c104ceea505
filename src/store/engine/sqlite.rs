//! `SQLite`: the file, a pool that only reads it, a connection of its own for each write, its schema.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::Row;
use crate::store::Error;
use crate::store::statement::{Statement, Value};

pub(in crate::store) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Enough for every worker of a usual machine to read at the same time.
const READERS: u32 = 4;

/// One file.
#[derive(Clone, Debug)]
pub(in crate::store) struct Sqlite {
    readers: SqlitePool,
    path: PathBuf,
    writable: bool,
}

/// A connection in a transaction; if it is dropped, the file is as it was.
pub(in crate::store) struct Writer {
    connection: SqliteConnection,
}

impl Sqlite {
    pub(super) async fn open(database: &str) -> Result<Self, Error> {
        let path = path_of(database)?;
        let unreadable = |cause| Error::Unreadable {
            path: path.clone(),
            cause,
        };
        let mut connection = writing(&path)
            .create_if_missing(true)
            .connect()
            .await
            .map_err(unreadable)?;
        migrate(&mut connection, &path).await?;
        connection.close().await?;
        Self::reading(path, true).await
    }

    pub(super) async fn open_read_only(database: &str) -> Result<Self, Error> {
        let path = path_of(database)?;
        let sqlite = Self::reading(path.clone(), false).await?;
        let (found, known) = (sqlite.schema().await?, newest());
        match found.cmp(&known) {
            std::cmp::Ordering::Less => Err(Error::OlderSchema { path, found, known }),
            std::cmp::Ordering::Equal => Ok(sqlite),
            std::cmp::Ordering::Greater => Err(Error::NewerSchema { path, found, known }),
        }
    }

    pub(super) fn is_writable(&self) -> bool {
        self.writable
    }

    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        let rows = query(statement).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(Row::Sqlite).collect())
    }

    pub(super) async fn writer(&self) -> Result<Writer, Error> {
        let connected = writing(&self.path).connect().await;
        let mut connection = connected.map_err(|cause| self.unreadable(cause))?;
        sqlx::query("begin immediate")
            .execute(&mut connection)
            .await?;
        Ok(Writer { connection })
    }

    async fn reading(path: PathBuf, writable: bool) -> Result<Self, Error> {
        let readers = match reading(&path, false).await {
            Err(_) if !writable => reading(&path, true).await,
            opened => opened,
        };
        let readers = readers.map_err(|cause| Error::Unreadable {
            path: path.clone(),
            cause,
        })?;
        Ok(Self {
            readers,
            path,
            writable,
        })
    }

    async fn schema(&self) -> Result<i64, Error> {
        let known = sqlx::query_scalar(
            "select count(*) from sqlite_master where name = '_sqlx_migrations'",
        );
        let tables: i64 = known
            .fetch_one(&self.readers)
            .await
            .map_err(|cause| self.unreadable(cause))?;
        if tables == 0 {
            return Ok(0);
        }
        Ok(
            sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations")
                .fetch_one(&self.readers)
                .await?,
        )
    }

    fn unreadable(&self, cause: sqlx::Error) -> Error {
        Error::Unreadable {
            path: self.path.clone(),
            cause,
        }
    }
}

impl Writer {
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<(), Error> {
        query(statement).execute(&mut self.connection).await?;
        Ok(())
    }

    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        let rows = query(statement).fetch_all(&mut self.connection).await?;
        Ok(rows.into_iter().map(Row::Sqlite).collect())
    }

    pub(super) async fn commit(mut self) -> Result<(), Error> {
        for end in ["commit", "pragma wal_checkpoint(truncate)"] {
            sqlx::query(end).execute(&mut self.connection).await?;
        }
        self.connection.close().await?;
        Ok(())
    }
}

fn query<'q>(statement: Statement) -> Query<'q, sqlx::Sqlite, SqliteArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.text));
    statement
        .values
        .into_iter()
        .fold(query, |query, value| match value {
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
            Value::Boolean(value) => query.bind(value),
        })
}

/// A write is one commit, so that `FULL` costs one sync; a power cut loses nothing that was reported as written.
fn writing(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        .pragma("journal_size_limit", "67108864")
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), Error> {
    let path = path.to_owned();
    match MIGRATIONS.run(connection).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) => Err(Error::NewerSchema {
            path,
            found,
            known: newest(),
        }),
        Err(MigrateError::Execute(cause)) => Err(Error::Unreadable { path, cause }),
        Err(cause) => Err(Error::Migration { path, cause }),
    }
}

fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

fn path_of(database: &str) -> Result<PathBuf, Error> {
    let path = match database.split_once(':') {
        Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((engine, rest)) if rest.starts_with("//") => {
            return Err(Error::Engine(engine.to_owned()));
        }
        _ => database,
    };
    PathBuf::from_str(path).map_err(|never| match never {})
}

/// A reader of a file in WAL mode keeps an index beside it; on a read-only medium it cannot, but nobody writes there, so
/// that the file may be taken as `immutable`.
async fn reading(path: &Path, immutable: bool) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(immutable)
        .pragma("query_only", "on")
        .busy_timeout(Duration::from_secs(5));
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .connect_with(options)
        .await
}
