//! Width and height from the first bytes of a PNG, JPEG, GIF, WebP or SVG file.
//!
//! In: those bytes. Out: pixels, or `None` where the file is another kind, broken, or says nothing.

/// Width and height in pixels.
pub fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => png(bytes),
        [b'G', b'I', b'F', b'8', ..] => gif(bytes),
        [0xFF, 0xD8, ..] => jpeg(bytes),
        [b'R', b'I', b'F', b'F', ..] => webp(bytes),
        _ => svg(bytes),
    }
}

/// The IHDR chunk comes first.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    Some((big_endian(bytes, 16, 4)?, big_endian(bytes, 20, 4)?))
}

fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    Some((little_endian(bytes, 6, 2)?, little_endian(bytes, 8, 2)?))
}

/// Segments up to the frame header, which every JPEG has one of.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        match (*bytes.get(at)?, marker) {
            (0xFF, 0xFF) => at += 1,
            (0xFF, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) => {
                return Some((big_endian(bytes, at + 7, 2)?, big_endian(bytes, at + 5, 2)?));
            }
            (0xFF, 0x01 | 0xD0..=0xD8) => at += 2,
            (0xFF, _) => at += 2 + usize::try_from(big_endian(bytes, at + 2, 2)?).ok()?,
            _ => return None,
        }
    }
}

/// Lossy, lossless and extended files keep their size in three ways.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(8..16)? {
        b"WEBPVP8 " => Some((
            little_endian(bytes, 26, 2)? & 0x3FFF,
            little_endian(bytes, 28, 2)? & 0x3FFF,
        )),
        b"WEBPVP8L" => {
            let packed = little_endian(bytes, 21, 4)?;
            Some(((packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1))
        }
        b"WEBPVP8X" => Some((
            little_endian(bytes, 24, 3)? + 1,
            little_endian(bytes, 27, 3)? + 1,
        )),
        _ => None,
    }
}

/// `width` and `height` of the root element, else the size of its view box.
fn svg(bytes: &[u8]) -> Option<(u32, u32)> {
    let text = String::from_utf8_lossy(bytes);
    let tag = &text[text.find("<svg")?..];
    let tag = &tag[..tag.find('>')?];
    let sides = length(attribute(tag, "width")).zip(length(attribute(tag, "height")));
    sides.or_else(|| {
        let numbers = attribute(tag, "viewBox")?
            .split([' ', ','])
            .filter(|part| !part.is_empty());
        let numbers: Vec<_> = numbers.map(|part| length(Some(part))).collect();
        numbers
            .get(2)
            .copied()
            .flatten()
            .zip(numbers.get(3).copied().flatten())
    })
}

fn attribute<'tag>(tag: &'tag str, name: &str) -> Option<&'tag str> {
    let starts = tag.match_indices(name).map(|(at, _)| at);
    let mut values = starts
        .filter(|at| tag[..*at].ends_with(char::is_whitespace))
        .filter_map(|at| {
            let value = tag[at + name.len()..]
                .trim_start()
                .strip_prefix('=')?
                .trim_start();
            let quote = value
                .chars()
                .next()
                .filter(|quote| matches!(quote, '"' | '\''))?;
            value[1..].split(quote).next()
        });
    values.next()
}

/// A number of pixels; other units and percentages say nothing.
fn length(text: Option<&str>) -> Option<u32> {
    let text = text?.trim();
    let number: f64 = text.strip_suffix("px").unwrap_or(text).parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    (0.0..f64::from(u32::MAX))
        .contains(&number)
        .then_some(number.round() as u32)
}

fn big_endian(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u32::from(*byte)),
    )
}

fn little_endian(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| (sum << 8) | u32::from(*byte)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_headers() {
        let png = [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            &[0, 0, 1, 0, 0, 0, 0, 200],
        ]
        .concat();
        assert_eq!(dimensions(&png), Some((256, 200)));
        assert_eq!(dimensions(b"GIF89a\x28\0\x14\0"), Some((40, 20)));
        let jpeg = [
            &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0][..],
            &[0xFF, 0xC0, 0, 17, 8, 0, 20, 0, 40],
        ]
        .concat();
        assert_eq!(dimensions(&jpeg), Some((40, 20)));
        let webp = [
            &b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0"[..],
            &[39, 0, 0, 19, 0, 0],
        ]
        .concat();
        assert_eq!(dimensions(&webp), Some((40, 20)));
    }

    #[test]
    fn a_svg_says_its_size_or_shows_its_view_box() {
        assert_eq!(
            dimensions(br#"<svg width="40px" height='20'>"#),
            Some((40, 20))
        );
        assert_eq!(
            dimensions(br#"<svg stroke-width="3" viewBox="0 0 24 12.4">"#),
            Some((24, 12))
        );
        assert_eq!(dimensions(br#"<svg width="100%" height="100%">"#), None);
        assert_eq!(dimensions(b"no image"), None);
    }
}
