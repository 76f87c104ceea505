//! The one visitor: libyaml's events become a `Value`, and what is not allowed is refused where it stands.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Value};

use super::{MAX_DEPTH, disguise, scalar};

/// How a mapping key is named in the parser's own errors.
pub const EXPECTED_KEY: &str = "a text as key";
/// Keys up to which comparing them all is faster than hashing one.
const FEW: usize = 8;
/// What a node costs beside its own text. No text without aliases needs more than 12 times its length.
const NODE_COST: usize = 20;
/// What aliases may add: 200,000 nodes.
const ALIAS_ALLOWANCE: usize = 200_000 * NODE_COST;

/// What all nodes of one document share.
pub struct State<'text> {
    text: &'text str,
    is_disguised: bool,
    budget: Cell<usize>,
    refusal: RefCell<Option<Refusal>>,
}

/// Why the visitor gave up; the place comes from the parser.
#[derive(Debug)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl<'text> State<'text> {
    /// `text` is what the parser sees; where it is disguised, texts must be revealed.
    pub fn new(text: &'text str, is_disguised: bool) -> Self {
        let budget = text
            .len()
            .saturating_mul(12)
            .saturating_add(ALIAS_ALLOWANCE);
        Self {
            text,
            is_disguised,
            budget: Cell::new(budget),
            refusal: RefCell::new(None),
        }
    }

    pub fn refusal(self) -> Option<Refusal> {
        self.refusal.into_inner()
    }

    fn refuse<E: Error>(&self, code: &'static str, message: String) -> E {
        *self.refusal.borrow_mut() = Some(Refusal { code, message });
        E::custom(code)
    }

    fn reveal<'value>(&self, text: &'value str) -> Cow<'value, str> {
        if self.is_disguised {
            disguise::reveal(text)
        } else {
            Cow::Borrowed(text)
        }
    }

    /// Pays for a node and its text.
    fn spend<E: Error>(&self, length: usize) -> Result<(), E> {
        match self.budget.get().checked_sub(NODE_COST + length) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(self.refuse(
                "too_many_aliases",
                "aliases make this file far larger than it is".into(),
            )),
        }
    }

    /// Text that borrows from the document is plain, unless a quote follows it or a tag (`!!str`) stands before it.
    fn is_plain(&self, borrowed: &str) -> bool {
        let start = borrowed
            .as_ptr()
            .addr()
            .wrapping_sub(self.text.as_ptr().addr());
        let after = self
            .text
            .get(start.wrapping_add(borrowed.len())..)
            .unwrap_or_default();
        let before = self.text.get(..start).unwrap_or_default();
        let word = before
            .trim_end()
            .rsplit([' ', '\t', '\n'])
            .next()
            .unwrap_or_default();
        !after.starts_with(['"', '\'']) && !word.starts_with("!!")
    }
}

/// One value to be read.
#[derive(Clone, Copy)]
pub struct Node<'state, 'text> {
    state: &'state State<'text>,
    depth: usize,
}

impl<'state, 'text> Node<'state, 'text> {
    pub fn root(state: &'state State<'text>) -> Self {
        Self { state, depth: 0 }
    }

    fn child<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} levels deep");
            return Err(self.state.refuse("nesting_too_deep", message));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    /// Text that libyaml could not type; PHP trims what is left of it.
    fn text<E: Error>(self, borrowed: &str) -> Result<Value, E> {
        let text = self.state.reveal(borrowed);
        let trimmed = text.trim_matches(['\0', '\u{b}', ' ', '\t']);
        let odd = scalar::may_be_typed(trimmed) || trimmed.len() < text.len();
        if !odd || !self.state.is_plain(borrowed) {
            return Ok(Value::from(text));
        }
        scalar::read(trimmed).map_err(|_| self.not_finite())
    }

    fn not_finite<E: Error>(self) -> E {
        let message = "a number must be finite; quote it if it is text".into();
        self.state.refuse("number_not_finite", message)
    }

    fn unknown_tag<E: Error>(self, tag: &str) -> E {
        let message = format!("the tag !{tag} is not known; remove it or quote the value");
        self.state.refuse("unknown_tag", message)
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.state.spend(0)?;
        if value.is_finite() {
            Ok(Value::from(value))
        } else {
            Err(self.not_finite())
        }
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Value, E> {
        self.state.spend(value.len())?;
        self.text(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.state.spend(value.len())?;
        Ok(Value::from(self.state.reveal(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        self.state.spend(0)?;
        let child = self.child()?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(child)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Value, A::Error> {
        self.state.spend(0)?;
        let child = self.child()?;
        let mut entries = Map::new();
        let mut merged = Vec::new();
        while let Some(key) = mapping.next_key_seed(Key {
            node: self,
            entries: &entries,
            merged: &merged,
        })? {
            let value = mapping.next_value_seed(child)?;
            if key == "<<" {
                self.merge(&mut entries, &mut merged, value)?;
            } else {
                entries.insert(key, value);
            }
        }
        Ok(list_or_map(entries))
    }

    /// Only tagged values come here. The tag `!` alone says nothing.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (tag, variant) = tagged.variant::<String>()?;
        if tag == "!" {
            variant.newtype_variant_seed(self)
        } else {
            Err(self.unknown_tag(&tag))
        }
    }
}

impl Node<'_, '_> {
    /// `<<`: keys that the mapping has not got yet, from one mapping or, the first winning, from several.
    fn merge<E: Error>(
        self,
        entries: &mut Map<String, Value>,
        merged: &mut Vec<String>,
        from: Value,
    ) -> Result<(), E> {
        match from {
            Value::Object(source) => {
                for (key, value) in source {
                    if !entries.contains_key(&key) {
                        merged.push(key.clone());
                        entries.insert(key, value);
                    }
                }
                Ok(())
            }
            Value::Array(sources) => sources
                .into_iter()
                .try_for_each(|source| self.merge(entries, merged, source)),
            _ => {
                let message = "a merge key (<<) takes a mapping or a list of mappings".into();
                Err(self.state.refuse("merge_invalid", message))
            }
        }
    }
}

/// To PHP, keys 0, 1, 2 … in order are a list.
fn list_or_map(entries: Map<String, Value>) -> Value {
    let is_list = entries.keys().next().is_some_and(|key| key == "0")
        && entries
            .keys()
            .enumerate()
            .all(|(index, key)| *key == index.to_string());
    if is_list {
        Value::Array(entries.into_iter().map(|(_, value)| value).collect())
    } else {
        Value::Object(entries)
    }
}

/// One mapping key; a key that the mapping has already is refused here, because here its place is known.
struct Key<'read, 'state, 'text> {
    node: Node<'state, 'text>,
    entries: &'read Map<String, Value>,
    merged: &'read [String],
}

impl Key<'_, '_, '_> {
    fn checked<E: Error>(self, key: String) -> Result<String, E> {
        self.node.state.spend(key.len())?;
        let is_known = match self.entries.len() {
            0..=FEW => self.entries.keys().any(|other| *other == key),
            _ => self.entries.contains_key(&key),
        };
        if is_known && !self.merged.contains(&key) {
            let message = format!("the key {key:?} stands twice in one mapping");
            return Err(self.node.state.refuse("duplicate_key", message));
        }
        Ok(key)
    }
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_, 'de> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_, '_, 'de> {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(EXPECTED_KEY)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<String, E> {
        let text = self.node.state.reveal(value);
        let is_typed = scalar::may_be_typed(&text) && self.node.state.is_plain(value);
        let key = if is_typed {
            scalar::key(&text)
        } else {
            text.into_owned()
        };
        self.checked(key)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        let text = self.node.state.reveal(value).into_owned();
        self.checked(text)
    }
}
