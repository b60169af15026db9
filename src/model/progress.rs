//! How long work tells how far it is, without knowing who listens.

/// Someone who wants to know how far a run is.
pub trait Progress {
    /// Work on `total` things begins.
    fn start(&self, total: usize);
    /// `done` of them are done; `what` is being worked on: `sql/views/user_stats.sql`. Cheap enough for every statement.
    fn at(&self, done: usize, what: &str);
    /// Something that a person should know now: a wait, another try.
    fn say(&self, sentence: &str);
    /// The work is over, whether it succeeded or not.
    fn finish(&self);
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _total: usize) {}
    fn at(&self, _done: usize, _what: &str) {}
    fn say(&self, _sentence: &str) {}
    fn finish(&self) {}
}
