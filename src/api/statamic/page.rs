//! One page of a list: which items it holds, and the `links` and `meta` around them (spec/statamic.md §4.7).
//!
//! In: `limit`, `page` and how many items there are. Out: a slice and JSON, key for key as Laravel's paginator writes
//! it; with profile 6, that of Laravel 12.

use std::ops::Range;

use serde_json::{Value, json};

use super::parameters::Parameters;
use super::php;
use crate::bard::Profile;

/// What the paginator takes where a request gives no or zero items.
const WITHOUT_LIMIT: f64 = 15.0;
/// Up to this many pages, each has its link.
const ALL_LINKED: i64 = 13;
/// Links on each side of the current page.
const EACH_SIDE: i64 = 3;

/// A page that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    limit: f64,
    number: i64,
}

impl Page {
    /// Reads `limit` and `page`; a message where `limit` is no number. A `page` that is no number is the first.
    pub fn new(parameters: &Parameters, default_limit: i64) -> Result<Self, String> {
        const MESSAGE: &str = "limit: a whole number is needed";
        let written = parameters.text("limit").map_err(|_| MESSAGE)?;
        let limit = match written {
            None if parameters.has("limit") => WITHOUT_LIMIT,
            #[expect(
                clippy::cast_precision_loss,
                reason = "nobody sets a page of 2^53 items"
            )]
            None => default_limit as f64,
            Some(text) => php::numeric(text)
                .filter(|limit| limit.is_finite())
                .ok_or(MESSAGE)?,
        };
        let number = parameters
            .text("page")
            .ok()
            .flatten()
            .and_then(|page| page.parse().ok())
            .filter(|page| *page > 0);
        Ok(Self {
            limit: if limit == 0.0 { WITHOUT_LIMIT } else { limit },
            number: number.unwrap_or(1),
        })
    }

    /// The same for a database, which need not know how many items there are; `None` for a limit that needs it.
    pub fn window(self) -> Option<Range<i64>> {
        let (start, length) = (php::truncate(self.skipped()), php::truncate(self.limit));
        (start >= 0 && length >= 0).then(|| start..start.saturating_add(length))
    }

    /// The place of this page's items among all: a negative limit leaves so many out at the end.
    pub fn range(self, total: usize) -> Range<usize> {
        let skipped = php::truncate(self.skipped().max(0.0));
        let start = usize::try_from(skipped).unwrap_or(total).min(total);
        let length = php::truncate(self.limit);
        let size = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
        let end = if length < 0 {
            total.saturating_sub(size)
        } else {
            start.saturating_add(size).min(total)
        };
        start..end.max(start)
    }

    /// `links` and `meta` of a page that holds `count` of `total` items, for a list at `path`.
    pub fn envelope(
        self,
        path: &str,
        query: &str,
        total: usize,
        count: usize,
        profile: Profile,
    ) -> (Value, Value) {
        let last = self.last(total);
        let url = |page: i64| json!(format!("{path}?{query}page={}", page.max(1)));
        let previous = (self.number > 1).then(|| self.number - 1);
        let next = (self.number < last).then(|| self.number + 1);
        let at = |page: Option<i64>| page.map_or(Value::Null, url);
        let links =
            json!({ "first": url(1), "last": url(last), "prev": at(previous), "next": at(next) });
        let mut numbered = vec![link(
            &at(previous),
            "&laquo; Previous",
            previous,
            false,
            profile,
        )];
        for page in self.linked(last) {
            numbered.push(match page {
                Some(page) => link(
                    &url(page),
                    &page.to_string(),
                    Some(page),
                    page == self.number,
                    profile,
                ),
                None => link(&Value::Null, "...", None, false, profile),
            });
        }
        numbered.push(link(&at(next), "Next &raquo;", next, false, profile));
        let from = (count > 0).then(|| php::truncate(self.skipped()).saturating_add(1));
        let meta = json!({
            "current_page": self.number,
            "from": from,
            "last_page": last,
            "links": numbered,
            "path": path,
            "per_page": php::truncate(self.limit),
            "to": from.map(|from| from.saturating_add(i64::try_from(count).unwrap_or(i64::MAX) - 1)),
            "total": total,
        });
        (links, meta)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "pages beyond 2^53 are empty whichever number they have"
    )]
    fn skipped(self) -> f64 {
        (self.number - 1) as f64 * self.limit
    }

    #[expect(clippy::cast_precision_loss, reason = "no list has 2^53 items")]
    fn last(self, total: usize) -> i64 {
        php::truncate((total as f64 / self.limit).ceil()).max(1)
    }

    /// The pages that have a link, with a gap (`None`) where some have not.
    fn linked(self, last: i64) -> Vec<Option<i64>> {
        const NEAR: i64 = EACH_SIDE + 4;
        let pages = |from: i64, to: i64| (from..=to).map(Some).collect::<Vec<_>>();
        let ends = (pages(1, 2), pages(last - 1, last));
        if last <= ALL_LINKED {
            pages(1, last)
        } else if self.number <= NEAR {
            [pages(1, NEAR + EACH_SIDE), vec![None], ends.1].concat()
        } else if self.number > last - NEAR {
            [ends.0, vec![None], pages(last - NEAR - EACH_SIDE + 1, last)].concat()
        } else {
            [
                ends.0,
                vec![None],
                pages(self.number - EACH_SIDE, self.number + EACH_SIDE),
                vec![None],
                ends.1,
            ]
            .concat()
        }
    }
}

fn link(url: &Value, label: &str, page: Option<i64>, active: bool, profile: Profile) -> Value {
    match profile {
        Profile::V5 => json!({ "url": url, "label": label, "active": active }),
        Profile::V6 => json!({ "url": url, "label": label, "page": page, "active": active }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Page {
        Page::new(&Parameters::parse(query), 50).unwrap()
    }

    #[test]
    fn odd_limits_are_taken_as_laravel_takes_them() {
        assert_eq!(page("limit=0").range(20), 0..15);
        assert_eq!(page("limit=").range(20), 0..15);
        assert_eq!(page("limit=-1").range(10), 0..9);
        assert_eq!(page("limit=1.5&page=2").range(10), 1..2);
        assert_eq!(page("limit=4&page=99").range(10), 10..10);
        assert_eq!(
            page("limit=1e300&page=9223372036854775807").range(10),
            10..10
        );
        assert_eq!(page("page=abc").range(10), 0..10);
        assert!(Page::new(&Parameters::parse("limit=abc"), 50).is_err());
    }

    #[test]
    fn far_pages_have_no_link() {
        let labels = |query: &str| {
            let (_, meta) = page(query).envelope("/x", "", 200, 10, Profile::V6);
            let links = meta["links"].as_array().unwrap().clone();
            let inner = &links[1..links.len() - 1];
            inner
                .iter()
                .map(|link| link["label"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(labels("limit=20"), "1 2 3 4 5 6 7 8 9 10");
        assert_eq!(labels("limit=10&page=7"), "1 2 3 4 5 6 7 8 9 10 ... 19 20");
        assert_eq!(
            labels("limit=10&page=8"),
            "1 2 ... 5 6 7 8 9 10 11 ... 19 20"
        );
        assert_eq!(
            labels("limit=10&page=14"),
            "1 2 ... 11 12 13 14 15 16 17 18 19 20"
        );
    }
}
