//! A progress bar on stderr, for people only: on a terminal, and only once the work takes more than a second.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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
    started: OnceLock<Instant>,
    shown: AtomicBool,
}

/// Work that takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

impl Bar {
    /// A bar for one run.
    pub fn new(visibility: Visibility) -> Self {
        let visibility = if std::io::stderr().is_terminal() { visibility } else { Visibility::Never };
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} {bar:30} {human_pos}/{human_len} {wide_msg}") {
            bar.set_style(style);
        }
        Bar { bar, visibility, started: OnceLock::new(), shown: AtomicBool::new(false) }
    }
}

impl Progress for Bar {
    fn start(&self, total: usize) {
        self.started.get_or_init(Instant::now);
        self.bar.set_length(total as u64);
    }

    fn at(&self, done: usize, what: &str) {
        if self.visibility == Visibility::Never || self.started.get_or_init(Instant::now).elapsed() < PATIENCE {
            return;
        }
        if !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done as u64);
        self.bar.set_message(what.to_owned());
    }

    fn say(&self, sentence: &str) {
        self.bar.suspend(|| print_error(&format!("{sentence}\n")));
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// An error on the way must not leave half a bar above its diagnostics.
impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}
