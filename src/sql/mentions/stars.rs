//! Whether a text has something for which PostgreSQL puts in the columns when the statement runs: a `*`, a function in FROM.

use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// Whether one of the text's own tokens stands for all columns: no product, no `count(*)`. Of a function in FROM a view keeps the
/// names of the columns, whether it uses them or not.
pub fn expands(words: &Words<'_>) -> bool {
    let mut is_behind_from = false;
    (0..words.len()).any(|at| {
        is_behind_from |= words.word(at, "from");
        is_star(words, at) || is_table_query(words, at) || is_behind_from && is_called(words, at)
    })
}

/// Whether what comes in FROM here, or in a list that may be one of FROM, is a function.
fn is_called(words: &Words<'_>, at: usize) -> bool {
    let is_rows_from =
        words.is(at, Kind::OpenParen) && at.checked_sub(2).is_some_and(|rows| words.words(rows, &["rows", "from"]));
    let may_be_item = is_rows_from || words.is(at, Kind::Comma) || words.any_word(at, &["from", "join", "lateral"]);
    let after = words.after_chain(at + 1);
    may_be_item && after > at + 1 && words.is(after, Kind::OpenParen)
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
