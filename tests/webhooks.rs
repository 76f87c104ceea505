//! Webhooks over loopback: what is posted, that it is signed, and that it is posted until it is taken.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rhapsode::api::webhooks::Webhook;
use serde_json::Value;
use sha2::Sha256;
use site::Site;

const KEY: &[u8] = b"twenty-four bytes of key";

/// A message as it came.
struct Posted {
    head: String,
    body: String,
}

impl Posted {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// By the scheme of Standard Webhooks, computed here.
    fn is_signed(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        let expected = STANDARD.encode(mac.finalize().into_bytes());
        self.header("webhook-signature") == format!("v1,{expected}")
    }
}

/// Receives messages, and answers each with the next of these statuses, in the end always with the last.
fn receive(statuses: &'static [u16]) -> (String, Receiver<Posted>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for number in 0.. {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = Vec::new();
            let posted = loop {
                let mut some = [0; 4096];
                let read = stream.read(&mut some).unwrap();
                bytes.extend_from_slice(&some[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let (head, body) = (head.to_owned(), body.to_owned());
                let posted = Posted { head, body };
                if posted.header("content-length") == posted.body.len().to_string() {
                    break posted;
                }
            };
            let status = statuses[number.min(statuses.len() - 1)];
            write!(
                stream,
                "HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            if sender.send(posted).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

fn webhook(url: &str, collections: &[&str]) -> Webhook {
    Webhook {
        url: url.to_owned(),
        secret: format!("whsec_{}", STANDARD.encode(KEY)),
        collections: collections.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn next(posted: &Receiver<Posted>) -> Posted {
    posted
        .recv_timeout(Duration::from_secs(30))
        .expect("a message")
}

/// Waits until the server has taken up its webhooks.
fn until_known(site: &Site, count: usize) {
    for _ in 0..200 {
        let known = site.runtime.block_on(site.store.deliveries()).unwrap();
        if known.len() == count {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the webhooks are not taken up");
}

fn rename(site: &Site, title: &str) {
    let text = format!("title: '{title}'\n");
    site.tree
        .write("content/taxonomies/tags/red.yaml", text.as_bytes());
    site.import();
}

#[test]
fn a_message_is_signed_and_posted_again_the_same_until_it_is_taken() {
    let (url, posted) = receive(&[500, 302, 204]);
    let site = Site::serve(edits::project(false), |api| {
        api.with_webhooks(vec![webhook(&url, &[])])
    });
    until_known(&site, 1);
    rename(&site, "Crimson");
    let messages = [next(&posted), next(&posted), next(&posted)];
    for message in &messages {
        assert!(message.is_signed(), "{}\n{}", message.head, message.body);
        assert_eq!(message.header("content-type"), "application/json");
        assert_eq!(
            message.header("webhook-id"),
            messages[0].header("webhook-id")
        );
        assert_eq!(message.body, messages[0].body);
    }
    let said = messages[0].json();
    assert_eq!(said["type"], "site.changed");
    let keys = said["data"]["keys"].as_array().unwrap();
    assert!(keys.contains(&"term:tags::red@default".into()), "{said}");
    let changes = said["data"]["changes"].as_array().unwrap();
    assert!(
        changes.iter().any(|change| change["kind"] == "term"),
        "{said}"
    );

    rename(&site, "Scarlet");
    let other = next(&posted);
    assert_ne!(other.header("webhook-id"), messages[0].header("webhook-id"));
    let state = site.runtime.block_on(site.store.deliveries()).unwrap();
    assert_eq!(state[0].url, url);
}

#[test]
fn what_happens_while_nobody_serves_is_told_afterwards() {
    let (url, posted) = receive(&[200]);
    let site = Site::serve(edits::project(false), |api| api);
    let mark = site.runtime.block_on(site.store.mark(site.now())).unwrap();
    site.runtime
        .block_on(site.store.begin_delivery(&url, &mark))
        .unwrap();
    rename(&site, "Crimson");
    site.serve_again(|api| api.with_webhooks(vec![webhook(&url, &[])]));
    assert!(next(&posted).is_signed());
}

#[test]
fn an_address_hears_only_of_the_collections_that_it_asked_for() {
    let (news_url, news) = receive(&[200]);
    let (pages_url, pages) = receive(&[200]);
    let hooks = vec![
        webhook(&news_url, &["news"]),
        webhook(&pages_url, &["pages"]),
    ];
    let site = Site::serve(edits::project(false), |api| api.with_webhooks(hooks));
    until_known(&site, 2);
    site.tree.write(
        "content/collections/news/2025-12-01.late.md",
        b"---\nid: late\ntitle: Late\n---\n",
    );
    site.import();
    let said = next(&news).json();
    let changes = said["data"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{said}");
    assert_eq!(
        (&changes[0]["id"], &changes[0]["url"]),
        (&"late".into(), &"/news/late".into())
    );
    assert!(pages.recv_timeout(Duration::from_millis(1500)).is_err());

    // Another order changes what no entry names: their lists.
    let order = |ids: [&str; 2]| {
        let tree = format!(
            "tree:\n  - {{entry: {}}}\n  - {{entry: {}}}\n",
            ids[0], ids[1]
        );
        site.tree
            .write("content/trees/collections/pages.yaml", tree.as_bytes());
        site.import();
    };
    let one = "content/collections/pages/one.md";
    site.tree.write(one, b"---\nid: one\ntitle: One\n---\n");
    order(["one", "id-8"]);
    assert_eq!(next(&pages).json()["type"], "site.changed");
    order(["id-8", "one"]);
    let said = next(&pages).json();
    let keys = said["data"]["keys"].as_array().unwrap();
    for key in ["entries", "entries:pages"] {
        assert!(keys.contains(&key.into()), "{said}");
        assert!(
            !said["data"]["changes"]
                .to_string()
                .contains(&format!("\"{key}\""))
        );
    }
}
