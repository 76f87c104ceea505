//! The order of a list as terms of SQL, and the places in it.

use super::{By, Key, Place, Query};
use crate::store::Error;
use crate::store::engine::Row;
use crate::store::statement::{Statement, Value};

/// One thing that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) what: What,
    /// Already turned around where the list is read backwards.
    pub(super) descending: bool,
}

/// What a term compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A column of `item`.
    Column(&'static str),
    /// Whether there is no value at a path; joined as `s` and the index of the order's key.
    Missing(usize),
    /// The value at a path, an empty text where there is none.
    Value(usize),
}

/// The terms of a query's order, the id last.
pub(super) fn terms(query: &Query) -> Vec<Term> {
    let mut terms = Vec::new();
    for (index, order) in query.order.iter().enumerate() {
        let mut add = |what, descending: bool| {
            terms.push(Term {
                what,
                descending: descending != query.backwards,
            });
        };
        let column = match order.by {
            By::Owner => "owner",
            By::OwnOrder => "own_order",
            By::Date => "date",
            By::Title => "title_key",
            By::UpdatedAt => "updated_at",
            By::Path(_) => {
                add(What::Missing(index), false);
                add(What::Value(index), order.descending);
                continue;
            }
        };
        add(What::Column(column), order.descending);
    }
    let last = terms.last().map_or(query.backwards, |term| term.descending);
    terms.push(Term {
        what: What::Column("id"),
        descending: last,
    });
    terms
}

/// How terms are written where the rows come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    /// The alias of a row of `field_value` that has the item's date too.
    pub(super) dated: Option<&'static str>,
    /// What is known of the first key's value.
    pub(super) first: Option<First>,
}

/// What is known of the first key's value in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// It is the key of the row of `field_value` with this alias.
    Is(&'static str),
    /// It is missing.
    Missing,
}

impl Source {
    pub(super) const ITEM: Self = Self {
        dated: None,
        first: None,
    };

    fn text(self, what: &What) -> String {
        match (what, self.first) {
            (What::Missing(0), Some(First::Is(_))) => "cast(0 as bigint)".to_owned(),
            (What::Missing(0), Some(First::Missing)) => "cast(1 as bigint)".to_owned(),
            (What::Value(0), Some(First::Is(row))) => format!("{row}.key"),
            (What::Value(0), Some(First::Missing)) => "cast('' as text)".to_owned(),
            (What::Missing(index), _) => {
                format!("cast(case when s{index}.key is null then 1 else 0 end as bigint)")
            }
            (What::Value(index), _) => format!("coalesce(s{index}.key, '')"),
            (What::Column("date"), _) if self.dated.is_some() => {
                format!("{}.date", self.dated.unwrap_or("i"))
            }
            (What::Column(column), _) => format!("i.{column}"),
        }
    }

    /// Whether a term is the same in every row.
    fn is_fixed(self, what: &What) -> bool {
        self.first.is_some() && *what == What::Missing(0)
            || self.first == Some(First::Missing) && *what == What::Value(0)
    }
}

impl Term {
    /// The place of a row that names its terms `k0`, `k1`, …
    pub(super) fn place(terms: &[Self], row: &Row) -> Result<Place, Error> {
        let mut keys = Vec::new();
        for (index, term) in terms.iter().enumerate().take(terms.len() - 1) {
            let name = format!("k{index}");
            keys.push(match term.what {
                What::Column("owner" | "title_key") | What::Value(_) => Key::Text(row.get(&name)?),
                What::Missing(_) | What::Column(_) => Key::Number(row.get(&name)?),
            });
        }
        Ok(Place {
            keys,
            id: row.get("id")?,
        })
    }

    /// Whether a place has the keys that these terms want.
    pub(super) fn fits(terms: &[Self], place: &Place) -> bool {
        let fits = |(term, key): (&Self, &Key)| match term.what {
            What::Column("owner" | "title_key") | What::Value(_) => matches!(key, Key::Text(_)),
            _ => matches!(key, Key::Number(_)),
        };
        place.keys.len() + 1 == terms.len() && terms.iter().zip(&place.keys).all(fits)
    }
}

/// `, … as k0, … as k1`: all terms but the id.
pub(super) fn push_keys(terms: &[Term], source: Source, statement: &mut Statement) {
    for (index, term) in terms.iter().enumerate().take(terms.len() - 1) {
        statement.push(&format!(", {} as k{index}", source.text(&term.what)));
    }
}

/// ` order by …`, without what is the same in every row.
pub(super) fn push_order(terms: &[Term], source: Source, statement: &mut Statement) {
    let terms = terms.iter().filter(|term| !source.is_fixed(&term.what));
    for (index, term) in terms.enumerate() {
        statement.push(if index == 0 { " order by " } else { ", " });
        statement.push(&source.text(&term.what));
        statement.push(if term.descending { " desc" } else { "" });
    }
}

/// ` order by …` of rows that have the terms as columns.
pub(super) fn push_named_order(terms: &[Term], row: &str, statement: &mut Statement) {
    statement.push(" order by ");
    for (index, term) in terms.iter().enumerate() {
        let last = index + 1 == terms.len();
        let column = if last {
            "id".to_owned()
        } else {
            format!("k{index}")
        };
        statement.push(&format!(
            "{}{row}.{column}{}",
            if index == 0 { "" } else { ", " },
            if term.descending { " desc" } else { "" }
        ));
    }
}

/// ` and …`: what comes after a place. As one comparison of rows where all terms go the same way, so that an index
/// leads there.
pub(super) fn push_after(terms: &[Term], place: &Place, source: Source, statement: &mut Statement) {
    let values: Vec<Value> = place
        .keys
        .iter()
        .map(Value::from)
        .chain([place.id.as_str().into()])
        .collect();
    let same_way = terms
        .iter()
        .all(|term| term.descending == terms[0].descending);
    let written: Vec<String> = terms.iter().map(|term| source.text(&term.what)).collect();
    if same_way {
        statement.push(&format!(" and ({}) ", written.join(", ")));
        statement.push(if terms[0].descending { "< (" } else { "> (" });
        statement.push_values(values);
        return statement.push(")");
    }
    statement.push(&format!(" and {} ", written[0]));
    statement.push(if terms[0].descending { "<= " } else { ">= " });
    statement.push_value(values[0].clone());
    statement.push(" and (");
    for (index, ((term, text), value)) in terms.iter().zip(&written).zip(values).enumerate() {
        statement.push(&format!(
            "{text} {} ",
            if term.descending { "<" } else { ">" }
        ));
        statement.push_value(value.clone());
        if index + 1 < terms.len() {
            statement.push(&format!(" or {text} = "));
            statement.push_value(value);
            statement.push(" and (");
        }
    }
    statement.push(&")".repeat(terms.len()));
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Number(number) => (*number).into(),
            Key::Text(text) => text.as_str().into(),
        }
    }
}
