//! What plan, apply and status begin with: the project read, the database reached, its records read, both compared.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use super::migration_lookup;
use super::outside;
use super::part::RunPart;
use super::saved_plan::SavedPlan;
use crate::config::{LearnedCache, Settings};
use crate::engine::comparison::compare;
use crate::engine::healing;
use crate::engine::status;
use crate::engine::work::{Scope, Work};
use crate::error::{Error, Result};
use crate::learned::{Learned, Objects};
use crate::model::approval::Allowed;
use crate::model::migration::Migration;
use crate::model::object::CatalogId;
use crate::model::plan::Plan;
use crate::model::progress::Progress;
use crate::model::project::Project;
use crate::model::record::{Drift, OnDrift, Recorded};
use crate::model::statement::MigrationId;
use crate::model::status::Status;
use crate::postgres::connection::Target;
use crate::postgres::connection::interrupt;
use crate::postgres::connection::limits::Limits;
use crate::postgres::connection::side_pool::SidePool;
use crate::postgres::effects::Ids;
use crate::postgres::records::StateTables;
use crate::postgres::records::drift;
use crate::postgres::session::Session;
use crate::postgres::session::lock;
use crate::project::{Directories, load};
use crate::trial::{self, Ended, Finished, Outside, check_room};

pub use crate::engine::comparison::Comparison;

/// A session for a command that needs no project.
pub fn connect(settings: &Settings) -> Result<Session> {
    let target = target(settings)?;
    let session = Session::open(&target, settings.lock_timeout)?;
    interrupt::cancel_on_interrupt(session.cancellation());
    Ok(session)
}

fn target(settings: &Settings) -> Result<Target> {
    let target = Target::resolve(Some(settings.connection()?), &|name| std::env::var(name).ok())?;
    Ok(match &settings.database {
        Some(name) => target.on_database(name),
        None => target,
    })
}

/// The directories of a project.
pub fn directories(settings: &Settings) -> Directories {
    Directories { migrations: settings.migrations_dir.clone(), code: settings.code_dir.clone() }
}

/// A project and a database, side by side.
pub struct Workspace {
    pub project: Project,
    pub recorded: Recorded,
    pub session: Session,
    pub state: StateTables,
    /// What may be lost.
    pub allowed: Allowed,
    /// The saved plan that is carried out.
    pub approved: Option<SavedPlan>,
    /// Migrations after this one are left for later.
    pub until: Option<usize>,
    /// This migration and those after it are left alone, while code is applied.
    pub without_migrations_from: Option<usize>,
    /// The pending migrations that were left alone so in the last comparison.
    pub left_alone: Vec<String>,
    /// The drift that was found right after the records were read.
    early_drift: Option<Vec<Drift>>,
    /// What was there before the first of several stages; what they make and commit is nobody's yet.
    there_before: Option<Ids>,
    side: OnceCell<SidePool>,
    target: Target,
    lock_timeout: Duration,
    lock_wait: Duration,
    run: String,
    commits: usize,
}

impl Workspace {
    /// Reads the files while it connects, reads the records and looks for drift.
    ///
    /// # Errors
    /// Everything that is wrong with the files ([`load`]); the database cannot be reached, or its state tables cannot be read.
    pub fn open(settings: &Settings) -> Result<Self> {
        let directories = directories(settings);
        let (project, workspace) = std::thread::scope(|scope| {
            let project = scope.spawn(|| load(&directories));
            let workspace = Workspace::connect(settings).and_then(|workspace| workspace.look_for_drift(settings));
            (project.join().map_err(|_| Error::bug("the thread that reads the files panicked")), workspace)
        });
        Ok(Workspace { project: project??, ..workspace? })
    }

    /// Connects, and reads the records; the project, still empty, and drift are left to the caller.
    ///
    /// # Errors
    /// The settings name no server, it cannot be reached, or its state tables cannot be read.
    pub fn connect(settings: &Settings) -> Result<Self> {
        let target = target(settings)?;
        let state = StateTables::new(&settings.state_schema);
        let mut session = Session::open(&target, settings.lock_timeout)?;
        interrupt::cancel_on_interrupt(session.cancellation());
        let recorded = state.read(&mut session)?;
        log::info!("connected to {}", target.describe());
        Ok(Workspace {
            project: Project::default(),
            recorded,
            session,
            state,
            allowed: Allowed::default(),
            approved: None,
            until: None,
            without_migrations_from: None,
            left_alone: Vec::new(),
            early_drift: None,
            there_before: None,
            side: OnceCell::new(),
            target,
            lock_timeout: settings.lock_timeout,
            lock_wait: settings.lock_wait,
            run: run_id(),
            commits: 0,
        })
    }

    /// The server looks while the files are still being read.
    fn look_for_drift(mut self, settings: &Settings) -> Result<Self> {
        if settings.on_drift == OnDrift::Heal {
            self.early_drift = Some(drift::find(&mut self.session, &self.state, &self.recorded)?);
        }
        Ok(self)
    }

    /// Only migrations up to the one that is named so: by its whole name, its name without `.sql`, or its number.
    ///
    /// # Errors
    /// No such migration, of kind Usage.
    pub fn limit_to(&mut self, target: Option<&str>) -> Result<()> {
        let Some(target) = target else { return Ok(()) };
        self.until = Some(self.find_migration(target)?);
        Ok(())
    }

    /// The index of the migration that is named so.
    ///
    /// # Errors
    /// No such migration, of kind Usage.
    pub fn find_migration(&self, typed: &str) -> Result<usize> {
        migration_lookup::find(self.migrations(), typed)
    }

    /// Ends the session of a program that is about to end. Giving back project and records piece by piece would take longer than
    /// what most runs do with them; the operating system takes them back at once.
    pub fn end(self) {
        let Workspace { project, recorded, session, side, .. } = self;
        drop((session, side));
        std::mem::forget((project, recorded));
    }

    /// The project's migrations.
    pub fn migrations(&self) -> &[Migration] {
        self.project.migrations.as_deref().unwrap_or_default()
    }

    /// Where this is.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Where this is, for people, without a password.
    pub fn target_name(&self) -> String {
        self.target.describe()
    }

    /// How much of the code directory takes part: while migrations are left for later, only what those before need.
    pub fn scope(&self) -> Scope {
        match self.until {
            Some(until) if self.leaves_behind(until) => Scope::WhatMigrationsNeed,
            _ => Scope::Everything,
        }
    }

    /// Whether a migration after this one is not applied.
    fn leaves_behind(&self, until: usize) -> bool {
        let applied: HashSet<&str> = self.recorded.migrations.iter().map(|row| row.name.as_str()).collect();
        self.migrations().iter().skip(until + 1).any(|migration| !applied.contains(migration.name.as_str()))
    }

    /// Sessions that see what is committed.
    pub fn side(&self) -> Result<SidePool> {
        if let Some(side) = self.side.get() {
            return Ok(side.clone());
        }
        let side = self.target.pool()?;
        Ok(self.side.get_or_init(|| side).clone())
    }

    /// Reads the records again unless they are still as they were read.
    pub fn refresh_records(&mut self) -> Result<()> {
        if !self.state.is_current(&mut self.session, &self.recorded)? {
            self.read_records()?;
        }
        Ok(())
    }

    /// Reads what is recorded now.
    pub fn read_records(&mut self) -> Result<()> {
        self.recorded = self.state.read(&mut self.session)?;
        self.early_drift = None;
        Ok(())
    }

    /// A name for the next commit that no other one has.
    pub fn next_run(&mut self) -> String {
        self.commits += 1;
        format!("{}-{}", self.run, self.commits)
    }

    /// A new connection in place of one that was lost, with the lock, as soon as the server answers; within the time that the
    /// lock may take.
    ///
    /// # Errors
    /// `Unavailable`: the server does not answer within that time, or the lock is held by another.
    pub fn connect_again(&mut self) -> Result<()> {
        let until = Instant::now() + self.lock_wait;
        let mut session = loop {
            match Session::open(&self.target, self.lock_timeout) {
                Ok(session) => break session,
                Err(error) if Instant::now() >= until => return Err(error),
                Err(_) => std::thread::sleep(CONNECT_PAUSE),
            }
            interrupt::check()?;
        };
        interrupt::cancel_on_interrupt(session.cancellation());
        lock::acquire(&mut session, self.lock_wait)?;
        self.session = session;
        self.side = OnceCell::new();
        Ok(())
    }

    /// Compares files and records; where something is to be done, again under the lock, because another run may have done it.
    pub fn compare_locked(&mut self, settings: &Settings) -> Result<Comparison> {
        let comparison = self.compare(settings)?;
        if comparison.is_empty() {
            return Ok(comparison);
        }
        lock::acquire(&mut self.session, settings.lock_wait)?;
        if self.state.is_current(&mut self.session, &self.recorded)? { Ok(comparison) } else { self.compare_again(settings) }
    }

    /// Takes the lock, whether anything is to be done or not.
    ///
    /// # Errors
    /// `Unavailable`: another pgmg holds the lock until the waiting time is over.
    pub fn lock(&mut self, settings: &Settings) -> Result<()> {
        lock::acquire(&mut self.session, settings.lock_wait)
    }

    /// Compares with what is recorded now.
    pub fn compare_again(&mut self, settings: &Settings) -> Result<Comparison> {
        self.read_records()?;
        self.compare(settings)
    }

    /// Compares files, records and, unless drift is left alone, what is recorded with what is there.
    ///
    /// # Errors
    /// `Disagreement`: an applied migration was edited, deleted or overtaken; a code directory has become empty.
    pub fn compare(&mut self, settings: &Settings) -> Result<Comparison> {
        let mut comparison = compare(&self.project, &self.recorded)?;
        self.leave_alone(&mut comparison);
        if settings.on_drift == OnDrift::Heal {
            let drift = self.drift()?;
            healing::include(&mut comparison, &self.project, &self.recorded, &drift);
        }
        if let Some(until) = self.until {
            comparison.migrations.retain(|id| id.0 <= until);
            if comparison.migrations.is_empty() && self.scope() == Scope::WhatMigrationsNeed {
                comparison = Comparison::default();
            }
        }
        Ok(comparison)
    }

    fn leave_alone(&mut self, comparison: &mut Comparison) {
        let Some(first) = self.without_migrations_from else { return };
        let left: Vec<MigrationId> = comparison.migrations.iter().copied().filter(|id| id.0 >= first).collect();
        comparison.migrations.retain(|id| id.0 < first);
        comparison.resumed.retain(|id, _| id.0 < first);
        self.left_alone = left.into_iter().map(|id| self.migrations()[id.0].name.clone()).collect();
    }

    /// Remembers what is there, before a run in several stages.
    pub(super) fn begin_stages(&mut self) -> Result<()> {
        if self.there_before.is_none() {
            self.there_before = Some(crate::postgres::effects::there(&mut self.session)?);
        }
        Ok(())
    }

    /// What was there before the first of several stages.
    pub(super) fn there_before(&self) -> Option<&Ids> {
        self.there_before.as_ref()
    }

    /// The recorded objects that somebody else changed; none where no code is compared.
    pub fn drift(&mut self) -> Result<Vec<Drift>> {
        match (&self.project.statements, self.early_drift.take()) {
            (Some(_), Some(found)) => Ok(found),
            (Some(_), None) => drift::find(&mut self.session, &self.state, &self.recorded),
            (None, _) => Ok(Vec::new()),
        }
    }

    /// How files and database stand to each other, seen without trying anything.
    pub fn status(&mut self) -> Result<Status> {
        let drift = self.drift()?;
        Ok(status::of(&self.project, &self.recorded, &drift))
    }

    /// Tries everything that is pending in a transaction that is left open.
    pub fn run_trial(
        &mut self,
        comparison: &Comparison,
        part: RunPart<'_>,
        learned: &Learned,
        progress: &dyn Progress,
    ) -> Result<Ended> {
        let side = self.side()?;
        let existing = |ids: &[CatalogId]| outside::existing(&side, ids);
        let described = |ids: &Ids| outside::described(&side, ids, self.there_before.as_ref());
        let sights = |ids: &[CatalogId]| outside::sights(&side, ids);
        let names = |ids: &[CatalogId]| outside::names(&side, ids);
        let seen = Outside { existing: &existing, described: &described, sights: &sights, names: &names };
        let work = part.of(work(&self.project, &self.recorded, comparison, learned));
        let pending = comparison.statements.len() + work.migrations.len();
        let limits = std::thread::scope(|scope| {
            let limits = scope.spawn(|| side.with(|client| Limits::read(client)));
            let begun = self.session.begin();
            (limits.join().map_err(|_| Error::bug("the thread that asks the server panicked")), begun)
        });
        check_room(pending, &limits.0??)?;
        limits.1?.map_err(|error| trial::refused(&error))?;
        trial::run(&mut self.session, &self.state, &work, seen, progress)
    }

    /// What would be done, in the known order, for a role that may not try it.
    pub fn known_order(&self, comparison: &Comparison, learned: &Learned, reason: String) -> Plan {
        trial::known_order(&work(&self.project, &self.recorded, comparison, learned), reason)
    }

    /// The plan when nothing is to be done.
    pub fn nothing_to_do(&self, comparison: &Comparison) -> Plan {
        let applied_migrations = self.project.migrations.as_ref().map_or(0, Vec::len);
        Plan { unchanged: comparison.unchanged, applied_migrations, ..Plan::default() }
    }

    /// Keeps what was learned in the project. A project that cannot be written to is no reason to fail.
    pub fn keep(&self, settings: &Settings, learned: &mut Learned, finished: &Finished) {
        let before = learned.clone();
        learned.update(&self.project, &finished.outcome.learned);
        if settings.lessons == LearnedCache::Dropped {
            return;
        }
        let mut objects = Objects::load(&settings.root).unwrap_or_default();
        objects.update(&self.project, &finished.outcome.records, &finished.outcome.dependencies);
        let kept = if *learned == before { Ok(()) } else { learned.save(&settings.root) };
        if let Err(error) = kept.and_then(|()| objects.save(&settings.root)) {
            log::warn!("{error}");
        }
    }
}

/// How long to wait before another try to connect.
const CONNECT_PAUSE: Duration = Duration::from_millis(100);

/// Different in every process, whenever it runs.
pub(super) fn run_id() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}

fn work<'a>(project: &'a Project, recorded: &'a Recorded, comparison: &'a Comparison, learned: &Learned) -> Work<'a> {
    let work = Work::new(project, recorded, comparison, Scope::Everything);
    let migrations = project.migrations.as_deref().unwrap_or_default();
    Work {
        known: learned.edges(work.statements()),
        needed_by_migrations: learned.needed_by(migrations, work.statements()),
        ..work
    }
}
