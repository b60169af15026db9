//! What a batch of attempts changes.

use super::{BATCH, Run};
use crate::engine::diagnosis::Obstacle;
use crate::engine::explain;
use crate::engine::manner::Manner;
use crate::engine::reaction::{self, Reaction};
use crate::engine::task::Task;
use crate::engine::world::{Event, Failed};
use crate::model::attempt::{Failure, Outcome};
use crate::model::statement::StatementId;

impl Run<'_> {
    /// A batch was tried.
    pub fn tried(&mut self, batch: &[StatementId], outcome: Outcome) -> Result<(), crate::error::Error> {
        self.cost.attempts += outcome.done;
        for &id in &batch[..outcome.done] {
            self.succeeded(id);
        }
        if outcome.done > 0 {
            self.changed();
        }
        let Some(failure) = outcome.failure else {
            self.batch = (self.batch * 2).min(BATCH.1);
            return Ok(());
        };
        self.batch = (self.batch / 4).max(BATCH.2);
        self.cost.attempts += 1;
        self.cost.failures += 1;
        let failed = batch[failure.attempt];
        let rest: Vec<StatementId> = batch[outcome.done..].iter().copied().filter(|&id| id != failed).collect();
        self.failed(failed, failure)?;
        self.world.queue.put_back(&rest);
        Ok(())
    }

    fn succeeded(&mut self, id: StatementId) {
        self.world.failures.remove(&id);
        // Another attempt would alter anew, as far as anything is left to alter.
        if matches!(self.world.manner(id), Manner::Alters(_)) {
            self.world.manners.remove(&id);
        }
        self.world.queue.succeeded(id);
        if self.world.listed.insert(id) {
            self.world.history.push(Event::Tried(id));
            let along: Vec<StatementId> = self.world.goes_with(id).to_vec();
            self.world.history.extend(along.into_iter().map(Event::Tried));
        }
    }

    fn failed(&mut self, id: StatementId, failure: Failure) -> Result<(), crate::error::Error> {
        let failed = reaction::read(&self.world, id, failure);
        log::debug!("{}: {} {}", self.world.path(id), failed.error.code, failed.error.message);
        if matches!(self.world.manner(id), Manner::Alters(_)) {
            self.world.manners.remove(&id);
        }
        if let Some(error) = explain::fatal(&failed.error, &failed.obstacle) {
            return Err(error);
        }
        match reaction::react(&self.world, id, &failed, self.fired.contains(&id)) {
            Reaction::Retry(manner) => {
                self.world.manners.insert(id, manner);
                self.world.queue.retry(id);
            }
            Reaction::FireDeferredTriggers => {
                self.fired.insert(id);
                self.tasks.push_back(Task::CheckConstraints);
                self.world.queue.retry(id);
            }
            Reaction::MakeRoom(objects) => {
                self.failing.insert(id, failed);
                self.tasks.push_back(Task::MakeRoom(id, objects));
            }
            Reaction::FindOwners(objects) => {
                self.failing.insert(id, failed);
                self.tasks.push_back(Task::FindOwners(id, objects));
            }
            Reaction::Park => self.park(id, failed),
        }
        Ok(())
    }

    pub(super) fn without_room(&mut self, id: StatementId, failed: Failed) {
        match reaction::without_room(&self.world, id, &failed) {
            Reaction::FindOwners(objects) => {
                self.failing.insert(id, failed);
                self.tasks.push_back(Task::FindOwners(id, objects));
            }
            _ => self.park(id, failed),
        }
    }

    pub(super) fn park(&mut self, id: StatementId, failed: Failed) {
        let names = match &failed.obstacle {
            Obstacle::Missing(names) => names.clone(),
            _ => Vec::new(),
        };
        self.world.queue.failed(id, names);
        self.world.failures.insert(id, failed);
    }
}
