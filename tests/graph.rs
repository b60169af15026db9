//! `pgmg graph` and `pgmg why` over the project of `testdata/graph/`: each file there is a command and all that it answers.
//!
//! Every answer is the same from the database and from what the project keeps of the apply.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use support::database::{Database, Server};
use support::harness::{self, Test};
use support::pgmg::{self, Run};
use support::project::{self, Tree};
use support::{Outcome, ensure, ensure_equal};
use tempfile::TempDir;

/// The project, applied once for all.
type Applied = Arc<OnceLock<(Database, TempDir)>>;

const TESTS: &[(&str, Test)] = &[
    ("before_the_first_apply", before_the_first_apply),
    ("what_changed_since_is_told", what_changed_since_is_told),
    ("what_errors_told_is_not_forgotten", what_errors_told_is_not_forgotten),
    ("the_database_fills_an_empty_cache", the_database_fills_an_empty_cache),
    ("a_plan_is_enough", a_plan_is_enough),
    ("what_somebody_made_by_hand_is_there", what_somebody_made_by_hand_is_there),
    ("declared_after_what_it_needs_was_applied", declared_after_what_it_needs_was_applied),
];

fn main() -> ExitCode {
    harness::on_one_server(|server| {
        let applied = Applied::default();
        if let Some(server) = server {
            drop(applied.set(apply(server, &example().unwrap_or_default())?));
        }
        let mut trials = harness::named(server, TESTS);
        for file in answers() {
            let name = format!("answers/{}", file.file_stem().unwrap_or_default().to_string_lossy());
            let applied = Arc::clone(&applied);
            trials.push(harness::trial(server, name, move |_| {
                applied.get().map_or(Ok(()), |(database, folder)| answer(&file, database, folder.path()))
            }));
        }
        Ok(trials)
    })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/graph")
}

fn answers() -> Vec<PathBuf> {
    let files = fs::read_dir(folder()).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect();
    files.sort();
    files
}

fn example() -> Outcome<Tree> {
    project::read(&folder().join("project"))
}

fn apply(server: &Arc<Server>, tree: &Tree) -> Outcome<(Database, TempDir)> {
    let (database, folder) = (server.database(None)?, project::written(tree, &BTreeMap::new())?);
    run(folder.path(), Some(&database), &["apply"])?.expect_code(&[0])?;
    Ok((database, folder))
}

fn run(folder: &Path, database: Option<&Database>, arguments: &[&str]) -> Outcome<Run> {
    let connection = database.map(Database::connection_string);
    let child = pgmg::command(folder, connection.as_deref(), arguments).spawn()?;
    pgmg::finish(child, format!("pgmg {}", arguments.join(" ")))
}

/// The command of a file, from the database and from the cache, has the answer in the file. With `PGMG_TEST_ACCEPT` the file
/// gets the answer instead, for a person to read.
fn answer(file: &Path, database: &Database, folder: &Path) -> Outcome {
    let expected = fs::read_to_string(file)?;
    let command = expected.lines().next().and_then(|line| line.strip_prefix("$ pgmg ")).ok_or("the first line is no command")?;
    let arguments: Vec<&str> = command.split(' ').collect();
    for database in [Some(database), None] {
        let run = run(folder, database, &arguments)?;
        let code = run.code.map_or("a signal".to_owned(), |code| code.to_string());
        let shown = format!("$ pgmg {command}\n{}{}exit {code}\n", run.stdout, run.stderr);
        if std::env::var_os("PGMG_TEST_ACCEPT").is_some() && database.is_some() {
            fs::write(file, &shown)?;
            continue;
        }
        let from = if database.is_some() { "from the database" } else { "from .pgmg/" };
        ensure_equal(from, &fs::read_to_string(file)?, &shown)?;
    }
    Ok(())
}

fn one_file(name: &str, text: &str) -> Tree {
    Tree::from([(format!("sql/{name}.sql"), text.as_bytes().to_vec())])
}

fn before_the_first_apply(server: &Arc<Server>) -> Outcome {
    let (database, folder) =
        (server.database(None)?, project::written(&one_file("v", "CREATE VIEW v AS SELECT 1;"), &BTreeMap::new())?);
    let nothing = run(folder.path(), Some(&database), &["graph"])?.expect_code(&[2])?;
    nothing.expect_stderr(&["nothing is recorded in this database", "`pgmg apply`"])?;
    let nothing = run(folder.path(), None, &["why", "v", "w"])?.expect_code(&[2])?;
    nothing.expect_stderr(&["nothing is known of this project's objects yet", "`pgmg check`"])?;
    let json = run(folder.path(), None, &["graph", "--format", "json"])?.expect_code(&[2])?.json()?;
    ensure(json["error"]["kind"] == "usage", || json.to_string())
}

/// Statements that nobody tried are missing, and that is said.
fn what_changed_since_is_told(server: &Arc<Server>) -> Outcome {
    let (database, folder) = apply(server, &one_file("v", "CREATE VIEW v AS SELECT 1 AS a;"))?;
    fs::write(folder.path().join("sql/w.sql"), "CREATE VIEW w AS SELECT * FROM v;\n")?;
    for database in [Some(&database), None] {
        let run = run(folder.path(), database, &["graph"])?.expect_code(&[0])?;
        ensure_equal("stdout", "view.v (sql/v.sql:1)\n", &run.stdout)?;
        run.expect_stderr(&["1 statement of the files is not in the graph"])?;
    }
    run(folder.path(), Some(&database), &["apply"])?.expect_code(&[0])?;
    let run = run(folder.path(), None, &["graph"])?.expect_code(&[0])?;
    ensure_equal("stdout", "view.w (sql/w.sql:1)\n└── view.v (sql/v.sql:1) [catalog]\n", &run.stdout)?;
    ensure_equal("stderr", "", &run.stderr)
}

/// A second database is applied to in the known order, without an error; the edge stays known.
fn what_errors_told_is_not_forgotten(server: &Arc<Server>) -> Outcome {
    let (_first, folder) = apply(server, &example()?)?;
    let second = server.database(None)?;
    run(folder.path(), Some(&second), &["apply"])?.expect_code(&[0])?;
    for database in [Some(&second), None] {
        let run = run(folder.path(), database, &["why", "first_hidden", "hidden"])?.expect_code(&[0])?;
        run.expect_stdout(&["needs view.hidden (sql/hidden.sql:2) [error]"])?;
    }
    Ok(())
}

/// A fresh clone has no cache; asking the database makes one.
fn the_database_fills_an_empty_cache(server: &Arc<Server>) -> Outcome {
    let (database, folder) = apply(server, &example()?)?;
    fs::remove_dir_all(folder.path().join(".pgmg"))?;
    run(folder.path(), None, &["graph"])?.expect_code(&[2])?;
    let from_database = run(folder.path(), Some(&database), &["graph"])?.expect_code(&[0])?;
    let kept = run(folder.path(), Some(&database), &["graph", "--offline"])?.expect_code(&[0])?;
    ensure_equal("the graph", &from_database.stdout, &kept.stdout)
}

fn a_plan_is_enough(server: &Arc<Server>) -> Outcome {
    let (database, folder) = (server.database(None)?, project::written(&example()?, &BTreeMap::new())?);
    run(folder.path(), Some(&database), &["plan"])?.expect_code(&[0])?;
    run(folder.path(), None, &["why", "totals", "tax"])?.expect_code(&[0]).map(drop)
}

/// Nobody's file makes it, and it would stand in the way of a change.
fn what_somebody_made_by_hand_is_there(server: &Arc<Server>) -> Outcome {
    let (database, folder) = apply(server, &one_file("v", "CREATE VIEW v AS SELECT 1 AS a;"))?;
    database
        .run("CREATE VIEW by_hand AS SELECT * FROM v; CREATE FUNCTION rows_of() RETURNS SETOF v LANGUAGE sql AS 'TABLE v'")?;
    let run = run(folder.path(), Some(&database), &["graph", "v", "--dependents"])?.expect_code(&[0])?;
    let expected = "view.v (sql/v.sql:1)\n\nNeeded by: 2 objects, directly\n\
                    ├── function.rows_of() [catalog]\n└── view.by_hand [catalog]\n";
    ensure_equal("the graph", expected, &run.stdout)
}

/// The name of the needed object is known though the statement that makes it takes no part in the run.
fn declared_after_what_it_needs_was_applied(server: &Arc<Server>) -> Outcome {
    let (database, folder) = apply(server, &one_file("v", "CREATE VIEW v AS SELECT 1 AS a;"))?;
    fs::write(
        folder.path().join("sql/f.sql"),
        "-- pgmg: depends-on v\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
    )?;
    run(folder.path(), Some(&database), &["apply"])?.expect_code(&[0])?;
    let edge = database.value("SELECT object_name || ' ' || depends_on || ' ' || learned_from FROM pgmg_dependencies")?;
    ensure_equal("the recorded edge", "function.f() view.v declared", &edge)
}
