//! What rendering costs: the seed's article, a document of a megabyte, one that is 260 deep.
//!
//! `cargo bench --bench bard` prints, for each, the time of one rendering, megabytes of HTML a second and allocations a
//! document; it fails where the seed takes longer than 8 µs or where the time does not grow linearly.

use std::alloc::System;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rhapsode::bard::{self, Options};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let Some(seed) = seed() else { return };
    let seed_time = measure("seed", &seed);
    let small = measure("1 MB", &repeated(&seed, 1_000_000));
    let large = measure("8 MB", &repeated(&seed, 8_000_000));
    measure("260 deep", &deep(260));
    let growth = large.as_secs_f64() / small.as_secs_f64();
    println!("eight times the size takes {growth:.1} times as long");
    assert!(
        seed_time < Duration::from_micros(8),
        "the seed takes {seed_time:?}"
    );
    // Quadratic growth would be 64; a tree that has left the caches costs up to twice as much a byte.
    assert!(growth < 32.0, "the time does not grow linearly");
}

/// The best of many runs: what the machine does beside it only adds to the time.
fn measure(name: &str, tree: &Value) -> Duration {
    let options = Options::new(&());
    let html = bard::html(tree, &options).0.unwrap_or_default();
    let allocations = allocations(|| drop(bard::html(tree, &options)));
    let rounds = (20_000_000 / html.len().max(1)).clamp(10, 20_000);
    let time = |()| {
        let start = Instant::now();
        black_box(bard::html(black_box(tree), &options));
        start.elapsed()
    };
    let best = std::iter::repeat_n((), rounds)
        .map(time)
        .min()
        .unwrap_or_default();
    let bytes = u32::try_from(html.len()).map_or(f64::NAN, f64::from);
    let rate = bytes / best.as_secs_f64() / 1e6;
    println!(
        "{name:>9}: {best:>10.2?}  {rate:>6.0} MB/s of HTML ({} bytes), {allocations} allocations",
        html.len()
    );
    best
}

fn allocations(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

/// The article of the seed, if the shared folder is there.
fn seed() -> Option<Value> {
    let shared =
        std::env::var_os("RHAPSODE_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(shared)
        .join("seeds/client-server-model.md");
    let Ok(file) = fs::read_to_string(&path) else {
        eprintln!(
            "SKIPPED: {} is missing; set RHAPSODE_SHARED",
            path.display()
        );
        return None;
    };
    let front_matter = file.split("---\n").nth(1)?;
    let mut entry: Value = serde_yaml::from_str(front_matter).ok()?;
    Some(entry["article"].take())
}

/// The nodes of a tree again and again until the HTML has so many bytes.
fn repeated(tree: &Value, bytes: usize) -> Value {
    let nodes = tree.as_array().cloned().unwrap_or_default();
    let html = bard::html(tree, &Options::new(&())).0.unwrap_or_default();
    let times = bytes.div_ceil(html.len().max(1));
    Value::Array(
        nodes
            .iter()
            .cycle()
            .take(nodes.len() * times)
            .cloned()
            .collect(),
    )
}

fn deep(depth: usize) -> Value {
    (0..depth).fold(
        json!([{ "type": "text", "text": "deep" }]),
        |content, _| json!([{ "type": "blockquote", "content": content }]),
    )
}
