//! What to tell those who keep answers: which things changed since a mark, and which surrogate keys that touches.
//!
//! The keys are exact: for single things, of what changed, those whose bytes are others than they were at the mark; for
//! lists, those that go by what changed, so that one of them is another one. Where the clock and an import both changed a
//! thing since the mark, or several imports did, more may be named.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::audience::Audience;
use super::changes::{Mark, identity, mark};
use super::engine::Row;
use super::lists::Report;
use super::log::{self, Identity, Parts, Version};
use super::read::{head, optional, visible};
use super::statement::Statement;
use super::{Error, Kind, Store, keys, moment};

/// More than this is not told one by one.
const MOST: usize = 1000;

/// What happened between two marks.
#[derive(Clone, Debug)]
pub struct News {
    /// Since when.
    pub since: Mark,
    /// Until when.
    pub until: Mark,
    /// False where there is too much to tell, or the log does not go back so far: then everything may have changed.
    pub complete: bool,
    /// What changed, one by one.
    pub items: Vec<Item>,
    /// All surrogate keys that are touched.
    pub keys: BTreeSet<String>,
    /// When something happens next by the clock alone.
    pub next_boundary: Option<Timestamp>,
}

/// One thing that changed.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which.
    pub identity: Identity,
    /// Whether the public sees it now.
    pub is_there: bool,
    /// Path with the site's prefix, if it is there and has one.
    pub url: Option<String>,
    /// The surrogate keys that it touches.
    pub keys: Vec<String>,
}

impl News {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.complete && self.keys.is_empty()
    }
}

/// `$3` is the moment of the mark, `$4` its generation.
const NEWS: &str = concat!(
    "with known (kind, id, owner, site, seen_from, seen_until, parts, number, hash) as (
     select c.kind, c.id, c.owner, c.site, c.was_since, c.was_until,
         case when c.was_since > $3 then c.whole else c.parts end, 0, null
     from change c where c.generation > $4
     union all
     select t.kind, t.id, t.owner, t.site, t.visible_from, t.visible_until, 0, t.number, t.hash from item t
     where t.visible_from > $3 and t.visible_from <= $1 and t.visible_from < t.visible_until
     union all
     select t.kind, t.id, t.owner, t.site, t.visible_from, t.visible_until, 0, t.number, t.hash from item t
     where t.visible_until > $3 and t.visible_until <= $1 and t.visible_from < t.visible_until)
     select ",
    head!(),
    ", l.identity, l.complete_since, k.kind as its_kind, k.id as its_id, k.owner as its_owner, k.site as its_site,
     k.seen_from, k.seen_until, k.parts, k.number as row_number, k.hash, i.number, i.url
     from generation g join change_log l on l.id = 1
     left join known k on g.id = 1
     left join item i on i.kind = k.kind and i.id = k.id and i.owner = k.owner and i.site = k.site and ",
    visible!("i"),
    " where g.id = 1 limit $5"
);

/// All that is known of one item.
#[derive(Default)]
struct Known {
    is_there: bool,
    url: Option<String>,
    was_seen: bool,
    parts: Parts,
    /// Its versions that begin or end by the clock in between.
    versions: Vec<Version>,
}

impl Store {
    /// What happened to the public's site since a mark, where Statamic's own API has some things and others not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn news(
        &self,
        since: &Mark,
        now: Timestamp,
        in_statamic: &(dyn Fn(Kind, &Identity) -> bool + Sync),
    ) -> Result<News, Error> {
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let statement = Statement::read(NEWS, &Audience::public(now))
            .bind(moment::stored(since.moment))
            .bind(since.generation)
            .bind(most + 1);
        let rows = self.engine.rows(statement).await?;
        let head = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        let until = mark(head, now)?;
        let mut news = News {
            since: since.clone(),
            complete: rows.len() <= MOST && until.follows(since, head.get("complete_since")?),
            until,
            items: Vec::new(),
            keys: BTreeSet::new(),
            next_boundary: optional(head, "next_boundary")?,
        };
        if news.complete {
            let mut report = Report::default();
            for (identity, known) in known(&rows, moment::stored(since.moment))? {
                news.take(identity, known, in_statamic, &mut report);
            }
            let now = moment::stored(news.until.moment);
            if self.report_changed(report, now).await? {
                news.keys.insert(keys::FINDINGS.to_owned());
            }
        }
        Ok(news)
    }
}

impl Mark {
    /// Whether what happened from an earlier mark to this one can be told.
    #[must_use]
    pub fn follows(&self, earlier: &Self, complete_since: i64) -> bool {
        self.database == earlier.database
            && (complete_since..=self.generation).contains(&earlier.generation)
    }
}

impl News {
    fn take(
        &mut self,
        identity: Identity,
        mut known: Known,
        in_statamic: &dyn Fn(Kind, &Identity) -> bool,
        report: &mut Report,
    ) {
        known.look_at_the_clock(
            moment::stored(self.since.moment),
            moment::stored(self.until.moment),
            report,
        );
        let keys = match Kind::named(&identity.kind) {
            Some(kind) => {
                let in_statamic = in_statamic(kind, &identity);
                keys::of(kind, &identity, known.parts, in_statamic)
            }
            None if identity.kind == "finding" => vec![keys::FINDINGS.to_owned()],
            None => vec![keys::PROBLEMS.to_owned()],
        };
        self.keys.extend(keys.iter().cloned());
        if identity.id.is_empty() || keys.is_empty() || !(known.is_there || known.was_seen) {
            return;
        }
        self.items.push(Item {
            identity,
            is_there: known.is_there,
            url: known.url,
            keys,
        });
    }
}

impl Known {
    /// Adds what differs between the version at the one moment and the version at the other.
    fn look_at_the_clock(&mut self, before: i64, now: i64, report: &mut Report) {
        let at = |moment: i64| {
            self.versions
                .iter()
                .find(move |version| version.is_seen(moment))
        };
        let (before, now) = (at(before), at(now));
        report.differ(before, now);
        self.parts = self.parts.and(log::unlike(before, now));
    }
}

fn known(rows: &[Row], since: i64) -> Result<BTreeMap<Identity, Known>, Error> {
    let mut all: BTreeMap<Identity, Known> = BTreeMap::new();
    for row in rows {
        let Some(identity) = identity(row)? else {
            continue;
        };
        let known = all.entry(identity).or_default();
        known.is_there = row.get::<Option<i64>>("number")?.is_some();
        known.url = row.get("url")?;
        let visible: (i64, i64) = (row.get("seen_from")?, row.get("seen_until")?);
        known.was_seen |= visible.1 > since;
        match row.get::<Option<Vec<u8>>>("hash")? {
            Some(hash) => known.versions.push(Version {
                number: row.get("row_number")?,
                visible,
                hash,
            }),
            None => known.parts = known.parts.and(Parts(row.get("parts")?)),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn no_read_walks_a_table() {
        let plan = plan(NEWS).await;
        let walked = plan
            .lines()
            .find(|line| line.starts_with("SCAN") && !line.starts_with("SCAN k"));
        assert!(walked.is_none(), "{plan}");
    }
}
