//! All rows of a database as text, by what names them: neither the numbers of rows nor the times of writing count.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Column, Connection, Row, TypeInfo, ValueRef};

/// Columns that say when or in what order something was written.
const LEFT_OUT: [&str; 3] = ["number", "changed_at", "stamp"];

/// Values by the names of their paths: the numbers of paths are given out as they come.
const FIELD_VALUE: &str = "select item.kind, item.owner, item.id, item.site, item.valid_from, p.name, t.key, t.whole, t.date
    from field_value t join item on item.number = t.number
    join (select distinct kind, number, name from path) p on p.number = t.path and p.kind = item.kind";

/// What is counted of a moment, from whichever moment on it was.
const TALLY: &str =
    "select kind, owner, site, max(moment, $1) as moment, sum(change) as change from tally
    group by kind, owner, site, max(moment, $1) having sum(change) <> 0";

/// Rows as `TABLE: NAME | COLUMN=VALUE …`, seen at a moment.
pub async fn of(database: &str, now: Timestamp) -> BTreeSet<String> {
    let mut connection = SqliteConnection::connect(database).await.unwrap();
    let mut rows = BTreeSet::new();
    for table in tables(&mut connection).await {
        let own = columns(&mut connection, &table).await;
        let named = table != "item" && table != "problem" && own.contains(&"number".to_owned());
        let select = if table == "field_value" {
            FIELD_VALUE.to_owned()
        } else if table == "tally" {
            TALLY.replace("$1", &now.as_millisecond().to_string())
        } else if named {
            format!(
                "select item.kind, item.owner, item.id, item.site, item.valid_from, t.* from {table} t join item on item.number = t.number"
            )
        } else {
            format!("select * from {table}")
        };
        let found = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut connection);
        for row in found.await.unwrap() {
            rows.insert(format!("{table}: {}", printed(&row)));
        }
    }
    connection.close().await.unwrap();
    rows
}

/// What one has and the other has not.
pub fn difference(found: &BTreeSet<String>, wanted: &BTreeSet<String>) -> String {
    let mut text = String::new();
    for row in found.difference(wanted) {
        let _ = writeln!(text, "too much: {row}");
    }
    for row in wanted.difference(found) {
        let _ = writeln!(text, "missing:  {row}");
    }
    text
}

async fn tables(connection: &mut SqliteConnection) -> Vec<String> {
    let all = sqlx::query_scalar::<_, String>(
        "select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual') order by name",
    );
    let skipped = [
        "_sqlx_migrations",
        "generation",
        "importer",
        "memory",
        "path",
        // Words by the numbers of rows.
        "search_words",
        "sqlite_schema",
        "sqlite_sequence",
    ];
    let mut tables = all.fetch_all(connection).await.unwrap();
    // A log tells what came before, which an empty database has not.
    tables.retain(|name| !skipped.contains(&name.as_str()) && !name.starts_with("change"));
    tables
}

async fn columns(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let columns = sqlx::query_scalar::<_, String>("select name from pragma_table_info($1)");
    columns.bind(table).fetch_all(connection).await.unwrap()
}

fn printed(row: &SqliteRow) -> String {
    let mut text = String::new();
    for column in row.columns() {
        if !LEFT_OUT.contains(&column.name()) {
            let _ = write!(text, "{}={} ", column.name(), value(row, column.ordinal()));
        }
    }
    text
}

fn value(row: &SqliteRow, at: usize) -> String {
    let raw = row.try_get_raw(at).unwrap();
    if raw.is_null() {
        return "null".into();
    }
    match raw.type_info().name() {
        "INTEGER" | "BOOLEAN" => row.get::<i64, _>(at).to_string(),
        "REAL" => row.get::<f64, _>(at).to_string(),
        "TEXT" => row.get::<String, _>(at),
        _ => format!("{:?}", row.get::<Vec<u8>, _>(at)),
    }
}
