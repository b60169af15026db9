//! `pgmg apply`: makes the database match the files, in one transaction.

use std::path::Path;

use crate::config::Settings;
use crate::error::Result;
use crate::model::approval::Allowed;
use crate::model::outcome::CommandOutcome;
use crate::output::progress::Bar;
use crate::output::{self, Presentation, ResultFormat};
use crate::workspace::approval::{self, Consent};
use crate::workspace::hooks;
use crate::workspace::opening::Comparison;
use crate::workspace::opening::Workspace;
use crate::workspace::saved;
use crate::workspace::{applying, planning};

/// What is to be applied.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplyOptions<'a> {
    /// A saved plan: exactly that.
    pub saved: Option<&'a Path>,
    /// Migrations up to this one.
    pub target: Option<&'a str>,
}

/// Applies what is pending and says what was done.
///
/// # Errors
/// Those of [`crate::workspace::applying::apply`]; a hook that fails; a plan file that cannot be read or is outdated.
pub fn run(
    settings: &Settings,
    presentation: &Presentation,
    consent: &Consent,
    options: ApplyOptions<'_>,
) -> Result<CommandOutcome> {
    let saved = options.saved.map(|path| saved::read(path, settings)).transpose()?;
    let mut workspace = Workspace::open(settings)?;
    workspace.allowed = approval::allowed(settings, consent)?;
    workspace.limit_to(saved.as_ref().map_or(options.target, |saved| saved.target.as_deref()))?;
    if let Some(saved) = &saved {
        workspace.lock(settings)?;
        workspace.read_records()?;
        saved::check_basis(saved, &workspace)?;
        if saved.tried && settings.allow_destructive != Some(false) {
            // The losses that it lists were looked at, and others do not pass.
            workspace.allowed = Allowed::Everything;
        }
    }
    workspace.approved = saved;
    let comparison = workspace.compare_locked(settings)?;
    let plan = if comparison.is_empty() {
        workspace.nothing_to_do(&comparison)
    } else {
        ask_first(&mut workspace, settings, presentation, consent, &comparison)?;
        hooks::before_apply(settings)?;
        let plan = applying::apply(&mut workspace, settings, &Bar::new(presentation.progress), comparison)?;
        hooks::on_success(settings)?;
        plan
    };
    output::print(&match presentation.format {
        ResultFormat::Text => output::apply::text(&plan),
        ResultFormat::Json => output::json::apply(&plan),
    })?;
    workspace.end();
    Ok(CommandOutcome::Done)
}

/// Where somebody or something has to agree, the plan is made and rolled back first: nobody waits with locks held.
fn ask_first(
    workspace: &mut Workspace,
    settings: &Settings,
    presentation: &Presentation,
    consent: &Consent,
    comparison: &Comparison,
) -> Result<()> {
    let has_migrations = !comparison.migrations.is_empty();
    let is_looked_at = has_migrations && (settings.before_apply.is_some() || approval::can_ask());
    if workspace.approved.is_some() || !(settings.confirm || is_looked_at) {
        return Ok(());
    }
    let plan = planning::tried(workspace, settings, presentation, comparison)?;
    approval::ask(workspace, settings, consent, &plan)
}
