//! Files and folders that cannot be read, or that change while they are read.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use crate::Test;
use crate::support::database::Server;
use crate::support::pgmg::{self, Run};
use crate::support::{Outcome, ensure, ensure_equal, scratch};

pub const TESTS: &[(&str, Test)] = &[
    ("files/unreadable_directory", unreadable_directory),
    ("files/unreadable_file", unreadable_file),
    ("files/missing_directory", missing_directory),
    ("files/no_directory_at_all", no_directory_at_all),
    ("files/broken_link", broken_link),
    ("files/links_are_followed", links_are_followed),
    ("files/changed_while_read", changed_while_read),
];

/// Debian's `nobody`: someone whom permissions concern.
const NOBODY: u32 = 65534;

fn unreadable_directory(server: &Arc<Server>) -> Outcome {
    unreadable(server, "sql/inner")
}

fn unreadable_file(server: &Arc<Server>) -> Outcome {
    unreadable(server, "sql/inner/a.sql")
}

fn unreadable(server: &Arc<Server>, path: &str) -> Outcome {
    let project =
        project(&[("sql/inner/a.sql", "CREATE VIEW a AS SELECT 1 AS n;"), ("sql/b.sql", "CREATE VIEW b AS SELECT 1 AS n;")])?;
    let database = server.database(None)?;
    let before = database.everything()?;
    let closed = project.path().join(path);
    fs::set_permissions(&closed, Permissions::from_mode(0o000))?;
    let run = as_somebody(project.path(), &database.connection_string(), &["apply"]);
    fs::set_permissions(&closed, Permissions::from_mode(0o755))?;
    run?.expect_code(&[2])?.expect_stderr(&[path, "ermission denied"])?;
    ensure_equal("database", &before, &database.everything()?)
}

/// root reads everything: it becomes nobody, with a copy of the binary where nobody may go.
fn as_somebody(project: &Path, connection: &str, arguments: &[&str]) -> Outcome<Run> {
    // SAFETY: geteuid(2) has no arguments and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return pgmg::run(project, connection, arguments);
    }
    let place = scratch()?;
    let binary = place.path().join("pgmg");
    // By another process: while this one writes a program, a test beside it may fork, and then nobody can run the copy (ETXTBSY).
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_pgmg")).arg(&binary).status()?;
    ensure(copied.success(), || "the binary cannot be copied".into())?;
    fs::set_permissions(place.path(), Permissions::from_mode(0o755))?;
    fs::set_permissions(project, Permissions::from_mode(0o755))?;
    let mut command = Command::new(&binary);
    pgmg::prepare(&mut command, project, Some(connection), arguments);
    command.uid(NOBODY).gid(NOBODY);
    pgmg::finish(command.spawn()?, format!("pgmg {} (as nobody)", arguments.join(" ")))
}

fn missing_directory(server: &Arc<Server>) -> Outcome {
    let project = project(&[("migrations/001_t.sql", "CREATE TABLE t (id int);")])?;
    let database = server.database(None)?;
    let before = database.everything()?;
    for (flag, name) in [("--code-dir", "no_such_code"), ("--migrations-dir", "no_such_migrations")] {
        let arguments = ["apply", flag, name, "--connection-string", &database.connection_string()];
        let run = bare(project.path(), &arguments)?;
        run.expect_code(&[2])?.expect_stderr(&[name])?;
    }
    ensure_equal("database", &before, &database.everything()?)
}

fn no_directory_at_all(server: &Arc<Server>) -> Outcome {
    let project = project(&[])?;
    let database = server.database(None)?;
    let run = bare(project.path(), &["apply", "--connection-string", &database.connection_string()])?;
    run.expect_code(&[2])?.expect_stderr(&["help:"]).map(drop)
}

/// Exactly these arguments.
fn bare(project: &Path, arguments: &[&str]) -> Outcome<Run> {
    let mut command = pgmg::command(project, None, &[]);
    command.args(arguments);
    pgmg::finish(command.spawn()?, format!("pgmg {}", arguments.join(" ")))
}

fn broken_link(server: &Arc<Server>) -> Outcome {
    let project = project(&[("sql/a.sql", "CREATE VIEW a AS SELECT 1 AS n;")])?;
    symlink("nowhere.sql", project.path().join("sql/b.sql"))?;
    let database = server.database(None)?;
    pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[2])?.expect_stderr(&["sql/b.sql"])?;
    ensure(!database.everything()?.contains("CREATE VIEW"), || "a view was made all the same".into())
}

/// Once each: a link to its own folder does not lead round for ever, and an object read twice would be refused.
fn links_are_followed(server: &Arc<Server>) -> Outcome {
    let project =
        project(&[("sql/a.sql", "CREATE VIEW a AS SELECT n FROM b;"), ("elsewhere/b.sql", "CREATE VIEW b AS SELECT 1 AS n;")])?;
    symlink("../elsewhere", project.path().join("sql/linked"))?;
    symlink("../elsewhere", project.path().join("sql/linked_again"))?;
    symlink(".", project.path().join("sql/round"))?;
    let database = server.database(None)?;
    pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[0])?;
    ensure(database.schema()?.contains("CREATE VIEW public.b"), || "the linked file was not applied".into())
}

/// The file grows all the time, so it is another one at the end of reading than at the beginning.
fn changed_while_read(server: &Arc<Server>) -> Outcome {
    let project = project(&[("sql/a.sql", "CREATE VIEW a AS SELECT 1 AS n;\n")])?;
    let path = project.path().join("sql/growing.sql");
    let mut growing = File::create(&path)?;
    let comment = format!("-- {}\n", "as long as a line gets ".repeat(40)).repeat(1000);
    for _ in 0..48 {
        growing.write_all(comment.as_bytes())?;
    }
    let done = Arc::new(AtomicBool::new(false));
    let (stop, grown) = (Arc::clone(&done), path.clone());
    let writer = std::thread::spawn(move || -> std::io::Result<()> {
        let mut growing = OpenOptions::new().append(true).open(grown)?;
        while !stop.load(Ordering::Relaxed) {
            growing.write_all(b"-- one more\n")?;
        }
        Ok(())
    });
    let database = server.database(None)?;
    let before = database.everything()?;
    let run = pgmg::run(project.path(), &database.connection_string(), &["apply"]);
    done.store(true, Ordering::Relaxed);
    writer.join().map_err(|_| "the writer failed")??;
    run?.expect_code(&[2])?.expect_stderr(&["growing.sql", "chang"])?;
    ensure_equal("database", &before, &database.everything()?)
}

/// A project of these files, with both directories.
pub fn project(files: &[(&str, &str)]) -> Outcome<TempDir> {
    let folder = scratch()?;
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
    }
    Ok(folder)
}
