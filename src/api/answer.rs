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
    HeaderValue, HttpDate, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK,
};
use actix_web::web::Bytes;
use jiff::Timestamp;

use super::freshness::Freshness;
use super::front::common_headers;

/// Smaller bodies fit into one packet as they are.
const COMPRESSED_FROM: usize = 1024;

/// What an answer takes beside its bodies: headers, keys, the cache's own books.
const OVERHEAD: usize = 2048;

/// An answer as a route computes it.
#[derive(Debug)]
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
    /// The generation that it is of.
    pub generation: i64,
    /// When it changes by the clock alone.
    expires: Option<Timestamp>,
    changed_at: Option<HttpDate>,
    identity: Variant,
    brotli: OnceLock<Variant>,
    gzip: OnceLock<Variant>,
}

/// A body in one encoding with all its headers.
#[derive(Debug)]
struct Variant {
    body: Bytes,
    headers: HeaderMap,
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
    pub fn new(draft: Draft, freshness: &Freshness) -> Self {
        let mut headers = common_headers();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        let changed_at = draft
            .changed_at
            .map(|moment| HttpDate::from(SystemTime::from(moment)));
        set(CONTENT_TYPE, draft.content_type);
        set(CACHE_CONTROL, freshness.header());
        set(
            ETAG,
            &format!(
                "\"{}\"",
                &blake3::hash(draft.body.as_bytes()).to_hex()[..32]
            ),
        );
        if let Some(changed_at) = &changed_at {
            set(LAST_MODIFIED, &changed_at.to_string());
        }
        if !draft.links.is_empty() {
            set(LINK, &draft.links.join(", "));
        }
        if !draft.keys.is_empty() {
            set(
                HeaderName::from_static("surrogate-key"),
                &surrogate_keys(&draft.keys),
            );
        }
        let identity = Variant {
            body: Bytes::from(draft.body),
            headers,
        };
        let (brotli, gzip) = (OnceLock::new(), OnceLock::new());
        Self {
            generation: draft.generation,
            expires: draft.expires,
            changed_at,
            identity,
            brotli,
            gzip,
        }
    }

    /// Whether it is still the answer.
    #[must_use]
    pub fn is_of(&self, generation: i64, now: Timestamp) -> bool {
        self.generation == generation && self.expires.is_none_or(|expires| now < expires)
    }

    /// Bytes that it takes in memory now.
    #[must_use]
    pub fn weight(&self) -> usize {
        let compressed = [self.brotli.get(), self.gzip.get()]
            .into_iter()
            .flatten()
            .map(|variant| variant.body.len());
        OVERHEAD + self.identity.body.len() + compressed.sum::<usize>()
    }

    /// The response to a request with these headers.
    #[must_use]
    pub fn respond(
        &self,
        request: &HeaderMap,
        freshness: &Freshness,
        now: Timestamp,
    ) -> HttpResponse {
        let variant = self.variant(negotiate(request));
        let mut response = if self.is_known(variant, request) {
            HttpResponse::with_body(StatusCode::NOT_MODIFIED, BoxBody::new(()))
        } else {
            HttpResponse::with_body(StatusCode::OK, BoxBody::new(variant.body.clone()))
        };
        *response.headers_mut() = variant.headers.clone();
        if let Some(capped) = self
            .expires
            .and_then(|expires| freshness.capped(now, expires))
        {
            response.headers_mut().insert(CACHE_CONTROL, capped);
        }
        response
    }

    /// The variant in an encoding; small bodies stay as they are.
    fn variant(&self, encoding: Encoding) -> &Variant {
        let made = |suffix: &str, name: &'static str, body: Vec<u8>| {
            self.identity.encoded(suffix, name, body)
        };
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

    /// Whether the client has this variant already: by its tag, or, where it sends none, by the date.
    fn is_known(&self, variant: &Variant, request: &HeaderMap) -> bool {
        let text = |name: &HeaderName| request.get(name).and_then(|value| value.to_str().ok());
        match (
            text(&IF_NONE_MATCH),
            text(&IF_MODIFIED_SINCE),
            &self.changed_at,
        ) {
            (Some(tags), ..) => variant
                .headers
                .get(ETAG)
                .is_some_and(|tag| matches(tags, tag.to_str().unwrap_or_default())),
            (None, Some(since), Some(changed_at)) => since
                .parse::<HttpDate>()
                .is_ok_and(|since| *changed_at <= since),
            _ => false,
        }
    }
}

impl Variant {
    fn encoded(&self, suffix: &str, name: &'static str, body: Vec<u8>) -> Self {
        let mut headers = self.headers.clone();
        let tag = headers
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok())
            .unwrap_or_default();
        let tag = format!("{}{suffix}\"", tag.trim_end_matches('"'));
        headers.insert(ETAG, HeaderValue::from_str(&tag).expect("a tag is ASCII"));
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        Self {
            body: Bytes::from(body),
            headers,
        }
    }
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

/// Quality 5 is nearly as small as 9 at a tenth of its time (spec/engine.md §2).
fn brotli(body: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::with_capacity(body.len() / 3);
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 5,
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
