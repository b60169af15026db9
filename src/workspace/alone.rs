//! A migration that runs by itself: section by section, each recorded, each tried again where that helps.

use std::time::{Duration, Instant};

use super::approval::refused_effects;
use super::committing::{MigrationProgress, MigrationRecords, commit};
use super::opening::Workspace;
use super::outside::described;
use super::part::RunPart;
use crate::engine::comparison::Comparison;
use crate::engine::migration_status::Resumed;
use crate::engine::outcome::migration_step;
use crate::error::{Error, Kind, Result};
use crate::learned::Learned;
use crate::model::effect::Effect;
use crate::model::migration::{Migration, Section};
use crate::model::plan::Step;
use crate::model::progress::Progress;
use crate::model::record::{self, Deed};
use crate::model::statement::{MigrationId, Mode};
use crate::postgres::connection::interrupt;
use crate::postgres::effects::Ids;
use crate::postgres::records::migrations::{MigrationRecord, NewEvent};
use crate::trial::outside::Earlier;
use crate::trial::sections::{self, milliseconds, passes_by_itself, prepare};
use crate::trial::{self, Ended};

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A migration of the project that runs by itself.
pub struct Alone<'a> {
    pub id: MigrationId,
    pub comparison: &'a Comparison,
    pub learned: &'a Learned,
    pub progress: &'a dyn Progress,
}

impl Alone<'_> {
    /// Runs what is left of it; the steps that were taken.
    ///
    /// # Errors
    /// The failure of a section after its last try; what was done before it is recorded, and the next run goes on there.
    pub fn run(&self, workspace: &mut Workspace) -> Result<Vec<Step>> {
        let migration = self.migration(workspace).clone();
        workspace.session.begin()?.map_err(|error| trial::refused(&error))?;
        prepare(&mut workspace.session, &workspace.state)?;
        workspace.session.commit()?.unwrap_or(Ok(())).map_err(|error| trial::refused(&error))?;
        let mut steps = Vec::new();
        let at = self.comparison.resumed.get(&self.id);
        let mut resumed = at.cloned().unwrap_or_default();
        if resumed.completed > 0 || resumed.begun.is_some() {
            self.progress.say(&format!("{}: goes on where it stopped", migration.name));
        }
        let sections = migration.parts();
        for section in &sections {
            if section.statements.end <= resumed.completed {
                continue;
            }
            let started = Instant::now();
            let mut tries = 0;
            while let Err(error) = self.section(workspace, &migration, section, &resumed, &mut steps) {
                if tries == section.retry || !passes_by_itself(&error) || interrupt::is_requested() {
                    return Err(self.failed(workspace, &migration, section, error));
                }
                tries += 1;
                self.wait(&migration, section, tries, &error)?;
                resumed = self.again_from(workspace, &migration)?;
            }
            if section.mode == Mode::NoTransaction && !section.name.is_empty() {
                let event = NewEvent::new(Deed::SectionApplied, label(&migration, section.statements.end));
                let event = NewEvent { duration: Some(milliseconds(started.elapsed())), ..event };
                let run = workspace.next_run();
                workspace.state.write_history(&mut workspace.session, &run, &[event])?;
            }
            resumed = Resumed { completed: section.statements.end, begun: None };
        }
        // Also where an earlier run did everything and could not say so.
        let run = workspace.next_run();
        workspace.state.write_migrations(&mut workspace.session, &[MigrationRecord::applied(&migration, 0)])?;
        let event = NewEvent::new(Deed::Applied, migration.name.clone());
        workspace.state.write_history(&mut workspace.session, &run, &[event])?;
        steps.push(migration_step(&migration));
        Ok(steps)
    }

    fn migration<'a>(&self, workspace: &'a Workspace) -> &'a Migration {
        &workspace.project.migrations.as_deref().unwrap_or_default()[self.id.0]
    }

    fn section(
        &self,
        workspace: &mut Workspace,
        migration: &Migration,
        section: &Section,
        resumed: &Resumed,
        steps: &mut Vec<Step>,
    ) -> Result<()> {
        let from = section.statements.start.max(resumed.completed);
        if section.mode == Mode::NoTransaction {
            let earlier = resumed.begun.clone().map_or(Earlier::None, Earlier::Unknown);
            let side = workspace.side()?;
            let covered = workspace.allowed.covers(migration);
            let check = |effects: &[Effect]| {
                let losses: Vec<Effect> = effects.iter().filter(|effect| effect.is_destructive()).cloned().collect();
                if covered || losses.is_empty() {
                    Ok(())
                } else {
                    Err(refused_effects(&migration.name, &migration.file.path, losses))
                }
            };
            let there_before = workspace.there_before().cloned();
            let described_outside = |ids: &Ids| described(&side, ids, there_before.as_ref());
            let part = sections::Part {
                migration,
                section,
                from,
                earlier,
                progress: self.progress,
                described_outside: &described_outside,
                check: &check,
            };
            return part.run(&mut workspace.session, &workspace.state);
        }
        workspace.session.set_timeouts(section.timeout, section.lock_timeout)?;
        let ended = self.transaction(workspace, migration, section, from);
        if ended.is_err() {
            // A connection that is gone has nothing to roll back.
            let _ = workspace.session.rollback();
        }
        let freed = workspace.session.set_timeouts(None, None);
        steps.extend(ended?);
        freed
    }

    fn transaction(&self, workspace: &mut Workspace, migration: &Migration, section: &Section, from: usize) -> Result<Vec<Step>> {
        let next = migration.parts().into_iter().find(|other| other.statements.start >= section.statements.end);
        let completed = section.statements.end;
        let standing = |finished: &trial::Finished| {
            let took = finished.migrations.first().map_or(Duration::ZERO, |ran| ran.took);
            let milliseconds = milliseconds(took);
            let section = next.as_ref().map_or_else(String::new, |next| next.name.clone());
            let event = NewEvent::new(Deed::SectionApplied, label(migration, completed));
            MigrationRecords {
                records: vec![(self.id, MigrationProgress::Partial { completed, section, milliseconds })],
                events: vec![NewEvent { duration: Some(milliseconds), ..event }],
                ..MigrationRecords::default()
            }
        };
        let part = RunPart::Section(self.id, from..section.statements.end);
        match commit(workspace, self.comparison, part, self.learned, self.progress, &standing)? {
            Ended::Finished(finished) => {
                let steps = finished.outcome.plan.steps.into_iter();
                Ok(steps.filter(|step| step.action != crate::model::plan::Action::Migrate).collect())
            }
            Ended::CommitFirst(_) | Ended::CommitBefore(_) => Err(Error::bug("a section would have to be divided")),
        }
    }

    /// Notes the failure as far as the server can still be told, and says what the next run does.
    fn failed(&self, workspace: &mut Workspace, migration: &Migration, section: &Section, error: Error) -> Error {
        let run = workspace.next_run();
        // Without knowing what is recorded nothing may be written over it: the read itself may have been cancelled.
        let Ok(recorded) = workspace.state.read(&mut workspace.session) else { return error };
        let row = recorded.migrations.into_iter().find(|row| row.name == migration.name);
        let completed = row.as_ref().map_or(0, |row| row.completed);
        if row.as_ref().is_none_or(|row| completed == 0 && row.begun.is_none()) {
            let record = MigrationRecord {
                standing: record::Standing::Failed,
                completed: 0,
                section: Some(section.name.clone()).filter(|name| !name.is_empty()),
                ..MigrationRecord::applied(migration, 0)
            };
            let _ = workspace.state.write_migrations(&mut workspace.session, &[record]);
        }
        let detail = error.diagnostics.first().map(|first| first.message.clone()).unwrap_or_default();
        let event = NewEvent { detail, ..NewEvent::new(Deed::Failed, label(migration, section.statements.end)) };
        let _ = workspace.state.write_history(&mut workspace.session, &run, &[event]);
        if completed == 0 {
            return error;
        }
        let help = match section.name.as_str() {
            "" => format!("the first {completed} of its statements are done; the next apply goes on behind them"),
            name => format!("what comes before is done; the next apply goes on in section \"{name}\""),
        };
        error.help(help)
    }

    fn wait(&self, migration: &Migration, section: &Section, tries: u32, error: &Error) -> Result<()> {
        let wait = section.backoff.saturating_mul(2_u32.saturating_pow(tries - 1)).min(LONGEST_WAIT);
        let why = error.diagnostics.first().map(|first| first.message.as_str()).unwrap_or_default();
        self.progress.say(&format!(
            "{}, section {}: {why}; try {} of {} in {:.1} s",
            migration.name,
            section.name,
            tries + 1,
            section.retry + 1,
            wait.as_secs_f64()
        ));
        let until = Instant::now() + wait;
        while Instant::now() < until {
            interrupt::check()?;
            std::thread::sleep(Duration::from_millis(20).min(until.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }

    /// Where the next try begins, over a new connection if the old one is gone.
    fn again_from(&self, workspace: &mut Workspace, migration: &Migration) -> Result<Resumed> {
        let read = match workspace.state.read(&mut workspace.session) {
            Ok(read) => read,
            Err(error) if error.kind == Kind::Unavailable => {
                workspace.connect_again()?;
                workspace.state.read(&mut workspace.session)?
            }
            Err(error) => return Err(error),
        };
        let row = read.migrations.into_iter().find(|row| row.name == migration.name);
        Ok(row.map_or_else(Resumed::default, |row| Resumed { completed: row.completed, begun: row.begun }))
    }
}

/// `004_orders.sql: add_column`, by where the section ends.
fn label(migration: &Migration, end: usize) -> String {
    let section = migration.parts().into_iter().find(|section| section.statements.end == end);
    match section.map(|section| section.name).filter(|name| !name.is_empty()) {
        Some(section) => format!("{}: {section}", migration.name),
        None => migration.name.clone(),
    }
}
