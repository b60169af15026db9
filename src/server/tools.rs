//! PostgreSQL's own programs, run for a database: secrets go through their environment, where nobody else can read them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::postgres::connection::Target;

/// Where `pg_dump` and `psql` are.
#[derive(Debug, Clone)]
pub struct Tools {
    bin_dir: PathBuf,
}

impl Tools {
    /// Those beside a server's programs, or else those on the PATH.
    pub fn beside(bin_dir: &Path) -> Tools {
        Tools { bin_dir: bin_dir.to_path_buf() }
    }

    /// The schema of a database as `pg_dump` writes it; pgmg's own tables are left out.
    pub fn dump_schema(&self, target: &Target, state_schema: &str) -> Result<String> {
        let quoted = format!("\"{}\".pgmg_*", state_schema.replace('"', "\"\""));
        self.dump(target, &["--schema-only", "--no-security-labels", "--no-tablespaces", &format!("--exclude-table={quoted}")])
    }

    /// The whole schema, and the rows of pgmg's own tables.
    pub fn dump_with_records(&self, target: &Target, state_schema: &str) -> Result<String> {
        let schema = self.dump(target, &["--schema-only", "--no-tablespaces"])?;
        let quoted = format!("\"{}\".pgmg_*", state_schema.replace('"', "\"\""));
        let records = self.dump(target, &["--data-only", &format!("--table={quoted}")]);
        // A database in which pgmg never applied anything has no such table.
        Ok(schema + &records.unwrap_or_default())
    }

    /// Runs SQL with `psql`, in one transaction; it stops at the first error.
    pub fn run(&self, target: &Target, sql: &str) -> Result<()> {
        let mut command = self.command("psql", target);
        command.args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| not_run("psql", &error))?;
        let mut stdin = child.stdin.take();
        let text = sql.to_owned();
        // In a thread of its own: psql may stop reading, and its messages have to be read all the same.
        let writer = std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(text.as_bytes())));
        let output = child.wait_with_output().map_err(|error| not_run("psql", &error))?;
        let _ = writer.join();
        checked("psql", &output).map(drop)
    }

    fn dump(&self, target: &Target, options: &[&str]) -> Result<String> {
        let output = self.command("pg_dump", target).args(options).output().map_err(|error| not_run("pg_dump", &error))?;
        // What pg_dump sets of its own accord since version 17 is the default, and older servers do not know it.
        checked("pg_dump", &output).map(|dump| dump.replace("SET transaction_timeout = 0;\n", ""))
    }

    fn command(&self, program: &str, target: &Target) -> Command {
        let own = self.bin_dir.join(program);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(program) };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.envs(target.environment()).env("PGCLIENTENCODING", "UTF8").env("LC_ALL", "C");
        command
    }
}

fn checked(program: &str, output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut diagnostic = Diagnostic::new(format!("{program} ended with {}", output.status));
    if said.contains("server version mismatch") {
        let help = "programs as new as the server are needed; PGMG_BINDIR says where they are";
        diagnostic = diagnostic.help(help);
    }
    let lines = said.lines().filter(|line| !line.trim().is_empty()).take(5);
    Err(Error::new(Kind::Unavailable, lines.fold(diagnostic, |diagnostic, line| diagnostic.note(NoteLabel::Note, line))))
}

fn not_run(program: &str, error: &std::io::Error) -> Error {
    let help = "install PostgreSQL's client programs (Debian: apt-get install postgresql-client)";
    Error::new(Kind::Unavailable, Diagnostic::new(format!("{program} cannot be run: {error}")).help(help))
}
