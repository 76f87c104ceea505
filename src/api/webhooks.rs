//! Webhooks: the changes posted to addresses of the operator's choice, signed, until each has taken them.
//!
//! In: what changed since an address last took a message. Out: POST requests by the scheme of Standard Webhooks. What is
//! to be said, and how far each address knows the site, stands in the database before anything is sent, so that nothing
//! is lost by a restart; an address may hear a message twice, with the same id. The one home of the HTTP client.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::Sha256;

use super::{Api, events};
use crate::store;
use crate::store::deliveries::{Delivery, Failure, Message};
use crate::store::news::News;
use crate::store::{Kind, keys};

/// An address that does not answer in this time has not taken the message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The pause after the first attempt; each one after it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// So often it is looked whether there is something to send, even if nothing was heard of.
const LOOKED_EVERY: Duration = Duration::from_secs(10);

/// How long is waited where the database fails.
const DATABASE_PAUSE: Duration = Duration::from_secs(5);

/// An address that is told of changes.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Where the messages go.
    pub url: String,
    /// What they are signed with: `whsec_` and Base64, or any text.
    pub secret: String,
    /// Only of entries of these collections; empty: of everything.
    pub collections: Vec<String>,
}

/// Tells all webhooks, for as long as it is polled. A server that cannot note what it told tells nothing.
pub(super) async fn deliver(api: Arc<Api>, webhooks: Vec<Webhook>) {
    if webhooks.is_empty() || !api.store.is_writable() {
        return;
    }
    if let Err(error) = forget_others(&api, &webhooks).await {
        tracing::error!("webhooks that are no longer set are still in the database: {error}");
    }
    let mut senders = tokio::task::JoinSet::new();
    for webhook in webhooks {
        let sender = Sender {
            api: Arc::clone(&api),
            client: client(),
            webhook,
        };
        senders.spawn(sender.run());
    }
    senders.join_all().await;
}

async fn forget_others(api: &Api, webhooks: &[Webhook]) -> Result<(), store::Error> {
    for delivery in api.store.deliveries().await? {
        if webhooks.iter().all(|webhook| webhook.url != delivery.url) {
            api.store.end_delivery(&delivery.url).await?;
        }
    }
    Ok(())
}

/// Redirects are not followed: a message goes where the operator said, and nowhere else.
fn client() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("rhapsode/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

struct Sender {
    api: Arc<Api>,
    client: ureq::Agent,
    webhook: Webhook,
}

impl Sender {
    async fn run(self) {
        let mut news = self.api.live.listen();
        loop {
            match self.step().await {
                Ok(Some(pause)) => tokio::time::sleep(pause).await,
                // Whatever woke it, the next step looks for itself.
                Ok(None) => drop(tokio::time::timeout(LOOKED_EVERY, news.recv()).await),
                Err(error) => {
                    tracing::error!("a webhook cannot be told: {error}");
                    tokio::time::sleep(DATABASE_PAUSE).await;
                }
            }
        }
    }

    /// Sends what there is to send; how long to wait before the next step, or `None`: until something happens.
    async fn step(&self) -> Result<Option<Duration>, store::Error> {
        let (store, url) = (&self.api.store, self.webhook.url.as_str());
        let deliveries = store.deliveries().await?;
        let Some(delivery) = deliveries.into_iter().find(|delivery| delivery.url == url) else {
            let mark = store.mark(self.api.now()).await?;
            store.begin_delivery(url, &mark).await?;
            return Ok(None);
        };
        let now = Timestamp::now();
        if let Some(wait) = delivery.next_attempt_at.filter(|next| *next > now) {
            return Ok(Some(wait.duration_since(now).unsigned_abs()));
        }
        match delivery.pending.clone() {
            Some(message) => self.attempt(&delivery, message).await,
            None => self.prepare(&delivery).await,
        }
    }

    /// Puts what happened into a message, if this address wants to hear it.
    async fn prepare(&self, delivery: &Delivery) -> Result<Option<Duration>, store::Error> {
        let store = &self.api.store;
        let news = self.api.news(&delivery.known, self.api.now()).await?;
        let moved = !news.is_empty() || news.until.generation != delivery.known.generation;
        let news = wanted(news, &self.webhook.collections);
        if news.is_empty() {
            if moved {
                store.delivered(&delivery.url, &news.until, None).await?;
            }
            return Ok(None);
        }
        let message = message(&news);
        store.prepare_delivery(&delivery.url, &message).await?;
        Ok(Some(Duration::ZERO))
    }

    async fn attempt(
        &self,
        delivery: &Delivery,
        message: Message,
    ) -> Result<Option<Duration>, store::Error> {
        let (store, url) = (&self.api.store, &delivery.url);
        let until = message.until.clone();
        let (error, status) = match self.post(message).await {
            Ok(status) if (200..300).contains(&status) => {
                store.delivered(url, &until, Some(status)).await?;
                return Ok(Some(Duration::ZERO));
            }
            Ok(status) => (format!("it answered {status}"), Some(status)),
            Err(error) => (error, None),
        };
        let pause = pause_after(delivery.attempts);
        tracing::warn!("a webhook was not told, next attempt in {pause:?}: {error}");
        let wait = SignedDuration::try_from(pause).unwrap_or_default();
        let failure = Failure {
            status,
            error,
            next_attempt_at: Timestamp::now() + wait,
        };
        store.delivery_failed(url, &failure).await?;
        Ok(Some(pause))
    }

    /// The status that the address answers, or why it does not.
    async fn post(&self, message: Message) -> Result<i64, String> {
        let (client, webhook) = (self.client.clone(), self.webhook.clone());
        let posted = tokio::task::spawn_blocking(move || {
            let timestamp = Timestamp::now().as_second().to_string();
            let signature = signature(&webhook.secret, &message.id, &timestamp, &message.body);
            let answer = client
                .post(&webhook.url)
                .header("content-type", "application/json")
                .header("webhook-id", &message.id)
                .header("webhook-timestamp", &timestamp)
                .header("webhook-signature", &signature)
                .send(&message.body);
            answer.map(|answer| i64::from(answer.status().as_u16()))
        });
        let posted = posted.await.map_err(|error| error.to_string())?;
        posted.map_err(|error| error.to_string())
    }
}

/// What of the news an address wants to hear: of entries of its collections, and of the lists of these.
fn wanted(mut news: News, collections: &[String]) -> News {
    if collections.is_empty() {
        return news;
    }
    news.items.retain(|item| {
        item.identity.kind == Kind::Entry.name() && collections.contains(&item.identity.owner)
    });
    let lists = collections.iter().flat_map(|handle| {
        [keys::list, keys::statamic_list].map(|list| list(Kind::Entry, Some(handle)))
    });
    let mut touched: BTreeSet<String> = lists.filter(|list| news.keys.contains(list)).collect();
    if touched.iter().any(|list| !list.starts_with("statamic:")) {
        touched.insert(keys::list(Kind::Entry, None));
    }
    let of_items = news.items.iter().flat_map(|item| item.keys.iter().cloned());
    touched.extend(of_items);
    news.keys = touched;
    news
}

fn message(news: &News) -> Message {
    let kind = if news.complete {
        "site.changed"
    } else {
        "site.reset"
    };
    let body = json!({
        "type": kind,
        "timestamp": news.until.moment.to_string(),
        "data": events::data(news),
    });
    Message {
        id: format!("msg_{}", uuid::Uuid::new_v4().simple()),
        body: body.to_string(),
        until: news.until.clone(),
    }
}

/// `v1,` and the Base64 of an HMAC-SHA-256 over id, timestamp and body.
fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    let key = secret
        .strip_prefix("whsec_")
        .and_then(|key| STANDARD.decode(key).ok());
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut signature = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
    for part in [id, ".", timestamp, ".", body] {
        signature.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(signature.finalize().into_bytes()))
}

/// Twice as long each time, and not longer than an hour.
fn pause_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(0, 16)).unwrap_or(0);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_an_independent_computation() {
        // Computed with Python's hmac and base64 over "msg_1.1700000000.{\"a\":1}".
        let signed = |secret| signature(secret, "msg_1", "1700000000", "{\"a\":1}");
        assert_eq!(signed("whsec_c2VjcmV0"), signed("secret"));
        assert_eq!(
            signed("secret"),
            "v1,Q5nZ7DiOGwijBBqvBVAK6c0zDr2JLkXI7TaV4f+Q2vY="
        );
    }

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let pauses: Vec<u64> = [0, 1, 2, 11, 12, 1000]
            .map(|attempts| pause_after(attempts).as_secs())
            .into();
        assert_eq!(pauses, [1, 2, 4, 2048, 3600, 3600]);
    }
}
