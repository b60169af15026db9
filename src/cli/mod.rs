//! The command line: what can be typed, how errors are reported, and which exit code a run ends with.

mod arguments;
mod command;
mod names;
mod objects;
mod shell;
mod watching;

use std::ffi::OsString;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex};

use clap::Parser;

use crate::error::{Error, Result};
use crate::output::{self, ResultFormat};
use arguments::{Colour, Global};
use command::Command;

const EXIT_CODES: &str = "\
Exit codes:
    0  done, or nothing to do
    1  differences found (plan --exit-code, status --exit-code, verify);
       neither of two objects needs the other (why)
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

/// Does what `arguments` (the program's name first) say; the process's exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> i32 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(words) = objects::asked(&arguments) {
        // A shell that asks wants no error.
        return objects::complete(&words).map_or_else(|error| error.kind.exit_code(), |()| 0);
    }
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
fn report(error: &Error, format: ResultFormat) -> i32 {
    output::print_error(&output::diagnostic::text(error));
    if format == ResultFormat::Json {
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
        assert!(error.to_string().contains("src/cli/mod.rs") && error.to_string().contains("at the disco"), "{error}");
    }
}
