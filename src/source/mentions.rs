//! The names that a statement seems to create and to use: a hint for the order, never the truth.

mod altered;
mod bodies;
mod clauses;
mod created;
mod header;
mod keywords;
mod lists;
mod literals;
pub mod messages;
mod routines;
mod used;

use super::words::Words;
use crate::model::statement::{Mentions, Strength};

/// How deep strings are looked into: a statement's own, and one level more.
const NESTING: u8 = 2;

/// What can be seen of a statement without a server.
pub fn of(words: &Words<'_>) -> Mentions {
    let header = header::header(words);
    let mut mentions = header.mentions;
    let mut uses = std::mem::take(&mut mentions.uses);
    uses.extend(used::used(words, &header.marks, &header.locals, Strength::Bound, NESTING));
    if let Some(body) = &header.body {
        bodies::names(words, body, &header.locals, &mut uses);
    }
    // The strongest of equal ones comes first.
    uses.sort_unstable();
    uses.dedup_by(|later, first| later.name == first.name && later.form == first.form);
    mentions.uses = uses;
    mentions
}

#[cfg(test)]
mod tests;
