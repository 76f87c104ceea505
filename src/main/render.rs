//! `rhapsode render`: one Bard field to HTML, outside of any project.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use rhapsode::bard::map::MapLinks;
use rhapsode::bard::{self, Options, Profile};
use rhapsode::content::{Data, front_matter};
use rhapsode::fields::case;
use serde::Deserialize;
use serde_json::Value;

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
pub fn render(
    file: Option<&Path>,
    field: Option<&str>,
    profile: Profile,
) -> anyhow::Result<ExitCode> {
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => println!("{}", html(&tree(file, field)?, profile)),
        None => render_lines(profile)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn html(tree: &Value, profile: Profile) -> String {
    let links = MapLinks::default();
    let options = Options {
        profile,
        ..Options::new(&links)
    };
    bard::html(tree, &options).0.unwrap_or_default()
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

fn render_lines(profile: Profile) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for (number, line) in (1..).zip(std::io::stdin().lock().lines()) {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).with_context(|| {
            format!("line {number} of standard input is not {{\"doc\", \"config\"?, \"map\"?}}")
        })?;
        let links = MapLinks::new(line.map);
        writeln!(
            out,
            "{}",
            case::render(&line.doc, &line.config, &links, profile)
        )?;
    }
    Ok(())
}
