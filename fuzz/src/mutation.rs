//! New inputs from old ones.
//!
//! In: seeds and a random seed. Out: inputs, the same ones for the same seed. It knows nothing of what they mean.

/// Breeds inputs: bytes are flipped, cut, repeated and spliced with other inputs.
pub struct Mutator {
    random: Random,
    pool: Vec<Vec<u8>>,
    max_bytes: usize,
}

/// What means something to a parser of JSON, YAML, HTML or Markdown.
const WORDS: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "\t",
    " ",
    "-",
    "---\n",
    "- ",
    "  ",
    "&a ",
    "*a",
    "!!str ",
    "|\n",
    ">-\n",
    "<",
    ">",
    "</",
    "<!--",
    "&amp;",
    "&#",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{10ffff}",
    "null",
    "true",
    "1e999",
    "-0",
    "99999999999999999999",
    "type",
    "content",
    "statamic://entry::",
];

/// Bytes.
const SMALL: usize = 1024;

/// So many inputs are bred from.
const POOL: usize = 4096;

impl Mutator {
    /// The same seed gives the same inputs.
    pub fn new(seed: u64, mut pool: Vec<Vec<u8>>, max_bytes: usize) -> Self {
        pool.retain(|input| input.len() <= max_bytes);
        if pool.is_empty() {
            pool.push(Vec::new());
        }
        Self {
            random: Random(seed.wrapping_mul(2).wrapping_add(1)),
            pool,
            max_bytes,
        }
    }

    /// The next input. One in sixteen is bred from again, if it is small: else inputs would only grow.
    pub fn next_input(&mut self) -> Vec<u8> {
        let parent = self.random.below(self.pool.len());
        let mut input = self.pool[parent].clone();
        for _ in 0..=self.random.below(4) {
            self.mutate(&mut input);
        }
        input.truncate(self.max_bytes);
        if input.len() <= SMALL && self.random.below(16) == 0 {
            self.keep(input.clone());
        }
        input
    }

    fn keep(&mut self, input: Vec<u8>) {
        if self.pool.len() < POOL {
            self.pool.push(input);
        } else {
            let place = self.random.below(POOL);
            self.pool[place] = input;
        }
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        let place = self.random.below(input.len() + 1);
        let end = (place + 1 + self.random.below(32)).min(input.len());
        match self.random.below(6) {
            0 => drop(input.splice(place..place, WORDS[self.random.below(WORDS.len())].bytes())),
            1 => drop(input.splice(
                place.min(end)..end,
                WORDS[self.random.below(WORDS.len())].bytes(),
            )),
            2 => drop(input.drain(place.min(end)..end)),
            3 => {
                let piece = input[place.min(end)..end].repeat(1 + self.random.below(40));
                input.splice(place..place, piece);
            }
            4 => {
                if let Some(byte) = input.get_mut(place) {
                    *byte ^= 1 << self.random.below(8);
                }
            }
            _ => self.splice(input, place),
        }
    }

    /// A piece of another input.
    fn splice(&mut self, input: &mut Vec<u8>, place: usize) {
        let other = &self.pool[self.random.below(self.pool.len())];
        let start = self.random.below(other.len() + 1);
        let end = (start + self.random.below(256)).min(other.len());
        input.splice(place..place, other[start..end].iter().copied());
    }
}

/// Xorshift: good enough to be different each time, and the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).expect("64 bits");
        usize::try_from((self.0 >> 11) % limit).expect("less than the limit")
    }
}
