//! What a statement does, and the names that it seems to create and to use: a hint for the order, never the truth.

mod altered;
mod bodies;
mod clauses;
mod created;
mod first_words;
mod header;
mod keywords;
mod lists;
mod literals;
pub mod messages;
mod opening;
mod routines;
mod stars;
mod used;
mod uses;
mod verb;

use super::words::Words;
use crate::model::name::Name;
use crate::model::statement::{Form, Mentions, Strength, Uses};

/// How deep strings are looked into: a statement's own, and one level more.
const NESTING: u8 = 2;

/// What can be seen of a statement without a server. The schemas of its file's `search_path` must be there before it.
pub fn of(words: &Words<'_>, search_path: &[String]) -> Mentions {
    let header = first_words::header(words);
    let mut mentions = header.mentions;
    let mut uses = std::mem::take(&mut mentions.uses);
    uses.extend(used::used(words, &header.marks, &header.locals, Strength::Bound, NESTING));
    mentions.verb = verb::verb(words);
    mentions.keyword = verb::keyword(words);
    mentions.sets = verb::sets(words, mentions.verb, header.body.as_ref());
    mentions.expands_columns = stars::expands(words);
    if let Some(body) = &header.body {
        mentions.expands_columns |= bodies::names(words, body, &header.locals, &mut uses);
    }
    for schema in search_path {
        uses.push(Uses { name: Name::bare(schema), form: Form::Plain, strength: Strength::Bound });
    }
    // The strongest of equal ones comes first.
    uses.sort_unstable();
    uses.dedup_by(|later, first| later.name == first.name && later.form == first.form);
    // They are kept as long as the project.
    uses.shrink_to_fit();
    mentions.uses = uses;
    mentions
}

#[cfg(test)]
mod tests;
