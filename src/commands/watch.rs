//! `pgmg watch`: applies what changes in the files as soon as it has settled, over a connection that stays open.

mod attempt;
mod exec_hook;
mod file_watcher;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::outcome::CommandOutcome;
use crate::model::plan::Plan;
use crate::output::watch::{self as telling, Talk, WatchEvent};
use crate::output::{Presentation, Reader};
use crate::postgres::connection::interrupt;
use crate::project::cached::CachedProject;
use crate::watching::debounce::{Debounce, FileChange, Next};
use crate::watching::events::FileEvent;
use crate::watching::git::GitLock;
use crate::workspace::opening::{Workspace, directories};
use exec_hook::{ExecHook, HookEnded};
use file_watcher::FileWatcher;

/// How long to wait before another try to connect, or to get the lock.
const AGAIN: Duration = Duration::from_millis(500);

/// What a watch does beside applying code.
#[derive(Debug, Clone)]
pub struct Options {
    pub migrations: Migrations,
    /// Look at the files so often instead of waiting for events.
    pub poll: Option<Duration>,
    /// A shell command to run after each apply.
    pub exec: Option<String>,
    pub announcement: Announcement,
    pub talk: Talk,
}

/// What becomes of migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    Apply,
    /// Their names are said, and they stay pending.
    Tell,
}

/// Whether the database's other sessions are told of each apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcement {
    /// `NOTIFY pgmg`.
    Notify,
    None,
}

/// What the loop hears of.
enum Message {
    File(FileEvent),
    /// Ctrl-C.
    Interrupted,
    Ended(HookEnded),
}

/// Applies what is pending, and then what changes, until Ctrl-C or until nobody reads what is told.
///
/// # Errors
/// Settings that are wrong, a database that cannot be reached at the beginning; `Interrupted` where Ctrl-C came in the middle of
/// an apply, which is rolled back. Everything else is shown, and waits for the files to change.
pub fn run(settings: &Settings, presentation: &Presentation, options: &Options) -> Result<CommandOutcome> {
    if settings.confirm {
        let of = settings.environment.as_ref().map_or_else(|| "pgmg.toml".to_owned(), |name| format!("the environment {name}"));
        let message = format!("{of} wants every apply to be confirmed (confirm = true), and watch cannot ask");
        let help = "use `pgmg apply`, or watch another database with --env or --connection-string";
        return Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help(help)));
    }
    let (sender, receiver) = mpsc::channel();
    let interrupted = sender.clone();
    // Before anything that may be interrupted, so that no Ctrl-C is missed.
    interrupt::tell(move || _ = interrupted.send(Message::Interrupted));
    let workspace = Workspace::connect(settings)?;
    Watch::new(settings, presentation, options, workspace, &sender)?.run(&receiver)
}

/// A watch at work.
struct Watch<'a> {
    settings: &'a Settings,
    presentation: &'a Presentation,
    options: &'a Options,
    kept: CachedProject,
    files: FileWatcher,
    debounce: Debounce,
    git: GitLock,
    exec_hook: Option<ExecHook>,
    /// The directories, the code's first.
    roots: Vec<PathBuf>,
    /// Files with something in them that are there or may come back.
    present: BTreeSet<PathBuf>,
    /// `None`: it was lost.
    connection: Option<Box<Workspace>>,
    state: WatchState,
    /// When to try again what failed for a reason that lies elsewhere.
    retry: Option<Instant>,
    /// What was said of migrations.
    said: Vec<String>,
    reader: Reader,
}

/// How the last attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum WatchState {
    /// There was none.
    Starting,
    Good,
    /// The files could not be read; once more before it is said.
    Unread,
    /// With an error of this kind.
    Failed(Kind),
    /// The connection was lost, and this was said of it.
    Disconnected(String),
}

impl<'a> Watch<'a> {
    fn new(
        settings: &'a Settings,
        presentation: &'a Presentation,
        options: &'a Options,
        workspace: Workspace,
        sender: &Sender<Message>,
    ) -> Result<Self> {
        let roots: Vec<PathBuf> = [&settings.code_dir, &settings.migrations_dir].into_iter().flatten().cloned().collect();
        let (files, unavailable) = FileWatcher::open(&roots, options.poll, sender);
        let ended = sender.clone();
        let follow = |command: &String| ExecHook::new(command, settings, move |run| _ = ended.send(Message::Ended(run)));
        let first = roots.first().map(|root| std::path::absolute(root).unwrap_or_else(|_| root.clone())).unwrap_or_default();
        let mut watch = Watch {
            settings,
            presentation,
            options,
            kept: CachedProject::new(directories(settings)),
            files,
            debounce: Debounce::default(),
            git: GitLock::above(&first),
            exec_hook: options.exec.as_ref().map(follow),
            roots,
            present: BTreeSet::new(),
            connection: Some(Box::new(workspace)),
            state: WatchState::Starting,
            retry: None,
            said: Vec::new(),
            reader: Reader::There,
        };
        let names: Vec<String> = watch.roots.iter().map(|root| root.display().to_string()).collect();
        let target = watch.connection.as_ref().map(|workspace| workspace.target_name()).unwrap_or_default();
        watch.tell(&WatchEvent::Watching { directories: &names, target: &target })?;
        if let Some(why) = unavailable {
            watch.tell(&WatchEvent::Polling { why: &why, interval: watch.files.interval() })?;
        }
        // Whatever is pending.
        watch.look_again();
        Ok(watch)
    }

    fn run(&mut self, receiver: &Receiver<Message>) -> Result<CommandOutcome> {
        while self.reader == Reader::There {
            let mut message = receiver.try_recv().ok();
            if message.is_none() {
                let now = Instant::now();
                match self.debounce.next(now, self.git.state()) {
                    Next::Apply => {
                        self.attempt()?;
                        continue;
                    }
                    next => {
                        let until = self.wake_at(next);
                        message = match receiver.recv_timeout(until.saturating_duration_since(now)) {
                            Ok(message) => Some(message),
                            Err(RecvTimeoutError::Timeout) => None,
                            Err(RecvTimeoutError::Disconnected) => return Err(Error::bug("nobody listens to files any more")),
                        };
                    }
                }
            }
            match message {
                Some(Message::Interrupted) => {
                    self.tell(&WatchEvent::Stopped)?;
                    break;
                }
                Some(message) => self.hear(message)?,
                None => self.wake()?,
            }
        }
        Ok(CommandOutcome::Done)
    }

    fn wake_at(&self, next: Next) -> Instant {
        let mut until = self.files.next_look;
        if let Next::WaitUntil(settled) = next {
            until = until.min(settled);
        }
        self.retry.map_or(until, |retry| until.min(retry))
    }

    fn hear(&mut self, message: Message) -> Result<()> {
        match message {
            Message::File(FileEvent::Change(path, change, at)) => {
                log::debug!("{}: {change:?}", path.display());
                self.debounce.note(&path, change, at);
            }
            Message::File(FileEvent::Unavailable(why)) => self.use_polling(&why)?,
            Message::Ended(HookEnded { code, took }) => {
                if let Some(mut exec_hook) = self.exec_hook.take() {
                    self.tell(&WatchEvent::Ran { command: exec_hook.command(), code, took })?;
                    exec_hook.ended();
                    self.exec_hook = Some(exec_hook);
                }
            }
            Message::Interrupted => {}
        }
        Ok(())
    }

    /// What is due although nothing was heard.
    fn wake(&mut self) -> Result<()> {
        let now = Instant::now();
        if self.retry.is_some_and(|retry| retry <= now) {
            self.retry = None;
            self.look_again();
        }
        if self.files.next_look <= now
            && let Err(why) = self.files.look(&self.kept, &mut self.debounce)
        {
            self.use_polling(&why)?;
        }
        Ok(())
    }

    fn use_polling(&mut self, why: &str) -> Result<()> {
        if self.files.use_polling() {
            self.tell(&WatchEvent::Polling { why, interval: self.files.interval() })?;
        }
        Ok(())
    }

    /// The next attempt comes whether anything changes or not.
    fn look_again(&mut self) {
        if let Some(root) = self.roots.first() {
            self.debounce.note(root, FileChange::Around, Instant::now());
        }
    }

    fn tell(&mut self, event: &WatchEvent<'_>) -> Result<()> {
        if telling::tell(event, self.presentation.format, self.options.talk)? == Reader::Gone {
            self.reader = Reader::Gone;
        }
        Ok(())
    }

    /// An apply is done: everybody who wants to know is told.
    fn applied(&mut self, plan: &Plan, took: Duration) -> Result<()> {
        self.state = WatchState::Good;
        self.tell(&WatchEvent::Applied { plan, took })?;
        if let Some(exec_hook) = &mut self.exec_hook {
            exec_hook.applied();
        }
        Ok(())
    }
}
