//! Migrations in sections, interrupted at any moment: what is recorded is true, the next apply goes on there, and nothing is done twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::files::project;
use crate::Test;
use crate::support::database::{Database, Server};
use crate::support::random::Random;
use crate::support::{Outcome, ensure, ensure_equal, pgmg};

pub const TESTS: &[(&str, Test)] = &[
    ("sections/at_random_moments", at_random_moments),
    ("sections/a_held_lock_is_tried_again", a_held_lock_is_tried_again),
    ("sections/a_deadlock_is_tried_again", a_deadlock_is_tried_again),
    ("sections/a_lost_connection_is_tried_again", a_lost_connection_is_tried_again),
    ("sections/a_statement_that_takes_too_long_fails", a_statement_that_takes_too_long_fails),
    ("sections/an_edited_file_is_not_resumed", an_edited_file_is_not_resumed),
    ("sections/an_invalid_index_is_dropped", an_invalid_index_is_dropped),
    ("sections/two_deployments_at_once", two_deployments_at_once),
];

/// Statements that must be done exactly once, in and outside transactions, with code around them.
const FILES: &[(&str, &str)] = &[
    ("migrations/001_base.sql", "CREATE TABLE t (id serial PRIMARY KEY, label text);\nINSERT INTO t (label) VALUES ('base');\n"),
    (
        "migrations/002_work.sql",
        "-- pgmg: section name=\"one\"
         INSERT INTO t (label) SELECT 'one' FROM generate_series(1, 2000);
         ALTER TABLE t ADD COLUMN extra int;
         -- pgmg: section name=\"two\" mode=\"non-transactional\"
         INSERT INTO t (label) VALUES ('two a');
         CREATE INDEX CONCURRENTLY t_label ON t (label);
         INSERT INTO t (label) VALUES ('two b');
         CREATE INDEX CONCURRENTLY ON t (extra);
         VACUUM t;
         INSERT INTO t (label) VALUES ('two c');
         -- pgmg: section name=\"three\"
         INSERT INTO t (label) VALUES ('three');
         ALTER TABLE t ALTER COLUMN extra TYPE bigint;\n",
    ),
    ("migrations/003_more.sql", "INSERT INTO t (label) VALUES ('more');\nALTER TABLE t ADD COLUMN last text;\n"),
    (
        "migrations/004_outside.sql",
        "-- pgmg: no-transaction\nINSERT INTO t (label) VALUES ('outside');\nCREATE INDEX CONCURRENTLY t_last ON t (last);\n",
    ),
    ("sql/v.sql", "CREATE VIEW v AS SELECT label, extra, last FROM t;\n"),
    ("sql/w.sql", "CREATE VIEW w AS SELECT count(*) AS number FROM v;\n"),
];

const LABELS: &str = "SELECT string_agg(label || ' ' || number, ', ' ORDER BY label) FROM
    (SELECT label, count(*) AS number FROM t GROUP BY label) AS counted";

const ONCE: &str = "base 1, more 1, one 2000, outside 1, three 1, two a 1, two b 1, two c 1";

const ALONE: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

fn apply(database: &Database, folder: &std::path::Path) -> Outcome<pgmg::Run> {
    pgmg::run(folder, &database.connection_string(), &["apply"])
}

/// How many moments are tried: `PGMG_FAULT_MOMENTS`, or as many as a test run has time for.
fn moments() -> usize {
    std::env::var("PGMG_FAULT_MOMENTS").ok().and_then(|number| number.parse().ok()).unwrap_or(40)
}

fn at_random_moments(server: &Arc<Server>) -> Outcome {
    let (mut random, seed) = Random::seeded();
    let (schema, whole) = {
        let (database, folder) = (server.database(None)?, project(FILES)?);
        let begin = Instant::now();
        apply(&database, folder.path())?.expect_code(&[0])?;
        ensure_equal("rows", ONCE, &database.value(LABELS)?)?;
        (database.schema()?, begin.elapsed())
    };
    let (mut before, mut between, mut after) = (0, 0, 0);
    for moment in 0..moments() {
        let how = random.below(3);
        let wait = Duration::from_secs_f64(whole.as_secs_f64() * random.fraction());
        let context = format!("moment {moment}, kind {how}, after {wait:?} (PGMG_TEST_SEED={seed})");
        let (database, folder) = (server.database(None)?, project(FILES)?);
        let process = pgmg::command(folder.path(), Some(&database.connection_string()), &["apply"]).spawn()?;
        // Not to wait for anything: the moment itself is what is chosen at random.
        std::thread::sleep(wait);
        match how {
            0 => pgmg::signal(process.id(), libc::SIGKILL),
            1 => pgmg::signal(process.id(), libc::SIGINT),
            _ => database.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )?,
        }
        pgmg::finish(process, "pgmg apply (interrupted)".into())?;
        database.wait_until("the interrupted apply's sessions end", ALONE)?;
        let applied = truth(&database).map_err(|error| format!("{context}: {}", error.message().unwrap_or_default()))?;
        match applied {
            0 => before += 1,
            4 => after += 1,
            _ => between += 1,
        }
        let run = apply(&database, folder.path())?;
        let run = run.expect_code(&[0]).map_err(|error| format!("{context}: {}", error.message().unwrap_or_default()))?;
        ensure_equal(format!("{context}: rows\n{}", run.transcript()), ONCE, &database.value(LABELS)?)?;
        ensure_equal(format!("{context}: schema"), &schema, &database.schema()?)?;
        let invalid = database.value("SELECT count(*)::text FROM pg_index WHERE NOT indisvalid")?;
        ensure_equal(format!("{context}: invalid indexes"), "0", &invalid)?;
        pgmg::run(folder.path(), &database.connection_string(), &["plan", "--exit-code"])?.expect_code(&[0])?;
    }
    eprintln!("{} moments (PGMG_TEST_SEED={seed}): {before} before, {between} between, {after} after", moments());
    Ok(())
}

/// What is recorded as done is done, once, and at most the statement that comes next is done as well; how many are applied.
fn truth(database: &Database) -> Outcome<usize> {
    if database.value("SELECT (to_regclass('pgmg_migrations') IS NULL)::text")? == "true" {
        let tables = database.value("SELECT count(*)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace")?;
        ensure_equal("nothing is recorded, and there are relations", "0", &tables)?;
        return Ok(0);
    }
    let twice = database.value(
        "SELECT count(*)::text FROM (SELECT label FROM t WHERE label <> 'one' GROUP BY label HAVING count(*) > 1) AS twice",
    )?;
    ensure_equal("rows that are there twice", "0", &twice)?;
    let done = database.value("SELECT coalesce(max(completed), 0)::text FROM pgmg_migrations WHERE name = '002_work.sql'")?;
    let done: usize = done.parse()?;
    for (from, label) in [(1, "one"), (3, "two a"), (5, "two b"), (8, "two c"), (9, "three")] {
        let rows: usize = database.value(&format!("SELECT count(*)::text FROM t WHERE label = '{label}'"))?.parse()?;
        ensure((rows > 0) == (done >= from), || {
            format!("{done} statements are recorded as done, and there are {rows} rows of {label}")
        })?;
    }
    Ok(database.value("SELECT count(*)::text FROM pgmg_migrations WHERE status = 'applied'")?.parse()?)
}

/// A table, and a migration in one section that needs it for itself.
fn blocked(section: &str) -> Vec<(&'static str, String)> {
    vec![
        ("migrations/001_t.sql", "CREATE TABLE t (id int);\nCREATE TABLE u (id int);\n".into()),
        (
            "migrations/002_change.sql",
            format!(
                "-- pgmg: section name=\"change\" {section}\nALTER TABLE t ADD COLUMN n int;\nALTER TABLE u ADD COLUMN n int;\n"
            ),
        ),
    ]
}

fn written(files: &[(&'static str, String)]) -> Outcome<tempfile::TempDir> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    project(&files)
}

/// Applies the first migration of a project alone.
fn with_first(server: &Arc<Server>, files: &[(&'static str, String)]) -> Outcome<(Database, tempfile::TempDir)> {
    let (database, folder) = (server.database(None)?, written(files)?);
    pgmg::run(folder.path(), &database.connection_string(), &["apply", "--target", "1"])?.expect_code(&[0])?;
    Ok((database, folder))
}

fn a_held_lock_is_tried_again(server: &Arc<Server>) -> Outcome {
    let (database, folder) = with_first(server, &blocked("lock-timeout=\"100ms\" retry=\"1000\" backoff=\"1ms\""))?;
    let mut holder = database.connect()?;
    holder.batch_execute("BEGIN; LOCK TABLE t")?;
    let process = pgmg::command(folder.path(), Some(&database.connection_string()), &["apply"]).spawn()?;
    // It waits twice: after the first try there was a second one.
    for _ in 0..2 {
        database.wait_until("pgmg waits for the lock", &waits("t", true))?;
        database.wait_until("pgmg gives up", &waits("t", false))?;
    }
    holder.batch_execute("COMMIT")?;
    let run = pgmg::finish(process, "pgmg apply".into())?.expect_code(&[0])?;
    run.expect_stderr(&["002_change.sql, section change: canceling statement due to lock timeout; try 2 of 1001"])?;
    ensure_equal(
        "column",
        "1",
        &database.value("SELECT count(*)::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'n'")?,
    )
}

fn waits(table: &str, does: bool) -> String {
    format!(
        "SELECT {}EXISTS (SELECT FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted)",
        if does { "" } else { "NOT " }
    )
}

fn a_deadlock_is_tried_again(server: &Arc<Server>) -> Outcome {
    let (database, folder) = with_first(server, &blocked("lock-timeout=\"1min\" retry=\"5\" backoff=\"1ms\""))?;
    // This session finds the deadlock late, so that the migration is the one that is chosen.
    let mut other = database.connect()?;
    other.batch_execute("SET deadlock_timeout = '1min'; BEGIN; LOCK TABLE u")?;
    let process = pgmg::command(folder.path(), Some(&database.connection_string()), &["apply"]).spawn()?;
    database.wait_until("pgmg waits for the lock", &waits("u", true))?;
    other.batch_execute("LOCK TABLE t; COMMIT")?;
    let run = pgmg::finish(process, "pgmg apply".into())?.expect_code(&[0])?;
    run.expect_stderr(&["section change: deadlock detected; try 2 of 6"])?;
    ensure_equal(
        "column",
        "1",
        &database.value("SELECT count(*)::text FROM pg_attribute WHERE attrelid = 'u'::regclass AND attname = 'n'")?,
    )
}

fn a_lost_connection_is_tried_again(server: &Arc<Server>) -> Outcome {
    let (database, folder) = with_first(server, &blocked("lock-timeout=\"1min\" retry=\"5\" backoff=\"1ms\""))?;
    let mut holder = database.connect()?;
    holder.batch_execute("BEGIN; LOCK TABLE u")?;
    let process = pgmg::command(folder.path(), Some(&database.connection_string()), &["apply"]).spawn()?;
    database.wait_until("pgmg waits for the lock", &waits("u", true))?;
    holder.batch_execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'u'::regclass AND NOT granted")?;
    database.wait_until("pgmg waits for the lock again", &waits("u", true))?;
    holder.batch_execute("COMMIT")?;
    pgmg::finish(process, "pgmg apply".into())?.expect_code(&[0])?.expect_stderr(&["section change: ", "; try 2 of 6"])?;
    ensure_equal(
        "column",
        "1",
        &database.value("SELECT count(*)::text FROM pg_attribute WHERE attrelid = 'u'::regclass AND attname = 'n'")?,
    )
}

fn a_statement_that_takes_too_long_fails(server: &Arc<Server>) -> Outcome {
    let slow = "-- pgmg: section name=\"slow\" timeout=\"50ms\" retry=\"3\"\nSELECT pg_sleep(60);\n";
    let files = [("migrations/001_t.sql", "CREATE TABLE t (id int);\n".to_owned()), ("migrations/002_slow.sql", slow.to_owned())];
    let (database, folder) = with_first(server, &files)?;
    let run = apply(&database, folder.path())?.expect_code(&[3])?;
    run.expect_stderr(&["error[57014]: canceling statement due to statement timeout", "migrations/002_slow.sql:2"])?;
    pgmg::run(folder.path(), &database.connection_string(), &["status"])?
        .expect_stdout(&["002_slow.sql (failed; nothing of it is done)"])?;
    Ok(())
}

fn an_edited_file_is_not_resumed(server: &Arc<Server>) -> Outcome {
    let sections =
        "-- pgmg: section name=\"one\"\nINSERT INTO t VALUES (1);\n-- pgmg: section name=\"two\"\nINSERT INTO t VALUES (1/0);\n";
    let files =
        [("migrations/001_t.sql", "CREATE TABLE t (id int);\n".to_owned()), ("migrations/002_rows.sql", sections.to_owned())];
    let (database, folder) = with_first(server, &files)?;
    let connection = database.connection_string();
    apply(&database, folder.path())?.expect_code(&[3])?.expect_stderr(&["the next apply goes on in section \"two\""])?;
    pgmg::run(folder.path(), &connection, &["status"])?
        .expect_stdout(&["002_rows.sql (done in part; goes on at section two)"])?;
    std::fs::write(folder.path().join("migrations/002_rows.sql"), sections.replace("1/0", "2"))?;
    apply(&database, folder.path())?.expect_code(&[5])?.expect_stderr(&["was edited after a part of it was applied"])?;
    pgmg::run(folder.path(), &connection, &["repair", "accept-checksum", "2"])?
        .expect_code(&[0])?
        .expect_stdout(&["before: done up to statement 1", "now:    done up to statement 1"])?;
    apply(&database, folder.path())?.expect_code(&[0])?;
    ensure_equal("rows", "1,2", &database.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM t")?)
}

fn an_invalid_index_is_dropped(server: &Arc<Server>) -> Outcome {
    let index = "-- pgmg: section name=\"index\" mode=\"non-transactional\"\nCREATE UNIQUE INDEX CONCURRENTLY ON t (id);\n";
    let rows = "CREATE TABLE t (id int);\nINSERT INTO t VALUES (1), (1);\n";
    let files = [("migrations/001_t.sql", rows.to_owned()), ("migrations/002_index.sql", index.to_owned())];
    let (database, folder) = with_first(server, &files)?;
    apply(&database, folder.path())?.expect_code(&[3])?.expect_stderr(&["error[23505]"])?;
    ensure_equal(
        "indexes after the failure",
        "0",
        &database.value("SELECT count(*)::text FROM pg_index WHERE indrelid = 't'::regclass")?,
    )?;
    // Left by a run that was killed: pgmg had said that it begins.
    database.run("UPDATE pgmg_migrations SET begun = '{}', status = 'partial' WHERE name = '002_index.sql'")?;
    let mut client = database.connect()?;
    ensure(client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY ON t (id)").is_err(), || "the index is unique".into())?;
    ensure_equal("invalid indexes", "1", &database.value("SELECT count(*)::text FROM pg_index WHERE NOT indisvalid")?)?;
    database.run("DELETE FROM t; INSERT INTO t VALUES (1)")?;
    apply(&database, folder.path())?.expect_code(&[0])?;
    let indexes =
        "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ',') FROM pg_index WHERE indrelid = 't'::regclass";
    ensure_equal("indexes", "t_id_idx true", &database.value(indexes)?)
}

fn two_deployments_at_once(server: &Arc<Server>) -> Outcome {
    let (database, folder) = (server.database(None)?, project(FILES)?);
    let start = || pgmg::command(folder.path(), Some(&database.connection_string()), &["apply"]).spawn();
    let (one, two) = (start()?, start()?);
    pgmg::finish(one, "pgmg apply (one)".into())?.expect_code(&[0])?;
    pgmg::finish(two, "pgmg apply (two)".into())?.expect_code(&[0])?;
    ensure_equal("rows", ONCE, &database.value(LABELS)?)
}
