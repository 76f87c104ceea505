//! Many nodes under load while things die: a `PostgreSQL` primary, two streaming replicas, three servers, an importer.
//!
//! `RHAPSODE_TEST_CHAOS` says for how many seconds (20 if not set), `RHAPSODE_TEST_SEED` which of all runs it is. Without
//! `PostgreSQL`'s programs the test prints that it was skipped.

#[path = "support/cluster.rs"]
mod cluster;
#[path = "replicas/node.rs"]
mod node;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use cluster::Cluster;
use node::{Node, PAGE};

/// Entries of the site; each carries the stamp of the import that wrote it.
const ENTRIES: usize = 40;

/// An import is to be seen on all nodes within this time after it ended.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

/// What all threads look at.
struct World {
    nodes: Vec<Node>,
    over: AtomicBool,
    /// Nothing is dead and nothing is coming up.
    calm: AtomicBool,
    /// The stamp of the last import that said it was written.
    committed: AtomicI64,
    requests: AtomicU64,
    retried: AtomicU64,
    imports: AtomicU64,
    visible_ms: Mutex<Vec<u128>>,
}

#[test]
fn whatever_dies_nothing_committed_is_lost_and_nothing_older_is_served() {
    let Some(mut cluster) = Cluster::start("replicas", 2) else {
        println!("SKIPPED: PostgreSQL's programs are not installed");
        return;
    };
    let urls: Vec<String> = cluster.nodes.iter().map(cluster::Node::url).collect();
    let folder = folder("replicas");
    let importer = Importer {
        folder: folder.clone(),
        primary: urls[0].clone(),
    };
    assert!(importer.import(1, None), "the first import");
    let world = Arc::new(World {
        // Two read from a replica each, the third from the primary.
        nodes: [&urls[1], &urls[2], &urls[0]]
            .map(|url| Node::start(&folder, url, &[]))
            .into(),
        over: AtomicBool::new(false),
        calm: AtomicBool::new(true),
        committed: AtomicI64::new(1),
        requests: AtomicU64::new(0),
        retried: AtomicU64::new(0),
        imports: AtomicU64::new(1),
        visible_ms: Mutex::default(),
    });
    let mut threads: Vec<_> = (0..3)
        .map(|number| spawn(&world, move |world| load(world, number)))
        .collect();
    let killer = Arc::new(Mutex::new(None));
    threads.push(spawn(&world, {
        let killer = Arc::clone(&killer);
        move |world| import_on_and_on(world, &importer, &killer)
    }));
    kill_at_random(&world, &mut cluster, &killer);
    world.over.store(true, Ordering::SeqCst);
    for thread in threads {
        thread.join().expect("a thread that found nothing wrong");
    }
    settle(&world);
}

#[test]
fn a_node_that_loses_its_database_serves_what_is_cached_says_so_and_comes_back() {
    let Some(mut cluster) = Cluster::start("lost", 0) else {
        println!("SKIPPED: PostgreSQL's programs are not installed");
        return;
    };
    let (folder, url) = (folder("lost"), cluster.nodes[0].url());
    let importer = Importer {
        folder: folder.clone(),
        primary: url.clone(),
    };
    assert!(importer.import(1, None), "the import");
    let strict = Node::start(&folder, &url, &[]);
    let lenient = Node::start(&folder, &url, &["--ready-without-database"]);
    let status = |node: &Node, path: &str| node.get(path).map(|(status, _)| status);
    for node in [&strict, &lenient] {
        assert_eq!(status(node, PAGE), Some(200));
    }
    cluster.nodes[0].kill();
    let lost = |node: &Node| {
        node.get("/readyz")
            .is_some_and(|(_, body)| body["database"] == "lost")
    };
    wait_until("it is noticed", || {
        status(&strict, "/readyz") == Some(503) && lost(&lenient)
    });
    assert_eq!(status(&lenient, "/readyz"), Some(200));
    for node in [&strict, &lenient] {
        assert_eq!(status(node, PAGE), Some(200));
        assert_eq!(status(node, "/entries/p0001"), Some(503));
        assert_eq!(status(node, "/livez"), Some(200));
    }
    cluster.nodes[0].start();
    wait_until("it comes back", || {
        status(&strict, "/readyz") == Some(200)
            && status(&strict, "/entries/p0001") == Some(200)
            && !lost(&lenient)
    });
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn spawn(world: &Arc<World>, run: impl FnOnce(&World) + Send + 'static) -> thread::JoinHandle<()> {
    let world = Arc::clone(world);
    thread::spawn(move || run(&world))
}

fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("content/collections/posts")).expect("a folder");
    std::fs::write(
        folder.join("content/collections/posts.yaml"),
        "title: Posts\n",
    )
    .expect("a file");
    folder
}

/// Asks one node after the other, as a load balancer would; a request that fails is tried once more, at the next one.
fn load(world: &World, number: usize) {
    for turn in number.. {
        if world.over.load(Ordering::SeqCst) {
            return;
        }
        let path = match turn % 4 {
            0 => PAGE.to_owned(),
            1 => format!("{PAGE}&sort=-title"),
            _ => format!("/entries/p{:04}?seo=none", turn % ENTRIES),
        };
        let node = |turn: usize| &world.nodes[turn % world.nodes.len()];
        world.requests.fetch_add(1, Ordering::Relaxed);
        if node(turn).stamp(&path).is_none() {
            world.retried.fetch_add(1, Ordering::Relaxed);
            assert!(node(turn + 1).stamp(&path).is_some(), "{path} failed twice");
        }
    }
}

/// The project's folder and the database that it is imported into.
struct Importer {
    folder: PathBuf,
    primary: String,
}

impl Importer {
    /// Imports the site with this stamp; whether it was written. `killer` may end it at any moment.
    fn import(&self, stamp: i64, killer: Option<&Mutex<Option<std::process::Child>>>) -> bool {
        project(&self.folder, stamp);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhapsode"));
        command
            .current_dir(&self.folder)
            .args(["import", "--database", &self.primary]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("an importer");
        let Some(killer) = killer else {
            return child.wait().expect("its end").success();
        };
        *killer.lock().expect("no panic") = Some(child);
        loop {
            let mut running = killer.lock().expect("no panic");
            let ended = running
                .as_mut()
                .expect("the importer")
                .try_wait()
                .expect("its state");
            if let Some(status) = ended {
                *running = None;
                return status.success();
            }
            drop(running);
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn project(folder: &Path, stamp: i64) {
    for number in 0..ENTRIES {
        let file = folder.join(format!("content/collections/posts/p{number:04}.md"));
        let text = format!("---\nid: p{number:04}\ntitle: '{stamp}'\n---\nAs of {stamp}.\n");
        std::fs::write(file, text).expect("a file");
    }
}

fn import_on_and_on(
    world: &World,
    importer: &Importer,
    killer: &Mutex<Option<std::process::Child>>,
) {
    let mut stamp = 1;
    while !world.over.load(Ordering::SeqCst) {
        stamp += 1;
        if importer.import(stamp, Some(killer)) {
            let written = Instant::now();
            world.committed.store(stamp, Ordering::SeqCst);
            world.imports.fetch_add(1, Ordering::Relaxed);
            wait_until_seen(world, stamp, written);
        }
    }
}

/// Waits until all nodes give this import or a later one; in calm times that has to be soon.
fn wait_until_seen(world: &World, stamp: i64, written: Instant) {
    let mut calm = world.calm.load(Ordering::SeqCst);
    for node in &world.nodes {
        while node.stamp(PAGE).is_none_or(|seen| seen < stamp) {
            calm &= world.calm.load(Ordering::SeqCst);
            if world.over.load(Ordering::SeqCst) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
    if calm && world.calm.load(Ordering::SeqCst) {
        let seen = written.elapsed();
        assert!(seen < SEEN_WITHIN, "import {stamp} was seen after {seen:?}");
        world
            .visible_ms
            .lock()
            .expect("no panic")
            .push(seen.as_millis());
    }
}

/// Kills one thing after the other, and gives the others time to notice between.
fn kill_at_random(
    world: &World,
    cluster: &mut Cluster,
    importer: &Mutex<Option<std::process::Child>>,
) {
    let seconds = number("RHAPSODE_TEST_CHAOS").unwrap_or(20);
    let usual = || {
        SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(1, |time| time.as_secs())
    };
    let mut random = Random(number("RHAPSODE_TEST_SEED").unwrap_or_else(usual));
    println!("RHAPSODE_TEST_SEED={}", random.0);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut deaths = [0; 4];
    while Instant::now() < end {
        thread::sleep(Duration::from_millis(1500 + random.below(1500)));
        let (kind, dead_ms) = (random.below(4), random.below(1500));
        deaths[usize::try_from(kind).expect("small")] += 1;
        world.calm.store(kind == 3, Ordering::SeqCst);
        let pause = || thread::sleep(Duration::from_millis(dead_ms));
        match kind {
            0 | 1 => {
                let node = if kind == 0 {
                    0
                } else {
                    1 + usize::from(random.below(2) == 1)
                };
                cluster.nodes[node].kill();
                pause();
                cluster.nodes[node].start();
            }
            2 => {
                let node = &world.nodes[usize::try_from(random.below(3)).expect("small")];
                node.kill();
                pause();
                node.restart();
            }
            _ => {
                if let Some(child) = importer.lock().expect("no panic").as_mut() {
                    let _ = child.kill();
                }
            }
        }
        for node in &world.nodes {
            node.restart();
        }
        thread::sleep(Duration::from_millis(500));
        world.calm.store(true, Ordering::SeqCst);
    }
    println!(
        "deaths: primary {}, replicas {}, servers {}, importers {}",
        deaths[0], deaths[1], deaths[2], deaths[3]
    );
}

/// After all of it: every node has what was committed last.
fn settle(world: &World) {
    let committed = world.committed.load(Ordering::SeqCst);
    let begun = Instant::now();
    for node in &world.nodes {
        while node.stamp(PAGE).is_none_or(|seen| seen < committed) {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "import {committed} is lost"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
    let mut visible = world.visible_ms.lock().expect("no panic").clone();
    visible.sort_unstable();
    println!(
        "{} requests, {} of them tried twice; {} imports, seen everywhere after {:?} ms (median), {:?} ms (longest)",
        world.requests.load(Ordering::Relaxed),
        world.retried.load(Ordering::Relaxed),
        world.imports.load(Ordering::Relaxed),
        visible.get(visible.len() / 2),
        visible.last()
    );
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Numbers that nobody foresees and everybody can repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
