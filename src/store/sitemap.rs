//! The URLs of a site's sitemap: how they are divided into files, and a stretch of them in their order.

use sqlx::FromRow;

use super::audience::Audience;

use super::read::{head, visible};
use super::statement::{Statement, Value};
use super::{Error, Item, Snapshot, Store};
use crate::seo::sitemap::{self, Listed};

/// Files are closed at this many bytes: well below the protocol's limit, for one element, the frame and a margin.
const FULL_BYTES: usize = sitemap::MOST_BYTES - (10 << 20);

/// A URL belongs to the file that the URLs and the bytes before it fill: both only rise, so that their sum changes
/// wherever one of them does.
const FILES: &str = concat!(
    "select ",
    head!(),
    ", f.number, f.tie, f.rank, f.loc, f.urls, f.bytes, f.lastmod
     from generation g
     left join (
         select p.number, p.tie, p.rank, p.loc, p.file,
             row_number() over (partition by p.file order by p.rank, p.loc, p.tie) as place,
             count(*) over (partition by p.file) as urls,
             cast(sum(p.bytes) over (partition by p.file) as bigint) as bytes,
             max(p.lastmod) over (partition by p.file) as lastmod
         from (
             select u.number, u.tie, u.rank, u.loc, u.bytes, u.lastmod,
                 (row_number() over before - 1) / $4 + (cast(sum(u.bytes) over before as bigint) - u.bytes) / $5 as file
             from sitemap_url u join item i on i.number = u.number and ",
    visible!("i"),
    "
             where u.site = $3
             window before as (order by u.rank, u.loc, u.tie rows unbounded preceding)
         ) p
     ) f on f.place = 1
     where g.id = 1 order by f.file"
);

const URLS: &str = concat!(
    "select ",
    head!(),
    ", u.number, u.tie, u.rank, u.loc, u.xml, u.page
     from generation g
     left join sitemap_url u on u.site = $3 and (u.rank, u.loc, u.tie) >= ($4, $5, $6)
         and exists (select 1 from item i where i.number = u.number and ",
    visible!("i"),
    ")
     where g.id = 1 order by u.rank, u.loc, u.tie limit $7"
);

/// A place in a sitemap; it need not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of the collection or taxonomy.
    pub rank: i64,
    /// The URL.
    pub loc: String,
    /// Of several at one URL.
    pub tie: i64,
}

/// One file of a sitemap.
#[derive(Clone, Debug, FromRow)]
pub struct File {
    tie: i64,
    rank: i64,
    loc: String,
    /// How many URLs it has.
    pub urls: i64,
    /// How many bytes their elements take.
    pub bytes: i64,
    /// The latest change of its pages.
    pub lastmod: Option<String>,
}

/// One URL.
#[derive(Clone, Debug, FromRow)]
pub struct Url {
    tie: i64,
    rank: i64,
    loc: String,
    /// Its element.
    pub xml: String,
    /// The same as JSON.
    pub page: String,
}

impl Place {
    /// Before all URLs.
    #[must_use]
    pub fn first() -> Self {
        Self {
            rank: 0,
            loc: String::new(),
            tie: 0,
        }
    }
}

impl File {
    /// Where it begins.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            rank: self.rank,
            loc: self.loc.clone(),
            tie: self.tie,
        }
    }
}

impl Url {
    /// Right behind it.
    #[must_use]
    pub fn behind(&self) -> Place {
        Place {
            rank: self.rank,
            loc: self.loc.clone(),
            tie: self.tie + 1,
        }
    }
}

impl Store {
    /// The files of a site's sitemap in their order; none where it has no URL.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sitemap_files(
        &self,
        site: &str,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<File>>, Error> {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let statement = Statement::read(FILES, audience)
            .bind(site)
            .bind(number(sitemap::MOST_URLS))
            .bind(number(FULL_BYTES));
        self.engine.snapshot(statement).await
    }

    /// Up to `limit` URLs of a site's sitemap from a place on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sitemap_urls(
        &self,
        site: &str,
        from: &Place,
        limit: i64,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Url>>, Error> {
        let statement = Statement::read(URLS, audience)
            .bind(site)
            .bind(from.rank)
            .bind(from.loc.as_str())
            .bind(from.tie)
            .bind(limit);
        self.engine.snapshot(statement).await
    }
}

/// The table that [`values`] are rows of.
pub(super) const TABLE: &str =
    "sitemap_url (number, place, site, rank, loc, tie, lastmod, bytes, xml, page)";

/// What a row's item adds to the sitemap; all its versions share `tie`.
pub(super) fn values(number: i64, tie: i64, item: &Item) -> impl Iterator<Item = Vec<Value>> {
    (0_i64..).zip(&item.sitemap).map(move |(place, listed)| {
        let Listed { rank, page } = listed;
        let xml = sitemap::element(page);
        let json = serde_json::to_string(page).expect("a page is always JSON");
        let bytes = i64::try_from(xml.len()).unwrap_or(i64::MAX);
        vec![
            number.into(),
            place.into(),
            item.site.as_str().into(),
            (*rank).into(),
            page.loc.as_str().into(),
            tie.into(),
            page.lastmod.as_deref().into(),
            bytes.into(),
            xml.into(),
            json.into(),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn a_stretch_is_a_walk_along_the_index_and_files_are_found_in_one_pass_over_it() {
        let stretch = plan(URLS).await;
        assert!(
            !stretch.contains("SCAN") && !stretch.contains("TEMP B-TREE"),
            "{stretch}"
        );
        let files = plan(FILES).await;
        assert!(
            files.contains("SEARCH u USING COVERING INDEX sitemap_url_in_order"),
            "{files}"
        );
    }
}
