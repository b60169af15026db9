//! The object that an ALTER statement completes, and the name that it gives it.

use super::header::{Header, Mark, name};
use super::lists;
use super::opening::kind;
use crate::model::name::Name;
use crate::model::statement::{CreatedKind, Role};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// Reads an ALTER statement.
pub fn alter(words: &Words<'_>, header: &mut Header) {
    if words.words(1, &["default", "privileges"]) {
        header.role(Role::Watches);
        return;
    }
    if words.words(1, &["system"]) {
        return;
    }
    header.role(Role::Creates);
    let (kind, mut at) = kind(words, 1);
    if words.words(at, &["if", "exists"]) {
        at += 2;
    }
    at += usize::from(words.word(at, "only"));
    match kind.as_str() {
        "trigger" | "policy" | "rule" => return of_table(words, at, header),
        "operator" => return operator(words, at, header),
        "" | "large object" | "user mapping" => return,
        _ => {}
    }
    let Some((altered, after)) = name(words, at) else { return };
    header.mark_all(0, at, Mark::Skip);
    if matches!(kind.as_str(), "table" | "foreign table" | "view" | "materialized view" | "index" | "sequence") {
        header.mark_all(at, after, Mark::Relation);
    }
    renamed(words, &kind, &altered, header);
    header.completes(altered);
    actions(words, after, header);
}

/// `ALTER TRIGGER x ON t`: its own name belongs to its table.
fn of_table(words: &Words<'_>, at: usize, header: &mut Header) {
    let after = words.after_chain(at);
    header.mark_all(0, after, Mark::Skip);
    if words.word(after, "on")
        && let Some((table, _)) = name(words, after + 1)
    {
        header.completes(table);
    }
}

fn operator(words: &Words<'_>, at: usize, header: &mut Header) {
    let (mut parts, after) = words.chain(at);
    let at = if parts.is_empty() { at } else { after + 1 };
    if words.is(at, Kind::Operator) {
        header.completes(Name { schema: parts.pop(), name: words.spelled(at).to_owned() });
    }
}

/// `RENAME TO x` and `SET SCHEMA x` at the end.
fn renamed(words: &Words<'_>, kind: &str, altered: &Name, header: &mut Header) {
    let Some(last) = words.len().checked_sub(1) else { return };
    let Some(new) = words.identifier(last) else { return };
    let created = match kind {
        "function" | "procedure" | "routine" | "aggregate" => CreatedKind::Routine(0..101),
        "schema" => CreatedKind::Schema,
        _ => CreatedKind::Other,
    };
    let before = last.saturating_sub(2);
    if words.words(before, &["rename", "to"]) {
        header.mark(last, Mark::Skip);
        header.creates(Name { schema: altered.schema.clone(), name: new }, created, kind);
    } else if words.words(before, &["set", "schema"]) {
        header.creates(Name::qualified(new, altered.name.clone()), created, kind);
    }
}

/// Marks the columns, attributes and constraints that the actions name, and their types.
fn actions(words: &Words<'_>, from: usize, header: &mut Header) {
    const OTHERS: &[&str] =
        &["constraint", "primary", "unique", "foreign", "check", "exclude", "value", "table", "generated", "identity"];
    let mut begins = true;
    let mut at = from;
    while at < words.len() {
        match words.kind(at) {
            Some(Kind::OpenParen) => {
                at = words.after_parens(at);
                continue;
            }
            Some(Kind::Comma) => begins = true,
            Some(Kind::Identifier) if begins => {
                begins = false;
                if words.word(at, "rename") {
                    header.mark_all(at, words.len(), Mark::Skip);
                } else if words.any_word(at, &["add", "alter", "drop"]) {
                    let add = words.word(at, "add");
                    let mut column = at + 1 + usize::from(words.any_word(at + 1, &["column", "attribute"]));
                    column += 3 * usize::from(words.words(column, &["if", "not", "exists"]));
                    column += 2 * usize::from(words.words(column, &["if", "exists"]));
                    if words.word(column, "value") {
                        header.mark_all(column, words.len(), Mark::Skip);
                    } else if !words.any_word(column, OTHERS) {
                        header.mark(column, Mark::Skip);
                        action_type(words, column + 1, add, header);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn action_type(words: &Words<'_>, at: usize, add: bool, header: &mut Header) {
    if add {
        lists::mark_type(words, at, words.len(), header);
    } else if words.word(at, "type") {
        lists::mark_type(words, at + 1, words.len(), header);
    } else if words.words(at, &["set", "data", "type"]) {
        lists::mark_type(words, at + 3, words.len(), header);
    }
}
