//! What `pgmg watch` tells while it runs: a line for each event, for people or as JSON.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::style::{BAD, FAINT, GOOD, count, grouped, paint};
use super::{Reader, ResultFormat, apply, diagnostic, json, plan, print_error, print_to_reader};
use crate::error::{Error, Result};
use crate::model::plan::{Action, Direction, Plan};

/// The most steps that are named on one line.
const NAMED: usize = 3;

/// The longest payload of NOTIFY, in bytes (PostgreSQL manual, NOTIFY).
const PAYLOAD: usize = 7_999;

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub enum WatchEvent<'a> {
    /// It begins: these directories, and this database.
    Watching {
        directories: &'a [String],
        target: &'a str,
    },
    Applied {
        plan: &'a Plan,
        took: Duration,
    },
    /// After an error: there is nothing left to do.
    Matches {
        plan: &'a Plan,
    },
    /// Nothing was applied.
    Failed {
        error: &'a Error,
        took: Duration,
    },
    /// Everything was applied, but something after it failed.
    FailedAfterwards {
        error: &'a Error,
    },
    /// Migrations that are left alone.
    Pending {
        migrations: &'a [String],
        why: Waiting,
    },
    /// No events of files can be had.
    Polling {
        why: &'a str,
        interval: Duration,
    },
    Disconnected {
        why: &'a str,
    },
    Connected {
        target: &'a str,
    },
    /// The command of `--exec` ended; without a code if it was killed or could not be started.
    Ran {
        command: &'a str,
        code: Option<i32>,
        took: Duration,
    },
    Stopped,
}

/// Why migrations are left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Nobody asked for them.
    NotAsked,
    /// The first of them has no statement yet.
    Empty,
}

/// What people want to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    Everything,
    /// What was applied, and errors.
    Results,
}

/// Tells an event: what was applied on stdout, the rest on stderr; as JSON all of it on stdout. Whether anybody reads it.
pub fn tell(event: &WatchEvent<'_>, format: ResultFormat, talk: Talk) -> Result<Reader> {
    let is_error = matches!(event, WatchEvent::Failed { .. } | WatchEvent::FailedAfterwards { .. });
    let is_result = matches!(event, WatchEvent::Applied { .. } | WatchEvent::Matches { .. });
    match format {
        ResultFormat::Json => {
            if is_error {
                print_error(&text(event));
            }
            print_to_reader(&json::line(&value(event)))
        }
        ResultFormat::Text if is_result => print_to_reader(&text(event)),
        ResultFormat::Text => {
            if is_error || talk == Talk::Everything {
                print_error(&text(event));
            }
            Ok(Reader::There)
        }
    }
}

/// What others are told by NOTIFY: objects and files, or only how many where they are too many.
pub fn payload(plan: &Plan, took: Duration) -> String {
    let objects: Vec<&str> = plan.steps.iter().map(|step| step.object.as_str()).collect();
    let files: Vec<&str> = plan.changes.iter().map(|change| change.file.as_str()).collect();
    let whole = |objects: Value, files: Value| {
        json!({ "version": json::VERSION, "event": "applied", "steps": plan.steps.len(), "objects": objects, "files": files,
                "milliseconds": milliseconds(took) })
        .to_string()
    };
    let text = whole(json!(objects), json!(files));
    if text.len() <= PAYLOAD { text } else { whole(Value::Null, Value::Null) }
}

fn text(event: &WatchEvent<'_>) -> String {
    let (good, bad) = (paint(GOOD, "✓"), paint(BAD, "✗"));
    match event {
        WatchEvent::Watching { directories, target } => {
            format!("Watching {} for {target}. Ctrl-C ends it.\n", directories.join(" and "))
        }
        WatchEvent::Applied { plan, took } => format!("{good} {}  {}\n", applied(plan), faint(*took)),
        WatchEvent::Matches { plan } => format!("{good} {}", plan::nothing(plan)),
        WatchEvent::Failed { error, took } => format!("{}{bad} Not applied  {}\n", diagnostic::text(error), faint(*took)),
        WatchEvent::FailedAfterwards { error } => diagnostic::text(error),
        WatchEvent::Pending { migrations, why } => pending(migrations, *why),
        WatchEvent::Polling { why, interval } => format!("Looking at the files every {}: {why}.\n", duration(*interval)),
        WatchEvent::Disconnected { why } => format!("{bad} {why}; trying to connect again.\n"),
        WatchEvent::Connected { target } => format!("{good} Connected again to {target}.\n"),
        WatchEvent::Ran { command, code, took } => match code {
            Some(0) => format!("{good} `{command}` is done  {}\n", faint(*took)),
            Some(code) => format!("{bad} `{command}` ended with exit code {code}  {}\n", faint(*took)),
            None => format!("{bad} `{command}` was killed or could not be started  {}\n", faint(*took)),
        },
        WatchEvent::Stopped => "Stopped.\n".to_owned(),
    }
}

/// What was done: each step where they are few, else how many of each kind.
fn applied(plan: &Plan) -> String {
    if plan.steps.len() <= NAMED {
        let lines: Vec<String> = plan.steps.iter().map(|step| apply::line(step, Direction::Up)).collect();
        return lines.join("; ");
    }
    let number = |action: Action| plan.steps.iter().filter(|step| step.action == action).count();
    let kinds = [
        (Action::Migrate, "migrated"),
        (Action::Create, "created"),
        (Action::Replace, "replaced"),
        (Action::Alter, "altered"),
        (Action::Drop, "dropped"),
        (Action::Run, "run"),
        (Action::SetBack, "set back"),
        (Action::Forget, "forgotten"),
    ];
    let counted = kinds.into_iter().map(|(action, word)| (number(action), word)).filter(|(number, _)| *number > 0);
    let mut text = String::new();
    for (number, word) in counted {
        let _ = write!(text, "{}{} {word}", if text.is_empty() { "" } else { ", " }, grouped(number));
    }
    let files: Vec<&str> = plan.changes.iter().map(|change| change.file.as_str()).collect();
    match files.as_slice() {
        [] => text,
        [file] => format!("{text} (from {file})"),
        files => format!("{text} (from {})", count(files.len(), "file")),
    }
}

fn pending(migrations: &[String], why: Waiting) -> String {
    let (noun, it) = if migrations.len() == 1 { ("Migration", "it") } else { ("Migrations", "the first one") };
    let names = migrations.join(", ");
    match why {
        Waiting::NotAsked => format!("{noun} pending: {names}. To apply: `pgmg apply`, or `pgmg watch --migrations`.\n"),
        Waiting::Empty => format!("{noun} waiting: {names}. There is no statement in {it} yet.\n"),
    }
}

fn value(event: &WatchEvent<'_>) -> Value {
    let (name, mut fields) = match event {
        WatchEvent::Watching { directories, target } => ("watching", json!({ "directories": directories, "database": target })),
        WatchEvent::Applied { plan, took } => (
            "applied",
            json!({
                "migrations": plan.migrations,
                "changes": json::changes(plan),
                "steps": plan.steps.iter().map(json::JsonStep::new).collect::<Vec<_>>(),
                "trial": plan.trial,
                "milliseconds": milliseconds(*took),
            }),
        ),
        WatchEvent::Matches { .. } => ("matches", json!({})),
        WatchEvent::Failed { error, took } => {
            ("failed", json!({ "error": json::error_value(error), "milliseconds": milliseconds(*took) }))
        }
        WatchEvent::FailedAfterwards { error } => ("failed_afterwards", json!({ "error": json::error_value(error) })),
        WatchEvent::Pending { migrations, why } => {
            ("migrations_pending", json!({ "migrations": migrations, "empty": *why == Waiting::Empty }))
        }
        WatchEvent::Polling { why, interval } => ("polling", json!({ "reason": why, "milliseconds": milliseconds(*interval) })),
        WatchEvent::Disconnected { why } => ("disconnected", json!({ "reason": why })),
        WatchEvent::Connected { target } => ("connected", json!({ "database": target })),
        WatchEvent::Ran { command, code, took } => {
            ("ran", json!({ "exec": command, "exit_code": code, "milliseconds": milliseconds(*took) }))
        }
        WatchEvent::Stopped => ("stopped", json!({})),
    };
    fields["version"] = json!(json::VERSION);
    fields["command"] = json!("watch");
    fields["event"] = json!(name);
    fields
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn faint(took: Duration) -> String {
    paint(FAINT, duration(took))
}

/// `34 ms`, `1.2 s`.
fn duration(took: Duration) -> String {
    if took < Duration::from_secs(1) { format!("{} ms", took.as_millis()) } else { format!("{:.1} s", took.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::example;
    use super::*;
    use crate::model::plan::Step;

    fn shown(event: &WatchEvent<'_>) -> String {
        anstream::adapter::strip_str(&text(event)).to_string()
    }

    fn first_steps(number: usize) -> Plan {
        let mut plan = example();
        plan.steps.truncate(number);
        plan
    }

    #[test]
    fn an_apply_is_one_line() {
        let took = Duration::from_millis(34);
        let plan = first_steps(2);
        assert_eq!(
            shown(&WatchEvent::Applied { plan: &plan, took }),
            "✓ Applied migration: 003_add_orders.sql; Created table: orders and 2 more  34 ms\n"
        );
        let shown = shown(&WatchEvent::Applied { plan: &example(), took: Duration::from_millis(1_240) });
        assert_eq!(shown, "✓ 1 migrated, 3 created, 1 replaced, 1 run (from 2 files)  1.2 s\n");
    }

    #[test]
    fn what_is_left_alone_is_said_with_the_way_out() {
        let migrations = ["004_a.sql".to_owned(), "005_b.sql".to_owned()];
        let text = shown(&WatchEvent::Pending { migrations: &migrations, why: Waiting::NotAsked });
        assert!(text.starts_with("Migrations pending: 004_a.sql, 005_b.sql. To apply: `pgmg apply`"), "{text}");
    }

    #[test]
    fn every_event_is_one_json_line_with_its_name() {
        let error = Error::usage("no");
        let plan = example();
        let took = Duration::from_millis(34);
        let events = [
            WatchEvent::Watching { directories: &[], target: "" },
            WatchEvent::Applied { plan: &plan, took },
            WatchEvent::Matches { plan: &plan },
            WatchEvent::Failed { error: &error, took },
            WatchEvent::FailedAfterwards { error: &error },
            WatchEvent::Pending { migrations: &[], why: Waiting::Empty },
            WatchEvent::Polling { why: "", interval: took },
            WatchEvent::Disconnected { why: "" },
            WatchEvent::Connected { target: "" },
            WatchEvent::Ran { command: "true", code: Some(0), took },
            WatchEvent::Stopped,
        ];
        for event in &events {
            let line = json::line(&value(event));
            assert_eq!(line.lines().count(), 1, "{line}");
            let value: Value = serde_json::from_str(&line).expect("JSON");
            assert!(value["event"].is_string() && value["version"] == 1 && value["command"] == "watch", "{line}");
        }
        assert_eq!(value(&events[1])["steps"][0]["object"], "003_add_orders.sql");
    }

    #[test]
    fn a_payload_always_fits() {
        let short: Value = serde_json::from_str(&payload(&example(), Duration::ZERO)).expect("JSON");
        assert_eq!((&short["steps"], &short["objects"][1]), (&json!(6), &json!("table.orders")));
        let mut plan = example();
        let step: Step = plan.steps[1].clone();
        plan.steps = vec![step; 2_000];
        let long = payload(&plan, Duration::ZERO);
        assert!(long.len() <= PAYLOAD, "{long}");
        let long: Value = serde_json::from_str(&long).expect("JSON");
        assert_eq!((&long["steps"], &long["objects"]), (&json!(2_000), &Value::Null));
    }
}
