//! One result whatever the way: what succeeded before something it binds, or could cover, was there is tried again.

use std::collections::{BTreeMap, HashSet};

use super::settings::{self, sets_on};
use super::stars::{expands_columns, may_run_again, outdated};
use crate::engine::graph::{Edge, edge_of};
use crate::engine::ledger::{Entry, Was};
use crate::engine::matching::{last_name, own_names, seems_to_create, stands_before};
use crate::engine::task::Cause;
use crate::engine::timeline::{Timeline, TooEarly};
use crate::engine::verdict::{Lesson, Orders, Progress, Round, Verdict};
use crate::engine::work::Need;
use crate::engine::world::{World, may_run_twice};
use crate::model::attempt::AttemptId;
use crate::model::object::Object;
use crate::model::statement::{MigrationId, Mode, Role, Statement, StatementId, Strength, Uses};
use crate::model::verb::Verb;

/// Tries again what came too early; what cannot be tried again where it stands is misplaced.
pub fn rebinding(world: &World<'_>, progress: &Progress) -> Verdict {
    if !progress.is_seen {
        return Verdict::Look;
    }
    let timeline = world.timeline();
    let early = too_early(world, &timeline);
    let mut round = Round::default();
    let mut again = Vec::new();
    for causes in early.values() {
        let Some(TooEarly { statement, because, .. }) = causes.first().copied() else { continue };
        let ran = timeline.ran(statement);
        // What it was set on is another one.
        let is_to_be_set = || causes.iter().any(|cause| sets_on(world, statement, cause.because));
        let may_run_here = may_run_again(world, statement) || is_to_be_set();
        if (may_run_twice(world.statement(statement)) || !ran) && may_run_here {
            log::info!("{}: again, because of {}", world.path(statement), world.path(because));
            again.push((statement, Cause::CameTooEarly(because)));
            round.retried.extend(ran.then_some(statement));
        } else if ran {
            log::info!("{}: misplaced, because of {}", world.path(statement), world.path(because));
            round.misplaced.push(statement);
        }
    }
    let needs = |causes: &Vec<TooEarly>| causes.iter().map(|cause| (cause.statement, cause.because)).collect::<Vec<Need>>();
    round.early = early.values().flat_map(needs).collect();
    let can_be_placed = round.needs_of(&round.misplaced).iter().any(|need| !progress.forced.contains(need));
    if again.is_empty() && !can_be_placed {
        return Verdict::Satisfied;
    }
    Verdict::Do(Orders { again, round: Some(round), ..Orders::default() })
}

/// What could not be tried again where it stands, or failed there, comes in its place in another beginning.
pub fn misplaced(world: &World<'_>, progress: &Progress) -> Verdict {
    let Some(round) = &progress.round else { return Verdict::Satisfied };
    let parked: HashSet<StatementId> = world.parked().into_iter().collect();
    let failed = round.retried.iter().filter(|id| parked.contains(id));
    let misplaced: Vec<StatementId> = round.misplaced.iter().chain(failed).copied().collect();
    let mut needs = round.needs_of(&misplaced);
    needs.retain(|need| !progress.forced.contains(need));
    if needs.is_empty() { Verdict::Satisfied } else { Verdict::BeginAgain(Lesson::Order(needs)) }
}

/// Everyone who came too early, by their places in the canonical order, each with all that it should have come after.
fn too_early(world: &World<'_>, timeline: &Timeline) -> BTreeMap<usize, Vec<TooEarly>> {
    let by_text = bound_too_early(world, timeline).into_iter().filter(|early| matters(world, timeline, early));
    let early = by_text
        .chain(settings::overruled(world, timeline))
        .chain(settings::out_of_order(world, timeline))
        .chain(hidden_names(world, timeline))
        .chain(sweeps(world, timeline))
        .chain(outdated(world, timeline))
        .chain(spread(world, timeline));
    let mut found: BTreeMap<usize, Vec<TooEarly>> = BTreeMap::new();
    // What a later stage is going to make has not come at all, and what goes with its whole file has not come by itself.
    let has_come = |early: &TooEarly| {
        let is_by_itself = world.statement(early.statement).mode == Mode::Transactional && !world.goes_along(early.statement);
        world.is_done(early.statement) && is_by_itself
    };
    for early in early.filter(has_come) {
        found.entry(world.queue.place(early.statement)).or_default().push(early);
    }
    found
}

/// Statements that bind a name, or use an object, that another statement created or completed only after them. Who is needed
/// by that other one could never have come after it.
fn bound_too_early(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let mut found = Vec::new();
    for because in world.ids().filter(|&id| timeline.ran(id)) {
        let by_name = world.graph.after(because).iter().copied();
        for (statement, hint) in by_name.chain(later_in_its_file(world, timeline, because)) {
            let binds = matches!(hint, Edge::Known | Edge::Bound | Edge::Completes);
            if binds && timeline.is_before(statement, because) && !timeline.is_needed(because, statement) {
                found.push(TooEarly { statement, because, hint });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Those that stand behind a statement in its file, came before it, and use what it creates or completes: the graph has only the
/// order of the file for them.
fn later_in_its_file(world: &World<'_>, timeline: &Timeline, because: StatementId) -> Vec<(StatementId, Edge)> {
    let mentions = &world.statement(because).mentions;
    let behind = world.ids().skip(because.0 + 1);
    let behind = behind.take_while(|&id| stands_before(world.statement(because), world.statement(id)));
    let mut found = Vec::new();
    for id in behind.filter(|&id| timeline.is_before(id, because)) {
        let edge = |used: &Uses| {
            let created = mentions.creates.iter().filter_map(|created| edge_of(created, used)).min();
            let is_completed = || mentions.completes.iter().any(|name| name.may_equal(&used.name));
            created.or_else(|| is_completed().then_some(Edge::Completes))
        };
        let edges = world.statement(id).mentions.uses.iter().filter_map(edge).min();
        found.extend(edges.map(|edge| (id, edge)));
    }
    found
}

/// A statement from an earlier run is tried again only if something new can change what it binds.
fn matters(world: &World<'_>, timeline: &Timeline, early: &TooEarly) -> bool {
    let spreads = expands_columns(world.statement(early.statement));
    let is_alter = matches!(world.statement(early.because).mentions.verb, Verb::Alter(_));
    if early.hint == Edge::Completes && is_alter && !spreads {
        return false;
    }
    let is_new = || world.ledger().statement(early.because).makes_something_new();
    timeline.ran(early.statement) || is_new() || early.hint == Edge::Completes && spreads
}

/// Names that a statement created without its text showing it (a DO block, a CALL), bound before by others.
fn hidden_names(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let mut found = Vec::new();
    for &because in world.queue.successes() {
        let provided = world.ledger().statement(because).provides.iter().map(|provided| &provided.object);
        let hidden = provided.filter(|object| !seems_to_create(world.statement(because), object) && object.kind.has_own_name());
        for name in hidden.filter_map(last_name) {
            for &statement in world.mentioners(name) {
                let is_before = statement != because && timeline.is_before(statement, because);
                let is_later = !stands_before(world.statement(statement), world.statement(because));
                if binds(world.statement(statement), name) && is_before && is_later && !timeline.is_needed(because, statement) {
                    found.push(TooEarly { statement, because, hint: Edge::Bound });
                }
            }
        }
    }
    found
}

fn binds(statement: &Statement, name: &str) -> bool {
    let mut uses = statement.mentions.uses.iter();
    uses.any(|used| used.strength == Strength::Bound && used.name.name == name)
}

/// Statements that act on whatever there is, and something of another file came after them.
fn sweeps(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let role = |id: StatementId| world.statement(id).mentions.role;
    let makes_new = |id: &StatementId| world.ledger().statement(*id).makes_something_new();
    let creators: Vec<StatementId> =
        world.queue.successes().iter().copied().filter(|id| makes_new(id) && role(*id) != Role::Watches).collect();
    let acting = world.ids().filter(|&id| role(id) != Role::Creates);
    let sweepers: HashSet<StatementId> = acting.filter(|&id| is_sweeping(world, timeline, id)).collect();
    let mut found = Vec::new();
    for &statement in &sweepers {
        // Two that both make things by names nobody can read: neither is known to cover what the other makes.
        let makes = role(statement) == Role::Acts && makes_by_itself(world.ledger().statement(statement));
        let is_covered = |creator: StatementId| {
            creator != statement
                && timeline.is_before(statement, creator)
                && !stands_before(world.statement(statement), world.statement(creator))
                && !timeline.is_needed(creator, statement)
                && !(makes && sweepers.contains(&creator))
        };
        let later = creators.iter().copied().filter(|&creator| is_covered(creator));
        found.extend(later.map(|because| TooEarly { statement, because, hint: Edge::Bound }));
    }
    // In a fresh build every migration comes before them.
    let makes_new = |id: MigrationId| world.ledger().entry(AttemptId::Migration(id)).makes_something_new();
    let last = world.migrated().iter().rfind(|(id, _)| makes_new(*id));
    if let Some((_, successes)) = last {
        let earlier = sweepers.iter().copied().filter(|&statement| timeline.was_before(statement, *successes));
        found.extend(earlier.map(|statement| TooEarly { statement, because: statement, hint: Edge::Bound }));
    }
    found.sort_unstable();
    found
}

/// Whether a statement did something to an object that it does not name, or was to and found none.
fn is_sweeping(world: &World<'_>, timeline: &Timeline, id: StatementId) -> bool {
    let statement = world.statement(id);
    let names: HashSet<&str> = statement.mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
    let is_grant = matches!(statement.mentions.verb, Verb::Grant(_) | Verb::Revoke(_));
    if statement.mentions.verb.sweeps() {
        return timeline.ran(id) || !world.rows_of(id).is_empty();
    }
    if !timeline.ran(id) {
        let row = world.rows_of(id).iter().find(|row| row.object.is_none());
        let is_named = |label: &String| names.iter().any(|name| label.contains(name));
        return row.is_some_and(|row| row.touches.iter().any(|label| !is_named(label)) || row.touches.is_empty() && is_grant);
    }
    if statement.mentions.role == Role::Watches {
        return true;
    }
    // What it made under a name that its text does not show tells of a sweep only if it looked at the catalog.
    let reads_catalog = names.iter().any(|name| name.starts_with("pg_") || *name == "information_schema");
    let entry = world.ledger().statement(id);
    let mut touched = entry.objects().peekable();
    if touched.peek().is_none() {
        return is_grant || statement.mentions.verb == Verb::Do && reads_catalog;
    }
    let is_new =
        |object: &Object| entry.provides.iter().any(|provided| provided.object == *object && provided.was == Was::Absent);
    touched.any(|object| {
        let is_named = own_names(object).any(|name| names.contains(name));
        !is_named && (!is_new(object) || object.kind.is_part() || reads_catalog)
    })
}

/// Whether a statement made something that is no part of anything else.
fn makes_by_itself(entry: &Entry) -> bool {
    entry.provides.iter().any(|provided| provided.was == Was::Absent && !provided.object.kind.is_part())
}

/// Statements whose objects a composite type is built into that got attributes in this run.
fn spread(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let mut found = Vec::new();
    for (&because, altered) in world.altered() {
        let statements = altered.dependents.iter().filter_map(|object| world.records().maker(object));
        let is_stale = |statement: &StatementId| {
            *statement != because && (!timeline.ran(*statement) || timeline.is_before(*statement, because))
        };
        let stale = statements.filter(is_stale);
        found.extend(stale.map(|statement| TooEarly { statement, because, hint: Edge::Bound }));
    }
    found.sort_unstable();
    found
}
