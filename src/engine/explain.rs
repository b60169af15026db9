//! Why a run cannot be carried out: from failed attempts to diagnostics, root causes first.

use super::diagnosis::Obstacle;
use super::explanation::{self, Root};
use super::matching::may_be;
use super::task::Cause;
use super::world::{Failed, World};
use crate::error::{Error, Kind};
use crate::model::attempt::Failure;
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::project::Place;
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, Statement, StatementId};

/// The error for a failure after which no other attempt can help; `None` for any other.
pub fn fatal(error: &SqlError, obstacle: &Obstacle) -> Option<Error> {
    let diagnostic = said(error);
    match obstacle {
        Obstacle::OutOfLocks => {
            let help = "raise max_locks_per_transaction in the server's configuration and restart the server";
            Some(Error::new(Kind::Unavailable, diagnostic.help(help)))
        }
        Obstacle::Fatal if error.code == "57014" => Some(Error::new(Kind::Sql, diagnostic)),
        Obstacle::Fatal if error.code == "25006" => {
            Some(Error::new(Kind::Unavailable, diagnostic.help("connect to a server that accepts changes")))
        }
        Obstacle::Fatal => Some(Error::new(Kind::Unavailable, diagnostic)),
        _ => None,
    }
}

/// The error for a migration that failed.
pub fn migration(world: &World<'_>, id: MigrationId, failure: &Failure, obstacle: &Obstacle) -> Error {
    let portion = world.work().portion(id);
    let statement = portion.and_then(|portion| portion.statements().get(failure.part));
    let file = || portion.map(|portion| Place::file(portion.migration.file.path.clone()));
    let found = statement.map(|statement| place(statement, &failure.error, failure.setting)).or_else(file);
    if let Some(mut fatal) = fatal(&failure.error, obstacle) {
        if let Some(first) = fatal.diagnostics.first_mut() {
            first.place = found;
        }
        return fatal;
    }
    let mut diagnostic = said(&failure.error);
    diagnostic.place = found;
    diagnostic.help = match obstacle {
        Obstacle::AlreadyExists => statement.and_then(|statement| taken_over(world, statement)),
        _ => None,
    };
    diagnostic.help = diagnostic.help.or_else(|| help(world, None, &failure.error, obstacle));
    let kind = if *obstacle == Obstacle::AlreadyExists { Kind::Sql } else { kind(obstacle) };
    let mut diagnostics = vec![diagnostic];
    if !world.parked().is_empty() {
        diagnostics.extend(unresolved(world).diagnostics);
    }
    Error { kind, diagnostics }
}

/// What a statement creates, as its text says.
pub fn created(statement: &Statement) -> String {
    let mentions = &statement.mentions;
    let part = || mentions.part.as_ref().map(|part| format!("{}.{}", part.kind, part.name));
    let created = mentions.creates.first().map(|created| format!("{}.{}", created.called, created.name));
    created.or_else(part).unwrap_or_else(|| mentions.keyword.to_ascii_uppercase())
}

/// How a migration takes over what the code directory made.
fn taken_over(world: &World<'_>, statement: &Statement) -> Option<String> {
    let is_created = |object: &&Object| statement.mentions.creates.iter().any(|created| may_be(created, object));
    let object = world.recorded_objects().find(is_created)?;
    Some(format!("the code directory made {object}: write IF NOT EXISTS here, so that the migration takes it over"))
}

/// The statements that are left for a reason of their own when nothing moves any more.
pub fn roots(world: &World<'_>) -> Vec<StatementId> {
    let explanation = explanation::explain(world.statements(), &world.graph, &left(world));
    explanation.roots.into_iter().flat_map(|root| root.statements).collect()
}

fn left(world: &World<'_>) -> Vec<(StatementId, Obstacle)> {
    let parked = world.parked().into_iter();
    parked.filter_map(|id| Some((id, world.failure(id)?.obstacle.clone()))).collect()
}

/// The error for the statements that are left when nothing moves any more.
pub fn unresolved(world: &World<'_>) -> Error {
    let explanation = explanation::explain(world.statements(), &world.graph, &left(world));
    let mut kinds = Vec::new();
    let mut diagnostics = Vec::new();
    for root in &explanation.roots {
        let is_circle = root.statements.len() > 1;
        let (kind, diagnostic) = if is_circle { (Kind::Unresolved, circle(world, root)) } else { single(world, root) };
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

fn single(world: &World<'_>, root: &Root) -> (Kind, Diagnostic) {
    let id = root.statements[0];
    let statement = world.statement(id);
    let Some(failed) = world.failure(id) else {
        return (Kind::Bug, Diagnostic::new("a statement failed without a reason"));
    };
    if failed.obstacle == Obstacle::AlreadyExists {
        return already_there(world, id, failed, root.waiting);
    }
    let mut diagnostic = said(&failed.error);
    let found = if failed.rewritten { statement.place() } else { place(statement, &failed.error, failed.setting) };
    diagnostic.place = Some(found);
    diagnostic.waiting = root.waiting;
    diagnostic.help = failed.help.clone().or_else(|| help(world, Some(id), &failed.error, &failed.obstacle));
    if let Some(note) = worked_before(world, id) {
        diagnostic = diagnostic.note(NoteLabel::Note, note);
    }
    (kind(&failed.obstacle), diagnostic)
}

fn worked_before(world: &World<'_>, id: StatementId) -> Option<String> {
    match world.cause(id).filter(|_| !world.is_new(id))? {
        Cause::DependsOn(changed) => Some(format!("it worked before {changed} changed")),
        Cause::InTheWayOf(migration) => {
            let name = world.work().portion(*migration).map(|portion| portion.migration.name.as_str())?;
            Some(format!("it worked before the migration {name}"))
        }
        _ => None,
    }
}

fn already_there(world: &World<'_>, id: StatementId, failed: &Failed, waiting: usize) -> (Kind, Diagnostic) {
    let statement = world.statement(id);
    let mut diagnostic = said(&failed.error);
    diagnostic.place = Some(place(statement, &failed.error, None));
    diagnostic.waiting = waiting;
    let mut done = world.ids().filter(|&other| other != id && world.is_done(other));
    if let Some(other) = done.find(|&other| create_alike(statement, world.statement(other))) {
        let diagnostic = diagnostic.related("it is also created here", world.statement(other).place());
        return (Kind::Sql, diagnostic.help("keep one of them"));
    }
    let help = "pgmg does not manage the existing object: drop or rename it, or take the statement out of the code directory";
    (Kind::Disagreement, diagnostic.help(help))
}

/// Whether two statements seem to create something of one name and kind.
fn create_alike(first: &Statement, second: &Statement) -> bool {
    let created = &second.mentions.creates;
    first.mentions.creates.iter().any(|ours| {
        created.iter().any(|theirs| {
            let is_one_kind = std::mem::discriminant(&ours.kind) == std::mem::discriminant(&theirs.kind);
            is_one_kind && ours.name.may_equal(&theirs.name)
        })
    })
}

fn circle(world: &World<'_>, root: &Root) -> Diagnostic {
    let name = |id: StatementId| {
        let mentions = &world.statement(id).mentions;
        mentions.creates.first().map_or_else(|| mentions.keyword.to_ascii_uppercase(), |created| created.name.to_string())
    };
    let names: Vec<String> = root.statements.iter().map(|&id| name(id)).collect();
    let mut diagnostic = Diagnostic::new(format!("{} need each other", names.join(" and ")));
    for (at, &id) in root.statements.iter().enumerate() {
        let statement = world.statement(id);
        let failed = world.failure(id);
        let found = failed.map_or_else(|| statement.place(), |failed| place(statement, &failed.error, failed.setting));
        if at == 0 {
            diagnostic.place = Some(found);
        } else {
            let next = &names[(at + 1) % names.len()];
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

fn help(world: &World<'_>, id: Option<StatementId>, error: &SqlError, obstacle: &Obstacle) -> Option<String> {
    let help = match obstacle {
        // For a column PostgreSQL gives a hint of its own where it can.
        Obstacle::Missing(_) if error.code == "42703" => return None,
        Obstacle::Missing(names) => return missing_help(world, id, names),
        Obstacle::NeedsAutocommit if id.is_some() => {
            "write `-- pgmg: no-transaction` on the line before it: it then runs by itself after the commit"
        }
        Obstacle::NeedsCommit => "a new enum value can be used only after its commit: use it in the next apply",
        Obstacle::LockTimeout => "somebody else holds the lock: try again later, or give --lock-timeout a longer time",
        Obstacle::NotReplaceable => "PostgreSQL cannot replace the existing object by this one: drop it first, or keep its form",
        Obstacle::AlreadyExists => "the migration creates what is there already",
        _ => return None,
    };
    Some(help.to_owned())
}

fn missing_help(world: &World<'_>, id: Option<StatementId>, names: &[Name]) -> Option<String> {
    let name = names.first()?;
    let is_provided = !world.providers(id, name).is_empty();
    if is_provided {
        return None;
    }
    let created =
        world.statements().iter().chain(world.work().statements_in_force()).flat_map(|statement| &statement.mentions.creates);
    let created = created.map(|created| created.name.name.as_str());
    let near = created.filter(|other| *other != name.name).map(|other| (strsim::damerau_levenshtein(other, &name.name), other));
    let most = (name.name.chars().count() / 3).clamp(1, 3);
    match near.filter(|(distance, _)| *distance <= most).min() {
        Some((_, other)) => Some(format!("did you mean `{other}`?")),
        None => Some(format!("no file provides `{name}`")),
    }
}

/// Where a statement failed.
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
