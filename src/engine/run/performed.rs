//! What a task that was performed changes.

use super::Run;
use crate::engine::diagnosis::{Obstacle, diagnose};
use crate::engine::explain;
use crate::engine::manner::Manner;
use crate::engine::queue::Beyond;
use crate::engine::reaction;
use crate::engine::rules;
use crate::engine::task::{Alteration, Before, Cause, Done, Dropped, GivenBack, Gone, Maker, Purpose, Said, Task, When};
use crate::engine::verdict::{Opening, Waiting};
use crate::engine::world::{AlteredInPlace, Event, Failed};
use crate::error::Result;
use crate::model::attempt::Failure;
use crate::model::dependent::DropRole;
use crate::model::form::Form;
use crate::model::object::Object;
use crate::model::review::Review;
use crate::model::statement::{MigrationId, StatementId};

impl Run<'_> {
    /// A task was performed.
    pub fn performed(&mut self, task: Task, done: Done) -> Result<()> {
        if !matches!(done, Done::Nothing | Done::Checked) {
            self.changed();
        }
        if let Task::Compare(_, object) = &task {
            self.progress.compared.insert(object.clone());
        }
        if let Task::SayAgain(objects) = &task {
            self.progress.said_again.extend(objects.iter().cloned());
        }
        match task {
            Task::Migrate(id) => self.after_migrating(id, done),
            Task::Unblock(id, ..) => self.after_unblocking(id, done),
            Task::MakeRoom(id, _) | Task::FindOwners(id, _) | Task::Compare(id, _) => {
                self.after_help(id, done);
                Ok(())
            }
            Task::Review(When::AtTheEnd) => match done {
                Done::Reviewed(review) => self.reviewed_at_the_end(&review),
                _ => Ok(()),
            },
            task => {
                self.after(task, done);
                Ok(())
            }
        }
    }

    fn after_migrating(&mut self, id: MigrationId, done: Done) -> Result<()> {
        match done {
            Done::MigrationFailed(statements, failure) => {
                self.world.migrating = Some((id, statements));
                self.migration_failed(id, failure)
            }
            _ => {
                self.migrated(id);
                Ok(())
            }
        }
    }

    fn after_unblocking(&mut self, id: MigrationId, done: Done) -> Result<()> {
        match done {
            Done::Dropped(gone) => {
                let requested = gone.iter().filter(|gone| gone.dependent.role == DropRole::Requested);
                let at = self.world.statements_done(id);
                let new = requested.map(|gone| (id, at, gone.dependent.object.clone()));
                let is_new = new.map(|drop| self.progress.unblocked.insert(drop)).fold(false, |any, is_new| any | is_new);
                self.dropped(gone, &Purpose::Unblock(id));
                // What came back in the way of the same statement would come back for ever.
                if !is_new {
                    return self.find_providers(id);
                }
                self.tasks.push_back(Task::Migrate(id));
                Ok(())
            }
            // What stands in the way may be called otherwise since the last migration.
            _ if self.progress.is_to_review && self.world.has_records() => {
                self.tasks.push_back(Task::Review(When::AfterMigrations));
                Ok(())
            }
            _ => self.find_providers(id),
        }
    }

    /// Something was done so that a statement can be tried again, or to see what it would make.
    fn after_help(&mut self, id: StatementId, done: Done) {
        let failed = self.failing.remove(&id);
        match (failed, done) {
            (failed, Done::Dropped(gone)) => {
                self.world.manners.remove(&id);
                self.dropped(gone, &Purpose::Replace(id));
                self.world.queue.retry(id);
                if failed.is_none() {
                    self.begin_creating();
                }
            }
            (failed, Done::Altered(alteration)) => self.altered(alteration, failed.is_some()),
            (Some(_), Done::StatementFails(failure)) => {
                let failed = Failed { rewritten: false, ..reaction::read(&self.world, id, failure) };
                self.without_room(id, failed);
            }
            (Some(failed), Done::Owners(help)) => self.park(id, Failed { help, ..failed }),
            (Some(failed), _) => self.without_room(id, failed),
            (None, _) => {}
        }
    }

    fn after(&mut self, task: Task, done: Done) {
        match (task, done) {
            (Task::Review(_), Done::Reviewed(review)) => self.reviewed(&review),
            (Task::Remove(objects), Done::Dropped(gone)) => {
                // What looked for one of them first makes it now that it is gone.
                let finders: Vec<StatementId> =
                    objects.iter().filter_map(|object| rules::removal::finder(&self.world, object)).collect();
                self.dropped(gone, &Purpose::Remove);
                for id in finders {
                    self.world.queue.retry(id);
                }
                // What failed may have failed for it.
                for id in self.world.parked() {
                    self.world.queue.retry(id);
                }
                self.begin_creating();
            }
            (Task::Remove(objects), Done::Nothing) => self.progress.absent.extend(objects),
            (Task::RevertDefinitions, Done::Dropped(gone)) => self.made_anew(gone),
            (Task::GiveBack(when), Done::GivenBack(back)) => self.gave_back(when, back),
            (Task::MakeAsItWas(object, _), _) => {
                for dropped in self.world.dropped.iter_mut().filter(|dropped| dropped.object == object) {
                    dropped.maker = Maker::Nobody;
                }
            }
            (Task::RevertDefaultPrivileges, Done::SetBack(objects)) => {
                self.progress.defaults_changed = true;
                self.set_back(objects, Said::DefaultPrivileges);
            }
            (Task::Reset(aspect), Done::SetBack(objects)) => self.set_back(objects, Said::Aspect(aspect)),
            (_, Done::Suspended(statements)) => self.progress.suspended = statements,
            (_, Done::Resumed) => self.progress.suspended.clear(),
            (Task::CheckConstraints, _) => self.progress.is_checked = true,
            _ => {}
        }
    }

    fn migrated(&mut self, id: MigrationId) {
        self.cost.attempts += 1;
        self.world.history.push(Event::Migrated(id));
        self.world.migrating = None;
        self.progress.is_to_review = true;
        self.world.migrated.push((id, self.world.queue.successes().len()));
        let waiting = self.progress.waiting.take();
        let providers = waiting.into_iter().filter(|waiting| waiting.failure.is_some()).flat_map(|waiting| waiting.providers);
        let needed: Vec<StatementId> = providers.filter(|&provider| self.world.is_done(provider)).collect();
        self.world.needed_by_migrations.extend(needed.into_iter().map(|provider| (id, provider)));
        self.open(Opening::Closed);
    }

    fn migration_failed(&mut self, id: MigrationId, failure: Failure) -> Result<()> {
        self.cost.attempts += 1;
        self.cost.failures += 1;
        let statement = self.world.work().portion(id).and_then(|portion| portion.statements().get(failure.part));
        let sql = statement.map_or("", |statement| statement.sql());
        let names = reaction::missing_names(&self.world, None, sql, &failure.error);
        let obstacle = diagnose(&failure.error, names);
        let providers = self.progress.waiting.take().map_or_else(Vec::new, |waiting| waiting.providers);
        self.progress.waiting = Some(Waiting { migration: id, providers, successes: None, failure: Some((failure, obstacle)) });
        if !self.progress.waiting.as_ref().is_some_and(Waiting::is_blocked) {
            return self.find_providers(id);
        }
        self.tasks.push_back(self.unblocking(id));
        Ok(())
    }

    fn unblocking(&self, id: MigrationId) -> Task {
        let failure = self.progress.waiting.as_ref().and_then(|waiting| waiting.failure.as_ref());
        let (objects, named) =
            failure.map(|(failure, _)| reaction::in_the_way_of_a_migration(&self.world, &failure.error)).unwrap_or_default();
        Task::Unblock(id, objects, named)
    }

    /// Takes in what changed since it was recorded: what moved is followed, and what is not as the files say is made so again.
    fn reviewed(&mut self, review: &Review) {
        self.progress.is_to_review = false;
        let rows = &self.world.work().recorded.statements;
        for (at, object) in &review.moved {
            self.world.records.follow(&rows[*at], object.clone());
        }
        for (id, cause) in rules::aftermath::again(&self.world, review) {
            self.invalidate(id, cause);
        }
        self.world.renamed.extend(rules::aftermath::acted_on_and_renamed(&self.world, review));
        let failed = self.progress.waiting.as_ref().filter(|waiting| waiting.is_blocked());
        if let Some(id) = failed.map(|waiting| waiting.migration) {
            self.tasks.push_back(self.unblocking(id));
        }
    }

    /// Takes in what is gone at the end: it is made again, unless another file says that it is to go.
    fn reviewed_at_the_end(&mut self, review: &Review) -> Result<()> {
        self.progress.reviewed_after = rules::aftermath::taking(&self.world);
        let gone = rules::aftermath::gone_at_the_end(&self.world, review);
        if let Some(error) = rules::fights::over(&self.world, gone.keys().copied()) {
            return Err(error);
        }
        if !gone.is_empty() {
            self.begin_creating();
        }
        for (id, cause) in gone {
            self.invalidate(id, cause);
        }
        Ok(())
    }

    /// The statements that a failed migration may be waiting for are let into the run, with what they need.
    fn find_providers(&mut self, id: MigrationId) -> Result<()> {
        let Some(waiting) = &mut self.progress.waiting else { return Ok(()) };
        let Some((failure, obstacle)) = &waiting.failure else { return Ok(()) };
        let is_first = self.world.migrated.is_empty();
        if *obstacle == Obstacle::NeedsCommit && !is_first {
            self.progress.to_commit_before = Some(id);
            return Ok(());
        }
        let providers = rules::migrate::providers(&self.world, id, failure, obstacle);
        let wanted = self.world.queue.with_needs(providers.iter().copied());
        if wanted.is_empty() {
            return Err(explain::migration(&self.world, id, failure, obstacle));
        }
        waiting.providers.extend(providers);
        waiting.successes = Some(self.world.queue.successes().len());
        self.open(Opening::Only(wanted, Beyond::Release));
        Ok(())
    }

    /// A statement that failed is tried as ALTERs; one that left its object alone keeps it.
    fn altered(&mut self, alteration: Alteration, has_failed: bool) {
        let Alteration { statement, id, object, form, alters, dependents } = alteration;
        if !has_failed {
            self.world.kept.push((statement, id, object.clone()));
        }
        let is_to_run = has_failed || !alters.is_empty();
        let needs_commit = matches!(form, Form::Enum(_)) && !alters.is_empty();
        let is_spread = matches!(form, Form::Composite(_)) && !alters.is_empty();
        let new = AlteredInPlace { id, object, alters: Vec::new(), needs_commit: false, dependents: Vec::new() };
        // The same statement may have been tried before in this run.
        let altered = self.world.altered.entry(statement).or_insert(new);
        altered.alters.extend(alters.iter().cloned());
        altered.needs_commit |= needs_commit;
        if is_spread {
            altered.dependents.extend(dependents);
        }
        if is_to_run {
            self.world.manners.insert(statement, Manner::Alters(alters));
            self.world.queue.retry(statement);
        }
    }

    /// Notes what was dropped, and puts the statements that make it again back into the agenda.
    fn dropped(&mut self, gone: Vec<Gone>, purpose: &Purpose) {
        let requested = gone.iter().find(|gone| gone.dependent.role == DropRole::Requested);
        let root = requested.map(|gone| gone.dependent.object.clone());
        let altered = rules::revert::altered(&self.world);
        let mut removed: Vec<Object> = Vec::new();
        for Gone { dependent, maker } in gone {
            let cause = rules::drops::cause(&self.world, &dependent, purpose, root.as_ref());
            if !matches!(dependent.role, DropRole::Part(_)) {
                self.world.history.push(Event::Dropped(dependent.object.clone(), cause.clone()));
            }
            let replaced = if let Purpose::Replace(id) = purpose { Some(*id) } else { None };
            let restoration = rules::drops::restoration(&self.world, &dependent, &maker, purpose, &altered);
            if let Maker::Statement(id) = maker
                && Some(id) != replaced
            {
                // It will be listed where it makes its object again.
                if self.world.listed.remove(&id) {
                    self.world.history.retain(|event| *event != Event::Tried(id));
                }
                self.invalidate(id, cause);
            }
            if dependent.role == DropRole::Requested && *purpose == Purpose::Remove {
                removed.push(dependent.object);
                continue;
            }
            // Dropped twice before it got anything back: what it carried is what it carried at first.
            let earlier = self.world.dropped.iter().position(|dropped| dropped.object == dependent.object);
            let was = earlier.map_or(dependent.id, |at| self.world.dropped.remove(at).was);
            self.world.dropped.push(Dropped { object: dependent.object, was, maker, restoration });
        }
        self.act_again(&removed);
    }

    /// Dropped to be made without what an ALTER set that is gone: the ALTERs that are left run again.
    fn made_anew(&mut self, gone: Vec<Gone>) {
        let requested = gone.iter().filter(|gone| gone.dependent.role == DropRole::Requested);
        let objects: Vec<Object> = requested.map(|gone| gone.dependent.object.clone()).collect();
        self.dropped(gone, &Purpose::WithoutAlter);
        for id in rules::revert::completing(&self.world, &objects) {
            self.acts_on(id, &objects);
        }
    }

    fn acts_on(&mut self, id: StatementId, objects: &[Object]) {
        if let Some(object) = objects.first() {
            self.invalidate(id, Cause::ActsOn(object.clone()));
        }
    }

    /// Objects are gone, and others may bear their names: what unchanged statements did to them by that name is done again.
    fn act_again(&mut self, objects: &[Object]) {
        for (id, object) in rules::drops::acting_on(&self.world, objects) {
            self.invalidate(id, Cause::DependsOn(object));
        }
    }

    fn gave_back(&mut self, when: Before, back: GivenBack) {
        let dropped = std::mem::replace(&mut self.world.dropped, back.away);
        self.act_again(&back.gone);
        if when == Before::ActsRunAgain {
            let is_away = |object: &Object| self.world.dropped.iter().any(|away| away.object == *object);
            let mut back_again: Vec<Object> = dropped.into_iter().map(|dropped| dropped.object).collect();
            back_again.retain(|object| !is_away(object) && !back.gone.contains(object));
            for (id, object) in rules::drops::acting_on(&self.world, &back_again) {
                self.invalidate(id, Cause::ActsOn(object));
            }
            for id in back.makers {
                self.set_again(id);
            }
        }
    }

    /// Objects were set back: what migrations and files say about them runs again.
    fn set_back(&mut self, objects: Vec<(Object, Vec<String>)>, said: Said) {
        let changed: Vec<Object> = objects.iter().map(|(object, _)| object.clone()).collect();
        for (object, statements) in objects.into_iter().filter(|(_, statements)| !statements.is_empty()) {
            let event = Event::SetBack(object, Cause::NoLongerSaid(said), statements.join(";\n"));
            self.world.history.push(event);
        }
        for id in rules::revert::saying(&self.world, &changed, said) {
            self.acts_on(id, &changed);
        }
    }
}
