//! The commands that can be typed, and what each of them calls.

use std::path::PathBuf;

use clap::Subcommand;

use super::arguments::{Compare, Drifting, Global, Project, Shown};
use super::shell;
use crate::commands;
use crate::error::Result;
use crate::model::outcome::Outcome;
use crate::output::{Extra, Format, Presentation, progress::Visibility};
use crate::source::WayBack;

#[derive(Subcommand)]
pub enum Command {
    /// Begin a project: pgmg.toml, both folders, a first example
    ///
    /// Files that exist are left as they are.
    Init {
        /// Where; it is made if it does not exist
        #[arg(default_value = ".", value_name = "DIR")]
        directory: PathBuf,
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
        #[command(flatten)]
        compare: Compare,
        #[command(flatten)]
        drifting: Drifting,
        #[command(flatten)]
        connection: Project,
    },
    /// Make the database match the files, in one transaction
    ///
    /// If anything fails, the database is as it was before.
    Apply {
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        drifting: Drifting,
        #[command(flatten)]
        connection: Project,
    },
    /// Show what is applied, pending and changed, without trying anything
    Status {
        #[command(flatten)]
        compare: Compare,
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
    pub fn format(&self) -> Format {
        match self {
            Command::Plan { compare, .. } | Command::Status { compare, .. } => compare.shown.format(),
            Command::Apply { shown, .. } => shown.format(),
            Command::Init { .. } | Command::New { .. } | Command::Completions { .. } | Command::Man { .. } => Format::Text,
        }
    }

    /// What a plan shows beside its steps.
    pub fn extras(&self, global: &Global) -> Presentation {
        let extra = |is_wanted: bool| if is_wanted { Extra::Shown } else { Extra::LeftOut };
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
            Command::Init { directory } => (commands::init::run(&directory)?, 0),
            Command::New { name, down, connection } => {
                let way_back = if down { WayBack::Wanted } else { WayBack::LeftOut };
                (commands::new::run(&connection.settings()?, &name, way_back)?, 0)
            }
            Command::Completions { shell } => (shell::completions(shell)?, 0),
            Command::Man { command } => (shell::manual(command.as_deref())?, 0),
            Command::Plan { compare, drifting, connection, .. } => {
                (commands::plan::run(&drifting.settings(connection)?, &presentation)?, compare.on_differences())
            }
            Command::Apply { drifting, connection, .. } => {
                (commands::apply::run(&drifting.settings(connection)?, &presentation)?, 0)
            }
            Command::Status { compare, connection } => {
                (commands::status::run(&connection.settings()?, &presentation)?, compare.on_differences())
            }
        };
        Ok(match outcome {
            Outcome::Done => 0,
            Outcome::Differences => on_differences,
        })
    }
}
