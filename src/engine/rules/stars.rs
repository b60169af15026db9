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
    while let Some((since, name)) = next.pop() {
        let because = if let Since::Statement(id) = since { Some(id) } else { None };
        let is_stale = |id: StatementId| match since {
            Since::Statement(because) => !timeline.ran(id) || timeline.is_before(id, because),
            Since::Migration(successes) => timeline.was_before(id, successes),
        };
        // Not what a later stage is going to make.
        let is_there = |id: StatementId| timeline.ran(id) || !world.rows_of(id).is_empty();
        let follows =
            |id: StatementId| expands_columns(world.statement(id)) && is_stale(id) && is_there(id) && Some(id) != because;
        for &statement in world.mentioners(name) {
            if follows(statement) && seen.insert(statement) {
                found.push(TooEarly { statement, because: because.unwrap_or(statement), hint: Edge::Bound });
                let creates = world.statement(statement).mentions.creates.iter();
                next.extend(creates.map(|created| (Since::Statement(statement), created.name.name.as_str())));
            }
        }
    }
    found
}

/// Since when something is another one.
#[derive(Clone, Copy)]
enum Since {
    Statement(StatementId),
    /// A migration, when so many statements had succeeded.
    Migration(usize),
}

/// The names of what migrations changed and of the views that statements made in this run, and since when.
fn changed<'b>(world: &'b World<'_>, timeline: &Timeline) -> Vec<(Since, &'b str)> {
    let ledger = world.ledger();
    let mut changed: Vec<(Since, &str)> = Vec::new();
    for &(id, successes) in world.migrated() {
        let names = ledger.entry(AttemptId::Migration(id)).touches.iter().filter_map(last_name);
        changed.extend(names.map(|name| (Since::Migration(successes), name)));
    }
    for id in world.ids().filter(|&id| timeline.ran(id)) {
        let provided = ledger.statement(id).provides.iter().map(|provided| &provided.object);
        let views = provided.filter(|object| object.kind == "view").filter_map(last_name);
        changed.extend(views.map(|name| (Since::Statement(id), name)));
    }
    changed
}
