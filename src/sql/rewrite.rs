//! Puts `OR REPLACE` into a statement that PostgreSQL lets have it.

use super::lexer::Kind;
use super::words::{Words, significant};
use crate::model::statement::Conforming;

/// The statement with `OR REPLACE` after its CREATE; `None` if it has that already or cannot have it (PostgreSQL manual,
/// part VI: views, routines, aggregates, triggers that are no constraints, rules, languages, transforms).
pub fn or_replace(sql: &str, conforming: Conforming) -> Option<String> {
    let tokens = significant(sql, conforming).ok()?;
    let words = Words { text: sql, tokens: &tokens, conforming };
    if !words.word(0, "create") || words.word(1, "or") {
        return None;
    }
    let at = 1 + usize::from(words.any_word(1, &["global", "local"]));
    let temporary = words.any_word(at, &["temp", "temporary"]);
    let view = at + usize::from(temporary);
    let replaceable = words.word(view, "view")
        || words.words(view, &["recursive", "view"])
        || (view == 1
            && (words.any_word(1, &["function", "procedure", "aggregate", "trigger", "rule", "transform", "language"])
                || (words.any_word(1, &["trusted", "procedural"])
                    && (words.word(2, "language") || words.words(2, &["procedural", "language"])))));
    let create = tokens.first().filter(|token| token.kind == Kind::Identifier)?;
    let (head, tail) = sql.split_at_checked(create.end)?;
    replaceable.then(|| format!("{head} OR REPLACE{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Option<String> {
        or_replace(sql, Conforming::On)
    }

    #[test]
    fn replaceable_kinds_get_it() {
        assert_eq!(of("CREATE VIEW v AS SELECT 1").as_deref(), Some("CREATE OR REPLACE VIEW v AS SELECT 1"));
        assert_eq!(of("create/* x */function f()").as_deref(), Some("create OR REPLACE/* x */function f()"));
        for sql in
            ["TEMP RECURSIVE VIEW v", "LOCAL TEMPORARY VIEW v", "TRIGGER t", "TRUSTED PROCEDURAL LANGUAGE l", "TRANSFORM FOR t"]
        {
            assert_eq!(of(&format!("CREATE {sql}")), Some(format!("CREATE OR REPLACE {sql}")));
        }
    }

    #[test]
    fn others_do_not() {
        for sql in [
            "CREATE OR REPLACE VIEW v",
            "CREATE TABLE t ()",
            "CREATE CONSTRAINT TRIGGER t",
            "CREATE MATERIALIZED VIEW m",
            "SELECT 1",
        ] {
            assert_eq!(of(sql), None);
        }
    }
}
