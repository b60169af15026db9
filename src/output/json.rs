//! Results and errors for programs: JSON with a version, that only changes when a field changes its meaning or goes away.

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Kind};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::effect::{ClientImpact, Effect};
use crate::model::plan::{Action, ChangeKind, MeasuredOn, Phase, Plan, Reason, TrialFigures, Tried};
use crate::model::project::Place;
use crate::model::record::Event;
use crate::model::schema_difference::Difference;
use crate::model::status::Status;

pub(super) const VERSION: u32 = 1;

/// A plan, on one line.
pub fn plan(plan: &Plan) -> String {
    line(&Document::new("plan", plan, None))
}

/// What was applied, on one line.
pub fn apply(applied: &Plan) -> String {
    line(&Document::new("apply", applied, Some(true)))
}

/// What was taken back, or would be, on one line.
pub fn rollback(plan: &Plan) -> String {
    line(&Document::new("rollback", plan, None))
}

/// What was done, on one line.
pub fn history(events: &[Event]) -> String {
    line(&json!({ "version": VERSION, "command": "history", "events": events }))
}

/// How a migration was recorded and how it is, on one line.
pub fn repair(migration: &str, before: &str, now: &str) -> String {
    line(&json!({ "version": VERSION, "command": "repair", "migration": migration, "before": before, "now": now }))
}

/// How a database differs from what its files give, on one line.
pub fn verify(differences: &[Difference]) -> String {
    let one = |difference: &Difference| json!({ "kind": difference.entry.kind, "name": difference.entry.name, "files": difference.fresh, "database": difference.live });
    line(&json!({
        "version": VERSION,
        "command": "verify",
        "differences": differences.iter().map(one).collect::<Vec<_>>(),
    }))
}

/// A status, on one line. A half that is not compared is null.
pub fn status(status: &Status) -> String {
    let statements = status.code.as_ref().map(|code| {
        let number = |kind: ChangeKind| code.differing.iter().filter(|statement| statement.kind == kind).count();
        json!({
            "applied": code.applied,
            "new": number(ChangeKind::New),
            "modified": number(ChangeKind::Modified),
            "removed": number(ChangeKind::Removed),
            "drifted": number(ChangeKind::Drifted),
            "differing": code.differing,
        })
    });
    line(&json!({
        "version": VERSION,
        "command": "status",
        "differences": status.differs(),
        "migrations": status.migrations,
        "statements": statements,
    }))
}

/// An error, on one line: what stdout gets instead of a result.
pub fn error(error: &Error) -> String {
    line(&json!({ "version": VERSION, "error": error_value(error) }))
}

pub(super) fn error_value(error: &Error) -> Value {
    json!({
        "kind": kind(error.kind),
        "exit_code": error.kind.exit_code(),
        "diagnostics": error.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

pub(super) fn changes(plan: &Plan) -> Vec<Change<'_>> {
    plan.changes.iter().map(|change| Change { file: &change.file, kind: change.kind }).collect()
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<bool>,
    tried: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    migrations: &'a [String],
    changes: Vec<Change<'a>>,
    steps: Vec<JsonStep<'a>>,
    unchanged: usize,
    applied_migrations: usize,
    measured_with_data: bool,
    trial: TrialFigures,
}

#[derive(Serialize)]
pub(super) struct Change<'a> {
    file: &'a str,
    kind: ChangeKind,
}

#[derive(Serialize)]
pub(super) struct JsonStep<'a> {
    action: Action,
    object: &'a str,
    also: &'a [String],
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'a str>,
    path: &'a str,
    line: usize,
    phase: Phase,
    sql: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    effects: Vec<MeasuredEffect<'a>>,
}

#[derive(Serialize)]
struct MeasuredEffect<'a> {
    #[serde(flatten)]
    effect: &'a Effect,
    destructive: bool,
    clients: ClientImpact,
}

impl<'a> Document<'a> {
    fn new(command: &'a str, plan: &'a Plan, applied: Option<bool>) -> Self {
        let reason = match &plan.tried {
            Tried::Yes => None,
            Tried::No(reason) => Some(reason.as_str()),
        };
        Document {
            version: VERSION,
            command,
            applied,
            tried: plan.tried == Tried::Yes,
            reason,
            migrations: &plan.migrations,
            changes: changes(plan),
            steps: plan.steps.iter().map(JsonStep::new).collect(),
            unchanged: plan.unchanged,
            applied_migrations: plan.applied_migrations,
            measured_with_data: plan.measured == MeasuredOn::WithData,
            trial: plan.trial,
        }
    }
}

impl<'a> JsonStep<'a> {
    pub(super) fn new(step: &'a crate::model::plan::Step) -> Self {
        let (reason, because) = match &step.reason {
            Reason::Pending => ("pending", None),
            Reason::New => ("new", None),
            Reason::Modified => ("modified", None),
            Reason::Removed => ("removed", None),
            Reason::Drifted => ("drifted", None),
            Reason::InTheWay(migration) => ("in_the_way", Some(migration.as_str())),
            Reason::DependsOn(because) => ("depends_on", Some(because.as_str())),
            Reason::NoLongerSaid(because) => ("no_longer_said", Some(because.as_str())),
            Reason::Affected(because) => ("affected", Some(because.as_str())),
        };
        JsonStep {
            action: step.action,
            object: &step.object,
            also: &step.also,
            reason,
            because,
            path: &step.path,
            line: step.line,
            phase: step.phase,
            sql: &step.sql,
            effects: step.effects.iter().map(MeasuredEffect::new).collect(),
        }
    }
}

impl<'a> MeasuredEffect<'a> {
    fn new(effect: &'a Effect) -> Self {
        MeasuredEffect { effect, destructive: effect.is_destructive(), clients: effect.notice() }
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Usage => "usage",
        Kind::Sql => "sql",
        Kind::Unresolved => "unresolved",
        Kind::Disagreement => "disagreement",
        Kind::Unavailable => "unavailable",
        Kind::Bug => "bug",
        Kind::Interrupted => "interrupted",
    }
}

pub(super) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let (path, line, column) = place(diagnostic.place.as_ref());
    let notes = diagnostic.notes.iter().map(|note| json!({"label": label(note.label), "text": note.text}));
    let related = diagnostic.related.iter().map(|(message, at)| {
        let (path, line, column) = place(Some(at));
        json!({"message": message, "path": path, "line": line, "column": column})
    });
    json!({
        "code": diagnostic.code,
        "message": diagnostic.message,
        "path": path,
        "line": line,
        "column": column,
        "notes": notes.collect::<Vec<_>>(),
        "related": related.collect::<Vec<_>>(),
        "waiting": diagnostic.waiting,
        "help": diagnostic.help,
    })
}

/// Path, line and column; null where they are not known.
fn place(place: Option<&Place>) -> (Option<&str>, Option<usize>, Option<usize>) {
    let known = |number: usize| Some(number).filter(|&number| number > 0);
    place.map_or((None, None, None), |place| (Some(place.path.as_str()), known(place.line), known(place.column)))
}

fn label(label: NoteLabel) -> &'static str {
    match label {
        NoteLabel::Detail => "detail",
        NoteLabel::Hint => "hint",
        NoteLabel::Context => "context",
        NoteLabel::Note => "note",
    }
}

/// Strings, numbers and lists can always be written; were it ever otherwise, the reader gets an error and not half a value.
pub(super) fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value)
        .unwrap_or_else(|error| json!({"version": VERSION, "error": {"kind": "bug", "exit_code": 70, "diagnostics": [{"message": error.to_string()}]}}).to_string());
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::{plan::tests::example, status::tests::example as status_example};
    use super::*;

    fn parsed(text: &str) -> Value {
        assert!(text.ends_with('\n') && text.lines().count() == 1);
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_plan_has_the_documented_fields() {
        let shown = parsed(&plan(&example()));
        assert_eq!(shown["version"], 1);
        assert_eq!((&shown["command"], &shown["tried"]), (&json!("plan"), &json!(true)));
        assert_eq!(shown.get("applied"), None);
        assert_eq!(shown["migrations"], json!(["003_add_orders.sql"]));
        assert_eq!(shown["changes"][0], json!({"file": "views/active_users.sql", "kind": "modified"}));
        assert_eq!(shown["trial"], json!({"statements": 5, "attempts": 6, "failures": 1, "messages": 2}));
        assert_eq!(
            shown["steps"][3],
            json!({"action": "replace", "object": "function.reporting.total(integer)", "also": [], "reason": "affected",
                   "because": "view.user_stats", "path": "sql/functions/total.sql", "line": 12, "phase": "transaction", "sql": "SELECT 1"})
        );
        assert_eq!(shown["steps"][5]["phase"], "after_commit");
    }

    #[test]
    fn an_apply_says_that_it_applied() {
        assert_eq!(parsed(&apply(&example()))["applied"], true);
        let untried = Plan { tried: Tried::No("no right".into()), ..Plan::default() };
        let shown = parsed(&plan(&untried));
        assert_eq!((&shown["tried"], &shown["reason"]), (&json!(false), &json!("no right")));
    }

    #[test]
    fn a_status_has_counts_and_lists() {
        let shown = parsed(&status(&status_example()));
        assert_eq!(shown["differences"], true);
        assert_eq!(shown["migrations"][2], json!({"name": "003_orders.sql", "state": "pending", "applied_at": null}));
        assert_eq!(shown["statements"]["removed"], 1);
        assert_eq!(shown["statements"]["differing"][1], json!({"kind": "removed", "file": "views/x.sql", "label": "view.x"}));
        assert_eq!(parsed(&status(&Status::default()))["statements"], Value::Null);
    }

    #[test]
    fn an_error_has_its_places() {
        let place = Place { path: "sql/x.sql".into(), line: 3, column: 8, source: "FROM ordrs".into(), width: 5 };
        let mut wrong = Diagnostic::new("relation \"ordrs\" does not exist")
            .at(place)
            .note(NoteLabel::Hint, "look again")
            .related("first created here", Place::file("sql/y.sql"));
        wrong.code = Some("42P01".into());
        wrong.waiting = 12;
        let shown = parsed(&error(&Error::new(Kind::Unresolved, wrong)));
        assert_eq!((&shown["error"]["kind"], &shown["error"]["exit_code"]), (&json!("unresolved"), &json!(4)));
        assert_eq!(
            shown["error"]["diagnostics"][0],
            json!({"code": "42P01", "message": "relation \"ordrs\" does not exist", "path": "sql/x.sql", "line": 3, "column": 8,
                   "notes": [{"label": "hint", "text": "look again"}], "waiting": 12, "help": null,
                   "related": [{"message": "first created here", "path": "sql/y.sql", "line": null, "column": null}]})
        );
    }
}
