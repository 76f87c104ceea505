//! One thing, or a few small ones, read in one statement, so that an answer and its generation are of one moment.
//!
//! Each statement hangs off the one row of `generation` by left joins: it comes back even where nothing was found. What
//! the public may see is decided by `visible!`, here and nowhere else.

use jiff::Timestamp;
use sqlx::FromRow;

use super::audience::Audience;
use super::engine::{Engine, Record, Row};
use super::statement::Statement;
use super::{Error, Kind, Snapshot, Store, id_key, moment, tally};

/// The one predicate of publicness: `$1` is now, `$2` the preview, the argument names the row of `item`.
///
/// `visible_from` and `visible_until` hold the version's validity, the entry's window and `published` in one; a preview
/// asks for the validity alone.
macro_rules! visible {
    ($item:literal) => {
        concat!(
            "(",
            $item,
            ".visible_from <= $1 and $1 < ",
            $item,
            ".visible_until or $2 in ('*', ",
            $item,
            ".id) and ",
            $item,
            ".valid_from <= $1 and $1 < ",
            $item,
            ".valid_until)"
        )
    };
}
pub(super) use visible;

/// What every statement says of its snapshot.
macro_rules! head {
    () => {
        "g.number as generation, g.replaced_at,
         (select min(moment) from boundary where moment > $1) as next_boundary,
         (select max(moment) from boundary where moment <= $1) as last_boundary"
    };
}
pub(super) use head;

/// The columns of a [`Document`], from `item i`, `summary s` and `body b`.
macro_rules! document {
    () => {
        "i.number, i.owner, i.id, i.site, i.slug, i.uri, i.url, i.permalink, i.own_order,
         i.changed_at, i.visible_from, i.visible_until, s.object as summary, b.fields, b.seo"
    };
}
pub(super) use document;

/// One visible item, its texts as the templates they were stored as.
#[derive(Clone, Debug, FromRow)]
pub struct Document {
    /// Collection, taxonomy, container or navigation.
    pub owner: String,
    /// As [`id_key`] spells it.
    pub id: String,
    /// Site handle.
    pub site: String,
    /// Last part of its route.
    pub slug: Option<String>,
    /// Own route, without the site's prefix.
    pub uri: Option<String>,
    /// Path with the site's prefix.
    pub url: Option<String>,
    /// Absolute.
    pub permalink: Option<String>,
    own_order: i64,
    changed_at: i64,
    visible_from: i64,
    visible_until: i64,
    /// Template of the native object without `fields` and `seo`.
    pub summary: String,
    /// Template of `fields`.
    pub fields: Option<String>,
    /// Template of `seo`.
    pub seo: Option<String>,
}

impl Document {
    /// When its answer last changed: it was written, or it became visible.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        moment::read(self.changed_at.max(self.visible_from)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Its place in its list's own order.
    #[must_use]
    pub fn own_order(&self) -> i64 {
        self.own_order
    }

    /// When its answer changes next by the clock alone.
    #[must_use]
    pub fn visible_until(&self) -> Option<Timestamp> {
        moment::read(self.visible_until)
    }
}

/// A collection's description and how many of its entries are public.
#[derive(Clone, Debug, FromRow)]
pub struct Collection {
    /// Its handle.
    pub id: String,
    /// Template of its description.
    pub summary: String,
    /// Public entries.
    pub entries: i64,
}

/// The generation alone.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Generation {
    /// 0: nothing was ever imported.
    pub number: i64,
    /// What shaped the compiled rows, as the importer named it.
    pub fingerprint: String,
}

const ENTRY: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join item i on i.kind = 'entry' and i.id = $3 and ",
    visible!("i"),
    "
     left join summary s on s.number = i.number
     left join body b on b.number = i.number
     where g.id = 1 limit 1"
);

const COLLECTIONS: &str = concat!(
    "select ",
    head!(),
    ", i.number, i.id, s.object as summary,
     ",
    tally::number!("c.kind = 'entry' and c.owner = i.id"),
    " as entries
     from generation g
     left join item i on i.kind = 'collection' and i.owner = '' and ($3 is null or i.id = $3) and ",
    visible!("i"),
    "
     left join summary s on s.number = i.number
     where g.id = 1 order by i.position"
);

impl Store {
    /// The generation that a read now would be of.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn generation(&self) -> Result<Generation, Error> {
        let statement = Statement::new(
            "select number, number as generation, fingerprint from generation where id = 1",
        );
        let rows = self.engine.rows(statement).await?;
        rows.first().ok_or(sqlx::Error::RowNotFound)?.record()
    }

    /// The entry with this id, in any spelling of a UUID, if the public may see it now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn entry(
        &self,
        id: &str,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Document>>, Error> {
        let statement = Statement::read(ENTRY, audience).bind(id_key(id));
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// Collections with their counts, by their position: all, or the one with this handle.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn collections(
        &self,
        handle: Option<&str>,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Collection>>, Error> {
        let statement = Statement::read(COLLECTIONS, audience).bind(handle);
        self.engine.snapshot(statement).await
    }

    /// Names of the fields that items of a kind have, of some owners or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn field_names(&self, kind: Kind, owners: &[String]) -> Result<Vec<String>, Error> {
        let mut statement = Statement::new("select distinct name from field where kind = ");
        statement.push_value(kind.name());
        if !owners.is_empty() {
            statement.push(" and owner in (");
            statement.push_values(owners.iter().map(String::as_str));
            statement.push(")");
        }
        statement.push(" order by name");
        let rows = self.engine.rows(statement).await?;
        rows.iter().map(|row| row.get("name")).collect()
    }
}

impl Engine {
    /// What a statement that hangs off `generation` answers, with its snapshot.
    pub(super) async fn snapshot<T: Record>(
        &self,
        statement: Statement,
    ) -> Result<Snapshot<Vec<T>>, Error> {
        snapshot(&self.rows(statement).await?)
    }
}

/// What the first row says of the snapshot, and all rows that hold something.
pub(super) fn snapshot<T: Record>(rows: &[Row]) -> Result<Snapshot<Vec<T>>, Error> {
    let head = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let mut value = Vec::with_capacity(rows.len());
    for row in rows {
        if row.get::<Option<i64>>("number")?.is_some() {
            value.push(row.record()?);
        }
    }
    Ok(Snapshot {
        generation: head.get("generation")?,
        replaced_at: moment::read(head.get("replaced_at")?).unwrap_or(Timestamp::UNIX_EPOCH),
        last_boundary: optional(head, "last_boundary")?,
        next_boundary: optional(head, "next_boundary")?,
        value,
    })
}

pub(super) fn optional(row: &Row, column: &str) -> Result<Option<Timestamp>, Error> {
    Ok(row.get::<Option<i64>>(column)?.and_then(moment::read))
}

pub(super) fn first<T>(values: Vec<T>) -> Option<T> {
    values.into_iter().next()
}

/// How `SQLite` would run a statement, a line per step; the parameters do not matter to it.
#[cfg(test)]
pub(super) async fn plan(statement: &str) -> String {
    use sqlx::{Connection, Row as _};

    let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:")
        .await
        .unwrap();
    super::engine::sqlite::MIGRATIONS
        .run(&mut connection)
        .await
        .unwrap();
    let explain = sqlx::AssertSqlSafe(format!("explain query plan {statement}"));
    let steps = sqlx::query(explain)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    steps
        .iter()
        .map(|step| step.get::<String, _>("detail"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_read_walks_a_table_or_sorts() {
        for statement in [ENTRY, COLLECTIONS] {
            let plan = plan(statement).await;
            assert!(
                !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
                "{statement}\n{plan}"
            );
        }
    }
}
