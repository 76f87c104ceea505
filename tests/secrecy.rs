//! What is not public comes out of no route: drafts never, what is scheduled not before its moment, what has expired not
//! after it. Every route of the table and every tool of `/mcp` is asked with every name, those of hidden things among
//! them; a route or tool that is added is asked too.

#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use rhapsode::api::preview;
use serde_json::{Map, Value, json};
use site::{Response, SECRET, Site, TWO_SITES};
use tree::Tree;

/// The moment at which one entry appears and another one expires.
const BOUNDARY: &str = "2026-01-12T00:00:00Z";

/// Words that stand in whatever is hidden, and nowhere else: in ids, titles, slugs, texts.
const DRAFT: &str = "zzdraftzz";
const SCHEDULED: &str = "zzscheduledzz";
const EXPIRED: &str = "zzexpiredzz";

const BLUEPRINT: &str = "fields:
  - {handle: title, field: {type: text}}
  - {handle: teaser, field: {type: text}}
  - {handle: text, field: {type: bard}}
  - {handle: related, field: {type: entries}}
  - {handle: lead, field: {type: entries, max_items: 1}}
  - {handle: target, field: {type: link}}
  - {handle: tags, field: {type: terms, taxonomies: [tags]}}
  - {handle: cover, field: {type: assets, container: files, max_files: 1}}
";

/// An entry that shows and links to all hidden ones, in every way there is.
fn entry(id: &str, word: &str, more: &str) -> String {
    let hidden = [DRAFT, SCHEDULED, EXPIRED].map(|word| format!("{word}-id"));
    let links = hidden.iter().fold(String::new(), |mut links, id| {
        write!(
            links,
            "\n      - {{type: text, text: 'a word ', marks: [{{type: link, attrs: {{href: 'statamic://entry::{id}'}}}}]}}"
        )
        .unwrap();
        links
    });
    format!(
        "---\nid: {id}\ntitle: 'Title {word}'\nteaser: 'Teaser {word}'\nupdated_at: 1700000000\nrelated: [{}]\nlead: {}\ntarget: 'entry::{}'\ntags: [red]\ncover: a.png\n{more}text:\n  - type: paragraph\n    content:{links}\n      - {{type: text, text: 'Text {word}'}}\n---\n",
        hidden.join(", "),
        hidden[0],
        hidden[1],
    )
}

/// What stands around the entries and refers to them.
fn frame() -> Tree {
    Tree::new([
        ("content/taxonomies/tags.yaml", "title: Tags\n"),
        (
            "content/taxonomies/tags/red.yaml",
            "title: Red\nlead: [open, zzdraftzz-id, zzscheduledzz-id, zzexpiredzz-id]\n",
        ),
        (
            "content/navigation/main.yaml",
            "title: Main\ncollections: [pages, news, events]\n",
        ),
        (
            "content/globals/settings.yaml",
            "title: Settings\ndata: {first: zzdraftzz-id, second: zzscheduledzz-id, third: [zzexpiredzz-id, open]}\n",
        ),
        (
            "content/globals/redirects.yaml",
            "title: Redirects\ndata: {redirects: [{url_old: /old-draft, internal_url: zzdraftzz-id}, {url_old: /old-scheduled, internal_url: zzscheduledzz-id}, {url_old: /old-expired, internal_url: zzexpiredzz-id}, {url_old: '#^/odd-#', internal_url: zzdraftzz-id}]}\n",
        ),
        (
            "resources/blueprints/globals/redirects.yaml",
            "fields:\n  - {handle: redirects, field: {type: grid, fields: [{handle: url_old, field: {type: text}}, {handle: internal_url, field: {type: entries, max_items: 1}}]}}\n",
        ),
        (
            "resources/blueprints/globals/settings.yaml",
            "fields:\n  - {handle: first, field: {type: entries, max_items: 1}}\n  - {handle: second, field: {type: entries, max_items: 1}}\n  - {handle: third, field: {type: entries}}\n",
        ),
        ("content/assets/files.yaml", "title: Files\n"),
        (
            "resources/blueprints/assets/files.yaml",
            "fields:\n  - {handle: lead, field: {type: entries}}\n  - {handle: target, field: {type: link}}\n",
        ),
        ("public/files/a.png", "no image"),
        (
            "public/files/.meta/a.png.yaml",
            "data: {lead: [zzdraftzz-id, zzscheduledzz-id, zzexpiredzz-id, open], target: 'entry::zzdraftzz-id'}\n",
        ),
        ("resources/blueprints/collections/news/news.yaml", BLUEPRINT),
        (
            "resources/blueprints/collections/events/events.yaml",
            BLUEPRINT,
        ),
        (
            "resources/blueprints/collections/pages/pages.yaml",
            BLUEPRINT,
        ),
        (
            "resources/blueprints/taxonomies/tags/tags.yaml",
            "fields:\n  - {handle: lead, field: {type: entries}}\n",
        ),
    ])
}

/// A project of one site, or of two: there each entry has a version in the second one, as hidden as it, and one that is
/// public has a draft there.
fn project(in_two: bool) -> Tree {
    let tree = frame();
    let dated = "route: '/{collection}/{slug}'\ndate: true\ntaxonomies: [tags]\n";
    let sites = if in_two { "sites: [en, de]\n" } else { "" };
    let collection = |title: &str, more: &str| format!("title: {title}\n{sites}{more}");
    let files = [
        (
            "content/collections/news.yaml".to_owned(),
            collection(
                "News",
                &format!("{dated}date_behavior: {{past: public, future: private}}\n"),
            ),
        ),
        (
            "content/collections/events.yaml".to_owned(),
            collection(
                "Events",
                &format!("{dated}date_behavior: {{past: private, future: public}}\n"),
            ),
        ),
        (
            "content/collections/pages.yaml".to_owned(),
            collection(
                "Pages",
                "route: '{parent_uri}/{slug}'\nstructure: {root: false}\n",
            ),
        ),
        (
            "content/collections/pages/open.md".to_owned(),
            entry("open", "open", ""),
        ),
        (
            "content/collections/news/2026-01-01.past.md".to_owned(),
            entry("past", "past", ""),
        ),
        (
            format!("content/collections/pages/{DRAFT}-slug.md"),
            entry(&format!("{DRAFT}-id"), DRAFT, "published: false\n"),
        ),
        (
            format!("content/collections/news/2026-01-12.{SCHEDULED}-slug.md"),
            entry(&format!("{SCHEDULED}-id"), SCHEDULED, ""),
        ),
        (
            format!("content/collections/events/2026-01-12.{EXPIRED}-slug.md"),
            entry(&format!("{EXPIRED}-id"), EXPIRED, ""),
        ),
        (
            "content/trees/collections/pages.yaml".to_owned(),
            format!("tree:\n  - {{entry: open}}\n  - {{entry: {DRAFT}-id}}\n"),
        ),
        (
            "content/trees/navigation/main.yaml".to_owned(),
            [DRAFT, SCHEDULED, EXPIRED]
                .iter()
                .fold("tree:\n".to_owned(), |tree, word| {
                    format!("{tree}  - {{id: '{word}', entry: {word}-id}}\n")
                }),
        ),
    ];
    for (path, text) in files {
        let (folder, name) = path.rsplit_once('/').unwrap();
        let is_of_a_site = folder.matches('/').count() == 2 && in_two;
        if !is_of_a_site {
            tree.write(&path, text.as_bytes());
            continue;
        }
        tree.write(&format!("{folder}/en/{name}"), text.as_bytes());
        if let Some(version) = in_german(&text) {
            tree.write(&format!("{folder}/de/{name}"), version.as_bytes());
        }
    }
    if in_two {
        tree.write("resources/sites.yaml", TWO_SITES);
        tree.write(
            "content/taxonomies/tags.yaml",
            collection("Tags", "").as_bytes(),
        );
    }
    tree
}

/// The version of an entry in the second site: it shows the hidden ones of its own site.
fn in_german(entry: &str) -> Option<String> {
    let id = entry.lines().find_map(|line| line.strip_prefix("id: "))?;
    let hidden = [DRAFT, SCHEDULED, EXPIRED].map(|word| format!("{word}-id-de"));
    // Whether it is public is its own: nothing of that is inherited.
    let (id, more) = if id == "past" {
        let own = format!("title: 'Title {DRAFT}'\npublished: false\n");
        (format!("{DRAFT}-past"), own)
    } else {
        let is_draft = if id.contains(DRAFT) {
            "published: false\n"
        } else {
            ""
        };
        (format!("{id}-de"), format!("origin: {id}\n{is_draft}"))
    };
    Some(format!(
        "---\nid: {id}\nupdated_at: 1700000000\nrelated: [{}]\nlead: {}\n{more}---\n",
        hidden.join(", "),
        hidden[0]
    ))
}

fn serve() -> Site {
    Site::serve(project(false), |api| api)
}

/// Names that paths can hold.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "open", "past", "news", "events", "pages", "main", "settings", "tags", "red", "default",
    ]
    .map(str::to_owned)
    .into();
    for word in [DRAFT, SCHEDULED, EXPIRED] {
        names.extend(["id", "slug", "id-de"].map(|part| format!("{word}-{part}")));
    }
    names.extend([
        "open-de".to_owned(),
        "de".to_owned(),
        format!("{DRAFT}-past"),
    ]);
    names
}

/// Every route, and the queries that show most.
fn requests() -> Vec<String> {
    let mut requests = site::requests(&names());
    let bare = requests.clone();
    requests.extend(
        bare.iter()
            .map(|path| format!("{path}?fields=*&body=*&seo=full")),
    );
    requests.extend(bare.iter().map(|path| format!("{path}?site=de")));
    let all = [DRAFT, SCHEDULED, EXPIRED]
        .map(|word| format!("{word}-id"))
        .join(",");
    requests.extend([
        "/changes?limit=1000&fields=*&body=*&seo=full".to_owned(),
        format!("/entries?ids=open,{all}"),
        "/entries/open/backlinks?count=true&fields=*&body=*&seo=full".to_owned(),
        "/entries?include=related,lead&fields=*".to_owned(),
        "/entries/open?include=related,lead,related.related".to_owned(),
        "/entries/open?include=cover,cover.lead&fields=cover".to_owned(),
        "/assets/files/a.png?include=lead".to_owned(),
        "/assets/files?fields=*&body=*&filter[lead:exists]=true".to_owned(),
        "/api/assets/files/a.png".to_owned(),
        "/entries?filter[title:contains]=zz".to_owned(),
        "/entries?site=de&include=related,lead&fields=*&body=*&seo=full".to_owned(),
        "/globals/settings?site=de&fields=*".to_owned(),
        "/search?q=title&site=de&fields=*".to_owned(),
        "/taxonomies/tags/terms?site=de&fields=*".to_owned(),
        "/entries?count=true&sort=-date&fields=*&body=*&seo=full".to_owned(),
        "/entries?collection=news&fields=*&body=*".to_owned(),
    ]);
    for old in ["old-draft", "old-scheduled", "old-expired", "odd-path"] {
        requests.push(format!("/redirects?path=/{old}"));
        requests.push(format!("/resolve?path=/{old}&include=related,lead"));
    }
    for word in [DRAFT, SCHEDULED, EXPIRED, "zz", "title", "word", "open"] {
        requests.push(format!("/search?q={word}"));
        for path in ["/news/", "/events/", "/pages/", "/", "/de/news/", "/de/"] {
            requests.push(format!("/resolve?path={path}{word}-slug"));
        }
    }
    for name in names() {
        for collection in ["news", "events", "pages"] {
            requests.push(format!("/api/collections/{collection}/entries/{name}"));
        }
        requests.push(format!("/entries/{name}.md"));
    }
    for path in [
        "collections",
        "collections/news/entries",
        "collections/events/entries",
        "collections/pages/entries",
        "collections/pages/tree",
        "navs/main/tree",
        "globals",
        "globals/settings",
        "taxonomies/tags/terms",
        "taxonomies/tags/terms/red/entries",
    ] {
        requests.push(format!("/api/{path}"));
    }
    requests
}

/// A message for `/mcp`.
fn message(method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

/// All that `/mcp` can be asked: each of its tools with every name for what it has to be told, and for each of the rest.
fn messages(site: &Site) -> Vec<String> {
    let plain = [
        "initialize",
        "tools/list",
        "resources/list",
        "resources/templates/list",
    ];
    let mut messages: Vec<String> = plain.map(|method| message(method, &json!({}))).into();
    let tools: Value =
        serde_json::from_str(&site.post("/mcp", &message("tools/list", &json!({}))).body).unwrap();
    let tools = tools["result"]["tools"].as_array().unwrap();
    assert!(tools.len() >= 4, "{tools:?}");
    for name in names() {
        let uri = format!("rhapsode:///entries/{name}.md");
        messages.push(message("resources/read", &json!({ "uri": uri })));
        for tool in tools {
            let calls = calls(tool, &name).into_iter();
            messages.extend(calls.map(|call| message("tools/call", &call)));
        }
    }
    messages
}

/// A tool told a name wherever it has to be told something, alone and with each other argument that takes a text or
/// conditions.
fn calls(tool: &Value, name: &str) -> Vec<Value> {
    let schema = &tool["inputSchema"];
    let required = schema["required"].as_array().unwrap();
    let told = required
        .iter()
        .map(|of| (of.as_str().unwrap().to_owned(), json!(name)));
    let told: Map<String, Value> = told.collect();
    let arguments = schema["properties"].as_object().unwrap().iter();
    let others = arguments.filter(|(of, _)| !told.contains_key(*of));
    let more = others.flat_map(|(of, kind)| {
        let values = match kind["type"].as_str() {
            Some("string") => vec![json!(name)],
            Some("object") => vec![
                json!({ "title:contains": name }),
                json!({ "any": [{ "related": name }, { "tags": name }] }),
            ],
            _ => Vec::new(),
        };
        let told = &told;
        let told_more = values.into_iter().map(move |value| {
            let mut more = told.clone();
            more.insert(of.clone(), value);
            more
        });
        told_more.collect::<Vec<_>>()
    });
    let all = [told.clone()].into_iter().chain(more);
    all.map(|told| json!({"name": tool["name"], "arguments": told}))
        .collect()
}

/// What a message is answered, as if a route had: the text that it gives, and whether that is an error.
fn told(site: &Site, path: &str, message: &str) -> Response {
    let mut response = site.post(path, message);
    assert_eq!(response.status, 200, "{message}: {}", response.body);
    let answer: Value = serde_json::from_str(&response.body).unwrap();
    let is_error = answer.get("error").is_some() || answer["result"]["isError"] == true;
    let texts = ["/result/content/0/text", "/result/contents/0/text"];
    let text = texts.iter().find_map(|at| answer.pointer(at)?.as_str());
    response.status = if is_error { 400 } else { 200 };
    if let Some(text) = text {
        text.clone_into(&mut response.body);
    }
    response
}

/// Leaves out what is exactly as it is stored: what a public entry's own author wrote in it is public, references to
/// what is hidden among it. That are raw Bard trees, and the relations of pages in the trees of `/api`, where Statamic
/// has the ids of the file.
fn without_raw(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("raw");
            if let Some(Value::Object(page)) = members.get_mut("page") {
                page.remove("related");
                page.remove("lead");
            }
            members.values_mut().for_each(without_raw);
        }
        Value::Array(values) => values.iter_mut().for_each(without_raw),
        _ => {}
    }
}

/// Nothing of an answer holds any of the words; an error may repeat what it was asked.
fn check(path: &str, response: &Response, hidden: &[&str]) {
    let mut body: Value =
        serde_json::from_str(&response.body).unwrap_or(response.body.as_str().into());
    without_raw(&mut body);
    let body = body.to_string();
    for word in hidden {
        let told =
            body.contains(word) || response.headers.values().any(|value| value.contains(word));
        let title = response.body.contains(&format!("Title {word}"));
        let echoed = response.status >= 400 && path.contains(word) && !title;
        let links = ["\"self\":", "\"here\":"]
            .iter()
            .any(|link| response.body.contains(link));
        let asked = path.contains(word) && links && !title;
        assert!(
            !told || echoed || asked,
            "{path} tells of {word}: {} {:?}\n{}",
            response.status,
            response.headers,
            body
        );
    }
}

fn walk(site: &Site, hidden: &[&str]) -> usize {
    let mut answered = 0;
    for path in requests() {
        let response = site.get(&path);
        assert!(
            response.status < 500 || path == "/readyz",
            "{path}: {}",
            response.body
        );
        answered += usize::from(response.status == 200);
        check(&path, &response, hidden);
    }
    for message in messages(site) {
        let response = told(site, "/mcp", &message);
        answered += usize::from(response.status == 200);
        check(&message, &response, hidden);
    }
    answered
}

#[test]
fn what_is_hidden_comes_out_of_no_route_on_either_side_of_a_boundary() {
    let boundary: Timestamp = BOUNDARY.parse().unwrap();
    for in_two in [false, true] {
        let site = Site::serve(project(in_two), |api| api);
        for (moment, hidden) in [
            (boundary - 1.millisecond(), [DRAFT, SCHEDULED]),
            (boundary, [DRAFT, EXPIRED]),
        ] {
            site.at(moment);
            let answered = walk(&site, &hidden);
            assert!(answered > 60, "{answered}");
            // And the same once more where the importer saw it so.
            site.import();
            walk(&site, &hidden);
        }
        let in_second = in_two.then(|| format!("{SCHEDULED}-id-de"));
        for id in [format!("{SCHEDULED}-id"), "open".into()]
            .into_iter()
            .chain(in_second)
        {
            let shown = site.get(&format!("/entries/{id}"));
            assert_eq!(
                shown.status, 200,
                "the test hides {id}, which it should show"
            );
        }
        assert_eq!(site.get("/feeds/news.atom").status, 200);
    }
}

#[test]
fn changes_name_only_what_their_reader_could_have_seen() {
    let site = serve();
    let boundary: Timestamp = BOUNDARY.parse().unwrap();
    let token = |site: &Site| {
        let page = site.json("/changes?limit=1000");
        page["meta"]["token"].as_str().unwrap().to_owned()
    };
    let before = token(&site);
    // A draft, and what is scheduled, are edited and deleted without a word.
    let draft = format!("content/collections/pages/{DRAFT}-slug.md");
    site.tree.write(
        &draft,
        entry(&format!("{DRAFT}-id"), DRAFT, "published: 'no'\n").as_bytes(),
    );
    site.import();
    std::fs::remove_file(site.tree.root().join(draft)).unwrap();
    site.import();
    check(
        "/changes",
        &site.get(&format!("/changes?since={before}")),
        &[DRAFT, SCHEDULED],
    );

    site.at(boundary);
    let told = site.get(&format!("/changes?since={before}"));
    check("/changes", &told, &[DRAFT]);
    assert!(told.body.contains(&format!(
        "\"change\":\"upsert\",\"kind\":\"entry\",\"id\":\"{SCHEDULED}-id\""
    )));
    assert!(told.body.contains(&format!(
        "\"change\":\"delete\",\"kind\":\"entry\",\"id\":\"{EXPIRED}-id\""
    )));

    // Whoever comes after it has expired never hears of it, not even when it is deleted.
    let after = token(&site);
    let expired = format!("content/collections/events/2026-01-12.{EXPIRED}-slug.md");
    std::fs::remove_file(site.tree.root().join(expired)).unwrap();
    site.import();
    check(
        "/changes",
        &site.get(&format!("/changes?since={after}")),
        &[DRAFT, EXPIRED],
    );
    let told = site.get(&format!("/changes?since={before}"));
    assert!(
        told.body.contains(&format!("{EXPIRED}-id")),
        "{}",
        told.body
    );
}

#[test]
fn events_come_at_the_boundary_and_tell_of_no_draft() {
    let site = serve();
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    write!(stream, "GET /events HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("retry: ")));
    // The server looks ten times a second; it has to have seen the time before the boundary once.
    std::thread::sleep(Duration::from_millis(500));
    site.at(BOUNDARY.parse().unwrap());
    let data = lines.find(|line| line.starts_with("data: ")).unwrap();
    assert!(
        data.contains(&format!("\"id\":\"{SCHEDULED}-id\"")),
        "{data}"
    );
    assert!(
        data.contains(&format!(
            "\"change\":\"delete\",\"kind\":\"entry\",\"id\":\"{EXPIRED}-id\""
        )),
        "{data}"
    );
    assert!(!data.contains(DRAFT), "{data}");
}

#[test]
fn a_preview_shows_what_its_token_allows_by_every_route_alike() {
    let site = serve();
    let later = site.now() + 1.hour();
    let all = preview::token(SECRET, None, later);
    let one = preview::token(SECRET, Some(&format!("{DRAFT}-id")), later);
    let mut shown = 0;
    for path in requests() {
        let join = if path.contains('?') { '&' } else { '?' };
        let without = site.get(&path);
        let with = site.get(&format!("{path}{join}preview={all}"));
        assert!(
            with.status < 500 || without.status >= 500,
            "{path}: {}",
            with.body
        );
        if with.status == 200 {
            assert_eq!(with.header("cache-control"), "private, no-store", "{path}");
            assert_eq!(with.header("surrogate-key"), "", "{path}");
            assert!(with.header("x-robots-tag").starts_with("noindex"));
        }
        shown += usize::from(with.body.contains(&format!("Title {DRAFT}")));
        let of_one = site.get(&format!("{path}{join}preview={one}"));
        check(&path, &of_one, &[SCHEDULED]);
        // Nothing of a preview is left for the next one who asks.
        assert_eq!(site.get(&path).status, without.status, "{path}");
        check(&path, &site.get(&path), &[DRAFT, SCHEDULED]);
    }
    assert!(shown >= 10, "{shown}");
    // From page to page it stays a preview.
    for list in [
        "/entries?limit=1",
        "/search?q=title&limit=1",
        "/api/collections/news/entries?limit=1",
    ] {
        let page = site.json(&format!("{list}&preview={all}"));
        let next = page["links"]["next"].as_str().unwrap();
        let next = site.get(next);
        assert_eq!(next.status, 200, "{list}");
        assert_eq!(next.header("cache-control"), "private, no-store", "{list}");
        assert_eq!(next.header("last-modified"), "", "{list}");
    }
    let mut told_of = 0;
    for message in messages(&site) {
        let with = told(&site, &format!("/mcp?preview={all}"), &message);
        told_of += usize::from(with.body.contains(&format!("Title {DRAFT}")));
        assert!(!with.body.contains(&all), "{message} tells of its token");
        let of_one = told(&site, &format!("/mcp?preview={one}"), &message);
        check(&message, &of_one, &[SCHEDULED]);
        check(
            &message,
            &told(&site, "/mcp", &message),
            &[DRAFT, SCHEDULED],
        );
    }
    assert!(told_of >= 3, "{told_of}");
    let draft = site.json(&format!("/entries/{DRAFT}-id?preview={one}"));
    assert_eq!(draft["status"], "draft");
}

#[test]
fn a_preview_token_that_is_not_good_is_refused_on_every_route() {
    let site = serve();
    let expired = preview::token(SECRET, None, site.now());
    let forged = preview::token("some other secret", None, site.now() + 1.hour());
    for path in [
        "/entries",
        "/entries/open",
        "/globals/settings",
        "/api/collections/news/entries",
        "/nothing",
    ] {
        for (token, kind) in [(&expired, "expired"), (&forged, "invalid")] {
            let refused = site.get(&format!("{path}?preview={token}"));
            assert_eq!(refused.status, 403, "{path}");
            assert!(
                refused
                    .body
                    .contains(&format!("urn:rhapsode:preview-token-{kind}")),
                "{path}"
            );
        }
    }
    let bare = Site::serve(project(false), |api| api.with_previews(None));
    let refused = bare.get(&format!("/entries?preview={forged}"));
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("preview_secret"), "{}", refused.body);
}
