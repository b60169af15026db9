//! Who has to agree before something is done: files, flags, settings, a saved plan, or the person at the terminal.

use std::io::{IsTerminal, Write};

use super::opening::Workspace;
use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::approval::{Allowed, Forbidden, forbidden};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::effect::Effect;
use crate::model::plan::{Phase, Plan};
use crate::model::project::Place;
use crate::output::{self, Detail};
use crate::postgres::connection::interrupt;

/// What was typed about agreeing.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    pub allowed: Allowed,
    pub questions: Questions,
}

/// What happens to questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Questions {
    /// They are asked on a terminal.
    #[default]
    Asked,
    /// `--yes`.
    Agreed,
}

/// Whether a person can be asked: both ends of the talk are a terminal.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What the settings make of what was typed.
///
/// # Errors
/// A loss allowed where the settings forbid it, of kind Disagreement.
pub fn allowed(settings: &Settings, consent: &Consent) -> Result<Allowed> {
    match settings.allow_destructive {
        Some(false) if consent.allowed != Allowed::Nothing => {
            let message = format!("{} does not allow what loses data: allow_destructive = false", environment(settings));
            let help = "say `-- pgmg: destructive` in the migration, which others then see and review";
            Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help(help)))
        }
        Some(true) => Ok(Allowed::Everything),
        _ => Ok(consent.allowed.clone()),
    }
}

/// Shows the plan and asks, where that is needed. Afterwards everything that the plan says is agreed to.
///
/// # Errors
/// No agreement, of kind Disagreement.
pub fn ask(workspace: &mut Workspace, settings: &Settings, consent: &Consent, plan: &Plan) -> Result<()> {
    let losses = forbidden(plan, &workspace.allowed);
    let has_losses = plan.steps.iter().any(|step| step.losses().next().is_some());
    let is_final = plan.steps.iter().any(|step| step.phase == Phase::Alone);
    let is_needed = has_losses || is_final || settings.confirm;
    if !is_needed || consent.questions == Questions::Agreed && losses.is_empty() {
        return Ok(());
    }
    if !can_ask() || consent.questions == Questions::Agreed {
        return match refused(&losses) {
            Some(error) => Err(error),
            None if settings.confirm => {
                let message = format!("{} wants every apply to be confirmed: confirm = true", environment(settings));
                Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help("look at `pgmg plan`, then give --yes")))
            }
            None => Ok(()),
        };
    }
    output::print_error(&output::plan::text(plan, Detail::LeftOut));
    let what = if has_losses {
        "This loses data. "
    } else if is_final {
        "This cannot be rolled back. "
    } else {
        ""
    };
    let question = format!("\n{what}Apply it to {}{}? Type yes: ", workspace.target_name(), of_environment(settings));
    let mut answer = String::new();
    let read = interrupt::while_asking(|| {
        output::print_error(&question);
        let _ = std::io::stderr().flush();
        std::io::stdin().read_line(&mut answer)
    })?;
    if read.is_err() || !matches!(answer.trim().to_lowercase().as_str(), "yes" | "y") {
        return Err(Error::new(Kind::Disagreement, Diagnostic::new("not agreed to; nothing was done")));
    }
    let names = losses.into_iter().map(|loss| loss.migration);
    workspace.allowed = match std::mem::take(&mut workspace.allowed) {
        Allowed::Everything => Allowed::Everything,
        Allowed::Nothing => Allowed::Migrations(names.collect()),
        Allowed::Migrations(known) => Allowed::Migrations(known.into_iter().chain(names).collect()),
    };
    Ok(())
}

/// The error for losses that nobody agreed to; `None` if there are none.
pub fn refused(losses: &[Forbidden]) -> Option<Error> {
    let diagnostics: Vec<Diagnostic> = losses.iter().map(diagnostic).collect();
    if diagnostics.is_empty() { None } else { Some(Error { kind: Kind::Disagreement, diagnostics }) }
}

/// The error for what one statement outside a transaction would lose.
pub fn refused_effects(migration: &str, path: &str, effects: Vec<Effect>) -> Error {
    let forbidden = Forbidden { migration: migration.to_owned(), path: path.to_owned(), effects };
    Error::new(Kind::Disagreement, diagnostic(&forbidden))
}

fn diagnostic(loss: &Forbidden) -> Diagnostic {
    let name = &loss.migration;
    let mut diagnostic = Diagnostic::new(format!("the migration {name} loses data")).at(Place::file(&*loss.path));
    for effect in &loss.effects {
        diagnostic = diagnostic.note(NoteLabel::Note, output::effect(effect));
    }
    diagnostic.help(format!("if that is meant, say `-- pgmg: destructive` in it, or give --allow-destructive={name}"))
}

fn environment(settings: &Settings) -> String {
    settings.environment.as_ref().map_or_else(|| "pgmg.toml".to_owned(), |name| format!("the environment {name}"))
}

fn of_environment(settings: &Settings) -> String {
    settings.environment.as_ref().map(|name| format!(" (environment {name})")).unwrap_or_default()
}
