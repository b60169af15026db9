//! From values to text or JSON: the only place for wording and colour. stdout has the result, stderr the rest.

pub mod apply;
mod definition;
pub mod diagnostic;
mod effects;
pub mod graph;
pub mod history;
pub mod json;
pub mod plan;
pub mod progress;
pub mod report;
pub mod status;
mod style;
pub mod verify;
pub mod watch;

use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};
use crate::model::effect::Effect;
use progress::Visibility;

/// How the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResultFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON value with a version.
    Json,
}

/// How a command shows what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presentation {
    pub format: ResultFormat,
    pub progress: Visibility,
    /// The SQL of each step of a plan.
    pub sql: Detail,
    /// What changes in the definitions of objects.
    pub diff: Detail,
}

/// Whether something is shown that not everybody wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    #[default]
    LeftOut,
    Shown,
}

/// An effect of a migration in words, without its columns.
pub fn effect(effect: &Effect) -> String {
    effects::sentence(effect)
}

/// Writes a result to stdout in one go. Colours are left out where stdout is no terminal or the person wants none.
///
/// A reader that went away (`pgmg plan | head`) is no error; a full disk is one of kind Usage.
pub fn print(text: &str) -> Result<()> {
    print_to_reader(text).map(|_| ())
}

/// Whether anybody reads what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    There,
    Gone,
}

/// Writes a part of what goes on and on to stdout; whether it still has a reader.
pub fn print_to_reader(text: &str) -> Result<Reader> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Error::usage(format!("cannot write the result: {error}"))),
    }
}

/// Writes to stderr, where nothing can be done about an error.
pub fn print_error(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
