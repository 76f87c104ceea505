//! Connections that read one file: opened at once, kept for ever, lent to one reader at a time.
//!
//! A pool asks each connection that comes back whether it still lives, from a task of its own. One to a file does not die,
//! and to ask costs more than to read an entry.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::store::Error;
use crate::store::engine::Row;
use crate::store::statement::Statement;

/// The beginning of what sees one moment, and which that is.
const BEGIN: &str = "begin;\nselect number from generation where id = 1;\n";

/// Connections that can be lent.
#[derive(Debug)]
pub(super) struct Connections {
    idle: Mutex<Vec<SqliteConnection>>,
    permits: Arc<Semaphore>,
    count: u32,
    options: SqliteConnectOptions,
}

/// A connection that is lent; dropped, it is given back.
pub(in crate::store) struct Lent {
    /// There until it is dropped.
    connection: Option<SqliteConnection>,
    of: Arc<Connections>,
    permit: Option<OwnedSemaphorePermit>,
    /// It reads at one moment, which has to be ended.
    has_begun: bool,
    runtime: Handle,
}

impl Connections {
    /// Opens all of them: one that was opened later might read another file that has come to this path.
    pub(super) async fn open(
        options: &SqliteConnectOptions,
        count: u32,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let mut idle = Vec::new();
        for _ in 0..count {
            idle.push(connect(options).await?);
        }
        Ok(Arc::new(Self {
            permits: Arc::new(Semaphore::new(idle.len())),
            idle: Mutex::new(idle),
            count,
            options: options.clone(),
        }))
    }

    /// Lends one as soon as there is one.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lent, Error> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let connection = self.idle().pop();
        Ok(Lent {
            connection: Some(connection.ok_or(sqlx::Error::PoolClosed)?),
            of: Arc::clone(self),
            permit: permit.ok(),
            has_begun: false,
            runtime: Handle::current(),
        })
    }

    /// Closes all of them as they come back; nobody is lent one any more.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(self.count).await;
        self.permits.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            // What cannot be closed is closed with the process.
            let _ = connection.close().await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// What a statement answers now.
    pub(in crate::store) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        let read = super::rows(self.connection(), statement.clone()).await;
        match &read {
            Err(Error::Database(error)) if is_half_written(error) => {}
            _ => return read,
        }
        roll_back(&self.of.options).await;
        if self.has_begun {
            // The statement begins a transaction, and that much of it was done.
            sqlx::query("rollback").execute(self.connection()).await?;
        }
        super::rows(self.connection(), statement).await
    }

    /// What a statement answers, and the generation that it and all that is read from then on is of.
    pub(in crate::store) async fn begin(
        &mut self,
        mut statement: Statement,
    ) -> Result<(Vec<Row>, i64), Error> {
        // In one go: the way to a connection's thread and back is what takes time.
        statement.text.to_mut().insert_str(0, BEGIN);
        self.has_begun = true;
        let mut rows = self.rows(statement).await?;
        if rows.is_empty() {
            return Err(sqlx::Error::RowNotFound.into());
        }
        let generation = rows.remove(0).get("number")?;
        Ok((rows, generation))
    }

    /// The connection itself.
    fn connection(&mut self) -> &mut SqliteConnection {
        self.connection
            .as_mut()
            .expect("it is lent until it is dropped")
    }
}

/// `SQLITE_READONLY_ROLLBACK`: a writer was killed, and its journal is still there.
pub(super) fn is_half_written(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some("776")
}

/// A connection: some of its settings are read from the file.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    match options.connect().await {
        Err(error) if is_half_written(&error) => {
            roll_back(options).await;
            options.connect().await
        }
        connected => connected,
    }
}

/// Takes back what a writer left half done that was killed: who only reads cannot, and goes on failing where this does.
async fn roll_back(options: &SqliteConnectOptions) {
    let roll_back = async {
        let options = options.clone().read_only(false);
        let mut connection = options.pragma("query_only", "off").connect().await?;
        sqlx::query("select count(*) from sqlite_schema")
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    if let Err(error) = roll_back.await {
        tracing::debug!("what a killed import left cannot be taken back: {error}");
    }
}

/// The moment is ended behind the reader's back: nobody waits for it but who is lent the connection next.
impl Drop for Lent {
    fn drop(&mut self) {
        let (connection, permit) = (self.connection.take(), self.permit.take());
        let Some(mut connection) = connection else {
            return;
        };
        let of = Arc::clone(&self.of);
        if !self.has_begun {
            of.idle().push(connection);
            return;
        }
        self.runtime.spawn(async move {
            // Where the statement failed that would have begun it, there is nothing to be ended.
            let _ = sqlx::query("rollback").execute(&mut connection).await;
            of.idle().push(connection);
            drop(permit);
        });
    }
}
