//! Everything but entries, read alike: sites, taxonomies, terms, globals, navigations, containers, assets and trees.

use super::audience::Audience;
use super::read::{Document, document, first, head, visible};
use super::statement::Statement;
use super::{Error, Kind, Snapshot, Store};

/// The site asked for, else the default one; things that are in no site have none.
macro_rules! in_site {
    () => {
        " and i.site in ('', coalesce($5,
             (select o.id from item o where o.kind = 'site' and o.owner = '' order by o.position limit 1)))"
    };
}

/// The inner `select` walks the index; sorting its few rows again costs nothing, and `PostgreSQL` would sort all otherwise.
const LIST: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join (select i.number from item i where i.kind = $3 and i.owner = $4 and i.own_order > $6 and ",
    visible!("i"),
    in_site!(),
    " order by i.own_order limit $7) p on true
     left join item i on i.number = p.number
     left join summary s on s.number = i.number
     left join body b on b.number = i.number
     where g.id = 1 order by i.own_order"
);

const ONE: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join item i on i.kind = $3 and i.owner = $4 and i.id = $6 and ",
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
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Document>>, Error> {
        let statement = Statement::read(LIST, audience)
            .bind(which.kind.name())
            .bind(which.owner)
            .bind(which.site)
            .bind(after)
            .bind(limit);
        self.engine.snapshot(statement).await
    }

    /// The one with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resource(
        &self,
        which: Which<'_>,
        id: &str,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Document>>, Error> {
        let statement = Statement::read(ONE, audience)
            .bind(which.kind.name())
            .bind(which.owner)
            .bind(which.site)
            .bind(id);
        Ok(self.engine.snapshot(statement).await?.map(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn no_read_walks_a_table_or_sorts() {
        let one = plan(ONE).await;
        assert!(
            !one.contains("SCAN") && !one.contains("TEMP B-TREE"),
            "{one}"
        );
        let list = plan(LIST).await.replace("SCAN p", "");
        assert!(!list.contains("SCAN"), "{list}");
        assert_eq!(list.matches("TEMP B-TREE").count(), 1, "{list}");
    }
}
