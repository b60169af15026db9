//! `pgmg repair`: says what is true of a migration when the record of it is wrong.

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Migration;
use crate::model::outcome::CommandOutcome;
use crate::model::record::{Deed, RecordedMigration, Standing};
use crate::output::{self, Presentation, ResultFormat};
use crate::postgres::records::migrations::{MigrationRecord, NewEvent};
use crate::trial;
use crate::trial::sections::prepare;
use crate::workspace::opening::Workspace;

/// What is to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    MarkApplied,
    MarkFailed,
    Forget,
    AcceptChecksum,
}

/// Changes the record of one migration, nothing else, and shows how it was and how it is.
///
/// # Errors
/// `Disagreement`: no such migration, or its record does not allow it; the database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation, repair: Repair, typed: &str) -> Result<CommandOutcome> {
    let mut workspace = Workspace::open(settings)?;
    workspace.lock(settings)?;
    workspace.read_records()?;
    let (name, migration) = match workspace.find_migration(typed) {
        Ok(index) => (workspace.migrations()[index].name.clone(), Some(workspace.migrations()[index].clone())),
        // The record of a migration whose file is gone can still be forgotten.
        Err(_) if repair == Repair::Forget && recorded(&workspace, typed).is_some() => (typed.to_owned(), None),
        Err(error) => return Err(error),
    };
    let before = recorded(&workspace, &name).cloned();
    let record = record(repair, migration.as_ref(), before.as_ref(), &name)?;
    let run = workspace.next_run();
    workspace.session.begin()?.map_err(|error| trial::refused(&error))?;
    prepare(&mut workspace.session, &workspace.state)?;
    match &record {
        Some(record) => workspace.state.write_migrations(&mut workspace.session, std::slice::from_ref(record))?,
        None => workspace.state.forget_migrations(&mut workspace.session, &[&name])?,
    }
    let detail = format!("before: {}", stands(before.as_ref()));
    let event = NewEvent { detail, ..NewEvent::new(deed(repair), name.clone()) };
    workspace.state.write_history(&mut workspace.session, &run, &[event])?;
    workspace.session.commit()?.unwrap_or(Ok(())).map_err(|error| trial::refused(&error))?;
    let after = workspace.state.read(&mut workspace.session)?;
    let after = after.migrations.iter().find(|row| row.name == name);
    let (was, is) = (stands(before.as_ref()), stands(after));
    output::print(&match presentation.format {
        ResultFormat::Text => format!("{name}\n  before: {was}\n  now:    {is}\n"),
        ResultFormat::Json => output::json::repair(&name, &was, &is),
    })?;
    Ok(CommandOutcome::Done)
}

fn recorded<'a>(workspace: &'a Workspace, name: &str) -> Option<&'a RecordedMigration> {
    workspace.recorded.migrations.iter().find(|row| row.name == name)
}

/// The record that is to be there; `None`: none.
fn record<'a>(
    repair: Repair,
    migration: Option<&'a Migration>,
    before: Option<&RecordedMigration>,
    name: &str,
) -> Result<Option<MigrationRecord<'a>>> {
    let not_recorded = || {
        let diagnostic = Diagnostic::new(format!("the migration {name} is not recorded")).help("`pgmg status` shows what is");
        Error::new(Kind::Disagreement, diagnostic)
    };
    let applied = |migration| MigrationRecord::applied(migration, 0);
    Ok(match (repair, migration) {
        (Repair::Forget, _) => before.ok_or_else(not_recorded).map(|_| None)?,
        (Repair::MarkApplied, Some(migration)) => Some(applied(migration)),
        (Repair::MarkFailed, Some(migration)) => {
            Some(MigrationRecord { standing: Standing::Failed, completed: 0, ..applied(migration) })
        }
        (Repair::AcceptChecksum, Some(migration)) => {
            let before = before.ok_or_else(not_recorded)?;
            Some(MigrationRecord {
                standing: before.standing,
                completed: before.completed,
                section: before.section.clone(),
                begun: before.begun.clone(),
                ..applied(migration)
            })
        }
        (_, None) => return Err(not_recorded()),
    })
}

fn deed(repair: Repair) -> Deed {
    match repair {
        Repair::MarkApplied => Deed::MarkedApplied,
        Repair::MarkFailed => Deed::MarkedFailed,
        Repair::Forget => Deed::Forgotten,
        Repair::AcceptChecksum => Deed::ChecksumAccepted,
    }
}

/// `applied, checksum 1f2e3d4c`.
fn stands(row: Option<&RecordedMigration>) -> String {
    let Some(row) = row else { return "not recorded".to_owned() };
    let standing = match row.standing {
        Standing::Applied => "applied".to_owned(),
        Standing::Failed => "failed".to_owned(),
        Standing::Partial => format!("done up to statement {}", row.completed),
    };
    let checksum = row.checksum.as_deref().unwrap_or_default();
    if checksum.is_empty() { standing } else { format!("{standing}, checksum {}", &checksum[..checksum.len().min(12)]) }
}
