//! One Bard value with its field's configuration, outside any site: a line of `rhapsode render`.

use serde_json::{Value, json};

use super::{Context, Holder, Output, Shape, declared, splice};
use crate::bard::{self, Links, Profile};
use crate::content::blueprint::{Field, Set, shape};
use crate::content::{self, Content, Data};
use crate::site::view::View;
use crate::site::{Settings, Site};

/// Renders `doc` as a Bard field of that configuration: `{"value": …}` where it has sets, else, and where the value is
/// HTML already, `{"html": …}`.
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
    match plain(&declared(Some(doc), &field, &context)) {
        Value::String(html) => json!({ "html": html }),
        value => json!({ "value": value }),
    }
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
    let set = |(handle, set): (String, Data)| Set {
        handle,
        fields: set.get("fields").map(fields).unwrap_or_default(),
    };
    let sets = config.get("sets").map(shape::sets).unwrap_or_default();
    Field {
        fields: config.get("fields").map(fields).unwrap_or_default(),
        sets: sets.into_iter().map(set).collect(),
        ..Field::simple(handle, config.clone())
    }
}

fn fields(items: &Value) -> Vec<Field> {
    let items = shape::field_items(items);
    let inline = items.iter().filter_map(|item| {
        let config = item.get("field")?.as_object()?;
        Some(field(item.get("handle")?.as_str()?, config))
    });
    inline.collect()
}
