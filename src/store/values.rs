//! The values that lists filter and sort by: how each is kept as a key, and the paths that there are.
//!
//! A key is text that begins with a letter for its type, so that one index serves texts, numbers, booleans and moments,
//! and sorts byte by byte as its values do. Texts are compared without regard to case.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::engine::Writer;
use super::statement::{Statement, Value};
use super::{Error, Item, Kind, moment};

/// Longer texts are cut for their key and kept whole beside it.
const LONGEST_KEY: usize = 96;

/// What of a long text stands in its key before its hash.
const KEY_PREFIX: usize = 80;

/// A value of an item at a path, such as `seo.title`.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// Names of members, with dots between them; those of lists' members have no numbers.
    pub path: String,
    /// The value.
    pub value: Scalar,
    /// What is known of the path beside the value's type.
    pub nature: Nature,
}

/// A single value.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A boolean.
    Boolean(bool),
    /// A moment.
    Moment(Timestamp),
    /// Something that is there and can only be asked for that: a body, a group.
    Present,
    /// Nothing; the path is known all the same.
    Empty,
}

/// What the values at a path are, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nature(pub i64);

impl Nature {
    /// Texts.
    pub const TEXT: Self = Self(1);
    /// Numbers.
    pub const NUMBER: Self = Self(2);
    /// Booleans.
    pub const BOOLEAN: Self = Self(4);
    /// Moments.
    pub const MOMENT: Self = Self(8);
    /// Ids of entries or terms, whose `fields` can be included.
    pub const INCLUDABLE: Self = Self(16);
    /// Ids of things that have no `fields`: users.
    pub const RELATION: Self = Self(32);
    /// Things that are there or not: bodies, groups.
    pub const PRESENCE: Self = Self(64);
    /// An item may have several.
    pub const SEVERAL: Self = Self(128);
    /// Ids of assets, whose `fields` can be included too.
    pub const ASSET: Self = Self(256);

    /// Whether it leads to anything whose `fields` can be included.
    #[must_use]
    pub fn is_includable(self) -> bool {
        self.has(Self::INCLUDABLE) || self.has(Self::ASSET)
    }

    /// Whether it leads to anything at all.
    #[must_use]
    pub fn is_relation(self) -> bool {
        self.is_includable() || self.has(Self::RELATION)
    }

    /// Whether all bits of another one are set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a value is found under, and the whole of it where that is longer.
pub(super) type Key = (String, Option<String>);

impl Scalar {
    /// What a path with this value holds.
    fn nature(&self) -> Nature {
        match self {
            Self::Text(_) => Nature::TEXT,
            Self::Number(_) => Nature::NUMBER,
            Self::Boolean(_) => Nature::BOOLEAN,
            Self::Moment(_) => Nature::MOMENT,
            Self::Present => Nature::PRESENCE,
            Self::Empty => Nature::default(),
        }
    }

    /// The key it is found under; none has an empty one.
    pub(super) fn key(&self) -> Key {
        let key = match self {
            Self::Text(text) => return text_key(text),
            Self::Number(number) => format!("n{:016x}", ordered(*number)),
            Self::Boolean(truth) => format!("b{}", i32::from(*truth)),
            Self::Moment(at) => format!("d{:016x}", moment::stored(*at).cast_unsigned() ^ 1 << 63),
            Self::Present => "p".to_owned(),
            Self::Empty => String::new(),
        };
        (key, None)
    }
}

/// A text as it is compared: in lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn text_key(text: &str) -> Key {
    let whole = format!("s{}", folded(text));
    if whole.len() <= LONGEST_KEY {
        return (whole, None);
    }
    let hash = &blake3::hash(whole.as_bytes()).to_hex()[..14];
    let prefix = &whole[..whole.floor_char_boundary(KEY_PREFIX)];
    (format!("{prefix}\u{7f}{hash}"), Some(whole))
}

/// The bits of a number, so that they are in the order of the numbers.
fn ordered(number: f64) -> u64 {
    let bits = if number == 0.0 { 0 } else { number.to_bits() };
    if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    }
}

/// A path as the database has it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct PathRow {
    pub(super) kind: String,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) number: i64,
    pub(super) nature: i64,
}

pub(super) const PATHS: &str =
    "select kind, owner, name, number, nature from path order by kind, name, owner";

/// The paths of a replacement: numbers once given stay, so that a reader's never mean something else.
#[derive(Default)]
pub(super) struct Paths {
    /// Kind → path → its number.
    numbers: HashMap<Kind, HashMap<String, i64>>,
    /// Kind and owner → path → what is known of it there.
    known: HashMap<(Kind, String), BTreeMap<String, Known>>,
    last: i64,
    changed: bool,
}

/// What is known of a path.
#[derive(Default)]
struct Known {
    nature: i64,
    /// Whether an item of this replacement has it.
    is_met: bool,
}

impl Paths {
    pub(super) async fn stored(writer: &mut Writer) -> Result<Self, Error> {
        let rows: Vec<PathRow> = writer.records(Statement::new(PATHS)).await?;
        let mut paths = Self::default();
        for row in rows {
            let kind = Kind::named(&row.kind).ok_or(sqlx::Error::RowNotFound)?;
            let known = Known {
                nature: row.nature,
                is_met: false,
            };
            paths.last = paths.last.max(row.number);
            let of_kind = paths.numbers.entry(kind).or_default();
            of_kind.insert(row.name.clone(), row.number);
            let of_owner = paths.known.entry((kind, row.owner)).or_default();
            of_owner.insert(row.name, known);
        }
        Ok(paths)
    }

    /// Takes note of an item's paths, and answers with its keys, each once; `keys` are those of its values.
    pub(super) fn keys(&mut self, item: &Item, keys: Vec<Key>) -> Keys {
        let numbers = self.numbers.entry(item.kind).or_default();
        let owner = (item.kind, item.owner.clone());
        let paths = self.known.entry(owner).or_default();
        let mut all = Keys::new();
        for (datum, (key, whole)) in item.values.iter().zip(keys) {
            let number = if let Some(number) = numbers.get(&datum.path) {
                *number
            } else {
                self.last += 1;
                numbers.insert(datum.path.clone(), self.last);
                self.last
            };
            if !paths.contains_key(&datum.path) {
                paths.insert(datum.path.clone(), Known::default());
                self.changed = true;
            }
            if let Some(known) = paths.get_mut(&datum.path) {
                let nature = known.nature | datum.nature.with(datum.value.nature()).0;
                self.changed |= nature != known.nature;
                *known = Known {
                    nature,
                    is_met: true,
                };
            }
            if !key.is_empty() {
                all.insert((number, key), whole);
            }
        }
        all
    }

    /// Writes the paths. Where all items that there are were noted, the paths that none of them has are forgotten.
    pub(super) async fn write(mut self, writer: &mut Writer, noted: usize) -> Result<(), Error> {
        let count = Statement::new("select count(*) as items from item");
        let rows = writer.rows(count).await?;
        let items: i64 = rows.first().ok_or(sqlx::Error::RowNotFound)?.get("items")?;
        if usize::try_from(items).is_ok_and(|items| items == noted) {
            for paths in self.known.values_mut() {
                let before = paths.len();
                paths.retain(|_, known| known.is_met);
                self.changed |= paths.len() != before;
            }
        }
        if !self.changed {
            return Ok(());
        }
        writer.execute(Statement::new("delete from path")).await?;
        let mut rows = Vec::new();
        for ((kind, owner), paths) in &self.known {
            for (name, known) in paths {
                rows.push(vec![
                    kind.name().into(),
                    owner.as_str().into(),
                    name.as_str().into(),
                    self.numbers[kind][name].into(),
                    known.nature.into(),
                ]);
            }
        }
        let target = "path (kind, owner, name, number, nature)";
        writer.insert(target, rows).await
    }
}

/// Path and key of each value, with the whole of those that are longer than a key.
pub(super) type Keys = BTreeMap<(i64, String), Option<String>>;

/// The rows of an item's values.
pub(super) fn rows(number: i64, date: i64, keys: Keys) -> impl Iterator<Item = Vec<Value>> {
    keys.into_iter().map(move |((path, key), whole)| {
        vec![
            number.into(),
            path.into(),
            key.into(),
            whole.into(),
            date.into(),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_values_do() {
        let numbers = [f64::MIN, -2.5, -1.0, -0.0, 0.5, 1.0, 10.0, f64::MAX];
        let keys: Vec<String> = numbers
            .iter()
            .map(|number| Scalar::Number(*number).key().0)
            .collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
        assert_eq!(Scalar::Number(-0.0).key(), Scalar::Number(0.0).key());
        let at = |text: &str| Scalar::Moment(text.parse().unwrap()).key().0;
        assert!(at("1969-12-31T23:59:59Z") < at("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn a_long_text_has_a_short_key_of_its_own_and_is_kept_whole() {
        let text = "É".repeat(300);
        let (key, whole) = Scalar::Text(text.clone()).key();
        assert!(key.len() <= LONGEST_KEY && key.starts_with("sé"));
        assert_eq!(whole, Some(format!("s{}", "é".repeat(300))));
        assert_ne!(key, Scalar::Text(format!("{text}x")).key().0);
    }
}
