//! `rhapsode copy`: the sample site from `SQLite` to `PostgreSQL` and back, row for row. `RHAPSODE_TEST_POSTGRES` names the
//! server; without it the test prints that it was skipped.

#[path = "support/database.rs"]
mod database;

use std::process::{Command, Output};

/// Tables whose rows are held against each other, with what orders them.
const TABLES: [(&str, &str); 6] = [
    ("generation", "id"),
    ("item", "number"),
    ("summary", "number"),
    ("body", "number"),
    ("statamic", "number"),
    ("link", "number * 1000 + place"),
];

fn rhapsode(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhapsode"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments);
    command.output().expect("the program")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_site_goes_to_the_other_engine_and_comes_back_as_it_was() {
    let Ok(server) = std::env::var(database::SERVER) else {
        println!("SKIPPED: {} is not set", database::SERVER);
        return;
    };
    let (file, back) = (database::file("file"), database::file("back"));
    let postgres = database::schema(&server, "copy");
    assert!(rhapsode(&["import", "--database", &file]).status.success());

    let there = rhapsode(&["copy", "--from", &file, "--to", &postgres]);
    assert!(there.status.success(), "{}", said(&there));
    let again = rhapsode(&["copy", "--from", &file, "--to", &postgres]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        said(&again).contains("generation 1 cannot be copied over generation 1"),
        "{}",
        said(&again)
    );

    let home = rhapsode(&[
        "copy",
        "--from",
        &postgres,
        "--to",
        &format!("sqlite:{back}"),
    ]);
    assert!(home.status.success(), "{}", said(&home));
    assert_eq!(said(&home), said(&there));
    for (table, order) in TABLES {
        let rows = |file: &str| dump(file, table, order);
        assert_eq!(rows(&file), rows(&back), "{table}");
    }
    let index = words(&file);
    assert!(index.len() > 5000 && index == words(&back));
    let files = rhapsode(&["copy", "--from", &file, "--to", &database::file("files")]);
    assert!(
        said(&files).contains("both databases are SQLite files; copy the file"),
        "{}",
        said(&files)
    );

    // What is imported next into the copy is what changed since, and nothing else.
    let next = rhapsode(&["import", "--database", &postgres]);
    assert!(
        said(&next).contains("imported nothing, no file changed"),
        "{}",
        said(&next)
    );
}

/// All words of the index of a file, each with its item, column and place.
fn words(file: &str) -> Vec<(String, i64, String, i64)> {
    use sqlx::{Connection, SqliteConnection};
    let read = async {
        let mut connection = SqliteConnection::connect(file).await.expect("the file");
        sqlx::raw_sql(
            "create virtual table temp.word using fts5vocab(main, search_index, instance)",
        )
        .execute(&mut connection)
        .await
        .expect("a view of the index");
        let words = "select term, doc, col, offset from temp.word order by term, doc, col, offset";
        sqlx::query_as(words)
            .fetch_all(&mut connection)
            .await
            .expect("words")
    };
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(read)
}

/// All rows of a table of a file, as text.
fn dump(file: &str, table: &str, order: &str) -> Vec<String> {
    use sqlx::{Column, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
    let query = sqlx::AssertSqlSafe(format!("select * from {table} order by {order}"));
    let read = async {
        let mut connection = SqliteConnection::connect(file).await.expect("the file");
        sqlx::query(query)
            .fetch_all(&mut connection)
            .await
            .expect("rows")
    };
    let rows = tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(read);
    let text = |row: &sqlx::sqlite::SqliteRow, index: usize| {
        let value = row.try_get_raw(index).expect("a value");
        match value.type_info().name() {
            "INTEGER" => row.get::<i64, _>(index).to_string(),
            "BLOB" => format!("{:?}", row.get::<Vec<u8>, _>(index)),
            "TEXT" => row.get(index),
            _ => "null".to_owned(),
        }
    };
    let whole = |row: &sqlx::sqlite::SqliteRow| {
        let columns = row.columns().iter();
        columns
            .map(|column| format!("{}={}", column.name(), text(row, column.ordinal())))
            .collect::<Vec<_>>()
            .join(" ")
    };
    rows.iter().map(whole).collect()
}
