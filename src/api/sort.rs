//! `sort=-date,title`: the keys of an order, and what each means to the store.

use super::filter::Scope;
use super::problem::Error;
use super::query::{Parameters, unknown_value};
use crate::store::Kind;
use crate::store::list::{By, Order};
use crate::store::values::Nature;

/// So many keys an order may have.
const MOST_KEYS: usize = 4;

/// An order as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// None: the list's own order.
    keys: Vec<String>,
}

impl Sort {
    /// The order that a request asks for.
    ///
    /// # Errors
    /// If a key is given twice, or there are too many.
    pub fn parse(given: &Parameters) -> Result<Self, Error> {
        let Some(text) = given.get("sort").filter(|text| *text != "order") else {
            return Ok(Self::default());
        };
        let keys: Vec<String> = text.split(',').map(|key| key.trim().to_owned()).collect();
        if keys.len() > MOST_KEYS {
            let detail = format!("sort has at most {MOST_KEYS} keys");
            return Err(Error::parameter("sort", detail));
        }
        let mut names: Vec<&str> = keys.iter().map(|key| name(key)).collect();
        names.sort_unstable();
        let mut pairs = names.iter().zip(names.iter().skip(1));
        if let Some((name, _)) = pairs.find(|(one, other)| one == other) {
            let detail = format!("{name:?} is given twice");
            return Err(Error::parameter("sort", detail));
        }
        Ok(Self { keys })
    }

    /// Whether it is the list's own order.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.keys.is_empty()
    }

    /// As the canonical query has it.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        (!self.is_own()).then(|| self.keys.join(","))
    }

    /// What it means. `newest_first`: the own order is by date, so that its index can be used.
    ///
    /// # Errors
    /// If nothing can be sorted by a key.
    pub fn resolve(&self, scope: Scope<'_>, newest_first: bool) -> Result<Vec<Order>, Error> {
        if self.is_own() && newest_first {
            return Ok(vec![order(By::Date, true), order(By::OwnOrder, false)]);
        }
        if self.is_own() {
            return Ok(own(scope, false));
        }
        let mut orders = Vec::new();
        for key in &self.keys {
            orders.extend(resolve(key, scope)?);
        }
        Ok(orders)
    }
}

fn resolve(key: &str, scope: Scope<'_>) -> Result<Vec<Order>, Error> {
    let descending = key.starts_with('-');
    let name = name(key);
    let by = match name {
        "order" => return Ok(own(scope, descending)),
        "title" => Some(By::Title),
        "date" if scope.kind == Kind::Entry => Some(By::Date),
        "updated_at" if scope.kind != Kind::Asset => Some(By::UpdatedAt),
        _ => {
            let path = scope.dictionary.path(scope.kind, scope.owners, name);
            path.filter(|(_, nature)| is_sortable(*nature))
                .map(|(number, _)| By::Path(number))
        }
    };
    let by = by.ok_or_else(|| unknown_value("sort", key, &allowed(scope)))?;
    Ok(vec![order(by, descending)])
}

fn own(scope: Scope<'_>, descending: bool) -> Vec<Order> {
    let within = order(By::OwnOrder, descending);
    if scope.owners.len() == 1 {
        vec![within]
    } else {
        vec![order(By::Owner, descending), within]
    }
}

fn order(by: By, descending: bool) -> Order {
    Order { by, descending }
}

fn name(key: &str) -> &str {
    key.strip_prefix('-').unwrap_or(key)
}

/// One value at most, and one that has an order.
fn is_sortable(nature: Nature) -> bool {
    let unfit = [Nature::SEVERAL, Nature::PRESENCE];
    !nature.is_relation() && !unfit.into_iter().any(|kind| nature.has(kind))
}

fn allowed(scope: Scope<'_>) -> Vec<String> {
    let mut names = vec!["order".to_owned(), "title".to_owned()];
    if scope.kind == Kind::Entry {
        names.push("date".to_owned());
    }
    if scope.kind != Kind::Asset {
        names.push("updated_at".to_owned());
    }
    names.extend(
        scope
            .dictionary
            .names(scope.kind, scope.owners, is_sortable),
    );
    names
        .iter()
        .flat_map(|name| [name.clone(), format!("-{name}")])
        .collect()
}
