//! What stands between CREATE and the name: OR REPLACE, modifiers, the kind of object, IF NOT EXISTS.

use crate::model::verb::Existing;
use crate::sql::words::Words;

/// The words of a CREATE before the name.
pub struct Opening {
    pub existing: Existing,
    pub unique: bool,
    pub recursive: bool,
    /// The kind of object in lower case without modifiers; empty if it is unknown.
    pub kind: String,
    /// What the statement calls the object.
    pub called: String,
    /// Where the name should be.
    pub at: usize,
}

/// Reads the CREATE at `create` up to the name.
pub fn opening(words: &Words<'_>, create: usize) -> Opening {
    let mut existing = Existing::Fails;
    let mut at = create + 1;
    if words.words(at, &["or", "replace"]) {
        existing = Existing::Replaces;
        at += 2;
    }
    let unique = words.word(at, "unique");
    let recursive = words.word(at, "recursive") || words.word(at + 1, "recursive");
    while is_modifier(words, at) {
        at += 1;
    }
    let (kind, mut at) = kind(words, at);
    while words.word(at, "concurrently") {
        at += 1;
    }
    if words.words(at, &["if", "not", "exists"]) {
        existing = Existing::Stays;
        at += 3;
    }
    Opening { existing, unique, recursive, kind, called: called(words, create, at), at }
}

/// The words between CREATE and the name at `name` that tell what is created.
pub fn called(words: &Words<'_>, create: usize, name: usize) -> String {
    const HOW: &[&str] =
        &["or", "replace", "if", "not", "exists", "unique", "concurrently", "unlogged", "recursive", "constraint"];
    let what = (create + 1..name).filter(|&at| !words.any_word(at, HOW));
    what.map(|at| words.spelled(at).to_ascii_lowercase()).collect::<Vec<_>>().join(" ")
}

fn is_modifier(words: &Words<'_>, at: usize) -> bool {
    const ALWAYS: &[&str] =
        &["global", "local", "temp", "temporary", "unlogged", "recursive", "materialized", "unique", "trusted", "procedural"];
    words.any_word(at, ALWAYS) || words.words(at, &["constraint", "trigger"]) || words.words(at, &["default", "conversion"])
}

/// The kind of object in lower case and the place after it; an empty kind if it is unknown.
pub fn kind(words: &Words<'_>, at: usize) -> (String, usize) {
    const LONG: &[&[&str]] = &[
        &["operator", "class"],
        &["operator", "family"],
        &["foreign", "data", "wrapper"],
        &["foreign", "table"],
        &["event", "trigger"],
        &["user", "mapping"],
        &["access", "method"],
        &["materialized", "view"],
        &["procedural", "language"],
        &["large", "object"],
        &["property", "graph"],
    ];
    const SHORT: &[&str] = &[
        "table",
        "view",
        "sequence",
        "index",
        "type",
        "domain",
        "function",
        "procedure",
        "routine",
        "aggregate",
        "operator",
        "schema",
        "extension",
        "cast",
        "transform",
        "statistics",
        "policy",
        "rule",
        "trigger",
        "server",
        "publication",
        "subscription",
        "language",
        "conversion",
        "collation",
        "role",
        "user",
        "group",
        "database",
        "tablespace",
    ];
    if words.words(at, &["text", "search"]) {
        return ("text search".to_owned(), at + 3);
    }
    for long in LONG {
        if words.words(at, long) {
            return (long.join(" "), at + long.len());
        }
    }
    let word = words.spelled(at).to_ascii_lowercase();
    if SHORT.contains(&word.as_str()) { (word, at + 1) } else { (String::new(), at) }
}
