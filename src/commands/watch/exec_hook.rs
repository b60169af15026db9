//! The command of `--exec`: runs after each apply, never twice at once, and never longer than the watch.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::config::Settings;

/// How long a command has to end by itself when the watch ends.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a command ended.
#[derive(Debug, Clone, Copy)]
pub struct HookEnded {
    /// `None` if a signal ended it, or it could not be started.
    pub code: Option<i32>,
    pub took: Duration,
}

/// Hears of each end, on another thread.
type Tell = Arc<dyn Fn(HookEnded) + Send + Sync>;

/// A command and its run, if there is one.
pub struct ExecHook {
    command: String,
    directory: PathBuf,
    environment: String,
    running: Option<Running>,
    next: AfterRun,
    tell: Tell,
}

/// What comes after the run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterRun {
    Nothing,
    /// There was another apply while it ran.
    Again,
}

struct Running {
    /// Its process group: a shell and all that it started.
    group: Pid,
    over: Receiver<()>,
}

impl ExecHook {
    /// A command for the shell, as the hooks of an environment are run: in the project, with `PGMG_ENV`.
    pub fn new(command: &str, settings: &Settings, tell: impl Fn(HookEnded) + Send + Sync + 'static) -> Self {
        ExecHook {
            command: command.to_owned(),
            directory: settings.root.clone(),
            environment: settings.environment.clone().unwrap_or_default(),
            running: None,
            next: AfterRun::Nothing,
            tell: Arc::new(tell),
        }
    }

    /// The command as it was typed.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Something was applied: the command runs, once more if it is running.
    pub fn applied(&mut self) {
        match self.running {
            Some(_) => self.next = AfterRun::Again,
            None => self.start(),
        }
    }

    /// Its end was heard of.
    pub fn ended(&mut self) {
        self.running = None;
        if std::mem::replace(&mut self.next, AfterRun::Nothing) == AfterRun::Again {
            self.start();
        }
    }

    fn start(&mut self) {
        let begin = Instant::now();
        let spawned = Command::new("sh")
            .args(["-c", &self.command])
            .current_dir(&self.directory)
            .env("PGMG_ENV", &self.environment)
            .stdin(Stdio::null())
            // stdout has pgmg's own lines.
            .stdout(std::io::stderr())
            // Ctrl-C is for pgmg, which then ends it and everything that it started.
            .process_group(0)
            .spawn();
        let tell = Arc::clone(&self.tell);
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                log::warn!("cannot start sh: {error}");
                return tell(HookEnded { code: None, took: begin.elapsed() });
            }
        };
        let group = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0));
        let (sender, over) = mpsc::channel();
        self.running = Some(Running { group, over });
        std::thread::spawn(move || {
            let code = child.wait().ok().and_then(|status| status.code());
            // Nobody waits for it unless the watch is ending.
            let _ = sender.send(());
            tell(HookEnded { code, took: begin.elapsed() });
        });
    }
}

/// A command that still runs is asked to end, and made to if it does not.
impl Drop for ExecHook {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        for signal in [Signal::SIGTERM, Signal::SIGKILL] {
            let is_there =
                running.over.try_recv().is_err() && running.group.as_raw() > 1 && killpg(running.group, signal).is_ok();
            if !is_there || running.over.recv_timeout(PATIENCE).is_ok() {
                break;
            }
        }
    }
}
