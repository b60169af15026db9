//! Files that are saved, half typed, removed, checked out, linked, and file systems that send no events.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::Test;
use crate::support::database::Server;
use crate::support::{Outcome, ensure, ensure_equal, pgmg, scratch};
use crate::watching::{Watching, steps_of};

pub const TESTS: &[(&str, Test)] = &[
    ("files/saved_in_each_way", saved_in_each_way),
    ("files/saved_by_delete_and_create", saved_by_delete_and_create),
    ("files/half_typed", half_typed),
    ("files/an_error_stays_until_it_is_fixed", an_error_stays_until_it_is_fixed),
    ("files/removed", removed),
    ("files/dependents_are_replaced_too", dependents_are_replaced_too),
    ("files/unchanged", unchanged),
    ("files/directory_deleted_and_made_again", directory_deleted_and_made_again),
    ("files/directory_moved_in", directory_moved_in),
    ("files/checkout_of_500", checkout_of_500),
    ("files/link_without_events", link_without_events),
    ("files/polled", polled),
    ("files/for_people", for_people),
];

const A: &str = "CREATE VIEW a AS SELECT 1 AS n;\n";
const B: &str = "CREATE VIEW b AS SELECT n FROM a;\n";

fn saved_in_each_way(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    let path = watching.path("sql/a.sql");
    let ways: &[fn(&Path, &str) -> Outcome] = &[in_place, renamed, moved_away_and_written, in_two_writes];
    let identity = watching.database.value("SELECT 'a'::regclass::oid::text")?;
    for (number, way) in (2..).zip(ways) {
        way(&path, &format!("CREATE VIEW a AS SELECT {number} AS n;\n"))?;
        watching.expect_steps(&["replace view.a"])?;
        ensure_equal("view", &format!("SELECT {number} AS n;"), &watching.view("a")?)?;
    }
    // It was never dropped on the way.
    ensure_equal("number", &identity, &watching.database.value("SELECT 'a'::regclass::oid::text")?)
}

/// As `>` of a shell.
fn in_place(path: &Path, text: &str) -> Outcome {
    Ok(fs::write(path, text)?)
}

/// As most editors: a temporary file beside it takes its place.
fn renamed(path: &Path, text: &str) -> Outcome {
    let beside = path.with_file_name("4913");
    fs::write(&beside, text)?;
    Ok(fs::rename(&beside, path)?)
}

/// As vim with a backup: the old file gets another name, the new one is written, the old one is removed.
fn moved_away_and_written(path: &Path, text: &str) -> Outcome {
    let backup = path.with_extension("sql~");
    fs::rename(path, &backup)?;
    fs::write(path, text)?;
    Ok(fs::remove_file(&backup)?)
}

fn in_two_writes(path: &Path, text: &str) -> Outcome {
    let (begin, rest) = text.split_at(text.len() / 2);
    let mut file = File::create(path)?;
    file.write_all(begin.as_bytes())?;
    file.sync_all()?;
    Ok(file.write_all(rest.as_bytes())?)
}

/// While it is away nothing is dropped, even if another file is saved meanwhile.
fn saved_by_delete_and_create(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A), ("sql/b.sql", B)], &[])?;
    fs::remove_file(watching.path("sql/a.sql"))?;
    watching.write("sql/c.sql", "CREATE VIEW c AS SELECT 3 AS n;\n")?;
    watching.write("sql/a.sql", "CREATE VIEW a AS SELECT 2 AS n;\n")?;
    // Whether in one apply or in two, the view is replaced.
    let mut steps: Vec<String> = Vec::new();
    while steps.len() < 2 {
        steps.extend(steps_of(&watching.expect(&["applied"])?));
    }
    steps.sort();
    ensure(steps == ["create view.c", "replace view.a"], || format!("{steps:?}"))
}

fn half_typed(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    let before = watching.database.everything()?;
    for (text, what) in [("CREATE VIEW a AS SELEC", "42601"), ("CREATE VIEW a AS SELECT 'x", "unterminated"), ("\u{0}", "NUL")] {
        watching.write("sql/a.sql", text)?;
        watching.expect_failure(what, "sql/a.sql")?;
        ensure_equal("database", &before, &watching.database.everything()?)?;
    }
    watching.write("sql/a.sql", "CREATE VIEW a AS SELECT 2 AS n;\n")?;
    watching.expect_steps(&["replace view.a"])
}

fn an_error_stays_until_it_is_fixed(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    watching.write("sql/a.sql", "CREATE VIEW a AS SELECT n FROM absent;\n")?;
    watching.expect_failure("42P01", "sql/a.sql")?;
    watching.write("sql/c.sql", "CREATE VIEW c AS SELECT 3 AS n;\n")?;
    // Nothing of it is applied, and the error is said again.
    watching.expect_failure("42P01", "sql/a.sql")?;
    watching.write("sql/a.sql", A)?;
    watching.expect_steps(&["create view.c"])?;
    watching.write("sql/c.sql", "CREATE VIEW c AS SELECT n FROM absent;\n")?;
    watching.expect_failure("42P01", "sql/c.sql")?;
    // Back as it was: nothing to do, and that is said, for the error was the last word.
    watching.write("sql/c.sql", "CREATE VIEW c AS SELECT 3 AS n;\n")?;
    watching.expect(&["matches"]).map(drop)
}

fn removed(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A), ("sql/b.sql", B)], &[])?;
    fs::remove_file(watching.path("sql/b.sql"))?;
    watching.expect_steps(&["drop view.b"])?;
    // Emptied is as good as removed, once it has stayed so.
    watching.write("sql/c.sql", "CREATE VIEW c AS SELECT 3 AS n;\n")?;
    watching.expect_steps(&["create view.c"])?;
    watching.write("sql/c.sql", "")?;
    watching.expect_steps(&["drop view.c"])
}

fn dependents_are_replaced_too(server: &Arc<Server>) -> Outcome {
    let mut watching =
        Watching::start(server, &[("sql/a.sql", A), ("sql/b.sql", B), ("sql/other.sql", "CREATE VIEW o AS SELECT 1;")], &[])?;
    watching.write("sql/a.sql", "CREATE VIEW a AS SELECT 'x'::text AS n;\n")?;
    let steps = steps_of(&watching.expect(&["applied"])?);
    ensure(!steps.iter().any(|step| step.ends_with("view.o")), || format!("what does not depend on it was touched: {steps:?}"))?;
    let kind = watching.database.value("SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = 'b'::regclass")?;
    ensure_equal("type", "text", &kind)
}

/// What is no change of the SQL is no event.
fn unchanged(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    watching.write("sql/a.sql", &format!("-- Only a comment.\n{A}"))?;
    watching.write("sql/README.md", "no SQL")?;
    watching.write("sql/.hidden.sql", "CREATE VIEW hidden AS SELECT 1 AS n;\n")?;
    watching.write("sql/b.sql", B)?;
    watching.expect_steps(&["create view.b"])
}

fn directory_deleted_and_made_again(server: &Arc<Server>) -> Outcome {
    let mut watching =
        Watching::start(server, &[("sql/a.sql", A), ("migrations/001_t.sql", "CREATE TABLE t (id int);")], &["--migrations"])?;
    let before = watching.database.schema()?;
    fs::remove_dir_all(watching.path("sql"))?;
    watching.expect_failure("does not exist", "")?;
    ensure_equal("schema", &before, &watching.database.schema()?)?;
    watching.write("sql/a.sql", A)?;
    watching.expect(&["matches"])?;
    watching.write("sql/deep/er/b.sql", B)?;
    watching.expect_steps(&["create view.b"])?;
    // In one go, with another content.
    fs::remove_dir_all(watching.path("sql"))?;
    watching.write("sql/b.sql", B)?;
    watching.write("sql/a.sql", "CREATE VIEW a AS SELECT 2 AS n;\n")?;
    watching.expect_steps(&["replace view.a"])?;
    watching.write("sql/b.sql", "CREATE VIEW b AS SELECT n FROM a WHERE n > 0;\n")?;
    watching.expect_steps(&["replace view.b"])
}

/// Whatever was written into it before anybody listened is found.
fn directory_moved_in(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    watching.write("elsewhere/deep/b.sql", B)?;
    fs::rename(watching.path("elsewhere"), watching.path("sql/inner"))?;
    watching.expect_steps(&["create view.b"])?;
    watching.write("sql/inner/deep/b.sql", "CREATE VIEW b AS SELECT n FROM a WHERE n > 0;\n")?;
    watching.expect_steps(&["replace view.b"])?;
    fs::rename(watching.path("sql/inner"), watching.path("elsewhere"))?;
    watching.expect_steps(&["drop view.b"])
}

/// One apply each way, however long git takes between two files.
fn checkout_of_500(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    let (project, elsewhere) = (watching.project.path().to_owned(), scratch()?);
    let tree = elsewhere.path().join("many");
    git(&project, &["init", "-q", "-b", "few"])?;
    git(&project, &["add", "sql"])?;
    git(&project, &["commit", "-qm", "few"])?;
    git(&project, &["worktree", "add", "-q", "-b", "many", tree.to_str().ok_or("a path")?])?;
    for n in 0..500 {
        let folder = tree.join(format!("sql/{}", n % 7));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("v{n}.sql")), format!("CREATE VIEW v{n} AS SELECT n + {n} AS n FROM a;\n"))?;
    }
    git(&tree, &["add", "sql"])?;
    git(&tree, &["commit", "-qm", "many"])?;
    git(&project, &["worktree", "remove", tree.to_str().ok_or("a path")?])?;
    for (branch, action) in [("many", "create"), ("few", "drop")] {
        git(&project, &["checkout", "-q", branch])?;
        let steps = steps_of(&watching.expect(&["applied"])?);
        let all = steps.len() == 500 && steps.iter().all(|step| step.starts_with(action));
        ensure(all, || format!("{} steps instead of 500: {:?} …", steps.len(), steps.first()))?;
    }
    // There was no second apply before this one.
    watching.write("sql/b.sql", B)?;
    watching.expect_steps(&["create view.b"])
}

fn git(directory: &Path, arguments: &[&str]) -> Outcome {
    let mut git = Command::new("git");
    git.current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.args(["-c", "user.name=test", "-c", "user.email=test@localhost"]).args(arguments).output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A change behind a link sends no event to the directory of the link.
fn link_without_events(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A), ("elsewhere.sql", B)], &[])?;
    symlink("../elsewhere.sql", watching.path("sql/b.sql"))?;
    watching.expect_steps(&["create view.b"])?;
    watching.write("elsewhere.sql", "CREATE VIEW b AS SELECT n FROM a WHERE n > 1;\n")?;
    let polling = watching.expect(&["polling"])?;
    ensure(polling["reason"].as_str().is_some_and(|why| why.contains("sql/b.sql")), || polling.to_string())?;
    watching.expect_steps(&["replace view.b"])?;
    watching.write("elsewhere.sql", B)?;
    watching.expect_steps(&["replace view.b"])
}

fn polled(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::unapplied(server, &[("sql/a.sql", A), ("sql/b.sql", B)], &["--poll=50ms"])?;
    let polling = watching.expect(&["polling"])?;
    ensure(polling["milliseconds"] == 50, || polling.to_string())?;
    watching.expect_steps(&["create view.a", "create view.b"])?;
    watching.write("sql/a.sql", "CREATE VIEW a AS SELECT 2 AS n;\n")?;
    watching.expect_steps(&["replace view.a"])?;
    fs::remove_file(watching.path("sql/b.sql"))?;
    watching.expect_steps(&["drop view.b"])?;
    fs::remove_dir_all(watching.path("sql"))?;
    watching.expect_failure("does not exist", "")?;
    watching.write("sql/a.sql", A)?;
    watching.expect_steps(&["replace view.a"])
}

/// In text, what was applied is on stdout, a line each, and errors are on stderr.
fn for_people(server: &Arc<Server>) -> Outcome {
    let project = scratch()?;
    fs::create_dir(project.path().join("sql"))?;
    fs::write(project.path().join("sql/a.sql"), A)?;
    let database = server.database(None)?;
    let arguments = ["watch", "--quiet"];
    let mut child = pgmg::command(project.path(), Some(&database.connection_string()), &arguments).spawn()?;
    let mut stderr = BufReader::new(child.stderr.take().ok_or("no stderr")?);
    database.wait_until("the first apply", "SELECT to_regclass('a') IS NOT NULL")?;
    fs::write(project.path().join("sql/a.sql"), "CREATE VIEW a AS SELEC")?;
    let mut said = String::new();
    while !said.contains("Not applied") {
        ensure(stderr.read_line(&mut said)? > 0, || said.clone())?;
    }
    ensure(said.starts_with("error[42601]: syntax error") && said.contains("sql/a.sql:1:18"), || said.clone())?;
    fs::write(project.path().join("sql/a.sql"), "CREATE VIEW a AS SELECT 2 AS n;\n")?;
    database.wait_until("the second apply", "SELECT pg_get_viewdef('a'::regclass) LIKE '%2%'")?;
    pgmg::signal(child.id(), libc::SIGINT);
    let run = pgmg::finish(child, "pgmg watch".into())?;
    let lines: Vec<&str> = run.stdout.lines().collect();
    let is_expected = |line: &str, begin: &str| line.starts_with(begin) && (line.ends_with(" ms") || line.ends_with(" s"));
    ensure(
        lines.len() == 2 && is_expected(lines[0], "✓ Created view: a  ") && is_expected(lines[1], "✓ Replaced view: a  "),
        || run.transcript(),
    )
}
