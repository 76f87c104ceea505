//! A computed answer becomes final bytes: headers, strong `ETag` per encoding, br and gzip made once per body. And a
//! request's conditions and preferences choose among them.

use std::io::Write;
use std::sync::OnceLock;
use std::time::SystemTime;

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    HeaderValue, HttpDate, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK, VARY,
};
use actix_web::web::Bytes;
use jiff::Timestamp;

use super::accept;
use super::freshness::Freshness;
use super::front::COMMON_HEADERS;

/// Smaller bodies fit into one packet as they are.
const COMPRESSED_FROM: usize = 1024;

/// What an answer takes beside its bodies and the text of its headers.
const OVERHEAD: usize = 1024;

/// An answer as a route computes it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The body.
    pub body: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Values of `Link`.
    pub links: Vec<String>,
    /// What it was made of, for `Surrogate-Key`.
    pub keys: Vec<String>,
    /// When it last changed, where that is known.
    pub changed_at: Option<Timestamp>,
    /// When it changes by the clock alone.
    pub expires: Option<Timestamp>,
    /// The generation that it is of.
    pub generation: i64,
}

impl Draft {
    /// An answer that is made of nothing but the program itself.
    #[must_use]
    pub fn fixed(body: String, content_type: &'static str, generation: i64) -> Self {
        Self {
            body,
            content_type,
            links: Vec::new(),
            keys: Vec::new(),
            changed_at: None,
            expires: None,
            generation,
        }
    }
}

/// An answer in its final bytes.
#[derive(Debug)]
pub struct Answer {
    /// The edition that it is of: not newer than what was read for it.
    pub edition: i64,
    /// When it changes by the clock alone.
    expires: Option<Timestamp>,
    changed_at: Option<HttpDate>,
    /// Those that all encodings have.
    headers: Box<[(HeaderName, HeaderValue)]>,
    identity: Variant,
    brotli: OnceLock<Variant>,
    gzip: OnceLock<Variant>,
}

/// A body in one encoding, and the headers that only this encoding has.
#[derive(Debug)]
struct Variant {
    body: Bytes,
    tag: HeaderValue,
    encoding: Option<HeaderValue>,
}

/// An encoding of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
}

impl Answer {
    /// Makes the final bytes.
    #[must_use]
    pub fn new(draft: Draft, edition: i64, freshness: &Freshness) -> Self {
        let digest = blake3::hash(draft.body.as_bytes());
        Self::tagged(draft, digest, edition, freshness)
    }

    /// The same with a tag that is not of the body, where the body is yet to be made.
    #[must_use]
    pub fn tagged(draft: Draft, digest: blake3::Hash, edition: i64, freshness: &Freshness) -> Self {
        let changed_at = draft
            .changed_at
            .map(|moment| HttpDate::from(SystemTime::from(moment)));
        let headers = headers(&draft, freshness, changed_at);
        let identity = Variant::new(&digest.to_hex()[..32], "", None, draft.body.into_bytes());
        let (brotli, gzip) = (OnceLock::new(), OnceLock::new());
        Self {
            edition,
            expires: draft.expires,
            changed_at,
            headers,
            identity,
            brotli,
            gzip,
        }
    }

    /// The same for a path that answers in more than one media type.
    #[must_use]
    pub fn varying_by_accept(mut self) -> Self {
        for (name, value) in &mut self.headers {
            if *name == VARY {
                *value = HeaderValue::from_static(accept::VARY);
            }
        }
        self
    }

    /// Whether it is still the answer.
    #[must_use]
    pub fn is_of(&self, edition: i64, now: impl FnOnce() -> Timestamp) -> bool {
        self.edition == edition && self.expires.is_none_or(|expires| now() < expires)
    }

    /// Bytes that it takes in memory now.
    #[must_use]
    pub fn weight(&self) -> usize {
        let compressed = [self.brotli.get(), self.gzip.get()]
            .into_iter()
            .flatten()
            .map(|variant| variant.body.len());
        let headers = self.headers.iter().map(|(_, value)| value.len());
        OVERHEAD + self.identity.body.len() + compressed.chain(headers).sum::<usize>()
    }

    /// How many compressed bodies were made of it so far.
    #[must_use]
    pub fn encodings(&self) -> usize {
        usize::from(self.brotli.get().is_some()) + usize::from(self.gzip.get().is_some())
    }

    /// The response to a request with these headers.
    #[must_use]
    pub fn respond(
        &self,
        request: &HeaderMap,
        freshness: &Freshness,
        now: impl FnOnce() -> Timestamp,
    ) -> HttpResponse {
        let variant = self.variant(negotiate(request));
        let body = || BoxBody::new(variant.body.clone());
        self.respond_with(variant, body, request, freshness, now)
    }

    /// The response whose body is made as it is sent, by someone who makes the encoding too.
    #[must_use]
    pub fn respond_sending(
        &self,
        encoding: Encoding,
        body: impl FnOnce() -> BoxBody,
        request: &HeaderMap,
        freshness: &Freshness,
        now: Timestamp,
    ) -> HttpResponse {
        let variant = match encoding {
            Encoding::Identity => &self.identity,
            Encoding::Brotli => &self.encoded("-br", "br", Vec::new()),
            Encoding::Gzip => &self.encoded("-gz", "gzip", Vec::new()),
        };
        self.respond_with(variant, body, request, freshness, || now)
    }

    fn respond_with(
        &self,
        variant: &Variant,
        body: impl FnOnce() -> BoxBody,
        request: &HeaderMap,
        freshness: &Freshness,
        now: impl FnOnce() -> Timestamp,
    ) -> HttpResponse {
        let mut response = if self.is_known(variant, request) {
            HttpResponse::with_body(StatusCode::NOT_MODIFIED, BoxBody::new(()))
        } else {
            HttpResponse::with_body(StatusCode::OK, body())
        };
        let headers = response.headers_mut();
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        headers.insert(ETAG, variant.tag.clone());
        if let Some(encoding) = &variant.encoding {
            headers.insert(CONTENT_ENCODING, encoding.clone());
        }
        if let Some(capped) = self
            .expires
            .and_then(|expires| freshness.capped(now(), expires))
        {
            headers.insert(CACHE_CONTROL, capped);
        }
        response
    }

    /// The variant in an encoding; small bodies stay as they are.
    fn variant(&self, encoding: Encoding) -> &Variant {
        let made = |suffix: &str, name, body| self.encoded(suffix, name, body);
        match encoding {
            _ if self.identity.body.len() < COMPRESSED_FROM => &self.identity,
            Encoding::Identity => &self.identity,
            Encoding::Brotli => self
                .brotli
                .get_or_init(|| made("-br", "br", brotli(&self.identity.body))),
            Encoding::Gzip => self
                .gzip
                .get_or_init(|| made("-gz", "gzip", gzip(&self.identity.body))),
        }
    }

    fn encoded(&self, suffix: &str, name: &'static str, body: Vec<u8>) -> Variant {
        let digest = self.identity.tag.to_str().unwrap_or_default();
        Variant::new(digest.trim_matches('"'), suffix, Some(name), body)
    }

    /// Whether the client has this variant already: by its tag, or, where it sends none, by the date.
    fn is_known(&self, variant: &Variant, request: &HeaderMap) -> bool {
        let text = |name: &HeaderName| request.get(name).and_then(|value| value.to_str().ok());
        match (
            text(&IF_NONE_MATCH),
            text(&IF_MODIFIED_SINCE),
            &self.changed_at,
        ) {
            (Some(tags), ..) => matches(tags, variant.tag.to_str().unwrap_or_default()),
            (None, Some(since), Some(changed_at)) => since
                .parse::<HttpDate>()
                .is_ok_and(|since| *changed_at <= since),
            _ => false,
        }
    }
}

impl Variant {
    /// The body is copied: what it was written into has room for parts that were not chosen, up to as much again.
    fn new(digest: &str, suffix: &str, encoding: Option<&'static str>, body: Vec<u8>) -> Self {
        let exact = Bytes::copy_from_slice(&body);
        drop(body);
        let tag = format!("\"{digest}{suffix}\"");
        Self {
            body: exact,
            tag: HeaderValue::from_str(&tag).expect("a digest is ASCII"),
            encoding: encoding.map(HeaderValue::from_static),
        }
    }
}

/// The headers that do not depend on the encoding.
fn headers(
    draft: &Draft,
    freshness: &Freshness,
    changed_at: Option<HttpDate>,
) -> Box<[(HeaderName, HeaderValue)]> {
    let mut headers = COMMON_HEADERS.to_vec();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.push((name, value));
        }
    };
    set(CONTENT_TYPE, draft.content_type);
    set(CACHE_CONTROL, freshness.header());
    if let Some(changed_at) = changed_at {
        set(LAST_MODIFIED, &changed_at.to_string());
    }
    if !draft.links.is_empty() {
        set(LINK, &draft.links.join(", "));
    }
    if !draft.keys.is_empty() {
        let keys = surrogate_keys(&draft.keys);
        set(HeaderName::from_static("surrogate-key"), &keys);
    }
    headers.into()
}

/// The encoding that a request prefers among ours; br where it likes several as much.
#[must_use]
pub fn negotiate(request: &HeaderMap) -> Encoding {
    let Some(accepted) = request
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
    else {
        return Encoding::Identity;
    };
    let (mut brotli, mut gzip, mut others) = (None, None, 0);
    for choice in accepted.split(',') {
        let (name, weight) = choice
            .split_once(';')
            .map_or((choice, 1000), |(name, weight)| (name, thousandths(weight)));
        match name.trim() {
            "br" => brotli = Some(weight),
            "gzip" | "x-gzip" => gzip = Some(weight),
            "*" => others = weight,
            _ => {}
        }
    }
    match (brotli.unwrap_or(others), gzip.unwrap_or(others)) {
        (0, 0) => Encoding::Identity,
        (brotli, gzip) if brotli >= gzip => Encoding::Brotli,
        _ => Encoding::Gzip,
    }
}

/// `q=0.5` as 500; what is no weight counts as none.
fn thousandths(weight: &str) -> u16 {
    let weight = weight
        .trim()
        .strip_prefix("q=")
        .and_then(|weight| weight.parse::<f32>().ok());
    let weight = weight.map_or(1.0, |weight| weight.clamp(0.0, 1.0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1"
    )]
    let thousandths = (weight * 1000.0) as u16;
    thousandths
}

/// Whether `If-None-Match` names a tag; compared weakly, as RFC 9110 §13.1.2 says.
fn matches(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// Keys between blanks; a blank or anything beyond ASCII inside one is percent-encoded.
fn surrogate_keys(keys: &[String]) -> String {
    let escaped = |byte: u8| {
        if byte.is_ascii_graphic() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    let keys: Vec<String> = keys
        .iter()
        .map(|key| key.bytes().map(escaped).collect())
        .collect();
    keys.join(" ")
}

/// Quality 5 is nearly as small as 9 at a tenth of its time (spec/engine.md §2); a window beyond the body's end would only
/// take memory.
fn brotli(body: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::with_capacity(body.len() / 3);
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: i32::try_from(body.len().max(1).ilog2()).map_or(22, |bits| (bits + 1).clamp(16, 22)),
        size_hint: body.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*body, &mut compressed, &parameters)
        .expect("memory does not fail");
    compressed
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(
        Vec::with_capacity(body.len() / 3),
        flate2::Compression::new(6),
    );
    encoder
        .write_all(body)
        .and_then(|()| encoder.finish())
        .expect("memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_encoding_is_chosen_and_refused_ones_are_not() {
        let chosen = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            negotiate(&headers)
        };
        assert_eq!(negotiate(&HeaderMap::new()), Encoding::Identity);
        assert_eq!(chosen("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(chosen("gzip;q=1.0, br;q=0.5"), Encoding::Gzip);
        assert_eq!(chosen("br;q=0, gzip; q=0.1"), Encoding::Gzip);
        assert_eq!(chosen("*"), Encoding::Brotli);
        assert_eq!(chosen("*, br;q=0"), Encoding::Gzip);
        assert_eq!(chosen("identity, br;q=0, gzip;q=0.000"), Encoding::Identity);
        assert_eq!(chosen("deflate;q=x"), Encoding::Identity);
    }

    #[test]
    fn tags_match_in_lists_weak_or_strong_and_by_star() {
        assert!(matches("\"a\", W/\"b\"", "\"b\"") && matches("*", "\"b\""));
        assert!(!matches("\"b-br\"", "\"b\""));
    }

    #[test]
    fn surrogate_keys_hold_no_blanks() {
        assert_eq!(
            surrogate_keys(&["asset:a::b c.png".into(), "entry:é".into()]),
            "asset:a::b%20c.png entry:%C3%A9"
        );
    }
}
