//! `pgmg rollback`: takes migrations back by their down files, with the code around them as in an apply.

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::learned::Learned;
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::migration::Migration;
use crate::model::outcome::CommandOutcome;
use crate::model::plan::{Direction, Plan};
use crate::model::project::Place;
use crate::model::record::{Deed, Standing};
use crate::output::progress::Bar;
use crate::output::{self, Presentation, ResultFormat};
use crate::postgres::records::migrations::NewEvent;
use crate::trial::{Ended, Finished};
use crate::workspace::approval::{self, Consent};
use crate::workspace::committing::{MigrationRecords, record};
use crate::workspace::hooks;
use crate::workspace::opening::Comparison;
use crate::workspace::opening::Workspace;
use crate::workspace::part::RunPart;

/// How far back.
#[derive(Debug, Clone)]
pub enum RollbackTo {
    /// So many migrations.
    Steps(usize),
    /// Every one after this one, which stays.
    Migration(String),
}

/// Whether it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Do,
    OnlyShow,
}

/// Takes the latest migrations back, in one transaction, and says what was done.
///
/// # Errors
/// `Disagreement`: a migration without a way back, or one that runs outside a transaction; what PostgreSQL refuses. Nothing is
/// changed then.
pub fn run(
    settings: &Settings,
    presentation: &Presentation,
    consent: &Consent,
    back_to: &RollbackTo,
    intent: Intent,
) -> Result<CommandOutcome> {
    let mut workspace = Workspace::open(settings)?;
    workspace.allowed = approval::allowed(settings, consent)?;
    workspace.lock(settings)?;
    let mut comparison = workspace.compare_again(settings)?;
    let downs = ways_back(&workspace, back_to)?;
    if downs.is_empty() {
        output::print("Nothing to take back: no migration is applied.\n")?;
        return Ok(CommandOutcome::Done);
    }
    comparison.migrations.clear();
    comparison.resumed.clear();
    let progress = Bar::new(presentation.progress);
    let learned = Learned::load(&settings.root);
    let mut finished = tried(&mut workspace, &comparison, &downs, &learned, &progress)?;
    if intent == Intent::OnlyShow || settings.before_apply.is_some() || settings.confirm || approval::can_ask() {
        workspace.session.rollback()?;
        if intent == Intent::OnlyShow {
            show(&finished.outcome.plan, presentation, output::plan::text(&finished.outcome.plan, presentation.sql))?;
            return Ok(CommandOutcome::Differences);
        }
        approval::ask(&mut workspace, settings, consent, &finished.outcome.plan)?;
        hooks::before_apply(settings)?;
        finished = tried(&mut workspace, &comparison, &downs, &learned, &progress)?;
    }
    let names: Vec<String> = downs.iter().map(|down| down.name.clone()).collect();
    let recording = move |finished: &Finished| {
        let event = |ran: &crate::trial::Ran| {
            let duration = i64::try_from(ran.took.as_millis()).ok();
            NewEvent { duration, ..NewEvent::new(Deed::RolledBack, names[ran.id.0].clone()) }
        };
        MigrationRecords {
            taken_back: finished.migrations.iter().map(|ran| names[ran.id.0].clone()).collect(),
            events: finished.migrations.iter().map(event).collect(),
            ..MigrationRecords::default()
        }
    };
    record(&mut workspace, &mut finished, &recording)?;
    hooks::on_success(settings)?;
    show(&finished.outcome.plan, presentation, output::apply::text(&finished.outcome.plan))?;
    Ok(CommandOutcome::Done)
}

fn show(plan: &Plan, presentation: &Presentation, text: String) -> Result<()> {
    output::print(&match presentation.format {
        ResultFormat::Text => text,
        ResultFormat::Json => output::json::rollback(plan),
    })
}

fn tried(
    workspace: &mut Workspace,
    comparison: &Comparison,
    downs: &[Migration],
    learned: &Learned,
    progress: &Bar,
) -> Result<Box<Finished>> {
    match workspace.run_trial(comparison, RunPart::Down(downs), learned, progress)? {
        Ended::Finished(mut finished) => {
            finished.outcome.plan.direction = Direction::Down;
            finished.outcome.plan.applied_migrations = 0;
            Ok(finished)
        }
        Ended::CommitBefore(_) => {
            let message = "a down file uses enum values that another one adds: they can be used only after a commit";
            Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help("take the migrations back one by one: --steps 1")))
        }
        Ended::CommitFirst(first) => {
            let message = format!(
                "{} would get values that can be used only after a commit",
                first.iter().map(|first| first.object.as_str()).collect::<Vec<_>>().join(", ")
            );
            Err(Error::new(
                Kind::Disagreement,
                Diagnostic::new(message).help("run `pgmg apply` first, then take migrations back"),
            ))
        }
    }
}

/// The down files, the latest migration's first. Whatever is missing is said before anything runs.
fn ways_back(workspace: &Workspace, back_to: &RollbackTo) -> Result<Vec<Migration>> {
    let migrations = workspace.migrations();
    let is_applied = |migration: &&Migration| {
        workspace.recorded.migrations.iter().any(|row| row.name == migration.name && row.standing == Standing::Applied)
    };
    let partial = workspace.recorded.migrations.iter().find(|row| row.standing != Standing::Applied);
    if let Some(partial) = partial {
        let message = format!("the migration {} is done in part", partial.name);
        let help = "run `pgmg apply` to complete it, or `pgmg repair` to say how it stands";
        return Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help(help)));
    }
    let applied: Vec<&Migration> = match back_to {
        RollbackTo::Steps(steps) => migrations.iter().filter(is_applied).rev().take(*steps).collect(),
        RollbackTo::Migration(name) => {
            let stays = workspace.find_migration(name)?;
            migrations.iter().skip(stays + 1).filter(is_applied).rev().collect()
        }
    };
    let missing: Vec<&&Migration> = applied.iter().filter(|migration| migration.down.is_none()).collect();
    if let Some(first) = missing.first() {
        let stem = first.file.path.trim_end_matches(".sql").trim_end_matches(".up");
        let mut diagnostic = Diagnostic::new("there is no way back for what is to be taken back");
        for migration in &missing {
            diagnostic = diagnostic.note(NoteLabel::Note, format!("{} has no down file", migration.name));
        }
        return Err(Error::new(Kind::Disagreement, diagnostic.help(format!("write it, the first one as {stem}.down.sql"))));
    }
    let downs: Vec<Migration> = applied.into_iter().filter_map(|migration| migration.down.as_deref().cloned()).collect();
    if let Some(alone) = downs.iter().find(|down| down.runs_alone()) {
        let message = format!("{} runs outside a transaction, and migrations are taken back in one", alone.file.path);
        let help = format!("run it with psql, then `pgmg repair forget {}`", alone.name);
        let diagnostic = Diagnostic::new(message).at(Place::file(alone.file.path.clone())).help(help);
        return Err(Error::new(Kind::Disagreement, diagnostic));
    }
    Ok(downs)
}
