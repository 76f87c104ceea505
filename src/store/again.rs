//! Transactions that are done again: which failures pass by themselves, and how long they are given to.

use std::fmt::Display;
use std::time::Duration;

use super::Error;
use super::engine::postgres::failure;

/// Pauses between the tries of one transaction: a server that starts anew is there again by the end of them.
const PAUSES_MS: [u64; 5] = [50, 250, 500, 1000, 2000];

/// The tries of one transaction, or of all that leads to it.
#[derive(Debug, Default)]
pub struct Tries {
    made: usize,
}

impl Error {
    /// Whether the same may well succeed in a while: the server is gone or coming up, or others were in the way.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Database(cause) | Self::Unreachable { cause, .. } => {
                failure::is_conflict(cause) || failure::is_of_server(cause)
            }
            Self::Behind { .. } => true,
            _ => false,
        }
    }
}

impl Tries {
    /// After a failure that passes: whether there is to be another try; it is time for it then.
    pub async fn another(&mut self, failure: &impl Display) -> bool {
        let Some(pause) = PAUSES_MS.get(self.made) else {
            return false;
        };
        tracing::warn!("it is tried again: {failure}");
        self.made += 1;
        tokio::time::sleep(Duration::from_millis(*pause)).await;
        true
    }
}
