//! `PostgreSQL`: the server that a URL names, a pool that only reads, a connection of its own for each write, its schema.
//!
//! What a read answers is never older than what was read before it, whichever server stands behind the URL by then.

mod bulk;
pub(in crate::store) mod failure;

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row as _, Transaction};

use super::Row;
use crate::store::Error;
use crate::store::statement::{Statement, Value};

/// Connections that read: enough for every worker of a usual machine, few enough for many nodes on one server.
const READERS: u32 = 8;

/// How long a read waits for a connection: a server that starts anew is there again by then.
const CONNECTED_WITHIN: Duration = Duration::from_secs(2);

/// A read that takes longer is given up: the network may have swallowed the answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(12);

/// Rows of one insert that may change how a table is best read.
const MANY: usize = 100;

/// Begins to read at one moment.
const READ: &str = "begin isolation level repeatable read read only";

/// How often, and how long apart, a server that is behind what was read before is asked again.
const BEHIND: (u32, Duration) = (10, Duration::from_millis(50));

/// What a session is told, unless its URL tells it otherwise. One that does not know a setting goes without it.
const READING: [(&str, &str); 3] = [
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "10s"),
    ("jit", "off"),
];

/// A writer that falls silent loses its transaction, so that another one can write; one whose machine is gone, sooner.
const WRITING: [(&str, &str); 6] = [
    ("statement_timeout", "10min"),
    ("lock_timeout", "1min"),
    ("idle_in_transaction_session_timeout", "10min"),
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
];

/// One database of a server.
#[derive(Clone, Debug)]
pub(in crate::store) struct Postgres {
    readers: PgPool,
    options: PgConnectOptions,
    writable: bool,
    /// The newest generation that was read.
    newest: Arc<AtomicI64>,
}

/// A connection in a transaction; if it is dropped, the database is as it was.
pub(in crate::store) struct Writer {
    connection: PgConnection,
    /// Tables that got many rows: how these are spread is not known yet.
    grown: BTreeSet<String>,
}

impl Postgres {
    /// Whether a text names a database of this engine.
    pub(super) fn is_named_by(database: &str) -> bool {
        database.starts_with("postgres://") || database.starts_with("postgresql://")
    }

    pub(super) async fn open(database: &str) -> Result<Self, Error> {
        let options = options(database)?;
        let mut connection = connect(&options, &WRITING).await?;
        migrate(&mut connection, &options).await?;
        connection.close().await?;
        Ok(Self::reading(options, true))
    }

    pub(super) async fn open_read_only(database: &str) -> Result<Self, Error> {
        let options = options(database)?;
        let mut connection = connect(&options, &READING).await?;
        let (found, known) = (schema(&mut connection).await?, newest());
        connection.close().await?;
        let path = shown(&options).into();
        match found.cmp(&known) {
            std::cmp::Ordering::Less => Err(Error::OlderSchema { path, found, known }),
            std::cmp::Ordering::Equal => Ok(Self::reading(options, false)),
            std::cmp::Ordering::Greater => Err(Error::NewerSchema { path, found, known }),
        }
    }

    pub(super) fn is_writable(&self) -> bool {
        self.writable
    }

    /// What a statement answers, of no older generation than any answer before.
    pub(super) async fn rows(&self, statement: &Statement) -> Result<Vec<Row>, Error> {
        let mut tries = Tries::default();
        loop {
            let newest = self.newest.load(Ordering::SeqCst);
            let read = self.read(statement).await;
            let found = read.as_ref().ok().and_then(|rows| generation(rows));
            let behind = found.is_some_and(|found| found < newest);
            if !tries.another(read.as_ref().err(), behind).await {
                return self.noted(read, found, newest).map(rows);
            }
        }
    }

    /// The same, in a transaction in which more can be read of the same generation.
    pub(super) async fn begin(
        &self,
        statement: &Statement,
    ) -> Result<(Transaction<'static, sqlx::Postgres>, Vec<Row>, i64), Error> {
        let mut tries = Tries::default();
        loop {
            let newest = self.newest.load(Ordering::SeqCst);
            let read = self.begin_to_read(statement).await;
            let found = read.as_ref().ok().map(|(.., found)| *found);
            let behind = found.is_some_and(|found| found < newest);
            if !tries.another(read.as_ref().err(), behind).await {
                let (transaction, read, generation) = self.noted(read, found, newest)?;
                return Ok((transaction, rows(read), generation));
            }
        }
    }

    pub(super) async fn writer(&self) -> Result<Writer, Error> {
        let mut connection = connect(&self.options, &WRITING).await?;
        sqlx::raw_sql("begin isolation level read committed")
            .execute(&mut connection)
            .await?;
        Ok(Writer {
            connection,
            grown: BTreeSet::new(),
        })
    }

    /// A connection that sees the database as it is now, whatever is written meanwhile.
    pub(super) async fn reader(&self) -> Result<PgConnection, Error> {
        let mut connection = connect(&self.options, &[]).await?;
        sqlx::raw_sql(READ).execute(&mut connection).await?;
        Ok(connection)
    }

    fn reading(options: PgConnectOptions, writable: bool) -> Self {
        let told = options.clone();
        let readers = PgPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(CONNECTED_WITHIN)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let options = told.clone();
                Box::pin(async move { tell(connection, &options, &READING).await })
            })
            .connect_lazy_with(options.clone());
        Self {
            readers,
            options,
            writable,
            newest: Arc::default(),
        }
    }

    async fn read(&self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        fetch(&mut *self.readers.acquire().await?, statement).await
    }

    /// Begins with a statement; with what it answers comes the generation that all is of.
    async fn begin_to_read(
        &self,
        statement: &Statement,
    ) -> Result<(Transaction<'static, sqlx::Postgres>, Vec<PgRow>, i64), sqlx::Error> {
        let mut transaction = self.readers.begin_with(READ).await?;
        let rows = fetch(&mut transaction, statement).await?;
        let found = match generation(&rows) {
            Some(found) => found,
            None => {
                sqlx::query_scalar("select number from generation where id = 1")
                    .fetch_one(&mut *transaction)
                    .await?
            }
        };
        Ok((transaction, rows, found))
    }

    /// An answer, if it is not older than what was read before it.
    fn noted<T>(
        &self,
        read: Result<T, sqlx::Error>,
        found: Option<i64>,
        newest: i64,
    ) -> Result<T, Error> {
        let answer = read?;
        match found {
            Some(found) if found < newest => Err(Error::Behind { found, newest }),
            found => {
                self.newest
                    .fetch_max(found.unwrap_or(newest), Ordering::SeqCst);
                Ok(answer)
            }
        }
    }
}

/// The tries of one read.
struct Tries {
    lost: u32,
    behind: u32,
}

impl Default for Tries {
    /// One connection that is gone is seldom alone: as often as all others of the pool may be gone with it.
    fn default() -> Self {
        Self {
            lost: READERS + 1,
            behind: BEHIND.0,
        }
    }
}

impl Tries {
    /// Whether it is worth to read again; it is time for it then.
    async fn another(&mut self, failed: Option<&sqlx::Error>, behind: bool) -> bool {
        let left = match failed {
            Some(error) if failure::passes_at_once(error) => &mut self.lost,
            None if behind => &mut self.behind,
            _ => return false,
        };
        if *left == 0 {
            return false;
        }
        *left -= 1;
        if failed.is_none() {
            tokio::time::sleep(BEHIND.1).await;
        }
        true
    }
}

impl Writer {
    pub(super) async fn execute(&mut self, statement: &Statement) -> Result<(), Error> {
        query(statement).execute(&mut self.connection).await?;
        Ok(())
    }

    pub(super) async fn rows(&mut self, statement: &Statement) -> Result<Vec<Row>, Error> {
        Ok(rows(
            query(statement).fetch_all(&mut self.connection).await?,
        ))
    }

    /// Inserts many rows by one statement: its text is the same however many they are.
    pub(super) async fn insert(
        &mut self,
        target: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        if rows.len() >= MANY {
            let table = target.split(' ').next().unwrap_or(target);
            self.grown.insert(table.to_owned());
        }
        bulk::insert(&mut self.connection, target, rows).await
    }

    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        let commit = sqlx::raw_sql("commit");
        commit.execute(&mut self.connection).await?;
        Ok(())
    }

    /// Finds out how the tables are spread that got many rows.
    pub(super) async fn settle(&mut self) {
        for table in &self.grown {
            let analyze = AssertSqlSafe(format!("analyze {table}"));
            if let Err(error) = sqlx::raw_sql(analyze).execute(&mut self.connection).await {
                tracing::debug!("{table} is not analyzed: {error}");
            }
        }
    }

    pub(super) async fn close(self) -> Result<(), Error> {
        self.connection.close().await?;
        Ok(())
    }
}

/// The generation that an answer is of, where its statement asked for it.
fn generation(rows: &[PgRow]) -> Option<i64> {
    rows.first()?.try_get("generation").ok()
}

pub(super) fn rows(read: Vec<PgRow>) -> Vec<Row> {
    read.into_iter().map(Row::Postgres).collect()
}

/// What a statement answers, given up where the network may have swallowed it.
pub(super) async fn fetch(
    connection: &mut PgConnection,
    statement: &Statement,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let answer = query(statement).fetch_all(connection);
    tokio::time::timeout(ANSWERED_WITHIN, answer)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}

fn query(statement: &Statement) -> Query<'_, sqlx::Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.text.clone()));
    statement
        .values
        .iter()
        .fold(query, |query, value| match value {
            Value::Integer(value) => query.bind(*value),
            Value::Text(value) => query.bind(value.as_deref().map(bulk::text)),
            Value::Bytes(value) => query.bind(value.as_slice()),
            Value::Boolean(value) => query.bind(*value),
        })
}

fn options(database: &str) -> Result<PgConnectOptions, Error> {
    let options = PgConnectOptions::from_str(database);
    let options = options.map_err(|cause| Error::Unreachable {
        database: "that was named".into(),
        cause,
    })?;
    Ok(options.application_name("rhapsode"))
}

/// A database's name for messages: without user and password.
fn shown(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    format!("{}:{}/{database}", options.get_host(), options.get_port())
}

async fn connect(
    options: &PgConnectOptions,
    settings: &[(&str, &str)],
) -> Result<PgConnection, Error> {
    let connected = async {
        // An import's statements are long, and its end is what it waits for: nothing to be warned of.
        let options_of_writes = options.clone().disable_statement_logging();
        let mut connection = options_of_writes.connect().await?;
        tell(&mut connection, options, settings).await?;
        Ok(connection)
    };
    let connected = tokio::time::timeout(ANSWERED_WITHIN, connected).await;
    connected
        .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
        .map_err(|cause| Error::Unreachable {
            database: shown(options),
            cause,
        })
}

/// Tells a session what it is told unless its URL already did.
async fn tell(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    settings: &[(&str, &str)],
) -> Result<(), sqlx::Error> {
    let own = options.get_options().unwrap_or_default();
    for (name, value) in settings.iter().filter(|(name, _)| !own.contains(name)) {
        let set = AssertSqlSafe(format!("set {name} = '{value}'"));
        match sqlx::raw_sql(set).execute(&mut *connection).await {
            Err(error) if !failure::is_unknown_setting(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("migrations/postgres");
    // It would be an advisory lock, which not every server that speaks this protocol has.
    migrations.set_locking(false);
    migrations
}

/// Two programs may migrate at once; one of them fails, and finds all done when it looks again.
async fn migrate(connection: &mut PgConnection, options: &PgConnectOptions) -> Result<(), Error> {
    let mut tries = 3;
    loop {
        tries -= 1;
        let path = shown(options).into();
        match migrations().run(&mut *connection).await {
            Ok(()) => return Ok(()),
            Err(MigrateError::VersionMissing(found)) => {
                let known = newest();
                return Err(Error::NewerSchema { path, found, known });
            }
            Err(cause) if tries == 0 => return Err(Error::Migration { path, cause }),
            Err(_) => tokio::time::sleep(Duration::from_millis(300)).await,
        }
    }
}

async fn schema(connection: &mut PgConnection) -> Result<i64, Error> {
    let version = sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations");
    match version.fetch_one(connection).await {
        Err(error) if failure::is_unknown_table(&error) => Ok(0),
        version => Ok(version?),
    }
}

fn newest() -> i64 {
    let versions = migrations();
    versions
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}
