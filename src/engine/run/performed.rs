//! What a task that was performed changes.

use super::Run;
use crate::engine::diagnosis::{Obstacle, diagnose};
use crate::engine::explain;
use crate::engine::manner::Manner;
use crate::engine::queue::Beyond;
use crate::engine::reaction::{self};
use crate::engine::rules;
use crate::engine::task::{Alteration, Before, Cause, Done, Dropped, GivenBack, Gone, Maker, Purpose, Said, Task};
use crate::engine::verdict::{Opening, Waiting};
use crate::engine::world::{AlteredInPlace, Event, Failed};
use crate::model::attempt::Failure;
use crate::model::dependent::DropRole;
use crate::model::form::Form;
use crate::model::object::Object;
use crate::model::statement::{MigrationId, StatementId};

impl Run<'_> {
    /// A task was performed.
    pub fn performed(&mut self, task: Task, done: Done) -> Result<(), crate::error::Error> {
        if !matches!(done, Done::Nothing | Done::Checked) {
            self.changed();
        }
        if let Task::Compare(_, object) = &task {
            self.progress.compared.insert(object.clone());
        }
        match (task, done) {
            (Task::Migrate(id), Done::Migrated) => self.migrated(id),
            (Task::Migrate(id), Done::MigrationFailed(failure)) => return self.migration_failed(id, failure),
            (Task::Unblock(id, ..), Done::Dropped(gone)) => {
                self.dropped(gone, &Purpose::Unblock(id));
                self.tasks.push_back(Task::Migrate(id));
            }
            (Task::Unblock(id, ..), _) => return self.find_providers(id),
            (Task::MakeRoom(id, _), Done::Dropped(gone)) => {
                self.failing.remove(&id);
                self.world.manners.remove(&id);
                self.dropped(gone, &Purpose::Replace(id));
                self.world.queue.retry(id);
            }
            (Task::MakeRoom(id, _), Done::StatementFails(failure)) => {
                self.failing.remove(&id);
                let failed = Failed { rewritten: false, ..reaction::read(&self.world, id, failure) };
                self.without_room(id, failed);
            }
            (Task::MakeRoom(id, _), Done::Nothing) => {
                if let Some(failed) = self.failing.remove(&id) {
                    self.without_room(id, failed);
                }
            }
            (Task::FindOwners(id, _), Done::Owners(help)) => {
                if let Some(failed) = self.failing.remove(&id) {
                    self.park(id, Failed { help, ..failed });
                }
            }
            (_, Done::Altered(alteration)) => self.altered(alteration),
            (Task::Remove(_), Done::Dropped(gone)) => {
                self.dropped(gone, &Purpose::Remove);
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
        Ok(())
    }

    fn migrated(&mut self, id: MigrationId) {
        self.cost.attempts += 1;
        self.world.history.push(Event::Migrated(id));
        self.world.migrated.push((id, self.world.queue.successes().len()));
        let waiting = self.progress.waiting.take();
        let providers = waiting.into_iter().filter(|waiting| waiting.failure.is_some()).flat_map(|waiting| waiting.providers);
        let needed: Vec<StatementId> = providers.filter(|&provider| self.world.is_done(provider)).collect();
        self.world.needed_by_migrations.extend(needed.into_iter().map(|provider| (id, provider)));
        self.open(Opening::Closed);
    }

    fn migration_failed(&mut self, id: MigrationId, failure: Failure) -> Result<(), crate::error::Error> {
        self.cost.attempts += 1;
        self.cost.failures += 1;
        let statement = self.world.work().portion(id).and_then(|portion| portion.statements().get(failure.part));
        let sql = statement.map_or("", |statement| statement.sql());
        let names = reaction::missing_names(&self.world, None, sql, &failure.error);
        let obstacle = diagnose(&failure.error, names);
        let error = failure.error.clone();
        let providers = self.progress.waiting.take().map_or_else(Vec::new, |waiting| waiting.providers);
        let is_blocked = obstacle == Obstacle::HasDependents;
        self.progress.waiting = Some(Waiting { migration: id, providers, successes: None, failure: Some((failure, obstacle)) });
        if !is_blocked {
            return self.find_providers(id);
        }
        let (objects, named) = reaction::in_the_way_of_a_migration(&self.world, &error);
        self.tasks.push_back(Task::Unblock(id, objects, named));
        Ok(())
    }

    /// The statements that a failed migration may be waiting for are let into the run, with what they need.
    fn find_providers(&mut self, id: MigrationId) -> Result<(), crate::error::Error> {
        let Some(waiting) = &mut self.progress.waiting else { return Ok(()) };
        let Some((failure, obstacle)) = &waiting.failure else { return Ok(()) };
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

    fn altered(&mut self, alteration: Alteration) {
        let Alteration { statement, id, object, form, alters, dependents } = alteration;
        let is_failing = self.failing.remove(&statement).is_some();
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
        if is_failing {
            self.world.manners.insert(statement, Manner::Alters(alters));
            self.world.queue.retry(statement);
        }
    }

    /// Notes what was dropped, and puts the statements that make it again back into the agenda.
    fn dropped(&mut self, gone: Vec<Gone>, purpose: &Purpose) {
        let requested = gone.iter().find(|gone| gone.dependent.role == DropRole::Requested);
        let root = requested.map(|gone| gone.dependent.object.clone());
        for Gone { dependent, maker } in gone {
            let cause = rules::drops::cause(&self.world, &dependent, purpose, root.as_ref());
            if !matches!(dependent.role, DropRole::Part(_)) {
                self.world.history.push(Event::Dropped(dependent.object.clone(), cause.clone()));
            }
            let replaced = if let Purpose::Replace(id) = purpose { Some(*id) } else { None };
            let restoration = rules::drops::restoration(&self.world, &dependent, &maker, purpose);
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
                self.act_again(&dependent.object);
                continue;
            }
            // Dropped twice before it got anything back: what it carried is what it carried at first.
            let earlier = self.world.dropped.iter().position(|dropped| dropped.object == dependent.object);
            let was = earlier.map_or(dependent.id, |at| self.world.dropped.remove(at).was);
            self.world.dropped.push(Dropped { object: dependent.object, was, maker, restoration });
        }
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

    /// An object is gone, and another one may bear its name: what unchanged statements did to it by that name is done again.
    fn act_again(&mut self, object: &Object) {
        for id in rules::drops::acting_on(&self.world, object) {
            self.invalidate(id, Cause::DependsOn(object.clone()));
        }
    }

    fn gave_back(&mut self, when: Before, back: GivenBack) {
        let dropped = std::mem::replace(&mut self.world.dropped, back.away);
        for object in &back.gone {
            self.act_again(object);
        }
        if when == Before::ActsRunAgain {
            let is_away = |object: &Object| self.world.dropped.iter().any(|away| away.object == *object);
            let mut back_again: Vec<Object> = dropped.into_iter().map(|dropped| dropped.object).collect();
            back_again.retain(|object| !is_away(object) && !back.gone.contains(object));
            for object in back_again {
                for id in rules::drops::acting_on(&self.world, &object) {
                    self.acts_on(id, std::slice::from_ref(&object));
                }
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
