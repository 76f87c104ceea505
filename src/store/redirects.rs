//! The redirects that may hold for a path: the one from that very path, and all patterns.

use super::audience::Audience;
use super::read::{Document, document, head, visible};
use super::statement::Statement;
use super::{Error, Snapshot, Store};

/// A path is found by its slug; that of a pattern is empty.
const REDIRECTS: &str = concat!(
    "select ",
    head!(),
    ", ",
    document!(),
    "
     from generation g
     left join item i on i.kind = 'redirect' and i.owner = '' and i.slug in ($3, '') and ",
    visible!("i"),
    " and i.site in ("
);

/// The few that are found are sorted: `+ 0` keeps the index of the order, which all redirects are in, out of it.
const IN_ORDER: &str = ")
     left join summary s on s.number = i.number
     left join body b on b.number = i.number
     where g.id = 1 order by i.own_order + 0";

impl Store {
    /// The redirects of some sites, at least one, that stand at a path in its normal form, and their patterns, those of
    /// each site in the order of its settings.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn redirects_for(
        &self,
        sites: &[&str],
        path: &str,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<Document>>, Error> {
        let mut statement = Statement::read(REDIRECTS, audience).bind(path);
        statement.push_values(sites.iter().copied());
        statement.push(IN_ORDER);
        self.engine.snapshot(statement).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn redirects_are_found_by_their_path() {
        let plan = plan(&format!("{REDIRECTS}$4, $5{IN_ORDER}")).await;
        assert!(!plan.contains("SCAN") && plan.contains("slug=?"), "{plan}");
    }
}
