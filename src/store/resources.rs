//! Everything but entries, read alike: sites, taxonomies, terms, globals, navigations, containers, assets and trees.

use jiff::Timestamp;

use super::read::{Document, document, first, head, snapshot, visible};
use super::{Error, Kind, Snapshot, Store, moment};

/// The site asked for, else the default one; things that are in no site have none.
macro_rules! in_site {
    () => {
        " and i.site in ('', coalesce($4,
             (select o.id from item o where o.kind = 'site' and o.owner = '' order by o.position limit 1)))"
    };
}

const LIST: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join item i on i.kind = $2 and i.owner = $3 and i.own_order > $5 and ",
    visible!("i"),
    in_site!(),
    "
     left join summary s on s.number = i.number
     left join body b on b.number = i.number
     where g.id = 1 order by i.own_order limit $6"
);

const ONE: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join item i on i.kind = $2 and i.owner = $3 and i.id = $5 and ",
    visible!("i"),
    in_site!(),
    "
     left join summary s on s.number = i.number
     left join body b on b.number = i.number
     where g.id = 1 limit 1"
);

/// Which things are meant.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    /// What they are.
    pub kind: Kind,
    /// What they belong to; empty where that is nothing.
    pub owner: &'a str,
    /// The site; `None` for the default one.
    pub site: Option<&'a str>,
}

impl Store {
    /// Up to `limit` of them in their own order, those after a place in it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resources(
        &self,
        which: Which<'_>,
        after: i64,
        limit: i64,
        now: Timestamp,
    ) -> Result<Snapshot<Vec<Document>>, Error> {
        let rows = sqlx::query(LIST)
            .bind(moment::stored(now))
            .bind(which.kind.name())
            .bind(which.owner)
            .bind(which.site)
            .bind(after)
            .bind(limit);
        snapshot(&rows.fetch_all(&self.engine.readers).await?)
    }

    /// The one with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resource(
        &self,
        which: Which<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<Snapshot<Option<Document>>, Error> {
        let rows = sqlx::query(ONE)
            .bind(moment::stored(now))
            .bind(which.kind.name())
            .bind(which.owner)
            .bind(which.site)
            .bind(id);
        Ok(snapshot(&rows.fetch_all(&self.engine.readers).await?)?.map(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn no_read_walks_a_table_or_sorts() {
        for statement in [LIST, ONE] {
            let plan = plan(statement).await;
            assert!(
                !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
                "{statement}\n{plan}"
            );
        }
    }
}
