//! `SQLite`: the file, connections that only read it, a connection of its own for each write, its schema.

mod bulk;
mod connections;
mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteExecutor, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::Row;
use crate::store::Error;
use crate::store::statement::{Statement, Value};
pub(in crate::store) use connections::Lent;
use connections::{Connections, is_half_written};
use file::Identity;

pub(in crate::store) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Statements that a writer keeps prepared: those of an import, inserts of all lengths counted in.
const PREPARED: usize = 200;

/// Readers go on while something is written. The first import does without: what it adds to an empty file need not be
/// journaled, and is written once instead of twice.
const WAL: &str = "pragma journal_mode = wal";

/// Bytes of a page of a new file: bodies take few pages then.
const PAGE: u32 = 16_384;

/// Rows that are worth a statement of their own where each statement costs as much as hundreds of rows.
const ENOUGH: usize = 384;

/// Kibibytes of pages that a writer keeps in memory: what is written again and again is not to go out each time.
const CACHE: &str = "-32768";

/// Connections that answer, enough for every worker of a usual machine, and the kibibytes of pages that each of them keeps:
/// what they read is mostly read once, as its answer is kept.
const READERS: (u32, &str) = (4, "-1024");

/// Those of lists and searches: the indexes that they walk, and what is ranked among 100,000 entries, fit, which would be
/// read from the file each time.
const WALKERS: (u32, &str) = (2, "-49152");

/// One path, and the file that it names.
#[derive(Clone, Debug)]
pub(in crate::store) struct Sqlite {
    readers: Arc<RwLock<Readers>>,
    path: PathBuf,
    writable: bool,
}

/// Connections that read one file.
#[derive(Clone, Debug)]
pub(in crate::store) struct Readers {
    connections: Arc<Connections>,
    walkers: Arc<Connections>,
    file: Option<Identity>,
    epoch: i64,
}

/// A connection in a transaction; if it is dropped, the file is as it was.
pub(in crate::store) struct Writer {
    connection: SqliteConnection,
    /// Nothing was imported before, so that nobody has anything to read meanwhile.
    is_first: bool,
    /// Rows that wait for more of their kind, by what they are inserted into.
    waiting: BTreeMap<&'static str, Vec<Vec<Value>>>,
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
        let sqlite = Self::reading(path, false).await?;
        sqlite.check_schema(&sqlite.readers().connections).await?;
        Ok(sqlite)
    }

    pub(super) fn is_writable(&self) -> bool {
        self.writable
    }

    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        self.lend(&statement).await?.rows(statement).await
    }

    /// A connection for what begins with this statement.
    pub(super) async fn lend(&self, statement: &Statement) -> Result<Lent, Error> {
        let readers = self.readers();
        let connections = if statement.walks {
            readers.walkers
        } else {
            readers.connections
        };
        connections.lend().await
    }

    /// Who writes a file in place has it open; only where nobody does, another file may come into its place.
    pub(super) async fn renewed(&self) -> Result<Option<Readers>, Error> {
        let (former, file) = (self.readers(), Identity::of(&self.path));
        if self.writable || file.is_none() || file == former.file {
            return Ok(None);
        }
        let [connections, walkers] = connections(&self.path, false).await?;
        self.check_schema(&connections).await?;
        let epoch = former.epoch + 1;
        let is_still_there = Identity::of(&self.path) == file;
        Ok(is_still_there.then_some(Readers {
            connections,
            walkers,
            file,
            epoch,
        }))
    }

    pub(super) fn take(&self, readers: Readers) {
        *self.readers.write().unwrap_or_else(PoisonError::into_inner) = readers;
    }

    pub(super) fn epoch(&self) -> i64 {
        self.readers().epoch
    }

    pub(super) async fn seal(self) {
        let readers = self.readers();
        readers.connections.close().await;
        readers.walkers.close().await;
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .busy_timeout(Duration::ZERO);
        if let Ok(mut connection) = options.connect().await {
            let sealed = sqlx::query("pragma journal_mode = delete");
            if let Err(error) = sealed.execute(&mut connection).await {
                tracing::debug!("{} is open elsewhere: {error}", self.path.display());
            }
            // What cannot be closed is closed with the process.
            let _ = connection.close().await;
        }
    }

    fn readers(&self) -> Readers {
        self.readers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) async fn writer(&self) -> Result<Writer, Error> {
        let connected = writing(&self.path).connect().await;
        let mut connection = connected.map_err(|cause| self.unreadable(cause))?;
        let is_first = is_empty(&mut connection).await?;
        let begins: &[&str] = if is_first {
            &["begin immediate"]
        } else {
            &[WAL, "begin immediate"]
        };
        for begin in begins {
            sqlx::query(*begin).execute(&mut connection).await?;
        }
        Ok(Writer {
            connection,
            is_first,
            waiting: BTreeMap::new(),
        })
    }

    /// A connection that sees the file as it is now, whatever is written meanwhile.
    pub(super) async fn reader(&self) -> Result<SqliteConnection, Error> {
        let connected = reading(&self.path).connect().await;
        let mut connection = connected.map_err(|cause| self.unreadable(cause))?;
        sqlx::query("begin").execute(&mut connection).await?;
        Ok(connection)
    }

    async fn reading(path: PathBuf, writable: bool) -> Result<Self, Error> {
        let file = Identity::of(&path);
        let [connections, walkers] = connections(&path, writable).await?;
        let readers = Readers {
            connections,
            walkers,
            file,
            epoch: 0,
        };
        Ok(Self {
            readers: Arc::new(RwLock::new(readers)),
            path,
            writable,
        })
    }

    async fn check_schema(&self, connections: &Arc<Connections>) -> Result<(), Error> {
        let (path, known) = (self.path.clone(), newest());
        let found = self.schema(connections.lend().await?).await?;
        match found.cmp(&known) {
            std::cmp::Ordering::Less => Err(Error::OlderSchema { path, found, known }),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(Error::NewerSchema { path, found, known }),
        }
    }

    async fn schema(&self, mut lent: Lent) -> Result<i64, Error> {
        let mut number = async |text| {
            let rows = lent.rows(Statement::new(text)).await?;
            rows.first().ok_or(sqlx::Error::RowNotFound)?.get("number")
        };
        let tables = "select count(*) as number from sqlite_master where name = '_sqlx_migrations'";
        let tables: i64 = number(tables).await.map_err(|error| match error {
            Error::Database(cause) => self.unreadable(cause),
            other => other,
        })?;
        if tables == 0 {
            return Ok(0);
        }
        number("select coalesce(max(version), 0) as number from _sqlx_migrations").await
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
        rows(&mut self.connection, statement).await
    }

    /// Inserts many rows by few statements.
    pub(super) async fn insert(
        &mut self,
        target: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        for statement in bulk::inserts(target, rows) {
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Inserts rows once there are many of them, at the latest when it is committed.
    pub(super) async fn insert_later(
        &mut self,
        target: &'static str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        let waiting = self.waiting.entry(target).or_default();
        waiting.extend(rows);
        if waiting.len() < ENOUGH {
            return Ok(());
        }
        let rows = std::mem::take(waiting);
        self.insert(target, rows).await
    }

    /// Inserts the rows that wait for more.
    pub(super) async fn insert_waiting(&mut self) -> Result<(), Error> {
        for (target, rows) in std::mem::take(&mut self.waiting) {
            self.insert(target, rows).await?;
        }
        Ok(())
    }

    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        self.insert_waiting().await?;
        sqlx::query("commit").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Sees to the journal. What is written is written: that a reader is in its way does not undo it.
    pub(super) async fn settle(&mut self) {
        if let Err(error) = self.settle_journal().await {
            tracing::debug!("the journal is left as it is: {error}");
        }
    }

    pub(super) async fn close(self) -> Result<(), Error> {
        self.connection.close().await?;
        Ok(())
    }

    /// After a first import, gives readers what they need to go on during the next ones; after another, takes the journal
    /// over where no reader is in the way, and waits for none.
    async fn settle_journal(&mut self) -> Result<(), Error> {
        let ends: &[&str] = if self.is_first && !is_empty(&mut self.connection).await? {
            &[WAL]
        } else {
            &["pragma busy_timeout = 0", "pragma wal_checkpoint(truncate)"]
        };
        for end in ends {
            sqlx::query(*end).execute(&mut self.connection).await?;
        }
        Ok(())
    }
}

pub(super) async fn rows<'c>(
    of: impl SqliteExecutor<'c>,
    statement: Statement,
) -> Result<Vec<Row>, Error> {
    let rows = query(statement).fetch_all(of).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
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

/// Whether nothing was ever imported.
async fn is_empty(connection: &mut SqliteConnection) -> Result<bool, Error> {
    let empty = sqlx::query_scalar("select number = 0 from generation where id = 1");
    Ok(empty.fetch_one(connection).await?)
}

/// A write is one commit, so that `FULL` costs one sync; a power cut loses nothing that was reported as written. Rows refer
/// to their items by construction: to look each of fifty up would cost as much as to write it.
fn writing(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .page_size(PAGE)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(30))
        .statement_cache_capacity(PREPARED)
        .pragma("cache_size", CACHE)
        // A commit is the end of all that an import wrote: that it takes a while is nothing to be warned of.
        .disable_statement_logging()
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
/// that the file may be taken as `immutable`: but not one with a journal that says what to take back, which nobody would.
async fn connections(path: &Path, writable: bool) -> Result<[Arc<Connections>; 2], Error> {
    let opened = match open(&reading(path)).await {
        Err(error) if !writable && !is_half_written(&error) => {
            open(&reading(path).immutable(true)).await
        }
        opened => opened,
    };
    opened.map_err(|cause| Error::Unreadable {
        path: path.to_owned(),
        cause,
    })
}

async fn open(options: &SqliteConnectOptions) -> Result<[Arc<Connections>; 2], sqlx::Error> {
    let of = async |(count, cache)| {
        let options = options.clone().pragma("cache_size", cache);
        Connections::open(&options, count).await
    };
    Ok([of(READERS).await?, of(WALKERS).await?])
}

fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .pragma("query_only", "on")
        .busy_timeout(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_connection_keeps_its_pages_whatever_others_read() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let options: Vec<String> = sqlx::query_scalar("pragma compile_options")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let is_shared = options.iter().any(|one| one == "ENABLE_MEMORY_MANAGEMENT");
        assert!(
            !is_shared,
            "`.cargo/config.toml` says otherwise: {options:?}"
        );
    }
}
