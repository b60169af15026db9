//! Names in the bodies of routines and of DO, by what PostgreSQL does with the body when the statement runs.

use super::header::{Body, Mark, Runs};
use super::literals;
use super::stars;
use super::used::used;
use super::uses::push;
use crate::model::statement::{Form, Strength, Uses};
use crate::sql::lexer::Kind;
use crate::sql::words::{Words, significant};

/// Adds the names that the body uses. Whether PostgreSQL puts in columns for something in it when the statement runs.
pub fn names(words: &Words<'_>, body: &Body, locals: &[String], uses: &mut Vec<Uses>) -> bool {
    let Some(text) = words.string(body.at) else { return false };
    if matches!(body.language.as_str(), "c" | "internal") {
        return false;
    }
    let Ok(tokens) = significant(&text, words.conforming) else { return false };
    let inside = Words { text: &text, tokens: &tokens, conforming: words.conforming };
    match (body.language.as_str(), body.runs) {
        ("sql", _) => uses.extend(used(&inside, &[], locals, Strength::Checked, 1)),
        ("plpgsql", runs) => {
            let sure = if runs == Runs::AtOnce { Strength::Checked } else { Strength::Loose };
            let declared = declarations(&inside, uses);
            uses.extend(used(&inside, &declared, locals, sure, 1));
        }
        _ => literals::gather(&inside, Strength::Loose, 1, uses),
    }
    // PL/pgSQL looks at a query only when it runs it.
    (body.language == "sql" || body.runs == Runs::AtOnce) && stars::expands(&inside)
}

/// PL/pgSQL looks up the types of variables when a function is created: in `name [CONSTANT] type`, and before %TYPE.
fn declarations(words: &Words<'_>, uses: &mut Vec<Uses>) -> Vec<Mark> {
    let mut marks = vec![Mark::Unknown; words.len()];
    let mut declares = false;
    let mut begins = false;
    let mut at = 0;
    while at < words.len() {
        if words.word(at, "declare") && !words.is(at + 1, Kind::Dot) {
            (declares, begins) = (true, true);
        } else if words.word(at, "begin") && (begins || !declares) {
            declares = false;
        } else if words.is(at, Kind::Semicolon) {
            begins = declares;
        } else if declares && begins {
            begins = false;
            let start = at + 1 + usize::from(words.word(at + 1, "constant"));
            let (parts, after) = words.chain(start);
            let special = words.any_word(start, &["alias", "cursor", "scroll", "no", "refcursor", "record"]);
            if let Some(mark) = marks.get_mut(at) {
                *mark = Mark::Skip;
            }
            if !special && !parts.is_empty() {
                push(uses, parts, Form::Plain, Strength::Checked);
                marks.get_mut(start..after).unwrap_or_default().fill(Mark::Skip);
                at = after;
                continue;
            }
        }
        at += 1;
    }
    marks
}
