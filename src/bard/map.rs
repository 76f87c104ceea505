//! A small site made of a JSON map, for `rhapsode render` and for test cases.
//!
//! In: `{"entry::ID": "/url", "asset::C::P": {"url": …, "alt": …}}`. Out: [`Links`]. It knows nothing of real sites.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Links, Target};

/// References and what they lead to. Without a map nothing exists.
#[derive(Clone, Debug, Default)]
pub struct MapLinks {
    targets: Map<String, Value>,
}

impl MapLinks {
    /// Takes the `map` of a JSON line; anything but a map is an empty one.
    #[must_use]
    pub fn new(map: Option<Value>) -> Self {
        let targets = match map {
            Some(Value::Object(targets)) => targets,
            _ => Map::new(),
        };
        Self { targets }
    }
}

impl Links for MapLinks {
    fn target(&self, reference: &str) -> Option<Target<'_>> {
        match self.targets.get(reference)? {
            Value::Object(target) => Some(Target {
                url: text(target, "url"),
                hidden: target.get("hidden") == Some(&Value::Bool(true)),
                alt: text(target, "alt"),
                width: pixels(target, "width"),
                height: pixels(target, "height"),
            }),
            url => Some(Target {
                url: url.as_str().map(Cow::Borrowed),
                ..Target::default()
            }),
        }
    }
}

fn text<'a>(target: &'a Map<String, Value>, key: &str) -> Option<Cow<'a, str>> {
    target.get(key)?.as_str().map(Cow::Borrowed)
}

fn pixels(target: &Map<String, Value>, key: &str) -> Option<u32> {
    target.get(key)?.as_u64()?.try_into().ok()
}
