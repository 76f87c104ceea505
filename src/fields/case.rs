//! One Bard value with its field's configuration, outside any site: a line of `rhapsode render`.

use serde_json::{Map, Value, json};

use super::{Context, Holder, Output, Shape, declared, splice};
use crate::bard::{self, Links, Profile};
use crate::content::blueprint::{Field, Set};
use crate::content::{self, Content, Data};
use crate::site::view::View;
use crate::site::{Settings, Site};

/// Renders `doc` as a Bard field of that configuration: `{"value": …}` where it has sets, else `{"html": …}`.
#[must_use]
pub fn render(doc: &Value, config: &Data, links: &dyn Links, profile: Profile) -> Value {
    let field = field("doc", &with_type(config));
    if field.sets.is_empty() {
        let save_html = config.get("save_html").is_some_and(bard::php::is_truthy);
        let options = bard::Options {
            profile,
            save_html,
            ..bard::Options::new(links)
        };
        return json!({ "html": bard::html(doc, &options).0 });
    }
    let site = empty_site(profile);
    let view = View::new(
        &site,
        jiff::Timestamp::UNIX_EPOCH,
        &site.default_site().handle,
    );
    let context = Context {
        links,
        ..Context::new(&view, Shape::Statamic, Holder::Other)
    };
    json!({ "value": plain(&declared(Some(doc), &field, &context)) })
}

/// A value on its way out, as one JSON value.
fn plain(output: &Output) -> Value {
    let mut template = String::new();
    splice::output(output, &mut template);
    serde_json::from_str(&splice::whole(&template)).unwrap_or_default()
}

fn empty_site(profile: Profile) -> Site {
    let site = content::sites::Site {
        handle: "default".into(),
        name: "default".into(),
        url: "/".into(),
        locale: "en".into(),
        lang: "en".into(),
        attributes: Data::default(),
    };
    let settings = Settings {
        base_url: None,
        api_url: None,
        profile: Some(profile),
        timezone: jiff::tz::TimeZone::UTC,
        app_name: None,
        environment: "production".into(),
    };
    Site::link(
        Content {
            sites: vec![site],
            ..Content::default()
        },
        settings,
    )
}

fn with_type(config: &Data) -> Data {
    let mut config = config.clone();
    config.insert("type".into(), "bard".into());
    config
}

/// A field whose configuration names no fieldsets: those belong to a project.
fn field(handle: &str, config: &Data) -> Field {
    let sets = config.get("sets").and_then(Value::as_object);
    Field {
        fields: config.get("fields").map(fields).unwrap_or_default(),
        sets: sets.map(sets_of).unwrap_or_default(),
        ..Field::simple(handle, config.clone())
    }
}

fn fields(items: &Value) -> Vec<Field> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    let inline = items.iter().filter_map(|item| {
        Some((
            item.get("handle")?.as_str()?,
            item.get("field")?.as_object()?,
        ))
    });
    inline
        .map(|(handle, config)| field(handle, config))
        .collect()
}

/// Grouped sets or, in older configurations, the sets themselves.
fn sets_of(sets: &Map<String, Value>) -> Vec<Set> {
    let grouped = sets
        .values()
        .next()
        .is_some_and(|first| first.get("sets").is_some());
    if grouped {
        let groups = sets
            .values()
            .filter_map(|group| group.get("sets")?.as_object());
        return groups.flat_map(sets_of).collect();
    }
    let fields = |set: &Value| set.get("fields").map(fields).unwrap_or_default();
    sets.iter()
        .map(|(handle, set)| Set {
            handle: handle.clone(),
            fields: fields(set),
        })
        .collect()
}
