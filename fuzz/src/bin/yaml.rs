//! YAML of any text becomes a value that can be read back as JSON, or is refused at a place.

use rhapsode::content::yaml;
use serde_json::Value;

fn main() {
    let seeds = rhapsode_fuzz::shared_files("golden/sites", &["yaml"]);
    rhapsode_fuzz::run("yaml", seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match yaml::read(&text) {
            Ok(value) => assert!(serde_json::from_str::<Value>(&value.to_string()).is_ok()),
            Err(error) => assert!(error.line >= 1 && error.column >= 1, "{error}"),
        }
    });
}
