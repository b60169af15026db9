//! A PostgreSQL server of our own that exists as long as its value: for `check`, for tests and for benchmarks.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::account::Account;
use super::archive::unpack;
use super::binaries;
use super::directory::ServerDirectory;
use super::template::Template;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};

pub use super::durability::Durability;

/// A running server. Dropped: the server is ended at once and its directory removed; on Linux it ends even if this process is killed.
#[derive(Debug)]
pub struct Throwaway {
    bin_dir: PathBuf,
    port: u16,
    // In this order: the server ends before its directory goes.
    server: Server,
    directory: ServerDirectory,
}

/// What a throwaway server is to be like.
#[derive(Debug, Clone, Default)]
pub struct ThrowawayOptions {
    /// Where `initdb` and `postgres` are; `None`: looked for.
    pub bin_dir: Option<PathBuf>,
    /// Further server settings, stronger than ours. `port` also names the socket.
    pub settings: Vec<(String, String)>,
    pub durability: Durability,
    /// The files of a server that was stopped cleanly, copied instead of making new ones.
    pub contents: Option<PathBuf>,
}

impl Throwaway {
    /// Starts a server with the superuser `postgres`, the database `postgres`, UTF8 and locale C, reachable by everybody who can
    /// open its socket. Takes tens of milliseconds, the first one of a PostgreSQL version about a second.
    ///
    /// # Errors
    ///
    /// `Unavailable`: no server programs, nowhere to put the files, or it does not start (with the end of its log).
    pub fn start(options: &ThrowawayOptions) -> Result<Throwaway> {
        let begin = Instant::now();
        let bin_dir = binaries::find(options.bin_dir.as_deref())?;
        let account = Account::choose()?;
        account.check_reach(&bin_dir)?;
        let directory = ServerDirectory::create(options.durability, &account)?;
        let copied = options.contents.as_ref().is_some_and(|from| unpack(from, &directory.data(), &account));
        if !copied {
            Template::new(&bin_dir, options.durability).fill(&directory.data(), &account)?;
        }
        let port = options.settings.iter().rev().find(|(name, _)| name == "port").and_then(|(_, value)| value.parse().ok());
        let server = Server::start(&bin_dir, &directory, options, &account)?;
        log::debug!("throwaway server in {} started in {:.0?}", directory.path().display(), begin.elapsed());
        Ok(Throwaway { bin_dir, port: port.unwrap_or(5432), server, directory })
    }

    /// As superuser `postgres` to database `postgres`.
    pub fn connection_string(&self) -> String {
        let quoted = self.socket_directory().display().to_string().replace('\\', r"\\").replace('\'', r"\'");
        format!("host='{quoted}' port={} user=postgres dbname=postgres", self.port)
    }

    /// Ends the server so that its files can be copied and used again, and gives the directory they are in.
    pub fn stop(&mut self) -> PathBuf {
        self.server.end(Ending::Clean);
        self.directory.data()
    }

    /// What `PGHOST` has to be.
    pub fn socket_directory(&self) -> &Path {
        self.directory.path()
    }

    /// The server's data directory, which may belong to another user.
    pub fn data_directory(&self) -> PathBuf {
        self.directory.data()
    }

    /// The number in the socket's name; no TCP port unless `listen_addresses` was among the settings.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its programs are.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }
}

/// A thread that has the server process as its child: PR_SET_PDEATHSIG counts the death of the thread, not of the process.
#[derive(Debug)]
struct Server {
    stop: Option<mpsc::Sender<Ending>>,
    thread: Option<JoinHandle<()>>,
}

/// How a server is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Everything is written (PostgreSQL's fast shutdown).
    Clean,
    /// At once (its immediate shutdown).
    Abrupt,
}

impl Server {
    fn end(&mut self, ending: Ending) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(ending);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn start(bin_dir: &Path, directory: &ServerDirectory, options: &ThrowawayOptions, account: &Account) -> Result<Server> {
        let log = directory.path().join("log");
        let command = command(bin_dir, directory, options, account, &log)?;
        let (stop, stopped) = mpsc::channel();
        let (ready, started) = mpsc::channel();
        let status = directory.data().join("postmaster.pid");
        let thread = std::thread::spawn(move || watch(command, &status, &ready, &stopped));
        let server = Server { stop: Some(stop), thread: Some(thread) };
        match started.recv() {
            Ok(Ok(())) => Ok(server),
            Ok(Err(why)) => Err(not_started(&why, &log)),
            Err(_) => Err(Error::bug("the thread of the throwaway server ended")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end(Ending::Abrupt);
    }
}

fn command(
    bin_dir: &Path,
    directory: &ServerDirectory,
    options: &ThrowawayOptions,
    account: &Account,
    log: &Path,
) -> Result<Command> {
    let log = File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
    let (out, err) = log.map_err(|error| not_started(&error.to_string(), Path::new("")))?;
    let mut command = account.command(&bin_dir.join("postgres"), &directory.data());
    command.arg("-D").arg(directory.data());
    let quoted = directory.path().display().to_string().replace('"', "\"\"");
    command.arg("-c").arg(format!("unix_socket_directories=\"{quoted}\""));
    let fast: &[&str] = match options.durability {
        Durability::AsInProduction => &[],
        Durability::Fast => &[
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "autovacuum=off",
            "shared_buffers=16MB",
        ],
    };
    for setting in ["listen_addresses=", "port=5432"].iter().chain(fast) {
        command.args(["-c", setting]);
    }
    for (name, value) in &options.settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    // Not in our process group: the terminal's Ctrl-C is for us.
    command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
    end_with_parent(&mut command);
    Ok(command)
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the signal can only be asked for by the child itself, between fork and exec")]
fn end_with_parent(command: &mut Command) {
    let parent = Pid::this();
    let ask = move || {
        nix::sys::prctl::set_pdeathsig(Signal::SIGQUIT)?;
        // The parent may have died before the line above.
        if nix::unistd::getppid() == parent { Ok(()) } else { Err(std::io::Error::from_raw_os_error(libc::ESRCH)) }
    };
    // SAFETY: `ask` makes two system calls and neither allocates nor locks.
    unsafe { command.pre_exec(ask) };
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent(_command: &mut Command) {}

/// Runs the server until `stopped` says so or its sender is gone.
fn watch(
    mut command: Command,
    status: &Path,
    ready: &mpsc::Sender<std::result::Result<(), String>>,
    stopped: &mpsc::Receiver<Ending>,
) {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let _ = ready.send(Err(error.to_string()));
            return;
        }
    };
    let outcome = wait_until_ready(&mut child, status);
    let running = outcome.is_ok();
    let _ = ready.send(outcome);
    let ending = if running { stopped.recv().unwrap_or(Ending::Abrupt) } else { Ending::Abrupt };
    // PostgreSQL manual, section 19.5: the server ends its children itself.
    let signal = if ending == Ending::Clean { Signal::SIGINT } else { Signal::SIGQUIT };
    if let Ok(pid) = i32::try_from(child.id()) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
    let _ = child.wait();
}

fn wait_until_ready(child: &mut Child, status: &Path) -> std::result::Result<(), String> {
    /// The line of postmaster.pid that says "ready" (`LOCK_FILE_LINE_PM_STATUS` in PostgreSQL's miscadmin.h), from 0.
    const STATUS_LINE: usize = 7;
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("it ended with {status}"));
        }
        if std::fs::read_to_string(status)
            .is_ok_and(|text| text.lines().nth(STATUS_LINE).is_some_and(|line| line.trim() == "ready"))
        {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Err("it was not ready within 60 seconds".to_owned())
}

fn not_started(why: &str, log: &Path) -> Error {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines = text.lines().collect::<Vec<_>>();
    let diagnostic = Diagnostic::new(format!("the throwaway PostgreSQL server did not start: {why}"));
    let last = lines.iter().skip(lines.len().saturating_sub(5));
    Error::new(Kind::Unavailable, last.fold(diagnostic, |diagnostic, line| diagnostic.note(NoteLabel::Note, *line)))
}
