//! What a replacement changes of lists as wholes: their order, and the SEO report, whose findings about texts depend on
//! what other items say.

use std::collections::HashMap;

use super::engine::Writer;
use super::findings::{self, Difference, Finding, Verdict};
use super::log::{self, Parts, Version};
use super::{Error, Kind, Name};

/// Rows whose findings are read at once.
const BATCH: usize = 100;

/// The places of public items, as they were and as they are, by kind and owner.
#[derive(Default)]
pub(super) struct Places(HashMap<Kind, HashMap<String, List>>);

#[derive(Default)]
struct List {
    /// Whether any item has another place in its owner's own order: cursors say so.
    own_order: bool,
    /// Place in the unsorted lists of `/api`, before and after.
    positions: Vec<(i64, i64)>,
}

impl Places {
    /// Notes an item that the public saw before and sees now: its position and its place in its owner's own order.
    pub(super) fn note(&mut self, name: &Name, before: (i64, i64), after: (i64, i64)) {
        let owners = self.0.entry(name.kind).or_default();
        if !owners.contains_key(&name.owner) {
            owners.insert(name.owner.clone(), List::default());
        }
        if let Some(list) = owners.get_mut(&name.owner) {
            list.own_order |= before.1 != after.1;
            list.positions.push((before.0, after.0));
        }
    }

    /// The lists that changed, apart from what came and went.
    pub(super) fn moved(self) -> impl Iterator<Item = (Kind, String, Parts)> {
        let lists = self.0.into_iter().flat_map(|(kind, owners)| {
            let parts = |(owner, list): (String, List)| (kind, owner, list.parts());
            owners.into_iter().map(parts).collect::<Vec<_>>()
        });
        lists.filter(|(.., parts)| *parts != Parts::NONE)
    }
}

impl List {
    /// Of positions, only that one item stands before another one says anything.
    fn parts(mut self) -> Parts {
        self.positions.sort_unstable();
        let is_in_order = self.positions.is_sorted_by_key(|(_, after)| *after);
        let moved = |part, has_moved| if has_moved { part } else { Parts::NONE };
        moved(Parts::LISTED, self.own_order).and(moved(Parts::QUERIED, !is_in_order))
    }
}

/// Rows of public items whose findings are others than before, and those findings.
#[derive(Default)]
pub(super) struct Report {
    stale: Vec<i64>,
    fresh: Vec<i64>,
    difference: Difference,
}

impl Report {
    /// Notes a row that was there and the one that takes its place.
    pub(super) fn note(&mut self, before: Option<&Version>, after: Option<&Version>, now: i64) {
        let before = before.filter(|version| version.is_seen(now));
        let after = after.filter(|version| version.is_seen(now));
        self.differ(before, after);
    }

    /// Notes what the public saw of an item, and what it sees.
    pub(super) fn differ(&mut self, before: Option<&Version>, after: Option<&Version>) {
        if log::unlike(before, after).has(Parts::REPORTED) && !self.difference.is_full() {
            self.stale.extend(before.map(|version| version.number));
            self.fresh.extend(after.map(|version| version.number));
        }
    }

    /// Reads what is to be deleted or written over; to be called before it is.
    pub(super) async fn read_stale(&mut self, writer: &mut Writer) -> Result<(), Error> {
        let stale = std::mem::take(&mut self.stale);
        read(writer, &stale, &mut self.difference.before).await
    }

    /// Reads what was written.
    pub(super) async fn read_fresh(&mut self, writer: &mut Writer) -> Result<(), Error> {
        let fresh = std::mem::take(&mut self.fresh);
        read(writer, &fresh, &mut self.difference.after).await
    }

    /// Whether the public's report is another one than before; all rows are as they will be.
    pub(super) async fn changed(&mut self, writer: &mut Writer, now: i64) -> Result<bool, Error> {
        match std::mem::take(&mut self.difference).verdict(now) {
            Verdict::Known(changed) => Ok(changed),
            Verdict::Asks(statement, found) => Ok(writer.rows(statement).await?.len() > found),
        }
    }
}

async fn read(writer: &mut Writer, numbers: &[i64], to: &mut Vec<Finding>) -> Result<(), Error> {
    for numbers in numbers.chunks(BATCH) {
        let found: Vec<Finding> = writer.records(findings::of(numbers)).await?;
        to.extend(found);
    }
    Ok(())
}

impl super::Store {
    /// The same for what the clock alone changed: rows of both moments are there.
    pub(super) async fn report_changed(&self, report: Report, now: i64) -> Result<bool, Error> {
        let mut difference = Difference::default();
        for (numbers, to) in [
            (report.stale, &mut difference.before),
            (report.fresh, &mut difference.after),
        ] {
            for numbers in numbers.chunks(BATCH) {
                let found: Vec<Finding> = self.engine.records(findings::of(numbers)).await?;
                to.extend(found);
            }
        }
        match difference.verdict(now) {
            Verdict::Known(changed) => Ok(changed),
            Verdict::Asks(statement, found) => Ok(self.engine.rows(statement).await?.len() > found),
        }
    }
}
