//! The commands that an environment runs around an apply: a backup before, a message after.

use std::process::{Command, Stdio};

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;

/// Runs `before_apply`, if there is one. If it fails nothing is applied.
///
/// # Errors
/// `Usage`: it cannot be run, or ends with another code than 0.
pub fn before_apply(settings: &Settings) -> Result<()> {
    run(settings, "before_apply", settings.before_apply.as_deref(), "nothing was applied")
}

/// Runs `on_success`, if there is one.
///
/// # Errors
/// `Usage`: it cannot be run, or ends with another code than 0.
pub fn on_success(settings: &Settings) -> Result<()> {
    run(settings, "on_success", settings.on_success.as_deref(), "everything was applied before it")
}

/// What it prints goes to stderr: stdout has pgmg's own result.
fn run(settings: &Settings, key: &str, command: Option<&str>, stands: &str) -> Result<()> {
    let Some(command) = command else { return Ok(()) };
    log::info!("{key}: {command}");
    let status = Command::new("sh")
        .args(["-c", command])
        .current_dir(&settings.root)
        .env("PGMG_ENV", settings.environment.as_deref().unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status();
    let failed = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => status.code().map_or_else(|| "was killed".to_owned(), |code| format!("ended with exit code {code}")),
        Err(error) => format!("cannot be run: {error}"),
    };
    let message = format!("{key} {failed}; {stands}");
    Err(Error::new(Kind::Usage, Diagnostic::new(message).help(format!("it is set in pgmg.toml: {command}"))))
}
