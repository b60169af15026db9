//! Lists of columns and of parameters: which of their words are names of the statement's own, and which are types.

use super::header::{Header, Mark};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// Marks the columns of `(name type …, …)` and gives those that own a sequence.
pub fn columns(words: &Words<'_>, open: usize, header: &mut Header) -> Vec<String> {
    const CLAUSES: &[&str] = &["constraint", "check", "primary", "unique", "foreign", "exclude", "period"];
    const SERIAL: &[&str] = &["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"];
    let mut owners = Vec::new();
    for (from, to) in words.items(open) {
        if words.any_word(from, CLAUSES) {
            continue;
        }
        if words.word(from, "like") {
            header.mark_all(from + 1, words.after_chain(from + 1), Mark::Relation);
            continue;
        }
        header.mark(from, Mark::Skip);
        let after = mark_type(words, from + 1, to, header);
        let identity = || (after..to).any(|at| words.word(at, "identity") && words.word(at.wrapping_sub(1), "as"));
        if words.any_word(from + 1, SERIAL) || identity() {
            owners.extend(words.identifier(from));
        }
    }
    owners
}

/// Marks the type at `at` and gives the place after its name.
pub fn mark_type(words: &Words<'_>, at: usize, to: usize, header: &mut Header) -> usize {
    let at = at + usize::from(words.word(at, "setof"));
    if at >= to {
        return at;
    }
    let after = words.after_chain(at);
    header.mark_all(at, after, Mark::Type);
    after
}

/// How many arguments a parameter list takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Parameters for input.
    pub input: usize,
    pub output: usize,
    /// Parameters with a default value.
    pub defaults: usize,
    pub variadic: bool,
}

/// Marks and counts the parameters between `from` and `to` of one list.
pub fn parameters(words: &Words<'_>, items: &[(usize, usize)], header: &mut Header) -> Count {
    let mut count = Count::default();
    for &(from, to) in items {
        parameter(words, from, to, header, &mut count);
    }
    count
}

fn parameter(words: &Words<'_>, from: usize, to: usize, header: &mut Header, count: &mut Count) {
    let mut at = from;
    let mut mode = mode(words, &mut at);
    if is_name(words, at, to) {
        header.locals.extend(words.identifier(at));
        header.mark(at, Mark::Skip);
        at += 1;
        mode = mode.or(self::mode(words, &mut at));
    }
    let after = mark_type(words, at, to, header);
    let defaults = (after..to).any(|at| words.word(at, "default") || words.operator(at, "="));
    match mode {
        Some(Mode::Out) => count.output += 1,
        Some(Mode::Variadic) => {
            count.input += 1;
            count.variadic = true;
        }
        _ => {
            count.input += 1;
            count.defaults += usize::from(defaults);
        }
    }
}

#[derive(Clone, Copy)]
enum Mode {
    In,
    Out,
    Variadic,
}

fn mode(words: &Words<'_>, at: &mut usize) -> Option<Mode> {
    let mode = match words.spelled(*at).to_ascii_lowercase().as_str() {
        "in" | "inout" => Mode::In,
        "out" => Mode::Out,
        "variadic" => Mode::Variadic,
        _ => return None,
    };
    *at += 1;
    if matches!(mode, Mode::In) && words.word(*at, "out") {
        *at += 1;
    }
    Some(mode)
}

/// Whether the word at `at` is a parameter's name: another one follows that begins a type, and both are not one type.
fn is_name(words: &Words<'_>, at: usize, to: usize) -> bool {
    const SECOND: &[(&str, &[&str])] = &[
        ("double", &["precision"]),
        ("character", &["varying"]),
        ("char", &["varying"]),
        ("nchar", &["varying"]),
        ("bit", &["varying"]),
        ("national", &["character", "char"]),
        ("timestamp", &["with", "without"]),
        ("time", &["with", "without"]),
        ("interval", &["year", "month", "day", "hour", "minute", "second"]),
    ];
    if !words.is_identifier(at) || !words.is_identifier(at + 1) || at + 1 >= to {
        return false;
    }
    let one_type = SECOND.iter().any(|(first, second)| words.word(at, first) && words.any_word(at + 1, second));
    !one_type
        && !words.word(at, "setof")
        && !words.any_word(at + 1, &["default", "array", "collate"])
        && !words.is(at + 1, Kind::Dot)
}
