//! How long others may keep an answer: `Cache-Control` as configured, capped at the moment at which it changes.

use actix_web::http::header::HeaderValue;
use jiff::Timestamp;

/// A `Cache-Control` value whose lifetimes can be cut short.
#[derive(Clone, Debug)]
pub struct Freshness {
    text: String,
    /// Seconds for which the longest of its directives lets an answer live on.
    longest: i64,
}

impl Freshness {
    /// Reads a value as the configuration has it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let directives: Vec<(&str, i64)> = text.split(',').filter_map(lifetime).collect();
        let stale = directives
            .iter()
            .filter(|(name, _)| is_stale(name))
            .map(|(_, seconds)| seconds)
            .max();
        let fresh = directives
            .iter()
            .filter(|(name, _)| !is_stale(name))
            .map(|(_, seconds)| seconds)
            .max();
        Self {
            text: text.to_owned(),
            longest: fresh.unwrap_or(&0) + stale.unwrap_or(&0),
        }
    }

    /// The value where nothing is near.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.text
    }

    /// The value for an answer that changes at `expires`; `None` where that is far enough away.
    #[must_use]
    pub fn capped(&self, now: Timestamp, expires: Timestamp) -> Option<HeaderValue> {
        let left = expires.duration_since(now).as_secs().max(0);
        if left >= self.longest {
            return None;
        }
        let capped: Vec<String> = self
            .text
            .split(',')
            .map(|directive| cap(directive, left))
            .collect();
        HeaderValue::from_str(&capped.join(",")).ok()
    }
}

/// No longer than what is left; and not a second of staleness, which would reach past the moment.
fn cap(directive: &str, left: i64) -> String {
    match lifetime(directive) {
        Some((name, _)) if is_stale(name) => {
            directive
                .replace(|digit: char| digit.is_ascii_digit(), "")
                .trim_end()
                .to_owned()
                + "0"
        }
        Some((_, seconds)) => {
            directive.replace(&seconds.to_string(), &seconds.min(left).to_string())
        }
        None => directive.to_owned(),
    }
}

fn lifetime(directive: &str) -> Option<(&str, i64)> {
    let (name, seconds) = directive.trim().split_once('=')?;
    Some((name, seconds.parse().ok()?))
}

fn is_stale(name: &str) -> bool {
    name.starts_with("stale-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capped(text: &str, seconds_left: i64) -> Option<String> {
        let now = Timestamp::UNIX_EPOCH;
        let expires = Timestamp::from_second(seconds_left).unwrap();
        Freshness::new(text)
            .capped(now, expires)
            .map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn no_lifetime_reaches_past_the_moment_of_change() {
        let usual = "public, max-age=60, s-maxage=600, stale-while-revalidate=30";
        assert_eq!(capped(usual, 630), None);
        assert_eq!(
            capped(usual, 45).as_deref(),
            Some("public, max-age=45, s-maxage=45, stale-while-revalidate=0")
        );
        assert_eq!(
            capped(usual, -3).as_deref(),
            Some("public, max-age=0, s-maxage=0, stale-while-revalidate=0")
        );
        assert_eq!(capped("no-store", 0), None);
    }
}
