//! A run that is one of several: what it dropped comes back in it, and what has to be committed by itself is said.

use std::collections::HashSet;

use crate::engine::diagnosis::Obstacle;
use crate::engine::explain;
use crate::engine::queue::Beyond;
use crate::engine::task::{Before, Dropped, Maker, Task};
use crate::engine::verdict::{Milestone, Opening, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::statement::StatementId;

/// In a stage of its own nothing that had to go may be away until the next one: it comes back, in order, by its statement if
/// that is unchanged, or else as it was. What a changed statement says may need a later stage.
pub fn restore_stage(world: &World<'_>, progress: &Progress) -> Verdict {
    if world.covers_everything() || progress.has(Milestone::StageRestored) {
        return Verdict::Satisfied;
    }
    let is_away = |dropped: &&Dropped| match &dropped.maker {
        Maker::Definition(_) => true,
        Maker::Statement(id) => !world.is_done(*id) && !progress.tried_again.contains(id),
        Maker::Nobody => false,
    };
    // What depends on others was dropped first and comes back last.
    match world.dropped().iter().rev().find(is_away).map(|dropped| (&dropped.object, &dropped.maker)) {
        Some((object, Maker::Definition(sql))) => Orders::task(Task::MakeAsItWas(object.clone(), sql.clone())),
        Some((_, Maker::Statement(id))) => Verdict::Open(Opening::Only(HashSet::from([*id]), Beyond::Release)),
        _ => {
            let mut tasks = if world.dropped().is_empty() { Vec::new() } else { vec![Task::GiveBack(Before::Acts)] };
            if !progress.suspended.is_empty() {
                tasks.push(Task::ResumeDefaultPrivileges(progress.suspended.clone()));
            }
            Orders::once(Milestone::StageRestored, tasks)
        }
    }
}

/// A migration that uses an enum value which one before it adds: that is committed first (SQLSTATE 55P04).
pub fn commit_before(_: &World<'_>, progress: &Progress) -> Verdict {
    progress.to_commit_before.map_or(Verdict::Satisfied, Verdict::CommitBefore)
}

/// New enum values that have to be committed before anything else can work (SQLSTATE 55P04).
pub fn commit_first(world: &World<'_>, _: &Progress) -> Verdict {
    if world.parked().is_empty() || !world.covers_everything() {
        return Verdict::Satisfied;
    }
    let needs_commit = |id: &StatementId| world.failure(*id).is_some_and(|failed| failed.obstacle == Obstacle::NeedsCommit);
    let roots = explain::roots(world);
    let first = world.altered().iter().filter(|(_, altered)| altered.needs_commit).map(|(id, _)| *id);
    let first: Vec<StatementId> = first.collect();
    if first.is_empty() || roots.is_empty() || !roots.iter().all(needs_commit) {
        return Verdict::Satisfied;
    }
    Verdict::CommitFirst(first)
}
