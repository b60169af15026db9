//! Text to facts, without disk or server: exact lexer, splitter, mentions, and objects spelled as SQL.

mod decode;
pub mod lexer;
pub mod mentions;
pub mod rewrite;
pub mod settings;
pub mod spelling;
pub mod splitter;
pub mod widening;
pub mod words;

#[cfg(test)]
pub(crate) mod tests;
