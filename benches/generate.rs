//! Writes a big site: `cargo bench --bench generate -- FOLDER [ENTRIES [SEED]]`.

mod site;

use std::path::Path;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let number = |at: usize, usual: u64| {
        arguments
            .get(at)
            .map_or(usual, |text| text.parse().expect("a number"))
    };
    let Some(folder) = arguments.first() else {
        println!("cargo bench --bench generate -- FOLDER [ENTRIES [SEED]]");
        return Ok(());
    };
    let (entries, begun) = (number(1, 1000), Instant::now());
    let entries = usize::try_from(entries).expect("a number that fits");
    site::Site::new(entries, number(2, 1))?.write(Path::new(folder))?;
    println!(
        "wrote {entries} entries into {folder} in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}
