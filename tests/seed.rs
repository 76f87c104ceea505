//! The user's one document, alone in a folder: its tree, its HTML and its SEO, to the letter.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use rhapsode::fields::splice;
use rhapsode::store::{Item, Kind};
use rhapsode::{content, import, seo, site};
use serde_json::{Map, Number, Value};
use yaml_rust2::{Yaml, YamlLoader};

const ID: &str = "7dc77816-0f92-4adb-80f6-6bc6e71453b8";

fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("RHAPSODE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let found = folder.join("seeds/client-server-model.md").is_file();
    if !found {
        println!(
            "skipped: no seed at {} (set RHAPSODE_SHARED)",
            folder.display()
        );
    }
    found.then_some(folder)
}

/// The seed imported as the only file of a project.
fn imported(shared: &Path) -> Item {
    let root = std::env::temp_dir().join(format!(
        "rhapsode-seed-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let folder = root.join("content/collections/anything");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(
        shared.join("seeds/client-server-model.md"),
        folder.join("client-server-model.md"),
    )
    .unwrap();
    let settings = import::Settings {
        content: content::Settings::default(),
        site: site::Settings {
            base_url: None,
            api_url: None,
            profile: None,
            timezone: TimeZone::UTC,
            app_name: None,
            environment: "production".into(),
        },
        seo: seo::settings::Settings::default(),
        shows_users: false,
    };
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    let outcome = import::run(&root, &settings, now, &|_, _| ()).unwrap();
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(outcome.errors(), 0);
    let mut entries = outcome
        .items
        .into_iter()
        .filter(|item| item.kind == Kind::Entry);
    entries.find(|item| item.id == ID).unwrap()
}

fn json(template: &str) -> Value {
    serde_json::from_str(&splice::whole(template)).unwrap()
}

/// What another YAML reader makes of the front matter.
fn independently_read(text: &str) -> Value {
    let front = text
        .strip_prefix("---\n")
        .unwrap()
        .split_once("\n---")
        .unwrap()
        .0;
    of_yaml(&YamlLoader::load_from_str(front).unwrap()[0])
}

fn of_yaml(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(text) => Value::from(text.as_str()),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::Real(number) => Number::from_f64(number.parse().unwrap()).unwrap().into(),
        Yaml::Boolean(flag) => Value::from(*flag),
        Yaml::Array(items) => items.iter().map(of_yaml).collect(),
        Yaml::Hash(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.as_str().unwrap().to_owned(), of_yaml(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

#[test]
fn the_seeds_tree_is_passed_on_untouched_in_the_order_of_its_keys() {
    let Some(shared) = shared() else { return };
    let fields = json(imported(&shared).fields.as_deref().unwrap());
    let text = fs::read_to_string(shared.join("seeds/client-server-model.md")).unwrap();
    let expected = &independently_read(&text)["article"];
    assert_eq!(fields["article"]["raw"].to_string(), expected.to_string());
}

#[test]
fn the_seeds_html_is_statamics_byte_for_byte() {
    let Some(shared) = shared() else { return };
    let fields = json(imported(&shared).fields.as_deref().unwrap());
    let expected = fs::read_to_string(shared.join("oracle/seed.article.html")).unwrap();
    assert_eq!(fields["article"]["html"], expected.as_str());
}

#[test]
fn the_seeds_seo_is_worked_example_a() {
    let Some(shared) = shared() else { return };
    let seo = json(imported(&shared).seo.as_deref().unwrap());
    let expected = fs::read_to_string(shared.join("oracle/seo/example_a.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(seo, expected);
}
