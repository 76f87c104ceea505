//! The `filter` parameter: which fields may be asked for, and which items pass (spec/statamic.md §4.4).
//!
//! In: the parameter and the fields that settings allow. Out: [`Filters`], which look at what an item lets filters see:
//! a JSON object. All conditions must hold; an unknown condition holds always, as in Statamic.

use serde_json::{Map, Number, Value};

use super::condition::{Clock, Test, Unfit};
use super::parameters::Parameter;
use super::php;
use super::settings::Allowed;

/// What of an item is filtered, besides its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Entries of a list: `status` has names of its own, `taxonomy:…` looks at terms.
    Entries,
    /// Anything else: every name is a field's.
    Fields,
}

/// The conditions of a request.
#[derive(Debug, Default)]
pub struct Filters {
    fields: Vec<(Vec<String>, Test)>,
    terms: Vec<Terms>,
    /// Asks for a status that nothing public has.
    hidden: bool,
}

/// Why a filter is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Fields that settings do not allow.
    Forbidden(Vec<String>),
    /// A filter that makes no sense, and why.
    Invalid(String),
}

/// A condition on the terms of one taxonomy.
#[derive(Debug)]
struct Terms {
    /// The member of an item under which it lists the slugs of its terms.
    member: String,
    slugs: Vec<String>,
    wanted: Wanted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    All,
    None,
}

impl Filters {
    /// Reads the parameter.
    pub fn new(
        parameter: Option<&Parameter>,
        scope: Scope,
        allowed: &Allowed,
        clock: &Clock,
    ) -> Result<Self, Error> {
        let filters = match parameter {
            None | Some(Parameter::Null) => return Ok(Self::default()),
            Some(Parameter::Text(text)) => &vec![("0".to_owned(), Parameter::Text(text.clone()))],
            Some(Parameter::Map(filters)) => filters,
        };
        authorise(filters, allowed)?;
        let mut read = Self::default();
        for (key, value) in filters {
            let refused = |reason: String| Error::Invalid(format!("filter[{key}]: {reason}"));
            read.add(key, value, scope, clock).map_err(refused)?;
        }
        Ok(read)
    }

    /// Whether every item passes.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.terms.is_empty() && !self.hidden
    }

    /// The members of an item that are looked at.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        let fields = self
            .fields
            .iter()
            .filter_map(|(path, _)| path.first().map(String::as_str));
        fields.chain(self.terms.iter().map(|terms| terms.member.as_str()))
    }

    /// Whether an item passes.
    pub fn pass(&self, item: &Value) -> Result<bool, Error> {
        if self.hidden || !self.terms_pass(item) {
            return Ok(false);
        }
        for (path, test) in &self.fields {
            let passes = test.passes(resolve(item, path)).map_err(|Unfit| {
                let reason = "an item holds a value that this condition cannot look at; lists want contains or overlaps";
                Error::Invalid(format!("filter[{}]: {reason}", path.join(".")))
            })?;
            if !passes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn add(
        &mut self,
        key: &str,
        value: &Parameter,
        scope: Scope,
        clock: &Clock,
    ) -> Result<(), String> {
        let mut parts = key.split(':');
        let field = parts.next().unwrap_or_default();
        if scope == Scope::Entries && field == "taxonomy" {
            self.terms.push(Terms::new(
                parts.next().unwrap_or_default(),
                parts.next(),
                value,
            )?);
            return Ok(());
        }
        let condition = parts.next().unwrap_or("equals");
        let value = cast(value);
        if scope == Scope::Entries && field == "status" && matches!(condition, "is" | "equals") {
            self.hidden |= !is_public_status(&value)?;
            return Ok(());
        }
        if let Some(test) = Test::new(condition, &value, clock)? {
            self.fields.push((path(field), test));
        }
        Ok(())
    }

    /// Conditions on terms intersect, those that exclude among themselves too: an item is excluded by all or not.
    fn terms_pass(&self, item: &Value) -> bool {
        let (excluding, including): (Vec<_>, Vec<_>) = self
            .terms
            .iter()
            .partition(|terms| terms.wanted == Wanted::None);
        let excluded = !excluding.is_empty() && excluding.iter().all(|terms| terms.has_any(item));
        !excluded && including.iter().all(|terms| terms.pass(item))
    }
}

impl Terms {
    fn new(taxonomy: &str, modifier: Option<&str>, value: &Parameter) -> Result<Self, String> {
        let wanted = match modifier {
            None | Some("in" | "any") => Wanted::Any,
            Some("all") => Wanted::All,
            Some("not" | "not_in") => Wanted::None,
            Some(other) => {
                return Err(format!("unknown modifier {other:?}; it is any, all or not"));
            }
        };
        let slugs = match value {
            Parameter::Null => Vec::new(),
            Parameter::Text(list) => list.split(',').map(str::to_owned).collect(),
            Parameter::Map(_) => return Err("slugs are needed, as a,b".into()),
        };
        Ok(Self {
            member: member(taxonomy),
            slugs,
            wanted,
        })
    }

    fn pass(&self, item: &Value) -> bool {
        match self.wanted {
            Wanted::All => self.slugs.iter().all(|slug| self.has(item, slug)),
            Wanted::Any | Wanted::None => self.has_any(item),
        }
    }

    fn has_any(&self, item: &Value) -> bool {
        self.slugs.iter().any(|slug| self.has(item, slug))
    }

    fn has(&self, item: &Value, slug: &str) -> bool {
        let terms = item.get(&self.member).and_then(Value::as_array);
        terms.is_some_and(|terms| terms.iter().any(|term| term == slug))
    }
}

/// The member of what filters see that lists the slugs of an entry's terms of a taxonomy.
pub fn member(taxonomy: &str) -> String {
    format!("taxonomy:{taxonomy}")
}

/// The names between the dots or arrows of a field's name.
pub fn path(field: &str) -> Vec<String> {
    field
        .replace('.', "->")
        .split("->")
        .map(str::to_owned)
        .collect()
}

/// What stands at a path: null where there is nothing.
pub fn resolve<'a>(item: &'a Value, path: &[String]) -> &'a Value {
    let mut value = item;
    for name in path {
        let inner = match value {
            Value::Array(items) => name
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index)),
            _ => value.get(name),
        };
        value = inner.unwrap_or(&Value::Null);
    }
    value
}

/// The fields that settings do not allow, as a refusal; a taxonomy is named with its handle.
fn authorise(filters: &[(String, Parameter)], allowed: &Allowed) -> Result<(), Error> {
    let fields = filters.iter().map(|(key, _)| {
        let parts = if key.starts_with("taxonomy:") { 2 } else { 1 };
        key.split(':').take(parts).collect::<Vec<_>>().join(":")
    });
    let forbidden: Vec<String> = fields.filter(|field| !allowed.permits(field)).collect();
    if forbidden.is_empty() {
        Ok(())
    } else {
        Err(Error::Forbidden(forbidden))
    }
}

/// Whether public entries have this status; a message for what is none.
fn is_public_status(value: &Value) -> Result<bool, String> {
    match value.as_str() {
        Some("published" | "any") => Ok(true),
        Some("draft" | "scheduled" | "expired") => Ok(false),
        _ => Err("a status is published, draft, scheduled, expired or any".into()),
    }
}

/// `true` and `false` are booleans, numeric texts are numbers, whether the field holds numbers or not.
fn cast(value: &Parameter) -> Value {
    match value {
        Parameter::Null => Value::Null,
        Parameter::Text(text) => cast_text(text),
        Parameter::Map(members) => Value::Object(raw(members)),
    }
}

fn cast_text(text: &str) -> Value {
    match (text, php::numeric(text)) {
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        (_, None) => Value::String(text.to_owned()),
        (_, Some(number)) if text.contains('.') => {
            Number::from_f64(number).map_or(Value::Null, Value::Number)
        }
        (_, Some(number)) => text
            .parse::<i64>()
            .unwrap_or_else(|_| php::truncate(number))
            .into(),
    }
}

/// The members of a list stay as they were written.
fn raw(members: &[(String, Parameter)]) -> Map<String, Value> {
    let value = |value: &Parameter| match value {
        Parameter::Null => Value::Null,
        Parameter::Text(text) => Value::String(text.clone()),
        Parameter::Map(inner) => Value::Object(raw(inner)),
    };
    members
        .iter()
        .map(|(key, member)| (key.clone(), value(member)))
        .collect()
}
