//! Lists of entries: one statement per order and direction, each a walk along one index from a place in it.

use super::audience::Audience;
use super::read::{Document, document, head, snapshot, visible};
use super::statement::Statement;
use super::{Error, Snapshot, Store, moment};

/// By what a list of entries is sorted; ties are broken by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As the collection has it; collection after collection where none is chosen.
    #[default]
    OwnOrder,
    /// By date; entries without one come first.
    Date,
    /// By title, letters in lower case.
    Title,
    /// By the time of the last change.
    UpdatedAt,
}

/// A list that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only of this collection.
    pub collection: Option<String>,
    /// Only of this site.
    pub site: Option<String>,
    /// By what it is sorted.
    pub sort: Sort,
    /// From the end.
    pub descending: bool,
    /// Begins after this place; `None`: at the beginning.
    pub after: Option<Place>,
    /// At most this many.
    pub limit: i64,
    /// Whether [`Listing::total`] is wanted.
    pub count: bool,
    /// Whether `fields`, `seo` and `keys` are wanted.
    pub bodies: bool,
}

/// An entry's place in an order: what a cursor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its collection.
    pub owner: String,
    /// The value that is sorted by.
    pub key: Key,
    /// Its id.
    pub id: String,
}

/// A value that lists are sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Of an order, a date or a time.
    Number(i64),
    /// Of a title.
    Text(String),
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// At most as many as were asked for.
    pub documents: Vec<Document>,
    /// How many there are on all pages.
    pub total: Option<i64>,
}

/// The statement of a list: `$3` is the owner (of the place, or the one chosen), `$6` and `$7` the place.
macro_rules! list {
    ($chosen:tt, $direction:literal, $beyond:literal, $($column:literal $place:literal),+) => {
        concat!(
            "select ", head!(), ", ", document!(), ",
             case when $5 then (select count(*) from item e where e.kind = 'entry' ", chosen!($chosen, "e"), "
                 and ($4 is null or e.site = $4) and ", visible!("e"), ") end as total
             from generation g
             left join item i on i.kind = 'entry' ", chosen!($chosen, "i"), "
                 and (", $("i.", $column, ", ",)+ "i.id) ", $beyond, " (", $($place, ", ",)+ "$7)
                 and ($4 is null or i.site = $4) and ", visible!("i"), "
             left join summary s on s.number = i.number
             left join body b on b.number = i.number and $9
             where g.id = 1
             order by ", $("i.", $column, " ", $direction, ", ",)+ "i.id ", $direction, "
             limit $8"
        )
    };
}

macro_rules! chosen {
    ("all", $item:literal) => {
        ""
    };
    ("one", $item:literal) => {
        concat!("and ", $item, ".owner = $3")
    };
}

macro_rules! either_way {
    ($descending:expr, $chosen:tt, $($columns:tt)+) => {
        if $descending { list!($chosen, "desc", "<", $($columns)+) } else { list!($chosen, "asc", ">", $($columns)+) }
    };
}

impl Store {
    /// A page of the entries that the public may see now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn entries(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Listing>, Error> {
        let place = query.after.clone().unwrap_or_else(|| beginning(query));
        let owner = query.collection.clone().unwrap_or(place.owner);
        let statement = Statement::read(statement(query), audience)
            .bind(owner)
            .bind(query.site.as_deref())
            .bind(query.count);
        let statement = match place.key {
            Key::Number(number) => statement.bind(number),
            Key::Text(text) => statement.bind(text),
        };
        let statement = statement
            .bind(place.id)
            .bind(query.limit)
            .bind(query.bodies);
        let rows = self.engine.rows(statement).await?;
        let total = rows.first().map(|row| row.get("total")).transpose()?;
        let total = total.flatten();
        Ok(snapshot(&rows)?.map(|documents| Listing { documents, total }))
    }
}

impl Document {
    /// Its place in an order.
    #[must_use]
    pub fn place(&self, sort: Sort) -> Place {
        let key = match sort {
            Sort::OwnOrder => Key::Number(self.own_order),
            Sort::Date => Key::Number(self.date),
            Sort::Title => Key::Text(self.title_key.clone()),
            Sort::UpdatedAt => Key::Number(self.updated_at),
        };
        Place {
            owner: self.owner.clone(),
            key,
            id: self.id.clone(),
        }
    }
}

fn statement(query: &Query) -> &'static str {
    let down = query.descending;
    match (query.sort, query.collection.is_some()) {
        (Sort::OwnOrder, true) => either_way!(down, "one", "own_order" "$6"),
        (Sort::Date, true) => either_way!(down, "one", "date" "$6"),
        (Sort::Title, true) => either_way!(down, "one", "title_key" "$6"),
        (Sort::UpdatedAt, true) => either_way!(down, "one", "updated_at" "$6"),
        (Sort::OwnOrder, false) => either_way!(down, "all", "owner" "$3", "own_order" "$6"),
        (Sort::Date, false) => either_way!(down, "all", "date" "$6"),
        (Sort::Title, false) => either_way!(down, "all", "title_key" "$6"),
        (Sort::UpdatedAt, false) => either_way!(down, "all", "updated_at" "$6"),
    }
}

/// The place in front of all entries.
fn beginning(query: &Query) -> Place {
    let (number, text) = if query.descending {
        (moment::NEVER, "\u{10ffff}")
    } else {
        (moment::ALWAYS, "")
    };
    let key = match query.sort {
        Sort::Title => Key::Text(text.to_owned()),
        _ => Key::Number(number),
    };
    Place {
        owner: text.to_owned(),
        key,
        id: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn every_order_is_a_walk_along_an_index() {
        let collections = [None, Some("posts".to_owned())];
        for sort in [Sort::OwnOrder, Sort::Date, Sort::Title, Sort::UpdatedAt] {
            for (collection, descending) in collections
                .iter()
                .flat_map(|collection| [(collection, false), (collection, true)])
            {
                let query = Query {
                    collection: collection.clone(),
                    sort,
                    descending,
                    ..Query::default()
                };
                let plan = plan(statement(&query)).await;
                assert!(
                    !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
                    "{query:?}\n{plan}"
                );
            }
        }
    }
}
