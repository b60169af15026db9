//! What each attempt did, as the catalog shows it: the objects it provides and those it only touched.

use std::collections::{HashMap, HashSet};

use super::matching::seems_to_create;
use super::records::Records;
use super::work::Work;
use crate::model::attempt::AttemptId;
use crate::model::look::{CatalogDependency, Look, Written};
use crate::model::object::{CatalogId, Object};
use crate::model::statement::{Statement, StatementId, numbered};
use crate::model::verb::Verb;

/// The effects of a run, by its attempts.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: HashMap<AttemptId, Entry>,
    /// Who made each object that is new or was replaced.
    providers: HashMap<CatalogId, AttemptId>,
    dependencies: Vec<CatalogDependency>,
    names: HashMap<CatalogId, Object>,
    written: HashSet<CatalogId>,
    written_by_migrations: HashSet<CatalogId>,
}

/// The effects of one statement or migration.
#[derive(Debug, Default)]
pub struct Entry {
    pub provides: Vec<Provided>,
    pub touches: Vec<Object>,
    /// Objects that vanish with the session.
    pub temporary: Vec<Object>,
}

/// An object that an attempt created or replaced.
#[derive(Debug, Clone)]
pub struct Provided {
    pub id: CatalogId,
    pub object: Object,
    pub was: Was,
}

/// Whether an object was there before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    Absent,
    Present,
}

impl Ledger {
    /// Puts down what a look saw to the attempts of a run.
    pub fn new(look: Look, work: &Work<'_>, records: &Records<'_>) -> Self {
        let Look { written, existing, dependencies, names } = look;
        let ids = written.iter().map(|row| row.id).collect();
        let mut ledger = Ledger { dependencies, names, written: ids, ..Ledger::default() };
        ledger.enter(&written, &existing, work, records);
        ledger.names.extend(written.into_iter().map(|row| (row.id, row.object)));
        ledger.give_to_creators(work);
        ledger.leave_out_parts();
        ledger
    }

    /// What an attempt did; an empty entry if nothing of it is to be seen.
    pub fn entry(&self, attempt: AttemptId) -> &Entry {
        self.entries.get(&attempt).unwrap_or(Entry::nothing())
    }

    /// What a statement did.
    pub fn statement(&self, id: StatementId) -> &Entry {
        self.entry(AttemptId::Statement(id))
    }

    /// The statement that made an object in this run.
    pub fn provider(&self, id: CatalogId) -> Option<StatementId> {
        self.providers.get(&id)?.statement()
    }

    /// What objects depend on, parts put down to their owners.
    pub fn dependencies(&self) -> &[CatalogDependency] {
        &self.dependencies
    }

    /// What an object is called that was written, or that another one depends on.
    pub fn name(&self, id: CatalogId) -> Option<&Object> {
        self.names.get(&id)
    }

    /// The objects that migrations wrote to, and those of them that they made.
    pub fn migrated(&self) -> (Vec<CatalogId>, Vec<Object>) {
        let migrations = self.entries.iter().filter(|(attempt, _)| matches!(attempt, AttemptId::Migration(_)));
        let made = migrations.flat_map(|(_, entry)| entry.provides.iter().map(|provided| provided.object.clone()));
        (self.written_by_migrations.iter().copied().collect(), made.collect())
    }

    /// Every object of which the run wrote something.
    pub fn written(&self) -> impl Iterator<Item = (CatalogId, &Object)> {
        self.written.iter().filter_map(|id| Some((*id, self.names.get(id)?)))
    }

    /// What statements provide and what they only touched, each with its statement.
    pub fn by_statement(&self) -> impl Iterator<Item = (StatementId, &Entry)> {
        self.entries.iter().filter_map(|(attempt, entry)| Some((attempt.statement()?, entry)))
    }

    /// A statement's object was there and was altered into what it says, or was so already.
    pub fn provide(&mut self, statement: StatementId, id: CatalogId, object: &Object) {
        let attempt = AttemptId::Statement(statement);
        self.providers.insert(id, attempt);
        let entry = self.entries.entry(attempt).or_default();
        entry.touches.retain(|touched| touched != object);
        if !entry.provides.iter().any(|provided| provided.id == id) {
            entry.provides.push(Provided { id, object: object.clone(), was: Was::Present });
        }
    }

    /// A statement touched objects that others wrote after it.
    pub fn touch(&mut self, statement: StatementId, objects: impl IntoIterator<Item = Object>) {
        let entry = self.entries.entry(AttemptId::Statement(statement)).or_default();
        let own: HashSet<&Object> = entry.provides.iter().map(|provided| &provided.object).collect();
        let touched: Vec<Object> = objects.into_iter().filter(|object| !own.contains(object)).collect();
        entry.touches.extend(touched);
    }

    /// Pairs (statement, what it needs) of this run, as the catalog knows them.
    pub fn needs(&self) -> Vec<(StatementId, StatementId)> {
        let pair = |edge: &CatalogDependency| Some((self.provider(edge.dependent)?, self.provider(edge.referenced)?));
        let pairs = self.dependencies.iter().filter_map(pair);
        let mut pairs: Vec<(StatementId, StatementId)> = pairs.filter(|(later, earlier)| later != earlier).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    fn enter(&mut self, written: &[Written], existing: &HashSet<CatalogId>, work: &Work<'_>, records: &Records<'_>) {
        let orphans: HashSet<&Object> = work.orphans().filter_map(|row| records.object(row)).collect();
        let mut seen: HashSet<(AttemptId, CatalogId)> = HashSet::new();
        for row in written.iter().filter(|row| seen.insert((row.by, row.id))) {
            if matches!(row.by, AttemptId::Migration(_)) {
                self.written_by_migrations.insert(row.id);
            }
            let was = if existing.contains(&row.id) { Was::Present } else { Was::Absent };
            let statement = row.by.statement().and_then(|id| work.statements().get(id.0));
            let is_made = match was {
                Was::Absent => match self.providers.get(&row.id) {
                    None => statement.is_none_or(|statement| may_provide(statement, &row.object)),
                    // What a migration of this run made is the code's if that says so as well.
                    Some(AttemptId::Migration(_)) => statement.is_some_and(|statement| seems_to_create(statement, &row.object)),
                    Some(AttemptId::Statement(_) | AttemptId::Own) => false,
                },
                Was::Present => {
                    // Who makes a part of what another one made anew (a trigger) writes to that as well.
                    let is_left = !self.providers.contains_key(&row.id) && orphans.contains(&row.object);
                    statement.is_some_and(|statement| replaces(statement, &row.object, is_left))
                }
            };
            let entry = self.entries.entry(row.by).or_default();
            if row.is_temporary {
                entry.temporary.push(row.object.clone());
            } else if is_made {
                self.providers.insert(row.id, row.by);
                // Nearly every statement provides one object.
                entry.provides.reserve_exact(1);
                entry.provides.push(Provided { id: row.id, object: row.object.clone(), was });
            } else if self.providers.get(&row.id) != Some(&row.by) {
                entry.touches.push(row.object.clone());
            }
        }
    }

    /// Only what creates owns. The catalog shows the last writer of a row: what an ALTER wrote last and another statement seems
    /// to create is that one's.
    fn give_to_creators(&mut self, work: &Work<'_>) {
        let statements = work.statements();
        let acts = |attempt: &AttemptId| {
            let statement = attempt.statement().and_then(|id| statements.get(id.0));
            statement.is_some_and(|statement| statement.mentions.verb.alters())
        };
        let creator = |object: &Object| numbered(statements).find(|(_, statement)| seems_to_create(statement, object));
        let mut misplaced: Vec<(AttemptId, StatementId, Provided)> = Vec::new();
        for (attempt, entry) in self.entries.iter_mut().filter(|(attempt, _)| acts(attempt)) {
            for provided in std::mem::take(&mut entry.provides) {
                match creator(&provided.object) {
                    Some((creator, _)) => misplaced.push((*attempt, creator, provided)),
                    None => entry.provides.push(provided),
                }
            }
        }
        for (writer, creator, provided) in misplaced {
            self.entries.entry(writer).or_default().touches.push(provided.object.clone());
            self.providers.insert(provided.id, AttemptId::Statement(creator));
            let entry = self.entries.entry(AttemptId::Statement(creator)).or_default();
            entry.touches.retain(|touched| *touched != provided.object);
            entry.provides.push(provided);
        }
    }

    /// An object that is a part of another one of the same attempt goes with it: indexes of a table's constraints, a range's
    /// multirange, members of an extension.
    fn leave_out_parts(&mut self) {
        let is_part = |edge: &&CatalogDependency| {
            edge.is_part && self.providers.get(&edge.dependent) == self.providers.get(&edge.referenced)
        };
        let parts: HashSet<CatalogId> = self.dependencies.iter().filter(is_part).map(|edge| edge.dependent).collect();
        for entry in self.entries.values_mut() {
            entry.provides.retain(|provided| !parts.contains(&provided.id));
        }
    }
}

impl Entry {
    /// Of an attempt of which nothing is to be seen.
    pub fn nothing() -> &'static Entry {
        static NOTHING: Entry = Entry { provides: Vec::new(), touches: Vec::new(), temporary: Vec::new() };
        &NOTHING
    }

    /// Whether the attempt made something that was not there before the run.
    pub fn makes_something_new(&self) -> bool {
        self.provides.iter().any(|provided| provided.was == Was::Absent)
    }

    /// Everything that it made or touched.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.touches.iter().chain(self.provides.iter().map(|provided| &provided.object))
    }
}

/// Whether a statement can be the one that made an object: what grants, comments and labels only acts.
fn may_provide(statement: &Statement, object: &Object) -> bool {
    let only_acts = matches!(statement.mentions.verb, Verb::Grant(_) | Verb::Revoke(_) | Verb::Comment | Verb::SecurityLabel);
    !only_acts || seems_to_create(statement, object)
}

/// Whether a statement that wrote to an object of before is its maker now; `is_left`: no statement of before makes it any more.
fn replaces(statement: &Statement, object: &Object, is_left: bool) -> bool {
    let creates = matches!(statement.mentions.verb, Verb::Create(_)) && statement.mentions.completes.is_empty();
    seems_to_create(statement, object) || creates && is_left && statement.mentions.part.is_none()
}
