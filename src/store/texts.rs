//! What Statamic's own REST API is answered from: its objects, made at import, and what its filters and sorts see.

use std::collections::HashMap;

use sqlx::FromRow;

use super::audience::Audience;
use super::read::{first, head, visible};
use super::statement::Statement;
use super::{Error, Kind, Snapshot, Store, id_key};

/// What Statamic's own API needs of an item.
#[derive(Clone, Debug, FromRow)]
pub struct Texts {
    /// Names it to [`Store::items`] and [`Store::objects`].
    pub number: i64,
    /// As [`id_key`] spells it.
    pub id: String,
    /// Site handle.
    pub site: String,
    /// Collection, taxonomy, container or navigation.
    pub owner: String,
    /// Last part of its route.
    pub slug: Option<String>,
    /// What filters and sorts see: a JSON object.
    pub query: Option<String>,
    /// Template of Statamic's object; `None` in lists.
    pub object: Option<String>,
    /// Template of a tree's `page`; `None` in lists.
    pub page: Option<String>,
}

const ITEM: &str = concat!(
    "select ",
    head!(),
    ", i.number, i.id, i.site, i.owner, i.slug, t.query, t.object, t.page
     from generation g
     left join item i on i.kind = $3 and i.id = $4 and i.owner = $5 and i.site = $6 and ",
    visible!("i"),
    "
     left join statamic t on t.number = i.number
     where g.id = 1 limit 1"
);

const ITEMS: &str = concat!(
    "select ",
    head!(),
    ", i.number, i.id, i.site, i.owner, i.slug, t.query, null as object, null as page
     from generation g
     left join item i on i.kind = $3 and i.owner = $4 and ($5 is null or i.site = $5) and ",
    visible!("i"),
    "
     left join statamic t on t.number = i.number
     where g.id = 1 order by i.position"
);

const OBJECTS: &str = "select i.number, i.id, i.site, i.owner, i.slug, t.query, t.object, t.page
     from item i join statamic t on t.number = i.number where i.number in (";

impl Store {
    /// One visible item of any kind with the texts that Statamic's API sends.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn item(
        &self,
        kind: Kind,
        owner: &str,
        id: &str,
        site: &str,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Texts>>, Error> {
        let statement = Statement::read(ITEM, audience)
            .bind(kind.name())
            .bind(id_key(id))
            .bind(owner)
            .bind(site);
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// All visible items of a kind and owner, of one site or of all, by their position; without their objects.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn items(
        &self,
        kind: Kind,
        owner: &str,
        site: Option<&str>,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Texts>>, Error> {
        let statement = Statement::read(ITEMS, audience)
            .bind(kind.name())
            .bind(owner)
            .bind(site);
        self.engine.snapshot(statement).await
    }

    /// The objects of items that [`Self::items`] found, in the order of the numbers; one that is gone is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn objects(&self, numbers: &[i64]) -> Result<Vec<Texts>, Error> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(OBJECTS);
        statement.push_values(numbers.iter().copied());
        statement.push(")");
        let found: Vec<Texts> = self.engine.records(statement).await?;
        let mut found: HashMap<i64, Texts> = found
            .into_iter()
            .map(|texts| (texts.number, texts))
            .collect();
        Ok(numbers
            .iter()
            .filter_map(|number| found.remove(number))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn no_read_walks_a_table_or_sorts() {
        for statement in [ITEM, ITEMS] {
            let plan = plan(statement).await;
            assert!(
                !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
                "{statement}\n{plan}"
            );
        }
    }
}
