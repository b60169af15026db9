//! What a run did, as a plan to be shown, records to be kept, and what was learned.

mod edges;
mod records;
mod steps;

use std::collections::HashSet;

use super::comparison::seeming_label;
use super::graph::Graph;
use super::ledger::Entry;
use super::matching::seems_to_create;
use super::queue::Queue;
use super::rules::removal::{forgotten, stays_done};
use super::run::Run;
use super::work::Work;
use super::world::Event;
use crate::error::{Error, Result};
use crate::model::object::CatalogId;
use crate::model::plan::{Action, Plan, Reason, Tried};
use crate::model::record::{Dependency, LearnedEdge, RecordedStatement};
use crate::model::statement::StatementId;
use edges::Edges;
use steps::{forget_step, later_step, plan_without_steps, statement_step};

pub use records::records;
pub use steps::migration_step;

/// What a run that worked leaves behind.
#[derive(Debug)]
pub struct Outcome {
    pub plan: Plan,
    pub records: Vec<RecordedStatement>,
    pub dependencies: Vec<Dependency>,
    /// Names in `pgmg_state` that are no longer right.
    pub forgotten: Vec<String>,
    /// Objects recorded before that were changed or healed, by their names in `pgmg_state`.
    pub refreshed: Vec<(String, CatalogId)>,
    pub learned: Vec<LearnedEdge>,
    /// Statements that run by themselves after the commit, in order.
    pub later: Vec<StatementId>,
}

/// The outcome of a run that is finished.
///
/// # Errors
/// A record that says too little of what is gone, of kind Disagreement.
pub fn outcome(run: &Run<'_>) -> Result<Outcome> {
    let world = run.world();
    std::thread::scope(|scope| {
        let edges = scope.spawn(|| {
            let edges = Edges { world, lessons: run.lessons() };
            (edges.dependencies(), edges.learned())
        });
        let outcome = without_edges(run)?;
        let (dependencies, learned) = edges.join().map_err(|_| Error::bug("the thread that collects the edges panicked"))?;
        Ok(Outcome { dependencies, learned, ..outcome })
    })
}

fn without_edges(run: &Run<'_>) -> Result<Outcome> {
    let world = run.world();
    let work = world.work();
    let forgotten = forgotten(world)?;
    let mut plan = plan_without_steps(work);
    let modified: HashSet<&str> = work.orphans().map(|row| row.name.as_str()).collect();
    for event in world.history() {
        plan.steps.extend(steps::step(world, event, &modified));
    }
    let later: Vec<StatementId> = if world.covers_everything() { work.after_commit().collect() } else { Vec::new() };
    plan.steps.extend(forgotten.iter().filter(|row| stays_done(row)).map(|row| forget_step(row)));
    plan.steps.extend(later.iter().map(|&id| later_step(work, id)));
    plan.trial = run.cost();
    let done = world.history().iter().filter_map(|event| if let Event::Tried(id) = event { Some(*id) } else { None });
    let done: Vec<StatementId> = done.collect();
    let records = records(&done, world.statements(), |id| world.ledger().statement(id));
    let mut outdated: Vec<String> = forgotten.iter().map(|row| row.name.clone()).collect();
    outdated.extend(records::renamed(world, &records).filter(|name| !forgotten.iter().any(|row| row.name == *name)));
    Ok(Outcome {
        plan,
        refreshed: records::refreshed(world, &records, &forgotten),
        records,
        dependencies: Vec::new(),
        forgotten: outdated,
        learned: Vec::new(),
        later,
    })
}

/// The plan in the known order, nothing tried.
pub fn untried(work: &Work<'_>, reason: String) -> Plan {
    let statements = work.statements();
    let graph = std::sync::Arc::new(Graph::new(statements, &work.known));
    let pending: HashSet<StatementId> = work.in_transaction().collect();
    let queue = Queue::new(statements, graph, pending.iter().copied());
    let mut plan = plan_without_steps(work);
    plan.tried = Tried::No(reason);
    plan.steps.extend(work.migrations.iter().map(|portion| migration_step(portion.migration)));
    for &id in queue.order().iter().filter(|id| pending.contains(id)) {
        let statement = &statements[id];
        let mut step = statement_step(statement, id, Entry::nothing(), &HashSet::new());
        if let Some(label) = seeming_label(statement) {
            (step.action, step.object) = (Action::Create, label);
        }
        if work.comparison.drifted.contains(&id) {
            step.reason = Reason::Drifted;
        }
        let is_its_own = |row: &&RecordedStatement| row.object.as_ref().is_some_and(|object| seems_to_create(statement, object));
        if let Some(former) = work.orphans().find(is_its_own) {
            (step.action, step.reason, step.object) = (Action::Replace, Reason::Modified, former.name.clone());
        }
        plan.steps.push(step);
    }
    plan.steps.extend(work.after_commit().map(|id| later_step(work, id)));
    plan.trial.statements = pending.len() + work.migrations.len();
    plan
}
