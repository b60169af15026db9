//! Every way a run can end without its result: a kind for exit codes, and diagnostics for people.

use std::fmt;

pub use crate::model::diagnostic::{Diagnostic, Note, NoteLabel};
pub use crate::model::place::Place;

/// A run's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a run ended.
#[derive(Debug, Clone)]
pub struct Error {
    pub kind: Kind,
    /// Never empty; root causes first.
    pub diagnostics: Vec<Diagnostic>,
}

/// What callers and exit codes tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line, `pgmg.toml`, or a directory or file that cannot be read.
    Usage,
    /// PostgreSQL refused the SQL, or is certain to.
    Sql,
    /// No order works: something is missing or circular.
    Unresolved,
    /// Files and database disagree: an edited migration, an unmanaged object in the way.
    Disagreement,
    /// The database cannot be reached or locked.
    Unavailable,
    /// pgmg is wrong.
    Bug,
    /// Ctrl-C.
    Interrupted,
}

impl Kind {
    /// The process's exit code.
    pub fn exit_code(self) -> i32 {
        match self {
            Kind::Usage => 2,
            Kind::Sql => 3,
            Kind::Unresolved => 4,
            Kind::Disagreement => 5,
            Kind::Unavailable => 6,
            Kind::Bug => 70,
            Kind::Interrupted => 130,
        }
    }
}

impl Error {
    /// An error with one diagnostic.
    pub(crate) fn new(kind: Kind, diagnostic: Diagnostic) -> Self {
        Error { kind, diagnostics: vec![diagnostic] }
    }

    /// A mistake in the command line, the settings or the project's directories.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Error::new(Kind::Usage, Diagnostic::new(message))
    }

    /// The error with what to do, on its first diagnostic.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(first) = self.diagnostics.first_mut() {
            first.help = Some(help.into());
        }
        self
    }

    /// A state that should be impossible.
    #[doc(hidden)]
    pub fn bug(message: impl Into<String>) -> Self {
        Error::new(
            Kind::Bug,
            Diagnostic::new(message).help("this is a bug in pgmg: please report it with the files that cause it"),
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
