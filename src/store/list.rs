//! Lists: which items, in which order, from where. A page is found by walking one index, the one that the rarest
//! condition or the order itself suggests (`list/plan.rs`); texts are read only for what the page holds. How many there are
//! is counted only where something is asked of them (`tally.rs`).

pub mod filter;
mod order;
mod page;
mod plan;

use super::audience::Audience;
use super::read::{Document, snapshot};
use super::{Error, Kind, Snapshot, Store};
use filter::Filter;
use order::Term;
use plan::Plan;

/// A list that is asked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is listed.
    pub kind: Kind,
    /// Only of these collections, taxonomies or containers; of all where there are none.
    pub owners: Vec<String>,
    /// Only of these sites.
    pub sites: Sites,
    /// Only what passes.
    pub filter: Filter,
    /// By what it is sorted; ties are broken by id.
    pub order: Vec<Order>,
    /// Begins after this place; `None`: at the beginning.
    pub after: Option<Place>,
    /// From the end, or from [`Query::after`], back to the beginning.
    pub backwards: bool,
    /// Leaves out so many.
    pub offset: i64,
    /// At most this many.
    pub limit: i64,
    /// Whether [`Listing::total`] is wanted.
    pub count: bool,
    /// Whether `fields` and `seo` are wanted.
    pub bodies: bool,
}

/// The sites that a list is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sites {
    /// All.
    All,
    /// One, or what is in no site.
    One(String),
    /// One, and the originals of what is not localized there.
    WithFallback(String),
}

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is compared.
    pub by: By,
    /// The greatest first. What has no value comes last all the same.
    pub descending: bool,
}

/// What items are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Handle of the collection, taxonomy or container.
    Owner,
    /// Their place in their owner's own order.
    OwnOrder,
    /// Date; those without one come first.
    Date,
    /// Title, letters in lower case.
    Title,
    /// The time of the last change.
    UpdatedAt,
    /// The value at a path that holds one at most; those without one come last.
    Path(i64),
}

/// A place in an order: what a cursor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The values that are sorted by.
    pub keys: Vec<Key>,
    /// The id.
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
    /// The place of each.
    pub places: Vec<Place>,
    /// How many there are on all pages.
    pub total: Option<i64>,
}

impl Query {
    /// All of a kind, by id.
    #[must_use]
    pub fn new(kind: Kind, limit: i64) -> Self {
        Self {
            kind,
            owners: Vec::new(),
            sites: Sites::All,
            filter: Filter::default(),
            order: Vec::new(),
            after: None,
            backwards: false,
            offset: 0,
            limit,
            count: false,
            bodies: false,
        }
    }

    /// Whether the place it begins after, if any, is one of its order.
    #[must_use]
    pub fn accepts_place(&self) -> bool {
        let terms = order::terms(self);
        let place = self.after.as_ref();
        place.is_none_or(|place| Term::fits(&terms, place))
    }
}

impl Store {
    /// A page of what the audience may see.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Listing>, Error> {
        let plan = self.plan(query).await?;
        let terms = order::terms(query);
        let rows = self
            .engine
            .rows(page::statement(query, &plan, &terms, audience))
            .await?;
        let total = rows.first().map(|row| row.get("total")).transpose()?;
        let mut places = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.get::<Option<i64>>("number")?.is_some() {
                places.push(Term::place(&terms, row)?);
            }
        }
        Ok(snapshot(&rows)?.map(|documents| Listing {
            documents,
            places,
            total: total.flatten(),
        }))
    }

    /// Chooses how a list is found: candidates are counted, but none beyond what makes a difference.
    async fn plan(&self, query: &Query) -> Result<Plan, Error> {
        let candidates = plan::candidates(query);
        if let Some(plan) = plan::obvious(query, &candidates) {
            return Ok(plan);
        }
        let rows = self.engine.rows(plan::counting(query, &candidates)).await?;
        let mut counts = Vec::with_capacity(candidates.len());
        for index in 0..candidates.len() {
            let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
            counts.push(row.get::<i64>(&format!("c{index}"))?);
        }
        Ok(plan::best(query, &candidates, &counts))
    }
}
