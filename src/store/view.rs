//! One moment for all reads of a computation: whatever is written meanwhile, they see one generation.
//!
//! It belongs to the task that computes, so that what reads need not know of it.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::engine::{Engine, Row, Transaction};
use super::statement::Statement;
use super::{Error, Store};

tokio::task_local! {
    static VIEW: View;
}

/// The transaction that all reads of a computation share; begun by the first.
#[derive(Clone, Default)]
struct View(Arc<Mutex<Option<Transaction>>>);

impl Store {
    /// Runs a computation whose reads all see the database as it is at the first of them.
    pub async fn at_one_moment<F: Future>(&self, compute: F) -> F::Output {
        VIEW.scope(View::default(), compute).await
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
        let mut transaction = view.0.lock().await;
        if let Some(transaction) = &mut *transaction {
            return transaction.rows(statement).await;
        }
        let (begun, rows) = self.begin(statement).await?;
        *transaction = Some(begun);
        Ok(rows)
    }
}
