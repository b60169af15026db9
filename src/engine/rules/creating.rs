//! Statements are tried: first what creates, then what acts, so that what the files say wins over what dropped objects carried.

use crate::engine::task::{Before, Dropped, Maker, Task};
use crate::engine::verdict::{Milestone, Opening, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::verb::Aspect;

/// After the migrations, what creates is let in.
pub fn create(world: &World<'_>, progress: &Progress) -> Verdict {
    if !world.covers_everything() {
        return Verdict::Satisfied;
    }
    match progress.opening {
        Opening::Closed | Opening::Only(..) if world.has_records() => Verdict::Open(Opening::Creators),
        Opening::Closed | Opening::Only(..) => Verdict::Open(Opening::All),
        Opening::Creators | Opening::All => Verdict::Satisfied,
    }
}

/// Once everything is made, it gets back what it carried, what no file says any more is taken back, and what acts is let in.
pub fn act(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.opening != Opening::Creators {
        return Verdict::Satisfied;
    }
    let is_settled = |task: &Task| match task {
        Task::GiveBack(_) => world.dropped().is_empty(),
        Task::Reset(aspect) => !super::revert::is_to_reset(world, progress, *aspect),
        Task::ResumeDefaultPrivileges(statements) => statements.is_empty(),
        _ => false,
    };
    let mut tasks = vec![Task::GiveBack(Before::Acts)];
    if !progress.has(Milestone::SettingsReverted) {
        tasks.extend([Aspect::Privileges, Aspect::Comment, Aspect::Label].map(Task::Reset));
    }
    tasks.push(Task::ResumeDefaultPrivileges(progress.suspended.clone()));
    tasks.retain(|task| !is_settled(task));
    Verdict::Do(Orders { tasks, reached: Some(Milestone::SettingsReverted), opens: Some(Opening::All), ..Orders::default() })
}

/// What only came back with what acts gets what it carried now; what acts on it is undone by that, and runs again.
pub fn give_back(world: &World<'_>, progress: &Progress) -> Verdict {
    // What its statement is still to make is given back when that is done.
    let is_to_come = |dropped: &Dropped| matches!(dropped.maker, Maker::Statement(id) if !world.is_done(id));
    let is_waiting = world.dropped().iter().any(|dropped| !is_to_come(dropped));
    if progress.opening == Opening::All && is_waiting && world.parked().is_empty() {
        // What acted on it is known by what it did.
        if !progress.is_seen {
            return Verdict::Look;
        }
        return Orders::task(Task::GiveBack(Before::ActsRunAgain));
    }
    Verdict::Satisfied
}
