//! Ctrl-C: the first one cancels what the server is doing, the second one ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

use super::connect::Cancellation;
use crate::error::{Error, Kind};
use crate::model::diagnostic::Diagnostic;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C (and SIGTERM) cancels that connection's statement. A program that handles it already keeps its own way.
pub fn cancel_on_interrupt(cancellation: Cancellation) {
    let installed = ctrlc::set_handler(move || {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(Kind::Interrupted.exit_code());
        }
        if let Err(error) = cancellation.request() {
            log::warn!("{error}");
        }
    });
    if let Err(error) = installed {
        log::info!("Ctrl-C is handled elsewhere: {error}");
    }
}

/// The error to end with if Ctrl-C was pressed.
pub fn check() -> Result<(), Error> {
    if INTERRUPTED.load(Ordering::SeqCst) { Err(error()) } else { Ok(()) }
}

/// What an interrupted run ends with.
pub fn error() -> Error {
    Error::new(Kind::Interrupted, Diagnostic::new("interrupted; what was not committed is rolled back"))
}
