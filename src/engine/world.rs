//! Everything that is known of statements and objects in a run: who makes them, who acts on them, what became of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::diagnosis::Obstacle;
use super::graph::Graph;
use super::ledger::Ledger;
use super::manner::{Manner, WholeFiles};
use super::matching::{creates_as, seems_to_create};
use super::queue::Queue;
use super::records::Records;
use super::task::{Cause, Dropped};
use super::timeline::Timeline;
use super::work::{Scope, Work};
use crate::model::name::Name;
use crate::model::object::{CatalogId, Object};
use crate::model::record::RecordedStatement;
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, Mode, Role, Statement, StatementId};
use crate::model::verb::{Aspect, Existing, Verb};

/// What is known. Only [`Run`](super::run::Run) changes it.
#[derive(Debug)]
pub struct World<'a> {
    pub(super) work: &'a Work<'a>,
    statements: &'a [Statement],
    pub(super) graph: Arc<Graph<'a>>,
    pub(super) records: Records<'a>,
    pub(super) queue: Queue<'a>,
    pub(super) whole_files: Arc<WholeFiles>,
    pending: HashSet<StatementId>,
    new: HashSet<StatementId>,
    /// The statements that stand in the history.
    pub(super) listed: HashSet<StatementId>,
    pub(super) ledger: Ledger,
    pub(super) manners: HashMap<StatementId, Manner>,
    pub(super) failures: HashMap<StatementId, Failed>,
    pub(super) altered: BTreeMap<StatementId, AlteredInPlace>,
    /// Objects that statements left alone and that are as these say.
    pub(super) kept: Vec<(StatementId, CatalogId, Object)>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) causes: HashMap<StatementId, Cause>,
    /// The migration that is done in part, and how many of its statements are.
    pub(super) migrating: Option<(MigrationId, usize)>,
    /// Objects that statements act on and that a migration renamed, with the aspects that they set.
    pub(super) renamed: Vec<(Aspect, Object)>,
    pub(super) history: Vec<Event>,
    /// The migrations that ran, with how many statements had succeeded before.
    pub(super) migrated: Vec<(MigrationId, usize)>,
    /// Pairs (migration, statement that it needed).
    pub(super) needed_by_migrations: Vec<(MigrationId, StatementId)>,
}

/// One thing that is done; each statement once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Dropped(Object, Cause),
    /// An object that was set back to what CREATE gives, why, and by which statements.
    SetBack(Object, Cause, String),
    Migrated(MigrationId),
    Tried(StatementId),
}

/// A failed attempt.
#[derive(Debug, Clone)]
pub struct Failed {
    pub error: SqlError,
    pub obstacle: Obstacle,
    /// The setting of its file that failed, if it was not the statement itself.
    pub setting: Option<usize>,
    /// The statement was not tried as it is written: positions do not fit the file.
    pub rewritten: bool,
    /// What to do, where only the database could tell.
    pub help: Option<String>,
}

/// An object that was altered in place instead of being created.
#[derive(Debug, Clone)]
pub struct AlteredInPlace {
    pub id: CatalogId,
    pub object: Object,
    /// The statements that did it; none if it was already as the file says.
    pub alters: Vec<String>,
    /// It got a value that can be used only after the commit (SQLSTATE 55P04).
    pub needs_commit: bool,
    /// What a composite type that changed is built into.
    pub dependents: Vec<Object>,
}

impl<'a> World<'a> {
    /// The world before anything is tried.
    pub(super) fn new(work: &'a Work<'a>, graph: Graph<'a>, whole_files: Arc<WholeFiles>) -> Self {
        let graph = Arc::new(graph);
        let statements = work.statements();
        let goes_along: HashSet<StatementId> = whole_files.values().flatten().copied().collect();
        let pending: Vec<StatementId> = work.in_transaction().filter(|id| !goes_along.contains(id)).collect();
        World {
            work,
            statements,
            records: Records::new(work),
            queue: Queue::new(statements, Arc::clone(&graph), pending.iter().copied()),
            graph,
            whole_files,
            pending: pending.into_iter().collect(),
            new: work.comparison.statements.iter().copied().collect(),
            listed: HashSet::new(),
            ledger: Ledger::default(),
            manners: HashMap::new(),
            failures: HashMap::new(),
            altered: BTreeMap::new(),
            kept: Vec::new(),
            dropped: Vec::new(),
            causes: HashMap::new(),
            migrating: None,
            renamed: Vec::new(),
            history: Vec::new(),
            migrated: Vec::new(),
            needed_by_migrations: Vec::new(),
        }
    }

    /// What the run works on.
    pub fn work(&self) -> &'a Work<'a> {
        self.work
    }

    /// Every statement of the project.
    pub fn statements(&self) -> &'a [Statement] {
        self.statements
    }

    /// One of them.
    pub fn statement(&self, id: StatementId) -> &'a Statement {
        &self.statements[id]
    }

    /// The numbers of all statements.
    pub fn ids(&self) -> impl Iterator<Item = StatementId> + use<> {
        (0..self.statements.len()).map(StatementId)
    }

    /// Whether the run covers the whole code directory.
    pub fn covers_everything(&self) -> bool {
        self.work.scope == Scope::Everything
    }

    /// Whether anything was applied before.
    pub fn has_records(&self) -> bool {
        !self.work.recorded.statements.is_empty()
    }

    /// Whether a statement was to be tried in this run.
    pub fn is_pending(&self, id: StatementId) -> bool {
        self.pending.contains(&id)
    }

    /// Whether a statement is not recorded as it is written, or heals what drifted.
    pub fn is_new(&self, id: StatementId) -> bool {
        self.new.contains(&id)
    }

    /// How many statements were to be tried.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Whether a statement is done, now or long ago.
    pub fn is_done(&self, id: StatementId) -> bool {
        self.queue.is_done(id)
    }

    /// Statements that are applied as they are and take part in a transaction.
    pub fn present(&self) -> impl Iterator<Item = StatementId> + '_ {
        self.ids().filter(|&id| self.is_done(id) && self.statement(id).mode == Mode::Transactional)
    }

    /// The statements that succeeded in this run, each once, by their numbers.
    pub fn succeeded(&self) -> BTreeSet<StatementId> {
        self.queue.successes().iter().copied().collect()
    }

    /// The statements that failed and were not woken, in canonical order.
    pub fn parked(&self) -> Vec<StatementId> {
        self.queue.parked()
    }

    /// The last failure of a statement that is not done.
    pub fn failure(&self, id: StatementId) -> Option<&Failed> {
        self.failures.get(&id)
    }

    /// What every attempt did, as of the last look.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// When each statement succeeded, and who needs whom, as of the last look.
    pub fn timeline(&self) -> Timeline {
        let needs = self.ledger.needs().into_iter().chain(self.queue.learned_by_name());
        Timeline::new(self.statements.len(), self.queue.successes(), needs)
    }

    /// What is recorded, by object and by statement.
    pub fn records(&self) -> &Records<'a> {
        &self.records
    }

    /// The rows of a statement that is applied as it is.
    pub fn rows_of(&self, id: StatementId) -> &[&'a RecordedStatement] {
        self.records.of_statement(self.statement(id))
    }

    /// The unchanged statements that only act and were seen to touch what has this label.
    pub fn seen_to_touch<'w>(&'w self, label: &'w str) -> impl Iterator<Item = StatementId> + 'w {
        let rows = self.work.recorded.statements.iter();
        let touching = rows.filter(move |row| row.object.is_none() && row.touches.iter().any(|touched| touched == label));
        touching.filter_map(|row| self.records.statement(row))
    }

    /// Every recorded object, as it is called now.
    pub fn recorded_objects(&self) -> impl Iterator<Item = &Object> {
        self.work.recorded.statements.iter().filter_map(|row| self.records.object(row))
    }

    /// The objects of statements that no file holds any more.
    pub fn orphaned_objects(&self) -> impl Iterator<Item = &Object> {
        self.work.orphans().filter_map(|row| self.records.object(row))
    }

    /// Whether a migration that holds seems to make an object.
    pub fn is_made_by_migration(&self, object: &Object) -> bool {
        self.work.statements_in_force().any(|statement| creates_as(statement, object))
    }

    /// Who makes an object: the unchanged statement that it is recorded for, or a changed one that made it in this run already.
    pub fn maker(&self, object: &Object) -> Option<StatementId> {
        let makes = |id: &StatementId| seems_to_create(self.statement(*id), object);
        self.records.maker(object).or_else(|| self.queue.successes().iter().copied().find(makes))
    }

    /// Whether an object was dropped in this run.
    pub fn is_dropped(&self, object: &Object) -> bool {
        self.history.iter().any(|event| matches!(event, Event::Dropped(dropped, _) if dropped == object))
    }

    /// What was dropped and is to come back.
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Objects that statements act on in this respect and that a migration renamed, or columns of them.
    pub fn renamed(&self, aspect: Aspect) -> impl Iterator<Item = &Object> {
        self.renamed.iter().filter(move |(set, _)| *set == aspect).map(|(_, object)| object)
    }

    /// How many statements of a migration are done that is not done as a whole.
    pub fn statements_done(&self, id: MigrationId) -> usize {
        self.migrating.filter(|(migrating, _)| *migrating == id).map_or(0, |(_, done)| done)
    }

    /// What is done, in order.
    pub fn history(&self) -> &[Event] {
        &self.history
    }

    /// The migrations that ran, each with how many statements had succeeded before.
    pub fn migrated(&self) -> &[(MigrationId, usize)] {
        &self.migrated
    }

    /// The statements whose objects were altered in place.
    pub fn altered(&self) -> &BTreeMap<StatementId, AlteredInPlace> {
        &self.altered
    }

    /// Why a statement was tried again.
    pub fn cause(&self, id: StatementId) -> Option<&Cause> {
        self.causes.get(&id)
    }

    /// Whether a statement is tried again because what it made was dropped, or what it acts on was set back.
    pub fn is_made_again(&self, id: StatementId) -> bool {
        self.causes.get(&id).is_some_and(|cause| !matches!(cause, Cause::CameTooEarly(_)))
    }

    /// How a statement is sent.
    pub fn manner(&self, id: StatementId) -> &Manner {
        self.manners.get(&id).unwrap_or(&Manner::AsWritten)
    }

    /// The other statements of its file, where a file is tried as a whole.
    pub fn goes_with(&self, id: StatementId) -> &[StatementId] {
        self.whole_files.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Whether a statement is tried with its whole file, behind the first one of it.
    pub fn goes_along(&self, id: StatementId) -> bool {
        self.whole_files.values().any(|rest| rest.contains(&id))
    }

    /// Whether a statement overwrites what is there instead of failing.
    pub fn may_overwrite(&self, id: StatementId) -> bool {
        matches!(self.manner(id), Manner::OrReplace(_)) || self.has_or_replace(id)
    }

    /// Whether a statement is written with OR REPLACE.
    pub fn has_or_replace(&self, id: StatementId) -> bool {
        self.statement(id).mentions.verb == Verb::Create(Existing::Replaces)
    }

    /// Whether what a recorded statement made can be dropped and made again without a thought for data.
    pub fn may_be_dropped(&self, id: StatementId) -> bool {
        let rows = self.rows_of(id);
        !rows.is_empty() && rows.iter().all(|row| row.object.as_ref().is_some_and(|object| object.kind.is_made_again_freely()))
    }

    /// Whether an object is still to be there at the end of the run.
    pub fn stays(&self, object: &Object) -> bool {
        let is_orphan = self.orphaned_objects().any(|orphaned| orphaned == object);
        // What a block makes nobody can read.
        let may_make = |statement: &Statement| seems_to_create(statement, object) || statement.mentions.verb == Verb::Do;
        !is_orphan || self.work.comparison.statements.iter().any(|&id| may_make(self.statement(id)))
    }

    /// The statements that seem to create what a name means to `user`.
    pub fn providers(&self, user: Option<StatementId>, name: &Name) -> Vec<StatementId> {
        self.graph.providers(self.statements, user, name)
    }

    /// The statements in which a name occurs at all.
    pub fn mentioners(&self, name: &str) -> &[StatementId] {
        self.graph.mentioners(name)
    }

    /// The statements that mention what a statement creates, itself left out.
    pub fn mentioners_of(&self, id: StatementId) -> Vec<StatementId> {
        let names = self.statement(id).mentions.creates.iter().map(|created| created.name.name.as_str());
        let mentioners = names.flat_map(|name| self.mentioners(name)).copied();
        mentioners.filter(|&mentioner| mentioner != id).collect()
    }

    /// The file of a statement, as people name it.
    pub fn path(&self, id: StatementId) -> &'a str {
        &self.statement(id).file.path
    }
}

/// Whether a statement creates something; a trigger or a policy too, whose name is none of its own.
pub fn creates(statement: &Statement) -> bool {
    let is_create = statement.mentions.role == Role::Creates && matches!(statement.mentions.verb, Verb::Create(_));
    !statement.mentions.creates.is_empty() || is_create
}

/// What creates can replace itself; what only sets something sets it again; what watches has watched already. Anything else might
/// do its work twice.
pub fn may_run_twice(statement: &Statement) -> bool {
    let sets = matches!(
        statement.mentions.verb,
        Verb::Grant(_) | Verb::Revoke(_) | Verb::Comment | Verb::SecurityLabel | Verb::Alter(_)
    );
    statement.mentions.role != Role::Watches && (statement.mentions.role == Role::Creates || sets)
}
