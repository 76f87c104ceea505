//! A minute of load while the site is imported every second: no answer but 200 and 304, none of two imports, none that
//! goes back. `cargo bench --bench soak [-- SECONDS]`.

mod rig;
mod site;

use std::time::Duration;

fn main() {
    let time = Duration::from_secs(rig::number(0, 60).into());
    let folder = rig::kept().join("soak");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("target/ can be written");
    let soaked = rig::soak::soak(&folder, time);
    let text = format!(
        "{} s: {} answers, {} of them 304, during {} imports by another process; none was anything but 200 or 304, none \
         showed two imports, none an earlier one than had been seen. p99 {:.1} ms.\n",
        time.as_secs(),
        soaked.answers,
        soaked.not_modified,
        soaked.imports,
        soaked.p99_micros / 1000.0
    );
    rig::table::keep("soak", &text);
}
