//! The `sort` parameter: the order of items by what they let sorts see (spec/statamic.md §4.5).
//!
//! Null comes last, booleans by truth, numbers and numeric texts by number, other texts as the site's language sorts
//! them whatever their case; a list counts as its first member. Equal items keep their order.

use std::cmp::Ordering;

use icu_collator::CollatorBorrowed;
use icu_collator::options::CollatorOptions;
use icu_locale_core::Locale;
use serde_json::Value;

use super::{filter, php};

/// One part of the parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    path: Vec<String>,
    descending: bool,
}

/// The language that texts are sorted in.
pub struct Language(CollatorBorrowed<'static>);

/// A value, prepared for many comparisons.
enum Place {
    /// Numeric, with its text for comparisons with what is not.
    Number(f64, String),
    Text(String),
    Bool(bool),
    List,
    Null,
}

impl Sort {
    /// The member of an item that is looked at.
    pub fn member(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }
}

/// Reads the parameter: names with commas, a leading `-` for the reverse. A message for an empty name.
pub fn parse(written: &str) -> Result<Vec<Sort>, String> {
    let parse = |part: &str| {
        let name = part.strip_prefix('-').unwrap_or(part);
        if name.is_empty() {
            return Err("sort: a field is needed between commas".to_owned());
        }
        Ok(Sort {
            path: filter::path(name),
            descending: part.starts_with('-'),
        })
    };
    written.split(',').map(parse).collect()
}

impl Language {
    /// The language of a locale as Statamic writes it (`de_DE.UTF-8`); an unknown one is sorted as English is.
    pub fn new(locale: &str) -> Self {
        let tag = locale
            .split(['.', '@'])
            .next()
            .unwrap_or_default()
            .replace('_', "-");
        let locale: Locale = tag.parse().unwrap_or(Locale::UNKNOWN);
        let options = CollatorOptions::default();
        let collator = CollatorBorrowed::try_new(locale.into(), options)
            .or_else(|_| CollatorBorrowed::try_new(Locale::UNKNOWN.into(), options));
        Self(collator.expect("the root collation is compiled in"))
    }

    fn compare(&self, a: &Place, b: &Place) -> Ordering {
        match (a, b) {
            (Place::List, _) | (_, Place::List) => {
                matches!(a, Place::List).cmp(&matches!(b, Place::List))
            }
            (Place::Bool(_), _) | (_, Place::Bool(_)) => a.is_true().cmp(&b.is_true()),
            (Place::Number(a, _), Place::Number(b, _)) => a.total_cmp(b),
            _ => self.0.compare(a.text(), b.text()),
        }
    }
}

impl Place {
    fn of(value: &Value) -> Self {
        let value = match value {
            Value::Array(items) => items.first().unwrap_or(&Value::Null),
            Value::Object(members) => members.values().next().unwrap_or(&Value::Null),
            _ => value,
        };
        match (value, php::text(value)) {
            (Value::Null, _) => Self::Null,
            (Value::Bool(value), _) => Self::Bool(*value),
            (_, None) => Self::List,
            (_, Some(text)) => match php::numeric(&text) {
                Some(number) => Self::Number(number, text.into_owned()),
                None => Self::Text(text.to_lowercase()),
            },
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Number(_, text) | Self::Text(text) => text,
            Self::Bool(_) | Self::List | Self::Null => "",
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Number(number, _) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Bool(value) => *value,
            Self::List => true,
            Self::Null => false,
        }
    }
}

/// The indices of the items in the order that the sorts give.
pub fn order(items: &[&Value], sorts: &[Sort], language: &Language) -> Vec<usize> {
    let places: Vec<Vec<Place>> = items
        .iter()
        .map(|item| {
            sorts
                .iter()
                .map(|sort| Place::of(filter::resolve(item, &sort.path)))
                .collect()
        })
        .collect();
    let compare = |a: usize, b: usize| {
        let pairs = places[a].iter().zip(&places[b]).zip(sorts);
        let orderings = pairs.map(|((a, b), sort)| {
            let ordering = match (a, b) {
                (Place::Null, _) | (_, Place::Null) => {
                    matches!(a, Place::Null).cmp(&matches!(b, Place::Null))
                }
                _ => language.compare(a, b),
            };
            if sort.descending {
                ordering.reverse()
            } else {
                ordering
            }
        });
        orderings.fold(Ordering::Equal, Ordering::then)
    };
    merge_sort((0..items.len()).collect(), &compare)
}

/// Stable. Values of mixed types have no total order in PHP, and the standard sort may panic without one.
fn merge_sort(indices: Vec<usize>, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    if indices.len() < 2 {
        return indices;
    }
    let right = merge_sort(indices[indices.len() / 2..].to_vec(), compare);
    let left = merge_sort(indices[..indices.len() / 2].to_vec(), compare);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut merged = Vec::with_capacity(indices.len());
    while let (Some(&a), Some(&b)) = (left.peek(), right.peek()) {
        let next = if compare(a, b).is_le() {
            left.next()
        } else {
            right.next()
        };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sorted(values: &[Value], sort: &str, locale: &str) -> Vec<Value> {
        let items: Vec<Value> = values.iter().map(|value| json!({"f": value})).collect();
        let items: Vec<&Value> = items.iter().collect();
        let order = order(&items, &parse(sort).unwrap(), &Language::new(locale));
        order
            .into_iter()
            .map(|index| values[index].clone())
            .collect()
    }

    #[test]
    fn null_is_last_and_first_in_reverse() {
        let values = [json!(null), json!(10), json!("9")];
        assert_eq!(
            sorted(&values, "f", "en"),
            [json!("9"), json!(10), json!(null)]
        );
        assert_eq!(
            sorted(&values, "-f", "en"),
            [json!(null), json!(10), json!("9")]
        );
    }

    #[test]
    fn texts_sort_as_the_language_does_whatever_their_case() {
        let values = [
            json!("zebra"),
            json!("Ärger"),
            json!("apfel"),
            json!("Zahn"),
        ];
        assert_eq!(
            sorted(&values, "f", "de_DE.UTF-8"),
            [
                json!("apfel"),
                json!("Ärger"),
                json!("Zahn"),
                json!("zebra")
            ]
        );
        assert_eq!(
            sorted(&values, "f", "sv_SE"),
            [
                json!("apfel"),
                json!("Zahn"),
                json!("zebra"),
                json!("Ärger")
            ]
        );
    }

    #[test]
    fn mixed_types_are_sorted_somehow_and_never_panic() {
        let kinds = [
            json!(null),
            json!(true),
            json!(0),
            json!("a"),
            json!("5"),
            json!([1]),
            json!({"a": []}),
            json!(""),
        ];
        let values: Vec<Value> = kinds.iter().cycle().take(200).cloned().collect();
        assert_eq!(sorted(&values, "f,-g", "xx_bad!").len(), 200);
    }

    #[test]
    fn a_name_is_needed() {
        assert!(parse("-").is_err());
        assert!(parse(",").is_err());
    }
}
