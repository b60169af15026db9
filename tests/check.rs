//! `pgmg check`: what it finds, in which form, what it keeps, and what it leaves behind: nothing.

mod support;

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock};

use support::case::{self, Found};
use support::database::Server;
use support::harness::{self, Test};
use support::pgmg::{self, Run};
use support::project::{self, Naming, Tree};
use support::{Outcome, ensure, ensure_equal};
use tempfile::TempDir;

const TESTS: &[(&str, Test)] = &[
    ("errors_have_their_places", errors_have_their_places),
    ("only_what_changed_is_built_again", only_what_changed_is_built_again),
    ("what_a_change_breaks_is_found", what_a_change_breaks_is_found),
    ("findings_in_other_files_are_counted", findings_in_other_files_are_counted),
    ("rules_are_switched", rules_are_switched),
    ("missing_roles_are_made", missing_roles_are_made),
    ("a_missing_extension_names_its_package", a_missing_extension_names_its_package),
    ("a_given_server_is_left_as_it_was", a_given_server_is_left_as_it_was),
    ("nothing_is_left_after_a_kill", nothing_is_left_after_a_kill),
    ("two_at_once", two_at_once),
    ("a_half_written_build_is_harmless", a_half_written_build_is_harmless),
    ("no_server_programs", no_server_programs),
    ("no_connection_names_check", no_connection_names_check),
    ("staged_files_are_checked", staged_files_are_checked),
    ("an_edited_migration_is_history", an_edited_migration_is_history),
    ("reports_have_their_forms", reports_have_their_forms),
    ("the_hook_of_init_refuses_a_commit", the_hook_of_init_refuses_a_commit),
];

fn main() -> ExitCode {
    let code = harness::on_one_server(|server| {
        let mut trials = harness::named(server, TESTS);
        // What a superuser prepares in a database, and another role's rights, are nothing that a fresh database has.
        let fresh = case::all()?.into_iter().filter(|found| found.case.setup.is_empty() && found.case.role.is_none());
        trials.extend(fresh.map(|found| {
            let name = format!("as_apply/{}", found.name);
            harness::trial(server, name, move |server| as_apply(server, &found))
        }));
        Ok(trials)
    });
    if let Ok(cache) = WARM.as_ref() {
        // A static is never dropped.
        let _ = std::fs::remove_dir_all(cache.path());
    }
    code
}

/// A cache that has been used once, for what every server begins with: making that takes as long as a test.
static WARM: LazyLock<Outcome<TempDir>> = LazyLock::new(|| {
    let (cache, project) = (support::scratch()?, support::scratch()?);
    std::fs::create_dir(project.path().join("sql"))?;
    let mut command = pgmg::command(project.path(), None, &["check"]);
    pgmg::finish(command.env("XDG_CACHE_HOME", cache.path()).spawn()?, "pgmg check".into())?;
    let _ = std::fs::remove_dir_all(cache.path().join("pgmg/projects"));
    Ok(cache)
});

/// A cache of a test's own with what every server begins with.
fn cache() -> Outcome<TempDir> {
    let warm = WARM.as_ref().map_err(|failed| failed.message().unwrap_or("no cache").to_owned())?;
    let own = support::scratch()?;
    let folder = own.path().join("pgmg");
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    for entry in warm.path().join("pgmg").read_dir()?.flatten().filter(|entry| entry.path().is_dir()) {
        std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name()))?;
    }
    Ok(own)
}

/// A project in a folder, with a cache of its own.
struct Checked {
    folder: TempDir,
    cache: TempDir,
}

impl Checked {
    fn new(files: &[(&str, &str)]) -> Outcome<Self> {
        let tree: Tree = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Ok(Checked { folder: project::written(&tree, &BTreeMap::new())?, cache: cache()? })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = pgmg::command(self.folder.path(), None, arguments);
        command.env("XDG_CACHE_HOME", self.cache.path()).env_remove("GITHUB_ACTIONS");
        command
    }

    fn check(&self, arguments: &[&str]) -> Outcome<Run> {
        let arguments: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        pgmg::finish(self.command(&arguments).spawn()?, format!("pgmg {}", arguments.join(" ")))
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        Ok(std::fs::write(self.folder.path().join(name), text)?)
    }

    fn git(&self, arguments: &[&str]) -> Outcome<String> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder.path()).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
        command.env("XDG_CACHE_HOME", self.cache.path());
        let program = PathBuf::from(env!("CARGO_BIN_EXE_pgmg"));
        let own = program.parent().unwrap_or(Path::new("/"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(own.to_path_buf()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths)?);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(said) } else { Err(said.into()) }
    }
}

const SHOP: &[(&str, &str)] = &[
    ("migrations/001_users.sql", "CREATE TABLE users (id int PRIMARY KEY, name text);\n"),
    ("sql/a.sql", "CREATE VIEW a AS SELECT id FROM b;\n"),
    ("sql/b.sql", "CREATE VIEW b AS SELECT id, name FROM users;\n"),
    ("sql/f.sql", "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM b';\n"),
];

/// check says what apply says on an empty database, and is as content.
fn as_apply(server: &Arc<Server>, found: &Found) -> Outcome {
    found.case.roles.iter().try_for_each(|role| server.role(role))?;
    let database = server.database(None)?;
    let names = project::renamed(&found.paths(), Naming::AsItIs);
    let folder = project::written(&found.trees[0], &names)?;
    let more = found.case.arguments.iter().map(String::as_str);
    let arguments: Vec<&str> = ["apply"].into_iter().chain(more.clone()).collect();
    let apply = pgmg::run(folder.path(), &database.connection_string(), &arguments)?;
    std::fs::remove_dir_all(folder.path().join(".pgmg")).ok();
    let checked = Checked { folder, cache: cache()? };
    let check = checked.check(&more.collect::<Vec<_>>())?;
    let codes = |run: &Run| run.code.unwrap_or(-1).to_string();
    ensure_equal(format!("exit code\n{}\n{}", apply.transcript(), check.transcript()), &codes(&apply), &codes(&check))?;
    let first = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("error"));
        line.map(|line| line.replace("error[pgmg]", "error")).unwrap_or_default()
    };
    let said = if check.stdout.contains("error") { &check.stdout } else { &check.stderr };
    ensure_equal("the first error", &first(&apply.stderr), &first(said))
}

fn errors_have_their_places(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.check(&[])?.expect_code(&[0])?.expect_stdout(&["ok: 1 migration, 3 statements\n"])?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT id, nam FROM users;\n")?;
    checked.write("sql/c.sql", "CREATE VIEW c AS SELEC 1;\n")?;
    let run = checked.check(&["--format", "short"])?.expect_code(&[3, 4])?;
    run.expect_stdout(&["sql/b.sql:1:29: error: column \"nam\" does not exist [42703]", "sql/c.sql:1:18: error: syntax error"])?;
    Ok(())
}

fn only_what_changed_is_built_again(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.check(&[])?.expect_code(&[0])?;
    checked.check(&[])?.expect_code(&[0])?.expect_stdout(&["ok: 1 migration, 3 statements, unchanged since the last check"])?;
    // White space and comments change nothing.
    checked.write("sql/a.sql", "-- a comment\nCREATE VIEW a AS\n  SELECT id FROM b;\n")?;
    checked.check(&[])?.expect_stdout(&["unchanged since the last check"])?;
    checked.write("sql/a.sql", "CREATE VIEW a AS SELECT name FROM b;\n")?;
    let run = checked.check(&["--format", "json", "-v"])?.expect_code(&[0])?;
    ensure(!run.stderr.contains("built from nothing"), || run.transcript())?;
    // A changed migration is no longer what was built.
    checked.write("migrations/001_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n")?;
    checked.check(&["-v"])?.expect_code(&[0])?.expect_stderr(&["built from nothing"]).map(drop)
}

fn what_a_change_breaks_is_found(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.check(&[])?.expect_code(&[0])?;
    // A column that a view needs, and a body that nothing records as depending.
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT name FROM users;\n")?;
    checked
        .check(&["--format", "short"])?
        .expect_code(&[3, 4])?
        .expect_stdout(&["sql/a.sql:1:25: error: column \"id\" does not exist"])?;
    checked.write("sql/a.sql", "CREATE VIEW a AS SELECT 1 AS id;\n")?;
    std::fs::remove_file(checked.folder.path().join("sql/b.sql"))?;
    let run = checked.check(&["--format", "short"])?.expect_code(&[3, 4])?;
    run.expect_stdout(&["sql/f.sql:1:", "relation \"b\" does not exist"]).map(drop)
}

fn findings_in_other_files_are_counted(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT nothing FROM users;\n")?;
    checked.check(&["sql/a.sql"])?.expect_code(&[0])?.expect_stdout(&["; 1 finding in other files"])?;
    checked.check(&["sql/a.sql", "sql/b.sql"])?.expect_code(&[3, 4]).map(drop)
}

fn rules_are_switched(_: &Arc<Server>) -> Outcome {
    let definer = "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';\n";
    let checked =
        Checked::new(&[("sql/f.sql", definer), ("sql/g.sql", "-- pgmg: depends-on ff\nCREATE VIEW g AS SELECT 1 AS n;\n")])?;
    let run = checked.check(&["--format", "short"])?.expect_code(&[0])?;
    run.expect_stdout(&[
        "sql/f.sql:1:1: warning: f() has SECURITY DEFINER and no search_path of its own [security-definer]",
        "sql/g.sql:1:21: warning: nothing creates ff, which this statement says it depends on [depends-on]",
        "2 warnings: 0 migrations, 2 statements",
    ])?;
    let settings = "code_dir = \"sql\"\n[check]\nsecurity-definer = \"error\"\ndepends_on = \"off\"\n";
    checked.write("pgmg.toml", settings)?;
    checked.check(&["--format", "short"])?.expect_code(&[3])?.expect_stdout(&["error: f() has SECURITY DEFINER", "1 error: "])?;
    checked.write("pgmg.toml", "code_dir = \"sql\"\n[check]\nsecurity-definr = \"error\"\n")?;
    checked
        .check(&[])?
        .expect_code(&[2])?
        .expect_stderr(&["unknown rule `security-definr`", "did you mean `security-definer`?"])?;
    checked.write("pgmg.toml", "code_dir = \"sql\"\n")?;
    checked.check(&["--unused", "--format", "short"])?.expect_stdout(&["nothing in the project mentions f [unused]"]).map(drop)
}

fn missing_roles_are_made(_: &Arc<Server>) -> Outcome {
    let files = [
        (
            "migrations/001_t.sql",
            "CREATE TABLE t (id int);\nALTER TABLE t OWNER TO \"An Owner\";\nGRANT SELECT ON t TO reader_one;\n",
        ),
        ("sql/v.sql", "CREATE VIEW v AS SELECT id FROM t;\nGRANT SELECT ON v TO reader_two, reader_three;\n"),
    ];
    Checked::new(&files)?.check(&[])?.expect_code(&[0]).map(drop)
}

fn a_missing_extension_names_its_package(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(&[("migrations/001_e.sql", "CREATE EXTENSION no_such_thing;\n")])?;
    let run = checked.check(&[])?.expect_code(&[3])?;
    run.expect_stdout(&["no_such_thing", "CREATE EXTENSION", "postgresql-NN-no-such-thing"]).map(drop)
}

fn a_given_server_is_left_as_it_was(server: &Arc<Server>) -> Outcome {
    let (database, checked) = (server.database(None)?, Checked::new(SHOP)?);
    let before = database.fingerprint()?;
    checked.check(&["--database-url", &database.connection_string()])?.expect_code(&[0])?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT nothing FROM users;\n")?;
    checked.check(&["--database-url", &database.connection_string()])?.expect_code(&[3, 4])?;
    ensure_equal("fingerprint of the database beside it", &before, &database.fingerprint()?)?;
    let left = database.value("SELECT count(*)::text FROM pg_database WHERE datname LIKE 'pgmg_scratch%'")?;
    ensure_equal("databases that are left", "0", &left)
}

/// The server ends with the process that was killed, and the next check removes its files.
fn nothing_is_left_after_a_kill(_: &Arc<Server>) -> Outcome {
    let slow = "CREATE TABLE t AS SELECT pg_sleep(600);\n";
    let checked = Checked::new(&[("migrations/001_t.sql", slow)])?;
    let folder = support::scratch()?;
    let mut command = checked.command(&["check"]);
    let process = command.env("TMPDIR", folder.path()).spawn()?;
    let pid = process.id();
    let servers = || -> Outcome<Vec<PathBuf>> {
        let bases = [PathBuf::from("/dev/shm"), folder.path().to_path_buf(), PathBuf::from("/tmp")];
        let entries = bases.iter().filter_map(|base| base.read_dir().ok()).flatten().flatten();
        let name = format!("pgmg-throwaway-{pid}-");
        Ok(entries.map(|entry| entry.path()).filter(|path| path.display().to_string().contains(&name)).collect())
    };
    let postmaster = wait_for("the server to run", || {
        let path = servers()?.into_iter().next().map(|path| path.join("data/postmaster.pid"));
        Ok(path.and_then(|path| std::fs::read_to_string(path).ok()).and_then(|text| text.lines().next()?.parse::<i32>().ok()))
    })?;
    pgmg::signal(pid, libc::SIGKILL);
    pgmg::finish(process, "pgmg check (killed)".into())?;
    // SAFETY: kill(2) only takes numbers, and signal 0 only asks whether the process is there.
    wait_for("the server to end", || Ok((unsafe { libc::kill(postmaster, 0) } == -1).then_some(())))?;
    checked.write("migrations/001_t.sql", "CREATE TABLE t (id int);\n")?;
    let mut command = checked.command(&["check"]);
    pgmg::finish(command.env("TMPDIR", folder.path()).spawn()?, "pgmg check".into())?.expect_code(&[0])?;
    ensure(servers()?.is_empty(), || "files of the killed check are left".into())
}

/// Asks until there is an answer; a minute is the limit.
fn wait_for<T>(what: &str, ask: impl Fn() -> Outcome<Option<T>>) -> Outcome<T> {
    let begin = std::time::Instant::now();
    while begin.elapsed().as_secs() < 60 {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        std::thread::yield_now();
    }
    Err(format!("waited a minute in vain for {what}").into())
}

fn two_at_once(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    let processes = (0..3).map(|_| checked.command(&["check"]).spawn()).collect::<Result<Vec<_>, _>>()?;
    for process in processes {
        pgmg::finish(process, "pgmg check (one of three)".into())?.expect_code(&[0])?;
    }
    Ok(())
}

fn a_half_written_build_is_harmless(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.check(&[])?.expect_code(&[0])?;
    let kept = walkdir::WalkDir::new(checked.cache.path()).into_iter().flatten();
    let kept = kept.map(walkdir::DirEntry::into_path).find(|path| path.ends_with("server/data"));
    let kept = std::fs::OpenOptions::new().write(true).open(kept.ok_or("no build was kept")?)?;
    kept.set_len(kept.metadata()?.len() / 2)?;
    checked.write("sql/c.sql", "CREATE VIEW c AS SELECT 1 AS n;\n")?;
    checked.check(&[])?.expect_code(&[0])?.expect_stdout(&["ok: 1 migration, 4 statements"]).map(drop)
}

fn no_server_programs(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    let nowhere = support::scratch()?;
    let path = nowhere.path().display().to_string();
    checked.check(&["--pg-bindir", &path])?.expect_code(&[2])?.expect_stderr(&["has no programs initdb and postgres"]).map(drop)
}

fn no_connection_names_check(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    for command in ["plan", "apply"] {
        let run = pgmg::finish(checked.command(&[command]).spawn()?, format!("pgmg {command}"))?.expect_code(&[2])?;
        run.expect_stderr(&["--connection-string", "DATABASE_URL", "pgmg.toml", "`pgmg check` needs none"])?;
    }
    Ok(())
}

fn staged_files_are_checked(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.git(&["init", "--quiet"])?;
    checked.git(&["add", "."])?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT nothing FROM users;\n")?;
    checked.check(&["--staged"])?.expect_code(&[0])?;
    checked.git(&["add", "sql/b.sql"])?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT id, name FROM users;\n")?;
    checked.check(&["--staged", "--format", "short"])?.expect_code(&[3, 4])?.expect_stdout(&["sql/b.sql:1:25: error: column"])?;
    checked.check(&[])?.expect_code(&[0])?;
    let outside = Checked::new(SHOP)?;
    outside.check(&["--staged"])?.expect_code(&[2])?.expect_stderr(&["git rev-parse: "]).map(drop)
}

fn an_edited_migration_is_history(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.git(&["init", "--quiet"])?;
    checked.git(&["add", "."])?;
    checked.git(&["commit", "--quiet", "-m", "first"])?;
    checked.check(&[])?.expect_stdout(&["ok: "])?;
    checked.write("migrations/001_users.sql", "CREATE TABLE users (id int PRIMARY KEY, name text, age int);\n")?;
    let run = checked.check(&["--format", "short"])?.expect_code(&[0])?;
    run.expect_stdout(&[
        "migrations/001_users.sql:1:1: warning: the migration 001_users.sql is committed and was edited [edited-history]",
    ])
    .map(drop)
}

fn reports_have_their_forms(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT nothing FROM users;\n")?;
    let form = |form: &str| checked.check(&["--format", form])?.expect_code(&[3, 4]);
    let json = form("json")?.json()?;
    ensure_equal("line in JSON", "1", &json["findings"][0]["line"].to_string())?;
    form("github")?.expect_stdout(&["::error file=sql/b.sql,line=1,col=25,title=42703::column \"nothing\" does not exist"])?;
    form("junit")?.expect_stdout(&["<testcase classname=\"sql/b.sql\" name=\"sql/b.sql:1:25 42703\"><failure message="])?;
    let sarif = form("sarif")?.json()?;
    ensure_equal("SARIF version", "2.1.0", sarif["version"].as_str().unwrap_or_default())?;
    let mut command = checked.command(&["check"]);
    let run = pgmg::finish(command.env("GITHUB_ACTIONS", "true").spawn()?, "pgmg check in GitHub Actions".into())?;
    run.expect_stdout(&["::error file=sql/b.sql"]).map(drop)
}

fn the_hook_of_init_refuses_a_commit(_: &Arc<Server>) -> Outcome {
    let checked = Checked::new(SHOP)?;
    checked.git(&["init", "--quiet"])?;
    let mut command = checked.command(&["init", "--git-hook"]);
    pgmg::finish(command.spawn()?, "pgmg init --git-hook".into())?
        .expect_code(&[0])?
        .expect_stdout(&[".git/hooks/pre-commit"])?;
    checked.git(&["add", "migrations", "sql", "pgmg.toml"])?;
    checked.git(&["commit", "--quiet", "-m", "first"])?;
    checked.write("sql/b.sql", "CREATE VIEW b AS SELECT nothing FROM users;\n")?;
    checked.git(&["add", "sql/b.sql"])?;
    let said = match checked.git(&["commit", "--quiet", "-m", "broken"]) {
        Ok(_) => return Err("a broken project was committed".into()),
        Err(refused) => refused.message().unwrap_or_default().to_owned(),
    };
    ensure(said.contains("column \"nothing\" does not exist"), || said)
}
