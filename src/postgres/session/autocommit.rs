//! Statements outside the one transaction: each by itself, or together with the record of it.

use std::sync::Arc;
use std::time::Duration;

use super::{Savepoint, Session, refused};
use crate::error::Result;
use crate::model::sql_error::SqlError;
use crate::model::statement::Settings;

impl Session {
    /// Why this role cannot change anything here, in words; `None` if it can.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn read_only_because(&mut self) -> Result<Option<String>> {
        let rows = self.query(include_str!("may_change.sql"), &[])?;
        Ok(rows.first().and_then(|row| row.get(0)))
    }

    /// The major version of the server: 15.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn major(&mut self) -> Result<u32> {
        let rows = self.query("SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000", &[])?;
        Ok(rows.first().and_then(|row| u32::try_from(row.get::<_, i32>(0)).ok()).unwrap_or_default())
    }

    /// Rolls back what is open and makes the session as it was when it was opened: settings, locks, prepared statements and
    /// temporary objects are gone (PostgreSQL manual, DISCARD).
    ///
    /// # Errors
    /// `Unavailable`: the connection was lost; `Interrupted` on Ctrl-C.
    pub fn discard_all(&mut self) -> Result<()> {
        if self.savepoint != Savepoint::None {
            self.rollback()?;
        }
        self.settings = None;
        self.messages = 0;
        self.base.clone_from(&self.own_base);
        let base = self.own_base.clone();
        for sql in ["DISCARD ALL", base.as_str()] {
            self.command(sql)?.map_err(|error| refused("cannot clean the session", &error))?;
        }
        Ok(())
    }

    /// Sets PostgreSQL's `statement_timeout` and `lock_timeout` for what comes, whatever files set; `None`: as it was at first.
    ///
    /// # Errors
    /// `Unavailable`: the connection was lost; `Interrupted` on Ctrl-C.
    pub fn set_timeouts(&mut self, timeout: Option<Duration>, lock_timeout: Option<Duration>) -> Result<()> {
        let limits = [("lock_timeout", lock_timeout), ("statement_timeout", timeout)];
        let limits = limits.map(|(name, limit)| limit.map(|limit| format!("; SET {name} = {}", limit.as_millis())));
        self.base = self.own_base.clone() + &limits.into_iter().flatten().collect::<String>();
        let sql = format!("RESET statement_timeout; {}", self.base);
        self.execute(&sql)?.map_err(|error| refused("cannot set the session's limits", &error))
    }

    /// Runs one statement and what `record` does in one transaction; what PostgreSQL refuses leaves nothing.
    ///
    /// # Errors
    /// `Unavailable`: the connection was lost; `Interrupted` on Ctrl-C. What `record` gives, after ROLLBACK; what PostgreSQL
    /// refuses is the inner error.
    pub fn run_with(
        &mut self,
        sql: &str,
        settings: &Arc<Settings>,
        record: impl FnOnce(&mut Session) -> Result<()>,
    ) -> Result<std::result::Result<(), SqlError>> {
        self.return_to_savepoint()?;
        self.command("BEGIN ISOLATION LEVEL READ COMMITTED")?.map_err(|error| refused("cannot begin", &error))?;
        let done = match self.run_autocommit(sql, settings)? {
            Ok(()) => match record(self) {
                Ok(()) => Ok(()),
                Err(error) => {
                    self.command("ROLLBACK")?.map_err(|error| refused("cannot roll back", &error))?;
                    return Err(error);
                }
            },
            Err(error) => Err(error),
        };
        let ended = self.command(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        // Settings of the session that were made in it are gone with it.
        self.settings = Some(Arc::clone(settings));
        Ok(done.and(ended))
    }

    /// Runs one statement by itself, outside a transaction.
    ///
    /// # Errors
    /// `Unavailable`: the connection was lost; `Interrupted` on Ctrl-C. What PostgreSQL refuses is the inner error.
    pub fn run_autocommit(&mut self, sql: &str, settings: &Arc<Settings>) -> Result<std::result::Result<(), SqlError>> {
        for text in self.switch(settings) {
            if let Err(error) = self.command(&text)? {
                return Ok(Err(error));
            }
        }
        self.settings = Some(Arc::clone(settings));
        self.command(sql)
    }
}
