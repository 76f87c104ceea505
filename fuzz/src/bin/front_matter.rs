//! Files of any bytes are split and read, or refused at a place.

use rhapsode::content::front_matter;

fn main() {
    let seeds = rhapsode_fuzz::shared_files("golden/sites", &["md"]);
    rhapsode_fuzz::run("front_matter", seeds, |bytes| {
        match front_matter::read(bytes) {
            Ok(document) => assert!(document.data.is_some() || !bytes.is_empty()),
            Err(error) => assert!(error.line >= 1 && error.column >= 1, "{error}"),
        }
    });
}
