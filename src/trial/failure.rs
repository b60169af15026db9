//! Why a run cannot be carried out: from failed attempts and forbidden effects to diagnostics, root causes first.

use std::collections::HashSet;

use super::drive::{Drive, Failed};
use super::ledger::{Ledger, Was, may_be};
use crate::engine::diagnosis::Obstacle;
use crate::engine::explanation::{Root, explain};
use crate::error::{Error, Kind};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::migration::Migration;
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::plan::Reason;
use crate::model::project::Place;
use crate::model::sql_error::SqlError;
use crate::model::statement::{Role, Statement};
use crate::model::verb::{Existing, Verb};
use crate::postgres::connection::interrupt;
use crate::postgres::session::Failure;

/// The error for a failure after which no other attempt can help; `None` for any other.
pub fn fatal(failed: &Failed) -> Option<Error> {
    let error = &failed.error;
    let diagnostic = said(error);
    match failed.obstacle {
        Obstacle::OutOfLocks => Some(Error::new(
            Kind::Unavailable,
            diagnostic.help("raise max_locks_per_transaction in the server's configuration and restart the server"),
        )),
        Obstacle::Fatal if error.code == "57014" && interrupt::is_requested() => Some(interrupt::error()),
        Obstacle::Fatal if error.code == "57014" => Some(Error::new(Kind::Sql, diagnostic)),
        Obstacle::Fatal if error.code == "25006" => {
            Some(Error::new(Kind::Unavailable, diagnostic.help("connect to a server that accepts changes")))
        }
        Obstacle::Fatal => Some(Error::new(Kind::Unavailable, diagnostic)),
        _ => None,
    }
}

/// The error for a migration that failed.
pub fn migration(drive: &Drive<'_>, migration: &Migration, failure: &Failure, obstacle: &Obstacle) -> Error {
    let statement = migration.statements.get(failure.part);
    let mut diagnostic = said(&failure.error);
    diagnostic.place = statement.map(|statement| place(statement, &failure.error, failure.setting));
    if diagnostic.place.is_none() {
        diagnostic.place = Some(Place::file(migration.file.path.clone()));
    }
    let failed = Failed {
        error: failure.error.clone(),
        obstacle: obstacle.clone(),
        setting: failure.setting,
        rewritten: false,
        help: None,
    };
    if let Some(mut fatal) = fatal(&failed) {
        if let Some(first) = fatal.diagnostics.first_mut() {
            first.place = diagnostic.place;
        }
        return fatal;
    }
    diagnostic.help = help(drive, None, &failed);
    let takes_over = |object: &Object| {
        let mut created = statement.into_iter().flat_map(|statement| &statement.mentions.creates);
        created.any(|created| may_be(created, object))
    };
    if *obstacle == Obstacle::AlreadyExists
        && let Some(object) = drive.input.recorded.statements.iter().filter_map(|row| row.object.as_ref()).find(|o| takes_over(o))
    {
        let help = format!("the code directory made {object}: write IF NOT EXISTS here, so that the migration takes it over");
        diagnostic.help = Some(help);
    }
    let kind = if *obstacle == Obstacle::AlreadyExists { Kind::Sql } else { kind(obstacle) };
    let mut diagnostics = vec![diagnostic];
    if !drive.queue.parked().is_empty() {
        diagnostics.extend(unresolved(drive).diagnostics);
    }
    Error { kind, diagnostics }
}

/// A statement of pgmg's own that PostgreSQL refused.
pub fn own(error: &SqlError) -> Error {
    let kind = match error.code.as_str() {
        "57014" if interrupt::is_requested() => return interrupt::error(),
        "42501" => Kind::Sql,
        code if ["08", "25", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class)) => Kind::Unavailable,
        _ => Kind::Sql,
    };
    let mut diagnostic = said(error);
    if error.code == "42501" {
        diagnostic.help = Some("pgmg needs CREATE on the schema of its state tables and TEMPORARY on the database".to_owned());
    }
    Error::new(kind, diagnostic)
}

/// A deferred constraint that COMMIT would have refused.
pub fn deferred(error: &SqlError, migration: Option<&Migration>) -> Error {
    let mut diagnostic = said(error);
    diagnostic.place = migration.map(|migration| Place::file(migration.file.path.clone()));
    Error::new(Kind::Sql, diagnostic.note(NoteLabel::Note, "a deferred constraint is violated; COMMIT would be refused"))
}

/// The statements that are left for a reason of their own when nothing moves any more.
pub fn roots(drive: &Drive<'_>) -> Vec<usize> {
    explain(drive.statements, drive.graph, &left(drive)).roots.into_iter().flat_map(|root| root.statements).collect()
}

fn left(drive: &Drive<'_>) -> Vec<(usize, Obstacle)> {
    drive.queue.parked().into_iter().filter_map(|id| Some((id, drive.failures.get(&id)?.obstacle.clone()))).collect()
}

/// The error for the statements that are left when nothing moves any more.
pub fn unresolved(drive: &Drive<'_>) -> Error {
    let explanation = explain(drive.statements, drive.graph, &left(drive));
    let mut kinds = Vec::new();
    let mut diagnostics = Vec::new();
    for root in &explanation.roots {
        let (kind, diagnostic) =
            if root.statements.len() > 1 { (Kind::Unresolved, circle(drive, root)) } else { single(drive, root) };
        kinds.push(kind);
        diagnostics.push(diagnostic);
    }
    if diagnostics.is_empty() {
        return Error::bug("statements are left without a reason");
    }
    // What is wrong in a file comes before what is wrong between files and database.
    let order = [Kind::Sql, Kind::Unresolved, Kind::Disagreement, Kind::Unavailable];
    let kind = order.into_iter().find(|kind| kinds.contains(kind)).unwrap_or(Kind::Sql);
    Error { kind, diagnostics }
}

/// Refuses effects that must not be: vanishing objects, two makers of one object, unmanaged objects in the way.
pub fn check_ledger(drive: &Drive<'_>, ledger: &Ledger) -> crate::error::Result<()> {
    let mut diagnostics: Vec<(Kind, Diagnostic)> = Vec::new();
    let done: HashSet<usize> = drive.queue.successes().iter().copied().collect();
    let mut done: Vec<usize> = done.into_iter().collect();
    done.sort_unstable();
    for &id in &done {
        let statement = &drive.statements[id];
        if let Some(object) = ledger.statement(id).temporary.first() {
            let message = format!("{object} is temporary: it would vanish when pgmg disconnects");
            let help = "create it without TEMPORARY, or inside the function or migration that uses it";
            diagnostics.push((Kind::Sql, Diagnostic::new(message).at(statement.place()).help(help)));
        }
        diagnostics.extend(two_makers(drive, ledger, &done, id).map(|diagnostic| (Kind::Sql, diagnostic)));
        diagnostics.extend(in_the_way(drive, ledger, id).map(|diagnostic| (Kind::Disagreement, diagnostic)));
    }
    match diagnostics.first() {
        None => Ok(()),
        Some((kind, _)) => {
            Err(Error { kind: *kind, diagnostics: diagnostics.into_iter().map(|(_, diagnostic)| diagnostic).collect() })
        }
    }
}

fn two_makers(drive: &Drive<'_>, ledger: &Ledger, done: &[usize], id: usize) -> Option<Diagnostic> {
    let statement = &drive.statements[id];
    let entry = ledger.statement(id);
    for provided in &entry.provides {
        if let Some(other) = managed_by(drive, &provided.object).filter(|&other| !same_file(drive, id, other)) {
            return Some(made_twice(drive, &provided.object, id, other));
        }
    }
    let stays = statement.mentions.verb == Verb::Create(Existing::Stays);
    if statement.mentions.role != Role::Creates || stays || !entry.provides.is_empty() {
        return None;
    }
    let others = done.iter().copied().filter(|&other| other != id && !same_file(drive, id, other));
    for other in others {
        for provided in ledger.statement(other).provides.iter().filter(|_| drive.may_overwrite(other)) {
            let is_it = statement.mentions.creates.iter().any(|created| may_be(created, &provided.object));
            if is_it && (entry.touches.is_empty() || entry.touches.contains(&provided.object)) {
                return Some(made_twice(drive, &provided.object, id, other));
            }
        }
    }
    None
}

/// The unchanged statement of the project that an object is recorded for.
fn managed_by(drive: &Drive<'_>, object: &Object) -> Option<usize> {
    drive.records.of_object(object).and_then(|row| drive.records.statement(row))
}

fn made_twice(drive: &Drive<'_>, object: &Object, one: usize, other: usize) -> Diagnostic {
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    Diagnostic::new(format!("{object} is created by two files"))
        .at(drive.statements[second].place())
        .related("it is also created here", drive.statements[first].place())
        .help("keep one of them")
}

fn in_the_way(drive: &Drive<'_>, ledger: &Ledger, id: usize) -> Option<Diagnostic> {
    let provided = ledger
        .statement(id)
        .provides
        .iter()
        .find(|provided| provided.was == Was::Present && !is_recorded(drive, &provided.object))?;
    Some(unmanaged(&provided.object.to_string(), drive.statements[id].place()))
}

fn unmanaged(object: &str, place: Place) -> Diagnostic {
    Diagnostic::new(format!("{object} exists already, and pgmg does not manage it"))
        .at(place)
        .help("drop or rename the existing object, or take the statement out of the code directory")
}

fn is_recorded(drive: &Drive<'_>, object: &Object) -> bool {
    drive.records.of_object(object).is_some()
}

fn single(drive: &Drive<'_>, root: &Root) -> (Kind, Diagnostic) {
    let id = root.statements[0];
    let statement = &drive.statements[id];
    let Some(failed) = drive.failures.get(&id) else {
        return (Kind::Bug, Diagnostic::new("a statement failed without a reason"));
    };
    if failed.obstacle == Obstacle::AlreadyExists {
        return already_there(drive, id, failed, root.waiting);
    }
    let mut diagnostic = said(&failed.error);
    diagnostic.place = Some(if failed.rewritten { statement.place() } else { place(statement, &failed.error, failed.setting) });
    diagnostic.waiting = root.waiting;
    diagnostic.help = failed.help.clone().or_else(|| help(drive, Some(id), failed));
    let worked_before = match drive.made_again.get(&id).filter(|_| !drive.input.comparison.statements.contains(&id)) {
        Some(Reason::DependsOn(changed)) => Some(format!("it worked before {changed} changed")),
        Some(Reason::InTheWay(migration)) => Some(format!("it worked before the migration {migration}")),
        _ => None,
    };
    if let Some(note) = worked_before {
        diagnostic = diagnostic.note(NoteLabel::Note, note);
    }
    (kind(&failed.obstacle), diagnostic)
}

fn already_there(drive: &Drive<'_>, id: usize, failed: &Failed, waiting: usize) -> (Kind, Diagnostic) {
    let statement = &drive.statements[id];
    let same_name = |other: &Statement| {
        other.mentions.creates.iter().any(|theirs| {
            statement.mentions.creates.iter().any(|ours| {
                ours.name.may_equal(&theirs.name) && std::mem::discriminant(&ours.kind) == std::mem::discriminant(&theirs.kind)
            })
        })
    };
    let done = (0..drive.statements.len()).filter(|&other| other != id && drive.queue.is_done(other));
    let mut diagnostic = said(&failed.error);
    diagnostic.place = Some(place(statement, &failed.error, None));
    diagnostic.waiting = waiting;
    if let Some(other) = done.into_iter().find(|&other| same_name(&drive.statements[other])) {
        let diagnostic = diagnostic.related("it is also created here", drive.statements[other].place()).help("keep one of them");
        return (Kind::Sql, diagnostic);
    }
    let help = "pgmg does not manage the existing object: drop or rename it, or take the statement out of the code directory";
    (Kind::Disagreement, diagnostic.help(help))
}

fn circle(drive: &Drive<'_>, root: &Root) -> Diagnostic {
    let name = |id: usize| {
        let statement = &drive.statements[id];
        statement
            .mentions
            .creates
            .first()
            .map_or_else(|| statement.mentions.keyword.to_ascii_uppercase(), |created| created.name.to_string())
    };
    let names: Vec<String> = root.statements.iter().map(|&id| name(id)).collect();
    let mut diagnostic = Diagnostic::new(format!("{} need each other", names.join(" and ")));
    for (at, &id) in root.statements.iter().enumerate() {
        let statement = &drive.statements[id];
        let next = &names[(at + 1) % names.len()];
        let found =
            drive.failures.get(&id).map_or_else(|| statement.place(), |failed| place(statement, &failed.error, failed.setting));
        if at == 0 {
            diagnostic.place = Some(found);
        } else {
            diagnostic = diagnostic.related(format!("{} needs {next}", names[at]), found);
        }
    }
    diagnostic.waiting = root.waiting;
    let first = format!("{} needs {}", names[0], names[1 % names.len()]);
    diagnostic.note(NoteLabel::Note, first).help("break the circle: one of them has to do without the other")
}

fn kind(obstacle: &Obstacle) -> Kind {
    match obstacle {
        Obstacle::Missing(_) => Kind::Unresolved,
        Obstacle::AlreadyExists => Kind::Disagreement,
        Obstacle::LockTimeout | Obstacle::OutOfLocks | Obstacle::Fatal => Kind::Unavailable,
        Obstacle::NotReplaceable | Obstacle::HasDependents => Kind::Disagreement,
        Obstacle::NeedsAutocommit | Obstacle::NeedsCommit | Obstacle::Unclear => Kind::Sql,
    }
}

fn help(drive: &Drive<'_>, id: Option<usize>, failed: &Failed) -> Option<String> {
    match &failed.obstacle {
        // For a column PostgreSQL gives a hint of its own where it can.
        Obstacle::Missing(_) if failed.error.code == "42703" => None,
        Obstacle::Missing(names) => missing_help(drive, id, names),
        Obstacle::NeedsAutocommit if id.is_some() => {
            Some("write `-- pgmg: no-transaction` on the line before it: it then runs by itself after the commit".to_owned())
        }
        Obstacle::NeedsCommit => Some("a new enum value can be used only after its commit: use it in the next apply".to_owned()),
        Obstacle::LockTimeout => {
            Some("somebody else holds the lock: try again later, or give --lock-timeout a longer time".to_owned())
        }
        Obstacle::NotReplaceable => {
            Some("PostgreSQL cannot replace the existing object by this one: drop it first, or keep its form".to_owned())
        }
        Obstacle::AlreadyExists => Some("the migration creates what is there already".to_owned()),
        _ => None,
    }
}

fn missing_help(drive: &Drive<'_>, id: Option<usize>, names: &[Name]) -> Option<String> {
    let name = names.first()?;
    let is_provided = !drive.graph.providers(drive.statements, id, name).is_empty();
    if is_provided {
        return None;
    }
    let migrations = drive.input.project.migrations.iter().flatten().flat_map(|migration| &migration.statements);
    let created = drive.statements.iter().chain(migrations).flat_map(|statement| &statement.mentions.creates);
    let created = created.map(|created| created.name.name.as_str());
    let near = created.filter(|other| *other != name.name).map(|other| (strsim::damerau_levenshtein(other, &name.name), other));
    let most = (name.name.chars().count() / 3).clamp(1, 3);
    match near.filter(|(distance, _)| *distance <= most).min() {
        Some((_, other)) => Some(format!("did you mean `{other}`?")),
        None => Some(format!("no file provides `{name}`")),
    }
}

fn place(statement: &Statement, error: &SqlError, setting: Option<usize>) -> Place {
    if let Some(setting) = setting.and_then(|setting| statement.settings.statements.get(setting)) {
        return Place::at(&setting.file, setting.span.start);
    }
    error.position.map_or_else(|| statement.place(), |position| statement.place_of(position))
}

/// PostgreSQL's own words.
pub fn said(error: &SqlError) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(error.message.clone());
    diagnostic.code = Some(error.code.clone());
    let notes = [(NoteLabel::Detail, &error.detail), (NoteLabel::Hint, &error.hint), (NoteLabel::Context, &error.context)];
    for (label, text) in notes {
        if let Some(text) = text {
            diagnostic = diagnostic.note(label, text.clone());
        }
    }
    diagnostic
}

fn same_file(drive: &Drive<'_>, a: usize, b: usize) -> bool {
    std::sync::Arc::ptr_eq(&drive.statements[a].file, &drive.statements[b].file)
}
