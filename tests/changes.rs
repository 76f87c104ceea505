//! `/changes` over real HTTP: whoever follows it has what a full read gives, whatever happens to files and clock.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::collections::BTreeMap;

use jiff::ToSpan;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use serde_json::Value;
use site::Site;

/// A client's copy of the site, and the token that it holds.
#[derive(Clone, Debug, Default, PartialEq)]
struct Copy {
    objects: BTreeMap<String, Value>,
    token: String,
}

impl Copy {
    /// Everything there is.
    fn full(site: &Site, limit: usize) -> Self {
        let mut copy = Self::default();
        copy.follow(site, limit);
        copy
    }

    /// Applies what changed since the copy's token, page by page; what happens between two pages is the caller's choice.
    fn follow_with(&mut self, site: &Site, limit: usize, mut between: impl FnMut()) {
        let since = if self.token.is_empty() {
            String::new()
        } else {
            format!("&since={}", self.token)
        };
        let mut next = Some(format!(
            "/changes?fields=*&body=*&seo=full&limit={limit}{since}"
        ));
        while let Some(path) = next {
            let page = site.json(&path);
            for change in page["data"].as_array().unwrap() {
                self.apply(change);
            }
            next = page["links"]["next"].as_str().map(str::to_owned);
            if let Some(token) = page["meta"]["token"].as_str() {
                token.clone_into(&mut self.token);
            } else {
                between();
            }
        }
    }

    fn follow(&mut self, site: &Site, limit: usize) {
        self.follow_with(site, limit, || ());
    }

    fn apply(&mut self, change: &Value) {
        let name = ["kind", "owner", "id", "site"].map(|part| change[part].to_string());
        match change["change"].as_str().unwrap() {
            "upsert" => self
                .objects
                .insert(name.join(" "), change["object"].clone()),
            "delete" => self.objects.remove(&name.join(" ")),
            other => panic!("{other}"),
        };
    }
}

/// The entries as their own list gives them.
fn entries(site: &Site) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some("/entries?limit=5&fields=*&body=*&seo=full".to_owned());
    while let Some(path) = next {
        let page = site.json(&path);
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        next = page["links"]["next"].as_str().map(str::to_owned);
    }
    all.sort_by_key(|entry| entry["id"].to_string());
    all
}

fn check(site: &Site, copy: &Copy, what: &str) -> Result<(), TestCaseError> {
    let full = Copy::full(site, 1000);
    prop_assert_eq!(&copy.objects, &full.objects, "{}", what);
    let copied = copy.objects.iter();
    let copied = copied.filter(|(name, _)| name.starts_with("\"entry\""));
    let mut copied: Vec<Value> = copied.map(|(_, entry)| entry.clone()).collect();
    copied.sort_by_key(|entry| entry["id"].to_string());
    prop_assert_eq!(copied, entries(site), "{}", what);
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 12, max_shrink_iters: 30, ..Config::default() })]

    #[test]
    fn replaying_from_any_token_gives_what_a_full_read_gives(in_two in any::<bool>(), script in edits::script(7)) {
        let site = Site::serve(edits::project(in_two), |api| api);
        let mut copies = vec![Copy::full(&site, 3)];
        for (step, edit) in script.iter().enumerate() {
            edit.apply(&site);
            // At times several edits come at once, and at times the clock passes a boundary before an import.
            if step % 3 != 1 {
                site.import();
            }
            for (index, copy) in copies.iter_mut().enumerate() {
                // Some follow every step, some look again only now and then.
                if (step + index) % (index + 1) == 0 {
                    copy.follow(&site, 2 + index);
                    check(&site, copy, &format!("copy {index} after step {step}"))?;
                }
            }
            copies.push(Copy::full(&site, 50));
        }
        for (index, copy) in copies.iter_mut().enumerate() {
            copy.follow(&site, 1000);
            check(&site, copy, &format!("copy {index} at the end"))?;
        }
    }

    #[test]
    fn what_happens_between_two_pages_is_told_the_next_time(in_two in any::<bool>(), script in edits::script(12)) {
        let site = Site::serve(edits::project(in_two), |api| api);
        let mut edits = script.iter();
        let mut copy = Copy::default();
        for _ in 0..3 {
            copy.follow_with(&site, 2, || {
                if let Some(edit) = edits.next() {
                    edit.apply(&site);
                    site.import();
                }
            });
        }
        copy.follow(&site, 7);
        check(&site, &copy, "after pages torn by edits")?;
    }
}

#[test]
fn what_did_not_change_is_not_told() {
    let site = Site::serve(edits::project(false), |api| api);
    let token = Copy::full(&site, 1000).token;
    site.import();
    let nothing = site.json(&format!("/changes?since={token}"));
    assert_eq!(nothing["data"], Value::Array(Vec::new()));
    site.tree
        .write("content/taxonomies/tags/red.yaml", b"title: Crimson\n");
    site.import();
    let told = site.json(&format!("/changes?since={token}&filter[kind]=term"));
    assert_eq!(told["data"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["data"][0]["object"]["title"], "Crimson");
    assert!(told["data"][0]["object"].get("fields").is_none());
}

#[test]
fn tokens_that_are_too_old_or_of_another_database_ask_for_everything() {
    let site = Site::serve(edits::project(false), |api| api);
    let token = Copy::full(&site, 1000).token;
    let parts: Vec<&str> = token.split('-').collect();
    let old = format!("{}-0-{}", parts[0], parts[2]);
    let ahead = format!("{}-99-{}", parts[0], parts[2]);
    let foreign = format!("0a0b-{}-{}", parts[1], parts[2]);
    for (token, status) in [(&token, 200), (&old, 410), (&ahead, 410), (&foreign, 410)] {
        let response = site.get(&format!("/changes?since={token}"));
        assert_eq!(response.status, status, "{token}: {}", response.body);
        assert!(status == 200 || response.body.contains("urn:rhapsode:full-sync-needed"));
    }
    for wrong in [
        "since=yesterday",
        "cursor=x",
        "limit=1001",
        "filter[kind]=user",
        "filter[kind]=term&filter[collection]=news",
        "filter[collection]=olds",
        "preview=x",
    ] {
        let response = site.get(&format!("/changes?{wrong}"));
        assert!(
            [400, 403].contains(&response.status),
            "{wrong}: {}",
            response.body
        );
    }
}

#[test]
fn the_log_goes_back_thirty_days() {
    let site = Site::serve(edits::project(false), |api| api);
    let token = Copy::full(&site, 1000).token;
    let rename = |title: &str| {
        let text = format!("title: {title}\n");
        site.tree
            .write("content/taxonomies/tags/red.yaml", text.as_bytes());
        site.import();
    };
    rename("Crimson");
    let later = Copy::full(&site, 1000).token;
    site.at(site.now() + (29 * 24).hours());
    rename("Scarlet");
    assert_eq!(site.get(&format!("/changes?since={token}")).status, 200);
    site.at(site.now() + (2 * 24).hours());
    rename("Ruby");
    assert_eq!(site.get(&format!("/changes?since={token}")).status, 410);
    let told = site.get(&format!("/changes?since={later}"));
    assert!(
        told.status == 200 && told.body.contains("Ruby"),
        "{}",
        told.body
    );
}
