//! Sitemaps over the protocol's limits, over real HTTP; their rows are made through the store.

#[path = "seo_served/server.rs"]
#[expect(dead_code, reason = "other tests need the rest")]
mod server;
#[path = "seo_served/xml.rs"]
mod xml;

use std::alloc::System;
use std::io::Read;

use rhapsode::seo::hreflang::Alternate;
use rhapsode::seo::sitemap::{Listed, Page};
use rhapsode::store::{Item, Kind};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use server::Server;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn now() -> jiff::Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// An entry of a site that is too large for a tree on disk.
fn listed(number: usize, alternates: usize) -> Item {
    let loc = format!("https://www.example.com/posts/{number:06}?a=1&b=2");
    let other = |site: usize| Alternate {
        hreflang: format!("en-{site}"),
        href: format!("https://www.example.com/{site}/posts/{number:06}"),
        site: site.to_string(),
    };
    let page = Page {
        loc,
        lastmod: Some(format!("2026-01-{:02}T00:00:00Z", number % 28 + 1)),
        changefreq: "weekly".into(),
        priority: 0.5,
        alternates: (0..alternates).map(other).collect(),
    };
    Item {
        site: "default".into(),
        sitemap: vec![Listed { rank: 0, page }],
        ..Item::new(Kind::Entry, "posts", &number.to_string())
    }
}

fn large(count: usize, alternates: usize) -> Server {
    let permalink = Some("https://www.example.com/sitemap.xml".to_owned());
    let frame = [
        Item::new(Kind::Site, "", "default"),
        Item {
            uri: Some("/".into()),
            permalink,
            ..Item::new(Kind::Sitemap, "", "default")
        },
    ];
    let entries = (0..count).map(|number| listed(number, alternates));
    Server::new(frame.into_iter().chain(entries).collect(), &[], now())
}

/// Bytes that are allocated now.
fn in_memory() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

#[test]
fn t45_a_sitemap_of_120_000_urls_is_an_index_of_files_that_are_sent_as_they_are_read() {
    let server = large(120_000, 0);
    let index = xml::sitemaps(server.get("/sitemap.xml").text());
    let path = |number: usize| format!("/sitemap-{number}.xml");
    let expected: Vec<String> = (1..=3)
        .map(|number| format!("https://www.example.com{}", path(number)))
        .collect();
    assert_eq!(
        index.iter().map(|(loc, _)| loc.clone()).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(index[0].1.as_deref(), Some("2026-01-28T00:00:00Z"));
    assert_eq!(xml::sitemaps(server.get("/sitemaps.xml").text()), index);

    let files = [
        sent(&server, &path(1)),
        text(&server, &path(2)),
        text(&server, &path(3)),
    ];
    let files = files.map(|file| xml::urls(&file));
    assert_eq!(files.each_ref().map(Vec::len), [50_000, 50_000, 20_000]);
    assert!(files.concat().is_sorted_by(|a, b| a < b));
    assert_eq!(server.get(&path(4)).status, 404);
    encodings_and_tags(&server, &path(3));
}

fn text(server: &Server, path: &str) -> String {
    server.get(path).text().to_owned()
}

/// Reads a file piece by piece; all the time less than half of it is in memory beside what was read.
fn sent(server: &Server, path: &str) -> String {
    let (_, headers, mut reader) = server.begin("GET", path, "");
    let size: usize = headers["content-length"].parse().unwrap();
    let mut text = vec![0; size];
    let (before, mut read, mut most) = (in_memory(), 0, 0);
    while read < size {
        read += reader.read(&mut text[read..]).unwrap();
        most = most.max(in_memory().saturating_sub(before));
    }
    assert!(size > 6 << 20 && most < size / 2, "{most} of {size} bytes");
    String::from_utf8(text).unwrap()
}

/// A file that is sent as it is read has its tag, its length and its encodings like any other.
fn encodings_and_tags(server: &Server, path: &str) {
    let plain = server.get(path);
    let gzip = server.send("GET", path, "Accept-Encoding: gzip\r\n");
    let mut decoded = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(gzip.body.as_slice());
    reader.read_to_end(&mut decoded).unwrap();
    assert!(decoded == plain.body && gzip.body.len() < plain.body.len() / 5);
    let brotli = server.send("GET", path, "Accept-Encoding: br\r\n");
    let mut decoded = Vec::new();
    let mut reader = brotli::Decompressor::new(brotli.body.as_slice(), 4096);
    reader.read_to_end(&mut decoded).unwrap();
    assert!(decoded == plain.body && brotli.body.len() < plain.body.len() / 5);
    let tags = [&plain, &gzip, &brotli].map(|answer| answer.header("etag").to_owned());
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && tags[0].len() == 34,
        "{tags:?}"
    );
    for (tag, encoding) in [(&tags[0], "identity"), (&tags[1], "gzip"), (&tags[2], "br")] {
        let headers = format!("If-None-Match: {tag}\r\nAccept-Encoding: {encoding}\r\n");
        let known = server.send("GET", path, &headers);
        assert_eq!((known.status, known.body.len()), (304, 0), "{encoding}");
    }
    let head = server.send("HEAD", path, "");
    assert_eq!(
        (head.status, head.body.len(), head.header("etag")),
        (200, 0, tags[0].as_str())
    );
    assert_eq!(plain.header("x-robots-tag"), "noindex");
    assert_eq!(plain.header("surrogate-key"), "sitemaps");
}

#[test]
fn t45_a_sitemap_is_split_before_50_mb() {
    let server = large(10_000, 50);
    let index = xml::sitemaps(server.get("/sitemap.xml").text());
    let files: Vec<Vec<String>> = (1..=index.len())
        .map(|number| xml::urls(&text(&server, &format!("/sitemap-{number}.xml"))))
        .collect();
    assert_eq!((files.len(), files.concat().len()), (2, 10_000));
}
