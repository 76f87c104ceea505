//! What a request would rather read: JSON, which there always is, or the other media type that some paths answer in.

use actix_web::http::header::{ACCEPT, HeaderMap};

/// `Vary` of an answer that would be another one by another `Accept`.
pub const VARY: &str = "Accept-Encoding, Accept";

/// Whether a request wants a media type rather than JSON. `*/*` does not: JSON is what there is where nothing is said.
#[must_use]
pub fn prefers(request: &HeaderMap, media_type: &str) -> bool {
    let Some(accepted) = request.get(ACCEPT).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    if !accepted.contains(media_type) {
        return false;
    }
    let (mut wanted, mut json) = (0.0, 0.0);
    for choice in accepted.split(',') {
        let mut parts = choice.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        if name == media_type {
            wanted = weight.unwrap_or(1.0);
        } else if name == "application/json" {
            json = weight.unwrap_or(1.0);
        }
    }
    wanted > 0.0 && wanted >= json
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_media_type_is_given_to_who_names_it_and_likes_it_as_much() {
        let prefers = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accepted));
            prefers(&headers, "text/markdown")
        };
        assert!(prefers("text/markdown") && prefers("text/markdown, */*;q=0.1"));
        assert!(prefers("application/json;q=0.5, text/markdown;q=0.6"));
        assert!(!prefers("*/*") && !prefers("text/*") && !prefers("text/markdown;q=0"));
        assert!(!prefers("application/json, text/markdown;q=0.9"));
        assert!(!super::prefers(&HeaderMap::new(), "text/markdown"));
    }
}
