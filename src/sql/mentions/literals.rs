//! Names inside string constants: `'app.t'::regclass`, dynamic SQL, and whatever else looks like one.

use super::keywords::{Keyword, keyword};
use super::uses::{arguments, push};
use crate::model::statement::{Conforming, Form, Strength, Uses};
use crate::sql::lexer::{Kind, Lexer};
use crate::sql::words::{Words, significant};

/// Longer constants are data.
const LONGEST: usize = 100_000;

/// The names in a constant's text: with `meant` if the text is nothing but one name, with or without arguments, else loose.
pub fn names(text: &str, meant: Strength, nesting: u8) -> Vec<Uses> {
    if text.len() > LONGEST || !text.bytes().any(|b| b.is_ascii_alphabetic() || b == b'_' || b >= 0x80) {
        return Vec::new();
    }
    let Ok(tokens) = significant(text, Conforming::On) else { return loose_start(text) };
    let words = Words { text, tokens: &tokens, conforming: Conforming::On };
    let after = words.after_chain(0);
    let whole =
        after > 0 && (after == words.len() || (words.is(after, Kind::OpenParen) && words.after_parens(after) == words.len()));
    let mut uses = Vec::new();
    gather(&words, if whole { meant } else { Strength::Loose }, nesting, &mut uses);
    uses
}

/// Every name of the text, whatever its grammar is.
pub fn gather(words: &Words<'_>, strength: Strength, nesting: u8, uses: &mut Vec<Uses>) {
    let mut at = 0;
    while at < words.len() {
        if nesting > 0
            && let Some(text) = words.string(at)
        {
            uses.extend(names(&text, Strength::Loose, nesting - 1));
        }
        let (parts, after) = words.chain(at);
        let reserved = parts.len() == 1
            && words.is(at, Kind::Identifier)
            && parts.first().is_some_and(|word| keyword(word) == Some(Keyword::Reserved));
        if !parts.is_empty() && !reserved {
            let form = if words.is(after, Kind::OpenParen) { Form::Call(arguments(words, after)) } else { Form::Plain };
            push(uses, parts, form, strength);
        }
        at = after.max(at + 1);
    }
}

/// The names before something that never ends: half of a dynamic statement.
fn loose_start(text: &str) -> Vec<Uses> {
    let tokens: Vec<_> = Lexer::new(text, Conforming::On).map_while(Result::ok).filter(|token| !token.kind.is_blank()).collect();
    let words = Words { text, tokens: &tokens, conforming: Conforming::On };
    let mut uses = Vec::new();
    gather(&words, Strength::Loose, 0, &mut uses);
    uses
}
