//! `pgmg check`: builds the project from nothing in a database of its own and says what is wrong with it.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::report::{Finding, Report, Rule, Severity};
use crate::output::progress::Bar;
use crate::output::report::{ReportFormat, written};
use crate::output::{self, Presentation};
use crate::postgres::catalog::lints::sql_functions_with_settings;
use crate::postgres::records::StateTables;
use crate::postgres::session::Session;
use crate::project::load;
use crate::server::binaries;
use crate::server::kept_builds::KeptBuilds;
use crate::workspace::kept_result::{self, Again};
use crate::workspace::lints;
use crate::workspace::opening::{Workspace, directories};
use crate::workspace::scratch::Scratch;
use crate::workspace::staged::Staged;

/// The SQLSTATE of what PostgreSQL's grammar refuses (PostgreSQL manual, appendix A).
const SYNTAX_ERROR: &str = "42601";

/// What is to be checked, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Only findings in these files are reported; empty: all.
    pub files: Vec<PathBuf>,
    /// Where the server's programs are.
    pub bin_dir: Option<PathBuf>,
    /// A server to use instead of one of our own.
    pub server: Option<String>,
    pub scope: CheckScope,
    pub format: ReportFormat,
}

/// Which state of the files is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckScope {
    /// As they are on disk.
    #[default]
    WorkingTree,
    /// As they are staged in git.
    Staged,
}

/// Checks and writes the report; the process's exit code.
///
/// # Errors
/// What keeps the check from its end: settings, no server, Ctrl-C. What it finds is in the report.
pub fn run(settings: &Settings, presentation: &Presentation, request: &Request) -> Result<i32> {
    let staged = match request.scope {
        CheckScope::WorkingTree => None,
        CheckScope::Staged => Some(Staged::check_out(settings)?),
    };
    let settings = staged.as_ref().map_or_else(|| settings.clone(), |staged| staged.settings(settings));
    let mut found = CheckResult::default();
    if let Err(error) = check(&settings, presentation, request, &mut found) {
        // Without a server there is nothing to report on.
        if matches!(error.kind, Kind::Unavailable | Kind::Interrupted | Kind::Bug)
            || error.diagnostics.iter().all(|d| d.place.is_none())
        {
            return Err(error);
        }
        found.take(error);
    }
    if let Some(staged) = &staged {
        found.report.findings.iter_mut().for_each(|finding| staged.rename(&mut finding.diagnostic));
    }
    let (report, exit) = found.finish(&request.files);
    output::print(&written(&report, request.format))?;
    Ok(exit)
}

/// What is found, and the exit code that it means.
#[derive(Debug, Default)]
struct CheckResult {
    report: Report,
    kind: Option<Kind>,
}

impl CheckResult {
    fn take(&mut self, error: Error) {
        self.kind = Some(error.kind);
        let finding = |diagnostic: crate::model::diagnostic::Diagnostic| Finding {
            level: Severity::Error,
            rule: diagnostic.code.clone().unwrap_or_else(|| "pgmg".to_owned()),
            diagnostic,
        };
        self.report.findings.extend(error.diagnostics.into_iter().map(finding));
    }

    fn finish(mut self, files: &[PathBuf]) -> (Report, i32) {
        let wanted: Vec<PathBuf> = files.iter().filter_map(|file| file.canonicalize().ok()).collect();
        if !files.is_empty() {
            let before = self.report.findings.len();
            let is_wanted = |finding: &Finding| {
                let place = finding.diagnostic.place.as_ref();
                place.is_none_or(|place| Path::new(&place.path).canonicalize().is_ok_and(|path| wanted.contains(&path)))
            };
            self.report.findings.retain(is_wanted);
            self.report.elsewhere = before - self.report.findings.len();
        }
        self.report.findings.sort_by_key(|finding| finding.level);
        let exit = match (self.report.count(Severity::Error), self.kind) {
            (0, _) => 0,
            (_, Some(kind)) => kind.exit_code(),
            (_, None) => Kind::Sql.exit_code(),
        };
        (self.report, exit)
    }
}

fn check(settings: &Settings, presentation: &Presentation, request: &Request, found: &mut CheckResult) -> Result<()> {
    let project = load(&directories(settings))?;
    found.report.migrations = project.migrations.as_ref().map_or(0, Vec::len);
    found.report.statements = project.statements.as_ref().map_or(0, Vec::len);
    found.report.findings = lints::of_files(settings, &project);
    if let Some(server) = &request.server {
        let scratch = Scratch::in_server(server)?;
        return build(&scratch, settings, presentation, found).map(drop);
    }
    let bin_dir = binaries::find(request.bin_dir.as_deref())?;
    let kept = KeptBuilds::of(&settings.root, &bin_dir);
    let state = state(&project, settings);
    if kept.as_ref().is_some_and(|kept| kept.is_good(&state)) {
        found.report.known = true;
        return Ok(());
    }
    let before = found.report.findings.len();
    if let Some(contents) = kept.as_ref().and_then(KeptBuilds::contents) {
        let scratch = Scratch::start(Some(bin_dir.clone()), Some(contents))?;
        match again(&scratch, settings, presentation, found)? {
            None => {
                note(kept.as_ref(), &state, found, before);
                return Ok(());
            }
            Some(doubt) => log::info!("built from nothing: {doubt}"),
        }
        found.report.findings.truncate(before);
    }
    let mut scratch = Scratch::start(Some(bin_dir), None)?;
    let (workspace, plan) = build(&scratch, settings, presentation, found)?;
    let used = kept_result::used_by_migrations(&workspace.project, &plan);
    drop(workspace);
    note(kept.as_ref(), &state, found, before);
    if let (Some(kept), Some(used), Some(data)) = (kept, used, scratch.stop()) {
        kept.keep(&data, &used);
    }
    Ok(())
}

/// Builds on top of what was built before, which saves most of the work; why only a build from nothing can tell, if it is so.
fn again(scratch: &Scratch, settings: &Settings, presentation: &Presentation, found: &mut CheckResult) -> Result<Option<String>> {
    let state = StateTables::new(&settings.state_schema);
    let before = scratch.target().and_then(|target| state.read(&mut Session::open(&target, settings.lock_timeout)?));
    let before = match before {
        Ok(before) => before.statements,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let (mut workspace, plan) = match build(scratch, settings, presentation, found) {
        Ok(built) => built,
        Err(error) if matches!(error.kind, Kind::Usage | Kind::Bug | Kind::Interrupted) => return Err(error),
        // No database changes what is wrong with a text.
        Err(error) if error.diagnostics.iter().all(|diagnostic| diagnostic.code.as_deref() == Some(SYNTAX_ERROR)) => {
            return Err(error);
        }
        Err(error) => return Ok(Some(error.to_string())),
    };
    if found.report.findings.iter().any(|finding| finding.rule == Rule::FunctionBody.name()) {
        // Whether it is only too late for the body, or wrong from the start.
        return Ok(Some("a function's body needs what changed".to_owned()));
    }
    let after = workspace.state.read(&mut workspace.session)?.statements;
    let with_settings = sql_functions_with_settings(&mut workspace.session)?;
    let used = scratch.data().and_then(|data| KeptBuilds::used_by_migrations(&data));
    let (project, before, after, used) = (&workspace.project, before.as_slice(), after.as_slice(), used.as_deref());
    let again = Again { project, plan: &plan, before, after, used_by_migrations: used, with_settings: &with_settings };
    Ok(again.doubt().map(str::to_owned))
}

/// Nothing was found: the same files need no other look.
fn note(kept: Option<&KeptBuilds>, state: &str, found: &CheckResult, before: usize) {
    if found.report.findings.len() == before
        && let Some(kept) = kept
    {
        kept.note_good(state);
    }
}

fn build(
    scratch: &Scratch,
    settings: &Settings,
    presentation: &Presentation,
    found: &mut CheckResult,
) -> Result<(Workspace, Plan)> {
    let (mut workspace, plan) = scratch.build(settings, &Bar::new(presentation.progress)).map_err(with_package)?;
    found.report.findings.extend(lints::of_database(settings, &mut workspace)?);
    Ok((workspace, plan))
}

/// An extension that the server does not have comes in a package.
fn with_package(mut error: Error) -> Error {
    for diagnostic in &mut error.diagnostics {
        let message = &diagnostic.message;
        let name = message.strip_prefix("extension \"").filter(|_| message.contains("is not available"));
        // Up to PostgreSQL 14 the message names the file that is missing.
        let file =
            || message.strip_prefix("could not open extension control file \"")?.split(".control").next()?.rsplit('/').next();
        if let Some(name) = name.and_then(|rest| rest.split('"').next()).or_else(file) {
            let package = format!("postgresql-NN-{}", name.replace('_', "-"));
            let help = format!("install it for the server that check uses (Debian: {package}, or postgresql-contrib)");
            diagnostic.help = Some(help);
        }
    }
    error
}

/// A checksum over everything that the result depends on.
fn state(project: &Project, settings: &Settings) -> String {
    let mut sum = Sha256::new();
    sum.update(env!("CARGO_PKG_VERSION"));
    sum.update(format!("{:?}", settings.rules));
    for migration in project.migrations.iter().flatten() {
        sum.update(&migration.name);
        sum.update(migration.checksum.0);
    }
    for statement in project.statements.iter().flatten() {
        sum.update(&statement.file.name);
        sum.update(statement.checksum.0);
    }
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
