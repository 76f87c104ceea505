//! Big sites for benches and soak tests, made from the sample site: as many entries as asked for, the same for the same
//! seed.
//!
//! In: the project's own folder. Out: a project folder with the sample's settings, blueprints and entries, and beside
//! them the made ones: posts, courses, glossary and a tree of pages, with terms, assets, drafts and scheduled ones. Every
//! made entry is a sample entry with other words (of a vocabulary as uneven as a language's), other relations and other
//! blocks in its body, about 10 KB. It knows nothing of what is done with them.

#![allow(dead_code, reason = "each bench uses a part")]

mod random;
mod template;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use random::Random;
use template::{Filling, Templates};

/// Where the made assets lie, in the container `images`.
const ASSETS: &str = "made";

/// A site that can be made.
pub struct Site {
    entries: usize,
    seed: u64,
    templates: Templates,
    terms: Vec<String>,
    assets: usize,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everybody sees it.
    Public,
    /// `published: false`
    Draft,
    /// Dated in the far future.
    Scheduled,
}

impl Site {
    /// A site with so many made entries; another seed is another site.
    pub fn new(entries: usize, seed: u64) -> io::Result<Self> {
        let templates = Templates::read(sample())?;
        let terms = (entries / 250).clamp(8, 400);
        let mut random = Random::new(seed, &[u64::MAX]);
        let terms = (0..terms)
            .map(|n| format!("{}-{n}", templates.vocabulary.rare(&mut random)))
            .collect();
        Ok(Self {
            entries,
            seed,
            templates,
            terms,
            assets: (entries / 50).clamp(4, 2000),
        })
    }

    /// Writes it into a folder that has none yet.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for part in ["content", "resources", "users", "public"] {
            copy(&sample().join(part), &folder.join(part))?;
        }
        self.write_terms(&folder.join("content/taxonomies/topics"))?;
        self.write_assets(&folder.join("public/images").join(ASSETS))?;
        self.write_tree(&folder.join("content/trees/collections/pages.yaml"))?;
        (0..self.entries).try_for_each(|n| self.write_entry(folder, n, 0))
    }

    /// Writes one entry; each edition has other words in its body, and a teaser that begins with `Edition 7:`.
    pub fn write_entry(&self, folder: &Path, n: usize, edition: u64) -> io::Result<()> {
        fs::write(folder.join(self.path(n)), self.text(n, edition))
    }

    /// The ids of all entries that everybody sees, in one collection or in all.
    pub fn public_ids(&self, collection: Option<&str>) -> Vec<String> {
        let wanted = |n: &usize| {
            Self::state(*n) == State::Public
                && collection.is_none_or(|handle| handle == Self::collection(*n))
        };
        (0..self.entries)
            .filter(wanted)
            .map(|n| self.id(n))
            .collect()
    }

    /// The slugs of the made terms of the taxonomy `topics`, the most used first.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The id of an entry, shaped like a random UUID.
    pub fn id(&self, n: usize) -> String {
        let mut random = Random::new(self.seed, &[n as u64]);
        let (high, low) = (random.next(), random.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            (low >> 48) & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }

    /// The collection of an entry: of fifty, a page, five courses, seven words of the glossary, and posts.
    pub fn collection(n: usize) -> &'static str {
        match n % 50 {
            0 => "pages",
            1..=5 => "courses",
            6..=12 => "glossary",
            _ => "posts",
        }
    }

    /// Whether an entry is public: three of a hundred are not yet, and one is not before 2098.
    pub fn state(n: usize) -> State {
        match n % 100 {
            41..=43 => State::Draft,
            97 => State::Scheduled,
            _ => State::Public,
        }
    }

    /// The words of an entry's title, which no other entry has.
    pub fn title(&self, n: usize) -> String {
        let mut random = self.random(n, 0);
        let words = 2 + random.below(4);
        let words: Vec<String> = (0..words)
            .map(|_| capital(self.templates.vocabulary.word(&mut random)))
            .collect();
        format!("{} {n}", words.join(" "))
    }

    /// Where an entry's file lies in the project's folder.
    pub fn path(&self, n: usize) -> PathBuf {
        let (collection, slug) = (Self::collection(n), self.slug(n));
        let name = if collection == "posts" {
            format!("{}.{slug}.md", self.date(n))
        } else {
            format!("{slug}.md")
        };
        ["content/collections", collection, &name].iter().collect()
    }

    /// The text of an entry's file in one of its editions.
    pub fn text(&self, n: usize, edition: u64) -> String {
        let mut random = self.random(n, 1 + edition);
        let templates = self.templates.of(Self::collection(n));
        let filling = Filling {
            id: self.id(n),
            title: self.title(n),
            is_draft: Self::state(n) == State::Draft,
            edition,
            updated_at: 1_400_000_000 + random.below(380_000_000) as u64,
            entry: &|random| self.id(random.below(self.entries)),
            term: &|random| self.terms[random.rank(self.terms.len())].clone(),
            asset: &|random| format!("{ASSETS}/{}.svg", random.below(self.assets)),
        };
        self.templates
            .fill(&templates[n / 50 % templates.len()], &filling, &mut random)
    }

    fn slug(&self, n: usize) -> String {
        self.title(n).to_lowercase().replace(' ', "-")
    }

    fn date(&self, n: usize) -> String {
        let mut random = Random::new(self.seed, &[n as u64, u64::MAX]);
        let year = match Self::state(n) {
            State::Scheduled => 2098,
            _ => 2011 + random.below(15),
        };
        format!(
            "{year}-{:02}-{:02}",
            1 + random.below(12),
            1 + random.below(28)
        )
    }

    fn random(&self, n: usize, edition: u64) -> Random {
        Random::new(self.seed, &[n as u64, edition])
    }

    fn write_terms(&self, folder: &Path) -> io::Result<()> {
        self.terms.iter().try_for_each(|slug| {
            let title = capital(slug).replace('-', " ");
            let text = format!(
                "title: '{title}'\ndescription: 'All about {title}.'\nupdated_at: 1780300800\n"
            );
            fs::write(folder.join(format!("{slug}.yaml")), text)
        })
    }

    fn write_assets(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder.join(".meta"))?;
        (0..self.assets).try_for_each(|n| {
            let (width, height) = (200 + n % 1400, 100 + n % 900);
            let image = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"><circle r=\"{n}\"/></svg>\n");
            let meta = format!(
                "data:\n  alt: 'Circle {n}'\nsize: {}\nlast_modified: 1780300800\nwidth: {width}\nheight: {height}\nmime_type: image/svg+xml\nduration: null\n",
                image.len()
            );
            fs::write(folder.join(format!(".meta/{n}.svg.yaml")), meta)?;
            fs::write(folder.join(format!("{n}.svg")), image)
        })
    }

    /// The sample's tree, then the made pages: each twentieth with the nineteen that follow below it.
    fn write_tree(&self, file: &Path) -> io::Result<()> {
        let mut tree = fs::read_to_string(file)?;
        for (place, n) in (0..self.entries)
            .filter(|n| Self::collection(*n) == "pages")
            .enumerate()
        {
            let id = self.id(n);
            let branch = match place % 20 {
                0 => format!("  -\n    entry: {id}\n"),
                1 => format!("    children:\n      -\n        entry: {id}\n"),
                _ => format!("      -\n        entry: {id}\n"),
            };
            write!(tree, "{branch}").expect("writing to a String cannot fail");
        }
        fs::write(file, tree)
    }
}

/// This project's own folder.
fn sample() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (from, to) = (entry?.path(), to);
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
