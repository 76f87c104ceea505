//! A database of its own for each test: a `SQLite` file, or, in the suites whose names end in `on_postgres`, a schema of
//! the server that `RHAPSODE_TEST_POSTGRES` names. Where that is not set, such a suite says so and ends.

#![allow(dead_code, reason = "each suite uses a part")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Names the server for the tests that run on `PostgreSQL`.
pub const SERVER: &str = "RHAPSODE_TEST_POSTGRES";

/// What `Store::open` takes for a new and empty database; a test that asks again gets a new one.
pub fn new(test: &str) -> String {
    if env!("CARGO_CRATE_NAME").ends_with("on_postgres") {
        schema(&server(), test)
    } else {
        file(test)
    }
}

/// Changes something behind the store's back.
pub fn execute(database: &str, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    let database = database.to_owned();
    blocking(async move {
        if database.starts_with("postgres") {
            let mut connection = PgConnection::connect(&database).await.expect("the server");
            sqlx::raw_sql(statement)
                .execute(&mut connection)
                .await
                .expect("SQL");
        } else {
            let mut connection = SqliteConnection::connect(&database)
                .await
                .expect("the file");
            sqlx::raw_sql(statement)
                .execute(&mut connection)
                .await
                .expect("SQL");
        }
    });
}

/// A number that is read behind the store's back.
pub fn number(database: &str, query: &str) -> i64 {
    let query = AssertSqlSafe(query.to_owned());
    let database = database.to_owned();
    blocking(async move {
        if database.starts_with("postgres") {
            let mut connection = PgConnection::connect(&database).await.expect("the server");
            sqlx::query_scalar(query)
                .fetch_one(&mut connection)
                .await
                .expect("SQL")
        } else {
            let mut connection = SqliteConnection::connect(&database)
                .await
                .expect("the file");
            sqlx::query_scalar(query)
                .fetch_one(&mut connection)
                .await
                .expect("SQL")
        }
    })
}

/// A new schema on a server.
pub fn schema(server: &str, test: &str) -> String {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    let name = format!(
        "{}_{test}_{:08x}",
        env!("CARGO_CRATE_NAME"),
        hasher.finish() & 0xffff_ffff
    );
    execute(
        server,
        &format!("drop schema if exists \"{name}\" cascade; create schema \"{name}\""),
    );
    let separator = if server.contains('?') { '&' } else { '?' };
    format!("{server}{separator}options=-csearch_path%3D%22{name}%22")
}

fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        // Not by a macro, whose output of a test that passes is not shown.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {SERVER} is not set");
        std::process::exit(0)
    })
}

/// A new folder's file that is not there yet.
pub fn file(test: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(env!("CARGO_CRATE_NAME"))
        .join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
        .join("site.db")
        .to_str()
        .expect("a plain path")
        .to_owned()
}

/// Tests call from inside and from outside of a runtime.
fn blocking<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let run = || {
        tokio::runtime::Runtime::new()
            .expect("a runtime")
            .block_on(future)
    };
    std::thread::spawn(run).join().expect("no panic")
}
