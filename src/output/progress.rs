//! A progress bar on stderr, for people only: on a terminal, and only once the work takes more than a second.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::print_error;
use crate::model::progress::Progress;

/// Whether progress may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// On a terminal.
    #[default]
    Auto,
    /// Not even there.
    Never,
}

/// A bar that stays away until it is needed.
pub struct Bar {
    bar: ProgressBar,
    visibility: Visibility,
    is_over: Arc<AtomicBool>,
}

/// Work that takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the time on it is brought up to date.
const TICK: Duration = Duration::from_millis(200);

impl Bar {
    /// A bar for one run.
    pub fn new(visibility: Visibility) -> Self {
        let visibility = if std::io::stderr().is_terminal() { visibility } else { Visibility::Never };
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} {bar:30} {human_pos}/{human_len} {wide_msg}") {
            bar.set_style(style);
        }
        Bar { bar, visibility, is_over: Arc::default() }
    }
}

impl Progress for Bar {
    fn start(&self, total: usize) {
        self.bar.set_length(total as u64);
        if self.visibility == Visibility::Never || self.bar.is_finished() || self.bar.length() == Some(0) {
            return;
        }
        // One statement may take an hour: the bar must not wait for the next one to be shown.
        let (bar, is_over) = (self.bar.clone(), Arc::clone(&self.is_over));
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            if !is_over.load(Ordering::SeqCst) && bar.is_hidden() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        });
    }

    fn at(&self, done: usize, what: &str) {
        if self.visibility == Visibility::Never {
            return;
        }
        self.bar.set_position(done as u64);
        self.bar.set_message(what.to_owned());
    }

    fn say(&self, sentence: &str) {
        self.bar.suspend(|| print_error(&format!("{sentence}\n")));
    }

    fn finish(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.bar.finish_and_clear();
    }
}

/// An error on the way must not leave half a bar above its diagnostics.
impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}
