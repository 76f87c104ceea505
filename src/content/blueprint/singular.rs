//! English plurals to singulars, as far as handles of collections and taxonomies go.

/// Words that are their own singular.
const SAME: [&str; 16] = [
    "data",
    "deer",
    "equipment",
    "feedback",
    "fish",
    "information",
    "media",
    "money",
    "news",
    "police",
    "rice",
    "series",
    "sheep",
    "species",
    "staff",
    "aircraft",
];

/// Plurals that follow no rule.
const IRREGULAR: [(&str, &str); 22] = [
    ("people", "person"),
    ("women", "woman"),
    ("men", "man"),
    ("children", "child"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("geese", "goose"),
    ("mice", "mouse"),
    ("criteria", "criterion"),
    ("indices", "index"),
    ("vertices", "vertex"),
    ("matrices", "matrix"),
    ("axes", "axis"),
    ("movies", "movie"),
    ("cookies", "cookie"),
    ("shoes", "shoe"),
    ("lives", "life"),
    ("wives", "wife"),
    ("knives", "knife"),
    ("leaves", "leaf"),
    ("thieves", "thief"),
    ("caches", "cache"),
];

/// Endings in order of precedence, and what stands in their place.
const ENDINGS: [(&str, &str); 24] = [
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("analyses", "analysis"),
    ("theses", "thesis"),
    ("crises", "crisis"),
    ("diagnoses", "diagnosis"),
    ("statuses", "status"),
    ("aliases", "alias"),
    ("campuses", "campus"),
    ("viruses", "virus"),
    ("buses", "bus"),
    ("quizzes", "quiz"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("oes", "o"),
    ("lves", "lf"),
    ("rves", "rf"),
    ("oaves", "oaf"),
    ("eies", "ey"),
    ("ies", "y"),
    ("s", ""),
];

/// The singular of the last word.
pub fn singular(plural: &str) -> String {
    let lower = plural.to_ascii_lowercase();
    let word = lower.rsplit([' ', '_', '-']).next().unwrap_or_default();
    if SAME.contains(&word) {
        return plural.to_owned();
    }
    let irregular = IRREGULAR
        .iter()
        .filter(|(many, _)| word.ends_with(many) && (word == *many || many.len() > 4));
    match irregular
        .chain(ENDINGS.iter().filter(|(many, _)| word.ends_with(many)))
        .next()
    {
        Some((many, one)) => replaced(plural, many, one),
        None => plural.to_owned(),
    }
}

/// Keeps the letters that both have, in the case that they have.
fn replaced(plural: &str, many: &str, one: &str) -> String {
    let same = many
        .bytes()
        .zip(one.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let start = plural.len() - many.len();
    let first_is_upper = same == 0 && plural[start..].starts_with(|c: char| c.is_ascii_uppercase());
    let mut ending = one[same..].to_owned();
    if first_is_upper && let Some(first) = ending.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{}{ending}", &plural[..start + same])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_become_singular() {
        for (many, one) in [
            ("posts", "post"),
            ("pages", "page"),
            ("courses", "course"),
            ("event_galleries", "event_gallery"),
            ("categories", "category"),
            ("news", "news"),
            ("glossary", "glossary"),
            ("classes", "class"),
            ("branches", "branch"),
            ("Trio Walks", "Trio Walk"),
            ("people", "person"),
            ("statuses", "status"),
            ("status", "status"),
            ("archives", "archive"),
            ("databases", "database"),
            ("number_of_employees", "number_of_employee"),
            ("edge", "edge"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
