//! One SQL statement of the code directory or of a migration, with what can be seen of it without a server.

use std::collections::HashMap;
use std::fmt;
use std::ops::{Index, Range};
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use super::name::Name;
use super::object::ObjectKind;
use super::place::{File, Place};
use super::verb::{self, Aspect, Verb};

/// A statement's index in [`Project::statements`](super::project::Project::statements).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementId(pub usize);

/// A migration's index in [`Project::migrations`](super::project::Project::migrations).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MigrationId(pub usize);

impl Index<StatementId> for [Statement] {
    type Output = Statement;

    fn index(&self, id: StatementId) -> &Statement {
        &self[id.0]
    }
}

/// The statements of a project with their numbers.
pub fn numbered(statements: &[Statement]) -> impl Iterator<Item = (StatementId, &Statement)> {
    statements.iter().enumerate().map(|(index, statement)| (StatementId(index), statement))
}

/// A sha256 over tokens: comments and white space outside literals do not count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Checksum(pub [u8; 32]);

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Thousands are compared as text in every run: byte by byte through the formatter takes ten times as long.
        let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// For each statement a checksum that no other has: its own, or, where several statements are alike, one over what stands
/// with it in its file. No name of a file takes part.
pub fn distinct_checksums(statements: &[Statement]) -> Vec<Checksum> {
    let mut counts: HashMap<Checksum, usize> = HashMap::with_capacity(statements.len());
    for statement in statements {
        *counts.entry(statement.checksum).or_default() += 1;
    }
    let mut distinct: Vec<Checksum> = statements.iter().map(|statement| statement.checksum).collect();
    let mut from = 0;
    for file in statements.chunk_by(|a, b| Arc::ptr_eq(&a.file, &b.file)) {
        for (at, statement) in file.iter().enumerate() {
            if counts.get(&statement.checksum).is_some_and(|count| *count > 1) {
                let mut context = Sha256::new();
                context.update(statement.checksum.0);
                context.update((at as u64).to_le_bytes());
                file.iter().for_each(|other| context.update(other.checksum.0));
                distinct[from + at] = Checksum(context.finalize().into());
            }
        }
        from += file.len();
    }
    distinct
}

/// How a statement must be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// With everything else, in the one transaction.
    Transactional,
    /// By itself, after the commit (`-- pgmg: no-transaction`).
    NoTransaction,
}

/// One SQL statement.
#[derive(Debug, Clone)]
pub struct Statement {
    pub file: File,
    /// 0-based place among the statements of its file.
    pub ordinal: usize,
    /// The bytes of the file from its first token to its last, without the semicolon.
    pub span: Range<usize>,
    /// Over its tokens and over the settings before it.
    pub checksum: Checksum,
    /// What the file set for its session before this statement; equal lists are shared.
    pub settings: Arc<Settings>,
    pub mode: Mode,
    /// `-- pgmg: depends-on NAME`: what no error can reveal.
    pub declared: Vec<Declared>,
    pub mentions: Mentions,
}

impl Statement {
    /// The text that is sent to PostgreSQL.
    pub fn sql(&self) -> &str {
        &self.file.text[self.span.clone()]
    }

    /// The name under which it is recorded if it provides nothing: `grant.1f2e3d4c5b6a`.
    pub fn record_name(&self) -> String {
        verb::record_name(&self.mentions.keyword, &self.checksum.to_string())
    }

    /// Where it begins.
    pub fn place(&self) -> Place {
        Place::at(&self.file, self.span.start)
    }

    /// The place of its `position`-th character, 1-based as PostgreSQL counts (field P of an error).
    pub fn place_of(&self, position: usize) -> Place {
        // A whole file may have been tried as one: the position then lies behind this statement.
        let rest = self.file.text.get(self.span.start..).unwrap_or_default();
        let mut offset = rest.char_indices().nth(position.saturating_sub(1)).map_or(rest.len(), |(i, _)| i);
        // "at end of input" is at the semicolon that was put after the statement, on a line of its own.
        if offset == self.span.len() + 1 {
            offset = self.span.len();
        }
        Place::at(&self.file, self.span.start + offset)
    }
}

/// The session settings that a file made before a statement (`SET …`, `RESET …`, `SELECT set_config(…)` at top level).
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The statements, in order.
    pub statements: Vec<Setting>,
    /// Whether a backslash in `'…'` is an ordinary character; PostgreSQL reads a whole message by the value at its start.
    pub standard_conforming_strings: Conforming,
}

/// The settings of what belongs to no file.
pub fn no_settings() -> &'static Arc<Settings> {
    static NONE: LazyLock<Arc<Settings>> = LazyLock::new(Arc::default);
    &NONE
}

/// The value of `standard_conforming_strings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Conforming {
    #[default]
    On,
    Off,
}

/// One statement that changes the session.
#[derive(Debug, Clone)]
pub struct Setting {
    pub file: File,
    pub span: Range<usize>,
}

impl Setting {
    /// The text that is sent to PostgreSQL.
    pub fn sql(&self) -> &str {
        &self.file.text[self.span.clone()]
    }
}

/// A declared dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub name: Name,
    /// The byte of the file at which the name begins.
    pub offset: usize,
}

/// What can be seen of a statement without a server, read once from its tokens: what it does, and the names that it seems to
/// create and to use. All of it is a hint for the order, never the truth.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    pub role: Role,
    pub verb: Verb,
    /// Its first keyword in lower case: `grant`, `insert`; empty if it begins with none.
    pub keyword: String,
    /// The aspects of existing objects that it sets, or may set in a block.
    pub sets: Vec<Aspect>,
    /// The part of a table or view that it creates or drops.
    pub part: Option<TablePart>,
    /// The objects it seems to create.
    pub creates: Vec<Creates>,
    /// Objects that exist and that it seems to complete (`ALTER TABLE t …`, `CREATE CAST (t AS …)`): who mentions them comes after it.
    pub completes: Vec<Name>,
    pub uses: Vec<Uses>,
    /// For a `*` in it, or a function in FROM, PostgreSQL puts in the columns when it runs.
    pub expands_columns: bool,
}

/// What kind of work a statement seems to do; what creates nothing comes after what creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Role {
    /// CREATE …, and ALTER … which completes what was created.
    Creates,
    /// GRANT, COMMENT, DO, INSERT, …
    #[default]
    Acts,
    /// What acts on everything that is created or changed after it: ALTER DEFAULT PRIVILEGES, CREATE EVENT TRIGGER.
    Watches,
}

/// A name that a statement seems to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creates {
    pub name: Name,
    pub kind: CreatedKind,
    /// What the statement calls it, in lower case: `view`, `materialized view`, `foreign table`.
    pub called: String,
}

/// A trigger, rule or policy: its name is its own only within its table or view, and no mention of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePart {
    pub kind: ObjectKind,
    pub name: String,
}

/// What a created name can be confused with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreatedKind {
    /// A function, procedure or aggregate that takes this many arguments.
    Routine(Range<usize>),
    /// An operator.
    Operator,
    /// A schema: matches qualifiers.
    Schema,
    /// Anything else: a relation, a type, a trigger, …
    Other,
}

/// A name that a statement seems to use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uses {
    pub name: Name,
    pub form: Form,
    pub strength: Strength,
}

/// How a name is written where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// Followed by an argument list of this length.
    Call(usize),
    /// An operator.
    Operator,
    /// Without an argument list.
    Plain,
}

/// What follows from a name that is used, from the strongest to the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// PostgreSQL binds it when the statement runs: a later object of that name would have been another result.
    Bound,
    /// PostgreSQL looks for it when the statement runs and keeps only the text (bodies of SQL functions, DECLARE in PL/pgSQL).
    Checked,
    /// It may be needed when something runs later.
    Loose,
}
