//! Items found by what others know of them: ids, a slug, a path of the front end, a relation.

use super::audience::Audience;
use super::engine::Row;
use super::read::{Document, document, first, head, snapshot, visible};
use super::statement::Statement;
use super::{Error, Kind, Snapshot, Store, id_key};

/// An entry's localization in a site, or with `$4` itself where there is none; without a site itself. `$5` is whether bodies
/// are wanted.
const BATCH: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    ", a.id as asked
     from generation g
     left join item a on a.kind = 'entry' and ",
    visible!("a"),
    " and a.id in ("
);

const BATCH_IN_SITE: &str = concat!(
    ")
     left join item l on l.kind = 'entry' and l.localizes = a.localizes and l.site = $3 and ",
    visible!("l"),
    "
     left join item i on i.number = coalesce(l.number, case when $4 then a.number end)
     left join summary s on s.number = i.number
     left join body b on b.number = i.number and $5
     where g.id = 1"
);

const TARGETS: &str = concat!(
    "select i.kind, ",
    document!(),
    "
     from item i join summary s on s.number = i.number join body b on b.number = i.number
     where ",
    visible!("i"),
    " and i.kind in ('entry', 'term', 'asset') and i.id in ("
);

const BY_SLUG: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join item i on i.kind = 'entry' and i.owner = $3 and i.slug = $4 and ($5 is null or $6 or i.site = $5) and ",
    visible!("i"),
    "
     left join item o on o.kind = 'site' and o.owner = '' and o.id = i.site
     left join summary s on s.number = i.number
     left join body b on b.number = i.number
     where g.id = 1
     order by case when i.site = $5 then 0 else 1 end, o.position, i.position limit 1"
);

const AT_PATH: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    ", i.kind
     from generation g
     left join item i on ",
    visible!("i"),
    " and i.kind in ('entry', 'term') and i.uri in ("
);

impl Store {
    /// Entries by their ids, each with the id that it was asked for by: with a site its localization there, with
    /// `fallback` itself where there is none. Without `bodies` they come without `fields` and `seo`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn batch(
        &self,
        ids: &[String],
        site: Option<&str>,
        fallback: bool,
        bodies: bool,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<(String, Document)>>, Error> {
        let mut statement = Statement::read(BATCH, audience)
            .bind(site)
            .bind(fallback || site.is_none())
            .bind(bodies);
        statement.push_values(ids.iter().map(|id| id_key(id)));
        statement.push(BATCH_IN_SITE);
        let rows = self.engine.rows(statement).await?;
        let mut asked = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.get::<Option<i64>>("number")?.is_some() {
                asked.push(row.get("asked")?);
            }
        }
        Ok(snapshot(&rows)?.map(|documents| asked.into_iter().zip(documents).collect()))
    }

    /// What relations lead to, given by kind and id, each with its kind; a term in all of its sites.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn targets(
        &self,
        names: &[(&str, &str)],
        audience: &Audience,
    ) -> Result<Vec<(String, Document)>, Error> {
        let mut statement = Statement::read(TARGETS, audience);
        statement.push_values(names.iter().map(|(_, id)| id_key(id)));
        statement.push(") order by i.kind, i.id, i.position");
        let rows = self.engine.rows(statement).await?;
        let found = rows
            .iter()
            .map(|row: &Row| Ok((row.get("kind")?, row.record()?)));
        let mut found: Vec<(String, Document)> = found.collect::<Result<_, Error>>()?;
        found.retain(|(kind, document)| {
            names
                .iter()
                .any(|(of, id)| of == kind && id_key(id) == document.id)
        });
        Ok(found)
    }

    /// The entry of a collection that has a slug: in a site, with `fallback` elsewhere if it is not there; without a
    /// site in the first that has it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn by_slug(
        &self,
        collection: &str,
        slug: &str,
        site: Option<&str>,
        fallback: bool,
        audience: &Audience,
    ) -> Result<Snapshot<Option<Document>>, Error> {
        let statement = Statement::read(BY_SLUG, audience)
            .bind(collection)
            .bind(slug)
            .bind(site)
            .bind(fallback);
        Ok(self.engine.snapshot(statement).await?.map(first))
    }

    /// The entry or term at the first of some places, each a site and a route without the site's prefix.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn at(
        &self,
        places: &[(&str, &str)],
        audience: &Audience,
    ) -> Result<Snapshot<Option<(Kind, Document)>>, Error> {
        let mut statement = Statement::read(AT_PATH, audience);
        statement.push_values(places.iter().map(|(_, uri)| *uri));
        statement.push(") and (");
        for (index, (site, uri)) in places.iter().enumerate() {
            statement.push(if index == 0 {
                "i.site = "
            } else {
                " or i.site = "
            });
            statement.push_value(*site);
            statement.push(" and i.uri = ");
            statement.push_value(*uri);
        }
        statement.push(
            ") left join summary s on s.number = i.number left join body b on b.number = i.number where g.id = 1
             order by case i.site",
        );
        for (rank, (site, _)) in places.iter().enumerate() {
            statement.push(" when ");
            statement.push_value(*site);
            statement.push(&format!(" then {rank}"));
        }
        statement.push(" end, i.kind, i.position limit 1");
        let rows = self.engine.rows(statement).await?;
        let kind = rows.first().map(|row| row.get::<Option<String>>("kind"));
        let is_term = kind.transpose()?.flatten().as_deref() == Some(Kind::Term.name());
        let kind = if is_term { Kind::Term } else { Kind::Entry };
        Ok(snapshot(&rows)?.map(|found| first(found).map(|document| (kind, document))))
    }
}
