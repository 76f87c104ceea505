//! An item that shows something which is published or expires later is compiled once for each such moment.

use jiff::Timestamp;

use super::compiler::Compiled;
use crate::store::Item;
use crate::store::write::Ready;

/// More versions than this are not made ahead; the next import goes on from there.
const MAX_VERSIONS: usize = 64;

/// Compiles an item as it is at `now`, and as it will be after each moment at which something it shows changes. What is
/// odd about it is said once.
pub fn of(now: Timestamp, compile: impl Fn(Timestamp) -> Compiled) -> Vec<Ready> {
    let first = compile(now);
    let (mut items, mut next) = (vec![first.item], first.next);
    while let Some(moment) = next.filter(|_| items.len() < MAX_VERSIONS) {
        let later = compile(moment);
        items.push(Item {
            valid_from: Some(moment),
            problems: Vec::new(),
            ..later.item
        });
        next = later.next;
    }
    items.into_iter().map(Ready::from).collect()
}
