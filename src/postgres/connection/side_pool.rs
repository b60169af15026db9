//! Read-only sessions beside the one that writes: a small pool that opens them when they are first used.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use r2d2::{HandleError, Pool};
use r2d2_postgres::PostgresConnectionManager;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::server_error::{query_error, reconnect_error};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::postgres::connection::{Target, log_notice};

/// At most two sessions, for work that need not see what the writing session did. Blocking: not for use on a runtime's own thread.
#[derive(Clone)]
pub struct SidePool {
    pool: Pool<PostgresConnectionManager<MakeRustlsConnect>>,
    target: Target,
    last_error: LastError,
}

impl Target {
    /// A pool for the server that [`Target::open`] reached; it is found first if there was no `open`. Sessions are opened when used.
    ///
    /// # Errors
    ///
    /// Those of [`Target::open`].
    pub fn pool(&self) -> Result<SidePool> {
        if self.reached.get().is_none() {
            // A thread of its own: a runtime cannot be started inside another one.
            let found = std::thread::scope(|scope| scope.spawn(|| self.find()).join());
            found.map_err(|_| Error::bug("the thread that connects panicked"))??;
        }
        let reached = self.reached.get().ok_or_else(|| Error::bug("a server was reached and is not known"))?;
        let mut config = postgres::Config::from(reached.config.clone());
        config.notice_callback(|notice| log_notice(&notice));
        let last_error = LastError::default();
        let pool = Pool::builder()
            .max_size(2)
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(5))
            // A broken connection is seen without asking the server each time.
            .test_on_check_out(false)
            .error_handler(Box::new(last_error.clone()))
            .build_unchecked(PostgresConnectionManager::new(config, reached.tls.clone()));
        Ok(SidePool { pool, target: self.clone(), last_error })
    }

    fn find(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::new(Kind::Unavailable, Diagnostic::new(format!("cannot start to connect: {error}"))))?;
        runtime.block_on(self.open("pgmg")).map(drop)
    }
}

impl SidePool {
    /// Runs `work` in a read-only transaction (READ COMMITTED) of one of the sessions, with `jit` off. The session itself is not changed:
    /// behind a transaction-pooling pgbouncer, a `SET` would stay for whoever gets the server's session next.
    ///
    /// # Errors
    ///
    /// `Unavailable` if no session can be had within 5 seconds, or as [`query_error`] says.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&mut postgres::Transaction<'_>) -> std::result::Result<T, postgres::Error>,
    ) -> Result<T> {
        let mut client = match self.pool.get() {
            Ok(client) => client,
            Err(timeout) => return self.not_opened(&timeout),
        };
        let mut transaction = client.build_transaction().read_only(true).start().map_err(|error| query_error(&error))?;
        let done = transaction.batch_execute("SET LOCAL jit = off").and_then(|()| work(&mut transaction));
        let done = done.map_err(|error| query_error(&error))?;
        transaction.commit().map_err(|error| query_error(&error))?;
        Ok(done)
    }

    fn not_opened<T>(&self, timeout: &r2d2::Error) -> Result<T> {
        match self.last_error.take() {
            Some(error) => reconnect_error(&self.target, error),
            None => Err(Error::new(Kind::Unavailable, Diagnostic::new(format!("no session for reading can be had: {timeout}")))),
        }
    }
}

/// r2d2 reports only a timeout and hands the cause to this.
#[derive(Debug, Clone, Default)]
struct LastError(Arc<Mutex<Option<postgres::Error>>>);

impl LastError {
    fn take(&self) -> Option<postgres::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl HandleError<postgres::Error> for LastError {
    fn handle_error(&self, error: postgres::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}
