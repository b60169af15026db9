//! One message of many statements: what each of them stands for, and where a message has to end.

use std::ops::Range;

use crate::model::attempt::Failure;
use crate::model::sql_error::SqlError;
use crate::model::statement::Conforming;

/// How far a message came.
pub struct Sent {
    /// How many commands were completed.
    pub completed: usize,
    /// The command that failed.
    pub failed: usize,
    /// Nothing tells which one it was.
    pub unclear: bool,
    pub error: Option<SqlError>,
}

/// One statement of a message and what it stands for.
#[derive(Debug, Clone)]
pub struct Command {
    pub text: String,
    pub completions: usize,
    pub attempt: usize,
    pub part: usize,
    pub setting: Option<usize>,
    /// The attempt that is done when this is.
    pub finishes: Option<usize>,
    /// How the server reads strings when it gets this.
    pub read_as: Conforming,
}

impl Command {
    /// A statement of a part of a attempt, or of one of its settings; the text is still to be put in.
    pub fn new(attempt: usize, part: usize, setting: Option<usize>, read_as: Conforming) -> Self {
        Command { text: String::new(), completions: 1, attempt, part, setting, finishes: None, read_as }
    }

    /// A statement of pgmg's own.
    pub fn own(text: &str, attempt: usize, read_as: Conforming) -> Self {
        Command { text: text.to_owned(), ..Command::new(attempt, 0, None, read_as) }
    }

    /// What it means that this one failed.
    pub fn failure(&self, error: SqlError) -> Failure {
        Failure { attempt: self.attempt, part: self.part, setting: self.setting, error }
    }
}

/// Messages end where the server must read strings differently from there on, and around what cannot be counted.
pub fn messages(commands: &[Command]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut begin = 0;
    for at in 1..=commands.len() {
        let ends = |at: usize| commands[at].completions == 0 || commands[at - 1].completions == 0;
        if at == commands.len() || ends(at) || commands[at].read_as != commands[begin].read_as {
            ranges.push(begin..at);
            begin = at;
        }
    }
    ranges
}

/// Takes as many completed statements as a command has; false if there are not that many left.
pub fn take(left: &mut usize, wanted: usize) -> bool {
    let enough = *left >= wanted;
    *left = left.saturating_sub(wanted);
    enough
}

/// The byte of the character that an error's position names (1-based).
pub fn byte_of(text: &str, position: usize) -> usize {
    text.char_indices().nth(position.saturating_sub(1)).map_or(text.len(), |(at, _)| at)
}
