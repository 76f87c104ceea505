//! Previews: a signed token that expires lets its bearer see drafts, what is scheduled and what has expired.
//!
//! It is decided here, in front of all routes, and nowhere else: the parameter is taken out of the request, and what it
//! allows goes with the request's task. A route asks [`Api::audience`] whom it answers, and cannot forget to ask whether
//! there is a preview; one that is written tomorrow has it too.
//!
//! [`Api::audience`]: super::Api

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, LAST_MODIFIED};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::freshness::Freshness;
use super::problem::Error;
use super::query::Canonical;
use crate::store::audience::Preview;
use crate::store::id_key;

/// The parameter's name.
const PARAMETER: &str = "preview";

/// What the signature covers besides the token's own words, so that no other signature with the same secret is one.
const PURPOSE: &[u8] = b"rhapsode preview 1\n";

tokio::task_local! {
    /// What the request under way may see.
    pub(super) static ALLOWED: Allowed;
}

/// What a request may see, and by which token.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    /// What it may see beyond what is public.
    pub(super) shown: Preview,
    /// For the links of the answer, where it has some.
    token: Option<String>,
}

/// A token that shows one entry, or, without one, everything, until it expires.
#[must_use]
pub fn token(secret: &str, entry: Option<&str>, expires: Timestamp) -> String {
    let words = format!(
        "{}:{}",
        expires.as_second(),
        entry.map(id_key).unwrap_or_default()
    );
    let signature = signature(secret, &words).finalize().into_bytes();
    let words = URL_SAFE_NO_PAD.encode(words);
    format!("{words}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What the request under way may see beyond what is public.
#[must_use]
pub fn allowed() -> Preview {
    let shown = ALLOWED.try_with(|allowed| allowed.shown.clone());
    shown.unwrap_or_default()
}

/// A link of the answer under way: from page to page a preview stays one.
#[must_use]
pub(super) fn link(to: Canonical) -> String {
    to.with(PARAMETER, carried().as_deref()).into_text()
}

/// Makes an answer that shows as much, and whose links hold no token.
pub(super) async fn untold<T>(answer: impl Future<Output = T>) -> T {
    let allowed = Allowed {
        shown: allowed(),
        token: None,
    };
    ALLOWED.scope(allowed, answer).await
}

/// The token of the request under way.
pub(super) fn carried() -> Option<String> {
    let token = ALLOWED.try_with(|allowed| allowed.token.clone());
    token.ok().flatten()
}

/// Refuses a preview where there is none: what is told to everyone is told of what is public.
pub(super) fn refuse() -> Result<(), Error> {
    match allowed() {
        Preview::None => Ok(()),
        _ => Err(Error::parameter(
            PARAMETER,
            "this route tells of what is public; it has no preview",
        )),
    }
}

/// Takes the parameter out of a request; what it allows, if it is there.
pub(super) fn take(
    request: &mut ServiceRequest,
    secret: Option<&str>,
    now: impl FnOnce() -> Timestamp,
) -> Result<Allowed, Error> {
    let is_preview = |pair: &&str| pair.split('=').next() == Some(PARAMETER);
    let mut tokens = request.query_string().split('&').filter(is_preview);
    let Some(given) = tokens.next() else {
        return Ok(Allowed::default());
    };
    if tokens.next().is_some() {
        return Err(Error::parameter(PARAMETER, "preview is given twice"));
    }
    let token = given.split_once('=').map_or("", |(_, token)| token);
    let allowed = Allowed {
        shown: read(secret, token, now())?,
        token: Some(token.to_owned()),
    };
    let rest: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| !is_preview(pair) && !pair.is_empty())
        .collect();
    let path = request.path();
    let without = if rest.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", rest.join("&"))
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = without.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.head_mut().uri = uri;
    }
    Ok(allowed)
}

/// What a token allows.
fn read(secret: Option<&str>, token: &str, now: Timestamp) -> Result<Preview, Error> {
    let secret = secret.ok_or_else(|| {
        Error::parameter(
            PARAMETER,
            "there is no preview here: the setting preview_secret is not set",
        )
    })?;
    let decoded = || {
        let (words, signature) = token.split_once('.')?;
        let words = String::from_utf8(URL_SAFE_NO_PAD.decode(words).ok()?).ok()?;
        Some((words, URL_SAFE_NO_PAD.decode(signature).ok()?))
    };
    let (words, signed) = decoded().ok_or(Error::PreviewInvalid)?;
    signature(secret, &words)
        .verify_slice(&signed)
        .map_err(|_| Error::PreviewInvalid)?;
    let (expires, entry) = words.split_once(':').ok_or(Error::PreviewInvalid)?;
    let expires: i64 = expires.parse().map_err(|_| Error::PreviewInvalid)?;
    if expires <= now.as_second() {
        return Err(Error::PreviewExpired);
    }
    Ok(match entry {
        "" => Preview::All,
        id => Preview::One(id.to_owned()),
    })
}

fn signature(secret: &str, words: &str) -> Hmac<Sha256> {
    let mut signature =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length will do");
    signature.update(PURPOSE);
    signature.update(words.as_bytes());
    signature
}

/// What a preview shows is for its bearer alone.
#[must_use]
pub(super) fn freshness() -> Freshness {
    Freshness::new("private, no-store")
}

/// Sees to it that nobody keeps or lists an answer, however its route made it.
pub(super) fn keep_private<B>(response: &mut HttpResponse<B>) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow, noarchive"),
    );
    headers.remove("surrogate-key");
    // A draft has no moment at which the public's answer changed.
    headers.remove(LAST_MODIFIED);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of some length";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_allows_what_it_says_until_it_expires() {
        let all = token(SECRET, None, at(100));
        assert_eq!(read(Some(SECRET), &all, at(99)).unwrap(), Preview::All);
        let expired = read(Some(SECRET), &all, at(100));
        assert!(matches!(expired, Err(Error::PreviewExpired)));
        let one = token(SECRET, Some("a:b"), at(100));
        let allowed = read(Some(SECRET), &one, at(0)).unwrap();
        assert_eq!(allowed, Preview::One("a:b".into()));
    }

    #[test]
    fn a_token_that_was_not_made_here_allows_nothing() {
        let good = token(SECRET, Some("a"), at(100));
        let longer = token(SECRET, Some("a"), at(200));
        let (words, _) = longer.split_once('.').unwrap();
        let (_, signature) = good.split_once('.').unwrap();
        let forged = format!("{words}.{signature}");
        let cut = &good[..good.len() - 2];
        for wrong in ["", ".", "a.b", forged.as_str(), cut] {
            let refused = read(Some(SECRET), wrong, at(0));
            assert!(matches!(refused, Err(Error::PreviewInvalid)), "{wrong}");
        }
        assert!(read(Some("another secret of length"), &good, at(0)).is_err());
        assert!(matches!(read(None, &good, at(0)), Err(Error::Parameter(_))));
    }
}
