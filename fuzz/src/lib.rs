//! A fuzzing loop for stable Rust: random inputs, bred from real ones, thrown at one function.
//!
//! In: seeds and a function that must not panic. Out: how many inputs it took, the slowest and the memory used; an input
//! that breaks it is saved. Each target is a program: `cargo run --release --bin bard -- ITERATIONS [SEED]`.

mod mutation;

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutation::Mutator;

/// A slower input fails the run.
const TOO_SLOW: Duration = Duration::from_secs(1);

/// More memory than this fails the run.
const TOO_MUCH_KB: u64 = 200 * 1024;

/// The longest input that is made.
const MAX_BYTES: usize = 4 * 1024;

/// Runs `target` on as many inputs as the command line asks for (100,000 if it does not).
///
/// # Panics
/// Where an input makes the target panic, is slow, or takes too much memory.
pub fn run(name: &str, seeds: Vec<Vec<u8>>, target: impl Fn(&[u8]) + panic::RefUnwindSafe) {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse().expect("a number"));
    let iterations: u64 = arguments.next().unwrap_or(100_000);
    let seed = arguments.next().unwrap_or(1);
    let start = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut mutator = Mutator::new(seed, seeds, MAX_BYTES);
    for _ in 0..iterations {
        let input = mutator.next_input();
        let took = attempt(name, &input, &target);
        slowest = slowest.max(took);
        if took > TOO_SLOW {
            panic!("{took:?} for one input: {}", save(name, &input).display());
        }
    }
    let memory = peak_memory_kb();
    println!(
        "{name}: {iterations} inputs from seed {seed} in {:.0?}, slowest {slowest:.1?}, at most {} MB",
        start.elapsed(),
        memory / 1024
    );
    assert!(memory < TOO_MUCH_KB, "too much memory");
}

fn attempt(name: &str, input: &[u8], target: &(impl Fn(&[u8]) + panic::RefUnwindSafe)) -> Duration {
    let start = Instant::now();
    if let Err(panic) = panic::catch_unwind(|| target(input)) {
        eprintln!("the input is saved as {}", save(name, input).display());
        panic::resume_unwind(panic);
    }
    start.elapsed()
}

fn save(name: &str, input: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{name}.failure"));
    fs::write(&path, input).expect("a writable folder");
    path
}

/// The most memory that the process has held; 0 where the system does not tell.
fn peak_memory_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The files below a folder of the shared data that have one of the extensions, or nothing where it is missing.
#[must_use]
pub fn shared_files(folder: &str, extensions: &[&str]) -> Vec<Vec<u8>> {
    let shared =
        std::env::var_os("RHAPSODE_SHARED").map_or_else(|| "../../shared".into(), PathBuf::from);
    let mut files = Vec::new();
    let mut folders = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(shared)
            .join(folder),
    ];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
        {
            let extension = path
                .extension()
                .and_then(|extension| extension.to_str())
                .unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if extensions.contains(&extension) {
                files.extend(fs::read(path));
            }
        }
    }
    files
}
