//! `rhapsode preview-token`: a token for whoever may see drafts.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use rhapsode::api::preview;
use rhapsode::config::Config;

/// A token for an entry or for everything, good for so long from now.
pub fn token(config: &Config, entry: Option<&str>, expires: &str) -> anyhow::Result<String> {
    let secret = config
        .preview_secret
        .as_deref()
        .context("there is no preview without a secret; set preview_secret (RHAPSODE_PREVIEW_SECRET), also for the server")?;
    let lifetime: SignedDuration = expires
        .parse()
        .ok()
        .filter(|lifetime: &SignedDuration| lifetime.is_positive())
        .with_context(|| {
            format!("--expires: expected a time such as 30m or 24h, not {expires:?}")
        })?;
    let until = Timestamp::now()
        .checked_add(lifetime)
        .with_context(|| format!("--expires: {expires} is longer than time is counted"))?;
    Ok(preview::token(secret, entry, until))
}
