//! The layers of the settings, one over the other, and from which of them each value came.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::names::{Kind, NAMES};
use super::{Config, Error};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program.
    Default,
    /// The file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

/// Whose values are not for anybody's terminal.
const SECRETS: [&str; 3] = ["statamic.auth_token", "preview_secret", "webhooks"];

/// The settings with the source of each.
#[derive(Debug)]
pub struct Layers {
    /// The settings.
    pub config: Config,
    table: Table,
    sources: BTreeMap<String, Source>,
}

impl Layers {
    /// Lays flags over the environment over a file over the defaults.
    ///
    /// `file` is the one that was named; without one, `rhapsode.toml` in the current folder or in the project's is taken
    /// if it is there. `flags` are names of settings with their texts.
    ///
    /// # Errors
    /// If a layer cannot be read, names something unknown, or holds a value that makes no sense.
    pub fn load(
        file: Option<&Path>,
        environment: &dyn Fn(&str) -> Option<String>,
        flags: &[(&str, String)],
    ) -> Result<Self, Error> {
        let defaults = Table::try_from(Config::default()).expect("the defaults are TOML");
        let mut layers = Self {
            config: Config::default(),
            table: defaults,
            sources: BTreeMap::new(),
        };
        let root = flags
            .iter()
            .find(|(name, _)| *name == "root")
            .map(|(_, text)| text.clone())
            .or_else(|| environment("RHAPSODE_ROOT"));
        if let Some(path) = found(file, root.as_deref()) {
            layers.lay_file(&path)?;
        }
        for (name, kind) in NAMES {
            let variable = format!("RHAPSODE_{}", name.to_uppercase().replace('.', "_"));
            if let Some(text) = environment(&variable) {
                layers.lay(name, kind, &text, Source::Environment(variable))?;
            }
            if let Some((_, text)) = flags.iter().find(|(flag, _)| *flag == name) {
                layers.lay(name, kind, text, Source::Flag(flag(name)))?;
            }
        }
        layers.checked()
    }

    /// One line for each setting: name, value, source.
    #[must_use]
    pub fn print(&self) -> String {
        let mut lines: Vec<String> = NAMES.iter().map(|(name, _)| self.line(name)).collect();
        let deeper = self
            .sources
            .keys()
            .filter(|name| NAMES.iter().all(|(known, _)| known != name));
        lines.extend(deeper.map(|name| self.line(name)));
        lines.join("\n")
    }

    fn line(&self, name: &str) -> String {
        let value = match get(&self.table, name) {
            Some(_) if SECRETS.contains(&name) => "(set)".to_owned(),
            Some(Value::String(url)) if name == "database" => {
                format!("{:?}", without_password(url))
            }
            value => value.map_or("(not set)".to_owned(), ToString::to_string),
        };
        let source = self.sources.get(name).unwrap_or(&Source::Default);
        format!("{name} = {value}  # {}", source.label())
    }

    fn lay_file(&mut self, path: &Path) -> Result<(), Error> {
        let text = std::fs::read_to_string(path).map_err(|cause| Error::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
        toml::from_str::<Config>(&text).map_err(|error| located(path, &text, &error))?;
        let table: Table = toml::from_str(&text).map_err(|error| located(path, &text, &error))?;
        for (name, value) in flat("", &table) {
            self.set(&name, value, Source::File(path.to_owned()));
        }
        Ok(())
    }

    fn lay(&mut self, name: &str, kind: Kind, text: &str, source: Source) -> Result<(), Error> {
        let value = kind.read(text).map_err(|expected| Error::Value {
            source_name: source.label(),
            message: format!("expected {expected}, not {text:?}"),
        })?;
        self.set(name, value, source);
        self.table
            .clone()
            .try_into::<Config>()
            .map(|_| ())
            .map_err(|error| self.blamed(name, error.message()))
    }

    fn set(&mut self, name: &str, value: Value, source: Source) {
        let mut table = &mut self.table;
        let (parents, last) = name
            .rsplit_once('.')
            .map_or((None, name), |(parents, last)| (Some(parents), last));
        for parent in parents.into_iter().flat_map(|parents| parents.split('.')) {
            let below = table
                .entry(parent)
                .or_insert_with(|| Value::Table(Table::new()));
            if !below.is_table() {
                *below = Value::Table(Table::new());
            }
            table = below.as_table_mut().expect("it was made one above");
        }
        table.insert(last.to_owned(), value);
        self.sources.insert(name.to_owned(), source);
    }

    fn checked(mut self) -> Result<Self, Error> {
        self.config = self
            .table
            .clone()
            .try_into()
            .map_err(|error: toml::de::Error| self.blamed("rhapsode", error.message()))?;
        match self.config.wrong() {
            Some((name, message)) => Err(self.blamed(name, &message)),
            None => Ok(self),
        }
    }

    fn blamed(&self, name: &str, message: &str) -> Error {
        let source_name = match self.sources.get(name) {
            Some(Source::File(path)) => format!("{name} in {}", path.display()),
            Some(source) => source.label(),
            None => name.to_owned(),
        };
        Error::Value {
            source_name,
            message: message.replace('\n', " ").trim().to_owned(),
        }
    }
}

impl Source {
    fn label(&self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Environment(name) | Self::Flag(name) => name.clone(),
        }
    }
}

fn found(file: Option<&Path>, root: Option<&str>) -> Option<PathBuf> {
    let usual = || {
        [Some("."), root]
            .into_iter()
            .flatten()
            .map(|folder| Path::new(folder).join("rhapsode.toml"))
    };
    file.map(Path::to_owned)
        .or_else(|| usual().find(|path| path.is_file()))
}

/// `postgres://user:…@host/name`
fn without_password(url: &str) -> String {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let (login, place) = rest.rsplit_once('@')?;
        Some((scheme, login.split_once(':')?.0, place))
    });
    parts.map_or_else(
        || url.to_owned(),
        |(scheme, user, place)| format!("{scheme}://{user}:…@{place}"),
    )
}

fn flag(name: &str) -> String {
    format!("--{}", name.replace(['_', '.'], "-"))
}

fn located(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|letter| *letter != '\n')
        .count()
        + 1;
    Error::File {
        path: path.to_owned(),
        line,
        column,
        message: error.message().replace('\n', " "),
    }
}

/// Dotted names and values, tables taken apart.
fn flat(prefix: &str, table: &Table) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for (name, value) in table {
        let name = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Table(below) => values.extend(flat(&name, below)),
            value => values.push((name, value.clone())),
        }
    }
    values
}

fn get<'a>(table: &'a Table, name: &str) -> Option<&'a Value> {
    match name.split_once('.') {
        Some((parent, rest)) => get(table.get(parent)?.as_table()?, rest),
        None => table.get(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        file: &str,
        environment: &[(&str, &str)],
        flags: &[(&str, &str)],
    ) -> Result<Layers, Error> {
        let name = format!(
            "rhapsode-config-{}-{:x}.toml",
            std::process::id(),
            blake3::hash(file.as_bytes()).as_bytes()[0]
        );
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, file).unwrap();
        let variable = |name: &str| {
            environment
                .iter()
                .find(|(set, _)| *set == name)
                .map(|(_, text)| (*text).to_owned())
        };
        let flags: Vec<(&str, String)> = flags
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned()))
            .collect();
        Layers::load(Some(&path), &variable, &flags)
    }

    #[test]
    fn flags_go_over_variables_over_the_file_over_the_defaults() {
        let file = "environment = 'file'\ntimezone = 'Europe/Berlin'\nworkers = 3\n[statamic]\nprofile = 5\nauth_token = 'hidden'\ncollections = { posts = ['title'] }\n[disks.images]\nroot = 'img'\n";
        let layers = load(
            file,
            &[
                ("RHAPSODE_ENVIRONMENT", "variable"),
                ("RHAPSODE_WORKERS", "4"),
            ],
            &[("workers", "5")],
        )
        .unwrap();
        let config = &layers.config;
        assert_eq!(
            (
                config.environment.as_str(),
                config.timezone.as_str(),
                config.workers
            ),
            ("variable", "Europe/Berlin", 5)
        );
        assert_eq!(
            (
                config.statamic.profile,
                config.disks["images"].root.to_str()
            ),
            (Some(5), Some("img"))
        );
        assert_eq!(config.listen, Config::default().listen);
        let printed = layers.print();
        assert!(
            printed.contains("environment = \"variable\"  # RHAPSODE_ENVIRONMENT"),
            "{printed}"
        );
        assert!(
            printed.contains("workers = 5  # --workers")
                && printed.contains("listen = \"127.0.0.1:8080\"  # default")
        );
        assert!(
            printed.contains("statamic.auth_token = (set)  # ") && !printed.contains("hidden"),
            "{printed}"
        );
        assert!(
            printed.contains("statamic.collections.posts = [\"title\"]  # "),
            "{printed}"
        );
        assert!(
            printed.contains("base_url = (not set)  # default")
                && printed.contains("disks.images.root = \"img\"  # ")
        );
    }

    #[test]
    fn unknown_names_in_the_file_are_refused_with_their_place_and_what_is_allowed() {
        let error = load("root = '.'\nbase_ulr = 'x'\n", &[], &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(":2:1: unknown field `base_ulr`")
                && error.contains("`base_url`")
                && !error.contains('\n'),
            "{error}"
        );
        let error = load("[statamic]\nprofil = 5\n", &[], &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(":2:1: ") && error.contains("`profile`"),
            "{error}"
        );
        let error = load("root = [", &[], &[]).unwrap_err().to_string();
        assert!(
            error.contains(".toml:1:") && !error.contains('\n'),
            "{error}"
        );
    }

    #[test]
    fn values_that_make_no_sense_are_refused_by_the_name_they_were_given_under() {
        let refused = |environment: &[(&str, &str)], flags: &[(&str, &str)]| {
            load("", environment, flags).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&[("RHAPSODE_STRICT", "maybe")], &[]),
            "RHAPSODE_STRICT: expected true or false, not \"maybe\""
        );
        assert!(
            refused(&[], &[("listen", "8080")]).starts_with("--listen: "),
            "{}",
            refused(&[], &[("listen", "8080")])
        );
        assert!(refused(&[], &[("timezone", "Mars/Olympus")]).starts_with("--timezone: "));
        assert_eq!(
            refused(&[], &[("base_url", "example.com")]),
            "--base-url: an origin begins with http:// or https://"
        );
        assert_eq!(
            refused(&[], &[("statamic.profile", "4")]),
            "--statamic-profile: expected 5 or 6"
        );
        assert!(
            refused(&[("RHAPSODE_SEO_DIALECT", "yoast")], &[])
                .starts_with("RHAPSODE_SEO_DIALECT: ")
        );
    }

    #[test]
    fn every_setting_has_a_name_that_variables_can_give() {
        let defaults = Table::try_from(Config::default()).unwrap();
        for (name, _) in flat("", &defaults) {
            assert!(NAMES.iter().any(|(known, _)| *known == name), "{name}");
        }
    }
}
