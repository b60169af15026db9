//! Ctrl-C: the first one cancels what the server is doing, or ends a question; the second one ends the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};

use super::Cancellation;
use crate::error::{Error, Kind};
use crate::model::diagnostic::Diagnostic;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The connection whose statement is cancelled; a run that connects again has another one.
static CURRENT: Mutex<Option<Cancellation>> = Mutex::new(None);

/// What is told of the first Ctrl-C.
static LISTENER: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);

/// A person is being asked, and nothing else goes on.
static ASKING: AtomicBool = AtomicBool::new(false);

static INSTALLED: Once = Once::new();

/// From now on Ctrl-C (and SIGTERM) cancels that connection's statement. A program that handles it already keeps its own way.
pub fn cancel_on_interrupt(cancellation: Cancellation) {
    if let Ok(mut current) = CURRENT.lock() {
        *current = Some(cancellation);
    }
    install();
}

/// From now on no statement is running that Ctrl-C would have to cancel.
pub fn nothing_to_cancel() {
    if let Ok(mut current) = CURRENT.lock() {
        *current = None;
    }
}

/// From now on `listener` is told of Ctrl-C, too, on a thread of its own.
pub fn tell(listener: impl Fn() + Send + 'static) {
    if let Ok(mut current) = LISTENER.lock() {
        *current = Some(Box::new(listener));
    }
    install();
}

/// Asks a person and waits for the answer; meanwhile the first Ctrl-C ends the process.
///
/// # Errors
/// Ctrl-C was pressed before.
pub fn while_asking<T>(ask: impl FnOnce() -> T) -> Result<T, Error> {
    ASKING.store(true, Ordering::SeqCst);
    // In this order no Ctrl-C can be missed by both.
    let answer = check().map(|()| ask());
    ASKING.store(false, Ordering::SeqCst);
    answer
}

fn install() {
    INSTALLED.call_once(|| {
        if let Err(error) = ctrlc::set_handler(interrupted) {
            log::info!("Ctrl-C is handled elsewhere: {error}");
        }
    });
}

fn interrupted() {
    let is_second = INTERRUPTED.swap(true, Ordering::SeqCst);
    let is_asking = ASKING.load(Ordering::SeqCst);
    if is_asking {
        // The question's line has no end yet.
        eprintln!();
    }
    if is_second || is_asking {
        std::process::exit(Kind::Interrupted.exit_code());
    }
    if let Ok(listener) = LISTENER.lock()
        && let Some(listener) = listener.as_ref()
    {
        listener();
    }
    if let Ok(current) = CURRENT.lock()
        && let Some(cancellation) = current.as_ref()
        && let Err(error) = cancellation.request()
    {
        log::warn!("{error}");
    }
}

/// Whether Ctrl-C was pressed. A cancelled statement (SQLSTATE 57014) without it ran into a `statement_timeout`.
pub fn is_requested() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// The error to end with if Ctrl-C was pressed.
///
/// # Errors
/// `Interrupted`.
pub fn check() -> Result<(), Error> {
    if is_requested() { Err(error()) } else { Ok(()) }
}

/// What an interrupted run ends with.
pub fn error() -> Error {
    Error::new(Kind::Interrupted, Diagnostic::new("interrupted; what was not committed is rolled back"))
}
