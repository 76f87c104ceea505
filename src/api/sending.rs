//! A large sitemap on its way: a stretch of URLs is read and sent at a time, so that it is never in memory as a whole.
//!
//! Its tag comes from the generation and the last moment at which something changed by the clock, not from its bytes.
//! Should the site change while it is sent, the connection is closed: what arrived is visibly cut off.

use std::io::Write;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::{BodyStream, BoxBody, SizedStream};
use actix_web::http::Method;
use actix_web::web::Bytes;
use futures_util::stream::{self, Stream};
use jiff::Timestamp;

use super::Api;
use super::answer::{Answer, Draft, Encoding, negotiate};
use super::problem::Error;
use crate::seo::sitemap::{CLOSE, OPEN};
use crate::store::audience::Audience;
use crate::store::sitemap::Place;
use crate::store::{Snapshot, Store};

/// URLs that are read at a time.
const AT_A_TIME: i64 = 1000;

/// What is to be sent: so many URLs from a place on.
pub struct Stretch {
    /// Where they are.
    pub store: Store,
    /// Whose they are.
    pub site: String,
    /// Who sees them, and when.
    pub audience: Audience,
    /// The generation that they are of, and when it was written.
    pub generation: (i64, Timestamp),
    /// The first one.
    pub from: Place,
    /// How many they are.
    pub urls: i64,
    /// How many bytes they take.
    pub bytes: i64,
}

/// The response with a body yet to be read; `head` is the answer without it.
pub fn respond<T>(
    api: &Api,
    request: &HttpRequest,
    head: Draft,
    found: &Snapshot<T>,
    stretch: Stretch,
) -> HttpResponse {
    let (generation, replaced) = (found.generation, found.replaced_at);
    let tag = format!(
        "{} {generation} {replaced} {:?}",
        request.path(),
        found.last_boundary
    );
    let digest = blake3::hash(tag.as_bytes());
    let answer = Answer::tagged(head, digest, 0, &api.freshness);
    let (encoding, now) = (negotiate(request.headers()), stretch.audience.now);
    let body = || {
        if request.method() == Method::HEAD {
            BoxBody::new(())
        } else if encoding == Encoding::Identity {
            let bytes = stretch.size();
            BoxBody::new(SizedStream::new(bytes, sent(stretch, encoding)))
        } else {
            BoxBody::new(BodyStream::new(sent(stretch, encoding)))
        }
    };
    answer.respond_sending(encoding, body, request.headers(), &api.freshness, now)
}

impl Stretch {
    /// Bytes of the whole document.
    fn size(&self) -> u64 {
        let frame = OPEN.len() + CLOSE.len();
        u64::try_from(self.bytes).unwrap_or(0) + frame as u64
    }
}

fn sent(stretch: Stretch, encoding: Encoding) -> impl Stream<Item = Result<Bytes, Error>> {
    let sending = Sending {
        encoder: Encoder::new(encoding),
        begun: false,
        stretch,
    };
    Box::pin(stream::try_unfold(sending, async |mut sending| {
        let bytes = sending.next().await?;
        Ok(bytes.map(|bytes| (bytes, sending)))
    }))
}

/// A stretch and how far it was sent.
struct Sending {
    stretch: Stretch,
    begun: bool,
    encoder: Encoder,
}

impl Sending {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let Stretch {
            site,
            from,
            urls,
            audience,
            ..
        } = &self.stretch;
        if *urls == 0 {
            return Ok(None);
        }
        let limit = (*urls).min(AT_A_TIME);
        let read = self.stretch.store.sitemap_urls(site, from, limit, audience);
        let found = read.await?;
        let last = found
            .value
            .last()
            .filter(|_| (found.generation, found.replaced_at) == self.stretch.generation)
            .ok_or(Error::Changed)?;
        let mut xml = String::new();
        if !std::mem::replace(&mut self.begun, true) {
            xml.push_str(OPEN);
        }
        found.value.iter().for_each(|url| xml.push_str(&url.xml));
        self.stretch.urls -= i64::try_from(found.value.len()).unwrap_or(self.stretch.urls);
        self.stretch.from = last.behind();
        let is_last = self.stretch.urls == 0;
        if is_last {
            xml.push_str(CLOSE);
        }
        Ok(Some(self.encoder.encode(xml, is_last)))
    }
}

/// Makes an encoding piece by piece.
enum Encoder {
    Identity,
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

impl Encoder {
    fn new(encoding: Encoding) -> Self {
        let gzip = || flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        match encoding {
            Encoding::Identity => Self::Identity,
            Encoding::Gzip => Self::Gzip(gzip()),
            Encoding::Brotli => Self::Brotli(Box::new(brotli::CompressorWriter::new(
                Vec::new(),
                1 << 16,
                5,
                20,
            ))),
        }
    }

    /// What a piece of text becomes; flushed, so that no piece is empty.
    fn encode(&mut self, text: String, is_last: bool) -> Bytes {
        let encoded = match self {
            Self::Identity => return Bytes::from(text),
            Self::Gzip(encoder) => {
                written(encoder, &text);
                if is_last {
                    encoder.try_finish().expect("memory does not fail");
                }
                std::mem::take(encoder.get_mut())
            }
            Self::Brotli(encoder) => {
                written(encoder.as_mut(), &text);
                if is_last {
                    let empty = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 5, 20);
                    std::mem::replace(encoder.as_mut(), empty).into_inner()
                } else {
                    std::mem::take(encoder.get_mut())
                }
            }
        };
        Bytes::from(encoded)
    }
}

fn written(encoder: &mut impl Write, text: &str) {
    let written = encoder.write_all(text.as_bytes());
    written
        .and_then(|()| encoder.flush())
        .expect("memory does not fail");
}
