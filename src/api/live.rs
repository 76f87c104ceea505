//! The site's changes as they happen, for those who listen: one look at the store for all of them.
//!
//! In: a generation that rose, a moment at which something appears or expires. Out: [`News`], to every listener the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use tokio::sync::{broadcast, watch};

use super::Api;
use crate::store::Error;
use crate::store::changes::Mark;
use crate::store::news::News;

/// A listener who is further behind looks for himself.
const KEPT: usize = 64;

/// More do not fit in.
const MOST_LISTENERS: usize = 1000;

/// What happens, and who listens.
#[derive(Debug)]
pub struct Live {
    news: broadcast::Sender<Arc<News>>,
    /// True when the server stops.
    closing: watch::Sender<bool>,
    listeners: AtomicUsize,
}

/// How far the looking has come.
#[derive(Debug, Default)]
pub struct Watched {
    mark: Option<Mark>,
    next_boundary: Option<Timestamp>,
}

/// A listener's place; it is free again when this is dropped.
#[derive(Debug)]
pub struct Seat<'l> {
    live: &'l Live,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            news: broadcast::Sender::new(KEPT),
            closing: watch::Sender::new(false),
            listeners: AtomicUsize::new(0),
        }
    }
}

impl Live {
    /// What happens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<News>> {
        self.news.subscribe()
    }

    /// Turns true when the server stops.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Sends every listener home.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// How many listen now.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.listeners.load(Ordering::Acquire)
    }

    /// Whether nobody else can listen now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.listeners() >= MOST_LISTENERS
    }

    /// A place, if there is one.
    #[must_use]
    pub fn seat(&self) -> Option<Seat<'_>> {
        let taken = self
            .listeners
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
                (taken < MOST_LISTENERS).then_some(taken + 1)
            });
        taken.ok().map(|_| Seat { live: self })
    }

    /// Looks whether anything happened, and tells it.
    ///
    /// # Errors
    /// If the database fails; the next look tells it then.
    pub async fn look(&self, watched: &mut Watched, api: &Api) -> Result<(), Error> {
        let now = api.now();
        let Some(mark) = &watched.mark else {
            let mark = api.store.mark(now).await?;
            let news = api.news(&mark, now).await?;
            watched.saw(&news);
            return Ok(());
        };
        let is_due = watched.next_boundary.is_some_and(|next| next <= now);
        if mark.generation == api.generation() && !is_due {
            return Ok(());
        }
        let news = api.news(mark, now).await?;
        watched.saw(&news);
        if !news.is_empty() {
            // Nobody may be listening.
            let _ = self.news.send(Arc::new(news));
        }
        Ok(())
    }
}

impl Watched {
    fn saw(&mut self, news: &News) {
        self.mark = Some(news.until.clone());
        self.next_boundary = news.next_boundary;
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.live.listeners.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_its_listener_has_gone() {
        let live = Live::default();
        let seats: Vec<_> = (0..MOST_LISTENERS).map(|_| live.seat().unwrap()).collect();
        assert!(live.seat().is_none());
        drop(seats);
        assert!(live.seat().is_some());
    }
}
