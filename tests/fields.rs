//! Single fields in both shapes. Whole items are compared with Statamic's answers in `fields_golden.rs`.

#![expect(
    clippy::needless_pass_by_value,
    reason = "values are written where they are given"
)]

use jiff::tz::TimeZone;
use rhapsode::bard::Profile;
use rhapsode::content::assets::{Asset, Container};
use rhapsode::content::blueprint::{Field, Set};
use rhapsode::content::collection::Collection;
use rhapsode::content::entry::Entry;
use rhapsode::content::users::User;
use rhapsode::content::{Content, Data, Disk, sites};
use rhapsode::fields::item::{entry, native};
use rhapsode::fields::{Context, Holder, Shape, check, query_values, shallow, splice, value};
use rhapsode::site::view::View;
use rhapsode::site::{Settings, Site};
use serde_json::{Value, json};

fn site(profile: Profile, zone: &str) -> Site {
    let entry = |id: &str, data: Value, published: bool| Entry {
        path: format!("content/collections/posts/{id}.md"),
        collection: "posts".into(),
        site: "en".into(),
        id: id.into(),
        slug: id.into(),
        published: published.into(),
        is_whole: true,
        data: data.as_object().cloned().unwrap_or_default(),
        ..Entry::default()
    };
    let content = Content {
        sites: vec![sites::Site {
            handle: "en".into(),
            name: "English".into(),
            url: "/".into(),
            locale: "en_US".into(),
            lang: "en".into(),
            attributes: Data::default(),
        }],
        collections: vec![Collection {
            handle: "posts".into(),
            title: "Posts".into(),
            sites: vec!["en".into()],
            routes: [("en".to_owned(), "/posts/{slug}".to_owned())].into(),
            slugs: true,
            ..Collection::default()
        }],
        entries: vec![
            entry(
                "one",
                json!({ "title": "One", "body": [paragraph("text")], "teaser": "t", "updated_by": "jane" }),
                true,
            ),
            entry("draft", json!({ "title": "Draft" }), false),
        ],
        containers: vec![Container {
            handle: "images".into(),
            title: "Images".into(),
            path: "content/assets/images.yaml".into(),
            disk_name: "images".into(),
            disk: Disk {
                root: "public/images".into(),
                url: Some("/images".into()),
            },
            data: Data::default(),
        }],
        assets: vec![Asset {
            container: "images".into(),
            path: "a.jpg".into(),
            exists: true,
            data: json!({ "alt": "Alt", "focus": "10-20-1" })
                .as_object()
                .cloned()
                .unwrap_or_default(),
            width: Some(40),
            height: Some(20),
            ..Asset::default()
        }],
        users: vec![User {
            id: "jane".into(),
            email: "jane@example.com".into(),
            name: "Jane".into(),
            ..User::default()
        }],
        ..Content::default()
    };
    let settings = Settings {
        base_url: Some("https://front.test".into()),
        api_url: None,
        profile: Some(profile),
        timezone: TimeZone::get(zone).unwrap(),
        app_name: None,
        environment: "production".into(),
    };
    Site::link(content, settings)
}

fn field(kind: &str, config: Value) -> Field {
    Field {
        kind: kind.into(),
        ..Field::simple("field", config.as_object().cloned().unwrap_or_default())
    }
}

fn with<T>(
    profile: Profile,
    zone: &str,
    shape: Shape,
    ask: impl FnOnce(&Context<'_>, &Site) -> T,
) -> T {
    let site = site(profile, zone);
    let view = View::new(&site, "2026-06-01T00:00:00Z".parse().unwrap(), "en");
    let context = Context::new(&view, shape, Holder::Entry(site.entry("one").unwrap()));
    ask(&context, &site)
}

fn given(raw: Value, field: Field, profile: Profile, shape: Shape) -> Value {
    with(profile, "UTC", shape, |context, _| {
        plain(&value(Some(&raw), Some(&field), context))
    })
}

fn statamic(raw: Value, field: Field) -> Value {
    given(raw, field, Profile::V6, Shape::Statamic)
}

fn natively(raw: Value, field: Field) -> Value {
    given(raw, field, Profile::V5, Shape::Native)
}

fn plain(output: &rhapsode::fields::Output) -> Value {
    let mut template = String::new();
    splice::output(output, &mut template);
    serde_json::from_str(&splice::whole(&template)).unwrap()
}

fn paragraph(text: &str) -> Value {
    json!({ "type": "paragraph", "content": [{ "type": "text", "text": text }] })
}

#[test]
fn a_missing_value_is_the_default_before_the_fieldtype_sees_it() {
    let toggle = || field("toggle", json!({ "default": true }));
    assert_eq!(statamic(Value::Null, toggle()), json!(true));
    assert_eq!(statamic(json!(false), toggle()), json!(false));
    assert_eq!(
        statamic(Value::Null, field("date", json!({ "default": "now" }))),
        Value::Null
    );
    assert_eq!(
        statamic(
            Value::Null,
            field("select", json!({ "default": "a", "options": { "a": "A" } }))
        ),
        json!({ "value": "a", "label": "A", "key": "a" })
    );
}

#[test]
fn empty_maps_and_whole_floats_are_php_s_in_statamics_shape_alone() {
    assert_eq!(
        statamic(
            json!({ "a": {}, "b": 2.0, "c": { "0": "x", "1": "y" } }),
            field("yaml", json!({}))
        ),
        json!({ "a": [], "b": 2, "c": ["x", "y"] })
    );
    assert_eq!(
        natively(json!({ "a": {} }), field("yaml", json!({}))),
        json!({ "a": {} })
    );
}

#[test]
fn options_match_by_value_and_type() {
    let select = || {
        field(
            "select",
            json!({ "options": [{ "key": 1, "value": "One" }, { "key": "b", "value": null }] }),
        )
    };
    assert_eq!(
        statamic(json!("1"), select()),
        json!({ "value": 1, "label": "One", "key": 1 })
    );
    assert_eq!(
        statamic(json!("b"), select()),
        json!({ "value": "b", "label": null, "key": "b" })
    );
    assert_eq!(
        statamic(json!("c"), select()),
        json!({ "value": "c", "label": "c", "key": "c" })
    );
    assert_eq!(
        statamic(json!(1.5), field("radio", json!({}))),
        json!({ "value": "1.5", "label": "1.5", "key": "1.5" })
    );
    assert_eq!(
        statamic(json!("a"), field("checkboxes", json!({ "options": ["a"] }))),
        json!([{ "key": "a", "value": "a", "label": "a" }])
    );
}

#[test]
fn a_date_is_utc_and_cut_to_what_the_field_keeps() {
    let cases = [
        (
            Profile::V5,
            json!({}),
            "2025-03-04 05:06",
            "2025-03-04T05:00:00.000000Z",
        ),
        (
            Profile::V6,
            json!({}),
            "2025-03-04 05:06:07",
            "2025-03-04T10:06:00.000000Z",
        ),
        (
            Profile::V5,
            json!({ "time_enabled": true }),
            "2025-03-04 05:06:07",
            "2025-03-04T10:06:00.000000Z",
        ),
        (
            Profile::V5,
            json!({ "time_enabled": true, "time_seconds_enabled": true }),
            "2025-03-04 05:06:07",
            "2025-03-04T10:06:07.000000Z",
        ),
        (
            Profile::V6,
            json!({ "format": "d/m/Y" }),
            "04/03/2025",
            "2025-03-04T05:00:00.000000Z",
        ),
        (
            Profile::V6,
            json!({ "format": "j. F Y" }),
            "4. March 2025",
            "2025-03-04T05:00:00.000000Z",
        ),
        (
            Profile::V6,
            json!({}),
            "2025-07-01T12:00:00+02:00",
            "2025-07-01T10:00:00.000000Z",
        ),
    ];
    for (profile, config, raw, expected) in cases {
        let date = with(
            profile,
            "America/New_York",
            Shape::Statamic,
            |context, _| {
                plain(&value(
                    Some(&json!(raw)),
                    Some(&field("date", config)),
                    context,
                ))
            },
        );
        assert_eq!(date, json!(expected), "{raw}");
    }
}

#[test]
fn what_is_no_date_passes_and_is_noted() {
    with(Profile::V6, "UTC", Shape::Native, |context, _| {
        assert_eq!(
            plain(&value(
                Some(&json!("soon")),
                Some(&field("date", json!({}))),
                context
            )),
            json!("soon")
        );
        assert_eq!(context.oddities()[0].code, "bad_date");
    });
    assert_eq!(
        natively(json!("2025-03-04"), field("date", json!({}))),
        json!("2025-03-04T00:00:00Z")
    );
    assert_eq!(
        natively(
            json!({ "start": "2025-01-01", "end": null }),
            field("date", json!({ "mode": "range" }))
        ),
        json!({ "start": "2025-01-01T00:00:00Z", "end": null })
    );
}

#[test]
fn relations_never_show_drafts() {
    let entries = |config| field("entries", config);
    assert_eq!(
        natively(json!(["one", "draft", "gone"]), entries(json!({}))),
        json!([{ "id": "one", "title": "One", "url": "/posts/one", "collection": "posts", "site": "en" }])
    );
    assert_eq!(
        natively(json!("draft"), entries(json!({ "max_items": 1 }))),
        Value::Null
    );
    let shallow = json!({
        "id": "one", "title": "One", "url": "/posts/one", "permalink": "https://front.test/posts/one",
        "api_url": "https://front.test/api/collections/posts/entries/one",
    });
    assert_eq!(
        statamic(json!(["one"]), entries(json!({ "max_items": 1 }))),
        shallow
    );
}

#[test]
fn relations_stay_raw_in_the_pages_of_a_tree() {
    let site = site(Profile::V6, "UTC");
    let view = View::new(&site, "2026-06-01T00:00:00Z".parse().unwrap(), "en");
    let context = Context::new(&view, Shape::Statamic, Holder::Page(site.entry("one")));
    let entries = field("entries", json!({ "max_items": 1 }));
    assert_eq!(
        plain(&value(Some(&json!("draft")), Some(&entries), &context)),
        json!(["draft"])
    );
    assert_eq!(plain(&value(None, Some(&entries), &context)), json!([]));
    let group = Field {
        fields: vec![Field {
            handle: "in".into(),
            ..entries
        }],
        ..field("group", json!({}))
    };
    assert_eq!(
        plain(&value(
            Some(&json!({ "in": "one" })),
            Some(&group),
            &context
        ))["in"]["title"],
        json!("One")
    );
}

#[test]
fn a_users_address_is_for_servers_of_users_alone() {
    let users = || field("users", json!({}));
    assert_eq!(
        natively(json!(["jane"]), users()),
        json!([{ "id": "jane", "title": "Jane" }])
    );
    assert_eq!(
        statamic(json!(["jane"]), users()),
        json!([{ "id": "jane", "name": "Jane", "email": null, "api_url": null }])
    );
    with(Profile::V6, "UTC", Shape::Statamic, |context, site| {
        let members = entry::members(site.entry("one").unwrap(), context);
        assert!(!splice_all(&members).contains('@'));
    });
}

fn splice_all(members: &[(String, rhapsode::fields::Output)]) -> String {
    let mut template = String::new();
    splice::object(members, splice::Kind::Field, &mut template);
    splice::whole(&template)
}

#[test]
fn a_link_is_text_in_5_and_an_object_in_6() {
    let link = |raw: &str, profile| {
        given(
            json!(raw),
            field("link", json!({})),
            profile,
            Shape::Statamic,
        )
    };
    assert_eq!(link("entry::one", Profile::V5), json!("/posts/one"));
    assert_eq!(link("entry::one", Profile::V6)["title"], json!("One"));
    assert_eq!(
        link("https://a.b", Profile::V6),
        json!({ "url": "https://a.b" })
    );
    assert_eq!(link("entry::draft", Profile::V5), Value::Null);
    assert_eq!(
        link("asset::images::a.jpg", Profile::V6)["alt"],
        json!("Alt")
    );
    assert_eq!(
        natively(json!("entry::one"), field("link", json!({}))),
        json!({ "kind": "entry", "id": "one", "title": "One", "url": "/posts/one", "collection": "posts", "site": "en" })
    );
    assert_eq!(
        natively(json!("entry::gone"), field("link", json!({}))),
        Value::Null
    );
}

#[test]
fn a_native_asset_tells_its_size_and_focus() {
    let asset = natively(
        json!("a.jpg"),
        field("assets", json!({ "container": "images", "max_files": 1 })),
    );
    assert_eq!(
        (
            &asset["url"],
            &asset["alt"],
            &asset["width"],
            &asset["focus"]
        ),
        (
            &json!("/images/a.jpg"),
            &json!("Alt"),
            &json!(40),
            &json!("10-20-1")
        )
    );
    let members: Vec<&String> = asset.as_object().unwrap().keys().collect();
    assert_eq!(members, shallow::ASSET_MEMBERS);
    assert_eq!(
        natively(json!(["b.jpg"]), field("assets", json!({}))),
        json!([])
    );
}

#[test]
fn a_native_body_has_all_its_parts_and_the_tree_as_stored() {
    let tree = json!([{ "content": [{ "text": "Hi", "type": "text" }], "type": "heading", "attrs": { "level": 2 } }]);
    let body = natively(tree.clone(), field("bard", json!({})));
    assert_eq!(body["raw"].to_string(), tree.to_string());
    assert_eq!(body["html"], json!("<h2>Hi</h2>"));
    assert_eq!(
        body["headings"],
        json!([{ "level": 2, "id": "hi", "text": "Hi" }])
    );
    assert!(body.get("blocks").is_none());
    let markdown = natively(json!("# Hi\n"), field("markdown", json!({})));
    assert_eq!(
        (&markdown["raw"], &markdown["html"], &markdown["words"]),
        (&json!("# Hi\n"), &json!("<h1>Hi</h1>\n"), &json!(1))
    );
}

#[test]
fn a_body_with_sets_has_blocks_of_augmented_fields() {
    let set = Set {
        handle: "quote".into(),
        fields: vec![Field {
            handle: "of".into(),
            ..field("entries", json!({ "max_items": 1 }))
        }],
    };
    let bard = Field {
        sets: vec![set],
        ..field("bard", json!({}))
    };
    let tree = json!([
        paragraph("a"),
        { "type": "set", "attrs": { "id": "s", "values": { "type": "quote", "of": "one", "stray": 1 } } },
        { "type": "set", "attrs": { "id": "t", "enabled": false, "values": { "type": "quote" } } },
        { "type": "set", "attrs": { "id": "u", "values": { "type": "other", "kept": 1 } } },
    ]);
    let body = natively(tree, bard);
    let quoted = json!({ "id": "one", "title": "One", "url": "/posts/one", "collection": "posts", "site": "en" });
    assert_eq!(
        body["blocks"],
        json!([{ "type": "text", "text": "<p>a</p>" }, { "of": quoted, "id": "s", "type": "quote" }, { "type": "other", "kept": 1, "id": "u" }])
    );
}

#[test]
fn an_undeclared_tree_is_known_by_its_shape_in_the_native_api() {
    with(Profile::V6, "UTC", Shape::Native, |context, site| {
        let fields = native::of_entry(site.entry("one").unwrap(), context);
        let names: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
        assert!(
            names.contains(&"teaser")
                && !names.contains(&"title")
                && !names.contains(&"updated_by"),
            "{names:?}"
        );
        let body = fields
            .iter()
            .find(|(key, _)| key == "body")
            .map(|(_, output)| plain(output))
            .unwrap();
        assert_eq!(body["html"], json!("<p>text</p>"));
    });
    with(Profile::V6, "UTC", Shape::Statamic, |context, _| {
        assert_eq!(
            plain(&value(Some(&json!([paragraph("a")])), None, context)),
            json!([paragraph("a")])
        );
    });
}

#[test]
fn rows_and_sets_keep_declared_fields_and_their_ids() {
    let text = |handle: &str| Field {
        handle: handle.into(),
        ..field("text", json!({}))
    };
    let grid = Field {
        fields: vec![text("a")],
        ..field("grid", json!({}))
    };
    assert_eq!(
        statamic(json!([{ "id": "g", "a": 1, "x": 2 }, {}]), grid),
        json!([{ "a": 1, "id": "g" }, { "a": null, "id": null }])
    );
    let replicator = Field {
        sets: vec![Set {
            handle: "s".into(),
            fields: vec![text("a")],
        }],
        ..field("replicator", json!({}))
    };
    let rows = json!([{ "type": "s", "id": "r", "x": 1 }, { "type": "s", "enabled": false }, { "type": "other", "enabled": true }]);
    assert_eq!(
        statamic(rows, replicator),
        json!([{ "a": null, "id": "r", "type": "s" }, { "type": "other", "enabled": true }])
    );
}

#[test]
fn a_dictionary_gives_its_columns() {
    let one = statamic(
        json!("GBR"),
        field(
            "dictionary",
            json!({ "dictionary": "countries", "max_items": 1 }),
        ),
    );
    assert_eq!(
        one,
        json!({
            "value": "GBR", "name": "United Kingdom", "iso3": "GBR", "iso2": "GB", "region": "Europe",
            "subregion": "Northern Europe", "emoji": "🇬🇧", "label": "🇬🇧 United Kingdom", "key": "GBR",
        })
    );
    assert_eq!(
        statamic(
            json!(["XXX"]),
            field("dictionary", json!({ "dictionary": "countries" }))
        ),
        json!([])
    );
    let zone = statamic(
        json!(["Europe/Vienna"]),
        field("dictionary", json!({ "dictionary": "timezones" })),
    );
    assert_eq!(zone[0]["offset"], json!("+02:00"));
}

#[test]
fn a_filter_sees_raw_values_in_query_form() {
    with(Profile::V6, "UTC", Shape::Statamic, |context, site| {
        let queryable = |raw: Value, field: Field| {
            query_values::queryable(&raw, Some(&field), context).into_owned()
        };
        assert_eq!(
            queryable(
                json!("2025-03-04 05:06"),
                field("date", json!({ "time_enabled": true }))
            ),
            json!("2025-03-04 05:06:00")
        );
        assert_eq!(
            queryable(json!(["one"]), field("entries", json!({ "max_items": 1 }))),
            json!("one")
        );
        assert_eq!(
            queryable(json!("one"), field("entries", json!({}))),
            json!(["one"])
        );
        assert_eq!(
            queryable(json!("false"), field("toggle", json!({}))),
            json!(true)
        );
        let known = query_values::of_entry(site.entry("one").unwrap(), context);
        assert_eq!(
            ["slug", "status", "template"].map(|name| known[name].as_ref()),
            [&json!("one"), &json!("published"), &json!("default")]
        );
    });
}

#[test]
fn an_unknown_fieldtype_passes_and_is_a_problem_of_its_blueprint() {
    assert_eq!(
        statamic(json!({ "a": [1] }), field("seo_pro", json!({}))),
        json!({ "a": [1] })
    );
    let mut blueprints = rhapsode::content::blueprint::Blueprints::default();
    let blueprint = rhapsode::content::blueprint::Blueprint {
        path: "resources/blueprints/x.yaml".into(),
        fields: vec![
            field("seo_pro", json!({})),
            field("text", json!({})),
            field("dictionary", json!({ "dictionary": "mine" })),
        ],
        ..Default::default()
    };
    blueprints
        .by_namespace
        .insert(String::new(), vec![blueprint]);
    let codes: Vec<String> = check::problems(&blueprints)
        .into_iter()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(codes, ["fieldtype_unknown", "dictionary_unknown"]);
}
