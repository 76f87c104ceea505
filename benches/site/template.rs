//! The sample's entries as templates: what stays, and what each made entry has of its own.
//!
//! In: the text of entry files. Out: other texts of the same shape. It goes line by line and knows just as much YAML as
//! the sample's own files have.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use super::random::{Random, Vocabulary};

/// About how large a made entry is.
const BYTES: usize = 10_000;

/// Lines at the left edge whose text is made of words.
const WORDED: [&str; 7] = [
    "subtitle",
    "seo_title",
    "seo_description",
    "og_title",
    "og_description",
    "cta_label",
    "stands_for",
];

/// What fills a template.
pub struct Filling<'a> {
    /// Its id.
    pub id: String,
    /// Its title, of letters, digits and blanks.
    pub title: String,
    /// Whether it is no more than a draft.
    pub is_draft: bool,
    /// 0, or what its teaser begins with.
    pub edition: u64,
    /// Seconds since 1970.
    pub updated_at: u64,
    /// The id of another entry.
    pub entry: &'a dyn Fn(&mut Random) -> String,
    /// The slug of a term.
    pub term: &'a dyn Fn(&mut Random) -> String,
    /// The path of an image.
    pub asset: &'a dyn Fn(&mut Random) -> String,
}

/// The templates of every collection, the blocks that bodies are made of, and the words.
pub struct Templates {
    by_collection: HashMap<String, Vec<Template>>,
    blocks: Vec<Template>,
    /// Words for texts.
    pub vocabulary: Vocabulary,
}

/// A text with gaps.
pub struct Template(Vec<Piece>);

enum Piece {
    /// As it is.
    Plain(String),
    /// A text whose words are replaced.
    Words(String),
    Id,
    Title,
    Teaser,
    Entry,
    Term,
    Asset,
    UpdatedAt,
    /// Where further blocks of the body go.
    Blocks,
}

impl Templates {
    /// Reads the entries of the project in a folder.
    pub fn read(project: &Path) -> io::Result<Self> {
        let mut by_collection: HashMap<String, Vec<Template>> = HashMap::new();
        let (mut blocks, mut prose) = (Vec::new(), String::new());
        for (collection, text) in entries(&project.join("content/collections"))? {
            prose.extend(
                text.lines()
                    .filter_map(|line| line.trim().strip_prefix("text: ")),
            );
            if collection == "posts" && !text.contains("type: set") {
                blocks.extend(blocks_of(&text));
            }
            if !text.contains("\nredirect:") && !text.contains("\nseo_canonical") {
                by_collection
                    .entry(collection)
                    .or_default()
                    .push(Template::of(&text));
            }
        }
        Ok(Self {
            by_collection,
            blocks,
            vocabulary: Vocabulary::of(&prose),
        })
    }

    /// The templates of a collection, of which the sample has entries.
    pub fn of(&self, collection: &str) -> &[Template] {
        &self.by_collection[collection]
    }

    /// A text of the template's shape.
    pub fn fill(&self, template: &Template, filling: &Filling<'_>, random: &mut Random) -> String {
        let mut out = String::with_capacity(BYTES + BYTES / 2);
        self.write(template, filling, random, &mut out);
        if filling.is_draft {
            out.replacen("\nid: ", "\npublished: false\nid: ", 1)
        } else {
            out
        }
    }

    fn write(
        &self,
        template: &Template,
        filling: &Filling<'_>,
        random: &mut Random,
        out: &mut String,
    ) {
        for piece in &template.0 {
            match piece {
                Piece::Plain(text) => out.push_str(text),
                Piece::Words(text) => self.words(text, random, out),
                Piece::Id => out.push_str(&filling.id),
                Piece::Title => out.push_str(&filling.title),
                Piece::Teaser if filling.edition > 0 => {
                    out.push_str("Edition ");
                    out.push_str(&filling.edition.to_string());
                    out.push_str(": ");
                }
                Piece::Teaser => {}
                Piece::Entry => out.push_str(&(filling.entry)(random)),
                Piece::Term => out.push_str(&(filling.term)(random)),
                Piece::Asset => out.push_str(&(filling.asset)(random)),
                Piece::UpdatedAt => out.push_str(&filling.updated_at.to_string()),
                Piece::Blocks => self.blocks(filling, random, out),
            }
        }
    }

    /// Blocks until the entry is large enough.
    fn blocks(&self, filling: &Filling<'_>, random: &mut Random, out: &mut String) {
        let enough = BYTES - 2500 + random.below(2500);
        while out.len() < enough {
            let block = &self.blocks[random.below(self.blocks.len())];
            self.write(block, filling, random, out);
        }
    }

    /// Each word becomes another one; capitals, punctuation and blanks stay.
    fn words(&self, text: &str, random: &mut Random, out: &mut String) {
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            if !letter.is_alphabetic() {
                out.push(letter);
                continue;
            }
            while letters.next_if(|letter| letter.is_alphabetic()).is_some() {}
            let word = self.vocabulary.word(random);
            if letter.is_uppercase() {
                out.push_str(&super::capital(word));
            } else {
                out.push_str(word);
            }
        }
    }
}

impl Template {
    fn of(text: &str) -> Self {
        let mut pieces = Pieces::default();
        let (front_matter, body) = text.split_once("\n---\n").unwrap_or((text, ""));
        let mut key = "";
        for line in front_matter.lines() {
            if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                if key == "article" {
                    pieces.0.push(Piece::Blocks);
                }
                key = line.split(':').next().unwrap_or_default();
            }
            pieces.line(key, line);
        }
        pieces.gap("---", [], "");
        for line in body.lines() {
            pieces.prose(line);
        }
        Self(pieces.0)
    }

    fn of_block(lines: &[&str]) -> Self {
        let mut pieces = Pieces::default();
        for line in lines {
            pieces.line("article", line);
        }
        Self(pieces.0)
    }
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn plain(&mut self, text: &str) {
        if let Some(Piece::Plain(last)) = self.0.last_mut() {
            last.push_str(text);
        } else {
            self.0.push(Piece::Plain(text.to_owned()));
        }
    }

    /// `prefix`, a gap, the end of the line.
    fn gap(&mut self, prefix: &str, gap: impl IntoIterator<Item = Piece>, suffix: &str) {
        self.plain(prefix);
        self.0.extend(gap);
        self.plain(suffix);
        self.plain("\n");
    }

    fn line(&mut self, key: &str, line: &str) {
        match (key, line.split_once(": ")) {
            ("id", Some(_)) => self.gap("id: ", [Piece::Id], ""),
            ("title", Some(_)) => self.gap("title: '", [Piece::Title], "'"),
            ("published", _) => {}
            ("updated_at", Some(_)) => self.gap("updated_at: ", [Piece::UpdatedAt], ""),
            ("cover", Some(_)) => self.gap("cover: ", [Piece::Asset], ""),
            ("topics", None) if line.starts_with("  - ") => self.gap("  - ", [Piece::Term], ""),
            ("teaser", Some((_, text))) => {
                let gap = [Piece::Teaser, Piece::Words(quoted(text))];
                self.gap("teaser: '", gap, "'");
            }
            (key, Some((before, text))) if is_worded(key, before, text) => {
                self.gap(&format!("{before}: '"), [Piece::Words(quoted(text))], "'");
            }
            _ => self.with_relations(line),
        }
    }

    /// A line of Markdown gets other words where it keeps its meaning.
    fn prose(&mut self, line: &str) {
        if line.contains(['`', '[', '<', '|', '#']) {
            self.with_relations(line);
        } else {
            self.gap("", [Piece::Words(line.to_owned())], "");
        }
    }

    /// Ids of entries are gaps; the one of the user who wrote the sample's entries is not.
    fn with_relations(&mut self, line: &str) {
        let start = line
            .match_indices("entry::")
            .map(|(at, found)| at + found.len())
            .chain(line.find("- ").map(|at| at + 2))
            .chain(line.find("lesson: ").map(|at| at + 8))
            .find(|at| {
                line.get(*at..at + 36)
                    .is_some_and(|id| uuid::Uuid::try_parse(id).is_ok())
            });
        match start {
            Some(at) => self.gap(&line[..at], [Piece::Entry], &line[at + 36..]),
            None => self.gap(line, [], ""),
        }
    }
}

/// Whether a line holds a text that stands on it alone.
fn is_worded(key: &str, before: &str, text: &str) -> bool {
    let is_text = before.trim_start() == "text" || WORDED.contains(&key);
    is_text && !text.starts_with(['|', '>', '"'])
}

/// The inside of a single-quoted text.
fn quoted(text: &str) -> String {
    text.strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .map_or_else(|| text.replace('\'', "''"), str::to_owned)
}

/// The blocks of an entry's body, without those that only one blueprint has.
fn blocks_of(text: &str) -> Vec<Template> {
    let body = text
        .lines()
        .skip_while(|line| *line != "article:")
        .skip(1)
        .take_while(|line| line.starts_with(' '));
    let lines: Vec<&str> = body.collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|at| lines[*at] == "  -").collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| Template::of_block(&lines[*start..end]))
        .collect()
}

/// Collection and text of every entry, by path.
fn entries(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for collection in fs::read_dir(folder)? {
        let collection = collection?.path();
        if collection.is_dir() {
            for file in fs::read_dir(&collection)? {
                files.push(file?.path());
            }
        }
    }
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let collection = file.parent().and_then(Path::file_name).unwrap_or_default();
            Ok((
                collection.to_string_lossy().into_owned(),
                fs::read_to_string(&file)?,
            ))
        })
        .collect()
}
