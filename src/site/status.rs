//! Whether an entry is public, by its flag, its date and the clock (spec/statamic.md §2.5).

use jiff::Timestamp;
use serde_json::Value;

use crate::content::collection::{Collection, DateBehavior};

/// The time in which a published entry is public: from the first moment, until just before the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// `None`: always has been.
    pub from: Option<Timestamp>,
    /// `None`: for ever.
    pub until: Option<Timestamp>,
}

impl Window {
    /// The window of an entry of a collection; one without a date is always public.
    #[must_use]
    pub fn of(collection: &Collection, date: Option<Timestamp>) -> Self {
        let hidden = |behavior| {
            if behavior == DateBehavior::Private {
                date
            } else {
                None
            }
        };
        Self {
            from: hidden(collection.future),
            until: hidden(collection.past),
        }
    }

    /// Whether `now` lies in the window.
    #[must_use]
    pub fn contains(self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// The next moment after `now` at which the answer of [`Self::contains`] changes.
    #[must_use]
    pub fn next_boundary(self, now: Timestamp) -> Option<Timestamp> {
        [self.from, self.until]
            .into_iter()
            .flatten()
            .filter(|moment| *moment > now)
            .min()
    }
}

/// An entry's status as Statamic names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Public.
    Published,
    /// `published: false`.
    Draft,
    /// Its date is still to come, in a collection that hides the future.
    Scheduled,
    /// Its date is past, in a collection that hides the past.
    Expired,
}

impl Status {
    /// The status at a moment.
    #[must_use]
    pub fn of(published: bool, window: Window, now: Timestamp) -> Self {
        if !published {
            Self::Draft
        } else if window.from.is_some_and(|from| from > now) {
            Self::Scheduled
        } else if window.contains(now) {
            Self::Published
        } else {
            Self::Expired
        }
    }

    /// Statamic's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Expired => "expired",
        }
    }
}

/// Whether a `published` value publishes: only what PHP's loose comparison finds equal to `"1"` does, so that the
/// texts `'false'` and `no` hide an entry (spec/statamic.md addendum 17).
#[must_use]
pub fn is_published(value: &Value) -> bool {
    match value {
        Value::Bool(published) => *published,
        Value::Number(number) => number.as_f64() == Some(1.0),
        Value::String(text) => text == "1",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_changes_at_its_very_second() {
        let date: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let before = date - jiff::SignedDuration::from_nanos(1);
        let scheduled = Window {
            from: Some(date),
            until: None,
        };
        let expiring = Window {
            from: None,
            until: Some(date),
        };
        assert_eq!(Status::of(true, scheduled, before), Status::Scheduled);
        assert_eq!(Status::of(true, scheduled, date), Status::Published);
        assert_eq!(Status::of(true, expiring, before), Status::Published);
        assert_eq!(Status::of(true, expiring, date), Status::Expired);
        assert_eq!(Status::of(false, scheduled, date), Status::Draft);
        assert_eq!(scheduled.next_boundary(before), Some(date));
        assert_eq!(scheduled.next_boundary(date), None);
    }
}
