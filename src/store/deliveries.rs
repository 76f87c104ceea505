//! How far each webhook was told, and what it is being told: kept in the database, so that a restart forgets nothing.

use jiff::Timestamp;

use super::changes::Mark;
use super::engine::Row;
use super::statement::Statement;
use super::{Error, Store, moment};

/// The state of one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Where it is.
    pub url: String,
    /// What it was told up to.
    pub known: Mark,
    /// What it is to be told and did not take yet.
    pub pending: Option<Message>,
    /// How often that was tried in vain.
    pub attempts: i64,
    /// Not tried again before.
    pub next_attempt_at: Option<Timestamp>,
    /// What it answered to the last attempt.
    pub last_status: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it last took a message.
    pub delivered_at: Option<Timestamp>,
}

/// A message as it is sent, again and again the same until it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Names it to the receiver, who may meet it twice.
    pub id: String,
    /// What is sent.
    pub body: String,
    /// What is known to whoever took it.
    pub until: Mark,
}

/// How an attempt ended that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was answered, if anything.
    pub status: Option<i64>,
    /// In words.
    pub error: String,
    /// Not tried again before.
    pub next_attempt_at: Timestamp,
}

impl Store {
    /// The state of every webhook, by its URL.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deliveries(&self) -> Result<Vec<Delivery>, Error> {
        let statement = Statement::new(
            "select w.url, w.generation, w.moment, w.message_id, w.message, w.message_generation, w.message_moment,
             w.attempts, w.next_attempt_at, w.last_status, w.last_error, w.delivered_at, l.identity
             from webhook w join change_log l on l.id = 1 order by w.url",
        );
        let rows = self.engine.rows(statement).await?;
        rows.iter().map(delivery).collect()
    }

    /// Takes up a webhook that is new: it is told what happens from a mark on.
    ///
    /// # Errors
    /// If the database fails or cannot be written.
    pub async fn begin_delivery(&self, url: &str, from: &Mark) -> Result<(), Error> {
        let begin = Statement::new(
            "insert into webhook (url, generation, moment, attempts, next_attempt_at) values ($1, $2, $3, 0, $4)
             on conflict (url) do nothing",
        );
        self.write(
            begin
                .bind(url)
                .bind(from.generation)
                .bind(moment::stored(from.moment))
                .bind(moment::ALWAYS),
        )
        .await
    }

    /// Forgets a webhook.
    ///
    /// # Errors
    /// If the database fails or cannot be written.
    pub async fn end_delivery(&self, url: &str) -> Result<(), Error> {
        self.write(Statement::new("delete from webhook where url = $1").bind(url))
            .await
    }

    /// Keeps a message that is about to be sent.
    ///
    /// # Errors
    /// If the database fails or cannot be written.
    pub async fn prepare_delivery(&self, url: &str, message: &Message) -> Result<(), Error> {
        let prepare = Statement::new(
            "update webhook set message_id = $2, message = $3, message_generation = $4, message_moment = $5, attempts = 0,
             next_attempt_at = $6 where url = $1 and message is null",
        );
        self.write(
            prepare
                .bind(url)
                .bind(message.id.as_str())
                .bind(message.body.as_str())
                .bind(message.until.generation)
                .bind(moment::stored(message.until.moment))
                .bind(moment::ALWAYS),
        )
        .await
    }

    /// Takes note that a webhook knows the site up to a mark, because it took a message or had none to take.
    ///
    /// # Errors
    /// If the database fails or cannot be written.
    pub async fn delivered(
        &self,
        url: &str,
        until: &Mark,
        status: Option<i64>,
    ) -> Result<(), Error> {
        let taken = Statement::new(
            "update webhook set generation = $2, moment = $3, message_id = null, message = null, message_generation = null,
             message_moment = null, attempts = 0, next_attempt_at = $4, last_status = coalesce($5, last_status),
             last_error = null, delivered_at = case when $5 is null then delivered_at else $6 end where url = $1",
        );
        self.write(
            taken
                .bind(url)
                .bind(until.generation)
                .bind(moment::stored(until.moment))
                .bind(moment::ALWAYS)
                .bind(status)
                .bind(moment::stored(Timestamp::now())),
        )
        .await
    }

    /// Takes note of an attempt that failed.
    ///
    /// # Errors
    /// If the database fails or cannot be written.
    pub async fn delivery_failed(&self, url: &str, failure: &Failure) -> Result<(), Error> {
        let failed = Statement::new(
            "update webhook set attempts = attempts + 1, next_attempt_at = $2, last_status = $3, last_error = $4
             where url = $1",
        );
        self.write(
            failed
                .bind(url)
                .bind(moment::stored(failure.next_attempt_at))
                .bind(failure.status)
                .bind(failure.error.as_str()),
        )
        .await
    }

    async fn write(&self, statement: Statement) -> Result<(), Error> {
        let mut writer = self.engine.writer().await?;
        writer.execute(statement).await?;
        writer.commit().await?;
        writer.settle().await
    }
}

fn delivery(row: &Row) -> Result<Delivery, Error> {
    let database: String = row.get("identity")?;
    let at = |column| Ok::<_, Error>(row.get::<Option<i64>>(column)?.and_then(moment::read));
    let mark = |generation: i64, moment: Option<Timestamp>| Mark {
        database: database.clone(),
        generation,
        moment: moment.unwrap_or(Timestamp::UNIX_EPOCH),
    };
    let message = (
        row.get::<Option<String>>("message_id")?,
        row.get::<Option<String>>("message")?,
        row.get::<Option<i64>>("message_generation")?,
    );
    let pending = match message {
        (Some(id), Some(body), Some(generation)) => Some(Message {
            id,
            body,
            until: mark(generation, at("message_moment")?),
        }),
        _ => None,
    };
    Ok(Delivery {
        url: row.get("url")?,
        known: mark(row.get("generation")?, at("moment")?),
        pending,
        attempts: row.get("attempts")?,
        next_attempt_at: at("next_attempt_at")?,
        last_status: row.get("last_status")?,
        last_error: row.get("last_error")?,
        delivered_at: at("delivered_at")?,
    })
}
