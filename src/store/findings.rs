//! What an editor should look at: the findings of public items, those about shared texts only where they are shared.

use std::collections::HashSet;

use sqlx::FromRow;

use super::audience::{Audience, Preview};
use super::read::{head, visible};
use super::statement::{Statement, Value};
use super::{Error, Item, Snapshot, Store};

/// A finding of a row of `finding f`, as the public may see it: `$3` is the code asked for, `$4` the site.
macro_rules! counts {
    () => {
        concat!(
            "($3 is null or f.code = $3)
             and exists (select 1 from item v where v.number = f.number and ($4 is null or v.site = $4) and ",
            visible!("v"),
            ")
             and (f.same = 0 or (f.code, f.same) in (
                 select s.code, s.same from finding s where s.same <> 0 group by s.code, s.same having count(*) > 1)
             and exists (select 1 from finding o join item t on t.number = o.number and ",
            visible!("t"),
            " where o.code = f.code and o.same = f.same and o.number <> f.number))"
        )
    };
}

const FINDINGS: &str = concat!(
    "select ",
    head!(),
    ", f.number, f.place, f.code, f.same, f.source, f.detail, i.kind, i.id, i.site, i.url, i.permalink
     from generation g
     left join finding f on (f.code, f.same, f.source, f.place) > ($5, $6, $7, $8) and ",
    counts!(),
    "
     left join item i on i.number = f.number
     where g.id = 1 order by f.code, f.same, f.source, f.place limit $9"
);

const COUNT: &str = concat!(
    "select count(*) as findings from finding f where ",
    counts!()
);

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only of this code.
    pub code: Option<String>,
    /// Only of this site.
    pub site: Option<String>,
    /// Begins behind this place.
    pub after: Place,
    /// At most this many.
    pub limit: i64,
}

/// A place in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// By code,
    pub code: String,
    /// then by what is shared,
    pub same: i64,
    /// then by item: a text that no two visible ones share,
    pub source: String,
    /// then by place in it.
    pub place: i64,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, FromRow)]
pub struct Finding {
    number: i64,
    place: i64,
    /// One of `seo::report::CODES`.
    pub code: String,
    same: i64,
    source: String,
    /// What was found; empty where the code says it all.
    pub detail: String,
    /// `entry`, `term`, `navigation_tree` or `collection_tree`.
    pub kind: String,
    /// The item's id.
    pub id: String,
    /// Its site.
    pub site: String,
    /// Path with the site's prefix.
    pub url: Option<String>,
    /// Absolute.
    pub permalink: Option<String>,
}

impl Finding {
    /// Its place in the list.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            code: self.code.clone(),
            same: self.same,
            source: self.source.clone(),
            place: self.place,
        }
    }
}

impl Store {
    /// Findings, those of one code together, those about one shared text too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn findings(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Finding>>, Error> {
        let after = &query.after;
        let statement = Statement::read(FINDINGS, audience)
            .bind(query.code.as_deref())
            .bind(query.site.as_deref())
            .bind(after.code.as_str())
            .bind(after.same)
            .bind(after.source.as_str())
            .bind(after.place)
            .bind(query.limit);
        self.engine.snapshot(statement).await
    }

    /// How many findings there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_findings(&self, query: &Query, audience: &Audience) -> Result<i64, Error> {
        let statement = Statement::read(COUNT, audience)
            .bind(query.code.as_deref())
            .bind(query.site.as_deref());
        let rows = self.engine.rows(statement).await?;
        rows.first()
            .ok_or(sqlx::Error::RowNotFound)?
            .get("findings")
    }
}

/// Public findings about some texts.
const ABOUT: &str = concat!(
    "select f.number from finding f join item i on i.number = f.number and ",
    visible!("i"),
    " where (f.code, f.same) in (values "
);

/// More findings are not looked at one by one: the report is another one then.
const MOST_DIFFERING: usize = 2_000;

/// The findings of some rows, to be told apart by [`Difference`].
pub(super) fn of(numbers: &[i64]) -> Statement {
    let mut statement = Statement::new(
        "select cast(0 as bigint) as number, f.place, f.code, f.same, f.source, f.detail, i.kind, i.id, i.site, i.url,
         i.permalink from finding f join item i on i.number = f.number where f.number in (",
    );
    statement.push_values(numbers.iter().copied().chain([0]));
    statement.push(")");
    statement
}

/// What public items' findings were and what they are, of those items that differ.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) before: Vec<Finding>,
    pub(super) after: Vec<Finding>,
}

/// Whether the public's report is another one.
pub(super) enum Verdict {
    Known(bool),
    /// It is, if this finds more rows than that.
    Asks(Statement, usize),
}

impl Difference {
    /// One that is too long to be looked at, and so need not grow.
    pub(super) fn is_full(&self) -> bool {
        self.before.len() + self.after.len() > MOST_DIFFERING
    }

    /// A finding of an item alone is in the report; one about a text only where another item has the same text: one of
    /// those that differ, before or after, or one that did not change, which the database knows.
    pub(super) fn verdict(mut self, now: i64) -> Verdict {
        if self.is_full() {
            return Verdict::Known(true);
        }
        let before: HashSet<Finding> = self.before.iter().cloned().collect();
        let after: HashSet<Finding> = self.after.iter().cloned().collect();
        self.before.retain(|finding| !after.contains(finding));
        self.after.retain(|finding| !before.contains(finding));
        let mut differing = self.before.iter().chain(&self.after);
        if differing.any(|finding| finding.same == 0)
            || has_twice(&self.before)
            || has_twice(&self.after)
        {
            return Verdict::Known(true);
        }
        let differing = self.before.iter().chain(&self.after);
        let texts: HashSet<(&str, i64)> = differing.map(Finding::text).collect();
        if texts.is_empty() {
            return Verdict::Known(false);
        }
        let found = self.after.len();
        let mut statement = Statement::new(ABOUT).bind(now).bind(Preview::None.stored());
        for (index, (code, same)) in texts.into_iter().enumerate() {
            statement.push(if index == 0 { "(" } else { ", (" });
            statement.push_values([Value::from(code), Value::from(same)]);
            statement.push(")");
        }
        statement.push(&format!(") limit {}", found + 1));
        Verdict::Asks(statement, found)
    }
}

impl Finding {
    fn text(&self) -> (&str, i64) {
        (&self.code, self.same)
    }
}

/// Whether two of them are about one text.
fn has_twice(findings: &[Finding]) -> bool {
    let mut met = HashSet::new();
    !findings.iter().all(|finding| met.insert(finding.text()))
}

/// The table that [`values`] are rows of.
pub(super) const TABLE: &str = "finding (number, place, code, same, source, detail)";

/// The findings of a row's item; all its versions share `source`.
pub(super) fn values(number: i64, source: String, item: &Item) -> impl Iterator<Item = Vec<Value>> {
    (0_i64..).zip(&item.findings).map(move |(place, finding)| {
        vec![
            number.into(),
            place.into(),
            finding.code.into(),
            finding.same.into(),
            source.as_str().into(),
            finding.detail.as_str().into(),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn who_else_has_a_text_is_found_by_the_index() {
        let finding = Finding {
            number: 0,
            place: 0,
            code: "title_duplicate".into(),
            same: 1,
            source: "entry:a:".into(),
            detail: "A".into(),
            kind: "entry".into(),
            id: "a".into(),
            site: String::new(),
            url: None,
            permalink: None,
        };
        let difference = Difference {
            before: Vec::new(),
            after: vec![finding],
        };
        let Verdict::Asks(statement, 1) = difference.verdict(0) else {
            panic!("whether it is shared is not known yet");
        };
        for text in [&statement.text, &of(&[1, 2]).text] {
            let plan = plan(text).await;
            let walked = plan.lines().find(|step| {
                step.starts_with("SCAN") && !step.contains("CONSTANT") && !step.contains("VALUES")
            });
            assert!(walked.is_none(), "{text}\n{plan}");
        }
    }

    #[tokio::test]
    async fn a_page_is_a_walk_along_the_index() {
        let plan = plan(FINDINGS).await;
        assert!(
            plan.contains("SEARCH f USING INDEX finding_in_order")
                && !plan.contains("USE TEMP B-TREE FOR ORDER BY"),
            "{plan}"
        );
    }
}
