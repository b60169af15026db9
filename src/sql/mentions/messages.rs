//! Names in what PostgreSQL says about an error: at its position in the statement, and in its message in any language.

use crate::model::name::Name;
use crate::model::statement::Conforming;
use crate::sql::lexer::{Kind, Lexer, Token};
use crate::sql::words::Words;

/// The name or operator at an error's position (field P: 1-based, in characters) in the statement that was tried.
pub fn name_at(sql: &str, position: usize) -> Option<Name> {
    let offset = sql.char_indices().nth(position.checked_sub(1)?).map(|(at, _)| at)?;
    let mut tokens: Vec<Token> = Vec::new();
    for token in Lexer::new(sql, Conforming::On).map_while(Result::ok).filter(|token| !token.kind.is_blank()) {
        let inside = token.start <= offset && offset < token.end;
        if inside && token.kind.is_string() {
            return name_in_string(sql, &token, offset);
        }
        tokens.push(token);
        if token.start > offset && !matches!(token.kind, Kind::Dot) && !token.kind.is_identifier() && tokens.len() > 6 {
            break;
        }
    }
    let words = Words { text: sql, tokens: &tokens, conforming: Conforming::On };
    let mut at = tokens.iter().position(|token| token.start <= offset && offset < token.end)?;
    if words.is(at, Kind::Operator) {
        let schema = if words.is(at.wrapping_sub(1), Kind::Dot) { words.identifier(at.wrapping_sub(2)) } else { None };
        return Some(Name { schema, name: words.spelled(at).to_owned() });
    }
    while words.is(at.wrapping_sub(1), Kind::Dot) && words.is_identifier(at.wrapping_sub(2)) {
        at -= 2;
    }
    last_two(words.chain(at).0)
}

/// Positions inside a body point into its constant.
fn name_in_string(sql: &str, token: &Token, offset: usize) -> Option<Name> {
    let text = token.text(sql);
    let within = offset.checked_sub(token.start)?;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '"');
    let before = text.get(..within)?;
    let start = before.char_indices().rev().take_while(|(_, c)| is_word(*c)).last().map_or(within, |(at, _)| at);
    let rest = text.get(start..)?;
    let rest = if rest.starts_with(['\'', '$']) { rest.trim_start_matches(['\'', '$']) } else { rest };
    let mut tokens = Vec::new();
    for token in Lexer::new(rest, Conforming::On).map_while(Result::ok).take(8) {
        tokens.push(token);
    }
    let words = Words { text: rest, tokens: &tokens, conforming: Conforming::On };
    if words.is(0, Kind::Operator) {
        return Some(Name::bare(words.spelled(0)));
    }
    last_two(words.chain(0).0)
}

fn last_two(mut parts: Vec<String>) -> Option<Name> {
    let name = parts.pop()?;
    Some(Name { schema: parts.pop(), name })
}

/// Every name that the message could be about, quoted ones first, each once.
pub fn names_in(message: &str) -> Vec<Name> {
    let mut names = Vec::new();
    for quoted in quoted(message) {
        if let Some(name) = as_name(quoted) {
            add(&mut names, name);
        }
        // PostgreSQL does not quote what it shows in quotes: a name with a dot or a space is one name, too.
        add(&mut names, Name::bare(quoted));
    }
    let mut at = 0;
    let is_start = |c: char| c.is_alphabetic() || c == '_' || c == '"';
    while let Some(start) = message.get(at..).and_then(|rest| rest.find(is_start)).map(|n| at + n) {
        let (name, length) = chain_at(message.get(start..).unwrap_or(""));
        if let Some(name) = name {
            add(&mut names, name);
        }
        at = start + length.max(1);
        while !message.is_char_boundary(at) {
            at += 1;
        }
    }
    for operator in message.split_whitespace().filter(|word| is_operator(word)) {
        add(&mut names, Name::bare(operator));
    }
    names
}

fn add(names: &mut Vec<Name>, name: Name) {
    if !name.name.is_empty() && !names.contains(&name) {
        names.push(name);
    }
}

/// The texts between quotation marks of any language.
fn quoted(message: &str) -> Vec<&str> {
    const MARKS: &[(char, &[char])] = &[
        ('"', &['"']),
        ('\u{201c}', &['\u{201d}']),
        ('\u{201e}', &['\u{201c}', '\u{201d}']),
        ('\u{ab}', &['\u{bb}']),
        ('\u{bb}', &['\u{ab}']),
        ('\u{2018}', &['\u{2019}']),
        ('\u{201a}', &['\u{2018}']),
        ('\u{300c}', &['\u{300d}']),
        ('\'', &['\'']),
        ('`', &['\'', '`']),
    ];
    let mut found = Vec::new();
    let mut rest = message;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| MARKS.iter().any(|(open, _)| open == c)) {
        let inside = rest.get(at + open.len_utf8()..).unwrap_or("");
        let ends = MARKS.iter().filter(|(mark, _)| *mark == open).flat_map(|(_, ends)| ends.iter());
        let end = ends.filter_map(|end| inside.find(*end).map(|at| (at, end.len_utf8()))).min();
        let Some((end, width)) = end else {
            rest = inside;
            continue;
        };
        found.push(inside.get(..end).unwrap_or("").trim());
        rest = inside.get(end + width..).unwrap_or("");
    }
    found
}

/// `app.f(integer, text)` without its arguments; `None` if the text begins with anything else.
fn as_name(text: &str) -> Option<Name> {
    let (name, length) = chain_at(text);
    let rest = text.get(length..)?.trim();
    if rest.is_empty() || rest.starts_with('(') { name } else { None }
}

/// The name at the beginning of a text, and how many bytes it has.
fn chain_at(text: &str) -> (Option<Name>, usize) {
    let tokens: Vec<Token> = Lexer::new(text, Conforming::On)
        .map_while(Result::ok)
        .take_while(|token| token.kind.is_identifier() || token.kind == Kind::Dot)
        .take(16)
        .collect();
    let words = Words { text, tokens: &tokens, conforming: Conforming::On };
    let (parts, after) = words.chain(0);
    let length = after.checked_sub(1).and_then(|last| tokens.get(last)).map_or(0, |token| token.end);
    (last_two(parts), length)
}

fn is_operator(word: &str) -> bool {
    word.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_at_positions() {
        let at = |sql: &str, word: &str| {
            let byte = sql.find(word).unwrap();
            name_at(sql, sql[..byte].chars().count() + 1).map(|name| name.to_string())
        };
        let sql = "SELECT 'é', App.orders.id, \"T\".x, f(1) @@@ 2, a OPERATOR(s.+) b, $$ SELECT x FROM later.on $$, 'g(1)'";
        assert_eq!(at(sql, "App"), Some("orders.id".into()));
        assert_eq!(at(sql, "f(1)"), Some("f".into()));
        assert_eq!(at(sql, "\"T\""), Some("\"T\".x".into()));
        assert_eq!(at(sql, "@@@"), Some("\"@@@\"".into()));
        assert_eq!(at(sql, "+)"), Some("s.\"+\"".into()));
        assert_eq!(at(sql, "later"), Some("later.on".into()));
        assert_eq!(at(sql, "g(1)"), Some("g".into()));
        assert_eq!((name_at(sql, 0), name_at(sql, 1_000)), (None, None));
    }

    #[test]
    fn names_are_found_in_messages_of_any_language() {
        let has = |message: &str, name: Name| assert!(names_in(message).contains(&name), "{message}: {:?}", names_in(message));
        has("relation \"app.orders\" does not exist", Name::qualified("app", "orders"));
        has("Relation »orders« existiert nicht", Name::bare("orders"));
        has("la relation « Orders » n'existe pas", Name::bare("Orders"));
        has("リレーション\"orders\"は存在しません", Name::bare("orders"));
        has("отношение \"orders\" не существует", Name::bare("orders"));
        has("function app.f(integer, text) does not exist", Name::qualified("app", "f"));
        has("type app.kind does not exist", Name::qualified("app", "kind"));
        has("operator does not exist: app.v <+> integer", Name::bare("<+>"));
        has("could not find a function named \"f\"", Name::bare("f"));
    }
}
