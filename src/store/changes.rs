//! What changed since someone last looked: by imports, as the log of changes has it, and by the clock, as the rows
//! themselves tell. And, for whoever begins, everything.
//!
//! Nobody is told what was never public: what is gone is named only to those who could have seen it.

use jiff::Timestamp;

use super::audience::Audience;
use super::engine::Row;
use super::log::{self, Identity, Parts};
use super::read::{Document, document, head, visible};
use super::statement::Statement;
use super::{Error, Store, moment};

/// How far someone knows the site: a generation as it was at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which database it is of; another one's generations mean nothing here.
    pub database: String,
    /// The generation.
    pub generation: i64,
    /// The moment.
    pub moment: Timestamp,
}

/// Which changes are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Since when; `None`: everything there is.
    pub since: Option<Mark>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only of this collection, taxonomy, container or navigation.
    pub owner: Option<String>,
    /// Only of this site.
    pub site: Option<String>,
    /// Those after this one.
    pub after: Option<Identity>,
    /// At most this many.
    pub limit: i64,
    /// Whether `fields` and `seo` are wanted.
    pub bodies: bool,
}

/// Changes, and what they lead to.
#[derive(Debug)]
pub struct Changes {
    /// What is known now.
    pub mark: Mark,
    /// The log goes back to this generation.
    pub complete_since: i64,
    /// By kind, id, owner and site.
    pub items: Vec<Change>,
}

/// One item that is another one than before.
#[derive(Debug)]
pub struct Change {
    /// Which.
    pub identity: Identity,
    /// As it is now; `None` where the public does not see it any more.
    pub document: Option<Document>,
    /// Whether the public saw it at some time since.
    pub was_seen: bool,
    /// What of it changed.
    pub parts: Parts,
}

/// What the native API does not show is no part of a copy; trees hide in `fields` what only `/api` composes.
macro_rules! wanted {
    ($item:literal) => {
        concat!(
            $item,
            ".kind not in ('user', 'form') and ($3 is null or ",
            $item,
            ".kind = $3)
             and ($4 is null or ",
            $item,
            ".owner = $4) and ($5 is null or ",
            $item,
            ".site = $5)
             and (",
            $item,
            ".kind, ",
            $item,
            ".id, ",
            $item,
            ".owner, ",
            $item,
            ".site) > ($6, $7, $8, $9)"
        )
    };
}

/// What is, and is published or expires by the clock alone after `$12` and up to now.
macro_rules! by_the_clock {
    ($columns:literal) => {
        concat!(
            "select ", $columns, " from item t
             where t.visible_from > $12 and t.visible_from <= $1 and t.visible_from < t.visible_until
             union all
             select ", $columns, " from item t
             where t.visible_until > $12 and t.visible_until <= $1 and t.visible_from < t.visible_until"
        )
    };
}

const EVERYTHING: &str = concat!(
    "select ",
    head!(),
    ", l.identity, l.complete_since, i.kind as its_kind, i.id as its_id, i.owner as its_owner, i.site as its_site,
     cast(1 as bigint) as was_seen, i.hash, cast(128 as bigint) as parts, ",
    document!(),
    "
     from generation g join change_log l on l.id = 1
     left join item i on ",
    wanted!("i"),
    " and ",
    visible!("i"),
    "
     left join summary s on s.number = i.number
     left join body b on b.number = i.number and $11
     where g.id = 1 order by i.kind, i.id, i.owner, i.site limit $10"
);

/// The bits of a part of some rows, each where any row has it (`log::Parts`, and [`UNKNOWN`]).
macro_rules! all_parts {
    () => {
        "max(k.parts & 1) + max(k.parts & 2) + max(k.parts & 4) + max(k.parts & 8) + max(k.parts & 16)
             + max(k.parts & 32) + max(k.parts & 64) + max(k.parts & 128)"
    };
}

/// Beside the bits of parts: what the clock changed is not looked at here, and may be all that there is.
const UNKNOWN: Parts = Parts(128);

const SINCE: &str = concat!(
    "with known (kind, id, owner, site, was_until, parts) as (
     select c.kind, c.id, c.owner, c.site, c.was_until, case when c.was_since > $12 then c.whole else c.parts end
     from change c
     where c.generation > $13 and c.id <> '' and (c.was_since > $12 or c.parts > 0)
     union all ",
    by_the_clock!("t.kind, t.id, t.owner, t.site, t.visible_until, 128"),
    "), page (kind, id, owner, site, was_until, parts) as (
     select k.kind, k.id, k.owner, k.site, max(k.was_until), ",
    all_parts!(),
    " from known k where ",
    wanted!("k"),
    " group by k.kind, k.id, k.owner, k.site order by k.kind, k.id, k.owner, k.site limit $10)
     select ",
    head!(),
    ", l.identity, l.complete_since, p.kind as its_kind, p.id as its_id, p.owner as its_owner, p.site as its_site,
     cast(case when p.was_until > $12 then 1 else 0 end as bigint) as was_seen, i.hash, p.parts, ",
    document!(),
    "
     from generation g join change_log l on l.id = 1
     left join page p on g.id = 1
     left join item i on i.kind = p.kind and i.id = p.id and i.owner = p.owner and i.site = p.site and ",
    visible!("i"),
    "
     left join summary s on s.number = i.number
     left join body b on b.number = i.number and $11
     where g.id = 1 order by p.kind, p.id, p.owner, p.site"
);

impl Store {
    /// How far someone knows the site who has read all of it now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark(&self, now: Timestamp) -> Result<Mark, Error> {
        let statement = Statement::new(
            "select g.number as generation, l.identity from generation g join change_log l on l.id = 1 where g.id = 1",
        );
        let rows = self.engine.rows(statement).await?;
        mark(rows.first().ok_or(sqlx::Error::RowNotFound)?, now)
    }

    /// A page of what changed for the public.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn changes(&self, wanted: &Wanted, now: Timestamp) -> Result<Changes, Error> {
        let text = if wanted.since.is_some() {
            SINCE
        } else {
            EVERYTHING
        };
        let nowhere = Identity::default();
        let after = wanted.after.as_ref().unwrap_or(&nowhere);
        let statement = Statement::read(text, &Audience::public(now))
            .bind(wanted.kind.as_deref())
            .bind(wanted.owner.as_deref())
            .bind(wanted.site.as_deref())
            .bind(after.kind.as_str())
            .bind(after.id.as_str())
            .bind(after.owner.as_str())
            .bind(after.site.as_str())
            .bind(wanted.limit)
            .bind(wanted.bodies);
        let statement = match &wanted.since {
            Some(since) => statement
                .bind(moment::stored(since.moment))
                .bind(since.generation),
            None => statement,
        };
        let rows = self.engine.rows(statement).await?;
        let head = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        let items = rows.iter().filter_map(|row| change(row).transpose());
        Ok(Changes {
            mark: mark(head, now)?,
            complete_since: head.get("complete_since")?,
            items: items.collect::<Result<_, _>>()?,
        })
    }
}

pub(super) fn mark(row: &Row, now: Timestamp) -> Result<Mark, Error> {
    Ok(Mark {
        database: row.get("identity")?,
        generation: row.get("generation")?,
        moment: now,
    })
}

fn change(row: &Row) -> Result<Option<Change>, Error> {
    let Some(identity) = identity(row)? else {
        return Ok(None);
    };
    let is_there = row.get::<Option<i64>>("number")?.is_some();
    Ok(Some(Change {
        identity,
        document: is_there.then(|| row.record()).transpose()?,
        was_seen: row.get::<i64>("was_seen")? == 1,
        parts: parts(row)?,
    }))
}

/// Which item a row is of; `None` where it is of none.
pub(super) fn identity(row: &Row) -> Result<Option<Identity>, Error> {
    let Some(kind) = row.get::<Option<String>>("its_kind")? else {
        return Ok(None);
    };
    Ok(Some(Identity {
        kind,
        id: row.get("its_id")?,
        owner: row.get("its_owner")?,
        site: row.get("its_site")?,
    }))
}

/// Which of its parts a row says have changed.
fn parts(row: &Row) -> Result<Parts, Error> {
    let parts = Parts(row.get("parts")?);
    if !parts.has(UNKNOWN) {
        return Ok(parts);
    }
    let hash: Option<Vec<u8>> = row.get("hash")?;
    Ok(hash.map_or(Parts::ALL, |hash| parts.and(log::whole(&hash))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn no_read_walks_a_table() {
        for statement in [EVERYTHING, SINCE] {
            let plan = plan(statement).await;
            // What was gathered by indexes may be walked: it is what was asked for.
            let gathered = ["k", "known", "p", "page"];
            let walked = plan.lines().filter_map(|line| line.strip_prefix("SCAN "));
            let walked = walked
                .filter_map(|line| line.split(' ').next())
                .find(|name| !gathered.contains(name));
            assert!(walked.is_none(), "{statement}\n{plan}");
        }
        assert!(!plan(EVERYTHING).await.contains("TEMP B-TREE"));
    }
}
