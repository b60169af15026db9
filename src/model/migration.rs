//! One migration: a file, or a pair of files, of the migrations directory.

use std::ops::Range;
use std::time::Duration;

use super::place::File;
use super::statement::{Checksum, Mode, Statement};

/// Statements that run once, in file order, as one step or section by section.
#[derive(Debug, Clone)]
pub struct Migration {
    pub file: File,
    /// As recorded in `pgmg_migrations`: the path below the migrations directory, `003_add_orders_table.sql`; without `.up.sql`
    /// or `/up.sql` where the way back lies beside it, `003_add_orders_table`.
    pub name: String,
    /// Over the tokens of all its statements, settings and sections included.
    pub checksum: Checksum,
    /// Settings are carried by the statements, like in code files.
    pub statements: Vec<Statement>,
    /// `-- pgmg: no-transaction` for the whole file; the mode of each section where there are some.
    pub mode: Mode,
    /// In order, all statements in one of them; empty: the migration is not divided.
    pub sections: Vec<Section>,
    /// `-- pgmg: destructive`: its author knows that it loses data.
    pub destructive: bool,
    /// What takes it back.
    pub down: Option<Box<Migration>>,
}

/// A part of a migration that is committed and recorded by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub mode: Mode,
    /// Which of the migration's statements.
    pub statements: Range<usize>,
    /// PostgreSQL's `statement_timeout` for each of its statements; `None`: as the session has it.
    pub timeout: Option<Duration>,
    /// PostgreSQL's `lock_timeout`; `None`: as the session has it.
    pub lock_timeout: Option<Duration>,
    /// How often it is tried again after a failure that passes by itself.
    pub retry: u32,
    /// How long to wait before the first of these tries; each time twice as long.
    pub backoff: Duration,
}

impl Section {
    /// A section as it is where its directive says nothing else.
    pub fn new(name: String) -> Self {
        Section {
            name,
            mode: Mode::Transactional,
            statements: 0..0,
            timeout: None,
            lock_timeout: None,
            retry: 0,
            backoff: Duration::from_secs(1),
        }
    }
}

impl Migration {
    /// Whether it runs by itself: it needs more than the one transaction.
    pub fn runs_alone(&self) -> bool {
        self.mode == Mode::NoTransaction || !self.sections.is_empty()
    }

    /// Its sections; one for everything where it is not divided.
    pub fn parts(&self) -> Vec<Section> {
        if !self.sections.is_empty() {
            return self.sections.clone();
        }
        vec![Section { mode: self.mode, statements: 0..self.statements.len(), ..Section::new(String::new()) }]
    }
}
