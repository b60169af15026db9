//! The names that a CREATE statement creates, for every kind of object.

use super::header::{FoundCreate, Header, Mark, name};
use super::keywords::{Keyword, keyword};
use super::opening::{Opening, called, opening};
use super::{lists, routines};
use crate::model::name::Name;
use crate::model::statement::{CreatedKind, Role};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// Reads the CREATE at `create` that ends before `end`; an element of CREATE SCHEMA gets that schema.
pub fn create(words: &Words<'_>, create: usize, end: usize, schema: Option<&str>, header: &mut Header) {
    header.role(Role::Creates);
    let Opening { kind, called, unique, recursive, at, .. } = opening(words, create);
    let found = FoundCreate { words, create, called, at, end, schema, header };
    match kind.as_str() {
        "function" | "procedure" => routines::routine(found),
        "aggregate" => routines::aggregate(found),
        "operator" => operator(found),
        "operator class" => operator_class(found),
        "schema" => schema_elements(found),
        "index" => index(found, unique),
        "table" | "foreign table" => table(found),
        "view" => view(found, recursive),
        "type" => r#type(found),
        "domain" => domain(found),
        "cast" => cast(found),
        "transform" => transform(found),
        "trigger" => trigger(found),
        "policy" | "rule" => {
            own_name(found, &kind);
        }
        "event trigger" => {
            let header = found.other();
            routines::trigger_function(words, end, header);
            header.role(Role::Watches);
        }
        "user mapping" => {}
        "statistics" => statistics(found),
        "" => unknown(found),
        _ => {
            found.other();
        }
    }
}

/// A kind that PostgreSQL 18 does not know: the last of the words before anything else is its name.
fn unknown(mut found: FoundCreate<'_, '_>) {
    let words = found.words;
    let mut last = None;
    let mut at = found.at;
    while at < found.end && words.is_identifier(at) && !words.any_word(at, &["as", "on", "using", "with", "for", "from"]) {
        last = Some(at);
        at = words.after_chain(at);
    }
    if let Some(last) = last {
        found.at = last;
        found.called = called(words, found.create, last);
        found.other();
    }
}

fn operator(found: FoundCreate<'_, '_>) {
    let FoundCreate { words, create, called, at, schema, header, end } = found;
    let (mut parts, after) = words.chain(at);
    let at = if parts.is_empty() { at } else { after + 1 };
    if !words.is(at, Kind::Operator) {
        return;
    }
    let schema = parts.pop().or_else(|| schema.map(str::to_owned));
    header.mark_all(create, at + 1, Mark::Skip);
    header.creates(Name { schema, name: words.spelled(at).to_owned() }, CreatedKind::Operator, &called);
    // PostgreSQL makes a shell of a commutator or negator that is missing.
    for (from, to) in words.items(at + 1) {
        if to <= end && words.any_word(from, &["commutator", "negator"]) {
            header.mark_all(from, to, Mark::Loose);
        }
    }
}

fn operator_class(mut found: FoundCreate<'_, '_>) {
    let Some((created, after)) = found.name() else { return };
    found.header.creates(created, CreatedKind::Other, &found.called);
    let start = after + usize::from(found.words.word(after, "default"));
    if found.words.words(start, &["for", "type"])
        && let Some((completed, after)) = name(found.words, start + 2)
    {
        found.header.mark_all(start + 2, after, Mark::Type);
        found.header.completes(completed);
    }
}

fn schema_elements(found: FoundCreate<'_, '_>) {
    let FoundCreate { words, create: begin, called, at, end, header, .. } = found;
    let authorization = words.word(at, "authorization");
    let role = at + usize::from(authorization);
    let Some(name) = words.identifier(role) else { return };
    header.mark_all(begin, at, Mark::Skip);
    if !authorization {
        header.mark(at, Mark::Skip);
    }
    header.creates(Name::bare(&name), CreatedKind::Schema, &called);
    let mut depth = 0_usize;
    let mut starts: Vec<usize> = Vec::new();
    for at in role + 1..end {
        match words.kind(at) {
            Some(Kind::OpenParen) => depth += 1,
            Some(Kind::CloseParen) => depth = depth.saturating_sub(1),
            _ if depth == 0 && words.any_word(at, &["create", "grant"]) => starts.push(at),
            _ => {}
        }
    }
    starts.push(end);
    for pair in starts.windows(2) {
        if let [from, to] = pair
            && words.word(*from, "create")
        {
            create(words, *from, *to, Some(&name), header);
        }
    }
}

fn index(mut found: FoundCreate<'_, '_>, unique: bool) {
    let named = if found.words.word(found.at, "on") { None } else { found.name() };
    let on = named.as_ref().map_or(found.at, |(_, after)| *after);
    let table = on + 1 + usize::from(found.words.word(on + 1, "only"));
    let indexed = name(found.words, table);
    if let Some((mut created, _)) = named {
        created.schema = indexed.as_ref().and_then(|(table, _)| table.schema.clone()).or(created.schema);
        found.header.creates(created, CreatedKind::Other, &found.called);
    }
    if let Some((completed, after)) = indexed {
        found.header.mark_all(table, after, Mark::Relation);
        if unique {
            found.header.completes(completed);
        }
    }
}

fn table(mut found: FoundCreate<'_, '_>) {
    let Some((created, after)) = found.name() else { return };
    let FoundCreate { words, called, header, end, .. } = found;
    header.creates(created.clone(), CreatedKind::Other, &called);
    let mut open = after;
    if words.word(after, "of") {
        let to = words.after_chain(after + 1);
        header.mark_all(after + 1, to, Mark::Type);
        open = to;
    } else if words.words(after, &["partition", "of"]) {
        let to = words.after_chain(after + 2);
        header.mark_all(after + 2, to, Mark::Relation);
        open = to;
    }
    if open >= end || !words.is(open, Kind::OpenParen) {
        return;
    }
    for column in lists::columns(words, open, header) {
        let sequence = Name { schema: created.schema.clone(), name: format!("{}_{}_seq", created.name, column) };
        header.creates(sequence, CreatedKind::Other, "sequence");
    }
}

fn view(mut found: FoundCreate<'_, '_>, recursive: bool) {
    let Some((created, after)) = found.name() else { return };
    if recursive {
        found.header.locals.push(created.name.clone());
    }
    found.header.creates(created, CreatedKind::Other, &found.called);
    if found.words.is(after, Kind::OpenParen) {
        found.header.mark_all(after, found.words.after_parens(after), Mark::Skip);
    }
}

fn r#type(mut found: FoundCreate<'_, '_>) {
    let Some((created, after)) = found.name() else { return };
    let FoundCreate { words, called, header, .. } = found;
    // A base type: its input and output functions need the shell that was created before, and it needs them.
    if words.is(after, Kind::OpenParen) {
        header.completes(created);
        return;
    }
    header.creates(created.clone(), CreatedKind::Other, &called);
    if words.word(after, "as") && words.is(after + 1, Kind::OpenParen) {
        lists::columns(words, after + 1, header);
    } else if words.words(after, &["as", "enum"]) {
        header.mark_all(after, words.after_parens(after + 2), Mark::Skip);
    } else if words.words(after, &["as", "range"]) {
        for (from, to) in words.items(after + 2) {
            header.mark_all(from, from + 2, Mark::Skip);
            header.mark_all(from + 2, to, Mark::Type);
        }
        let said = words.items(after + 2).into_iter().find(|(from, _)| words.word(*from, "multirange_type_name"));
        let multirange = match said.and_then(|(from, to)| Some((name(words, from + 2)?.0, from, to))) {
            Some((name, from, to)) => {
                header.mark_all(from, to, Mark::Skip);
                name
            }
            None if created.name.contains("range") => {
                Name { schema: created.schema, name: created.name.replacen("range", "multirange", 1) }
            }
            None => Name { schema: created.schema, name: format!("{}_multirange", created.name) },
        };
        header.creates(multirange, CreatedKind::Other, &called);
    }
}

fn domain(mut found: FoundCreate<'_, '_>) {
    let Some((created, after)) = found.name() else { return };
    let FoundCreate { words, called, header, .. } = found;
    header.creates(created, CreatedKind::Other, &called);
    header.locals.push("value".to_owned());
    let at = after + usize::from(words.word(after, "as"));
    header.mark_all(at, words.after_chain(at), Mark::Type);
}

fn cast(found: FoundCreate<'_, '_>) {
    let FoundCreate { words, at, create, header, .. } = found;
    header.mark_all(create, at, Mark::Skip);
    let second = (at..words.after_parens(at)).find(|at| words.word(*at, "as")).map(|at| at + 1);
    for from in [Some(at + 1), second].into_iter().flatten() {
        if let Some((completed, after)) = name(words, from) {
            header.mark_all(from, after, Mark::Type);
            if !is_builtin_type(&completed) {
                header.completes(completed);
            }
        }
    }
}

fn transform(found: FoundCreate<'_, '_>) {
    let FoundCreate { words, at, create, header, .. } = found;
    header.mark_all(create, at, Mark::Skip);
    if words.word(at, "for")
        && let Some((completed, after)) = name(words, at + 1)
    {
        header.mark_all(at + 1, after, Mark::Type);
        if !is_builtin_type(&completed) {
            header.completes(completed);
        }
    }
}

/// `CREATE STATISTICS [name] [(kinds)] ON columns FROM table`.
fn statistics(mut found: FoundCreate<'_, '_>) {
    let (words, end) = (found.words, found.end);
    let named = if words.any_word(found.at, &["on"]) { None } else { found.name() };
    let from = named.as_ref().map_or(found.at, |(_, after)| *after);
    let Some(on) = (from..end).find(|at| words.word(*at, "on")) else { return };
    let table = (on..end).rev().find(|at| words.word(*at, "from")).unwrap_or(end);
    found.header.mark_all(from, on, Mark::Skip);
    found.header.mark_all(on, table, Mark::Loose);
    if let Some((created, _)) = named {
        found.header.creates(created, CreatedKind::Other, &found.called);
    }
}

/// PostgreSQL's own types, which no file completes; the first words of their names.
fn is_builtin_type(name: &Name) -> bool {
    const TYPES: &[&str] = &[
        "bool",
        "bytea",
        "date",
        "float4",
        "float8",
        "int2",
        "int4",
        "int8",
        "interval",
        "json",
        "jsonb",
        "name",
        "oid",
        "text",
        "timestamptz",
        "timetz",
        "uuid",
        "varbit",
        "bpchar",
        "money",
        "inet",
        "cidr",
        "xml",
        "double",
        "regclass",
        "regtype",
    ];
    let builtin = TYPES.contains(&name.name.as_str()) || keyword(&name.name) == Some(Keyword::Reserved);
    builtin && name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
}

/// A trigger's name belongs to its table: nobody waits for it.
fn trigger(found: FoundCreate<'_, '_>) {
    let (words, end, from) = (found.words, found.end, found.at);
    let header = own_name(found, "trigger");
    let on = (from..end).find(|at| words.word(*at, "on"));
    header.mark_all(from, on.unwrap_or(from), Mark::Skip);
    routines::trigger_function(words, end, header);
}

fn own_name<'b>(mut found: FoundCreate<'_, 'b>, kind: &str) -> &'b mut Header {
    if let Some((part, _)) = found.name() {
        found.header.part(kind, part.name);
    }
    found.header
}
