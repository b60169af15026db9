//! Functions, procedures and aggregates: how many arguments they take, what they return, where their body is.

use super::header::{Body, FoundCreate, Header, Mark, Runs, language, name};
use super::lists::{self, Count};
use crate::model::statement::CreatedKind;
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// PostgreSQL's limit of arguments (FUNC_MAX_ARGS).
const MOST_ARGUMENTS: usize = 100;

/// `CREATE FUNCTION` and `CREATE PROCEDURE`.
pub fn routine(mut found: FoundCreate<'_, '_>) {
    let Some((created, open)) = found.name() else { return };
    let FoundCreate { words, called, header, end, .. } = found;
    let items = if words.is(open, Kind::OpenParen) { words.items(open) } else { Vec::new() };
    let count = lists::parameters(words, &items, header);
    let procedure = (0..open).any(|at| words.word(at, "procedure"));
    let output = if procedure { count.output } else { 0 };
    header.creates(created, CreatedKind::Routine(arguments(count, output)), &called);
    attributes(words, words.after_parens(open), end, header);
}

fn arguments(count: Count, extra: usize) -> std::ops::Range<usize> {
    let least = count.input - count.defaults.min(count.input);
    if count.variadic { least.saturating_sub(1)..MOST_ARGUMENTS + 1 } else { least..count.input + extra + 1 }
}

/// What stands between the parameters and the end: RETURNS, LANGUAGE and AS in any order; an SQL-standard body ends them.
fn attributes(words: &Words<'_>, from: usize, end: usize, header: &mut Header) {
    let mut at = from;
    let mut body = None;
    let mut spoken = None;
    while at < end {
        if words.words(at, &["begin", "atomic"]) || words.word(at, "return") {
            break;
        }
        if words.words(at, &["returns", "table"]) {
            lists::columns(words, at + 2, header);
            header.locals.extend(words.items(at + 2).into_iter().filter_map(|(from, _)| words.identifier(from)));
            at = words.after_parens(at + 2);
            continue;
        }
        if words.word(at, "returns") && !words.word(at + 1, "null") {
            at = lists::mark_type(words, at + 1, end, header);
            continue;
        }
        if words.word(at, "language") {
            spoken = language(words, at + 1);
            let known = spoken.as_deref().is_some_and(|name| ["sql", "plpgsql", "c", "internal"].contains(&name));
            header.mark(at + 1, if known { Mark::Skip } else { Mark::Unknown });
            at += 2;
            continue;
        }
        if words.word(at, "parallel") {
            header.mark_all(at, at + 2, Mark::Skip);
        }
        if words.word(at, "set") {
            // PostgreSQL takes any value: a schema of search_path need not exist.
            let to = (at + 1..end).find(|at| words.word(*at, "to") || words.operator(*at, "=") || words.word(*at, "from"));
            header.mark_all(at, to.unwrap_or(at + 2), Mark::Skip);
            let mut value = to.unwrap_or(end) + 1;
            while value < end && (value == to.unwrap_or(end) + 1 || words.is(value.wrapping_sub(1), Kind::Comma)) {
                header.mark(value, Mark::Loose);
                value += if words.is(value + 1, Kind::Comma) { 2 } else { 1 };
            }
        }
        if words.word(at, "as") && words.string(at + 1).is_some() {
            body = Some(at + 1);
            let link_symbol = words.is(at + 2, Kind::Comma);
            header.mark_all(at, at + 2 + 2 * usize::from(link_symbol), Mark::Skip);
            at += 2;
            continue;
        }
        at += 1;
    }
    if let Some(at) = body {
        header.body = Some(Body { at, language: spoken.unwrap_or_else(|| "sql".to_owned()), runs: Runs::Later });
    }
}

/// `CREATE AGGREGATE name (direct ORDER BY aggregated) (…)`, `name (*) (…)` and the old `name (BASETYPE = …)`.
pub fn aggregate(mut found: FoundCreate<'_, '_>) {
    let Some((created, open)) = found.name() else { return };
    let FoundCreate { words, called, header, .. } = found;
    let items = words.items(open);
    let first = items.first().map_or(open, |(from, _)| *from);
    let range = if words.operator(first, "*") {
        0..1
    } else if words.operator(first + 1, "=") {
        0..2
    } else {
        let order = (open..words.after_parens(open)).find(|at| words.words(*at, &["order", "by"]));
        let (direct, ordered) = split_at_order(items, order);
        let direct = lists::parameters(words, &direct, header);
        let ordered = lists::parameters(words, &ordered, header);
        let both = Count { input: direct.input + ordered.input, variadic: direct.variadic || ordered.variadic, ..direct };
        let most = arguments(both, 0).end;
        direct.input.saturating_sub(usize::from(direct.variadic))..most
    };
    header.creates(created, CreatedKind::Routine(range), &called);
}

type Items = Vec<(usize, usize)>;

fn split_at_order(items: Items, order: Option<usize>) -> (Items, Items) {
    let Some(order) = order else { return (items, Vec::new()) };
    let (mut direct, mut ordered) = (Vec::new(), Vec::new());
    for (from, to) in items {
        if to <= order {
            direct.push((from, to));
        } else if from > order {
            ordered.push((from, to));
        } else {
            if from < order {
                direct.push((from, order));
            }
            ordered.push((order + 2, to));
        }
    }
    (direct, ordered)
}

/// Marks what stands behind EXECUTE FUNCTION in a trigger.
pub fn trigger_function(words: &Words<'_>, end: usize, header: &mut Header) {
    let execute = |at: &usize| words.word(*at, "execute") && words.any_word(at + 1, &["function", "procedure"]);
    if let Some(at) = (0..end).rev().find(execute)
        && let Some((_, after)) = name(words, at + 2)
    {
        header.mark_all(at + 2, after, Mark::TriggerFunction);
        header.mark_all(after, end, Mark::Loose);
    }
}
