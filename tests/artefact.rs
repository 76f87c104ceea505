//! A database that was built elsewhere: one file, put into the place of another by a rename while a server reads it.

#[path = "../benches/rig/mod.rs"]
mod rig;
#[path = "../benches/site/mod.rs"]
mod site;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rhapsode::store::audience::Audience;
use rhapsode::store::values::{Datum, Nature, Scalar};
use rhapsode::store::{Item, Kind, Store};
use rig::server::Server;
use tokio::runtime::Runtime;

/// How soon another file has to be seen.
const SOON: Duration = Duration::from_secs(10);

/// A folder for one test, new each time.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("artefact")
        .join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A value that the entries of one file alone have.
fn only_in(number: u64) -> Datum {
    Datum {
        path: format!("only_in_{number}"),
        value: Scalar::Text("yes".into()),
        nature: Nature::TEXT,
    }
}

/// A database file of a site whose forty entries all carry a number; each is a first generation.
fn build(file: &Path, number: u64) {
    let entries = (0..40).map(|n| {
        let id = format!("e{n:02}");
        Item {
            site: "default".into(),
            own_order: n,
            summary: format!("{{\"id\":\"{id}\",\"number\":\"Edition {number}:\"}}"),
            values: vec![only_in(number)],
            ..Item::new(Kind::Entry, "pages", &id)
        }
    });
    let entries: Vec<Item> = entries.collect();
    Runtime::new().unwrap().block_on(async {
        let store = Store::open(file.to_str().unwrap()).await.unwrap();
        store
            .replace(entries, &[], "test", Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        store.seal().await;
    });
}

/// Makes a file beside another and renames it into its place.
fn ship(database: &Path, number: u64) {
    let built = database.with_extension("new");
    build(&built, number);
    fs::rename(&built, database).unwrap();
}

/// The number that all entries of an answer show.
fn number(server: &Server, path: &str) -> u64 {
    rig::soak::number(&server.get(path, ""), path)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < SOON, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_client_sees_ten_files_in_their_order_and_loses_no_answer() {
    let folder = folder("ten");
    let database = folder.join("site.db");
    build(&database, 1);
    let server = Server::rhapsode(&folder, &database, &["--workers", "2"]);
    let (seen, done) = (AtomicU64::new(1), AtomicBool::new(false));
    thread::scope(|scope| {
        for path in ["/entries?limit=100", "/entries/e07", "/entries?limit=39"] {
            let (server, seen, done) = (&server, &seen, &done);
            scope.spawn(move || {
                while !done.load(Ordering::SeqCst) {
                    let floor = seen.load(Ordering::SeqCst);
                    let number = number(server, path);
                    assert!(
                        number >= floor,
                        "{path} showed {number} after {floor} was seen"
                    );
                    seen.fetch_max(number, Ordering::SeqCst);
                }
            });
        }
        for number in 2..=11 {
            ship(&database, number);
            wait_until("the new file is not seen", || {
                seen.load(Ordering::SeqCst) == number
            });
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(names(&folder), ["site.db"], "nothing is left beside it");
}

#[test]
fn what_queries_may_name_is_read_from_the_new_file_although_its_generation_is_the_same() {
    let folder = folder("dictionary");
    let database = folder.join("site.db");
    build(&database, 1);
    let server = Server::rhapsode(&folder, &database, &[]);
    let asked = |field| format!("/entries?limit=3&filter[{field}]=yes");
    assert_eq!(number(&server, &asked("only_in_1")), 1);
    ship(&database, 2);
    wait_until("the new file is not seen", || {
        number(&server, "/entries/e01") == 2
    });
    assert_eq!(number(&server, &asked("only_in_2")), 2);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_former_one_in_use() {
    let folder = folder("unreadable");
    let database = folder.join("site.db");
    build(&database, 1);
    let server = Server::rhapsode(&folder, &database, &[]);
    assert_eq!(number(&server, "/entries/e01"), 1);
    let broken = folder.join("broken");
    fs::write(&broken, "no database at all").unwrap();
    fs::rename(&broken, &database).unwrap();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(
        number(&server, "/entries/e02"),
        1,
        "read from the former file"
    );
    ship(&database, 2);
    wait_until("the good file is not seen", || {
        number(&server, "/entries/e02") == 2
    });
}

/// The journal of whoever changes the mode of a sealed file and is killed there says what to take back: who only reads it
/// cannot, and must not fail for it until the next import.
#[test]
fn what_a_killed_writer_left_of_a_sealed_file_is_taken_back_by_whoever_reads() {
    use sqlx::Connection;

    let folder = folder("killed");
    let database = folder.join("site.db");
    build(&database, 1);
    let path = database.to_str().unwrap();
    Runtime::new().unwrap().block_on(async {
        let store = Store::open_read_only(path).await.unwrap();
        let public = Audience::public(Timestamp::UNIX_EPOCH);
        let summary = async || {
            let found = store.entry("e07", &public).await.unwrap();
            found.value.unwrap().summary
        };
        let before = summary().await;
        // As much is written that some of it is in the file before the commit; then file and journal are as a kill leaves them.
        let mut writer = sqlx::SqliteConnection::connect(path).await.unwrap();
        let write = "pragma cache_size = 1; begin; update summary set object = 'torn';
                     create table spilt (bytes); insert into spilt values (randomblob(4000000));";
        sqlx::raw_sql(write).execute(&mut writer).await.unwrap();
        let journal = format!("{path}-journal");
        let left = [path, &journal].map(|file| fs::read(file).unwrap());
        writer.close().await.unwrap();
        let kill = || {
            for (file, bytes) in [path, &journal].into_iter().zip(&left) {
                fs::write(file, bytes).unwrap();
            }
        };
        kill();
        assert_eq!(summary().await, before);
        assert!(!Path::new(&journal).exists());
        // The same where a transaction is begun, and where the file is opened only now.
        kill();
        let dictionary = store.at_one_moment(async || store.dictionary().await);
        assert!(dictionary.await.is_ok());
        kill();
        let store = Store::open_read_only(path).await.unwrap();
        let found = store.entry("e07", &public).await.unwrap();
        assert_eq!(found.value.unwrap().summary, before);
    });
}
