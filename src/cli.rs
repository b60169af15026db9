//! The command line: what can be typed, how errors are reported, and which exit code a run ends with.

use std::ffi::OsString;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::config::{Flags, Settings, duration};
use crate::error::{Error, Result};
use crate::model::outcome::Outcome;
use crate::model::record::OnDrift;
use crate::output::{self, Extra, Format, Presentation, progress::Visibility};

/// The exit code for differences, where `--exit-code` asks for it.
const DIFFERENCES: i32 = 1;

const EXIT_CODES: &str = "\
Exit codes:
    0  done, or nothing to do
    1  differences found (plan --exit-code, status --exit-code)
    2  usage or configuration
    3  PostgreSQL refused the SQL
    4  no order works: something is missing or circular
    5  files and database disagree: an edited migration, an unmanaged object in the way,
       a destructive change that is not allowed
    6  cannot reach or lock the database
   70  a bug in pgmg
  130  interrupted

Settings come from flags, then from environment variables, then from pgmg.toml.
The variables: PGMG_CONNECTION_STRING (then DATABASE_URL, then PGHOST, PGDATABASE, ...),
PGMG_MIGRATIONS_DIR, PGMG_CODE_DIR, PGMG_STATE_SCHEMA, PGMG_LOCK_TIMEOUT, PGMG_LOCK_WAIT, PGMG_ENV.

Begin with `pgmg init`.";

/// Makes a PostgreSQL database match two folders: migrations, and the SQL of views, functions, types and the like
///
/// Migrations (changes to tables) run once, in order. Everything else is written once, as it is to be today, in any
/// number of files with any names: pgmg finds the order in which PostgreSQL accepts them, by trying, and does it all
/// in one transaction.
#[derive(Parser)]
#[command(name = "pgmg", version, after_help = EXIT_CODES, max_term_width = 110, subcommand_required = true, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Args)]
struct Global {
    /// Say on stderr what happens; twice: in detail
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// No progress on stderr, only errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Clone, Copy, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
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
}

#[derive(Args)]
struct Shown {
    /// How to write the result to stdout
    #[arg(long, value_enum, default_value_t = FormatName::Text)]
    format: FormatName,
}

#[derive(Args)]
struct Drifting {
    /// Leave alone what somebody else changed in the database
    #[arg(long)]
    ignore_drift: bool,
}

#[derive(Args)]
struct Compare {
    /// Exit with 1 if database and files differ
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// For people
    Text,
    /// For programs, with a version
    Json,
}

/// Where the project and the database are.
#[derive(Args)]
#[command(next_help_heading = "Project and database")]
struct Project {
    /// The database: postgres://user@host/name, or "host=… dbname=…"
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    connection_string: Option<String>,
    /// The folder of migrations; left out, and not in pgmg.toml: migrations are not compared
    #[arg(long, value_name = "DIR")]
    migrations_dir: Option<PathBuf>,
    /// The folder of views, functions and the like; left out, and not in pgmg.toml: they are not compared
    #[arg(long, value_name = "DIR")]
    code_dir: Option<PathBuf>,
    /// Use [env.NAME] of pgmg.toml; its connection_string is then as strong as a flag
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    env: Option<String>,
    /// The schema of pgmg's own tables [default: public]
    #[arg(long, value_name = "SCHEMA", value_parser = NonEmptyStringValueParser::new())]
    state_schema: Option<String>,
    /// How long a statement may wait for a lock: 200ms, 5s, 1min; 0: for ever [default: 5s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    lock_timeout: Option<Duration>,
    /// How long to wait for another pgmg on this database; 0: not at all [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    lock_wait: Option<Duration>,
}

impl Project {
    fn settings(self) -> Result<Settings> {
        Settings::load(&self.flags())
    }

    fn flags(self) -> Flags {
        Flags {
            connection_string: self.connection_string,
            migrations_dir: self.migrations_dir,
            code_dir: self.code_dir,
            state_schema: self.state_schema,
            lock_timeout: self.lock_timeout,
            lock_wait: self.lock_wait,
            environment: self.env,
            on_drift: OnDrift::Heal,
        }
    }
}

/// Does what `arguments` (the program's name first) say; the process's exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> i32 {
    let line = match CommandLine::try_parse_from(arguments) {
        Ok(line) => line,
        // Help and version are "errors" for clap, with the exit code 0. A closed stdout is none of its business.
        Err(answer) => {
            let _ = answer.print();
            return answer.exit_code();
        }
    };
    set_up(&line.global);
    let format = line.command.format();
    match guarded(|| line.command.run(&line.global)) {
        Ok(code) => code,
        Err(error) => report(&error, format),
    }
}

impl Command {
    fn format(&self) -> Format {
        match self {
            Command::Plan { compare, .. } | Command::Status { compare, .. } => compare.shown.format(),
            Command::Apply { shown, .. } => shown.format(),
            Command::Init { .. } | Command::New { .. } => Format::Text,
        }
    }

    /// What a plan shows beside its steps.
    fn extras(&self, global: &Global) -> Presentation {
        let extra = |is_wanted: bool| if is_wanted { Extra::Shown } else { Extra::LeftOut };
        match self {
            Command::Plan { sql, diff, .. } => {
                Presentation { sql: extra(*sql || global.verbose > 0), diff: extra(*diff), ..Presentation::default() }
            }
            _ => Presentation::default(),
        }
    }

    fn run(self, global: &Global) -> Result<i32> {
        let progress = if global.quiet || global.verbose > 0 { Visibility::Never } else { Visibility::Auto };
        let presentation = Presentation { format: self.format(), progress, ..self.extras(global) };
        let (outcome, on_differences) = match self {
            Command::Init { directory } => (commands::init::run(&directory)?, 0),
            Command::New { name, connection } => (commands::new::run(&connection.settings()?, &name)?, 0),
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

impl Shown {
    fn format(&self) -> Format {
        match self.format {
            FormatName::Text => Format::Text,
            FormatName::Json => Format::Json,
        }
    }
}

impl Drifting {
    fn settings(&self, project: Project) -> Result<Settings> {
        let on_drift = if self.ignore_drift { OnDrift::Ignore } else { OnDrift::Heal };
        Settings::load(&Flags { on_drift, ..project.flags() })
    }
}

impl Compare {
    fn on_differences(&self) -> i32 {
        if self.exit_code { DIFFERENCES } else { 0 }
    }
}

/// Colours and the log, once for the whole process.
fn set_up(global: &Global) {
    match global.color {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::Always,
        Colour::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let level = match (global.quiet, global.verbose) {
        (true, _) => log::LevelFilter::Error,
        (false, 0) => log::LevelFilter::Warn,
        (false, 1) => log::LevelFilter::Info,
        (false, 2) => log::LevelFilter::Debug,
        (false, _) => log::LevelFilter::Trace,
    };
    // A second call in one process (tests of the library) finds a logger in place, which will do.
    let _ = env_logger::Builder::new()
        .filter_module("pgmg", level)
        .format(|out, record| writeln!(out, "{}: {}", record.level().as_str().to_lowercase(), record.args()))
        .try_init();
}

/// Diagnostics to stderr, and in JSON mode the error to stdout, where a program waits for a value; the exit code.
fn report(error: &Error, format: Format) -> i32 {
    output::print_error(&output::diagnostic::text(error));
    if format == Format::Json {
        // The run failed already, and stderr has said why.
        let _ = output::print(&output::json::error(error));
    }
    error.kind.exit_code()
}

/// The result of `work`; a panic is a bug of pgmg, with its place in the source as the message.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let message = Arc::new(Mutex::new(None));
    let heard = Arc::clone(&message);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if let Ok(mut message) = heard.lock() {
            message.get_or_insert_with(|| panic.to_string().replace('\n', " "));
        }
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(before);
    result.unwrap_or_else(|_| {
        let message = message.lock().ok().and_then(|mut message| message.take());
        Err(Error::bug(message.unwrap_or_else(|| "a panic".to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::error::Kind;

    #[test]
    fn the_definitions_are_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_panic_is_a_bug_with_its_place() {
        let error = guarded::<()>(|| panic!("at\nthe disco")).expect_err("a panic");
        assert_eq!((error.kind, error.kind.exit_code()), (Kind::Bug, 70));
        assert!(error.to_string().contains("src/cli.rs") && error.to_string().contains("at the disco"), "{error}");
    }
}
