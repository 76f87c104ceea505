//! How many items the public sees, known without counting them: of each kind, owner and site as many as there were when a
//! replacement last changed that, and what the clock alone has added and taken away since.

use super::Error;
use super::engine::Writer;
use super::statement::Statement;

/// How many items `c` fulfil a condition that asks for nothing but kind, owner and site, as an audience sees them: `$1` is
/// now, `$2` the preview, `g` the row of `generation`. Before the site was replaced, and in a preview, they are counted.
macro_rules! number {
    ($condition:literal) => {
        concat!(
            "(case when g.replaced_at <= $1 and $2 = '' then
                 (select cast(coalesce(sum(c.change), 0) as bigint) from tally c where c.moment <= $1 and ",
            $condition,
            ") else (select count(*) from item c where ",
            $condition,
            " and ",
            crate::store::read::visible!("c"),
            ") end)"
        )
    };
}
pub(super) use number;

/// `$1` is the moment from which on it holds.
const TALLY: &str = "insert into tally (moment, kind, owner, site, change)
     select m.moment, m.kind, m.owner, m.site, cast(sum(m.change) as bigint) from (
         select cast($1 as bigint) as moment, kind, owner, site, 1 as change from item
         where visible_from <= $1 and $1 < visible_until
         union all
         select visible_from, kind, owner, site, 1 from item where visible_from > $1 and visible_from < visible_until
         union all
         select visible_until, kind, owner, site, -1 from item
         where visible_until > $1 and visible_until < 9223372036854775807 and visible_from < visible_until
     ) m group by m.moment, m.kind, m.owner, m.site";

/// Whether it begins later than now: the clock was set back.
const IS_AHEAD: &str = "select count(*) as number from tally where moment > $1
     and not exists (select 1 from tally where moment <= $1)";

/// Counts anew what the public sees now and at each later moment, if the times `changed` at which it sees something.
pub(super) async fn write(writer: &mut Writer, changed: bool, now: i64) -> Result<(), Error> {
    if !changed && writer.number(Statement::new(IS_AHEAD).bind(now)).await? == 0 {
        return Ok(());
    }
    writer.execute(Statement::new("delete from tally")).await?;
    writer.execute(Statement::new(TALLY).bind(now)).await
}
