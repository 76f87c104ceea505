//! The link graph: who refers to an entry, and references that lead nowhere. Each is one walk along one index of `link`.
//!
//! A row of `link` says whether its item names the same target before (`repeats`), and by what the lists are sorted: the
//! item's date, and `source`, a text that no two visible items share.

use sqlx::FromRow;

use super::audience::Audience;
use super::list::{Key, Place};
use super::read::{Document, document, head, snapshot, visible};
use super::statement::Statement;
use super::{Error, Kind, Snapshot, Store, id_key};

/// Which references are asked for, and from where.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// From the end.
    pub backwards: bool,
    /// Begins after this place; `None`: at the beginning.
    pub after: Option<Place>,
    /// At most this many.
    pub limit: i64,
}

/// Who refers to an entry.
#[derive(Clone, Debug)]
pub struct Backlinks {
    /// Whether the audience may see the entry at all.
    pub found: bool,
    /// How many items refer to it, where that was asked for.
    pub total: Option<i64>,
    /// Entries, terms, global sets and assets, the newest first; those without a date come last.
    pub referrers: Vec<Referrer>,
}

/// An item that refers to an entry.
#[derive(Clone, Debug)]
pub struct Referrer {
    /// What it is.
    pub kind: Kind,
    /// The item.
    pub document: Document,
    /// Its place in the list.
    pub place: Place,
    /// Where it does, in order.
    pub references: Vec<Reference>,
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `body` or `relation`.
    pub via: String,
    /// The top-level field.
    pub field: String,
    /// The linked text; empty for a relation.
    pub text: String,
}

/// A reference that leads nowhere.
#[derive(Clone, Debug)]
pub struct Broken {
    /// `missing`, `draft` or `no_route`.
    pub state: String,
    /// What it names.
    pub target: String,
    /// Where.
    pub reference: Reference,
    /// What the item is that makes it.
    pub kind: String,
    /// The item.
    pub document: Document,
    /// Its place in the list.
    pub place: Place,
}

/// Which broken references are asked for.
#[derive(Clone, Debug, Default)]
pub struct BrokenQuery {
    /// Only in this state.
    pub state: Option<String>,
    /// Only of entries of this collection.
    pub collection: Option<String>,
    /// Only of items of this site.
    pub site: Option<String>,
    /// The page.
    pub page: Page,
}

/// What is not named as an index has it (`hash`, `|| ''`) keeps that index from being taken where it would find everything.
///
/// `$3` is the target, `$4` the id, `$5` whether the total is wanted, `$6` whether bodies are, `$7` and `$8` the place,
/// `$9` the limit.
macro_rules! backlinks {
    ($direction:literal, $beyond:literal) => {
        concat!(
            "select ",
            head!(),
            ", ",
            document!(),
            ", i.kind, l.date as link_date, l.source, v.via, v.field, v.text, v.place,
             (select count(t.hash) from item t where t.kind = 'entry' and t.id = $4 and ",
            visible!("t"),
            ") as known,
             case when $5 then (select count(*) from link c join item i on i.number = c.number and ",
            visible!("i"),
            " where c.target = $3 and c.repeats = 0) end as total
             from generation g
             left join (select l.number, l.date, l.source from link l
                 join item i on i.number = l.number and ",
            visible!("i"),
            "
                 where l.target = $3 and l.repeats = 0 and (l.date, l.source) ",
            $beyond,
            " ($7, $8)
                 order by l.date ",
            $direction,
            ", l.source ",
            $direction,
            " limit $9) l on true
             left join item i on i.number = l.number
             left join summary s on s.number = i.number
             left join body b on b.number = i.number and $6
             left join link v on v.number = l.number and v.target || '' = $3
             where g.id = 1"
        )
    };
}

/// `$3` is the state, `$4` the collection, `$5` the site, `$6` and `$7` the place, `$8` the limit.
macro_rules! broken {
    ($direction:literal, $beyond:literal) => {
        concat!(
            "select ",
            head!(),
            ", ",
            document!(),
            ", i.kind, l.source, l.place, l.state, l.target, l.via, l.field, l.text
             from generation g
             left join (select l.number, l.source, l.place, l.state, l.target, l.via, l.field, l.text from link l
                 join item i on i.number = l.number and ",
            visible!("i"),
            "
                 where l.state <> 'ok' and (l.state <> 'draft' or $2 = '*') and (l.source, l.place) ",
            $beyond,
            " ($6, $7) and ($3 is null or l.state = $3)
                     and ($4 is null or i.kind = 'entry' and i.owner = $4) and ($5 is null or i.site = $5)
                 order by l.source ",
            $direction,
            ", l.place ",
            $direction,
            " limit $8) l on true
             left join item i on i.number = l.number
             left join summary s on s.number = i.number
             left join body b on b.number = i.number and 1 = 0
             where g.id = 1"
        )
    };
}

const BACKLINKS: &str = backlinks!("desc", "<");
const BACKLINKS_BACKWARDS: &str = backlinks!("asc", ">");
const BROKEN: &str = broken!("asc", ">");
const BROKEN_BACKWARDS: &str = broken!("desc", "<");

#[derive(FromRow)]
struct ReferrerRow {
    number: i64,
    kind: String,
    #[sqlx(flatten)]
    document: Document,
    link_date: i64,
    source: String,
    place: i64,
    via: String,
    field: String,
    text: String,
}

#[derive(FromRow)]
struct BrokenRow {
    #[sqlx(flatten)]
    document: Document,
    kind: String,
    source: String,
    place: i64,
    state: String,
    target: String,
    via: String,
    field: String,
    text: String,
}

impl Store {
    /// What refers to an entry in a body or by a relation, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn backlinks(
        &self,
        id: &str,
        page: &Page,
        count: bool,
        bodies: bool,
        audience: &Audience,
    ) -> Result<Snapshot<Backlinks>, Error> {
        let (statement, first) = if page.backwards {
            (BACKLINKS_BACKWARDS, (i64::MIN, ""))
        } else {
            (BACKLINKS, (i64::MAX, "\u{10ffff}"))
        };
        let (date, source) = place(page, first);
        let statement = Statement::read(statement, audience)
            .bind(format!("entry::{}", id_key(id)))
            .bind(id_key(id))
            .bind(count)
            .bind(bodies)
            .bind(date)
            .bind(source)
            .bind(page.limit);
        let rows = self.engine.rows(statement).await?;
        let head = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        let (known, total): (i64, _) = (head.get("known")?, head.get("total")?);
        Ok(snapshot(&rows)?.map(|rows| Backlinks {
            found: known > 0,
            total,
            referrers: referrers(rows),
        }))
    }

    /// References of visible items that lead nowhere, item by item.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn broken_links(
        &self,
        query: &BrokenQuery,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Broken>>, Error> {
        let (statement, first) = if query.page.backwards {
            (BROKEN_BACKWARDS, (i64::MAX, "\u{10ffff}"))
        } else {
            (BROKEN, (i64::MIN, ""))
        };
        let (place, source) = place(&query.page, first);
        let statement = Statement::read(statement, audience)
            .bind(query.state.as_deref())
            .bind(query.collection.as_deref())
            .bind(query.site.as_deref())
            .bind(source)
            .bind(place)
            .bind(query.page.limit);
        let rows = snapshot::<BrokenRow>(&self.engine.rows(statement).await?)?;
        Ok(rows.map(|rows| {
            let mut broken: Vec<Broken> = rows.into_iter().map(BrokenRow::into_broken).collect();
            broken.sort_by(|one, other| order(&one.place).cmp(&order(&other.place)));
            broken
        }))
    }
}

/// What a place is compared by.
fn order(place: &Place) -> (&str, i64) {
    let number = match place.keys.as_slice() {
        [Key::Number(number)] => *number,
        _ => 0,
    };
    (&place.id, number)
}

fn place(page: &Page, first: (i64, &str)) -> (i64, String) {
    let after = page.after.as_ref();
    match after.map(|place| (place.keys.as_slice(), &place.id)) {
        Some(([Key::Number(number)], id)) => (*number, id.clone()),
        _ => (first.0, first.1.to_owned()),
    }
}

/// One for each item, its references gathered: an engine may give the rows in any order.
fn referrers(mut rows: Vec<ReferrerRow>) -> Vec<Referrer> {
    rows.sort_by(|one, other| {
        let newest = (other.link_date, &other.source).cmp(&(one.link_date, &one.source));
        newest.then(one.place.cmp(&other.place))
    });
    let mut referrers: Vec<(i64, Referrer)> = Vec::new();
    for row in rows {
        let reference = Reference {
            via: row.via,
            field: row.field,
            text: row.text,
        };
        match referrers.last_mut() {
            Some((number, last)) if *number == row.number => last.references.push(reference),
            _ => referrers.push((
                row.number,
                Referrer {
                    kind: Kind::named(&row.kind).unwrap_or(Kind::Entry),
                    document: row.document,
                    place: at(row.link_date, row.source),
                    references: vec![reference],
                },
            )),
        }
    }
    referrers
        .into_iter()
        .map(|(_, referrer)| referrer)
        .collect()
}

fn at(number: i64, source: String) -> Place {
    Place {
        keys: vec![Key::Number(number)],
        id: source,
    }
}

impl BrokenRow {
    fn into_broken(self) -> Broken {
        Broken {
            state: self.state,
            target: self.target,
            reference: Reference {
                via: self.via,
                field: self.field,
                text: self.text,
            },
            kind: self.kind,
            document: self.document,
            place: at(self.place, self.source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn both_lists_are_walks_along_an_index() {
        for statement in [BACKLINKS, BACKLINKS_BACKWARDS, BROKEN, BROKEN_BACKWARDS] {
            let plan = plan(statement).await;
            let scans: Vec<&str> = plan
                .lines()
                .filter(|step| {
                    step.contains("SCAN")
                        && !step.starts_with("SCAN l ")
                        && !step.contains("INDEX link_broken")
                })
                .collect();
            assert!(
                scans.is_empty() && !plan.contains("TEMP B-TREE"),
                "{statement}\n{plan}"
            );
            let too_many = [
                "SEARCH t USING COVERING INDEX item_by_date",
                "SEARCH v USING COVERING",
            ];
            assert!(
                !too_many.iter().any(|step| plan.contains(step)),
                "{statement}\n{plan}"
            );
        }
    }
}
