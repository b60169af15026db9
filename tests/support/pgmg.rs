//! Runs the built binary in a project, with nothing of the tester's own environment.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::{Outcome, ensure};

/// No run of a test may take longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a run of pgmg left behind.
pub struct Run {
    command: String,
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A command that would run pgmg in `project`.
pub fn command(project: &Path, connection: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgmg"));
    prepare(&mut command, project, connection, arguments);
    command
}

/// The same for a binary that was copied elsewhere.
pub fn prepare(command: &mut Command, project: &Path, connection: Option<&str>, arguments: &[&str]) {
    command.current_dir(project).args(arguments);
    if let Some(connection) = connection {
        command.args(["--connection-string", connection]);
    }
    if !project.join("pgmg.toml").exists() && arguments.iter().any(|a| matches!(*a, "plan" | "apply" | "status")) {
        for (folder, flag) in [("migrations", "--migrations-dir"), ("sql", "--code-dir")] {
            if project.join(folder).exists() {
                command.args([flag, folder]);
            }
        }
    }
    // PGMG_BINDIR says which PostgreSQL the tests are for.
    let is_connection = |name: &str| name.starts_with("PG") && name != "PGMG_BINDIR";
    let foreign = |name: &str| is_connection(name) || name.starts_with("CLICOLOR") || matches!(name, "DATABASE_URL" | "NO_COLOR");
    for (name, _) in std::env::vars_os().filter(|(name, _)| foreign(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command.env("HOME", project).env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
}

/// Runs a program in a terminal of its own, types the first argument as soon as it is asked something, and shows what is shown.
const TERMINAL: &str = "
import os, pty, sys
typed, program = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program[0], program)
shown = b''
try:
    while part := os.read(terminal, 4096):
        shown += part
        if typed and b'Type yes: ' in shown:
            os.write(terminal, typed.encode())
            typed = ''
except OSError:
    pass
sys.stdout.buffer.write(shown.replace(b'\\r\\n', b'\\n'))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

/// Runs pgmg where a person sits, who types this when asked; stdout holds all that the person saw.
pub fn run_at_a_terminal(project: &Path, connection: &str, arguments: &[&str], typed: &str) -> Outcome<Run> {
    let mut command = Command::new("python3");
    command.args(["-c", TERMINAL, typed, env!("CARGO_BIN_EXE_pgmg")]);
    prepare(&mut command, project, Some(connection), arguments);
    finish(command.env("NO_COLOR", "1").spawn()?, format!("pgmg {} (at a terminal)", arguments.join(" ")))
}

/// Runs pgmg to its end.
pub fn run(project: &Path, connection: &str, arguments: &[&str]) -> Outcome<Run> {
    finish(command(project, Some(connection), arguments).spawn()?, format!("pgmg {}", arguments.join(" ")))
}

/// Waits for a started pgmg; one that does not end is killed and fails the test.
pub fn finish(child: Child, command: String) -> Outcome<Run> {
    let pid = child.id();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let output: Output = match receiver.recv_timeout(PATIENCE) {
        Ok(output) => output?,
        Err(_) => {
            signal(pid, libc::SIGKILL);
            return Err(format!("{command} did not end within {} seconds", PATIENCE.as_secs()).into());
        }
    };
    Ok(Run {
        command,
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Sends a signal to a process that this test started.
pub fn signal(pid: u32, signal: i32) {
    // SAFETY: kill(2) only takes numbers; the process is a child that was not waited for yet, so its id is its own.
    unsafe { libc::kill(pid as libc::pid_t, signal) };
}

impl Run {
    /// Fails unless the exit code is one of these.
    pub fn expect_code(self, codes: &[i32]) -> Outcome<Run> {
        ensure(self.code.is_some_and(|code| codes.contains(&code)), || {
            format!(
                "expected exit code {}\n{}",
                codes.iter().map(i32::to_string).collect::<Vec<_>>().join(" or "),
                self.transcript()
            )
        })?;
        Ok(self)
    }

    /// Fails unless every text is somewhere in the standard error.
    pub fn expect_stderr(self, texts: &[impl AsRef<str>]) -> Outcome<Run> {
        for text in texts.iter().map(AsRef::as_ref) {
            ensure(self.stderr.contains(text), || format!("stderr does not contain `{text}`\n{}", self.transcript()))?;
        }
        Ok(self)
    }

    /// Fails unless every text is somewhere in the standard output.
    pub fn expect_stdout(self, texts: &[impl AsRef<str>]) -> Outcome<Run> {
        for text in texts.iter().map(AsRef::as_ref) {
            ensure(self.stdout.contains(text), || format!("stdout does not contain `{text}`\n{}", self.transcript()))?;
        }
        Ok(self)
    }

    /// The standard output as JSON.
    pub fn json(&self) -> Outcome<serde_json::Value> {
        serde_json::from_str(&self.stdout).map_err(|error| format!("stdout is not JSON: {error}\n{}", self.transcript()).into())
    }

    /// One of the integers in `trial`: `statements`, `attempts`, `failures`, `messages`.
    pub fn figure(&self, name: &str) -> Outcome<u64> {
        self.json()?["trial"][name]
            .as_u64()
            .ok_or_else(|| format!("stdout has no integer trial.{name}\n{}", self.transcript()).into())
    }

    /// All that a person needs to understand the run.
    pub fn transcript(&self) -> String {
        let code = self.code.map_or("ended by a signal".to_owned(), |code| format!("exit code {code}"));
        format!("$ {}\n{code}\n--- stdout\n{}\n--- stderr\n{}", self.command, self.stdout, self.stderr)
    }
}
