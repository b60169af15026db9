//! A project with a `pgmg watch` at work on it, whose events are waited for.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::database::{Database, Server};
use crate::support::{Outcome, ensure, pgmg, scratch};

/// No event may be longer in coming.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that is watched, and its database.
pub struct Watching {
    pub database: Database,
    pub project: TempDir,
    child: Child,
    lines: Receiver<String>,
    /// Everything that was told so far.
    told: Vec<String>,
}

/// How a watch ended.
pub struct End {
    pub code: Option<i32>,
    pub stderr: String,
}

impl Watching {
    /// A project of these files, applied, and watched with further arguments.
    pub fn start(server: &Arc<Server>, files: &[(&str, &str)], arguments: &[&str]) -> Outcome<Watching> {
        let mut watching = Watching::unapplied(server, files, arguments)?;
        watching.expect(&["applied", "matches"])?;
        Ok(watching)
    }

    /// The same where nobody waits for the first apply.
    pub fn unapplied(server: &Arc<Server>, files: &[(&str, &str)], arguments: &[&str]) -> Outcome<Watching> {
        let (project, database) = (scratch()?, server.database(None)?);
        for (name, text) in files {
            write(project.path(), name, text)?;
        }
        let arguments = [&["watch", "--format", "json"], arguments].concat();
        let mut child = pgmg::command(project.path(), Some(&database.connection_string()), &arguments).spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut watching = Watching { database, project, child, lines, told: Vec::new() };
        watching.expect(&["watching"])?;
        Ok(watching)
    }

    /// The next event, which has to be one of these.
    pub fn expect(&mut self, events: &[&str]) -> Outcome<Value> {
        let line = self.lines.recv_timeout(PATIENCE);
        let line = line.map_err(|_| format!("no event came, but one of {events:?} was to; before:\n{}", self.told.join("\n")))?;
        self.told.push(line.clone());
        let value: Value = serde_json::from_str(&line)?;
        ensure(value["event"].as_str().is_some_and(|event| events.contains(&event)), || {
            format!("one of {events:?} was to come, not the last of these:\n{}", self.told.join("\n"))
        })?;
        Ok(value)
    }

    /// The next event is an apply of exactly these steps: `replace view.a`.
    pub fn expect_steps(&mut self, steps: &[&str]) -> Outcome {
        let applied = self.expect(&["applied"])?;
        let found = steps_of(&applied);
        ensure(found == steps, || format!("{found:?} was done instead of {steps:?}"))
    }

    /// The next event is a failure with this SQLSTATE, or these words, at this place.
    pub fn expect_failure(&mut self, what: &str, path: &str) -> Outcome {
        let failed = self.expect(&["failed"])?;
        let first = &failed["error"]["diagnostics"][0];
        let is_expected = first["code"] == what || first["message"].as_str().is_some_and(|message| message.contains(what));
        ensure(is_expected && (path.is_empty() || first["path"] == path), || format!("{what} at {path} was expected: {failed}"))
    }

    /// Writes a file in place.
    pub fn write(&self, name: &str, text: &str) -> Outcome {
        write(self.project.path(), name, text)
    }

    /// A path in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.project.path().join(name)
    }

    /// The definition of the view `name`, on one line.
    pub fn view(&self, name: &str) -> Outcome<String> {
        let definition = self.database.value(&format!("SELECT pg_get_viewdef('{name}'::regclass)"))?;
        Ok(definition.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Closes the end that reads what is told.
    pub fn stop_reading(&mut self) {
        // The thread that reads ends with the first line that it cannot pass on.
        self.lines = mpsc::channel().1;
    }

    /// Waits for the end, whatever brings it.
    pub fn end(&mut self) -> Outcome<End> {
        let mut stderr = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut stderr)?;
        }
        let code = self.child.wait()?.code();
        Ok(End { code, stderr })
    }

    /// Ctrl-C while nothing is being applied.
    pub fn stop(&mut self) -> Outcome<End> {
        pgmg::signal(self.pid(), libc::SIGINT);
        self.expect(&["stopped"])?;
        self.end()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `replace view.a` for each step.
pub fn steps_of(applied: &Value) -> Vec<String> {
    let steps = applied["steps"].as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    steps.iter().map(|step| format!("{} {}", word(&step["action"]), word(&step["object"]))).collect()
}

fn write(project: &Path, name: &str, text: &str) -> Outcome {
    let path = project.join(name);
    fs::create_dir_all(path.parent().unwrap_or(project))?;
    Ok(fs::write(path, text)?)
}
