//! The values that lists filter and sort by, taken from an item's fields as the native API gives them.
//!
//! Bodies are known to be there or not; relations by their targets' ids, terms also by their slugs, assets by their
//! paths; choices by their value without its label.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::content::blueprint::Field;
use crate::fields::{Output, Related, Target};
use crate::store::id_key;
use crate::store::values::{Datum, Nature, Scalar};

/// What lies deeper is not indexed.
const DEEPEST: usize = 6;

/// The values of all fields of an item, each at its path.
pub fn of(fields: &[(String, Output)], declared: &[Field]) -> Vec<Datum> {
    let mut values = Values::default();
    for (name, output) in fields {
        let field = declared.iter().find(|field| field.handle == *name);
        values.output(&Place::top(name), output, field);
    }
    values.data
}

/// A computed value that is none of the fields.
pub fn computed(path: &str, value: Scalar) -> Datum {
    Datum {
        path: path.to_owned(),
        value,
        nature: Nature::TEXT,
    }
}

/// The same of which there may be several.
pub fn several(path: &str, value: Scalar) -> Datum {
    Datum {
        nature: Nature::SEVERAL.with(Nature::TEXT),
        ..computed(path, value)
    }
}

/// Where a value stands.
struct Place {
    path: String,
    depth: usize,
    several: bool,
}

impl Place {
    fn top(name: &str) -> Self {
        Self {
            path: name.to_owned(),
            depth: 1,
            several: false,
        }
    }

    /// A member's place, if its name can be written in a path.
    fn member(&self, name: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let fits = self.depth < DEEPEST && !name.is_empty() && name.bytes().all(plain);
        fits.then(|| Self {
            path: format!("{}.{name}", self.path),
            depth: self.depth + 1,
            several: self.several,
        })
    }

    /// The place of each of a list's members.
    fn each(&self) -> Self {
        Self {
            path: self.path.clone(),
            depth: self.depth,
            several: true,
        }
    }
}

#[derive(Default)]
struct Values {
    data: Vec<Datum>,
}

impl Values {
    fn add(&mut self, place: &Place, value: Scalar, nature: Nature) {
        let several = if place.several {
            Nature::SEVERAL
        } else {
            Nature::default()
        };
        self.data.push(Datum {
            path: place.path.clone(),
            value,
            nature: nature.with(several),
        });
    }

    fn output(&mut self, place: &Place, output: &Output, field: Option<&Field>) {
        match output {
            Output::Json(value) => self.json(place, value, field),
            Output::Text(_) => self.add(place, Scalar::Present, Nature::default()),
            Output::Related(related) => self.related(place, related),
            Output::List(items) if items.is_empty() => self.empty(place, field),
            Output::List(items) => {
                for item in items {
                    self.output(&place.each(), item, field);
                }
            }
            Output::Object(members) => self.members(place, members, field),
            Output::Body(parts) => self.body(place, parts),
        }
    }

    /// Nothing is there; what would be is known from the blueprint.
    fn empty(&mut self, place: &Place, field: Option<&Field>) {
        let kind = field.map(|field| field.kind.as_str());
        let nature = match kind {
            Some("entries" | "terms") => Nature::INCLUDABLE.with(Nature::TEXT),
            Some("assets") => Nature::ASSET.with(Nature::TEXT),
            Some("users") => Nature::RELATION.with(Nature::TEXT),
            Some("bard" | "markdown" | "group" | "grid" | "replicator" | "code" | "html") => {
                Nature::PRESENCE
            }
            Some("integer" | "float" | "range") => Nature::NUMBER,
            Some("toggle") => Nature::BOOLEAN,
            Some("date") => Nature::MOMENT,
            _ => Nature::TEXT,
        };
        self.add(place, Scalar::Empty, nature);
    }

    fn related(&mut self, place: &Place, related: &Related) {
        let nature = match related.kind {
            Target::Entry | Target::Term => Nature::INCLUDABLE,
            Target::Asset => Nature::ASSET,
            Target::User => Nature::RELATION,
        };
        let text = |name: &str| related.object.get(name).and_then(Value::as_str);
        if let Some(id) = text("id") {
            self.add(place, Scalar::Text(id_key(id)), nature);
        }
        let other = match related.kind {
            Target::Term => text("slug"),
            Target::Asset => text("path"),
            Target::Entry | Target::User => None,
        };
        if let Some(other) = other {
            self.add(place, Scalar::Text(other.to_owned()), nature);
        }
    }

    /// A group or a row; a row's own id says nothing.
    fn members(&mut self, place: &Place, members: &[(String, Output)], field: Option<&Field>) {
        self.add(place, Scalar::Present, Nature::default());
        let kind = members.iter().find(|(name, _)| name == "type");
        let set = field.and_then(|field| {
            let Output::Json(Value::String(kind)) = &kind?.1 else {
                return None;
            };
            field.sets.iter().find(|set| set.handle == *kind)
        });
        let fields = set.map_or_else(
            || field.map(|field| field.fields.as_slice()),
            |set| Some(set.fields.as_slice()),
        );
        for (name, member) in members {
            let field = fields.and_then(|fields| fields.iter().find(|field| field.handle == *name));
            if let Some(place) = place
                .member(name)
                .filter(|_| name != "id" || !place.several)
            {
                self.output(&place, member, field);
            }
        }
    }

    /// A body is there; of its sets their types are told.
    fn body(&mut self, place: &Place, parts: &[(&'static str, Output)]) {
        self.add(place, Scalar::Present, Nature::default());
        let Some((_, Output::List(blocks))) = parts.iter().find(|(part, _)| *part == "blocks")
        else {
            return;
        };
        let Some(place) = place
            .member("blocks")
            .and_then(|place| place.member("type"))
        else {
            return;
        };
        for block in blocks {
            let Output::Object(members) = block else {
                continue;
            };
            for (_, kind) in members.iter().filter(|(name, _)| name == "type") {
                self.output(&place.each(), kind, None);
            }
        }
    }

    fn json(&mut self, place: &Place, value: &Value, field: Option<&Field>) {
        let is_long = field.is_some_and(|field| ["html", "yaml"].contains(&field.kind.as_str()));
        match value {
            Value::Null => self.empty(place, field),
            Value::String(text) if text.is_empty() => self.empty(place, field),
            Value::String(_) if is_long => self.add(place, Scalar::Present, Nature::default()),
            Value::String(text) => self.add(place, of_text(text), Nature::default()),
            Value::Bool(truth) => self.add(place, Scalar::Boolean(*truth), Nature::default()),
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                self.add(place, Scalar::Number(number), Nature::default());
            }
            Value::Array(items) if items.is_empty() => self.empty(place, field),
            Value::Array(items) => {
                for item in items {
                    self.json(&place.each(), item, field);
                }
            }
            Value::Object(members) => self.object(place, members, field),
        }
    }

    /// A choice counts as its value; anything else by its members.
    fn object(&mut self, place: &Place, members: &Map<String, Value>, field: Option<&Field>) {
        let chosen = members
            .get("value")
            .filter(|_| members.contains_key("label") && members.contains_key("key"));
        if let Some(chosen) = chosen {
            return self.json(place, chosen, None);
        }
        if members.is_empty() {
            return self.empty(place, field);
        }
        self.add(place, Scalar::Present, Nature::default());
        let is_code = members.contains_key("code") && members.contains_key("mode");
        for (name, member) in members {
            let body = is_code && name != "mode";
            if let Some(place) = place.member(name).filter(|_| !body) {
                self.json(&place, member, None);
            }
        }
    }
}

/// A text that is a moment as the native API writes one is that moment.
fn of_text(text: &str) -> Scalar {
    let is_moment = text.len() == 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    match text.parse::<Timestamp>() {
        Ok(moment) if is_moment => Scalar::Moment(moment),
        _ => Scalar::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(name: &str, output: Output) -> Vec<String> {
        let data = of(&[(name.to_owned(), output)], &[]);
        let show = |datum: Datum| format!("{} {:?} {}", datum.path, datum.value, datum.nature.0);
        data.into_iter().map(show).collect()
    }

    #[test]
    fn values_stand_at_their_paths_whatever_they_are_nested_in() {
        let rows = Output::List(vec![Output::Object(vec![
            ("id".into(), Output::Json(json!("row"))),
            ("type".into(), Output::Json(json!("quote"))),
            (
                "size".into(),
                Output::Json(json!({"value": 3, "label": "Three", "key": 3})),
            ),
        ])]);
        assert_eq!(
            shown("blocks", rows),
            [
                "blocks Present 128",
                "blocks.type Text(\"quote\") 128",
                "blocks.size Number(3.0) 128",
            ]
        );
        assert_eq!(
            shown("when", Output::Json(json!("2025-01-02T00:00:00Z"))),
            ["when Moment(2025-01-02T00:00:00Z) 0"]
        );
        assert_eq!(
            shown("map", Output::Json(json!({"a b": 1, "c": {"d": [true]}}))).len(),
            3
        );
    }

    #[test]
    fn a_term_is_found_by_its_id_and_by_its_slug() {
        let object = json!({"id": "topics::web", "slug": "netz", "title": "Web"});
        let related = Output::Related(Related {
            kind: Target::Term,
            object,
        });
        assert_eq!(
            shown("topics", Output::List(vec![related])),
            [
                "topics Text(\"topics::web\") 144",
                "topics Text(\"netz\") 144",
            ]
        );
    }

    #[test]
    fn an_asset_is_found_by_its_id_and_by_its_path() {
        let object = json!({"id": "images::a/b.png", "path": "a/b.png", "alt": "A"});
        let related = Output::Related(Related {
            kind: Target::Asset,
            object,
        });
        assert_eq!(
            shown("cover", related),
            [
                "cover Text(\"images::a/b.png\") 256",
                "cover Text(\"a/b.png\") 256",
            ]
        );
    }
}
