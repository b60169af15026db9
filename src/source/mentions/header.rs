//! What the first words of a statement tell: its role, the names it creates and completes, and what its other words are.

use crate::model::name::Name;
use crate::model::object::ObjectKind;
use crate::model::statement::{CreatedKind, Creates, Form, Mentions, Part, Role, Strength, Uses};
use crate::source::words::Words;

/// What is known about a token before the names are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    #[default]
    Unknown,
    /// A name of the statement's own, or text for people.
    Skip,
    /// A type.
    Type,
    /// A table, a view, an index method: never called.
    Relation,
    /// A trigger's function: it takes no declared argument, whatever is written in its parentheses.
    TriggerFunction,
    /// Perhaps a name.
    Loose,
}

/// The body of a routine or of DO.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its tokens: several for C functions.
    pub at: usize,
    /// In lower case.
    pub language: String,
    pub runs: Runs,
}

/// When a body runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    AtOnce,
    Later,
}

/// What the beginning of a statement tells.
pub struct Header {
    pub mentions: Mentions,
    /// One for each token.
    pub marks: Vec<Mark>,
    /// Names that mean something else inside the statement: parameters.
    pub locals: Vec<String>,
    pub body: Option<Body>,
}

impl Header {
    /// A header of `length` tokens of which nothing is known.
    pub fn new(length: usize) -> Self {
        Header { mentions: Mentions::default(), marks: vec![Mark::Unknown; length], locals: Vec::new(), body: None }
    }

    /// Marks one token.
    pub fn mark(&mut self, at: usize, mark: Mark) {
        if let Some(slot) = self.marks.get_mut(at) {
            *slot = mark;
        }
    }

    /// Marks the tokens from `from` to before `to`.
    pub fn mark_all(&mut self, from: usize, to: usize, mark: Mark) {
        for at in from..to.min(self.marks.len()) {
            self.mark(at, mark);
        }
    }

    /// Takes note of a created name and of what it is called the name of; its schema is used.
    pub fn creates(&mut self, name: Name, kind: CreatedKind, called: &str) {
        if let Some(schema) = &name.schema {
            self.mentions.uses.push(Uses { name: Name::bare(schema), form: Form::Plain, strength: Strength::Bound });
        }
        self.mentions.creates.push(Creates { name, kind, called: called.to_owned() });
    }

    /// Takes note of a part that the statement creates; of several, the first.
    pub fn part(&mut self, kind: &str, name: String) {
        self.mentions.part.get_or_insert_with(|| Part { kind: ObjectKind::from(kind), name });
    }

    /// Takes note of a name that the statement completes.
    pub fn completes(&mut self, name: Name) {
        if !self.mentions.completes.contains(&name) {
            self.mentions.completes.push(name);
        }
    }

    /// Takes note of the role.
    pub fn role(&mut self, role: Role) {
        self.mentions.role = role;
    }
}

/// The name at a place, of its last two parts, and the place after it.
pub fn name(words: &Words<'_>, at: usize) -> Option<(Name, usize)> {
    let (mut parts, after) = words.chain(at);
    let name = parts.pop()?;
    Some((Name { schema: parts.pop(), name }, after))
}

/// Reads the header of a statement.
pub fn header(words: &Words<'_>) -> Header {
    let mut header = Header::new(words.len());
    match words.spelled(0).to_ascii_lowercase().as_str() {
        "create" => super::created::create(words, 0, words.len(), None, &mut header),
        "alter" => super::altered::alter(words, &mut header),
        "import" => import(words, &mut header),
        "prepare" => {
            if let Some((name, after)) = name(words, 1) {
                header.mark_all(1, after, Mark::Skip);
                header.creates(name, CreatedKind::Other, "prepared statement");
            }
        }
        // What follows IS is text for people.
        "comment" | "security" => {
            if let Some(is) = (0..words.len()).rev().find(|at| words.word(*at, "is")) {
                header.mark_all(is, words.len(), Mark::Skip);
            }
        }
        "do" => execute(words, &mut header),
        "select" | "with" => select_into(words, &mut header),
        _ => {}
    }
    header
}

fn execute(words: &Words<'_>, header: &mut Header) {
    let Some(at) = (1..words.len()).find(|at| words.string(*at).is_some() && !words.word(at - 1, "language")) else { return };
    let language = (1..words.len()).find(|at| words.word(*at, "language")).and_then(|at| language(words, at + 1));
    header.mark(at, Mark::Skip);
    header.body = Some(Body { at, language: language.unwrap_or_else(|| "plpgsql".to_owned()), runs: Runs::AtOnce });
}

/// The language named at a place, as a word or as a string.
pub fn language(words: &Words<'_>, at: usize) -> Option<String> {
    words.identifier(at).or_else(|| words.string(at).map(|name| name.to_ascii_lowercase()))
}

/// `SELECT … INTO t` creates a table.
fn select_into(words: &Words<'_>, header: &mut Header) {
    let mut at = 1;
    while at < words.len() {
        if words.is(at, crate::source::lexer::Kind::OpenParen) {
            at = words.after_parens(at);
            continue;
        }
        if words.any_word(at, &["insert", "update", "delete", "merge"]) {
            return;
        }
        if words.word(at, "into") {
            let mut next = at + 1;
            while words.any_word(next, &["global", "local", "temp", "temporary", "unlogged", "table"]) {
                next += 1;
            }
            if let Some((name, after)) = name(words, next) {
                header.mark_all(next, after, Mark::Skip);
                header.creates(name, CreatedKind::Other, "table");
                header.role(Role::Creates);
            }
            return;
        }
        at += 1;
    }
}

/// `IMPORT FOREIGN SCHEMA remote [LIMIT TO (a, b)] FROM SERVER s INTO local`.
fn import(words: &Words<'_>, header: &mut Header) {
    header.role(Role::Creates);
    header.mark_all(3, 4, Mark::Skip);
    let schema = (0..words.len()).find(|at| words.word(*at, "into")).and_then(|at| words.identifier(at + 1));
    if words.words(4, &["limit", "to"]) {
        for (from, to) in words.items(6) {
            header.mark_all(from, to, Mark::Skip);
            if let Some(name) = words.identifier(from) {
                header.creates(Name { schema: schema.clone(), name }, CreatedKind::Other, "foreign table");
            }
        }
    }
}
