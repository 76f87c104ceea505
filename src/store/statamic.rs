//! Reads that only Statamic's own API makes: a page of a list, an item wherever it is, a tree with its pages.

use sqlx::FromRow;

use super::audience::Audience;
use super::engine::Row;
use super::read::{first, head, snapshot, visible};
use super::statement::Statement;
use super::texts::Texts;
use super::{Error, Kind, Snapshot, Store, id_key, tally};

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ItemPage {
    /// With their objects.
    pub items: Vec<Texts>,
    /// How many there are on all pages.
    pub total: i64,
}

/// A tree of a collection or a navigation in one site.
#[derive(Clone, Debug, FromRow)]
pub struct Tree {
    /// Its site's handle.
    pub site: String,
    /// Its branches, as JSON.
    pub branches: Option<String>,
}

/// A site's description.
#[derive(Clone, Debug, FromRow)]
pub struct Site {
    /// Its handle.
    pub id: String,
    /// Template of its description.
    pub summary: String,
    /// Template of Statamic's own.
    pub object: Option<String>,
}

/// The inner `select` walks the index; sorting its few rows again costs nothing, and `PostgreSQL` would sort all otherwise.
const PAGE: &str = concat!(
    "select ",
    head!(),
    ", p.number, p.id, p.site, p.owner, p.slug, null as query, t.object, null as page,
     ",
    tally::number!("c.kind = $3 and c.owner = $4 and ($5 is null or c.site = $5)"),
    " as total
     from generation g
     left join (select i.number, i.id, i.site, i.owner, i.slug, i.position from item i
         where i.kind = $3 and i.owner = $4 and ($5 is null or i.site = $5) and ",
    visible!("i"),
    "
         order by i.position limit $6 offset $7) p on true
     left join statamic t on t.number = p.number
     where g.id = 1 order by p.position"
);

const BY_ID: &str = concat!(
    "select ",
    head!(),
    ", i.number, i.id, i.site, i.owner, i.slug, t.query, t.object, null as page
     from generation g
     left join item asked on asked.kind = $3 and asked.owner = $4 and asked.id = $5 and ",
    visible!("asked"),
    "
     left join item i on i.kind = $3 and i.owner = $4 and i.localizes = asked.localizes
         and ($6 is not null and i.site = $6 or $6 is null and i.number = asked.number) and ",
    visible!("i"),
    "
     left join item s on s.kind = 'site' and s.owner = '' and s.id = i.site
     left join statamic t on t.number = i.number
     where g.id = 1 order by s.position limit 1"
);

const IN_DEFAULT_SITE: &str = concat!(
    "select ", head!(), ", i.number, i.id, i.site, i.owner, i.slug, t.query, t.object, null as page
     from generation g
     left join item i on i.kind = $3 and i.owner = $4 and i.id = $5 and ", visible!("i"), " and i.site =
         (select s.id from item s where s.kind = 'site' and s.owner = '' order by s.position limit 1)
     left join statamic t on t.number = i.number
     where g.id = 1 limit 1"
);

const BY_SLUG: &str = concat!(
    "select ", head!(), ", i.number, i.id, i.site, i.owner, i.slug, t.query, t.object, null as page
     from generation g
     left join item i on i.kind = $3 and i.owner = $4 and i.slug = $5 and ($6 is null or i.site = $6) and ", visible!("i"), "
     left join item s on s.kind = 'site' and s.owner = '' and s.id = i.site
     left join statamic t on t.number = i.number
     where g.id = 1 order by s.position limit 1"
);

const TREE: &str = concat!(
    "select ", head!(), ", i.number, i.site, b.fields as branches
     from generation g
     left join item i on i.kind = $3 and i.owner = $4 and ", visible!("i"), " and i.site = coalesce($5,
         (select s.id from item s where s.kind = 'site' and s.owner = '' order by s.position limit 1))
     left join body b on b.number = i.number
     where g.id = 1 limit 1"
);

const TREE_ENTRIES: &str = concat!(
    "select i.number, i.id, i.site, i.owner, i.slug, t.query, null as object, t.page
     from item i join statamic t on t.number = i.number
     where i.kind = 'entry' and i.owner = $3 and i.site = $4 and ",
    visible!("i"),
    " order by i.position"
);

const ITEMS_OF_ALL: &str = concat!(
    "select ",
    head!(),
    ", i.number, i.id, i.site, i.owner, i.slug, t.query, null as object, null as page
     from generation g
     left join item i on i.kind = $3 and ($4 is null or i.site = $4) and ",
    visible!("i"),
    "
     left join statamic t on t.number = i.number
     where g.id = 1 order by i.owner, i.position"
);

const SITES: &str = concat!(
    "select ",
    head!(),
    ", i.number, i.id, s.object as summary, t.object
     from generation g
     left join item i on i.kind = 'site' and i.owner = '' and ",
    visible!("i"),
    "
     left join summary s on s.number = i.number
     left join statamic t on t.number = i.number
     where g.id = 1 order by i.position"
);

impl Store {
    /// Visible items of a kind and owner by their position, of one site or of all: those from an offset on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn item_page(
        &self,
        kind: Kind,
        owner: &str,
        site: Option<&str>,
        range: std::ops::Range<i64>,
        audience: &Audience,
    ) -> Result<Snapshot<ItemPage>, Error> {
        let page = Statement::read(PAGE, audience)
            .bind(kind.name())
            .bind(owner)
            .bind(site)
            .bind(range.end - range.start)
            .bind(range.start);
        let rows = self.engine.rows(page).await?;
        let total = total(&rows)?;
        Ok(snapshot(&rows)?.map(|items| ItemPage { items, total }))
    }

    /// The visible item with this id in the default site.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn item_in_default_site(
        &self,
        kind: Kind,
        owner: &str,
        id: &str,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Texts>>, Error> {
        let statement = Statement::read(IN_DEFAULT_SITE, audience)
            .bind(kind.name())
            .bind(owner)
            .bind(id_key(id));
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// The visible item with this id, or its localization in a site; of one id in several sites, that of the first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn item_by_id(
        &self,
        kind: Kind,
        owner: &str,
        id: &str,
        site: Option<&str>,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Texts>>, Error> {
        let statement = Statement::read(BY_ID, audience)
            .bind(kind.name())
            .bind(owner)
            .bind(id_key(id))
            .bind(site);
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// The visible item with this slug, in a site or in the first site that has it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn item_by_slug(
        &self,
        kind: Kind,
        owner: &str,
        slug: &str,
        site: Option<&str>,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Texts>>, Error> {
        let statement = Statement::read(BY_SLUG, audience)
            .bind(kind.name())
            .bind(owner)
            .bind(slug)
            .bind(site);
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// The tree of a collection or navigation in a site, or in the default site.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tree(
        &self,
        kind: Kind,
        owner: &str,
        site: Option<&str>,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Tree>>, Error> {
        let statement = Statement::read(TREE, audience)
            .bind(kind.name())
            .bind(owner)
            .bind(site);
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// The visible entries of a collection in a site, with what a tree shows and filters see of them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tree_entries(
        &self,
        collection: &str,
        site: &str,
        audience: &Audience,
    ) -> Result<Vec<Texts>, Error> {
        let statement = Statement::read(TREE_ENTRIES, audience)
            .bind(collection)
            .bind(site);
        self.engine.records(statement).await
    }

    /// Visible items of a kind, whoever owns them: owner by owner, by their position; without their objects.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn items_of_all(
        &self,
        kind: Kind,
        site: Option<&str>,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Texts>>, Error> {
        let statement = Statement::read(ITEMS_OF_ALL, audience)
            .bind(kind.name())
            .bind(site);
        self.engine.snapshot(statement).await
    }

    /// The sites in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sites(&self, audience: &Audience) -> Result<Snapshot<Vec<Site>>, Error> {
        self.engine.snapshot(Statement::read(SITES, audience)).await
    }
}

fn total(rows: &[Row]) -> Result<i64, Error> {
    rows.first().map_or(Ok(0), |row| row.get("total"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn lists_and_trees_walk_an_index() {
        for statement in [IN_DEFAULT_SITE, TREE, TREE_ENTRIES, ITEMS_OF_ALL, SITES] {
            let plan = plan(statement).await;
            assert!(
                !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
                "{statement}\n{plan}"
            );
        }
        let page = plan(PAGE).await.replace("SCAN p", "");
        assert!(!page.contains("SCAN"), "{page}");
        assert!(page.matches("TEMP B-TREE").count() <= 1, "{page}");
    }
}
