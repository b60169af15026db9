//! One result whatever the way: tries again what succeeded before something it binds, or could cover, was there.

use std::collections::{BTreeMap, HashSet};

use super::drive::Drive;
use super::ledger::{Ledger, Was, seems_to_create};
use super::migrations::unit_number;
use crate::engine::Edge;
use crate::engine::rebinding::{Course, TooEarly, bound_too_early};
use crate::error::Result;
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::statement::{Mode, Role, Statement, StatementId, Strength};
use crate::model::verb::Verb;

/// How often what came too early is tried again before the result counts as settled.
const ROUNDS: usize = 8;

/// Whether the result is the one that any way gives.
#[derive(Debug)]
pub enum Settled {
    Yes,
    /// Something came too early that cannot be tried again where it stands; with these edges it comes in its place.
    BeginAgain(Vec<(StatementId, StatementId)>),
}

/// Tries again until nothing came too early.
pub fn settle(drive: &mut Drive<'_>, ledger: &mut Ledger) -> Result<Settled> {
    for _ in 0..ROUNDS {
        let course = course(drive, ledger);
        let early = too_early(drive, ledger, &course);
        if early.is_empty() {
            return Ok(Settled::Yes);
        }
        let mut misplaced = Vec::new();
        let mut retried = Vec::new();
        for one in early.values().filter_map(|of_one| of_one.first().copied()) {
            let may = may_run_twice(&drive.statements[one.statement]) || course.last(one.statement).is_none();
            if may && drive.try_again(one.statement) {
                log::info!("{}: again, because of {}", path(drive, one.statement), path(drive, one.because));
                drive.because.insert(one.statement, one.because);
                set_again(drive, one.statement);
                retried.push(one);
            } else if course.last(one.statement).is_some() {
                log::info!("{}: misplaced, because of {}", path(drive, one.statement), path(drive, one.because));
                misplaced.push(one);
            }
        }
        if retried.is_empty() && misplaced.is_empty() {
            return Ok(Settled::Yes);
        }
        drive.run_all()?;
        while super::removal::before_the_failing(drive)? || before_the_failing(drive)? {}
        let parked: HashSet<usize> = drive.queue.parked().into_iter().collect();
        misplaced.extend(
            retried.iter().copied().filter(|one| parked.contains(&one.statement) && course.last(one.statement).is_some()),
        );
        if !misplaced.is_empty() {
            let all = misplaced.iter().filter_map(|one| early.get(&drive.queue.place(one.statement))).flatten();
            return Ok(Settled::BeginAgain(all.map(|one| (StatementId(one.statement), StatementId(one.because))).collect()));
        }
        drive.finish()?;
        super::check_constraints(drive.session, None)?;
        *ledger = drive.ledger()?;
    }
    Ok(Settled::Yes)
}

/// Replacing an object undoes what was set on it (options of a view, settings of a function): it is set again.
pub fn set_again(drive: &mut Drive<'_>, id: usize) {
    let names = drive.statements[id].mentions.creates.iter().map(|created| &created.name);
    let mentioners: Vec<usize> = names.flat_map(|name| drive.graph.mentioners(&name.name)).copied().collect();
    for other in mentioners {
        if other != id && sets_something_on(drive, other, id) && drive.queue.is_done(other) {
            drive.try_again(other);
        }
    }
}

/// Tries again what has `*` over something that was changed below it. False if there is nothing.
pub fn follow_the_changed(drive: &mut Drive<'_>) -> Result<bool> {
    let ledger = Ledger::read(drive.session, drive.input)?;
    let course = course(drive, &ledger);
    let early = stars(drive, &ledger, &course);
    let early: Vec<TooEarly> = early.into_iter().filter(|one| drive.queue.is_done(one.statement)).collect();
    let mut any = false;
    for one in early {
        if drive.try_again(one.statement) {
            drive.because.insert(one.statement, one.because);
            any = true;
        }
    }
    Ok(any)
}

/// While statements fail: lets those with `*` follow what was changed below them, because others may miss their new columns.
/// False if there were none.
pub fn before_the_failing(drive: &mut Drive<'_>) -> Result<bool> {
    let parked = drive.queue.parked();
    if parked.is_empty() || drive.input.recorded.statements.is_empty() {
        return Ok(false);
    }
    let any = follow_the_changed(drive)?;
    if any {
        parked.iter().for_each(|&id| drive.queue.retry(id));
        drive.run_all()?;
    }
    Ok(any)
}

/// Whether a statement only sets something on an object that another one creates: ALTER, GRANT, COMMENT.
fn sets_something_on(drive: &Drive<'_>, setter: usize, creator: usize) -> bool {
    let (setter, creator) = (&drive.statements[setter].mentions, &drive.statements[creator].mentions);
    let is_created = |name: &Name| creator.creates.iter().any(|created| created.name.may_equal(name));
    setter.creates.is_empty() && setter.completes.iter().any(is_created)
}

fn path(drive: &Drive<'_>, id: usize) -> String {
    drive.statements[id].file.path.clone()
}

fn course(drive: &Drive<'_>, ledger: &Ledger) -> Course {
    let needs = ledger.needs().into_iter().chain(drive.queue.learned_by_name());
    Course::new(drive.statements.len(), drive.queue.successes(), needs)
}

/// Everyone who came too early, by their places in the canonical order, each with all that it should have come after.
fn too_early(drive: &Drive<'_>, ledger: &Ledger, course: &Course) -> BTreeMap<usize, Vec<TooEarly>> {
    let mut found: BTreeMap<usize, Vec<TooEarly>> = BTreeMap::new();
    let place = |id: usize| drive.queue.place(id);
    let by_text = bound_too_early(drive.graph, course).into_iter().filter(|one| matters(drive, ledger, course, one));
    let all = by_text
        .chain(hidden_names(drive, ledger, course))
        .chain(sweeps(drive, ledger, course))
        .chain(stars(drive, ledger, course))
        .chain(spread(drive, course));
    for one in all {
        if drive.statements[one.statement].mode == Mode::Transactional {
            found.entry(place(one.statement)).or_default().push(one);
        }
    }
    found
}

/// A statement from an earlier run is tried again only if something new can change what it binds.
fn matters(drive: &Drive<'_>, ledger: &Ledger, course: &Course, one: &TooEarly) -> bool {
    let (statement, because) = (&drive.statements[one.statement], &drive.statements[one.because]);
    if one.tie == Edge::Completes && because.mentions.verb.alters() && !expands_columns(statement) {
        return false;
    }
    if course.last(one.statement).is_some() {
        return true;
    }
    let is_new = ledger.statement(one.because).provides.iter().any(|provided| provided.was == Was::Absent);
    is_new || one.tie == Edge::Completes && expands_columns(statement)
}

/// Names that a statement created without its text showing it (a DO block, a CALL), bound before by others.
fn hidden_names(drive: &Drive<'_>, ledger: &Ledger, course: &Course) -> Vec<TooEarly> {
    let mut found = Vec::new();
    for because in drive.queue.successes().iter().copied() {
        for provided in &ledger.statement(because).provides {
            if seems_to_create(&drive.statements[because], &provided.object) || !provided.object.kind.has_own_name() {
                continue;
            }
            let Some(name) = provided.object.names.last() else { continue };
            for &statement in drive.graph.mentioners(name) {
                let binds = drive.statements[statement].mentions.uses.iter();
                let binds = binds.filter(|used| used.strength == Strength::Bound).any(|used| used.name.name == *name);
                let is_before = course.is_before(statement, because) && statement != because;
                if binds && is_before && !same_file(drive, statement, because) && !course.is_needed(because, statement) {
                    found.push(TooEarly { statement, because, tie: Edge::Bound });
                }
            }
        }
    }
    found
}

/// Statements that act on whatever there is, and something of another file came after them.
fn sweeps(drive: &Drive<'_>, ledger: &Ledger, course: &Course) -> Vec<TooEarly> {
    let created = |id: &usize| ledger.statement(*id).provides.iter().any(|provided| provided.was == Was::Absent);
    let creators: Vec<usize> = drive.queue.successes().iter().copied().filter(created).collect();
    let role = |id: usize| drive.statements[id].mentions.role;
    let creators: Vec<usize> = creators.into_iter().filter(|&id| role(id) != Role::Watches).collect();
    let sweepers =
        (0..drive.statements.len()).filter(|&id| role(id) != Role::Creates).filter(|&id| is_sweeping(drive, ledger, course, id));
    let sweepers: HashSet<usize> = sweepers.collect();
    let mut found = Vec::new();
    for &statement in &sweepers {
        let later = creators.iter().copied().filter(|&creator| course.is_before(statement, creator));
        let later = later.filter(|&creator| creator != statement && !same_file(drive, statement, creator));
        let later = later.filter(|&creator| !course.is_needed(creator, statement));
        // Two that both make things by names nobody can read: neither is known to cover what the other makes.
        let makes = role(statement) == Role::Acts && makes_by_itself(ledger, statement);
        let later = later.filter(|creator| !(makes && sweepers.contains(creator)));
        found.extend(later.map(|because| TooEarly { statement, because, tie: Edge::Bound }));
    }
    found.sort_unstable();
    found
}

/// Whether a statement did something to an object that it does not name, or was to and found none.
fn is_sweeping(drive: &Drive<'_>, ledger: &Ledger, course: &Course, id: usize) -> bool {
    let statement = &drive.statements[id];
    let names: HashSet<&str> = statement.mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
    if course.last(id).is_none() {
        let row = drive.records.of_statement(statement).iter().find(|row| row.object.is_none());
        let is_named = |label: &String| names.iter().any(|name| label.contains(name));
        return row.is_some_and(|row| {
            row.touches.iter().any(|label| !is_named(label)) || row.touches.is_empty() && statement.mentions.verb.grants()
        });
    }
    if statement.mentions.role == Role::Watches {
        return true;
    }
    let entry = ledger.statement(id);
    let is_named = |object: &Object| own_names(object).any(|name| names.contains(name));
    let mut touched = entry.touches.iter().chain(entry.provides.iter().map(|provided| &provided.object)).peekable();
    // What it made under a name that its text does not show tells of a sweep only if it looked at the catalog.
    let reads_catalog = || names.iter().any(|name| name.starts_with("pg_") || *name == "information_schema");
    if touched.peek().is_none() {
        return statement.mentions.verb.grants() || statement.mentions.verb == Verb::Do && reads_catalog();
    }
    touched.any(|object| {
        let is_new = entry.provides.iter().any(|provided| provided.object == *object && provided.was == Was::Absent);
        !is_named(object) && (!is_new || object.kind.is_part() || reads_catalog())
    })
}

/// The names of an object without its schema. Types come as PostgreSQL writes them, with schema and quotes.
pub(super) fn own_names(object: &Object) -> impl Iterator<Item = &str> {
    let is_qualified = object.names.len() > 1;
    let is_type = object.kind.is_named_by_types();
    object.names.iter().skip(usize::from(is_qualified)).map(move |name| match name.rsplit_once('.') {
        Some((_, last)) if is_type => last.trim_matches('"'),
        _ => name,
    })
}

/// Whether a statement made something that is no part of anything else.
fn makes_by_itself(ledger: &Ledger, id: usize) -> bool {
    let mut provides = ledger.statement(id).provides.iter();
    provides.any(|provided| provided.was == Was::Absent && !provided.object.kind.is_part())
}

/// Statements with `*`, or with a function in FROM, that are older than something below them: a pending migration changed it, or
/// a statement replaced it; and those over them.
fn stars(drive: &Drive<'_>, ledger: &Ledger, course: &Course) -> Vec<TooEarly> {
    let mut found = Vec::new();
    let migrations = drive.input.comparison.migrations.iter();
    let changed = migrations.flat_map(|&migration| &ledger.entry(unit_number(migration)).touches);
    let mut next: Vec<(Option<usize>, &str)> = changed.filter_map(last_name).map(|name| (None, name)).collect();
    for done in (0..drive.statements.len()).filter(|&id| course.last(id).is_some()) {
        let provided = ledger.statement(done).provides.iter().map(|provided| &provided.object);
        next.extend(provided.filter(|object| object.kind == "view").filter_map(last_name).map(|name| (Some(done), name)));
    }
    let mut seen: HashSet<usize> = HashSet::new();
    while let Some((because, name)) = next.pop() {
        let is_stale = |id: usize| course.last(id).is_none() || because.is_some_and(|because| course.is_before(id, because));
        // Not what a later stage is going to make.
        let is_there = |id: usize| course.last(id).is_some() || !drive.records.of_statement(&drive.statements[id]).is_empty();
        let follows = |id: &usize| expands_columns(&drive.statements[*id]) && is_stale(*id) && is_there(*id);
        for statement in drive.graph.mentioners(name).iter().copied().filter(follows) {
            if Some(statement) != because && seen.insert(statement) {
                found.push(TooEarly { statement, because: because.unwrap_or(statement), tie: Edge::Bound });
                let creates = drive.statements[statement].mentions.creates.iter();
                next.extend(creates.map(|created| (Some(statement), created.name.name.as_str())));
            }
        }
    }
    found
}

/// Statements whose objects a composite type is built into that got attributes in this run.
fn spread(drive: &Drive<'_>, course: &Course) -> Vec<TooEarly> {
    let mut found = Vec::new();
    for (&because, evolved) in &drive.evolved {
        let rows = evolved.dependents.iter().filter_map(|object| drive.records.of_object(object));
        let statements = rows.filter_map(|row| drive.records.statement(row));
        let is_stale = |statement: &usize| {
            *statement != because && (course.last(*statement).is_none() || course.is_before(*statement, because))
        };
        found.extend(statements.filter(is_stale).map(|statement| TooEarly { statement, because, tie: Edge::Bound }));
    }
    found.sort_unstable();
    found
}

fn last_name(object: &Object) -> Option<&str> {
    object.names.last().map(String::as_str)
}

fn expands_columns(statement: &Statement) -> bool {
    statement.mentions.role == Role::Creates && statement.mentions.expands_columns
}

/// What creates can replace itself; what only sets something sets it again; what watches has watched already. Anything else might do its work twice.
pub fn may_run_twice(statement: &Statement) -> bool {
    let mentions = &statement.mentions;
    mentions.role != Role::Watches && (mentions.role == Role::Creates || mentions.verb.sets().is_some())
}

fn same_file(drive: &Drive<'_>, a: usize, b: usize) -> bool {
    std::sync::Arc::ptr_eq(&drive.statements[a].file, &drive.statements[b].file)
}
