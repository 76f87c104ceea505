//! Moments as the database keeps them: milliseconds since 1970, with the extremes for "ever".

use jiff::Timestamp;

/// Since ever; also the sort key of what has no date.
pub const ALWAYS: i64 = i64::MIN;

/// For ever; what begins here never begins.
pub const NEVER: i64 = i64::MAX;

/// The stored form of a moment.
#[must_use]
pub fn stored(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// A stored moment read back; the extremes are none.
#[must_use]
pub fn read(stored: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(stored).ok()
}
