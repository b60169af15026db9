//! PostgreSQL as a trial's server: one session with an open transaction, and what other sessions see of the database.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use super::effects::{Before, DescribedOutside, Measured, measure};
use super::server::{Compared, Restoration, Server};
use super::words;
use crate::engine::work::Work;
use crate::error::Result;
use crate::model::attempt::{Attempt, AttemptId, Outcome};
use crate::model::dependent::Dependent;
use crate::model::effect::Effect;
use crate::model::look::Look;
use crate::model::object::{CatalogId, Object};
use crate::model::progress::Progress;
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, Statement};
use crate::model::verb::Aspect;
use crate::postgres::attributes::{self, Added, Carried, Privilege, Recreated};
use crate::postgres::catalog::owners::Owners;
use crate::postgres::catalog::{self, blockers, forms};
use crate::postgres::session::Session;

/// What was there before the run, seen from outside its transaction.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// Which objects were there.
    pub existing: &'a dyn Fn(&[CatalogId]) -> Result<HashSet<CatalogId>>,
    /// How relations, types and routines were.
    pub described: DescribedOutside<'a>,
}

/// A session's open transaction.
pub struct Database<'a> {
    session: &'a mut Session,
    work: &'a Work<'a>,
    outside: Outside<'a>,
    progress: &'a dyn Progress,
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
    pub fn new(session: &'a mut Session, work: &'a Work<'a>, outside: Outside<'a>, progress: &'a dyn Progress) -> Self {
        Database {
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
    fn try_migration(&mut self, id: MigrationId, attempt: &Attempt<'_>) -> Result<Outcome> {
        let path = self.work.portion(id).map_or("", |portion| portion.migration.file.path.as_str());
        let (total, ran, progress) = (attempt.parts.len(), self.migrated.took.len(), self.progress);
        let heard = |done: usize| {
            // The marker row comes first, and the savepoints last.
            let statement = done.clamp(1, total.max(1));
            progress.at(ran, &format!("{path}, statement {statement} of {total}"));
        };
        heard(0);
        self.session.attempt_with_progress(std::slice::from_ref(attempt), &heard)
    }
}

impl Server for Database<'_> {
    fn attempt(&mut self, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        self.migrated.is_stale = true;
        self.session.attempt(attempts)
    }

    fn migrate(&mut self, id: MigrationId, attempt: &Attempt<'_>) -> Result<Outcome> {
        let begun = *self.migrated.begun.entry(id).or_insert_with(Instant::now);
        let before = self.before()?;
        let since = Instant::now();
        let outcome = self.try_migration(id, attempt)?;
        if outcome.failure.is_some() {
            self.migrated.before = Some(before);
            self.migrated.is_stale = true;
            return Ok(outcome);
        }
        // Deferred triggers belong to it.
        let migration = self.work.portion(id).map(|portion| portion.migration);
        self.check_constraints()?.map_err(|error| words::deferred(&error, migration))?;
        let (measured, next) = measure(self.session, self.outside.described, &before, since)?;
        self.migrated.before = Some(next);
        self.migrated.measured.insert(id, measured);
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
        Ok(match forms::compare(self.session, id, object, statement, by)? {
            forms::Compared::Forms(forms) => Compared::Forms(forms),
            forms::Compared::StatementFailed(failure) => Compared::StatementFailed(failure),
            forms::Compared::Stays(error) => Compared::Stays(error),
            forms::Compared::Unknown => Compared::Unknown,
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
