//! What has `*`, or a function in FROM, holds the columns that there were: it follows what was changed below it.

use std::collections::HashSet;

use crate::engine::graph::Edge;
use crate::engine::matching::last_name;
use crate::engine::reaction::with_or_replace;
use crate::engine::task::Cause;
use crate::engine::timeline::{Timeline, TooEarly};
use crate::engine::verdict::{Milestone, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::attempt::AttemptId;
use crate::model::statement::{Role, Statement, StatementId};

/// Before anything new is built on them, statements of before follow what migrations changed.
pub fn follow_migrations(world: &World<'_>, progress: &Progress) -> Verdict {
    if world.work().migrations.is_empty() || !world.has_records() || progress.has(Milestone::MigrationsFollowed) {
        return Verdict::Satisfied;
    }
    if !progress.is_seen {
        return Verdict::Look;
    }
    let again = followers(world);
    Verdict::Do(Orders { again, reached: Some(Milestone::MigrationsFollowed), ..Orders::default() })
}

/// The statements that are done and have to follow, with the one that they follow.
pub fn followers(world: &World<'_>) -> Vec<(StatementId, Cause)> {
    let early = outdated(world, &world.timeline()).into_iter();
    let early = early.filter(|early| world.is_done(early.statement) && may_run_again(world, early.statement));
    early.map(|early| (early.statement, Cause::CameTooEarly(early.because))).collect()
}

/// Whether what a statement made can be made again where it stands.
pub fn may_run_again(world: &World<'_>, id: StatementId) -> bool {
    let creates = world.statement(id).mentions.role == Role::Creates;
    !creates || world.may_overwrite(id) || with_or_replace(world, id).is_some() || world.may_be_dropped(id)
}

/// Whether PostgreSQL puts in columns for something in a statement when it runs.
pub fn expands_columns(statement: &Statement) -> bool {
    statement.mentions.role == Role::Creates && statement.mentions.expands_columns
}

/// Statements that are older than something below them: a pending migration changed it, or a statement replaced it; and those
/// over them.
pub fn outdated(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let mut found = Vec::new();
    let mut seen: HashSet<StatementId> = HashSet::new();
    let mut next = changed(world, timeline);
    while let Some((because, name)) = next.pop() {
        let is_stale = |id: StatementId| !timeline.ran(id) || because.is_some_and(|because| timeline.is_before(id, because));
        // Not what a later stage is going to make.
        let is_there = |id: StatementId| timeline.ran(id) || !world.rows_of(id).is_empty();
        let follows =
            |id: StatementId| expands_columns(world.statement(id)) && is_stale(id) && is_there(id) && Some(id) != because;
        for &statement in world.mentioners(name) {
            if follows(statement) && seen.insert(statement) {
                found.push(TooEarly { statement, because: because.unwrap_or(statement), hint: Edge::Bound });
                let creates = world.statement(statement).mentions.creates.iter();
                next.extend(creates.map(|created| (Some(statement), created.name.name.as_str())));
            }
        }
    }
    found
}

/// The names of what migrations changed and of the views that statements made in this run, with the statement.
fn changed<'b>(world: &'b World<'_>, timeline: &Timeline) -> Vec<(Option<StatementId>, &'b str)> {
    let ledger = world.ledger();
    let migrations = world.work().migrations.iter().map(|portion| AttemptId::Migration(portion.id));
    let touched = migrations.flat_map(|attempt| &ledger.entry(attempt).touches);
    let mut changed: Vec<(Option<StatementId>, &str)> = touched.filter_map(last_name).map(|name| (None, name)).collect();
    for id in world.ids().filter(|&id| timeline.ran(id)) {
        let provided = ledger.statement(id).provides.iter().map(|provided| &provided.object);
        let views = provided.filter(|object| object.kind == "view").filter_map(last_name);
        changed.extend(views.map(|name| (Some(id), name)));
    }
    changed
}
