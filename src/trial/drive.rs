//! Tries what the queue gives out, many statements in one message, and reads each failure.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use super::again;
use super::effects::Measured;
use super::evolve::{self, Evolved};
use super::failure;
use super::ledger::{Ledger, seems_to_create};
use super::ownership;
use super::records::Records;
use super::replace::{self, Dropped, Room};
use super::undo::{self, Undo};
use super::whole_file::{self, WholeFiles};
use super::{Input, Ran, Scope};
use crate::engine::diagnosis::{Obstacle, diagnose};
use crate::engine::{Beyond, Graph, Queue};
use crate::error::Result;
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::plan::{Reason, TrialFigures};
use crate::model::sql_error::SqlError;
use crate::model::statement::{Role, Settings, Statement};
use crate::model::verb::{Existing, Verb};
use crate::postgres::session::{Failure, Part, Session, Unit};
use crate::sql::mentions::messages::{name_at, names_in};
use crate::sql::rewrite::or_replace;

/// How many statements go into one message: at first, at most, and at least.
const BATCH: (usize, usize, usize) = (256, 512, 4);

/// The marker number of what belongs to no file.
pub const OWN_UNIT: i32 = i32::MIN;

/// A run over one session.
pub struct Drive<'a> {
    pub session: &'a mut Session,
    pub input: &'a Input<'a>,
    pub statements: &'a [Statement],
    pub graph: &'a Graph<'a>,
    pub whole_files: &'a WholeFiles,
    pub records: Records<'a>,
    pending: HashSet<usize>,
    pub queue: Queue<'a>,
    pub figures: TrialFigures,
    /// The last failure of every statement that failed and is not done.
    pub failures: HashMap<usize, Failed>,
    /// Statements that are tried with OR REPLACE.
    pub rewritten: HashMap<usize, String>,
    /// Statements that are tried as ALTERs of what is there.
    pub altering: HashMap<usize, Vec<String>>,
    /// What was altered so.
    pub evolved: HashMap<usize, Evolved>,
    /// Why statements were tried again: the one that came after them.
    pub because: HashMap<usize, usize>,
    /// Pairs (migration, statement that it needed).
    pub needed_by_migrations: Vec<(usize, usize)>,
    /// What migrations did, by their indexes.
    pub measured: HashMap<usize, Measured>,
    /// The migrations that are done.
    pub ran: Vec<Ran>,
    /// What was dropped and is to come back.
    pub dropped: Vec<Dropped>,
    /// Statements that are tried again because what they made was dropped, and why.
    pub made_again: HashMap<usize, Reason>,
    /// How far it is with taking back what no file says any more.
    pub undo: Undo,
    /// Statements that set default privileges again that hold for nothing in this run.
    pub suspended: Vec<String>,
    /// What is done, in order, once each.
    pub course: Vec<Done>,
    /// Statements for which deferred triggers were fired already.
    fired: HashSet<usize>,
    seen: HashSet<usize>,
    batch: usize,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// An object that was dropped, and why.
    Dropped(Object, Reason),
    /// An object that was set back to what CREATE gives, why, and by which statements.
    SetBack(Object, Reason, String),
    /// The index of a migration.
    Migration(usize),
    /// The index of a statement.
    Statement(usize),
}

/// A failed attempt.
#[derive(Debug, Clone)]
pub struct Failed {
    pub error: SqlError,
    pub obstacle: Obstacle,
    /// The setting of its file that failed, if it was not the statement itself.
    pub setting: Option<usize>,
    /// The statement was tried with OR REPLACE put in: positions do not fit the file.
    pub rewritten: bool,
    /// What to do, where only the database could tell.
    pub help: Option<String>,
}

impl<'a> Drive<'a> {
    /// A run over everything that takes part in the transaction.
    pub fn new(session: &'a mut Session, input: &'a Input<'a>, graph: &'a Graph<'a>, whole_files: &'a WholeFiles) -> Self {
        let statements = input.statements();
        let goes_along: HashSet<usize> = whole_files.values().flatten().copied().collect();
        let pending: Vec<usize> = super::in_transaction(input).filter(|id| !goes_along.contains(id)).collect();
        let figures = TrialFigures { statements: pending.len() + input.comparison.migrations.len(), ..TrialFigures::default() };
        input.progress.start(figures.statements);
        Drive {
            session,
            input,
            statements,
            graph,
            whole_files,
            records: Records::new(input),
            pending: pending.iter().copied().collect(),
            queue: Queue::new(statements, graph, pending),
            figures,
            failures: HashMap::new(),
            rewritten: HashMap::new(),
            altering: HashMap::new(),
            evolved: HashMap::new(),
            because: HashMap::new(),
            needed_by_migrations: Vec::new(),
            measured: HashMap::new(),
            ran: Vec::new(),
            dropped: Vec::new(),
            made_again: HashMap::new(),
            undo: Undo::default(),
            suspended: Vec::new(),
            course: Vec::new(),
            fired: HashSet::new(),
            seen: HashSet::new(),
            batch: BATCH.0,
        }
    }

    /// Tries statements until nothing moves any more.
    pub fn run(&mut self) -> Result<()> {
        loop {
            let batch = self.queue.next_batch(self.batch);
            if batch.is_empty() {
                break;
            }
            log::debug!(
                "batch of {}: {}",
                batch.len(),
                batch.iter().map(|&id| self.statements[id].file.name.as_str()).collect::<Vec<_>>().join(" ")
            );
            self.attempt(&batch)?;
            let what = batch.last().map_or("", |&id| self.statements[id].file.path.as_str());
            self.input.progress.at(self.done(), what);
        }
        self.figures.messages = self.session.messages();
        Ok(())
    }

    /// The same for everything: first what creates, so that what dropped objects carried is given back before what acts on them.
    pub fn run_all(&mut self) -> Result<()> {
        if !self.input.recorded.statements.is_empty() {
            undo::before_making(self)?;
            let creating = (0..self.statements.len()).filter(|&id| creates(&self.statements[id]));
            self.queue.limit(Some((creating.collect(), Beyond::Wait)));
            self.run()?;
            self.queue.limit(None);
            replace::give_back(self)?;
            undo::before_acting(self)?;
            undo::resume(self)?;
        }
        self.run()?;
        while !self.dropped.is_empty() && self.queue.parked().is_empty() {
            let before = self.dropped.len();
            // What acts on them may have run by now, and is undone: it is done again.
            for id in replace::give_back(self)? {
                again::set_again(self, id);
            }
            self.run()?;
            if self.dropped.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// Runs statements that belong to no file, as one try.
    pub fn run_own(&mut self, statements: &[String]) -> Result<std::result::Result<(), SqlError>> {
        let settings = Arc::default();
        let parts = statements.iter().map(|sql| Part { sql: sql.as_str().into(), statements: 1, settings: &settings }).collect();
        let outcome = self.session.attempt(&[Unit { number: OWN_UNIT, parts }])?;
        Ok(match outcome.failure {
            None => Ok(()),
            Some(failure) => Err(failure.error),
        })
    }

    /// What the tries did so far.
    pub fn ledger(&mut self) -> Result<Ledger> {
        let mut ledger = Ledger::read(self.session, self.input)?;
        for (&id, evolved) in self.evolved.iter().filter(|(id, _)| self.queue.is_done(**id)) {
            ledger.provide(id, evolved.id, &evolved.object);
        }
        Ok(ledger)
    }

    /// Whether an object was dropped in this run.
    pub fn is_dropped(&self, object: &Object) -> bool {
        self.course.iter().any(|done| matches!(done, Done::Dropped(dropped, _) if dropped == object))
    }

    /// What statements made is gone: they will be listed where they make it again.
    pub fn forget_success(&mut self, ids: &[usize]) {
        for id in ids {
            self.seen.remove(id);
        }
        self.course.retain(|done| !matches!(done, Done::Statement(id) if ids.contains(id)));
    }

    /// Refuses to go on while a statement is left.
    pub fn finish(&mut self) -> Result<()> {
        self.input.progress.finish();
        let mut parked = self.queue.parked();
        if self.input.scope == Scope::WhatMigrationsNeed {
            // What was tried for a migration, and not needed after all, waits for a later stage.
            parked.retain(|id| self.made_again.contains_key(id));
        }
        if parked.is_empty() { Ok(()) } else { Err(failure::unresolved(self)) }
    }

    /// Whether a statement was to be tried in this run.
    pub fn is_pending(&self, id: usize) -> bool {
        self.pending.contains(&id)
    }

    /// Whether a statement overwrites what is there instead of failing.
    pub fn may_overwrite(&self, id: usize) -> bool {
        self.rewritten.contains_key(&id) || has_or_replace(&self.statements[id])
    }

    /// Puts a statement that is done in the queue again, so that it replaces what it made. False if it cannot.
    pub fn try_again(&mut self, id: usize) -> bool {
        let statement = &self.statements[id];
        if statement.mentions.role == Role::Creates && !self.rewritten.contains_key(&id) {
            match or_replace(statement.sql(), statement.settings.standard_conforming_strings) {
                Some(sql) => _ = self.rewritten.insert(id, sql),
                None if !has_or_replace(statement) && !self.may_be_dropped(id) => return false,
                None => {}
            }
        }
        self.queue.retry(id);
        true
    }

    /// Whether what a recorded statement made can be dropped and made again without a thought for data.
    fn may_be_dropped(&self, id: usize) -> bool {
        let rows = self.records.of_statement(&self.statements[id]);
        !rows.is_empty() && rows.iter().all(|row| row.object.as_ref().is_some_and(|object| object.kind.is_made_again_freely()))
    }

    /// How many of the things to do are done.
    fn done(&self) -> usize {
        self.queue.successes().len().min(self.figures.statements)
    }

    fn attempt(&mut self, batch: &[usize]) -> Result<()> {
        let units: Vec<Unit<'_>> = batch.iter().map(|&id| self.unit(id)).collect();
        let outcome = self.session.attempt(&units)?;
        self.figures.attempts += outcome.done;
        for &id in &batch[..outcome.done] {
            self.failures.remove(&id);
            // Another try would alter anew, as far as anything is left to alter.
            self.altering.remove(&id);
            self.queue.succeeded(id);
            if self.seen.insert(id) {
                self.course.push(Done::Statement(id));
                let along = self.whole_files.get(&id).into_iter().flatten();
                self.course.extend(along.map(|&other| Done::Statement(other)));
            }
        }
        let Some(failure) = outcome.failure else {
            self.batch = (self.batch * 2).min(BATCH.1);
            return Ok(());
        };
        self.batch = (self.batch / 4).max(BATCH.2);
        self.figures.attempts += 1;
        self.figures.failures += 1;
        let rest: Vec<usize> = batch[outcome.done..].iter().copied().filter(|&id| id != batch[failure.unit]).collect();
        let failed = batch[failure.unit];
        self.failed(failed, failure)?;
        self.queue.put_back(&rest);
        Ok(())
    }

    fn unit(&self, id: usize) -> Unit<'a> {
        let statement = &self.statements[id];
        // Marker numbers are statement numbers; a project has fewer than i32::MAX statements.
        let number = i32::try_from(id).unwrap_or(i32::MAX);
        if let Some(rest) = self.whole_files.get(&id) {
            let sql = whole_file::text(self.statements, id, rest).into();
            return Unit { number, parts: vec![Part { sql, statements: 0, settings: &statement.settings }] };
        }
        if let Some(alters) = self.altering.get(&id) {
            let part = |sql: &String| Part { sql: sql.clone().into(), statements: 1, settings: no_settings() };
            return Unit { number, parts: alters.iter().map(part).collect() };
        }
        let sql = self.rewritten.get(&id).map_or_else(|| statement.sql().into(), |sql| sql.clone().into());
        Unit { number, parts: vec![Part { sql, statements: 1, settings: &statement.settings }] }
    }

    fn failed(&mut self, id: usize, failure: Failure) -> Result<()> {
        let statement = &self.statements[id];
        let names =
            if failure.setting.is_none() { self.missing_names(Some(id), statement.sql(), &failure.error) } else { Vec::new() };
        let obstacle =
            if self.lacks_or_replace(id, &failure.error) { Obstacle::NotReplaceable } else { diagnose(&failure.error, names) };
        log::debug!("{}: {} {}", statement.file.path, failure.error.code, failure.error.message);
        let rewritten = self.rewritten.contains_key(&id) || self.altering.remove(&id).is_some();
        let mut failed = Failed { error: failure.error, obstacle, setting: failure.setting, rewritten, help: None };
        if let Some(error) = failure::fatal(&failed) {
            return Err(error);
        }
        if failed.error.code == "55006" && self.fired.insert(id) {
            // Rows changed before ALTER TABLE have deferred triggers: fire them, then try again.
            super::check_constraints(self.session, None)?;
            self.queue.retry(id);
            return Ok(());
        }
        let comparison = &self.input.comparison;
        let is_expected = !comparison.orphans.is_empty() || comparison.drifted.contains(&id);
        let may_replace = failed.obstacle == Obstacle::AlreadyExists && !rewritten && is_expected;
        if may_replace && let Some(sql) = or_replace(statement.sql(), statement.settings.standard_conforming_strings) {
            self.rewritten.insert(id, sql);
            self.queue.retry(id);
            return Ok(());
        }
        if matches!(failed.obstacle, Obstacle::AlreadyExists | Obstacle::NotReplaceable) {
            match replace::make_room(self, id, &failed)? {
                Room::Made => {
                    self.rewritten.remove(&id);
                    self.queue.retry(id);
                    return Ok(());
                }
                Room::Useless(failure) => failed = evolve::failed(self, id, *failure),
                Room::Taken => {}
            }
        }
        if failed.error.code == "42501" {
            let objects = self.input.recorded.statements.iter().filter_map(|row| row.object.as_ref());
            let objects = objects.filter(|object| seems_to_create(statement, object)).cloned().collect::<Vec<Object>>();
            failed.help = ownership::help(self, &objects)?;
        }
        let names = match &failed.obstacle {
            Obstacle::Missing(names) => names.clone(),
            _ => Vec::new(),
        };
        self.queue.failed(id, names);
        self.failures.insert(id, failed);
        Ok(())
    }

    /// Whether the server has no OR REPLACE for this kind, like PostgreSQL 13 for triggers: a syntax error right behind the words.
    fn lacks_or_replace(&self, id: usize, error: &SqlError) -> bool {
        let Some((sql, position)) = self.rewritten.get(&id).zip(error.position) else { return false };
        let before = || sql.chars().take(position.saturating_sub(1)).collect::<String>();
        error.code == "42601" && before().trim_end().ends_with("OR REPLACE")
    }

    /// What an error seems to miss: the name at its position, or else the names in its texts that somebody could provide.
    pub fn missing_names(&self, id: Option<usize>, sql: &str, error: &SqlError) -> Vec<Name> {
        let is_provided = |name: &Name| !self.graph.providers(self.statements, id, name).is_empty();
        let at = error.position.and_then(|position| name_at(sql, position));
        if let Some(name) = at.as_ref().filter(|name| is_provided(name)) {
            return vec![name.clone()];
        }
        let said = names_in(&error.message);
        let provided: Vec<Name> = said.iter().filter(|name| is_provided(name)).cloned().collect();
        if !provided.is_empty() {
            return provided;
        }
        let mentioned = |name: &Name| self.graph.mentioners(&name.name).iter().any(|other| Some(*other) != id);
        let mut names: Vec<Name> = at.into_iter().collect();
        names.extend(said.into_iter().filter(mentioned));
        names
    }
}

/// The settings of what belongs to no file.
fn no_settings() -> &'static Arc<Settings> {
    static NONE: LazyLock<Arc<Settings>> = LazyLock::new(Arc::default);
    &NONE
}

/// Whether a statement creates something; a trigger or a policy too, whose name is none of its own.
fn creates(statement: &Statement) -> bool {
    !statement.mentions.creates.is_empty() || statement.mentions.role == Role::Creates && statement.mentions.verb.creates()
}

fn has_or_replace(statement: &Statement) -> bool {
    statement.mentions.verb == Verb::Create(Existing::Replaces)
}
