//! What holds data, or is held by it, stays and is altered into what its file says; what would lose data is refused.

use super::CommitFirst;
use super::compare::Comparison;
use super::drive::{Drive, Failed};
use super::failure;
use crate::engine::diagnosis::Obstacle;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::name::quote_literal;
use crate::model::object::{CatalogId, Object};
use crate::model::sql_error::SqlError;
use crate::postgres::catalog;
use crate::postgres::catalog::blockers::{Dependent, Standing};
use crate::postgres::catalog::forms::{self, Attribute, Compared, Domain, Form, Forms};
use crate::postgres::session::Failure;

/// How many differences of a table are shown.
const MOST_SHOWN: usize = 12;

/// An object that was altered in place instead of being created.
#[derive(Debug, Clone)]
pub struct Evolved {
    pub id: CatalogId,
    pub object: Object,
    /// The statements that did it; none if it was already as the file says.
    pub alters: Vec<String>,
    /// It got a value that can be used only after the commit (SQLSTATE 55P04).
    pub needs_commit: bool,
    /// What a composite type that changed is built into: views that spread it, functions that return it.
    pub dependents: Vec<Object>,
}

/// What came of an attempt to alter in place.
#[derive(Debug)]
pub enum Attempt {
    /// The statement will be tried as ALTERs.
    Evolves,
    /// The statement fails even with the object out of its way.
    Fails(Box<Failure>),
}

/// Finds the ALTERs that make one of `objects` what the statement says. An error if data would be lost.
pub fn attempt(drive: &mut Drive<'_>, id: usize, objects: &[Object], all: &[Dependent]) -> Result<Option<Attempt>> {
    if drive.whole_files.contains_key(&id) {
        return Ok(None);
    }
    let Some(object) = objects.iter().find(|object| object.kind.may_hold_or_be_held()).cloned() else { return Ok(None) };
    let Some(at) = catalog::find(drive.session, std::slice::from_ref(&object))?.into_iter().next().flatten() else {
        return Ok(None);
    };
    let statement = &drive.statements[id];
    let number = i32::try_from(id).unwrap_or(i32::MAX);
    let forms = match forms::compare(drive.session, at, &object, statement, number)? {
        Compared::Forms(forms) => forms,
        Compared::StatementFailed(failure) => return Ok(Some(Attempt::Fails(Box::new(failure)))),
        Compared::Stays(error) => return Err(not_compared(drive, id, &object, &error)),
        Compared::Unknown => return Ok(None),
    };
    match alters(&object, &forms) {
        Ok(alters) => {
            let needs_commit = matches!(forms.now, Form::Enum(_)) && !alters.is_empty();
            let is_spread = matches!(forms.now, Form::Composite(_)) && !alters.is_empty();
            let dependents = if is_spread { all.iter().map(|one| one.object.clone()).collect() } else { Vec::new() };
            drive.altering.insert(id, alters.clone());
            let new = Evolved { id: at, object, alters: Vec::new(), needs_commit: false, dependents: Vec::new() };
            // The same statement may have been tried before in this run.
            let evolved = drive.evolved.entry(id).or_insert(new);
            evolved.alters.extend(alters);
            evolved.dependents.extend(dependents);
            evolved.needs_commit |= needs_commit;
            Ok(Some(Attempt::Evolves))
        }
        Err(losses) => Err(refused(drive, id, &object, &forms, &losses, all)),
    }
}

/// The new enum values that have to be committed before anything else can work; `None` if something else is wrong.
pub fn to_commit_first(drive: &Drive<'_>) -> Option<CommitFirst> {
    let needs_commit = |id: &usize| drive.failures.get(id).is_some_and(|failed| failed.obstacle == Obstacle::NeedsCommit);
    let roots = failure::roots(drive);
    if roots.is_empty() || !roots.iter().all(needs_commit) {
        return None;
    }
    let mut first: Vec<(usize, &Evolved)> = drive
        .evolved
        .iter()
        .filter(|(_, evolved)| evolved.needs_commit)
        .map(|(&statement, evolved)| (statement, evolved))
        .collect();
    first.sort_unstable_by_key(|(statement, _)| *statement);
    if first.is_empty() {
        return None;
    }
    let recorded = &drive.input.recorded.statements;
    let is_of_one = |row: &usize| first.iter().any(|(_, evolved)| recorded[*row].object.as_ref() == Some(&evolved.object));
    let comparison = Comparison {
        statements: first.iter().map(|(statement, _)| *statement).collect(),
        orphans: drive.input.comparison.orphans.iter().copied().filter(is_of_one).collect(),
        ..Comparison::default()
    };
    Some(CommitFirst {
        comparison,
        objects: first.iter().map(|(_, evolved)| evolved.object.to_string()).collect(),
        alters: first.iter().map(|(statement, evolved)| (*statement, evolved.alters.join(";\n"))).collect(),
    })
}

/// The failed attempt of a statement that fails even with its object out of its way.
pub fn failed(drive: &Drive<'_>, id: usize, failure: Failure) -> Failed {
    let names = drive.missing_names(Some(id), drive.statements[id].sql(), &failure.error);
    let obstacle = crate::engine::diagnosis::diagnose(&failure.error, names);
    Failed { error: failure.error, obstacle, setting: failure.setting, rewritten: false, help: None }
}

/// The statements that make the first form the second, or what would be lost.
fn alters(object: &Object, forms: &Forms) -> std::result::Result<Vec<String>, Vec<String>> {
    let name = object.names.first().map(String::as_str).unwrap_or_default();
    match (&forms.now, &forms.wanted) {
        (Form::Enum(now), Form::Enum(wanted)) => enum_alters(name, now, wanted),
        (Form::Composite(now), Form::Composite(wanted)) => composite_alters(name, now, wanted),
        (Form::Domain(now), Form::Domain(wanted)) => domain_alters(name, now, wanted),
        (Form::Lines(now), Form::Lines(wanted)) if now == wanted => Ok(Vec::new()),
        (Form::Lines(now), Form::Lines(wanted)) => Err(differences(now, wanted)),
        _ => Err(vec!["it would become another kind of type".to_owned()]),
    }
}

fn enum_alters(name: &str, now: &[String], wanted: &[String]) -> std::result::Result<Vec<String>, Vec<String>> {
    let lost: Vec<String> = now.iter().filter(|value| !wanted.contains(value)).cloned().collect();
    if !lost.is_empty() {
        return Err(lost.iter().map(|value| format!("it would lose the value {}", quote_literal(value))).collect());
    }
    if !wanted.iter().filter(|value| now.contains(value)).eq(now) {
        return Err(vec!["its values would be in another order".to_owned()]);
    }
    let mut alters = Vec::new();
    for (at, value) in wanted.iter().enumerate().filter(|(_, value)| !now.contains(value)) {
        let is_last = wanted[at..].iter().all(|later| !now.contains(later));
        let place = match at.checked_sub(1).and_then(|before| wanted.get(before)) {
            _ if is_last => String::new(),
            Some(before) => format!(" AFTER {}", quote_literal(before)),
            None => now.first().map(|first| format!(" BEFORE {}", quote_literal(first))).unwrap_or_default(),
        };
        alters.push(format!("ALTER TYPE {name} ADD VALUE {}{place}", quote_literal(value)));
    }
    Ok(alters)
}

fn composite_alters(name: &str, now: &[Attribute], wanted: &[Attribute]) -> std::result::Result<Vec<String>, Vec<String>> {
    let mut lost = Vec::new();
    for (at, one) in now.iter().enumerate() {
        match wanted.iter().position(|other| other.name == one.name) {
            None => lost.push(format!("it would lose the attribute {}", one.name)),
            Some(other) if wanted[other].definition != one.definition => {
                lost.push(format!(
                    "its attribute {} would be of type {}, not {}",
                    one.name, wanted[other].definition, one.definition
                ));
            }
            Some(other) if other != at => lost.push(format!("its attribute {} would stand in another place", one.name)),
            Some(_) => {}
        }
    }
    if !lost.is_empty() {
        return Err(lost);
    }
    let added = wanted.iter().skip(now.len());
    Ok(added.map(|one| format!("ALTER TYPE {name} ADD ATTRIBUTE {} {}", one.name, one.definition)).collect())
}

fn domain_alters(name: &str, now: &Domain, wanted: &Domain) -> std::result::Result<Vec<String>, Vec<String>> {
    if now.base != wanted.base {
        return Err(vec![format!("it would be of type {}, not {}", wanted.base, now.base)]);
    }
    let alter = |what: String| format!("ALTER DOMAIN {name} {what}");
    let gone = now.constraints.iter().filter(|one| !wanted.constraints.contains(one));
    let new = wanted.constraints.iter().filter(|one| !now.constraints.contains(one));
    let mut alters: Vec<String> = gone.map(|one| alter(format!("DROP CONSTRAINT {}", one.name))).collect();
    match &wanted.default {
        default if *default == now.default => {}
        Some(default) => alters.push(alter(format!("SET DEFAULT {default}"))),
        None => alters.push(alter("DROP DEFAULT".to_owned())),
    }
    match (now.not_null, wanted.not_null) {
        (false, true) => alters.push(alter("SET NOT NULL".to_owned())),
        (true, false) => alters.push(alter("DROP NOT NULL".to_owned())),
        _ => {}
    }
    alters.extend(new.map(|one| alter(format!("ADD CONSTRAINT {} {}", one.name, one.definition))));
    Ok(alters)
}

/// Both versions of a table as far as they differ; if only the order does, one sentence.
fn differences(now: &[String], wanted: &[String]) -> Vec<String> {
    let here = now.iter().filter(|line| !wanted.contains(line)).map(|line| format!("in the database: {line}"));
    let there = wanted.iter().filter(|line| !now.contains(line)).map(|line| format!("in the file: {line}"));
    let mut lines: Vec<String> = here.chain(there).collect();
    if lines.is_empty() {
        return vec!["its columns are in another order in the file".to_owned()];
    }
    let more = lines.len().saturating_sub(MOST_SHOWN);
    lines.truncate(MOST_SHOWN);
    lines.extend((more > 0).then(|| format!("and {more} more differences")));
    lines
}

fn not_compared(drive: &Drive<'_>, id: usize, object: &Object, error: &SqlError) -> Error {
    let message = format!("{object} cannot be dropped and cannot be compared with what the file says: {}", error.message);
    let diagnostic = Diagnostic { message, ..failure::said(error) }.at(drive.statements[id].place());
    let help = match error.code.as_str() {
        "42501" => "pgmg puts it into another schema for a moment: it needs to own it, and CREATE on the database",
        _ => "bring the former statement back, or write a migration that alters it",
    };
    Error::new(Kind::Disagreement, diagnostic.help(help))
}

fn refused(drive: &Drive<'_>, id: usize, object: &Object, forms: &Forms, losses: &[String], all: &[Dependent]) -> Error {
    let name = object.name();
    let (message, help) = match forms.now {
        Form::Lines(_) => (
            format!("{object} holds data and is not made again: the file and the database differ"),
            format!(
                "write a migration that alters {name}, in a form that also works where the file has made it (ADD COLUMN IF NOT \
                 EXISTS); then nothing is left to do here"
            ),
        ),
        _ => (
            format!("{object} is used by data and cannot become what the file says: {}", losses.join(", ")),
            format!(
                "bring it back in the file, or write a migration that renames {name}, creates the new one, changes the columns \
                 with ALTER COLUMN … TYPE … USING, and drops the old one"
            ),
        ),
    };
    let mut diagnostic = Diagnostic::new(message).at(drive.statements[id].place());
    if matches!(forms.now, Form::Lines(_)) {
        for loss in losses {
            diagnostic = diagnostic.note(NoteLabel::Note, loss.clone());
        }
    } else {
        let is_in_the_way = |one: &&Dependent| one.standing != Standing::Asked && one.drop_statements().is_none();
        for one in all.iter().filter(is_in_the_way) {
            diagnostic = diagnostic.note(NoteLabel::Note, format!("{} uses it", one.object));
        }
    }
    Error::new(Kind::Disagreement, diagnostic.help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(list: &str) -> Vec<String> {
        list.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn values_are_added_where_the_file_has_them() {
        let alters = enum_alters("mood", &values("b d"), &values("a aa b c d e f"));
        let expected = [
            "ALTER TYPE mood ADD VALUE 'a' BEFORE 'b'",
            "ALTER TYPE mood ADD VALUE 'aa' AFTER 'a'",
            "ALTER TYPE mood ADD VALUE 'c' AFTER 'b'",
            "ALTER TYPE mood ADD VALUE 'e'",
            "ALTER TYPE mood ADD VALUE 'f'",
        ];
        assert_eq!(alters.unwrap_or_default(), expected);
    }

    #[test]
    fn values_are_neither_lost_nor_reordered() {
        assert_eq!(enum_alters("mood", &values("a b"), &values("a")), Err(vec!["it would lose the value 'b'".to_owned()]));
        assert!(enum_alters("mood", &values("a b"), &values("b a")).is_err());
    }

    #[test]
    fn attributes_are_added_at_the_end_only() {
        let pair = |name: &str, definition: &str| Attribute { name: name.to_owned(), definition: definition.to_owned() };
        let (a, b) = (pair("a", "integer"), pair("b", "text"));
        let added = composite_alters("c", std::slice::from_ref(&a), &[a.clone(), b.clone()]);
        assert_eq!(added.unwrap_or_default(), ["ALTER TYPE c ADD ATTRIBUTE b text"]);
        for wanted in [vec![b.clone(), a.clone()], vec![b], vec![pair("a", "bigint")]] {
            assert!(composite_alters("c", std::slice::from_ref(&a), &wanted).is_err());
        }
    }
}
