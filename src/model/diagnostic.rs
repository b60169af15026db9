//! What is wrong, ready to be worded: one diagnostic for each root cause.

use super::place::Place;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostic {
    /// The SQLSTATE where PostgreSQL said it.
    pub code: Option<String>,
    /// One sentence without a full stop, in lower case, like PostgreSQL's.
    pub message: String,
    pub place: Option<Place>,
    /// PostgreSQL's DETAIL, HINT and CONTEXT verbatim, and ours in the same form.
    pub notes: Vec<Note>,
    /// Another place that belongs to it: "first created here".
    pub related: Vec<(String, Place)>,
    /// How many statements wait for this one.
    pub waiting: usize,
    /// What to do.
    pub help: Option<String>,
}

/// A labelled text below a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub label: NoteLabel,
    pub text: String,
}

/// What a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteLabel {
    Detail,
    Hint,
    Context,
    Note,
}

impl Diagnostic {
    /// A diagnostic with only its sentence.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Diagnostic { message: message.into(), ..Default::default() }
    }

    /// The diagnostic at a place.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The diagnostic with what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The diagnostic with a note.
    pub(crate) fn note(mut self, label: NoteLabel, text: impl Into<String>) -> Self {
        self.notes.push(Note { label, text: text.into() });
        self
    }

    /// The diagnostic with another place that belongs to it.
    pub(crate) fn related(mut self, what: impl Into<String>, place: Place) -> Self {
        self.related.push((what.into(), place));
        self
    }
}
