//! A check that uses what an earlier check built says what a check from nothing says, whatever was edited in between.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Trial};
use support::case::{self, Found};
use support::pgmg::{self, Run};
use support::project::{self, Tree};
use support::{Failed, Outcome, ensure, ensure_equal};
use tempfile::TempDir;

/// What an edit does to a file: gives it a text, or removes it.
type Edit<'a> = (&'a str, Option<&'a str>);

/// A name, the project that is built and kept, and the edit.
type Situation<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [Edit<'a>]);

const T: (&str, &str) = ("migrations/001.sql", "CREATE TABLE t (id int);\n");
const B: (&str, &str) = ("sql/b.sql", "CREATE VIEW b AS SELECT 1 AS n;\n");
const F: (&str, &str) = ("sql/f.sql", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n");
const USES_F: (&str, &str) = ("migrations/001.sql", "CREATE TABLE t (id int); INSERT INTO t SELECT f();\n");
const BODY: &str = "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = public AS 'SELECT n FROM b';\n";
const BODY_UNDER_SET: &str = "SET search_path = public;\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT n FROM b';\n";
const RUN_BY_DO: &str = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT n FROM b); END';\n";
const DYNAMIC: &str = "DO $$ BEGIN EXECUTE 'SELECT n FROM ' || chr(98); END $$;\n";
const RAISES: &str = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';\n";
const RENAMED: Edit<'_> = ("sql/b.sql", Some("CREATE VIEW b AS SELECT 1 AS m;\n"));
const GONE: Edit<'_> = ("sql/b.sql", None);

const SITUATIONS: &[Situation<'_>] = &[
    ("a_function_that_a_migration_used_is_gone", &[USES_F, F, B], &[("sql/f.sql", None)]),
    ("a_function_that_a_migration_used_raises", &[USES_F, F], &[("sql/f.sql", Some(RAISES))]),
    ("a_new_migration_uses_code", &[T, F], &[("migrations/002.sql", Some("INSERT INTO t SELECT f();\n"))]),
    ("a_new_migration_makes_what_code_makes", &[T, F], &[("migrations/002.sql", Some(F.1))]),
    ("a_new_migration_fails", &[T, B], &[("migrations/002.sql", Some("INSERT INTO t SELECT x FROM b;\n"))]),
    ("the_last_migration_is_gone", &[T, ("migrations/002.sql", "DROP TABLE t;\n"), B], &[("migrations/002.sql", None)]),
    ("a_do_block_reads_what_is_gone", &[T, B, ("sql/d.sql", "DO $$ BEGIN PERFORM n FROM b; END $$;\n")], &[GONE]),
    ("a_do_block_reads_what_is_renamed", &[T, B, ("sql/d.sql", "DO $$ BEGIN PERFORM n FROM b; END $$;\n")], &[RENAMED]),
    (
        "a_do_block_calls_what_reads_it",
        &[B, ("sql/f.sql", RUN_BY_DO), ("sql/d.sql", "DO 'BEGIN PERFORM f(); END';\n")],
        &[RENAMED],
    ),
    ("a_do_block_makes_up_the_name", &[T, B, ("sql/d.sql", DYNAMIC)], &[RENAMED]),
    ("an_insert_calls_what_raises", &[T, F, ("sql/i.sql", "INSERT INTO t SELECT f();\n")], &[("sql/f.sql", Some(RAISES))]),
    ("a_body_with_settings_needs_it", &[T, B, ("sql/f.sql", BODY)], &[GONE]),
    ("a_body_under_settings_needs_it", &[T, B, ("sql/f.sql", BODY_UNDER_SET)], &[RENAMED]),
    (
        "a_materialized_view_runs_what_raises",
        &[F, ("sql/m.sql", "CREATE MATERIALIZED VIEW m AS SELECT f() AS n;\n")],
        &[("sql/f.sql", Some(RAISES))],
    ),
    (
        "views_become_a_circle",
        &[("sql/a.sql", "CREATE VIEW a AS SELECT n FROM b;\n"), B],
        &[("sql/b.sql", Some("CREATE VIEW b AS SELECT n FROM a;\n"))],
    ),
];

static CACHE: LazyLock<Result<TempDir, Failed>> = LazyLock::new(support::scratch);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = match case::all() {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{}", error.message().unwrap_or("the cases cannot be read"));
            return ExitCode::FAILURE;
        }
    };
    let mut trials: Vec<Trial> =
        SITUATIONS.iter().map(|(name, files, edits)| Trial::test(*name, move || situation(files, edits))).collect();
    trials.push(Trial::test("a_leaf_is_built_on_what_is_kept", a_leaf_is_built_on_what_is_kept));
    // What a superuser prepares in a database, and another role's rights, are nothing that a fresh database has.
    let edited =
        cases.into_iter().filter(|found| found.trees.len() > 1 && found.case.setup.is_empty() && found.case.role.is_none());
    trials.extend(edited.map(|found| Trial::test(format!("case/{}", found.name), move || every_step(&found))));
    let ended = libtest_mimic::run(&arguments, trials);
    // A static is never dropped.
    if let Ok(cache) = CACHE.as_ref() {
        let _ = std::fs::remove_dir_all(cache.path());
    }
    ended.exit_code()
}

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn situation(files: &[(&str, &str)], edits: &[Edit<'_>]) -> Outcome {
    let before = tree(files);
    let mut after = before.clone();
    for (name, text) in edits {
        match text {
            Some(text) => after.insert((*name).to_owned(), text.as_bytes().to_vec()),
            None => after.remove(*name),
        };
    }
    agree(&[before, after], &[])
}

fn every_step(found: &Found) -> Outcome {
    agree(&found.trees, &found.case.arguments)
}

/// Checks each state of a project after the other in one folder, and in a new folder, for which nothing is kept. What `initdb`
/// makes is kept for all.
fn agree(states: &[Tree], arguments: &[String]) -> Outcome {
    let folder = support::scratch()?;
    for (step, state) in states.iter().enumerate() {
        project::write_into(folder.path(), state, &BTreeMap::new())?;
        let again = check(folder.path(), arguments)?;
        let nothing = project::written(state, &BTreeMap::new())?;
        let first = check(nothing.path(), arguments)?;
        let both = || format!("step {step}, kept, then from nothing\n{}\n{}", again.transcript(), first.transcript());
        ensure(again.code == first.code, both)?;
        ensure_equal(format!("findings of step {step}"), &findings(&first), &findings(&again))?;
    }
    Ok(())
}

/// All lines but the summary, which says whether anything had to be built.
fn findings(run: &Run) -> String {
    let mut lines: Vec<&str> =
        run.stdout.lines().filter(|line| line.contains(": error: ") || line.contains(": warning: ")).collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn check(project: &Path, arguments: &[String]) -> Outcome<Run> {
    let all: Vec<&str> = ["check", "-v", "--format", "short"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
    let mut command = pgmg::command(project, None, &all);
    command.env("XDG_CACHE_HOME", CACHE.as_ref().map_err(Clone::clone)?.path()).env_remove("GITHUB_ACTIONS");
    pgmg::finish(command.spawn()?, format!("pgmg {}", all.join(" ")))
}

/// The other way round: what nothing can reach is not a reason to build everything.
fn a_leaf_is_built_on_what_is_kept() -> Outcome {
    let folder = support::scratch()?;
    let leaf = ("sql/leaf.sql", "CREATE VIEW leaf AS SELECT n FROM b;\n");
    let act = ("sql/d.sql", "DO $$ BEGIN PERFORM n FROM b; END $$;\n");
    project::write_into(folder.path(), &tree(&[USES_F, F, B, leaf, act]), &BTreeMap::new())?;
    check(folder.path(), &[])?.expect_code(&[0])?;
    let changed = ("sql/leaf.sql", "CREATE VIEW leaf AS SELECT n + 1 AS n FROM b;\n");
    project::write_into(folder.path(), &tree(&[USES_F, F, B, changed, act]), &BTreeMap::new())?;
    let run = check(folder.path(), &[])?.expect_code(&[0])?;
    ensure(!run.stderr.contains("built from nothing"), || run.transcript())
}
