//! One apply at a time in a database: an advisory lock with a fixed key.

use std::time::{Duration, Instant};

use super::Session;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::postgres::connection::interrupt;

/// The key, whatever the connection string looks like: the letters "pgmg" and a version.
const KEY: i64 = 0x7067_6d67_0001;

/// How long to wait before asking for the lock again.
const PAUSE: Duration = Duration::from_millis(50);

/// Takes the lock for the rest of the session, waiting for at most `wait`.
///
/// It is asked for again and again, each time in a transaction of its own: a session that waits inside one would keep the
/// holder's CREATE INDEX CONCURRENTLY waiting for that transaction (PostgreSQL manual, CREATE INDEX).
///
/// # Errors
///
/// `Unavailable` with who holds it.
pub fn acquire(session: &mut Session, wait: Duration) -> Result<()> {
    let until = Instant::now() + wait;
    loop {
        let rows = session.query("SELECT pg_catalog.pg_try_advisory_lock($1)", &[&KEY])?;
        if rows.first().is_some_and(|row| row.get(0)) {
            return Ok(());
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        interrupt::check()?;
        std::thread::sleep(left.min(PAUSE));
    }
    let holder = holder(session)?;
    let message = format!("another pgmg is at work in this database{holder}; waited {} for it", seconds(wait));
    Err(Error::new(Kind::Unavailable, Diagnostic::new(message).help("wait for it to end, or give --lock-wait a longer time")))
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
