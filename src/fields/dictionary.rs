//! The dictionary fieldtype: a key of a large table, with the table's columns.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{Context, Output, dictionaries, php};
use crate::content::blueprint::Field;

/// The items that the keys name; one where the field holds one. Keys that the dictionary does not have are left out.
#[must_use]
pub fn value(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let dictionary = name(field).unwrap_or_default();
    let keys = php::wrapped(raw).into_iter().filter_map(php::text);
    let mut items = keys.filter_map(|key| item(dictionary, &key, field, context));
    Output::Json(if php::is_one(field.config.get("max_items")) {
        items
            .next()
            .unwrap_or_else(|| json!({ "value": null, "label": null, "key": null }))
    } else {
        items.collect()
    })
}

/// The dictionary that a field names: `dictionary: countries` or `dictionary: {type: countries}`.
#[must_use]
pub fn name(field: &Field) -> Option<&str> {
    let dictionary = field.config.get("dictionary")?;
    dictionary
        .as_str()
        .or_else(|| dictionary.get("type")?.as_str())
}

/// Whether the dictionary's table is here.
#[must_use]
pub fn is_known(name: &str) -> bool {
    ["countries", "currencies", "timezones"].contains(&name)
}

/// `{value, …columns…, label, key}`.
fn item(dictionary: &str, key: &str, field: &Field, context: &Context<'_>) -> Option<Value> {
    let (columns, label) = match dictionary {
        "countries" => country(key, field)?,
        "currencies" => currency(key)?,
        "timezones" => time_zone(key, context)?,
        _ => (Vec::new(), key.to_owned()),
    };
    let mut item = Map::from_iter([("value".to_owned(), Value::from(key))]);
    item.extend(
        columns
            .into_iter()
            .map(|(column, value)| (column.to_owned(), value)),
    );
    item.insert("label".into(), label.into());
    item.insert("key".into(), key.into());
    Some(Value::Object(item))
}

type Columns = Vec<(&'static str, Value)>;

fn country(key: &str, field: &Field) -> Option<(Columns, String)> {
    let country = dictionaries::countries().find(|country| country.iso3 == key)?;
    let emoji = country.emoji();
    let shows_emoji = field
        .config
        .get("dictionary")
        .and_then(|dictionary| dictionary.get("emojis"));
    let label = match shows_emoji {
        Some(Value::Bool(false)) => country.name.to_owned(),
        _ => format!("{emoji} {}", country.name),
    };
    let columns = vec![
        ("name", country.name.into()),
        ("iso3", country.iso3.into()),
        ("iso2", country.iso2.into()),
        ("region", country.region.into()),
        ("subregion", country.subregion.into()),
        ("emoji", emoji.into()),
    ];
    Some((columns, label))
}

fn currency(key: &str) -> Option<(Columns, String)> {
    let currency = dictionaries::currencies().find(|currency| currency.code == key)?;
    let columns = vec![
        ("code", currency.code.into()),
        ("name", currency.name.into()),
        ("symbol", currency.symbol.into()),
        ("decimals", currency.decimals.into()),
    ];
    Some((columns, format!("{} ({})", currency.name, currency.code)))
}

/// A zone with its offset at the moment of the view.
fn time_zone(key: &str, context: &Context<'_>) -> Option<(Columns, String)> {
    let zone = TimeZone::get(key).ok()?;
    let seconds = zone.to_offset(context.view.now).seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    let offset = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    Some((
        vec![("name", key.into()), ("offset", offset.clone().into())],
        format!("{key} ({offset})"),
    ))
}
