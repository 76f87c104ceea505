//! Numbers that look random and are the same each time (splitmix64), and words that are as uneven as a language's: the
//! word of rank r comes about as often as 1/r says.

use std::collections::{HashMap, HashSet};

/// So many words that a site of 100,000 entries still has rare ones.
const WORDS: usize = 30_000;

/// A row of numbers.
pub struct Random(u64);

impl Random {
    /// A row of its own for each seed and place.
    pub fn new(seed: u64, place: &[u64]) -> Self {
        let mut random = Self(seed);
        for part in place {
            random.0 = random.next() ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        random.next();
        random
    }

    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, all alike.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 1).unwrap_or(usize::MAX) % end.max(1)
    }

    /// A number below `end`, small ones more often: r about as often as 1/(r + 1) says.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "far below 2^52, and never negative"
    )]
    pub fn rank(&mut self, end: usize) -> usize {
        let part = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = ((end + 1) as f64).powf(part) - 1.0;
        (rank as usize).min(end.saturating_sub(1))
    }
}

/// Words by how common they are.
pub struct Vocabulary(Vec<String>);

impl Vocabulary {
    /// The words of a text, the most common first, and then as many made ones as it takes.
    pub fn of(text: &str) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for word in text.split(|letter: char| !letter.is_ascii_alphabetic()) {
            if !word.is_empty() {
                *counts.entry(word.to_lowercase()).or_default() += 1;
            }
        }
        let mut words: Vec<(usize, String)> = counts
            .into_iter()
            .map(|(word, count)| (count, word))
            .collect();
        words.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut words: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
        let mut known: HashSet<String> = words.iter().cloned().collect();
        let mut random = Random::new(0, &[]);
        while words.len() < WORDS {
            let word = made(&mut random);
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        Self(words)
    }

    /// A word, common ones more often.
    pub fn word(&self, random: &mut Random) -> &str {
        &self.0[random.rank(self.0.len())]
    }

    /// A word that hardly any text has.
    pub fn rare(&self, random: &mut Random) -> &str {
        &self.0[self.0.len() / 2 + random.below(self.0.len() / 2)]
    }
}

/// Two or three syllables.
fn made(random: &mut Random) -> String {
    const BEGIN: [&str; 16] = [
        "b", "br", "c", "d", "f", "g", "gr", "l", "m", "n", "p", "r", "s", "st", "t", "v",
    ];
    const VOWEL: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ea", "ou"];
    const END: [&str; 8] = ["", "", "", "", "", "l", "n", "r"];
    let syllables = 2 + random.below(2);
    (0..syllables)
        .map(|_| {
            [
                BEGIN[random.below(16)],
                VOWEL[random.below(8)],
                END[random.below(8)],
            ]
            .concat()
        })
        .collect()
}
