//! One apply at a time in a database: an advisory lock with a fixed key.

use std::time::Duration;

use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;

/// The key, whatever the connection string looks like: the letters "pgmg" and a version.
const KEY: i64 = 0x7067_6d67_0001;

/// Takes the lock for the rest of the session, waiting for at most `wait`.
///
/// # Errors
///
/// `Unavailable` with who holds it.
pub fn acquire(session: &mut Session, wait: Duration) -> Result<()> {
    // lock_timeout = 0 would wait for ever.
    let wait_ms = wait.as_millis().max(1);
    let sql = format!(
        "BEGIN; SET LOCAL lock_timeout = {wait_ms}; SET LOCAL statement_timeout = 0; SELECT pg_catalog.pg_advisory_lock({KEY}); COMMIT"
    );
    let Err(error) = session.execute(&sql)? else { return Ok(()) };
    session.rollback()?;
    if error.code == "57014" {
        return Err(Error::new(Kind::Interrupted, Diagnostic::new("interrupted while waiting for another pgmg")));
    }
    let holder = holder(session)?;
    let message = format!("another pgmg is at work in this database{holder}; waited {} for it", seconds(wait));
    Err(Error::new(Kind::Unavailable, Diagnostic::new(message).help("wait for it to end, or give --lock-wait a longer time")))
}

/// Gives the lock back.
pub fn release(session: &mut Session) -> Result<()> {
    session.query("SELECT pg_catalog.pg_advisory_unlock($1)", &[&KEY]).map(drop)
}

/// Who holds the lock, as words to be put behind a sentence; empty if nobody does any more.
fn holder(session: &mut Session) -> Result<String> {
    let rows = session.query(include_str!("lock_holder.sql"), &[&KEY])?;
    let Some(row) = rows.first() else { return Ok(String::new()) };
    let (pid, user, application, address, since): (i32, String, String, String, String) =
        (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
    Ok(format!(" (process {pid} of {user}, {application}, from {address}, for {since})"))
}

fn seconds(wait: Duration) -> String {
    if wait.subsec_millis() == 0 { format!("{} s", wait.as_secs()) } else { format!("{} ms", wait.as_millis()) }
}
