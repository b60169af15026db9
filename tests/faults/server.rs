//! The server goes away, or has no room: nothing was done, and the exit code says whose fault it was.

use std::sync::Arc;

use ::pgmg::internals::server::throwaway::{Throwaway, ThrowawayOptions};
use postgres::{Client, NoTls};

use super::files::project;
use crate::Test;
use crate::support::database::Server;
use crate::support::{Outcome, ensure_equal, pgmg};

pub const TESTS: &[(&str, Test)] = &[("server/stopped_at_once", stopped_at_once), ("server/the_disk_is_full", the_disk_is_full)];

/// A server of its own, stopped as by a power cut while a migration waits for a lock.
fn stopped_at_once(_: &Arc<Server>) -> Outcome {
    let started = Throwaway::start(&ThrowawayOptions::default()).map_err(|error| error.to_string())?;
    let connection = started.connection_string();
    let folder = project(&[("migrations/001_t.sql", "CREATE TABLE t (id int);\n")])?;
    pgmg::run(folder.path(), &connection, &["apply"])?.expect_code(&[0])?;
    std::fs::write(folder.path().join("migrations/002_n.sql"), "ALTER TABLE t ADD COLUMN n int;\n")?;
    let mut holder = Client::connect(&connection, NoTls)?;
    holder.batch_execute("BEGIN; LOCK TABLE t")?;
    let process = pgmg::command(folder.path(), Some(&connection), &["apply", "--lock-timeout", "0"]).spawn()?;
    let mut watcher = Client::connect(&connection, NoTls)?;
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted)";
    while !watcher.query_one(waits, &[])?.get::<_, bool>(0) {
        std::thread::yield_now();
    }
    // Dropped, it ends by PostgreSQL's immediate shutdown.
    drop(started);
    pgmg::finish(process, "pgmg apply (its server was stopped)".into())?.expect_code(&[6])?;
    Ok(())
}

/// What the server says when it cannot extend a file (SQLSTATE 53100), raised at the last statement.
fn the_disk_is_full(server: &Arc<Server>) -> Outcome {
    let database = server.database(None)?;
    let full = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;\n";
    let folder = project(&[
        ("migrations/001_t.sql", &format!("CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\n{full}")),
        ("sql/v.sql", "CREATE VIEW v AS SELECT id FROM t;\n"),
    ])?;
    let before = database.everything()?;
    let run = pgmg::run(folder.path(), &database.connection_string(), &["apply"])?.expect_code(&[6])?;
    run.expect_stderr(&["error[53100]: could not extend file: No space left on device", "migrations/001_t.sql:3"])?;
    ensure_equal("the failed apply changed the database", &before, &database.everything()?)
}
