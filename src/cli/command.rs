//! The commands that can be typed, and what each of them calls.

use std::path::PathBuf;

use clap::Subcommand;

use super::arguments::{Approving, Compare, DIFFERENCES, Drifting, Global, Known, NotationName, Project, Shown, Ways};
use super::names::{RepairName, ReportName, usual_format};
use super::shell;
use super::watching::Watching;
use crate::commands;
use crate::commands::apply::ApplyOptions;
use crate::commands::check;
use crate::commands::graph::GraphOptions;
use crate::commands::init::GitHook;
use crate::commands::rollback::{Intent, RollbackTo};
use crate::error::Result;
use crate::model::outcome::CommandOutcome;
use crate::model::report::{Rule, Severity};
use crate::output::report::ReportFormat;
use crate::output::{Detail, Presentation, ResultFormat, progress::Visibility};
use crate::project::WayBack;

/// The exit code where neither of two objects needs the other.
const NOT_CONNECTED: i32 = 1;

#[derive(Subcommand)]
pub enum Command {
    /// Begin a project: pgmg.toml, both folders, a first example
    ///
    /// Files that exist are left as they are.
    Init {
        /// Where; it is made if it does not exist
        #[arg(default_value = ".", value_name = "DIR")]
        directory: PathBuf,
        /// Also make a git hook that refuses a commit whose SQL cannot be built
        #[arg(long)]
        git_hook: bool,
    },
    /// Make the next migration file and print its path
    ///
    /// Its number follows the latest one, in the same style: 001_, 0001_, V1__ or a time such as 20260131120000_.
    New {
        /// What it does: "add orders" becomes 004_add_orders.sql
        name: String,
        /// Make a second file, 004_add_orders.down.sql, that takes it back
        #[arg(long)]
        down: bool,
        #[command(flatten)]
        connection: Project,
    },
    /// Show what apply would do, by doing it and rolling back
    ///
    /// Nothing is written to the database. A role that may only read gets the changes and the known order, not tried.
    Plan {
        /// Show the SQL of each step below it, as --verbose does
        #[arg(long)]
        sql: bool,
        /// Show what changes in the definitions of objects, as PostgreSQL words them
        #[arg(long)]
        diff: bool,
        /// Keep the plan in FILE, for `pgmg apply FILE`
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Only migrations up to this one: its name or its number
        #[arg(long, value_name = "NAME")]
        target: Option<String>,
        /// Try it on a copy of the schema instead, without data: in the server of this URL, or in a `throwaway` one
        #[arg(long, value_name = "URL")]
        shadow: Option<String>,
        #[command(flatten)]
        compare: Compare,
        #[command(flatten)]
        drifting: Drifting,
        #[command(flatten)]
        connection: Project,
    },
    /// Make the database match the files, in one transaction
    ///
    /// If anything fails, the database is as it was before. A migration that loses data is refused unless it says so itself, by
    /// `-- pgmg: destructive`, or a flag or the person at the terminal allows it.
    Apply {
        /// A plan from `pgmg plan --out`: exactly that is done, or nothing
        #[arg(value_name = "PLAN", conflicts_with = "target")]
        plan: Option<PathBuf>,
        /// Only migrations up to this one, by name or number; code waits until all are applied
        #[arg(long, value_name = "NAME")]
        target: Option<String>,
        #[command(flatten)]
        approving: Approving,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        drifting: Drifting,
        #[command(flatten)]
        connection: Project,
    },
    /// Apply code changes as files are saved, until Ctrl-C
    ///
    /// What is pending is applied first. Files with mistakes are shown and change nothing; a removed file counts once it has
    /// stayed away for half a second. Ends with 0 on Ctrl-C, or with 130 if that interrupts an apply, which is rolled back.
    Watch(Watching),
    /// Show what is applied, pending and changed, without trying anything
    Status {
        #[command(flatten)]
        compare: Compare,
        #[command(flatten)]
        connection: Project,
    },
    /// Build the project from nothing in a throwaway database and say what is wrong with it
    ///
    /// Needs no server: it starts one of its own, and keeps what it built, so that the next check only builds what changed.
    /// Exits with 0 if there is no error, 3 or 4 if there are some.
    Check {
        /// Report only what is found in these files; everything is built all the same
        files: Vec<PathBuf>,
        /// Check what is staged in git instead of the working tree
        #[arg(long)]
        staged: bool,
        /// Where the programs of the throwaway server are [default: looked for]
        #[arg(long, value_name = "DIR")]
        pg_bindir: Option<PathBuf>,
        /// Use this server instead, in a database of its own that is dropped afterwards
        #[arg(long, value_name = "URL")]
        database_url: Option<String>,
        /// Also report objects that nothing in the project mentions
        #[arg(long)]
        unused: bool,
        /// How to write the report [default: github in GitHub Actions, else text]
        #[arg(long, value_enum)]
        format: Option<ReportName>,
        #[command(flatten)]
        connection: Project,
    },
    /// Show what was done to this database, the latest last
    History {
        /// How many events
        #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        connection: Project,
    },
    /// Take the latest migrations back by their down files, in one transaction
    ///
    /// Code is wrapped around them as in an apply: what stands in their way is dropped and made again from today's files.
    Rollback {
        /// How many migrations
        #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "to")]
        steps: usize,
        /// All migrations after this one, which stays: its name or its number
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// Only show what would be done
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        approving: Approving,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        connection: Project,
    },
    /// Say what is true of a migration where the record of it is wrong; nothing else is done
    Repair {
        /// What is to be true
        what: RepairName,
        /// The migration: its name or its number
        name: String,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        connection: Project,
    },
    /// Compare the database with what the files give in an empty one, tables and code alike
    ///
    /// The empty one is in a throwaway server that is started for it. Exits with 1 if they differ.
    Verify {
        /// Where the programs of the throwaway server are [default: looked for]
        #[arg(long, value_name = "DIR")]
        pg_bindir: Option<PathBuf>,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        connection: Project,
    },
    /// Show what needs what: everything, or what is around one object
    ///
    /// The graph comes from the database, or, where none is named, from what .pgmg/ keeps of the last plan, apply or check. Each edge
    /// says how it is known: PostgreSQL's catalog has it, a file declares it, an error told of it, or the text of a function's
    /// body names it, which nobody has proved.
    Graph {
        /// The object: view.user_stats, or as much of its name as is enough
        object: Option<String>,
        #[command(flatten)]
        ways: Ways,
        /// Only objects that are at most N edges away
        #[arg(long, value_name = "N", requires = "object")]
        depth: Option<usize>,
        /// How to write the graph to stdout
        #[arg(long, value_enum, default_value_t = NotationName::Text)]
        format: NotationName,
        #[command(flatten)]
        known: Known,
        #[command(flatten)]
        connection: Project,
    },
    /// Show why one object needs another: the path between them
    ///
    /// If only the second one needs the first, that path is shown. Exits with 1 if neither needs the other.
    Why {
        /// An object: view.user_stats, or as much of its name as is enough
        object: String,
        /// The other one
        other: String,
        #[command(flatten)]
        known: Known,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        connection: Project,
    },
    /// Print a script that completes pgmg's commands and flags in a shell
    ///
    /// bash: pgmg completions bash > ~/.local/share/bash-completion/completions/pgmg
    Completions { shell: clap_complete::Shell },
    /// Print the manual page of pgmg, or of one of its commands
    ///
    /// To read it: pgmg man | man -l -
    Man {
        /// One of the commands: apply
        command: Option<String>,
    },
}

impl Command {
    pub fn format(&self) -> ResultFormat {
        match self {
            Command::Plan { compare, .. } | Command::Status { compare, .. } => compare.shown.format(),
            Command::Apply { shown, .. }
            | Command::History { shown, .. }
            | Command::Rollback { shown, .. }
            | Command::Verify { shown, .. }
            | Command::Why { shown, .. }
            | Command::Repair { shown, .. }
            | Command::Watch(Watching { shown, .. }) => shown.format(),
            Command::Check { format: Some(ReportName::Json), .. } | Command::Graph { format: NotationName::Json, .. } => {
                ResultFormat::Json
            }
            Command::Check { .. }
            | Command::Graph { .. }
            | Command::Init { .. }
            | Command::New { .. }
            | Command::Completions { .. }
            | Command::Man { .. } => ResultFormat::Text,
        }
    }

    /// What a plan shows beside its steps.
    pub fn extras(&self, global: &Global) -> Presentation {
        let extra = |is_wanted: bool| if is_wanted { Detail::Shown } else { Detail::LeftOut };
        match self {
            Command::Plan { sql, diff, .. } => {
                Presentation { sql: extra(*sql || global.verbose > 0), diff: extra(*diff), ..Presentation::default() }
            }
            _ => Presentation::default(),
        }
    }

    pub fn run(self, global: &Global) -> Result<i32> {
        let progress = if global.quiet || global.verbose > 0 { Visibility::Never } else { Visibility::Auto };
        let presentation = Presentation { format: self.format(), progress, ..self.extras(global) };
        let (outcome, on_differences) = match self {
            Command::Check { files, staged, pg_bindir, database_url, unused, format, connection } => {
                let mut settings = connection.settings()?;
                if unused {
                    settings.rules.insert(Rule::Unused, Some(Severity::Warning));
                }
                let request = check::Request {
                    files,
                    bin_dir: pg_bindir,
                    server: database_url,
                    scope: if staged { check::CheckScope::Staged } else { check::CheckScope::WorkingTree },
                    format: format.map_or_else(usual_format, ReportFormat::from),
                };
                return commands::check::run(&settings, &presentation, &request);
            }
            Command::Init { directory, git_hook } => {
                let hook = if git_hook { GitHook::Wanted } else { GitHook::LeftOut };
                (commands::init::run(&directory, hook)?, 0)
            }
            Command::New { name, down, connection } => {
                let way_back = if down { WayBack::Wanted } else { WayBack::LeftOut };
                (commands::new::run(&connection.settings()?, &name, way_back)?, 0)
            }
            Command::Completions { shell } => (shell::completions(shell)?, 0),
            Command::Man { command } => (shell::manual(command.as_deref())?, 0),
            Command::Plan { compare, drifting, connection, out, target, shadow, .. } => {
                let mut settings = drifting.settings(connection)?;
                settings.shadow = shadow.or(settings.shadow);
                let outcome = commands::plan::run(&settings, &presentation, target.as_deref(), out.as_deref())?;
                (outcome, compare.on_differences())
            }
            Command::Apply { drifting, connection, plan, target, approving, .. } => {
                let options = ApplyOptions { saved: plan.as_deref(), target: target.as_deref() };
                (commands::apply::run(&drifting.settings(connection)?, &presentation, &approving.consent(), options)?, 0)
            }
            Command::History { limit, connection, .. } => {
                (commands::history::run(&connection.settings()?, &presentation, limit)?, 0)
            }
            Command::Rollback { steps, to, dry_run, approving, connection, .. } => {
                let back_to = to.map_or(RollbackTo::Steps(steps), RollbackTo::Migration);
                let intent = if dry_run { Intent::OnlyShow } else { Intent::Do };
                let consent = approving.consent();
                (commands::rollback::run(&connection.settings()?, &presentation, &consent, &back_to, intent)?, 0)
            }
            Command::Verify { pg_bindir, connection, .. } => {
                (commands::verify::run(&connection.settings()?, &presentation, pg_bindir.as_deref())?, DIFFERENCES)
            }
            Command::Repair { what, name, connection, .. } => {
                (commands::repair::run(&connection.settings()?, &presentation, what.into(), &name)?, 0)
            }
            Command::Graph { object, ways, depth, format, known, connection } => {
                let options =
                    GraphOptions { object: object.as_deref(), directions: ways.directions(), depth, from: known.from() };
                (commands::graph::run(&connection.settings()?, &options, format.graph_format())?, 0)
            }
            Command::Why { object, other, known, connection, .. } => {
                let outcome = commands::why::run(&connection.settings()?, &presentation, (&object, &other), known.from())?;
                (outcome, 0)
            }
            Command::Watch(watching) => (watching.run(&presentation, global)?, 0),
            Command::Status { compare, connection } => {
                (commands::status::run(&connection.settings()?, &presentation)?, compare.on_differences())
            }
        };
        Ok(match outcome {
            CommandOutcome::Done => 0,
            CommandOutcome::Differences => on_differences,
            CommandOutcome::NotConnected => NOT_CONNECTED,
        })
    }
}
