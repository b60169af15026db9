//! Reads the first words of a statement, which tell what it is.

use super::altered::alter;
use super::created::create;
use super::header::{Body, Header, Mark, Runs, language, name};
use crate::model::name::Name;
use crate::model::statement::{CreatedKind, Role};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// Reads the header of a statement.
pub fn header(words: &Words<'_>) -> Header {
    let mut header = Header::new(words.len());
    match words.spelled(0).to_ascii_lowercase().as_str() {
        "create" => create(words, 0, words.len(), None, &mut header),
        "alter" => alter(words, &mut header),
        "import" => import(words, &mut header),
        "prepare" => {
            if let Some((name, after)) = name(words, 1) {
                header.mark_all(1, after, Mark::Skip);
                header.creates(name, CreatedKind::Other, "prepared statement");
            }
        }
        // What follows IS is text for people.
        "comment" | "security" => {
            if let Some(is) = (0..words.len()).rev().find(|at| words.word(*at, "is")) {
                header.mark_all(is, words.len(), Mark::Skip);
            }
        }
        "drop" => drop_of_part(words, &mut header),
        "do" => execute(words, &mut header),
        "select" | "with" => select_into(words, &mut header),
        _ => {}
    }
    header
}

/// `DROP TRIGGER name ON t`: the name is one only within its table.
fn drop_of_part(words: &Words<'_>, header: &mut Header) {
    let Some(kind) = ["trigger", "policy", "rule"].into_iter().find(|kind| words.word(1, kind)) else { return };
    let at = if words.words(2, &["if", "exists"]) { 4 } else { 2 };
    if let Some(name) = words.identifier(at) {
        header.part(kind, name);
    }
}

fn execute(words: &Words<'_>, header: &mut Header) {
    let Some(at) = (1..words.len()).find(|at| words.string(*at).is_some() && !words.word(at - 1, "language")) else { return };
    let language = (1..words.len()).find(|at| words.word(*at, "language")).and_then(|at| language(words, at + 1));
    header.mark(at, Mark::Skip);
    header.body = Some(Body { at, language: language.unwrap_or_else(|| "plpgsql".to_owned()), runs: Runs::AtOnce });
}

/// `SELECT … INTO t` creates a table.
fn select_into(words: &Words<'_>, header: &mut Header) {
    let mut at = 1;
    while at < words.len() {
        if words.is(at, Kind::OpenParen) {
            at = words.after_parens(at);
            continue;
        }
        if words.any_word(at, &["insert", "update", "delete", "merge"]) {
            return;
        }
        if words.word(at, "into") {
            let mut next = at + 1;
            while words.any_word(next, &["global", "local", "temp", "temporary", "unlogged", "table"]) {
                next += 1;
            }
            if let Some((name, after)) = name(words, next) {
                header.mark_all(next, after, Mark::Skip);
                header.creates(name, CreatedKind::Other, "table");
                header.role(Role::Creates);
            }
            return;
        }
        at += 1;
    }
}

/// `IMPORT FOREIGN SCHEMA remote [LIMIT TO (a, b)] FROM SERVER s INTO local`.
fn import(words: &Words<'_>, header: &mut Header) {
    header.role(Role::Creates);
    header.mark_all(3, 4, Mark::Skip);
    let schema = (0..words.len()).find(|at| words.word(*at, "into")).and_then(|at| words.identifier(at + 1));
    if words.words(4, &["limit", "to"]) {
        for (from, to) in words.items(6) {
            header.mark_all(from, to, Mark::Skip);
            if let Some(name) = words.identifier(from) {
                header.creates(Name { schema: schema.clone(), name }, CreatedKind::Other, "foreign table");
            }
        }
    }
}
