//! The names of the fields that items of a kind and an owner have: what a list may name in `fields=`.
//!
//! In: the rows that a replacement deletes and those that it writes. Out: the table `field`, gathered anew from all items
//! only where the ones have other names than the others.

use std::collections::BTreeSet;

use super::Error;
use super::engine::Writer;
use super::statement::Statement;
use super::write::ItemRow;

/// The names of the fields of what a replacement deletes and of what it writes.
#[derive(Debug, Default)]
pub(super) struct Fields {
    before: BTreeSet<Names>,
    after: BTreeSet<Names>,
}

/// Kind and owner of an item, and the names of its fields, between blanks.
type Names = (String, String, String);

impl Fields {
    /// Notes rows that are to be deleted; to be called before they are.
    pub(super) async fn read_stale(
        &mut self,
        writer: &mut Writer,
        numbers: &[i64],
    ) -> Result<(), Error> {
        if numbers.is_empty() {
            return Ok(());
        }
        let mut stale =
            Statement::new("select distinct kind, owner, field_names from item where number in (");
        stale.push_values(numbers.iter().copied());
        stale.push(")");
        let stale: Vec<Names> = writer.records(stale).await?;
        self.before.extend(stale);
        Ok(())
    }

    /// Notes rows that are written.
    pub(super) fn note_fresh(&mut self, rows: &[ItemRow]) {
        let fresh = rows.iter().map(|row| {
            let item = &row.item;
            let kind = item.kind.name().to_owned();
            (kind, item.owner.clone(), row.field_names.clone())
        });
        self.after.extend(fresh);
    }

    /// Whether there may be other names than before.
    pub(super) fn changed(&self) -> bool {
        self.before != self.after
    }
}

/// Gathers the names of the fields of all items.
pub(super) async fn write(writer: &mut Writer) -> Result<(), Error> {
    let stored = Statement::new("select distinct kind, owner, field_names from item");
    let stored: Vec<Names> = writer.records(stored).await?;
    let mut names = BTreeSet::new();
    for (kind, owner, all) in &stored {
        names.extend(all.split_whitespace().map(|name| (kind, owner, name)));
    }
    writer.execute(Statement::new("delete from field")).await?;
    let rows = names
        .into_iter()
        .map(|(kind, owner, name)| vec![kind.as_str().into(), owner.as_str().into(), name.into()]);
    writer
        .insert("field (kind, owner, name)", rows.collect())
        .await
}
