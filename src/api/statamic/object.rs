//! An item's stored object becomes the one that is sent: the fields that were asked for, in their order.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::parameters::{Parameter, Parameters};
use crate::bard::Profile;
use crate::fields::splice;
use crate::store::texts::Texts;

/// The choice of `fields=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fields {
    /// All that there are.
    All,
    /// These; one that an item does not have is null.
    These(Vec<String>),
}

impl Fields {
    /// Reads the parameter; a message for a list where only text is known.
    pub fn new(parameters: &Parameters, profile: Profile) -> Result<Self, String> {
        if !parameters.has("fields") {
            return Ok(Self::All);
        }
        let names: Vec<String> = match (parameters.get("fields"), profile) {
            (None | Some(Parameter::Null), _) => vec![String::new()],
            (Some(Parameter::Text(text)), _) => text.split(',').map(str::to_owned).collect(),
            (Some(Parameter::Map(members)), Profile::V6) => {
                members.iter().filter_map(|(_, name)| text(name)).collect()
            }
            (Some(Parameter::Map(_)), Profile::V5) => {
                return Err("fields: names are needed, as a,b".into());
            }
        };
        Ok(Self::of(names, profile))
    }

    /// Without those that are no field's: names of 6 are trimmed and never empty.
    fn of(names: Vec<String>, profile: Profile) -> Self {
        let mut kept: Vec<String> = Vec::new();
        for name in names {
            let name = if profile == Profile::V6 {
                name.trim().to_owned()
            } else {
                name
            };
            let empty = profile == Profile::V6 && name.is_empty();
            if !empty && !kept.contains(&name) {
                kept.push(name);
            }
        }
        if kept.is_empty() || kept.iter().any(|name| name == "*") {
            Self::All
        } else {
            Self::These(kept)
        }
    }

    /// Those among the allowed ones; all of these where none is.
    pub fn within(self, allowed: &[&str]) -> Self {
        let Self::These(mut names) = self else {
            return Self::All;
        };
        names.retain(|name| allowed.contains(&name.as_str()));
        if names.is_empty() {
            Self::All
        } else {
            Self::These(names)
        }
    }

    /// All but these.
    pub fn without(self, removed: &[&str]) -> Self {
        let Self::These(mut names) = self else {
            return Self::All;
        };
        names.retain(|name| !removed.contains(&name.as_str()));
        Self::These(names)
    }

    /// Appends the object that a template makes.
    pub fn write(&self, template: &str, out: &mut String) {
        self.write_with(template, &Map::new(), out);
    }

    /// Appends the list of the items' objects.
    pub fn write_all(&self, items: &[&Texts], out: &mut String) {
        out.push('[');
        for (index, item) in items.iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            self.write(item.object.as_deref().unwrap_or("{}"), out);
        }
        out.push(']');
    }

    /// Appends the object that a template makes, with members of its own, which count before the template's.
    pub fn write_with(&self, template: &str, own: &Map<String, Value>, out: &mut String) {
        match self {
            Self::All => all(template, own, out),
            Self::These(names) => these(names, template, own, out),
        }
    }
}

fn all(template: &str, own: &Map<String, Value>, out: &mut String) {
    splice::cut(template, &|_, key| !own.contains_key(key), out);
    if own.is_empty() {
        return;
    }
    out.pop();
    for (key, value) in own {
        out.push_str(if out.ends_with('{') { "" } else { "," });
        write!(out, "{}:{value}", Value::from(key.as_str()))
            .expect("writing to a String cannot fail");
    }
    out.push('}');
}

fn these(names: &[String], template: &str, own: &Map<String, Value>, out: &mut String) {
    out.push('{');
    for (index, name) in names.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        write!(out, "{}:", Value::from(name.as_str())).expect("writing to a String cannot fail");
        let key = Value::from(name.trim()).to_string();
        match (
            own.get(name.trim()),
            splice::find(template, &key[1..key.len() - 1]),
        ) {
            (Some(value), _) => out.push_str(&value.to_string()),
            (None, Some(value)) => splice::cut(value, &|_, _| true, out),
            (None, None) => out.push_str("null"),
        }
    }
    out.push('}');
}

fn text(parameter: &Parameter) -> Option<String> {
    match parameter {
        Parameter::Text(text) => Some(text.clone()),
        Parameter::Null | Parameter::Map(_) => None,
    }
}

/// Removes keys from a body, at every depth.
pub fn exclude(body: &str, keys: &[String]) -> String {
    let mut value: Value = serde_json::from_str(body).unwrap_or_default();
    remove(&mut value, keys);
    value.to_string()
}

fn remove(value: &mut Value, keys: &[String]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, keys)),
        Value::Object(members) => {
            members.retain(|key, _| !keys.contains(key));
            members.values_mut().for_each(|member| remove(member, keys));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Output;
    use serde_json::json;

    fn written(query: &str, profile: Profile) -> String {
        let members = [("id", json!("a")), ("title", json!("T"))]
            .map(|(key, value)| (key.to_owned(), Output::Json(value)));
        let mut template = String::new();
        splice::object(&members, splice::Kind::Field, &mut template);
        let mut out = String::new();
        Fields::new(&Parameters::parse(query), profile)
            .unwrap()
            .write(&template, &mut out);
        out
    }

    #[test]
    fn fields_come_in_the_order_in_which_they_are_asked_for() {
        assert_eq!(written("", Profile::V5), r#"{"id":"a","title":"T"}"#);
        assert_eq!(
            written("fields=title,nope,id,title", Profile::V5),
            r#"{"title":"T","nope":null,"id":"a"}"#
        );
        assert_eq!(written("fields=", Profile::V5), r#"{"":null}"#);
        assert_eq!(
            written("fields=title,%20id", Profile::V5),
            r#"{"title":"T"," id":"a"}"#
        );
        assert_eq!(
            written("fields=title,%20id,", Profile::V6),
            r#"{"title":"T","id":"a"}"#
        );
        assert_eq!(written("fields[]=title", Profile::V6), r#"{"title":"T"}"#);
    }

    #[test]
    fn excluded_keys_are_gone_at_every_depth() {
        assert_eq!(
            exclude(r#"{"a":1,"b":[{"a":2,"c":3}]}"#, &["a".into()]),
            r#"{"b":[{"c":3}]}"#
        );
    }
}
