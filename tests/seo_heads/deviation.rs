//! The numbered deviations, each as a change of what Peak printed into what we print.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::head::parse;
/// One numbered deviation: which tags it is about and how it turns what Peak printed into what we print.
#[derive(Debug, Deserialize)]
pub struct Deviation {
    pub number: String,
    reason: String,
    #[serde(default)]
    tags: Vec<String>,
    how: String,
    pub tree: Option<String>,
    pub profile: Option<String>,
    pub environment: Option<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    ours: HashMap<String, Vec<String>>,
    #[serde(default)]
    block: Value,
    #[serde(default)]
    at: usize,
    #[serde(default)]
    host: String,
    #[serde(default)]
    base: String,
    #[serde(default)]
    except_code: String,
}

/// Which page of which run a tag is of.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub tree: &'a str,
    pub profile: &'a str,
    pub environment: &'a str,
    pub url: &'a str,
}

pub fn deviations() -> Vec<Deviation> {
    let deviations: Vec<Deviation> = serde_json::from_str(include_str!("deviations.json")).unwrap();
    assert!(
        deviations
            .iter()
            .all(|deviation| !deviation.reason.is_empty())
    );
    deviations
}

impl Deviation {
    fn applies(&self, tag: &str, run: Run) -> bool {
        let fits =
            |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        let path = run.url.strip_prefix("http://site.test").unwrap_or(run.url);
        (self.tags.iter().any(|known| known == tag) || self.ours.contains_key(tag))
            && fits(&self.tree, run.tree)
            && fits(&self.profile, run.profile)
            && fits(&self.environment, run.environment)
            && (self.paths.is_empty() || self.paths.iter().any(|known| known == path))
    }

    /// What Peak printed, changed by this deviation; unchanged where it has no bearing.
    fn changed(&self, tag: &str, run: Run, theirs: &[String], ours: &[String]) -> Vec<String> {
        let same = || theirs.to_vec();
        let first = |values: &[String]| values.first().cloned().unwrap_or_default();
        match self.how.as_str() {
            "ours_only" if theirs.is_empty() => ours.to_vec(),
            "article" if theirs == ["website"] && ours == ["article"] => ours.to_vec(),
            "blank" => theirs
                .iter()
                .filter(|value| !value.trim().is_empty())
                .cloned()
                .collect(),
            "white_space" => theirs.iter().map(|value| collapsed(value)).collect(),
            "truncated_later" => match first(theirs).strip_suffix("...") {
                Some(start) if first(ours).starts_with(start) && first(ours).ends_with("...") => {
                    ours.to_vec()
                }
                _ => same(),
            },
            "broken_attribute" => match first(ours).strip_prefix(first(theirs).trim()) {
                Some(rest) if rest.trim_start().starts_with('"') => ours.to_vec(),
                _ => same(),
            },
            "signed_image" => match signed_asset(&first(theirs)) {
                Some(asset) if decoded(&first(ours)) == format!("http://site.test/{asset}") => {
                    ours.to_vec()
                }
                _ => same(),
            },
            "locale_suffix" => theirs
                .iter()
                .map(|value| value.replace(".utf8", ""))
                .collect(),
            "own_host" => theirs.iter().map(|value| self.on_base(value)).collect(),
            "lone" if theirs.len() == 1 => Vec::new(),
            "x_default" => match ours.last().and_then(|last| last.strip_prefix("x-default ")) {
                Some(href)
                    if theirs
                        .iter()
                        .any(|other| other.ends_with(&format!(" {href}"))) =>
                {
                    [theirs, &ours[ours.len() - 1..]].concat()
                }
                _ => same(),
            },
            "page" => self.ours[tag]
                .iter()
                .map(|value| {
                    if value == "self" {
                        run.url.to_owned()
                    } else {
                        value.clone()
                    }
                })
                .collect(),
            "block" => theirs
                .iter()
                .enumerate()
                .map(|(at, block)| {
                    if at == self.at {
                        self.block.to_string()
                    } else {
                        block.clone()
                    }
                })
                .collect(),
            json if json.starts_with("json_") => theirs
                .iter()
                .filter_map(|block| changed_block(json, block, ours))
                .collect(),
            _ => same(),
        }
    }

    fn on_base(&self, value: &str) -> String {
        if value.starts_with(&self.except_code) {
            value.to_owned()
        } else {
            value.replace(&self.host, &self.base)
        }
    }
}

/// A block of JSON-LD as a deviation changes it; `None` where it is left out.
pub fn changed_block(how: &str, block: &str, ours: &[String]) -> Option<String> {
    let mut value: Value = serde_json::from_str(block).unwrap();
    let raw = value.get("_raw").and_then(Value::as_str).map(str::to_owned);
    let is = |value: &Value, kind: &str| value["@type"] == kind;
    match how {
        "json_syntax" => value = raw.as_deref().and_then(repaired).unwrap_or(value),
        "json_entities" => value = mapped(&value, &|text| collapsed(&unescaped(text))),
        "json_context" => {
            value = mapped(&value, &|text| {
                text.replace("http://schema.org", "https://schema.org")
            });
        }
        "json_blank" if raw.as_deref().is_some_and(|raw| raw.trim().is_empty()) => return None,
        "json_invalid" if raw.is_some() => return None,
        "json_nameless" if is(&value, "Organization") && value["name"] == "" => return None,
        "json_lone_crumb"
            if value["itemListElement"]
                .as_array()
                .is_some_and(|crumbs| crumbs.len() == 1) =>
        {
            return None;
        }
        "json_mailto" => {
            if let Some(Value::Array(urls)) = value.get_mut("sameAs") {
                urls.retain(|url| !url.as_str().unwrap().starts_with("mailto:"));
            }
        }
        "json_logo" if is(&value, "Organization") => {
            let ours = ours
                .iter()
                .map(|block| serde_json::from_str::<Value>(block).unwrap());
            if let Some(logo) = ours
                .filter(|block| is(block, "Organization"))
                .find_map(|block| block.get("logo").cloned())
            {
                value["logo"] = logo;
            }
        }
        _ => {}
    }
    Some(value.to_string())
}

/// A block that is no JSON for a line break or a quote in one of its texts.
pub fn repaired(raw: &str) -> Option<Value> {
    let quoted = |line: &str| {
        let (key, value) = line.trim().split_once("\": \"")?;
        let text = value.trim_end_matches(',').strip_suffix('"')?;
        Some(format!(
            "{key}\": {}{}",
            json!(text),
            if value.ends_with(',') { "," } else { "" }
        ))
    };
    let lines: Vec<String> = raw
        .lines()
        .map(|line| quoted(line).unwrap_or_else(|| line.to_owned()))
        .collect();
    serde_json::from_str(&collapsed(raw))
        .or_else(|_| serde_json::from_str(&lines.join(" ")))
        .ok()
}

pub fn mapped(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => change(text).into(),
        Value::Array(items) => items.iter().map(|item| mapped(item, change)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), mapped(value, change)))
            .collect(),
        other => other.clone(),
    }
}

/// What an HTML parser makes of a text's references.
pub fn unescaped(text: &str) -> String {
    parse(&format!("<title>{text}</title>"))["title"][0].clone()
}

pub fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `container/path` of a signed image URL, which has it in base 64.
pub fn signed_asset(url: &str) -> Option<String> {
    let coded = url.split("/img/asset/").nth(1)?.split('/').next()?;
    let digit = |letter| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            .iter()
            .position(|known| *known == letter)
    };
    let bits = coded
        .bytes()
        .filter_map(digit)
        .flat_map(|digit| (0..6).rev().map(move |bit| digit >> bit & 1))
        .collect::<Vec<_>>();
    let bytes = bits.chunks_exact(8).map(|bits| {
        bits.iter()
            .fold(0, |byte, bit| byte << 1 | u8::try_from(*bit).unwrap())
    });
    String::from_utf8(bytes.collect()).ok()
}

pub fn decoded(url: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = url.bytes();
    while let Some(byte) = rest.next() {
        let hexadecimal = |rest: &mut std::str::Bytes| {
            Some(
                char::from(rest.next()?).to_digit(16)? * 16
                    + char::from(rest.next()?).to_digit(16)?,
            )
        };
        bytes.push(if byte == b'%' {
            hexadecimal(&mut rest)
                .and_then(|code| u8::try_from(code).ok())
                .unwrap()
        } else {
            byte
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// The deviations that together turn what Peak printed into what we print; `None` where they do not.
pub fn explained<'a>(
    deviations: &'a [Deviation],
    tag: &str,
    run: Run,
    theirs: &[String],
    ours: &[String],
) -> Option<Vec<&'a str>> {
    let mut at = theirs.to_vec();
    let mut used = Vec::new();
    for deviation in deviations
        .iter()
        .filter(|deviation| deviation.applies(tag, run))
    {
        if equal(tag, &at, ours) {
            break;
        }
        let changed = deviation.changed(tag, run, &at, ours);
        if changed != at {
            used.push(deviation.number.as_str());
            at = changed;
        }
    }
    equal(tag, &at, ours).then_some(used)
}

/// JSON is equal as JSON, in whatever order its members stand.
pub fn equal(tag: &str, a: &[String], b: &[String]) -> bool {
    let parsed = |blocks: &[String]| {
        blocks
            .iter()
            .map(|block| serde_json::from_str::<Value>(block).unwrap())
            .collect::<Vec<_>>()
    };
    if tag == "json_ld" {
        parsed(a) == parsed(b)
    } else {
        a == b
    }
}
