//! What a body holds that Statamic would not have written, collected without repeating itself.

use super::Oddity;

/// More than this say nothing new about a body.
const MOST: usize = 32;

/// Notes an oddity, once for each code and message.
pub fn report(oddities: &mut Vec<Oddity>, code: &'static str, message: impl Into<String>) {
    if oddities.len() >= MOST {
        return;
    }
    let oddity = Oddity {
        code,
        message: message.into(),
    };
    if !oddities.contains(&oddity) {
        oddities.push(oddity);
    }
}
