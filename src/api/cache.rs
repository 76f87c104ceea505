//! Answers kept in memory under a byte budget, and one computation per answer however many ask at once.
//!
//! An answer is kept under its canonical path and query; under other spellings only the way to it is kept. What was not
//! asked for since the hand last came by makes room first (the clock algorithm).

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::answer::Answer;
use super::problem::Error;

/// So many that threads rarely meet at one lock; a power of two.
const SHARDS: u64 = 16;

/// What a slot takes beside its key and what it holds.
const SLOT_OVERHEAD: usize = 128;

/// Answers that are being computed, by key and edition.
type Flights = HashMap<(String, i64), Weak<OnceCell<Arc<Answer>>>>;

/// The answers of one server.
#[derive(Debug)]
pub struct Cache {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    flights: Mutex<Flights>,
}

/// Slots by the hash of their keys, which was taken once for the choice of the shard.
#[derive(Debug, Default)]
struct Shard {
    slots: HashMap<u64, Slot, BuildHasherDefault<AsItIs>>,
    /// Hashes in the order in which the hand meets them; each slot's once.
    hand: VecDeque<u64>,
    weight: usize,
    budget: usize,
}

#[derive(Debug)]
struct Slot {
    key: Box<str>,
    held: Held,
    weight: usize,
    used: bool,
}

#[derive(Clone, Debug)]
enum Held {
    Answer(Arc<Answer>),
    /// The key of the answer.
    Alias(Arc<str>),
}

impl Cache {
    /// An empty cache that takes at most so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let shards = usize::try_from(SHARDS).unwrap_or(1);
        let shard = || {
            Mutex::new(Shard {
                budget: bytes / shards,
                ..Shard::default()
            })
        };
        Self {
            shards: (0..shards).map(|_| shard()).collect(),
            hasher: RandomState::new(),
            flights: Mutex::default(),
        }
    }

    /// The answer to a path and query in any spelling that was met before, if it is still the answer.
    pub fn find(
        &self,
        spelling: &str,
        edition: i64,
        now: impl FnOnce() -> Timestamp,
    ) -> Option<Arc<Answer>> {
        let answer = match self.held(spelling)? {
            Held::Answer(answer) => answer,
            Held::Alias(key) => match self.held(&key)? {
                Held::Answer(answer) => answer,
                Held::Alias(_) => return None,
            },
        };
        answer.is_of(edition, now).then_some(answer)
    }

    /// The answer that `compute` makes; of those who ask for one key and edition at once, one computes it.
    ///
    /// # Errors
    /// What `compute` fails with; the next who asks tries again.
    pub async fn compute<F>(
        &self,
        key: &str,
        edition: i64,
        compute: F,
    ) -> Result<Arc<Answer>, Error>
    where
        F: Future<Output = Result<Answer, Error>>,
    {
        let flight = self.flight(key, edition);
        let answer = flight
            .get_or_try_init(async || compute.await.map(Arc::new))
            .await?;
        self.keep(key, Held::Answer(Arc::clone(answer)), answer.weight());
        self.lock_flights().remove(&(key.to_owned(), edition));
        Ok(Arc::clone(answer))
    }

    /// Remembers that a spelling means a key.
    pub fn alias(&self, spelling: &str, key: &str) {
        if spelling != key {
            self.keep(spelling, Held::Alias(key.into()), key.len());
        }
    }

    /// Takes note of what an answer weighs now that another encoding of it was made.
    pub fn weigh(&self, spelling: &str, answer: &Answer) {
        let (hash, mut shard) = self.shard(spelling);
        let alias = match shard.slots.get(&hash).map(|slot| &slot.held) {
            Some(Held::Alias(key)) => Arc::clone(key),
            Some(Held::Answer(_)) => return shard.weigh(hash, spelling, answer.weight()),
            None => return,
        };
        drop(shard);
        let (hash, mut shard) = self.shard(&alias);
        shard.weigh(hash, &alias, answer.weight());
    }

    /// Bytes that it takes now.
    pub fn weight(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).weight)
            .sum()
    }

    fn held(&self, key: &str) -> Option<Held> {
        let (hash, mut shard) = self.shard(key);
        let slot = shard.slots.get_mut(&hash)?;
        if *slot.key != *key {
            return None;
        }
        slot.used = true;
        Some(slot.held.clone())
    }

    fn keep(&self, key: &str, held: Held, weight: usize) {
        let (hash, mut shard) = self.shard(key);
        let slot = Slot {
            key: key.into(),
            held,
            weight: taken(key, weight),
            used: false,
        };
        shard.keep(hash, slot);
    }

    /// A key's hash and the shard that is its place.
    fn shard(&self, key: &str) -> (u64, MutexGuard<'_, Shard>) {
        let hash = self.hasher.hash_one(key);
        let shard = usize::try_from((hash >> 32) % SHARDS).unwrap_or(0);
        let shard = self.shards[shard].lock();
        (hash, shard.unwrap_or_else(PoisonError::into_inner))
    }

    fn flight(&self, key: &str, edition: i64) -> Arc<OnceCell<Arc<Answer>>> {
        let mut flights = self.lock_flights();
        if let Some(flight) = flights
            .get(&(key.to_owned(), edition))
            .and_then(Weak::upgrade)
        {
            return flight;
        }
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::new(OnceCell::new());
        flights.insert((key.to_owned(), edition), Arc::downgrade(&flight));
        flight
    }

    fn lock_flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Where two keys have one hash, the later one takes the place.
    fn keep(&mut self, hash: u64, slot: Slot) {
        if slot.weight > self.budget {
            self.drop_slot(hash);
            return;
        }
        self.weight += slot.weight;
        if let Some(former) = self.slots.insert(hash, slot) {
            self.weight -= former.weight;
        } else {
            self.hand.push_back(hash);
        }
        self.make_room();
    }

    fn weigh(&mut self, hash: u64, key: &str, weight: usize) {
        let Some(slot) = self.slots.get_mut(&hash).filter(|slot| *slot.key == *key) else {
            return;
        };
        let weight = taken(key, weight);
        let before = std::mem::replace(&mut slot.weight, weight);
        self.weight = self.weight - before + weight;
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.weight > self.budget {
            let Some(hash) = self.hand.pop_front() else {
                return;
            };
            match self.slots.get_mut(&hash) {
                Some(slot) if slot.used => {
                    slot.used = false;
                    self.hand.push_back(hash);
                }
                Some(_) => self.drop_slot(hash),
                None => {}
            }
        }
    }

    /// Its hash stays with the hand, which drops it when it comes by.
    fn drop_slot(&mut self, hash: u64) {
        if let Some(slot) = self.slots.remove(&hash) {
            self.weight -= slot.weight;
        }
    }
}

/// Bytes that a slot really takes: the allocator rounds up by a sixteenth, and what makes room leaves gaps (measured: a
/// fifth above the sum of all lengths).
fn taken(key: &str, weight: usize) -> usize {
    SLOT_OVERHEAD + key.len() + weight + weight / 4
}

/// The hash of what is a hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, _: &[u8]) {
        unreachable!("only hashes are keys");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::Draft;
    use super::super::freshness::Freshness;
    use super::*;

    fn answer(bytes: usize, expires: Option<Timestamp>) -> Answer {
        let body = "x".repeat(bytes);
        let (links, keys) = (Vec::new(), Vec::new());
        let draft = Draft {
            body,
            content_type: "text/plain",
            links,
            keys,
            changed_at: None,
            expires,
            generation: 1,
        };
        Answer::new(draft, 1, &Freshness::new(""))
    }

    fn at(second: i64) -> impl Fn() -> Timestamp {
        move || Timestamp::from_second(second).unwrap()
    }

    async fn fill(cache: &Cache, key: &str, bytes: usize) {
        cache
            .compute(key, 1, async { Ok(answer(bytes, None)) })
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn the_budget_is_kept_and_what_is_asked_for_stays() {
        let cache = Cache::new(1 << 20);
        fill(&cache, "/hot", 10_000).await;
        for n in 0..200 {
            fill(&cache, &format!("/{n}"), 10_000).await;
            assert!(
                cache.find("/hot", 1, || Timestamp::UNIX_EPOCH).is_some(),
                "{n}"
            );
            assert!(cache.weight() <= 1 << 20);
        }
        let kept = (0..200)
            .filter(|n| {
                cache
                    .find(&format!("/{n}"), 1, || Timestamp::UNIX_EPOCH)
                    .is_some()
            })
            .count();
        assert!((20..120).contains(&kept), "{kept}");
    }

    #[tokio::test]
    async fn an_answer_of_another_generation_or_past_its_moment_is_not_found() {
        let cache = Cache::new(1 << 20);
        let expires = Timestamp::from_second(100).unwrap();
        cache
            .compute("/a", 1, async { Ok(answer(1, Some(expires))) })
            .await
            .unwrap();
        assert!(cache.find("/a", 1, at(99)).is_some());
        assert!(cache.find("/a", 1, at(100)).is_none());
        assert!(cache.find("/a", 2, at(99)).is_none());
    }

    #[tokio::test]
    async fn another_spelling_leads_to_the_same_answer() {
        let cache = Cache::new(1 << 20);
        fill(&cache, "/a?x=1", 1).await;
        cache.alias("/a?x=%31", "/a?x=1");
        assert!(
            cache
                .find("/a?x=%31", 1, || Timestamp::UNIX_EPOCH)
                .is_some()
        );
        assert!(cache.find("/b", 1, || Timestamp::UNIX_EPOCH).is_none());
    }

    #[tokio::test]
    async fn many_who_ask_at_once_share_one_computation() {
        let cache = Cache::new(1 << 20);
        let computed = std::sync::atomic::AtomicUsize::new(0);
        let ask = || {
            cache.compute("/a", 1, async {
                tokio::task::yield_now().await;
                computed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Ok(answer(1, None))
            })
        };
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert!(one.is_ok() && two.is_ok() && three.is_ok());
        assert_eq!(computed.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_failed_computation_is_tried_again() {
        let cache = Cache::new(1 << 20);
        assert!(
            cache
                .compute("/a", 1, async { Err(Error::NotReady) })
                .await
                .is_err()
        );
        assert!(
            cache
                .compute("/a", 1, async { Ok(answer(1, None)) })
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn what_is_larger_than_a_share_is_answered_but_not_kept() {
        let cache = Cache::new(1 << 20);
        fill(&cache, "/large", 1 << 20).await;
        assert!(cache.find("/large", 1, || Timestamp::UNIX_EPOCH).is_none());
        assert_eq!(cache.weight(), 0);
    }
}
