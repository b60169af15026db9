//! What each try did, as the catalog shows it at the end: the objects it provides and those it only touched.

use std::collections::{HashMap, HashSet};

use super::Input;
use super::drive::Drive;
use super::undo;
use crate::error::Result;
use crate::model::name::Name;
use crate::model::object::{CatalogId, Object};
use crate::model::statement::{CreatedKind, Creates, Statement};
use crate::postgres::catalog::owners::Owners;
use crate::postgres::catalog::{self, CatalogDependency, Written};
use crate::postgres::session::Session;

/// The effects of a run, by the numbers of its tries.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: HashMap<i32, Entry>,
    /// Who made each object that is new or was replaced.
    providers: HashMap<CatalogId, i32>,
    pub dependencies: Vec<CatalogDependency>,
    /// What the objects that others depend on are called.
    pub names: HashMap<CatalogId, Object>,
    /// Every object of which the run wrote something.
    pub written: HashSet<CatalogId>,
}

/// The effects of one statement or migration.
#[derive(Debug, Default)]
pub struct Entry {
    pub provides: Vec<Provided>,
    pub touches: Vec<Object>,
    /// Objects that vanish with the session.
    pub temporary: Vec<Object>,
}

/// An object that a try created or replaced.
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
    /// Reads the catalog of the session's transaction.
    pub fn read(session: &mut Session, input: &Input<'_>) -> Result<Self> {
        let mut owners = Owners::default();
        let dependencies = catalog::dependencies(session, &mut owners)?;
        let written = catalog::attribution(session, &mut owners)?;
        let ids: HashSet<CatalogId> = written.iter().map(|one| one.id).collect();
        let existing = (input.existing)(&ids.iter().copied().collect::<Vec<_>>())?;
        let referenced: HashSet<CatalogId> =
            dependencies.iter().map(|edge| edge.referenced).filter(|id| !ids.contains(id)).collect();
        let names = catalog::identify(session, &referenced.into_iter().collect::<Vec<_>>())?;
        let mut ledger = Ledger { dependencies, names, ..Ledger::default() };
        ledger.enter(&written, &existing, input);
        ledger.names.extend(written.into_iter().map(|one| (one.id, one.object)));
        ledger.written = ids;
        ledger.leave_out_parts();
        Ok(ledger)
    }

    /// What a try did; an empty entry if nothing of it is to be seen.
    pub fn entry(&self, unit: i32) -> &Entry {
        static NOTHING: Entry = Entry { provides: Vec::new(), touches: Vec::new(), temporary: Vec::new() };
        self.entries.get(&unit).unwrap_or(&NOTHING)
    }

    /// What a statement did.
    pub fn statement(&self, id: usize) -> &Entry {
        i32::try_from(id).map_or_else(|_| self.entry(i32::MIN), |unit| self.entry(unit))
    }

    /// The statement that made an object in this run.
    pub fn provider(&self, id: CatalogId) -> Option<usize> {
        self.providers.get(&id).and_then(|unit| usize::try_from(*unit).ok())
    }

    /// A statement's object was there and was altered into what it says, or was so already.
    pub fn provide(&mut self, id: usize, at: CatalogId, object: &Object) {
        let Ok(unit) = i32::try_from(id) else { return };
        self.providers.insert(at, unit);
        let entry = self.entries.entry(unit).or_default();
        entry.touches.retain(|touched| touched != object);
        if !entry.provides.iter().any(|provided| provided.id == at) {
            entry.provides.push(Provided { id: at, object: object.clone(), was: Was::Present });
        }
    }

    /// Pairs (statement, what it needs) of this run, as the catalog knows them.
    pub fn needs(&self) -> Vec<(usize, usize)> {
        let pair = |edge: &CatalogDependency| Some((self.provider(edge.dependent)?, self.provider(edge.referenced)?));
        let mut pairs: Vec<(usize, usize)> = self.dependencies.iter().filter_map(pair).filter(|(a, b)| a != b).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Adds what statements that only act touched and others wrote after them.
    pub fn note_overwritten(&mut self, drive: &Drive<'_>) {
        let statements = || self.entries.iter().filter_map(|(unit, entry)| Some((usize::try_from(*unit).ok()?, entry)));
        let made = statements().flat_map(|(id, entry)| entry.provides.iter().map(move |provided| (id, &provided.object)));
        let touched = statements().flat_map(|(id, entry)| entry.touches.iter().map(move |object| (id, object)));
        let (made, touched): (Vec<_>, Vec<_>) = (made.collect(), touched.collect());
        for (id, objects) in undo::overwritten(drive, &made, &touched) {
            let Ok(unit) = i32::try_from(id) else { continue };
            let entry = self.entries.entry(unit).or_default();
            let own: HashSet<&Object> = entry.provides.iter().map(|provided| &provided.object).collect();
            let more: Vec<Object> = objects.into_iter().filter(|object| !own.contains(object)).collect();
            entry.touches.extend(more);
        }
    }

    fn enter(&mut self, written: &[Written], existing: &HashSet<CatalogId>, input: &Input<'_>) {
        let statements = input.statements();
        let orphans: HashSet<&Object> =
            input.comparison.orphans.iter().filter_map(|&row| input.recorded.statements[row].object.as_ref()).collect();
        let mut seen: HashSet<(i32, CatalogId)> = HashSet::new();
        for one in written {
            let was = if existing.contains(&one.id) { Was::Present } else { Was::Absent };
            let replaces = || {
                let statement = usize::try_from(one.unit).ok().and_then(|id| statements.get(id));
                statement.is_some_and(|statement| {
                    let is_taken_over = orphans.contains(&one.object) && statement.mentions.completes.is_empty();
                    seems_to_create(statement, &one.object) || is_taken_over && statement.mentions.verb.creates()
                })
            };
            let is_made = match was {
                Was::Absent => !self.providers.contains_key(&one.id),
                Was::Present => replaces(),
            };
            if !seen.insert((one.unit, one.id)) {
                continue;
            }
            let entry = self.entries.entry(one.unit).or_default();
            if one.is_temporary {
                entry.temporary.push(one.object.clone());
            } else if is_made {
                self.providers.insert(one.id, one.unit);
                // Nearly every statement provides one object.
                entry.provides.reserve_exact(1);
                entry.provides.push(Provided { id: one.id, object: one.object.clone(), was });
            } else if self.providers.get(&one.id) != Some(&one.unit) {
                entry.touches.push(one.object.clone());
            }
        }
    }

    /// An object that is a part of another one of the same try goes with it: indexes of a table's constraints, a range's
    /// multirange, members of an extension.
    fn leave_out_parts(&mut self) {
        let parts: HashSet<CatalogId> = self
            .dependencies
            .iter()
            .filter(|edge| edge.is_part && self.providers.get(&edge.dependent) == self.providers.get(&edge.referenced))
            .map(|edge| edge.dependent)
            .collect();
        for entry in self.entries.values_mut() {
            entry.provides.retain(|provided| !parts.contains(&provided.id));
        }
    }
}

/// Whether a statement's text names an object as one that it creates.
pub fn seems_to_create(statement: &Statement, object: &Object) -> bool {
    statement.mentions.creates.iter().any(|created| may_be(created, object)) || names_as_part(statement, object)
}

fn names_as_part(statement: &Statement, object: &Object) -> bool {
    let part = statement.mentions.part.as_ref();
    part.is_some_and(|part| part.kind == object.kind && object.names.last() == Some(&part.name))
}

/// Whether a created name can be that of an object, argument counts of routines compared.
pub fn may_be(created: &Creates, object: &Object) -> bool {
    let is_routine = object.kind.is_routine();
    let fits = match &created.kind {
        CreatedKind::Routine(counts) => is_routine && counts.contains(&object.args.len()),
        CreatedKind::Operator => object.kind == "operator",
        CreatedKind::Schema => object.kind == "schema",
        CreatedKind::Other => !is_routine,
    };
    let name = match object.names.as_slice() {
        // Types are named as PostgreSQL writes them, with schema and quotes.
        [written] if object.kind.is_type() => Name::written(written),
        [.., schema, last] => Name::qualified(schema.as_str(), last.as_str()),
        [last] => Name::bare(last.as_str()),
        [] => return false,
    };
    fits && created.name.may_equal(&name)
}
