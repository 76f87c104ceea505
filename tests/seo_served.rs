//! What is said to search engines beside the pages, over real HTTP: sitemaps, `robots.txt`, redirects, feeds, the report.
//!
//! Sitemaps are held against the protocol by an XML parser, feeds by a feed parser; neither is ours.

#[path = "seo_served/server.rs"]
mod server;
#[path = "seo/tree.rs"]
#[expect(dead_code, reason = "the tests of the room need the rest")]
mod tree;
#[path = "seo_served/xml.rs"]
mod xml;

use rhapsode::seo::report::CODES;
use rhapsode::seo::settings::Settings;
use serde_json::{Value, json};

use server::Server;
use tree::{POST_URL, Tree, now, translated};

fn serve(tree: &Tree) -> Server {
    let outcome = tree.import();
    Server::new(outcome.items, &outcome.problems, now())
}

#[test]
fn each_site_has_its_sitemap_and_the_index_names_them_all() {
    let server = serve(&translated("title: T"));
    let sitemap = server.get("/sitemap.xml");
    assert_eq!(
        (sitemap.status, sitemap.header("content-type")),
        (200, "application/xml; charset=utf-8")
    );
    assert_eq!(sitemap.header("x-robots-tag"), "noindex");
    assert_eq!(xml::urls(sitemap.text()), [POST_URL]);
    assert!(
        sitemap
            .text()
            .contains("hreflang=\"de-DE\" href=\"https://www.example.com/de/posts/modell\"")
    );
    let german = "https://www.example.com/de/posts/modell";
    assert_eq!(xml::urls(server.get("/de/sitemap.xml").text()), [german]);
    assert_eq!(
        xml::urls(server.get("/default/sitemap.xml").text()),
        [POST_URL]
    );
    let index = xml::sitemaps(server.get("/sitemaps.xml").text());
    let locs: Vec<&str> = index.iter().map(|(loc, _)| loc.as_str()).collect();
    assert_eq!(
        locs,
        [
            "https://www.example.com/sitemap.xml",
            "https://www.example.com/de/sitemap.xml"
        ]
    );
    assert!(index.iter().all(|(_, lastmod)| lastmod.is_some()));
    let robots = server.get("/robots.txt");
    assert_eq!(robots.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        robots.text(),
        "User-agent: *\nAllow: /\n\nSitemap: https://www.example.com/sitemaps.xml\n"
    );
}

#[test]
fn a_sitemap_is_known_by_its_tag_and_refuses_what_it_does_not_understand() {
    let server = serve(&Tree::new().post("title: T"));
    let tag = server.get("/sitemap.xml").header("etag").to_owned();
    let again = server.send("GET", "/sitemap.xml", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = server.send("HEAD", "/sitemap.xml", "");
    assert_eq!((head.status, head.header("etag")), (200, tag.as_str()));
    for (path, status) in [
        ("/sitemap.xml?page=2", 400),
        ("/sitemap-1.xml", 404),
        ("/sitemap-x.xml", 404),
        ("/nl/sitemap.xml", 404),
        ("/nl/sitemap-1.xml", 404),
        ("/feeds/posts.rss", 404),
        ("/feeds/posts.csv", 404),
    ] {
        let refused = server.get(path);
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (status, "application/problem+json"),
            "{path}"
        );
    }
}

#[test]
fn a_sitemap_without_pages_is_empty_and_one_that_is_switched_off_is_not_there() {
    let hidden = Tree::new().post("title: T\nseo_noindex: true");
    let server = serve(&hidden);
    assert!(xml::urls(server.get("/sitemap.xml").text()).is_empty());
    let server = serve(
        &Tree::new()
            .post("title: T")
            .seo_globals(&json!({"use_sitemap": false})),
    );
    for path in [
        "/sitemap.xml",
        "/sitemaps.xml",
        "/default/sitemap.xml",
        "/seo/sitemap",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert!(!server.get("/robots.txt").text().contains("Sitemap"));
}

#[test]
fn without_a_public_origin_there_is_no_url_to_name() {
    let server = serve(&Tree::new().post("title: T").base_url(None));
    assert!(xml::urls(server.get("/sitemap.xml").text()).is_empty());
    assert_eq!(server.get("/sitemaps.xml").status, 404);
    assert_eq!(
        server.get("/robots.txt").text(),
        "User-agent: *\nAllow: /\n"
    );
}

#[test]
fn a_site_on_its_own_domain_is_found_by_its_handle() {
    let sites = "default: {name: EN, url: /en/, locale: en_US}\nnl: {name: NL, url: 'http://nl.test/', locale: nl_NL.utf8}\n";
    let tree = Tree::empty()
        .file("resources/sites.yaml", sites)
        .file(
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\nsites: [default, nl]\n",
        )
        .file(
            "content/collections/posts/nl/a.md",
            "---\nid: a\ntitle: A\n---\n",
        );
    let server = serve(&tree);
    let dutch = ["http://nl.test/posts/a"];
    assert_eq!(xml::urls(server.get("/nl/sitemap.xml").text()), dutch);
    assert_eq!(xml::urls(server.get("/sitemap.xml").text()), dutch);
    assert!(xml::urls(server.get("/en/sitemap.xml").text()).is_empty());
}

#[test]
fn a_scheduled_post_enters_the_sitemap_the_feed_and_the_redirects_at_its_second() {
    let collection = "title: Posts\nroute: '/posts/{slug}'\ndate: true\ndate_behavior: {past: public, future: private}\n";
    let settings = Settings {
        feeds: vec!["posts".into()],
        ..Settings::default()
    };
    let tree = Tree::new()
        .file("content/collections/posts.yaml", collection)
        .entry("posts", "2026-12-01-1200.soon", "id: soon\ntitle: Soon")
        .globals(
            "redirects",
            &json!({"redirects": [{"url_old": "/old", "internal_url": "soon"}]}),
        )
        .settings(settings);
    let server = serve(&tree);
    let paths = [
        "/sitemap.xml",
        "/feeds/posts.rss",
        "/redirects?path=/old",
        "/resolve?path=/old",
    ];
    let shows = |path: &str| server.get(path).text().contains("/posts/soon");
    assert_eq!(paths.map(shows), [false; 4]);
    assert_eq!(server.get("/redirects?path=/old").status, 404);
    assert_eq!(server.get("/resolve?path=/old").status, 404);
    server.at("2026-12-01T11:59:59Z".parse().unwrap());
    assert_eq!(paths.map(shows), [false; 4]);
    server.at("2026-12-01T12:00:00Z".parse().unwrap());
    assert_eq!(paths.map(shows), [true; 4]);
}

#[test]
fn of_two_pages_at_one_url_the_sitemap_lists_the_one_that_is_served() {
    let tree = Tree::new()
        .entry("pages", "a", "id: first\ntitle: First")
        .file(
            "content/collections/others.yaml",
            "title: Others\nroute: '/{slug}'\n",
        )
        .entry("others", "a", "id: second\ntitle: Second");
    let urls = xml::urls(serve(&tree).get("/sitemap.xml").text());
    assert_eq!(urls, ["https://www.example.com/a"]);
}

#[test]
fn t43_redirects_are_listed_and_looked_up_the_first_that_fits_decides() {
    let rows = json!([
        {"url_old": "/same", "external_url": "/same/"},
        {"url_old": "#.*#", "external_url": "/all", "response": {"value": "302"}},
        {"url_old": "#[bad#", "external_url": "/x"},
        {"url_old": "/old/", "internal_url": tree::POST, "response": 308},
        {"url_old": "/gone", "internal_url": "missing"},
        {"url_old": "/gone", "external_url": "/later"},
    ]);
    let tree = Tree::new()
        .post("title: T")
        .globals("redirects", &json!({"redirects": rows}));
    let server = serve(&tree);
    let all = server.get("/redirects").json();
    let from: Vec<&Value> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["from"])
        .collect();
    assert_eq!(json!(from), json!(["#.*#", "/old", "/gone", "/gone"]));
    assert_eq!(
        server.get("/redirects?path=/old/?x=1").json(),
        json!({"from": "/old", "to": "/posts/the-client-server-model", "status": 308, "pattern": false})
    );
    let caught = server.get("/redirects?path=/same").json();
    assert_eq!(
        (&caught["to"], &caught["status"]),
        (&json!("/all"), &json!(302))
    );
    assert_eq!(server.get("/redirects?path=/gone").status, 404);
    let next = server.get("/redirects?limit=3").json()["links"]["next"].clone();
    let rest = server.get(next.as_str().unwrap()).json();
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
    let problems = server.get("/problems").json();
    let codes: Vec<&str> = problems["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|problem| problem["code"].as_str())
        .filter(|code| code.starts_with("redirect"))
        .collect();
    assert_eq!(
        codes,
        [
            "redirect_regex_invalid",
            "redirect_target_missing",
            "redirect_to_itself"
        ]
    );
    for (query, param) in [
        ("path=/a&limit=2", "limit"),
        ("site=xx", "site"),
        ("pth=/a", "pth"),
    ] {
        let refused = server.get(&format!("/redirects?{query}"));
        let problem = refused.json();
        assert_eq!(
            (refused.status, problem["param"].as_str()),
            (400, Some(param)),
            "{query}"
        );
    }
}

/// Two sites with redirects of their own, and a page that says that it is none.
fn redirected() -> Tree {
    let english = json!({"redirects": [
        {"url_old": "/posts/the-client-server-model", "external_url": "/never"},
        {"url_old": "/old", "internal_url": tree::POST, "response": 302},
        {"url_old": "#^/news/([0-9]+)#", "external_url": "/posts/$1"},
        {"url_old": "/gone", "internal_url": "missing"},
        {"url_old": "#^/gone#", "external_url": "/later"},
        {"url_old": "/posts/closed", "external_url": "https://archive.test/"},
    ]});
    let german =
        json!({"redirects": [{"url_old": "/de/alt", "internal_url": tree::POST, "response": 308}]});
    translated("title: T")
        .file("content/globals/redirects.yaml", "title: Redirects\n")
        .file(
            "content/globals/default/redirects.yaml",
            &english.to_string(),
        )
        .file("content/globals/de/redirects.yaml", &german.to_string())
        .file(
            "content/collections/posts/default/closed.md",
            "---\nid: closed\ntitle: Closed\nredirect: 404\n---\n",
        )
}

#[test]
fn a_path_without_a_page_is_resolved_by_the_redirects_of_its_site() {
    let server = serve(&redirected());
    let resolved = |path: &str| {
        let answer = server.get(&format!("/resolve?path={path}"));
        assert!([200, 404].contains(&answer.status), "{path}");
        (answer.status == 200).then(|| answer.json())
    };
    assert_eq!(
        resolved(&format!("/posts/{}", tree::POST)).unwrap()["type"],
        "entry"
    );
    assert_eq!(
        resolved("/old/?x=1").unwrap(),
        json!({
            "type": "redirect", "path": "/old", "site": "default", "from": "/old",
            "to": "/posts/the-client-server-model", "status": 302, "pattern": false,
        })
    );
    let by_pattern = resolved("/news/7").unwrap();
    assert_eq!(
        (
            &by_pattern["to"],
            &by_pattern["status"],
            &by_pattern["pattern"]
        ),
        (&json!("/posts/$1"), &json!(301), &json!(true))
    );
    assert_eq!(
        resolved("/posts/closed").unwrap()["to"],
        "https://archive.test/"
    );
    for german in [
        "/de/alt",
        "https://www.example.com/de/alt/",
        "/de/alt&site=de",
    ] {
        let german = resolved(german).unwrap();
        assert_eq!(
            (&german["path"], &german["site"], &german["to"]),
            (&json!("/de/alt"), &json!("de"), &json!("/de/posts/modell"))
        );
    }
    for nothing in ["/gone", "/de/old", "/de/news/7", "/old&site=de", "/alt"] {
        assert_eq!(resolved(nothing), None, "{nothing}");
    }
    let keys = server.get("/resolve?path=/old");
    assert_eq!(
        keys.header("surrogate-key"),
        "redirects redirect:1@default entries terms"
    );
}

#[test]
fn where_sites_have_hosts_a_path_is_resolved_by_the_first_whose_redirects_say_anything() {
    let sites = "default: {name: EN, url: 'http://en.test/', locale: en_US}\nnl: {name: NL, url: 'http://nl.test/', locale: nl_NL}\n";
    let of = |from: &str, to: &str| json!({"redirects": [{"url_old": from, "external_url": to}]});
    let tree = Tree::empty()
        .file("resources/sites.yaml", sites)
        .file("content/globals/redirects.yaml", "title: Redirects\n")
        .file(
            "content/globals/default/redirects.yaml",
            &of("#^/o#", "/new").to_string(),
        )
        .file(
            "content/globals/nl/redirects.yaml",
            &of("/oud", "/nieuw").to_string(),
        );
    let server = serve(&tree);
    for (query, to) in [
        ("/oud", "/new"),
        ("/oud&site=nl", "/nieuw"),
        ("http://nl.test/oud", "/nieuw"),
    ] {
        let answer = server.get(&format!("/resolve?path={query}")).json();
        assert_eq!(answer["to"], to, "{query}");
    }
}

#[test]
fn t47_every_answer_is_kept_out_of_indexes_and_an_entry_names_its_page() {
    let server = serve(&Tree::new().post("title: T"));
    let entry = server.get(&format!("/entries/{}", tree::POST));
    assert_eq!(
        entry.header("link"),
        format!("<{POST_URL}>; rel=\"canonical\"")
    );
    for path in [
        "/",
        "/entries",
        "/robots.txt",
        "/sitemap.xml",
        "/redirects",
        "/seo/report",
        "/nowhere",
    ] {
        assert_eq!(server.get(path).header("x-robots-tag"), "noindex", "{path}");
    }
}

#[test]
fn the_sitemap_as_json_says_the_same_page_by_page() {
    let tree = Tree::new()
        .seo_globals(&json!({"sitemap_collections": ["pages", "posts"]}))
        .entry(
            "posts",
            "a",
            "title: A\nupdated_at: 1767202791\nsitemap_priority: 1",
        )
        .entry("posts", "b", "title: B")
        .entry("pages", "z", "title: Z");
    let server = serve(&tree);
    let first = server.get("/seo/sitemap?limit=2").json();
    let next = first["links"]["next"].as_str().unwrap();
    let second = server.get(next).json();
    let locs: Vec<&str> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["data"].as_array().unwrap())
        .filter_map(|page| page["loc"].as_str())
        .collect();
    assert_eq!(locs, xml::urls(server.get("/sitemap.xml").text()));
    assert_eq!(first["data"][1]["priority"], 1.0);
    assert_eq!(server.get("/seo/sitemap?site=xx").status, 400);
}

fn report(server: &Server, query: &str) -> Vec<(String, String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let answer = server.get(&format!("/seo/report?limit=100{query}")).json();
    let findings = answer["data"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    findings
        .iter()
        .map(|of| {
            (
                text(&of["code"]).unwrap(),
                text(&of["id"]).unwrap(),
                text(&of["detail"]),
            )
        })
        .collect()
}

/// A site with one of each kind of finding.
fn troubled() -> Tree {
    let long = "x".repeat(80);
    Tree::new()
        .seo_globals(&json!({}))
        .file("content/navigation/main.yaml", "title: Main\n")
        .file(
            "content/trees/navigation/main.yaml",
            "tree:\n  - id: n1\n    entry: a\n    children:\n      - id: n2\n        entry: hidden\n",
        )
        .entry("posts", "a", "title: Same\nseo_description: Shared")
        .entry("posts", "b", "title: Same\nseo_description: Shared")
        .entry("posts", "draft", "title: Same\npublished: false")
        .entry("posts", "hidden", "title: Same\nseo_noindex: true")
        .entry("posts", "long", &format!("title: {long}\nsitemap_priority: high\nseo_description: One"))
        .entry("posts", "lost", "title: L\nseo_canonical_type: current\nseo_canonical_current: gone\nseo_description: Two")
        .entry("posts", "other", "title: O\nseo_canonical_type: current\nseo_canonical_current: hidden\nseo_description: Three")
        .entry("posts", "bare", "title: Bare")
}

#[test]
fn the_report_finds_duplicates_gaps_and_contradictions() {
    let server = serve(&troubled());
    let found = |code: &str| -> Vec<String> {
        let findings = report(&server, &format!("&filter[code]={code}"));
        let mut ids: Vec<String> = findings.into_iter().map(|(_, id, _)| id).collect();
        ids.sort();
        ids
    };
    assert_eq!(found("title_duplicate"), ["a", "b"]);
    assert_eq!(found("description_duplicate"), ["a", "b"]);
    assert_eq!(found("description_missing"), ["bare"]);
    assert_eq!(found("noindex_in_navigation"), ["main"]);
    assert_eq!(found("canonical_target_missing"), ["lost"]);
    assert_eq!(found("canonical_to_noindex"), ["other"]);
    assert_eq!(found("title_too_long"), ["long"]);
    assert_eq!(found("invalid_number"), ["long"]);
    assert_eq!(
        found("og_image_missing"),
        ["a", "b", "bare", "long", "lost", "other"]
    );
    let all = report(&server, "");
    assert!(
        all.iter()
            .all(|(code, id, _)| CODES.contains(&code.as_str()) && id != "draft")
    );
    assert!(all.contains(&("title_duplicate".into(), "a".into(), Some("Same".into()))));
    let counted = server.get("/seo/report?count=true&limit=1").json();
    assert_eq!(counted["meta"]["count"], all.len());
    let refused = server
        .get("/seo/report?filter[code]=title_duplicates")
        .json();
    assert_eq!(refused["did_you_mean"], "title_duplicate");
}

#[test]
fn the_report_goes_on_page_by_page() {
    let server = serve(&troubled());
    let all = report(&server, "");
    let (mut next, mut seen) = ("/seo/report?limit=4".to_owned(), Vec::new());
    loop {
        let page = server.get(&next).json();
        for of in page["data"].as_array().unwrap() {
            seen.push((
                of["code"].as_str().unwrap().to_owned(),
                of["id"].as_str().unwrap().to_owned(),
            ));
        }
        match page["links"]["next"].as_str() {
            Some(path) => path.clone_into(&mut next),
            None => break,
        }
    }
    let all: Vec<_> = all.into_iter().map(|(code, id, _)| (code, id)).collect();
    assert_eq!(seen, all);
}

#[test]
fn a_closed_environment_says_nothing_about_its_pages() {
    let closed = troubled()
        .environment("staging")
        .seo_globals(&json!({"noindex_staging": true}));
    let open = report(&serve(&troubled()), "");
    assert_eq!(report(&serve(&closed), ""), open);
}

#[test]
fn a_feed_is_read_by_a_feed_parser_in_each_format() {
    let settings = Settings {
        feeds: vec!["posts".into(), "gone".into()],
        feed_content: Some("article".into()),
        ..Settings::default()
    };
    let collection = "title: 'Posts & more'\nroute: '/posts/{slug}'\ndate: true\n";
    let body =
        "article:\n  - type: paragraph\n    content:\n      - { type: text, text: 'a ]]> & b' }";
    let tree = Tree::new()
        .file("content/collections/posts.yaml", collection)
        .entry("posts", "2026-01-02.a", &format!("id: a\ntitle: 'A & <b>'\nseo_description: 'One & two'\nupdated_at: 1767202791\n{body}"))
        .entry("posts", "2026-01-01.b", "id: b\ntitle: B")
        .entry("posts", "2026-01-03.c", "id: c\ntitle: C\nseo_noindex: true")
        .settings(settings);
    let outcome = tree.import();
    assert!(
        outcome
            .problems
            .iter()
            .any(|problem| problem.code == "feed_without_collection")
    );
    let server = Server::new(outcome.items, &outcome.problems, now());
    for (format, kind) in [
        ("rss", "application/rss+xml; charset=utf-8"),
        ("atom", "application/atom+xml; charset=utf-8"),
        ("json", "application/feed+json"),
    ] {
        let answer = server.get(&format!("/feeds/posts.{format}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        let feed = feed_rs::parser::parse(answer.body.as_slice()).unwrap();
        assert_eq!(
            feed.title.unwrap().content,
            "Posts & more | Statamic",
            "{format}"
        );
        let links: Vec<&str> = feed
            .entries
            .iter()
            .map(|entry| entry.links[0].href.as_str())
            .collect();
        assert_eq!(
            links,
            [
                "https://www.example.com/posts/a",
                "https://www.example.com/posts/b"
            ],
            "{format}"
        );
        let first = &feed.entries[0];
        assert_eq!(first.title.as_ref().unwrap().content, "A & <b>", "{format}");
        assert_eq!(
            first.published.unwrap().to_rfc3339(),
            "2026-01-02T00:00:00+00:00",
            "{format}"
        );
        let body = first
            .content
            .as_ref()
            .and_then(|content| content.body.as_deref());
        assert_eq!(body, Some("<p>a ]]&gt; &amp; b</p>"), "{format}");
    }
}

#[test]
fn where_seo_is_switched_off_there_is_none() {
    let settings = Settings {
        enabled: false,
        ..Settings::default()
    };
    let server = serve(&Tree::new().post("title: T").settings(settings));
    let entry = server.get(&format!("/entries/{}", tree::POST)).json();
    assert!(entry["seo"].is_null(), "{entry}");
    assert_eq!(server.get("/sitemap.xml").status, 404);
    assert!(report(&server, "").is_empty());
}
