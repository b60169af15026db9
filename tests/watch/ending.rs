//! How a watch ends, and what does not end it: Ctrl-C, a reader that went away, a server that restarts, another pgmg.

use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};

use crate::Test;
use crate::support::database::{Database, Server};
use crate::support::{Outcome, ensure, ensure_equal, pgmg};
use crate::watching::Watching;

pub const TESTS: &[(&str, Test)] = &[
    ("ending/ctrl_c", ctrl_c),
    ("ending/ctrl_c_in_an_apply", ctrl_c_in_an_apply),
    ("ending/ctrl_c_ends_the_command", ctrl_c_ends_the_command),
    ("ending/nobody_reads", nobody_reads),
    ("ending/no_server", no_server),
    ("going_on/server_restart", server_restart),
    ("going_on/terminated_session", terminated_session),
    ("going_on/another_pgmg", another_pgmg),
];

const A: &str = "CREATE VIEW a AS SELECT 1 AS n;\n";
const A2: &str = "CREATE VIEW a AS SELECT 2 AS n;\n";

const ALONE: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// It ends at once and leaves nothing open.
fn ctrl_c(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    let end = watching.stop()?;
    ensure(end.code == Some(0) && end.stderr.is_empty(), || format!("{:?}\n{}", end.code, end.stderr))?;
    watching.database.wait_until("its sessions end", ALONE)
}

/// What was not committed is rolled back, and the exit code says that something was interrupted.
fn ctrl_c_in_an_apply(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    watching.database.run("CREATE TABLE gate (closed bool); INSERT INTO gate VALUES (true)")?;
    let before = watching.database.everything()?;
    let waits = "DO $$ BEGIN WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.005); END LOOP; END $$;";
    watching.write("sql/z.sql", &format!("CREATE VIEW z AS SELECT 1 AS n;\n{waits}\n"))?;
    let at_the_gate = "SELECT count(*) > 0 FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'";
    watching.database.wait_until("the apply waits", at_the_gate)?;
    pgmg::signal(watching.pid(), libc::SIGINT);
    let end = watching.end()?;
    ensure(end.code == Some(130) && end.stderr.contains("interrupted"), || format!("{:?}\n{}", end.code, end.stderr))?;
    watching.database.wait_until("its sessions end", ALONE)?;
    ensure_equal("database", &before, &watching.database.everything()?)
}

/// Together with what it started itself.
fn ctrl_c_ends_the_command(server: &Arc<Server>) -> Outcome {
    let command = "trap '' INT; sleep 1000 & echo $! > started; mv started pid; wait";
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &["--exec", command])?;
    let pid = watching.path("pid");
    let begin = Instant::now();
    while !pid.exists() && begin.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    let pid: i32 = std::fs::read_to_string(pid)?.trim().parse()?;
    let end = watching.stop()?;
    ensure(end.code == Some(0), || format!("{:?}\n{}", end.code, end.stderr))?;
    // Its parent is gone, so it may lie around as a zombie where nobody collects those.
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    ensure(state.is_empty() || state.contains(") Z "), || format!("the command still runs: {state}"))
}

/// As in `pgmg watch --format json | head -n 2`.
fn nobody_reads(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    watching.stop_reading();
    // The pipe is closed with the first line that finds no reader.
    watching.write("sql/a.sql", A2)?;
    watching.database.wait_until("the apply", "SELECT pg_get_viewdef('a'::regclass) LIKE '%2%'")?;
    watching.write("sql/b.sql", "CREATE VIEW b AS SELECT n FROM a;\n")?;
    let end = watching.end()?;
    ensure(end.code == Some(0), || format!("{:?}\n{}", end.code, end.stderr))
}

fn no_server(_: &Arc<Server>) -> Outcome {
    let project = crate::support::scratch()?;
    std::fs::create_dir(project.path().join("sql"))?;
    let nowhere = format!("host={} port=5999 user=postgres dbname=postgres", project.path().display());
    pgmg::run(project.path(), &nowhere, &["watch"])?.expect_code(&[6])?.expect_stderr(&["5999"]).map(drop)
}

/// A session that crashes makes PostgreSQL end all others and start anew.
fn server_restart(_: &Arc<Server>) -> Outcome {
    let own = Server::start()?;
    let mut watching = Watching::start(&own, &[("sql/a.sql", A)], &[])?;
    // The servers of tests write behind: what is to survive a crash has to be asked for.
    watching.database.run("CHECKPOINT")?;
    crash(&watching.database)?;
    watching.write("sql/a.sql", A2)?;
    watching.expect(&["disconnected"])?;
    // While it recovers it may say so.
    while watching.expect(&["disconnected", "connected"])?["event"] != "connected" {}
    watching.expect_steps(&["replace view.a"])?;
    ensure_equal("view", "SELECT 2 AS n;", &watching.view("a")?)?;
    watching.write("sql/a.sql", A)?;
    watching.expect_steps(&["replace view.a"])
}

/// Kills a session of this test as `kill -9` does; returns when the server has ended the others.
fn crash(database: &Database) -> Outcome {
    let mut session = database.connect()?;
    let pid: i32 = session.query_one("SELECT pg_backend_pid()", &[])?.get(0);
    let mut other = database.connect()?;
    pgmg::signal(u32::try_from(pid)?, libc::SIGKILL);
    while other.batch_execute("SELECT 1").is_ok() {
        std::thread::yield_now();
    }
    let begin = Instant::now();
    while Client::connect(&database.connection_string(), NoTls).is_err() {
        ensure(begin.elapsed() < Duration::from_secs(60), || "the server did not start again".into())?;
        std::thread::yield_now();
    }
    Ok(())
}

fn terminated_session(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &[])?;
    watching.database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )?;
    watching.database.wait_until("the sessions end", ALONE)?;
    watching.write("sql/a.sql", A2)?;
    watching.expect(&["disconnected"])?;
    watching.expect(&["connected"])?;
    watching.expect_steps(&["replace view.a"])
}

/// The lock is held during an apply only, and waited for.
fn another_pgmg(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::start(server, &[("sql/a.sql", A)], &["--lock-wait", "0"])?;
    let mut other = watching.database.connect()?;
    // The key of src/postgres/session/lock.rs.
    other.batch_execute("SELECT pg_advisory_lock(x'70676d670001'::bigint)")?;
    watching.write("sql/a.sql", A2)?;
    watching.expect_failure("another pgmg is at work", "")?;
    other.batch_execute("SELECT pg_advisory_unlock_all()")?;
    // Without another change.
    watching.expect_steps(&["replace view.a"])?;
    let locks = "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    watching.database.wait_until("the lock is free", locks)?;
    // What another one applied is known.
    watching.write("sql/b.sql", "CREATE VIEW b AS SELECT n FROM a;\n")?;
    watching.expect_steps(&["create view.b"])?;
    let connection = watching.database.connection_string();
    pgmg::run(watching.project.path(), &connection, &["plan", "--exit-code"])?.expect_code(&[0]).map(drop)
}
