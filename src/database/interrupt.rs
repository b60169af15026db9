//! Ctrl-C: the first one cancels what the server is doing, the second one ends the process.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::connect::Cancellation;
use crate::error::{Error, Kind};
use crate::model::diagnostic::Diagnostic;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The connection whose statement is cancelled; a run that connects again has another one.
static CURRENT: Mutex<Option<Cancellation>> = Mutex::new(None);

/// From now on Ctrl-C (and SIGTERM) cancels that connection's statement. A program that handles it already keeps its own way.
pub fn cancel_on_interrupt(cancellation: Cancellation) {
    if let Ok(mut current) = CURRENT.lock()
        && current.replace(cancellation).is_some()
    {
        return;
    }
    let installed = ctrlc::set_handler(move || {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(Kind::Interrupted.exit_code());
        }
        if let Ok(current) = CURRENT.lock()
            && let Some(cancellation) = current.as_ref()
            && let Err(error) = cancellation.request()
        {
            log::warn!("{error}");
        }
    });
    if let Err(error) = installed {
        log::info!("Ctrl-C is handled elsewhere: {error}");
    }
}

/// Whether Ctrl-C was pressed. A cancelled statement (SQLSTATE 57014) without it ran into a `statement_timeout`.
pub fn is_requested() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// The error to end with if Ctrl-C was pressed.
pub fn check() -> Result<(), Error> {
    if is_requested() { Err(error()) } else { Ok(()) }
}

/// What an interrupted run ends with.
pub fn error() -> Error {
    Error::new(Kind::Interrupted, Diagnostic::new("interrupted; what was not committed is rolled back"))
}
