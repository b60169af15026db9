//! One attempt of a watch: the files read, compared and applied, over the connection that is there.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{AGAIN, Announcement, Migrations, Watch, WatchState};
use crate::error::{Error, Kind, Result};
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::output::progress::Bar;
use crate::output::watch::{Waiting, WatchEvent, payload};
use crate::postgres::connection::interrupt;
use crate::project::cached::Seen;
use crate::watching::debounce::FileChange;
use crate::workspace::applying;
use crate::workspace::approval::{self, Consent};
use crate::workspace::hooks;
use crate::workspace::opening::Workspace;

/// What an attempt that worked did.
enum Done {
    Applied(Plan, Duration),
    /// There was nothing to do.
    Nothing(Plan),
}

impl Watch<'_> {
    /// Applies what differs.
    ///
    /// # Errors
    /// Only what ends the watch: Ctrl-C, or a result that cannot be written.
    pub fn attempt(&mut self) -> Result<()> {
        let gone = self.debounce.take();
        if let Err(why) = self.files.follow(&mut self.debounce) {
            self.use_polling(&why)?;
        }
        let begin = Instant::now();
        let read = self.kept.read();
        log::debug!("files read in {:.1?}", begin.elapsed());
        self.files.read(&read.seen);
        if !self.is_complete(&read.seen, &gone) {
            return Ok(());
        }
        match read.project {
            Ok(project) => self.apply_project(project, begin),
            // A file may have gone while it was looked at, or be changing at this moment.
            Err(error) if error.kind == Kind::Usage && matches!(self.state, WatchState::Starting | WatchState::Good) => {
                self.state = WatchState::Unread;
                if let Some(root) = self.roots.first() {
                    self.debounce.note(root, FileChange::Written, Instant::now());
                }
                Ok(())
            }
            Err(error) => self.failed(&error, begin.elapsed()),
        }
    }

    /// Whether no file is missing that may still come back: one that went without a sign waits like the others.
    fn is_complete(&mut self, seen: &Seen, gone: &[PathBuf]) -> bool {
        for path in gone {
            self.present.remove(path);
        }
        let is_there = |path: &PathBuf| seen.get(path).is_some_and(|stamp| !stamp.is_empty());
        let missing: Vec<PathBuf> = self.present.iter().filter(|path| !is_there(path)).cloned().collect();
        self.present.extend(seen.iter().filter(|(_, stamp)| !stamp.is_empty()).map(|(path, _)| path.clone()));
        for path in &missing {
            self.debounce.note(path, FileChange::Gone, Instant::now());
        }
        missing.is_empty()
    }

    fn apply_project(&mut self, project: Project, begin: Instant) -> Result<()> {
        let Some(mut workspace) = self.connected()? else { return Ok(()) };
        interrupt::cancel_on_interrupt(workspace.session.cancellation());
        workspace.project = project;
        let done = self.apply(&mut workspace, begin);
        self.tell_left_alone(&workspace)?;
        match &done {
            Ok(Done::Applied(plan, took)) => self.finish(&mut workspace, plan, *took)?,
            Ok(Done::Nothing(plan)) => {
                let before = std::mem::replace(&mut self.state, WatchState::Good);
                if matches!(before, WatchState::Starting | WatchState::Failed(_)) {
                    self.tell(&WatchEvent::Matches { plan })?;
                }
            }
            Err(error) if error.kind == Kind::Interrupted => return Err(error.clone()),
            Err(_) => {}
        }
        // The next attempt begins as the first one did, but with everything warm.
        let kept = workspace.session.discard_all().and_then(|()| workspace.refresh_records());
        interrupt::nothing_to_cancel();
        match (done, kept) {
            // The watch is about to end.
            (done, Err(_)) if interrupt::is_requested() => {
                done.map_or_else(|error| self.failed(&error, begin.elapsed()), |_| Ok(()))
            }
            (Err(error), Err(_)) | (Ok(_), Err(error)) => self.disconnected(&error),
            (done, Ok(())) => {
                self.connection = Some(workspace);
                done.map_or_else(|error| self.failed(&error, begin.elapsed()), |_| Ok(()))
            }
        }
    }

    fn apply(&self, workspace: &mut Workspace, begin: Instant) -> Result<Done> {
        workspace.allowed = approval::allowed(self.settings, &Consent::default())?;
        workspace.refresh_records()?;
        workspace.without_migrations_from = match self.options.migrations {
            Migrations::Tell => Some(0),
            Migrations::Apply => first_empty(workspace),
        };
        let comparison = workspace.compare_locked(self.settings)?;
        log::debug!("compared after {:.1?}", begin.elapsed());
        if comparison.is_empty() {
            return Ok(Done::Nothing(workspace.nothing_to_do(&comparison)));
        }
        hooks::before_apply(self.settings)?;
        let plan = applying::apply(workspace, self.settings, &Bar::new(self.presentation.progress), comparison)?;
        Ok(if plan.is_empty() { Done::Nothing(plan) } else { Done::Applied(plan, begin.elapsed()) })
    }

    fn finish(&mut self, workspace: &mut Workspace, plan: &Plan, took: Duration) -> Result<()> {
        if self.options.announcement == Announcement::Notify
            && let Err(error) = workspace.session.query("SELECT pg_catalog.pg_notify('pgmg', $1)", &[&payload(plan, took)])
        {
            log::warn!("NOTIFY pgmg: {error}");
        }
        self.applied(plan, took)?;
        match hooks::on_success(self.settings) {
            Ok(()) => Ok(()),
            Err(error) => self.tell(&WatchEvent::FailedAfterwards { error: &error }),
        }
    }

    /// The connection that is there, or a new one; `None` if there is none to be had now.
    fn connected(&mut self) -> Result<Option<Box<Workspace>>> {
        if let Some(workspace) = self.connection.take() {
            return Ok(Some(workspace));
        }
        match Workspace::connect(self.settings) {
            Ok(workspace) => {
                self.tell(&WatchEvent::Connected { target: &workspace.target_name() })?;
                self.state = WatchState::Good;
                Ok(Some(Box::new(workspace)))
            }
            Err(error) if error.kind == Kind::Interrupted => Ok(None),
            Err(error) => {
                self.disconnected(&error)?;
                self.retry = Some(Instant::now() + AGAIN);
                Ok(None)
            }
        }
    }

    /// There is no connection any more; the same reason is said once.
    fn disconnected(&mut self, error: &Error) -> Result<()> {
        let why = error.diagnostics.first().map(|first| first.message.clone()).unwrap_or_default();
        self.retry = Some(Instant::now());
        let now = WatchState::Disconnected(why.clone());
        if self.state != now {
            self.state = now;
            self.tell(&WatchEvent::Disconnected { why: &why })?;
        }
        Ok(())
    }

    /// Nothing was applied. What lies elsewhere (another pgmg at work, a lock) is tried again, and said once.
    fn failed(&mut self, error: &Error, took: Duration) -> Result<()> {
        let before = std::mem::replace(&mut self.state, WatchState::Failed(error.kind));
        if error.kind == Kind::Unavailable {
            self.retry = Some(Instant::now() + AGAIN);
            if before == WatchState::Failed(Kind::Unavailable) {
                return Ok(());
            }
        }
        self.tell(&WatchEvent::Failed { error, took })
    }

    /// Says which migrations stay pending, when they are others than before.
    fn tell_left_alone(&mut self, workspace: &Workspace) -> Result<()> {
        if workspace.left_alone == self.said {
            return Ok(());
        }
        self.said.clone_from(&workspace.left_alone);
        if self.said.is_empty() {
            return Ok(());
        }
        let why = match self.options.migrations {
            Migrations::Tell => Waiting::NotAsked,
            Migrations::Apply => Waiting::Empty,
        };
        self.tell(&WatchEvent::Pending { migrations: &workspace.left_alone, why })
    }
}

/// The first migration that is not applied and has no statement: somebody is still writing it, and once it is recorded as
/// applied nothing may be added to it.
fn first_empty(workspace: &Workspace) -> Option<usize> {
    let is_recorded = |name: &str| workspace.recorded.migrations.iter().any(|row| row.name == name);
    workspace.migrations().iter().position(|migration| migration.statements.is_empty() && !is_recorded(&migration.name))
}
