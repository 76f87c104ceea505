//! `rhapsode render`: one Bard field to HTML, outside of any project.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rhapsode::bard::map::MapLinks;
use rhapsode::bard::{self, Options};
use rhapsode::content::blueprint::{Field, Set, shape};
use rhapsode::content::sites::Site as ContentSite;
use rhapsode::content::{Content, Data, front_matter};
use rhapsode::fields::{self, Context, Holder, Shape, splice};
use rhapsode::site::view::View;
use rhapsode::site::{self, Site};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One line of standard input.
#[derive(Deserialize)]
struct Line {
    /// The stored value.
    doc: Value,
    /// The field's configuration, `sets` among it.
    #[serde(default)]
    config: Data,
    /// What references lead to.
    map: Option<Value>,
}

/// Renders a file's field, or each line of standard input.
pub fn render(file: Option<&Path>, field: Option<&str>) -> anyhow::Result<ExitCode> {
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => println!("{}", html(&tree(file, field)?)),
        None => render_lines()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn html(tree: &Value) -> String {
    bard::html(tree, &Options::new(&MapLinks::default()))
        .0
        .unwrap_or_default()
}

/// The tree in a file: all of a JSON file, a field of an entry file.
fn tree(file: &Path, field: Option<&str>) -> anyhow::Result<Value> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    if file
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        return serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is no JSON", file.display()));
    }
    let document = front_matter::read(&bytes).with_context(|| file.display().to_string())?;
    let mut data = document.data.unwrap_or_default();
    let found = match field {
        Some(field) => data.shift_remove(field),
        None => data.into_iter().map(|(_, value)| value).find(is_tree),
    };
    match (found, field) {
        (Some(tree), _) => Ok(tree),
        (None, Some(field)) => bail!("{} has no field {field}", file.display()),
        (None, None) => bail!("{} has no field that holds a Bard tree", file.display()),
    }
}

/// Sets are known by their kind only here, where no blueprint names them.
fn is_tree(value: &Value) -> bool {
    let nodes = value.as_array().filter(|nodes| !nodes.is_empty());
    nodes.is_some_and(|nodes| {
        nodes
            .iter()
            .all(|node| node["type"] == "set" || bard::is_tree(&Value::Array(vec![node.clone()])))
    })
}

fn render_lines() -> anyhow::Result<()> {
    let site = nowhere();
    let view = View::new(&site, Timestamp::now(), "default");
    let mut out = std::io::stdout().lock();
    for (number, line) in (1..).zip(std::io::stdin().lock().lines()) {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).with_context(|| {
            format!("line {number} of standard input is not {{\"doc\", \"config\"?, \"map\"?}}")
        })?;
        writeln!(out, "{}", value(&view, line))?;
    }
    Ok(())
}

/// `{"value": …}` for a field with sets, `{"html": …}` for one without or whose value is HTML already.
fn value(view: &View, line: Line) -> Value {
    let field = bard_field("bard", line.config, "bard");
    let links = MapLinks::new(line.map);
    let value = if field.sets.is_empty() {
        let options = Options {
            save_html: field.config.get("save_html") == Some(&Value::Bool(true)),
            ..Options::new(&links)
        };
        bard::html(&line.doc, &options)
            .0
            .map_or(Value::Null, Value::String)
    } else {
        blocks(view, &field, &line.doc, &links)
    };
    let is_html = field.sets.is_empty() || value.is_string();
    Value::Object(Map::from_iter([(
        if is_html { "html" } else { "value" }.to_owned(),
        value,
    )]))
}

fn blocks(view: &View, field: &Field, doc: &Value, links: &MapLinks) -> Value {
    let mut context = Context::new(view, Shape::Statamic, Holder::Other);
    context.links = links;
    let mut template = String::new();
    splice::output(
        &fields::value(Some(doc), Some(field), &context),
        &mut template,
    );
    serde_json::from_str(&splice::whole(&template)).expect("a template is JSON")
}

/// A field from its configuration alone: no fieldsets, for there is no project to have them.
fn bard_field(handle: &str, config: Data, default_kind: &str) -> Field {
    let kind = config
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or(default_kind)
        .to_owned();
    let fields = config.get("fields").map(sub_fields).unwrap_or_default();
    let sets = config.get("sets").map(shape::sets).unwrap_or_default();
    let set = |(handle, set): (String, Data)| Set {
        handle,
        fields: set.get("fields").map(sub_fields).unwrap_or_default(),
    };
    Field {
        handle: handle.to_owned(),
        kind,
        fields,
        sets: sets.into_iter().map(set).collect(),
        config,
    }
}

fn sub_fields(items: &Value) -> Vec<Field> {
    let field = |item: Data| {
        let config = item
            .get("field")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        Some(bard_field(item.get("handle")?.as_str()?, config, "text"))
    };
    shape::field_items(items)
        .into_iter()
        .filter_map(field)
        .collect()
}

/// A site without content.
fn nowhere() -> Site {
    let default = ContentSite {
        handle: "default".into(),
        name: "default".into(),
        url: "/".into(),
        locale: "en_US".into(),
        lang: "en".into(),
        attributes: Data::new(),
    };
    let settings = site::Settings {
        base_url: None,
        api_url: None,
        profile: None,
        timezone: TimeZone::UTC,
        app_name: None,
        environment: "production".into(),
    };
    Site::link(
        Content {
            sites: vec![default],
            ..Content::default()
        },
        settings,
    )
}
