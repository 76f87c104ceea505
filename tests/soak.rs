//! A few seconds of what `benches/soak.rs` does for a minute: load while the site is imported every second.

#[path = "../benches/rig/mod.rs"]
mod rig;
#[path = "../benches/site/mod.rs"]
mod site;

use std::time::Duration;

#[test]
fn no_import_costs_an_answer_and_none_shows_two_imports_or_goes_back() {
    let folder = std::env::temp_dir().join(format!("rhapsode-soak-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let soaked = rig::soak::soak(&folder, Duration::from_secs(5));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(soaked.imports >= 1 && soaked.not_modified > 0);
}
