//! Opening the database: the file, its pools, its schema. A second engine would be an enum here, chosen by the URL.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use super::{Error, Store};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Enough for every worker of a usual machine to read at the same time.
const READERS: u32 = 4;

/// One `SQLite` file: a pool that only reads, and a connection of its own for each write.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pub(super) readers: SqlitePool,
    path: PathBuf,
    writable: bool,
}

impl Store {
    /// Opens a database for reading and writing: makes the file and brings its schema up to date where needed.
    ///
    /// # Errors
    /// If the file cannot be opened, is of a newer schema, or is no `SQLite` database.
    pub async fn open(database: &str) -> Result<Self, Error> {
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

    /// Opens a database that was written before; nothing is changed in it.
    ///
    /// # Errors
    /// If the file is not there, is of another schema, or is no `SQLite` database.
    pub async fn open_read_only(database: &str) -> Result<Self, Error> {
        let path = path_of(database)?;
        let store = Self::reading(path.clone(), false).await?;
        let (found, known) = (store.engine.schema().await?, newest());
        match found.cmp(&known) {
            std::cmp::Ordering::Less => Err(Error::OlderSchema { path, found, known }),
            std::cmp::Ordering::Equal => Ok(store),
            std::cmp::Ordering::Greater => Err(Error::NewerSchema { path, found, known }),
        }
    }

    /// Whether it was opened for writing.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.engine.writable
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
            engine: Sqlite {
                readers,
                path,
                writable,
            },
        })
    }
}

impl Sqlite {
    pub(super) async fn writer(&self) -> Result<SqliteConnection, Error> {
        let connected = writing(&self.path).connect().await;
        connected.map_err(|cause| Error::Unreadable {
            path: self.path.clone(),
            cause,
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
