//! What is collected from the first words of a statement: its role, the names it creates and completes, what its other words are.

use crate::model::name::Name;
use crate::model::object::ObjectKind;
use crate::model::statement::{CreatedKind, Creates, Form, Mentions, Role, Strength, TablePart, Uses};
use crate::sql::words::Words;

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
        self.mentions.part.get_or_insert_with(|| TablePart { kind: ObjectKind::from(kind), name });
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

/// A CREATE whose kind is known.
pub struct FoundCreate<'a, 'b> {
    pub words: &'b Words<'a>,
    pub create: usize,
    /// What the statement calls it.
    pub called: String,
    /// Where the name should be.
    pub at: usize,
    pub end: usize,
    pub schema: Option<&'b str>,
    pub header: &'b mut Header,
}

impl<'b> FoundCreate<'_, 'b> {
    /// The name, marked as the statement's own, and the place after it.
    pub fn name(&mut self) -> Option<(Name, usize)> {
        let (mut name, after) = name(self.words, self.at)?;
        if name.schema.is_none() {
            name.schema = self.schema.map(str::to_owned);
        }
        self.header.mark_all(self.create, after, Mark::Skip);
        Some((name, after))
    }

    /// Takes the name as that of an object of any other kind.
    pub fn other(mut self) -> &'b mut Header {
        if let Some((name, _)) = self.name() {
            self.header.creates(name, CreatedKind::Other, &self.called);
        }
        self.header
    }
}

/// The name at a place, of its last two parts, and the place after it.
pub fn name(words: &Words<'_>, at: usize) -> Option<(Name, usize)> {
    let (mut parts, after) = words.chain(at);
    let name = parts.pop()?;
    Some((Name { schema: parts.pop(), name }, after))
}

/// The language named at a place, as a word or as a string.
pub fn language(words: &Words<'_>, at: usize) -> Option<String> {
    words.identifier(at).or_else(|| words.string(at).map(|name| name.to_ascii_lowercase()))
}
