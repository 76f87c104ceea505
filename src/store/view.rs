//! One moment for all reads of a computation: whatever is written meanwhile, they see one generation.
//!
//! Most computations read once, and one statement sees one moment by itself: it is read alone, if it says of which
//! generation it is. With a second one begins a transaction. Where something was written between the two, the computation
//! is made anew, in a transaction from its first statement on. All of it belongs to the task that computes, so that what
//! reads need not know of it.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::engine::{Engine, Row, Transaction};
use super::statement::Statement;
use super::{Error, Store};

tokio::task_local! {
    static VIEW: View;
}

/// What a computation has read from.
#[derive(Clone)]
struct View(Arc<Mutex<Read>>);

enum Read {
    /// Nothing yet; whether the first statement may be read alone.
    Nothing { may_be_alone: bool },
    /// One statement, of this epoch and generation.
    Once(i64, Option<i64>),
    /// A transaction that all further reads share.
    Within(Transaction),
    /// Something that was written since the first statement.
    Torn,
}

impl View {
    fn new(may_be_alone: bool) -> Self {
        Self(Arc::new(Mutex::new(Read::Nothing { may_be_alone })))
    }
}

impl Store {
    /// What a computation gives whose reads all see the database as it is at the first of them. It may be made twice.
    pub async fn at_one_moment<T>(&self, compute: impl AsyncFn() -> T) -> T {
        let view = View::new(true);
        let made = VIEW.scope(view.clone(), compute()).await;
        if !matches!(*view.0.lock().await, Read::Torn) {
            return made;
        }
        VIEW.scope(View::new(false), compute()).await
    }
}

impl Engine {
    /// What a statement answers, at the moment of the computation that it belongs to.
    ///
    /// Boxed: drivers' futures are large, and every route holds this one.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        Box::pin(self.rows_of_a_moment(statement)).await
    }

    async fn rows_of_a_moment(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        let Ok(view) = VIEW.try_with(View::clone) else {
            return self.rows_now(statement).await;
        };
        let mut read = view.0.lock().await;
        match &mut *read {
            Read::Nothing { may_be_alone: true } if statement.says_generation() => {
                let epoch = self.epoch();
                let rows = self.rows_now(statement).await?;
                let first = rows.first();
                *read = Read::Once(epoch, first.and_then(|row| row.get("generation").ok()));
                Ok(rows)
            }
            Read::Nothing { .. } => {
                let (transaction, rows, _) = self.begin(statement).await?;
                *read = Read::Within(transaction);
                Ok(rows)
            }
            Read::Once(epoch, generation) => {
                let (transaction, rows, found) = self.begin(statement).await?;
                if *epoch == self.epoch() && *generation == Some(found) {
                    *read = Read::Within(transaction);
                    return Ok(rows);
                }
                *read = Read::Torn;
                Err(Error::Torn)
            }
            Read::Within(transaction) => transaction.rows(statement).await,
            Read::Torn => Err(Error::Torn),
        }
    }
}
