//! PostgreSQL as a trial's server: one session with an open transaction, and what other sessions see of the database.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use super::effects::{Before, DescribedOutside, Measured, measure};
use super::server::{Remade, Restoration, Server};
use super::words;
use crate::engine::work::Work;
use crate::error::Result;
use crate::model::attempt::{Attempt, AttemptId, Failure, Outcome, Part};
use crate::model::dependent::Dependent;
use crate::model::effect::Effect;
use crate::model::form::Compared;
use crate::model::look::Look;
use crate::model::object::{CatalogId, Object};
use crate::model::progress::Progress;
use crate::model::review::{Change, Review};
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, Statement};
use crate::model::verb::Aspect;
use crate::postgres::attributes::{self, Added, Carried, Privilege, Recreated};
use crate::postgres::catalog::owners::Owners;
use crate::postgres::catalog::sights::{Sights, sights};
use crate::postgres::catalog::{self, blockers, fingerprints, forms};
use crate::postgres::records::{StateTables, drift};
use crate::postgres::session::Session;

/// What was there before the run, seen from outside its transaction.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// Which objects were there.
    pub existing: &'a dyn Fn(&[CatalogId]) -> Result<HashSet<CatalogId>>,
    /// How relations, types and routines were.
    pub described: DescribedOutside<'a>,
    /// How relations, types and schemas looked.
    pub sights: &'a dyn Fn(&[CatalogId]) -> Result<Sights>,
    /// What objects were called.
    pub names: &'a dyn Fn(&[CatalogId]) -> Result<Names>,
}

/// What objects are called, by their ids.
pub type Names = HashMap<CatalogId, Object>;

/// A session's open transaction.
pub struct Database<'a> {
    session: &'a mut Session,
    work: &'a Work<'a>,
    outside: Outside<'a>,
    progress: &'a dyn Progress,
    state: &'a StateTables,
    /// What objects carried before they were dropped.
    captured: HashMap<CatalogId, Carried>,
    /// What CREATE would have given objects when that was asked last.
    created: BTreeMap<Object, Vec<Privilege>>,
    migrated: Migrated,
}

/// What is known of the migrations of a run.
#[derive(Default)]
struct Migrated {
    /// What the next one is compared with.
    before: Option<Before>,
    /// Whether something was done since for which the comparison has to be read again.
    is_stale: bool,
    measured: HashMap<MigrationId, Measured>,
    took: HashMap<MigrationId, Duration>,
    begun: HashMap<MigrationId, Instant>,
}

impl<'a> Database<'a> {
    /// The transaction that is open in a session.
    pub fn new(
        session: &'a mut Session,
        state: &'a StateTables,
        work: &'a Work<'a>,
        outside: Outside<'a>,
        progress: &'a dyn Progress,
    ) -> Self {
        Database {
            state,
            session,
            work,
            outside,
            progress,
            captured: HashMap::new(),
            created: BTreeMap::new(),
            migrated: Migrated::default(),
        }
    }

    /// What a migration did to what was there, its locks held until now.
    pub fn effects(&self, id: MigrationId) -> Vec<Effect> {
        self.migrated.measured.get(&id).map(Measured::until_now).unwrap_or_default()
    }

    /// How long a migration took, with all that was done for it.
    pub fn took(&self, id: MigrationId) -> Duration {
        self.migrated.took.get(&id).copied().unwrap_or_default()
    }

    /// What the next migration is compared with.
    fn before(&mut self) -> Result<Before> {
        let before = match self.migrated.before.take() {
            None => Before::read(self.session)?,
            Some(before) if self.migrated.is_stale => before.again(self.session)?,
            Some(before) => before,
        };
        self.migrated.is_stale = false;
        Ok(before)
    }

    /// Tells how far a migration is.
    fn try_migration(&mut self, id: MigrationId, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        // The marker row, the statement, and the savepoints.
        const COMMANDS: usize = 4;
        let portion = self.work.portion(id);
        let path = portion.map_or("", |portion| portion.migration.file.path.as_str());
        let total = portion.map_or(0, |portion| portion.statements().len());
        let (ran, progress) = (self.migrated.took.len(), self.progress);
        let heard = |done: usize| {
            let statement = total - attempts.len() + done / COMMANDS + 1;
            progress.at(ran, &format!("{path}, statement {} of {total}", statement.min(total.max(1))));
        };
        heard(0);
        self.session.attempt_with_progress(attempts, &heard)
    }

    /// Adds what statements of a migration did to what those before them did.
    fn measure(&mut self, id: MigrationId, before: &Before, since: Instant) -> Result<()> {
        let (measured, next) = measure(self.session, self.outside.described, before, since)?;
        match self.migrated.measured.entry(id) {
            Entry::Occupied(mut earlier) => earlier.get_mut().add(measured),
            Entry::Vacant(first) => _ = first.insert(measured),
        }
        self.migrated.before = Some(next);
        Ok(())
    }
}

impl Server for Database<'_> {
    fn attempt(&mut self, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        self.migrated.is_stale = true;
        self.session.attempt(attempts)
    }

    fn migrate(&mut self, id: MigrationId, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        let begun = *self.migrated.begun.entry(id).or_insert_with(Instant::now);
        let before = self.before()?;
        let since = Instant::now();
        let outcome = self.try_migration(id, attempts)?;
        if outcome.failure.is_some() {
            if outcome.done > 0 {
                self.measure(id, &before, since)?;
            } else {
                self.migrated.before = Some(before);
            }
            self.migrated.is_stale = true;
            return Ok(outcome);
        }
        // Deferred triggers belong to it.
        let migration = self.work.portion(id).map(|portion| portion.migration);
        self.check_constraints()?.map_err(|error| words::deferred(&error, migration))?;
        self.measure(id, &before, since)?;
        self.migrated.took.insert(id, begun.elapsed());
        if let Some(migration) = migration {
            self.progress.at(self.migrated.took.len(), &migration.file.path);
        }
        Ok(outcome)
    }

    fn restart(&mut self) -> Result<()> {
        self.captured.clear();
        self.created.clear();
        self.migrated = Migrated::default();
        self.session.restart()
    }

    fn look(&mut self) -> Result<Look> {
        let mut owners = Owners::default();
        let dependencies = catalog::dependencies(self.session, &mut owners)?;
        let written = catalog::attribution(self.session, &mut owners)?;
        let ids: HashSet<CatalogId> = written.iter().map(|row| row.id).collect();
        let existing = (self.outside.existing)(&ids.iter().copied().collect::<Vec<_>>())?;
        let referenced: HashSet<CatalogId> =
            dependencies.iter().map(|edge| edge.referenced).filter(|id| !ids.contains(id)).collect();
        let names = catalog::identify(self.session, &referenced.into_iter().collect::<Vec<_>>())?;
        Ok(Look { written, existing, dependencies, names })
    }

    fn review(&mut self) -> Result<Review> {
        let recorded = self.work.recorded;
        let drift = drift::find(self.session, self.state, recorded)?;
        let mut moved = drift::moved_away(self.session, self.state, recorded)?;
        if !moved.is_empty() {
            // A database that was dumped and restored has other numbers: what is at them was called otherwise before, too.
            let row = |at: usize| &recorded.statements[at];
            let ids: Vec<CatalogId> = moved.iter().filter_map(|(at, _)| row(*at).id).collect();
            let before = (self.outside.names)(&ids)?;
            moved.retain(|(at, _)| row(*at).id.and_then(|id| before.get(&id)) == row(*at).object.as_ref());
        }
        Ok(Review { drift, moved, ..Review::default() })
    }

    fn changes(&mut self, ids: &[CatalogId]) -> Result<Vec<Change>> {
        let mut before = (self.outside.sights)(ids)?;
        let there: Vec<CatalogId> = before.keys().copied().collect();
        let now = sights(self.session, &there)?.into_iter();
        let changed = now.filter_map(|(id, now)| Some(Change { id, was: before.remove(&id)?, now }));
        let mut changed: Vec<Change> = changed.filter(|change| change.was != change.now).collect();
        changed.sort_by(|first, second| first.now.object.cmp(&second.now.object));
        Ok(changed)
    }

    fn find(&mut self, objects: &[Object]) -> Result<Vec<Option<CatalogId>>> {
        if objects.is_empty() { Ok(Vec::new()) } else { catalog::find(self.session, objects) }
    }

    fn find_by_label(&mut self, labels: &HashSet<String>) -> Result<Vec<(CatalogId, Object)>> {
        catalog::find_by_label(self.session, labels)
    }

    fn dependents(&mut self, ids: &[CatalogId]) -> Result<Vec<Dependent>> {
        blockers::dependents(self.session, ids)
    }

    fn definitions(&mut self, ids: &[CatalogId]) -> Result<HashMap<CatalogId, String>> {
        attributes::definitions(self.session, ids)
    }

    fn capture(&mut self, ids: &[CatalogId]) -> Result<()> {
        let captured = attributes::capture(self.session, ids)?;
        self.captured.extend(captured.into_iter().map(|carried| (carried.id, carried)));
        Ok(())
    }

    fn restore(&mut self, restorations: &[Restoration]) -> Result<Vec<String>> {
        let recreated = restorations.iter().filter_map(|restoration| {
            let was = self.captured.get(&restoration.was)?;
            Some(Recreated { was, now: restoration.now, restored: restoration.restored, by: restoration.by })
        });
        let recreated: Vec<Recreated<'_>> = recreated.collect();
        let refusals = attributes::restore(self.session, &recreated)?;
        let sentence = |refusal: &attributes::Refusal| {
            let why = refusal.error.as_ref().map(|error| format!(": {}", error.message)).unwrap_or_default();
            format!("{} had to be created again and would lose {}{why}", refusal.object, refusal.what)
        };
        Ok(refusals.iter().map(sentence).collect())
    }

    fn stubs(&mut self, views: &[CatalogId]) -> Result<Vec<String>> {
        blockers::stubs(self.session, views)
    }

    fn compare(&mut self, id: CatalogId, object: &Object, statement: &Statement, by: AttemptId) -> Result<Compared> {
        forms::compare(self.session, id, object, statement, by)
    }

    fn remake(&mut self, id: CatalogId, object: &Object, drops: &[String], attempt: &Attempt<'_>) -> Result<Remade> {
        let now = fingerprints::fingerprints(self.session, &[id])?.remove(&id).unwrap_or_default();
        let dropped = drops.len();
        let mut parts: Vec<Part<'_>> = drops.iter().map(|sql| Part::own(sql.as_str())).collect();
        let own_parts = attempt.parts.len();
        parts.extend(attempt.parts.iter().cloned());
        parts.push(Part::own("SET search_path = pg_catalog"));
        let attempt = Attempt { id: attempt.id, parts };
        Ok(match fingerprints::remade(self.session, &attempt, object)? {
            Ok(made) if made.definition == now.definition => Remade::Alike,
            Ok(_) => Remade::Other,
            Err(failure) if failure.part < dropped => Remade::Stays,
            Err(failure) if failure.part < dropped + own_parts => {
                Remade::StatementFailed(Box::new(Failure { part: failure.part - dropped, ..failure }))
            }
            Err(_) => Remade::Nothing,
        })
    }

    fn bare(&mut self, ids: &[CatalogId], aspect: Aspect, without: &[u32]) -> Result<Vec<(Object, Vec<String>)>> {
        let Some(added) = Added::ALL.into_iter().find(|added| added.aspect() == aspect) else { return Ok(Vec::new()) };
        let bare = attributes::bare(self.session, ids, added, without)?;
        Ok(bare.into_iter().map(|bare| (bare.object, bare.statements)).collect())
    }

    fn default_privileges(&mut self, rows: &[u32]) -> Result<(Vec<String>, Vec<String>)> {
        let both = attributes::default_privileges(self.session, rows)?;
        Ok((both.take, both.give))
    }

    fn remember_created(&mut self, objects: &[Object]) -> Result<()> {
        self.created = created(self.session, objects)?.into_iter().map(|(_, object, privileges)| (object, privileges)).collect();
        Ok(())
    }

    fn created_otherwise(&mut self) -> Result<Vec<(CatalogId, Object)>> {
        if self.created.is_empty() {
            return Ok(Vec::new());
        }
        let objects: Vec<Object> = self.created.keys().cloned().collect();
        let now = created(self.session, &objects)?.into_iter();
        let differs = now.filter(|(_, object, privileges)| self.created.get(object) != Some(privileges));
        Ok(differs.map(|(id, object, _)| (id, object)).collect())
    }

    fn owners(&mut self, objects: &[Object]) -> Result<Option<String>> {
        let ids: Vec<CatalogId> = self.find(objects)?.into_iter().flatten().collect();
        attributes::owners_help(self.session, &ids)
    }

    fn check_constraints(&mut self) -> Result<std::result::Result<(), SqlError>> {
        self.session.execute(include_str!("check_constraints.sql"))
    }

    fn messages(&self) -> usize {
        self.session.messages()
    }
}

/// Which privileges CREATE would give objects now; those without privileges are left out.
fn created(session: &mut Session, objects: &[Object]) -> Result<Vec<(CatalogId, Object, Vec<Privilege>)>> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let ids = catalog::find(session, objects)?;
    let there: Vec<CatalogId> = ids.iter().copied().flatten().collect();
    let mut created = attributes::created_privileges(session, &there)?;
    let with_privileges = |(object, id): (&Object, Option<CatalogId>)| Some((id?, object.clone(), created.remove(&id?)?));
    Ok(objects.iter().zip(ids).filter_map(with_privileges).collect())
}
