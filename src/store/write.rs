//! The rows of a replacement, written many at a time: the part that each engine does its own way.

use std::cell::RefCell;
use std::collections::BTreeSet;

use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use super::{Error, Item, Link, id_key, moment};
use crate::fields::splice;

/// An item with all that its row has beside it.
pub(super) struct ItemRow {
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) span: Span,
    pub(super) hash: [u8; 32],
    pub(super) changed_at: i64,
    pub(super) item: Item,
}

/// When a version of an item is the valid one, and when the public may see it.
#[derive(Clone, Copy)]
pub(super) struct Span {
    valid: (i64, i64),
    visible: (i64, i64),
}

impl Span {
    /// A draft becomes visible never; anything else within its validity and its window.
    pub(super) fn of(item: &Item, valid: (i64, i64)) -> Self {
        let from = item.window.from.map_or(moment::ALWAYS, moment::stored);
        let until = item.window.until.map_or(moment::NEVER, moment::stored);
        let visible = if item.published {
            (valid.0.max(from), valid.1.min(until))
        } else {
            (moment::NEVER, moment::NEVER)
        };
        Self { valid, visible }
    }

    /// The moments at which an answer changes because of it.
    pub(super) fn boundaries(self) -> impl Iterator<Item = i64> {
        let moments = [self.valid.0, self.valid.1, self.visible.0, self.visible.1];
        moments
            .into_iter()
            .filter(|moment| ![moment::ALWAYS, moment::NEVER].contains(moment))
    }
}

/// A hash of everything that a row says but its places, which others' coming and going shifts.
pub(super) fn digest(item: &Item, span: Span) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher
            .update(&text.len().to_le_bytes())
            .update(text.as_bytes());
    };
    part(&item.title);
    part(&item.summary);
    let texts = [
        &item.fields,
        &item.seo,
        &item.statamic,
        &item.page,
        &item.query,
    ];
    let names = [
        &item.localizes,
        &item.slug,
        &item.uri,
        &item.url,
        &item.permalink,
    ];
    for text in texts.into_iter().chain(names) {
        part(text.as_deref().unwrap_or("\u{1}"));
    }
    for link in &item.links {
        for text in [&link.field, &link.target, &link.text, &link.state] {
            part(text);
        }
    }
    part(&item.keys.join(" "));
    let moments = [
        span.valid.0,
        span.valid.1,
        span.visible.0,
        span.visible.1,
        date(item),
        item.updated_at.unwrap_or(moment::ALWAYS),
    ];
    for moment in moments {
        part(&moment.to_string());
    }
    *hasher.finalize().as_bytes()
}

/// Deletes rows; their texts and links go with them.
pub(super) async fn delete(
    connection: &mut SqliteConnection,
    numbers: &[i64],
) -> Result<(), Error> {
    if numbers.is_empty() {
        return Ok(());
    }
    let mut statement = QueryBuilder::<Sqlite>::new("delete from item where number in (");
    let mut list = statement.separated(", ");
    for number in numbers {
        list.push_bind(*number);
    }
    statement.push(")").build().execute(connection).await?;
    Ok(())
}

/// Inserts rows with their texts and links.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    rows: &[ItemRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    insert_items(connection, rows).await?;
    insert_summaries(connection, rows).await?;
    insert_bodies(connection, rows).await?;
    insert_statamic(connection, rows).await?;
    insert_links(connection, rows).await
}

async fn insert_items(connection: &mut SqliteConnection, rows: &[ItemRow]) -> Result<(), Error> {
    let mut statement = QueryBuilder::<Sqlite>::new(
        "insert into item (number, kind, owner, id, site, localizes, slug, uri, url, permalink, title_key, date, updated_at,
         position, own_order, valid_from, valid_until, visible_from, visible_until, changed_at, field_names, hash) ",
    );
    statement.push_values(rows, |mut values, row| {
        let item = &row.item;
        values
            .push_bind(row.number)
            .push_bind(item.kind.name())
            .push_bind(item.owner.clone())
            .push_bind(row.id.clone());
        values.push_bind(item.site.clone()).push_bind(
            item.localizes
                .as_deref()
                .map_or_else(|| row.id.clone(), id_key),
        );
        values
            .push_bind(item.slug.clone())
            .push_bind(item.uri.clone())
            .push_bind(item.url.clone());
        values
            .push_bind(item.permalink.clone())
            .push_bind(item.title.to_lowercase())
            .push_bind(date(item));
        values
            .push_bind(item.updated_at.unwrap_or(moment::ALWAYS))
            .push_bind(item.position)
            .push_bind(item.own_order);
        values
            .push_bind(row.span.valid.0)
            .push_bind(row.span.valid.1);
        values
            .push_bind(row.span.visible.0)
            .push_bind(row.span.visible.1);
        values
            .push_bind(row.changed_at)
            .push_bind(names(item.fields.as_deref()))
            .push_bind(row.hash.to_vec());
    });
    statement.build().execute(connection).await?;
    Ok(())
}

async fn insert_summaries(
    connection: &mut SqliteConnection,
    rows: &[ItemRow],
) -> Result<(), Error> {
    let mut statement = QueryBuilder::<Sqlite>::new("insert into summary (number, object) ");
    statement.push_values(rows, |mut values, row| {
        values
            .push_bind(row.number)
            .push_bind(row.item.summary.clone());
    });
    statement.build().execute(connection).await?;
    Ok(())
}

async fn insert_bodies(connection: &mut SqliteConnection, rows: &[ItemRow]) -> Result<(), Error> {
    let mut statement =
        QueryBuilder::<Sqlite>::new("insert into body (number, keys, fields, seo) ");
    statement.push_values(rows, |mut values, row| {
        values
            .push_bind(row.number)
            .push_bind(row.item.keys.join("\n"));
        values
            .push_bind(row.item.fields.clone())
            .push_bind(row.item.seo.clone());
    });
    statement.build().execute(connection).await?;
    Ok(())
}

async fn insert_statamic(connection: &mut SqliteConnection, rows: &[ItemRow]) -> Result<(), Error> {
    let mut statement =
        QueryBuilder::<Sqlite>::new("insert into statamic (number, query, object, page) ");
    statement.push_values(rows, |mut values, row| {
        values
            .push_bind(row.number)
            .push_bind(row.item.query.clone());
        values
            .push_bind(row.item.statamic.clone())
            .push_bind(row.item.page.clone());
    });
    statement.build().execute(connection).await?;
    Ok(())
}

async fn insert_links(connection: &mut SqliteConnection, rows: &[ItemRow]) -> Result<(), Error> {
    let links = rows.iter().flat_map(|row| {
        (0_i64..)
            .zip(&row.item.links)
            .map(|(place, link)| (row.number, place, link))
    });
    let links: Vec<(i64, i64, &Link)> = links.collect();
    for links in links.chunks(1000) {
        let mut statement = QueryBuilder::<Sqlite>::new(
            "insert into link (number, place, field, target, text, state) ",
        );
        statement.push_values(links, |mut values, (number, place, link)| {
            values
                .push_bind(*number)
                .push_bind(*place)
                .push_bind(link.field.clone())
                .push_bind(link.target.clone());
            values
                .push_bind(link.text.clone())
                .push_bind(link.state.clone());
        });
        statement.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Gives rows their new places.
pub(super) async fn place(
    connection: &mut SqliteConnection,
    moved: &[(i64, (i64, i64))],
) -> Result<(), Error> {
    let mut statement =
        QueryBuilder::<Sqlite>::new("with moved (number, position, own_order) as (");
    statement.push_values(moved, |mut values, (number, (position, own_order))| {
        values
            .push_bind(*number)
            .push_bind(*position)
            .push_bind(*own_order);
    });
    statement.push(
        ") update item set position = moved.position, own_order = moved.own_order from moved where item.number = moved.number",
    );
    statement.build().execute(connection).await?;
    Ok(())
}

/// Replaces the moments at which answers change by the clock alone.
pub(super) async fn boundaries(
    connection: &mut SqliteConnection,
    moments: &BTreeSet<i64>,
) -> Result<(), Error> {
    sqlx::query("delete from boundary")
        .execute(&mut *connection)
        .await?;
    for moment in moments {
        sqlx::query("insert into boundary (moment) values ($1)")
            .bind(moment)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Gathers the names of the fields of all items.
pub(super) async fn field_names(connection: &mut SqliteConnection) -> Result<(), Error> {
    let rows = sqlx::query_as::<_, (String, String, String)>(
        "select distinct kind, owner, field_names from item",
    );
    let rows = rows.fetch_all(&mut *connection).await?;
    sqlx::query("delete from field")
        .execute(&mut *connection)
        .await?;
    for (kind, owner, names) in rows {
        for name in names.split_whitespace() {
            let insert = sqlx::query(
                "insert into field (kind, owner, name) values ($1, $2, $3) on conflict do nothing",
            );
            insert
                .bind(&kind)
                .bind(&owner)
                .bind(name)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// The names of the removable members of a `fields` template, between blanks.
fn names(template: Option<&str>) -> String {
    let names = RefCell::new(Vec::new());
    let note = |kind, name: &str| {
        if kind == splice::Kind::Field {
            names.borrow_mut().push(name.to_owned());
        }
        false
    };
    splice::cut(template.unwrap_or_default(), &note, &mut String::new());
    names.into_inner().join(" ")
}

fn date(item: &Item) -> i64 {
    item.date.map_or(moment::ALWAYS, moment::stored)
}
