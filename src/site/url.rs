//! From URIs to what a visitor types and what a link says (spec/statamic.md §2.2, spec/seo.md §2.1).

use std::fmt::Write;

use crate::content::assets::{Asset, Container};
use crate::content::sites::Site;

/// The absolute URL of a site, without a trailing slash; `None` for a relative site URL without a known origin.
#[must_use]
pub fn site_origin(site: &Site, base_url: Option<&str>) -> Option<String> {
    if is_absolute(&site.url) {
        return Some(trimmed(&site.url).to_owned());
    }
    let base = trimmed(base_url?);
    Some(trimmed(&format!("{base}/{}", site.url.trim_start_matches('/'))).to_owned())
}

/// The absolute URL of a URI in a site: no trailing slash, not for the home page either.
#[must_use]
pub fn permalink(site: &Site, uri: &str, base_url: Option<&str>) -> Option<String> {
    let origin = site_origin(site, base_url)?;
    Some(format!("{origin}{}", trimmed(uri)))
}

/// What a link to a URI in a site says: the path below the origin, `/` for a home page.
#[must_use]
pub fn path(site: &Site, uri: &str, base_url: Option<&str>) -> String {
    let absolute = permalink(site, uri, base_url);
    let whole =
        absolute.unwrap_or_else(|| format!("/{}{}", site.url.trim_matches('/'), trimmed(uri)));
    below_origin(&whole)
}

/// Path, query and fragment of a URL.
#[must_use]
pub fn below_origin(url: &str) -> String {
    let path = match url.find("://") {
        Some(scheme) => url[scheme + 3..]
            .find('/')
            .map_or("", |slash| &url[scheme + 3 + slash..]),
        None => url,
    };
    let path = trimmed(path);
    format!("/{}", path.trim_start_matches('/'))
}

/// Whether a URL names its scheme and host.
#[must_use]
pub fn is_absolute(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// The public URL of an asset as links have it: relative where its disk's is; `None` on a private disk.
#[must_use]
pub fn asset(container: &Container, asset: &Asset) -> Option<String> {
    let base = trimmed(container.disk.url.as_deref()?);
    Some(format!("{base}/{}", encode_path(&asset.path)))
}

/// The absolute URL of an asset; relative where no origin is known.
#[must_use]
pub fn asset_permalink(
    container: &Container,
    asset_file: &Asset,
    base_url: Option<&str>,
) -> Option<String> {
    let url = asset(container, asset_file)?;
    match base_url {
        Some(base) if !is_absolute(&url) => Some(format!("{}{url}", trimmed(base))),
        _ => Some(url),
    }
}

/// A link's URL with scheme and host: its own, or the origin's where it begins with `/` and one is known.
#[must_use]
pub fn absolute(url: &str, base_url: Option<&str>) -> Option<String> {
    match base_url {
        _ if is_absolute(url) => Some(url.to_owned()),
        Some(base) if url.starts_with('/') => {
            Some(trimmed(&format!("{}{url}", trimmed(base))).to_owned())
        }
        _ => None,
    }
}

/// Percent-encodes a path's segments (RFC 3986 §2.3: unreserved characters stay, and so do the slashes).
#[must_use]
pub fn encode_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    out
}

fn trimmed(url: &str) -> &str {
    url.trim_end_matches('/')
}
