//! Whether a text has a `*` for which PostgreSQL puts in the columns when the statement runs.

use crate::source::lexer::Kind;
use crate::source::words::Words;

/// Whether one of the text's own tokens stands for all columns, and not for a product or in `count(*)`.
pub fn expands(words: &Words<'_>) -> bool {
    (0..words.len()).any(|at| is_star(words, at) || is_table_query(words, at))
}

fn is_star(words: &Words<'_>, at: usize) -> bool {
    if !words.operator(at, "*") {
        return false;
    }
    let Some(before) = at.checked_sub(1) else { return false };
    match words.kind(before) {
        Some(Kind::Dot | Kind::Comma) => true,
        // `DISTINCT ON (a) *` or `(a) * b`.
        Some(Kind::CloseParen) => ends_a_list(words, at + 1),
        _ => words.any_word(before, &["select", "distinct", "all", "returning"]),
    }
}

fn ends_a_list(words: &Words<'_>, at: usize) -> bool {
    match words.kind(at) {
        None | Some(Kind::Comma | Kind::Semicolon | Kind::CloseParen) => true,
        _ => words.any_word(at, &["from", "into", "where", "union", "intersect", "except", "order", "limit"]),
    }
}

/// `AS TABLE t` means `AS SELECT * FROM t` (PostgreSQL manual, SELECT, "TABLE Command").
fn is_table_query(words: &Words<'_>, at: usize) -> bool {
    words.word(at, "as") && words.word(at + 1, "table")
}
