//! Other sessions while pgmg works: locks, a second apply, a lost connection, Ctrl-C.

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::files::project;
use crate::Test;
use crate::support::database::{Database, Server, in_words};
use crate::support::{Outcome, ensure, ensure_equal, pgmg};

pub const TESTS: &[(&str, Test)] = &[
    ("concurrency/interrupted", interrupted),
    ("concurrency/terminated", terminated),
    ("concurrency/lost_connection", lost_connection),
    ("concurrency/locked_table", locked_table),
    ("concurrency/second_apply_waits", second_apply_waits),
    ("concurrency/second_apply_gives_up", second_apply_gives_up),
    ("concurrency/another_spelling_gives_up", another_spelling_gives_up),
    ("concurrency/status_beside_an_apply", status_beside_an_apply),
];

/// Runs until the table `gate` is empty; each round has a snapshot of its own.
const WAITS: &str = "DO $$ BEGIN WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.005); END LOOP; END $$;";

const AT_THE_GATE: &str = "SELECT count(*) > 0 FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'";

/// An apply that stands at its gate.
struct Held {
    database: Database,
    project: TempDir,
    before: String,
    apply: Option<Child>,
}

impl Held {
    fn new(server: &Arc<Server>) -> Outcome<Held> {
        let database = server.database(None)?;
        database.run("CREATE TABLE gate (closed bool); INSERT INTO gate VALUES (true)")?;
        let project = project(&[("sql/a.sql", "CREATE VIEW a AS SELECT 1 AS n;"), ("sql/z_waits.sql", WAITS)])?;
        let before = database.everything()?;
        let apply = pgmg::command(project.path(), Some(&database.connection_string()), &["apply"]).spawn()?;
        let mut held = Held { database, project, before, apply: Some(apply) };
        while held.database.value(&format!("SELECT ({AT_THE_GATE})::text"))? != "true" {
            if held.apply.as_mut().map(Child::try_wait).transpose()?.flatten().is_some() {
                return Err(format!("the apply did not wait at its gate\n{}", held.end()?.transcript()).into());
            }
        }
        Ok(held)
    }

    fn pid(&self) -> u32 {
        self.apply.as_ref().map_or(0, Child::id)
    }

    fn end(&mut self) -> Outcome<pgmg::Run> {
        pgmg::finish(self.apply.take().ok_or("the apply has ended")?, "pgmg apply (held)".into())
    }

    /// Nothing was written, and no session was left behind.
    fn nothing_happened(&self) -> Outcome {
        self.database.wait_until("pgmg's sessions end", ALONE)?;
        ensure_equal("database", &self.before, &self.database.everything()?)
    }

    fn open(&self) -> Outcome {
        self.database.run("DELETE FROM gate")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(mut apply) = self.apply.take() {
            // A failed test must not leave it running.
            let _ = apply.kill();
            let _ = apply.wait();
        }
    }
}

const ALONE: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Ctrl-C: the running query is cancelled at once, not waited for.
fn interrupted(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    let begin = Instant::now();
    pgmg::signal(held.pid(), libc::SIGINT);
    held.end()?.expect_code(&[130])?;
    ensure(begin.elapsed() < Duration::from_secs(10), || format!("it took {:?}", begin.elapsed()))?;
    held.nothing_happened()
}

fn terminated(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    pgmg::signal(held.pid(), libc::SIGTERM);
    held.end()?.expect_code(&[130])?;
    held.nothing_happened()
}

fn lost_connection(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    held.database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
    )?;
    held.end()?.expect_code(&[6])?.expect_stderr(&["57P01"])?;
    held.nothing_happened()
}

/// Somebody holds the table: pgmg does not queue behind them for ever, and names the table.
fn locked_table(server: &Arc<Server>) -> Outcome {
    let database = server.database(None)?;
    database.run("CREATE TABLE busy (id int)")?;
    let project = project(&[("migrations/001_busy.sql", "ALTER TABLE busy ADD COLUMN more int;\n")])?;
    let mut holder = database.connect()?;
    holder.batch_execute("BEGIN; LOCK TABLE busy").map_err(|e| in_words(&e))?;
    let begin = Instant::now();
    let run = pgmg::run(project.path(), &database.connection_string(), &["apply"])?;
    run.expect_code(&[6])?.expect_stderr(&["55P03", "001_busy.sql"])?;
    ensure(begin.elapsed() < Duration::from_secs(60), || format!("it took {:?}", begin.elapsed()))?;
    holder.batch_execute("ROLLBACK").map_err(|e| in_words(&e))?;
    ensure(!database.everything()?.contains("more integer"), || "the column was added".into())?;
    pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[0]).map(drop)
}

fn second_apply_waits(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    let sessions: i64 =
        held.database.value("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database()")?.parse()?;
    let connection = held.database.connection_string();
    let second = pgmg::command(held.project.path(), Some(&connection), &["apply", "--format", "json"]).spawn()?;
    let both = format!("SELECT count(*) > {sessions} FROM pg_stat_activity WHERE datname = current_database()");
    held.database.wait_until("the second apply connects", &both)?;
    held.open()?;
    held.end()?.expect_code(&[0])?;
    let second = pgmg::finish(second, "pgmg apply (second)".into())?.expect_code(&[0])?;
    let steps = second.json()?["steps"].as_array().map(Vec::len);
    ensure(steps == Some(0), || format!("the second apply found something to do\n{}", second.transcript()))
}

fn second_apply_gives_up(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    let holder = held.database.value(&AT_THE_GATE.replace("count(*) > 0", "pid::text"))?;
    let connection = held.database.connection_string();
    let second = pgmg::run(held.project.path(), &connection, &["apply", "--lock-wait", "1s"])?;
    second.expect_code(&[6])?.expect_stderr(&[&holder, "--lock-wait"])?;
    held.open()?;
    held.end()?.expect_code(&[0]).map(drop)
}

/// The same, with the database spelled as a URL: the lock is the database's, not the spelling's.
fn another_spelling_gives_up(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    let words = held.database.connection_string();
    let word =
        |key: &str| words.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default();
    let host = word("host").replace('/', "%2F");
    let url = format!("postgresql://{}@/{}?host={host}&port={}", word("user"), word("dbname"), word("port"));
    let second = pgmg::run(held.project.path(), &url, &["apply", "--lock-wait", "1s"])?;
    second.expect_code(&[6])?.expect_stderr(&["--lock-wait"])?;
    held.open()?;
    held.end()?.expect_code(&[0]).map(drop)
}

/// A status neither waits for an apply nor disturbs it.
fn status_beside_an_apply(server: &Arc<Server>) -> Outcome {
    let mut held = Held::new(server)?;
    let status = pgmg::run(held.project.path(), &held.database.connection_string(), &["status"])?;
    status.expect_code(&[0])?;
    held.open()?;
    held.end()?.expect_code(&[0])?;
    pgmg::run(held.project.path(), &held.database.connection_string(), &["plan", "--exit-code"])?.expect_code(&[0]).map(drop)
}
