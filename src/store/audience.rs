//! Who reads, and when: what the one predicate of publicness needs to know.

use jiff::Timestamp;

/// Whom an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// The clock by which things are public or not.
    pub now: Timestamp,
    /// What is shown although the public may not see it.
    pub preview: Preview,
}

/// What a reader may see beyond what is public: drafts, what is scheduled, what has expired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Preview {
    /// Nothing.
    #[default]
    None,
    /// Whatever has this id.
    One(String),
    /// Everything.
    All,
}

impl Audience {
    /// Everyone.
    #[must_use]
    pub fn public(now: Timestamp) -> Self {
        Self {
            now,
            preview: Preview::None,
        }
    }
}

impl Preview {
    /// As `visible!` compares it: an id, `*`, or a text that is no id.
    pub(super) fn stored(&self) -> &str {
        match self {
            Self::None => "",
            Self::One(id) => id,
            Self::All => "*",
        }
    }
}
