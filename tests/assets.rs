//! An asset's own data in the native API: in the shapes of its container's blueprint, by every way that leads to it.

#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use serde_json::{Value, json};
use site::Site;
use tree::Tree;

const PHOTO: &str = "fields:
  - {handle: alt, field: {type: text}}
  - {handle: credit, field: {type: text}}
  - {handle: rank, field: {type: integer}}
  - {handle: licence, field: {type: select, options: {free: Free, bought: Bought}}}
  - {handle: caption, field: {type: markdown}}
  - {handle: width, field: {type: text}}
  - {handle: shown_in, field: {type: entries}}
  - {handle: places, field: {type: terms, taxonomies: [places]}}
  - {handle: original, field: {type: assets, container: photos, max_files: 1}}
";

const POST: &str = "fields:
  - {handle: title, field: {type: text}}
  - {handle: cover, field: {type: assets, container: photos, max_files: 1}}
  - {handle: lead, field: {type: entries, max_items: 1}}
  - {handle: author, field: {type: users, max_items: 1}}
  - {handle: places, field: {type: terms, taxonomies: [places]}}
";

/// Where posts name an asset, pages name an entry.
const PAGE: &str = "fields:
  - {handle: title, field: {type: text}}
  - {handle: alt, field: {type: text}}
  - {handle: teaser, field: {type: text}}
  - {handle: cover, field: {type: entries, max_items: 1}}
";

const SHORE: &str = "data:
  alt: A shore
  focus: 10-20-1
  width: 'as wide as the lake'
  credit: Ada
  rank: 2
  licence: free
  caption: '# At *dawn*'
  shown_in: [post, draft]
  places: [lake]
  original: old/shore.png
  undeclared: {camera: K2}
size: 5
last_modified: 1700000000
";

fn served() -> Site {
    let tree = Tree::new([
        ("resources/sites.yaml", SITES),
        (
            "content/assets/photos.yaml",
            "title: Photos\ndisk: photos\n",
        ),
        (
            "content/taxonomies/places.yaml",
            "title: Places\nsites: [en, de]\n",
        ),
        (
            "content/taxonomies/places/lake.yaml",
            "title: Lake\ndepth: deep\nlocalizations: {de: {title: See, depth: tief}}\n",
        ),
        (
            "content/collections/posts.yaml",
            "title: Posts\nsites: [en, de]\ntaxonomies: [places]\n",
        ),
        (
            "content/collections/pages.yaml",
            "title: Pages\nsites: [en]\n",
        ),
        ("resources/blueprints/assets/photos.yaml", PHOTO),
        ("resources/blueprints/collections/posts/post.yaml", POST),
        ("resources/blueprints/collections/pages/page.yaml", PAGE),
        ("public/photos/shore.png", "no image"),
        ("public/photos/old/shore.png", "no image"),
        ("public/photos/.meta/shore.png.yaml", SHORE),
        (
            "public/photos/old/.meta/shore.png.yaml",
            "data: {credit: Byron, rank: 10}\nsize: 5\nlast_modified: 1700000000\n",
        ),
        ("users/ann@lake.test.yaml", "id: ann\nname: Ann\n"),
        (
            "content/collections/posts/en/post.md",
            "---\nid: post\ntitle: Post\ncover: shore.png\nlead: page\nauthor: ann\n---\n",
        ),
        (
            "content/collections/posts/de/post.md",
            "---\nid: beitrag\norigin: post\ntitle: Beitrag\nplaces: [lake]\n---\n",
        ),
        (
            "content/collections/posts/en/draft.md",
            "---\nid: draft\ntitle: Draft\npublished: false\n---\n",
        ),
        (
            "content/collections/pages/en/page.md",
            "---\nid: page\ntitle: Page\nalt: Of a page\nteaser: T\ncover: post\n---\n",
        ),
    ]);
    Site::serve(tree, |api| api)
}

const SITES: &str =
    "en: {name: English, url: /, locale: en_US}\nde: {name: Deutsch, url: /de/, locale: de_DE}\n";

/// What is wrong with a request, which has to be refused.
fn refused(site: &Site, path: &str) -> Value {
    let answer = site.get(path);
    assert_eq!(answer.status, 400, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn an_asset_has_what_its_meta_file_says_in_the_shapes_of_its_blueprint() {
    let site = served();
    let asset = site.json("/assets/photos/shore.png?body=raw,html");
    assert_eq!(
        (&asset["alt"], &asset["focus"], &asset["width"]),
        (&json!("A shore"), &json!("10-20-1"), &Value::Null)
    );
    let fields = &asset["fields"];
    let names: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "credit",
            "rank",
            "licence",
            "caption",
            "shown_in",
            "places",
            "original",
            "undeclared"
        ]
    );
    assert_eq!(
        (&fields["credit"], &fields["rank"], &fields["undeclared"]),
        (&json!("Ada"), &json!(2), &json!({"camera": "K2"}))
    );
    assert_eq!(
        fields["licence"],
        json!({"value": "free", "label": "Free", "key": "free"})
    );
    assert_eq!(fields["caption"]["raw"], "# At *dawn*");
    assert_eq!(fields["caption"]["html"], "<h1>At <em>dawn</em></h1>\n");
    let shown: Vec<&Value> = fields["shown_in"].as_array().unwrap().iter().collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0]["id"], "post");
    assert_eq!(fields["places"][0]["title"], "Lake");
    assert_eq!(fields["original"]["id"], "photos::old/shore.png");
    assert!(asset.get("seo").is_none());
}

#[test]
fn what_is_shown_of_assets_is_chosen_as_it_is_of_entries() {
    let site = served();
    let some = site.json("/assets/photos/shore.png?fields=caption.html,rank");
    let html = json!({"rank": 2, "caption": {"html": "<h1>At <em>dawn</em></h1>\n"}});
    assert_eq!(some["fields"], html);
    let none = site.json("/assets/photos/shore.png?fields=none");
    assert!(none.get("fields").is_none());
    let list = site.json("/assets/photos");
    assert!(list["data"][0].get("fields").is_none());
    let texts = site.json("/assets/photos?body=text&sort=-rank");
    assert_eq!(texts["data"][0]["fields"]["credit"], "Byron");
    assert_eq!(
        texts["data"][1]["fields"]["caption"],
        json!({"text": "At dawn"})
    );
    for query in [
        "fields=alt",
        "fields=credits",
        "seo=full",
        "fields=credit.x",
    ] {
        refused(&site, &format!("/assets/photos/shore.png?{query}"));
        refused(&site, &format!("/assets/photos?{query}"));
    }
}

#[test]
fn assets_are_filtered_and_sorted_by_their_fields() {
    let site = served();
    let paths = |query: &str| {
        let list = site.json(&format!("/assets/photos?{query}"));
        let assets = list["data"].as_array().unwrap().iter();
        let path = |asset: &Value| asset["path"].as_str().unwrap().to_owned();
        assets.map(path).collect::<Vec<_>>()
    };
    let (old, new) = ("old/shore.png", "shore.png");
    assert_eq!(paths("filter[credit]=ada"), [new]);
    assert_eq!(paths("filter[rank:gt]=2"), [old]);
    assert_eq!(paths("filter[licence]=free"), [new]);
    assert_eq!(paths("filter[caption:exists]=false"), [old]);
    assert_eq!(paths("filter[shown_in]=post"), [new]);
    assert_eq!(paths("filter[shown_in]=draft"), [] as [&str; 0]);
    assert_eq!(paths("filter[original.id]=photos::old/shore.png"), [new]);
    assert_eq!(paths("filter[undeclared.camera]=k2"), [new]);
    assert_eq!(paths("filter[alt:contains]=shore"), [new]);
    assert_eq!(paths("filter[width:exists]=true"), [] as [&str; 0]);
    assert_eq!(paths("sort=rank"), [new, old]);
    let unknown = refused(&site, "/assets/photos?filter[credits]=ada");
    assert_eq!(unknown["did_you_mean"], "credit");
    let unsorted = refused(&site, "/assets/photos?sort=original");
    assert_eq!(unsorted["param"], "sort");
}

#[test]
fn a_relation_to_an_asset_is_filled_like_any_other() {
    let site = served();
    let whole = site.json("/entries/post?include=cover&fields=cover");
    let cover = &whole["fields"]["cover"];
    assert_eq!(
        (&cover["alt"], &cover["fields"]["credit"]),
        (&json!("A shore"), &json!("Ada"))
    );
    assert!(cover["fields"].get("alt").is_none());
    let answer = site.get("/entries/post?include=cover");
    let keys = answer.header("surrogate-key");
    assert!(
        keys.split(' ').any(|key| key == "asset:photos::shore.png"),
        "{keys}"
    );

    let own = site.json("/entries/post?fields=cover.alt");
    assert_eq!(
        own["fields"]["cover"],
        json!({"id": "photos::shore.png", "alt": "A shore"})
    );
    let both = site.json("/entries/post?fields=cover.alt,cover.credit");
    assert_eq!(
        both["fields"]["cover"],
        json!({"id": "photos::shore.png", "alt": "A shore", "fields": {"credit": "Ada"}})
    );
    let bare = site.json("/entries/post?fields=cover");
    assert!(bare["fields"]["cover"].get("fields").is_none());
}

#[test]
fn relations_lead_on_from_assets() {
    let site = served();
    let path = "/entries/post?fields=cover.original.credit,cover.shown_in.title,cover.places.depth";
    let cover = &site.json(path)["fields"]["cover"];
    let fields = &cover["fields"];
    assert_eq!(fields["original"]["fields"], json!({"credit": "Byron"}));
    assert_eq!(fields["shown_in"], json!([{"id": "post", "title": "Post"}]));
    assert_eq!(fields["places"][0]["fields"], json!({"depth": "deep"}));
    // What an asset leads to is of the default site, from wherever the asset is come to.
    for path in [
        "/entries/beitrag?include=cover.places",
        "/assets/photos/shore.png?include=places",
    ] {
        let answer = site.json(path);
        let from = answer.pointer("/fields/cover").unwrap_or(&answer);
        let place = &from["fields"]["places"][0];
        assert_eq!(
            (&place["title"], &place["fields"]["depth"]),
            (&json!("Lake"), &json!("deep")),
            "{path}"
        );
    }
    let unknown = refused(&site, "/entries/post?include=cover.lead");
    assert_eq!(
        unknown["allowed"],
        json!(["cover.original", "cover.places", "cover.shown_in"])
    );
    let unknown = refused(&site, "/entries/post?fields=cover.credits");
    assert_eq!(unknown["did_you_mean"], "cover.credit");
    refused(&site, "/entries/post?fields=cover.teaser");
    let whole = refused(&site, "/entries/post?include=author");
    assert!(whole["detail"].as_str().unwrap().contains("leads to users"));
}

#[test]
fn a_name_that_is_of_an_asset_here_and_of_an_entry_there_means_what_each_has() {
    let site = served();
    let list = site.json("/entries?site=en&fields=cover.alt&sort=title");
    let covers: Vec<&Value> = list["data"].as_array().unwrap().iter().collect();
    assert_eq!(
        covers
            .iter()
            .map(|entry| &entry["fields"]["cover"])
            .collect::<Vec<_>>(),
        [
            &json!({"id": "post", "fields": {}}),
            &json!({"id": "photos::shore.png", "alt": "A shore"}),
        ]
    );
    let lead = site.json("/entries/post?fields=lead.alt");
    assert_eq!(
        lead["fields"]["lead"],
        json!({"id": "page", "fields": {"alt": "Of a page"}})
    );
}

#[test]
fn what_is_odd_about_an_asset_is_told_of_its_meta_file() {
    let site = served();
    site.tree.write(
        "public/photos/old/.meta/shore.png.yaml",
        b"data: {places: ['moor::x::y']}\nsize: 5\nlast_modified: 1700000000\n",
    );
    site.tree.write(
        "resources/blueprints/assets/photos.yaml",
        b"fields:\n  - {handle: places, field: {type: terms}}\n",
    );
    site.tree.write(
        "public/photos/.meta/shore.png.yaml",
        b"data: {places: [lake]}\nsize: 5\nlast_modified: 1700000000\n",
    );
    site.import();
    let problems = site.json("/problems?filter[code]=ambiguous_term");
    let paths: Vec<&Value> = problems["data"].as_array().unwrap().iter().collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    assert_eq!(paths[0]["path"], "public/photos/.meta/shore.png.yaml");
}

#[test]
fn an_asset_refers_to_what_its_fields_name() {
    let site = served();
    let referrers = |id: &str| {
        let list = site.json(&format!("/entries/{id}/backlinks?count=true"));
        let kinds = list["data"].as_array().unwrap().iter();
        let kinds = kinds.map(|item| format!("{} {}", item["kind"], item["id"]).replace('"', ""));
        (kinds.collect::<Vec<_>>(), list["meta"]["count"].clone())
    };
    let (found, count) = referrers("post");
    assert_eq!(found, ["entry page", "asset photos::shore.png"]);
    assert_eq!(count, 2);
    let backlinks = site.json("/entries/post/backlinks?fields=*");
    let asset = &backlinks["data"][1];
    assert_eq!(asset["fields"]["credit"], "Ada", "{backlinks}");
    assert_eq!(
        asset["references"],
        json!([{"via": "relation", "field": "shown_in", "text": null}])
    );
    assert_eq!(site.json("/links/broken")["data"], json!([]));

    let meta = "data: {shown_in: [gone, post], places: [moor], original: old/shore.png}\nsize: 5\nlast_modified: 1700000000\n";
    site.tree
        .write("public/photos/.meta/shore.png.yaml", meta.as_bytes());
    site.import();
    let broken = site.json("/links/broken");
    let broken: Vec<String> = broken["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| {
            let source = &link["source"];
            format!(
                "{} {} {} {}",
                source["kind"], source["id"], link["target"], link["state"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        broken,
        [
            "asset photos::shore.png entry::gone missing",
            "asset photos::shore.png term::places::moor missing"
        ]
    );
}
