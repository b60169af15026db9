//! The text of a plan.

use std::fmt::Write;

use super::Detail;
use super::definition::difference;
use super::style::{self, BAD, CHANGED, FAINT, GOOD, HEADING, count, grouped, paint};
use crate::model::plan::{Action, ChangeKind, Direction, Losses, MeasuredOn, Phase, Plan, Reason, Step, Tried};

/// The plan for people; with colours, and a line break at its end.
pub fn text(plan: &Plan, sql: Detail) -> String {
    if plan.is_empty() && plan.changes.is_empty() {
        return nothing(plan);
    }
    let mut text = String::with_capacity(plan.steps.len() * 96);
    let _ = writeln!(text, "{}", paint(HEADING, "PLAN:"));
    for migration in &plan.migrations {
        let what = if plan.direction == Direction::Down { "Migration to take back" } else { "Pending data migration" };
        let _ = writeln!(text, "{what}: {migration}");
        affected(&mut text, plan, migration);
    }
    changes(&mut text, plan);
    steps(&mut text, plan, sql);
    effects(&mut text, plan);
    let _ = writeln!(text, "\n{}", summary(plan));
    if plan.measured == MeasuredOn::WithoutData {
        text.push_str(
            "Tried on a copy of the schema: rows, sizes and times are not measured, and what depends on data may fail.\n",
        );
    }
    text
}

/// One line for a plan without anything to do.
pub(super) fn nothing(plan: &Plan) -> String {
    let statements = (plan.unchanged > 0).then(|| count(plan.unchanged, "statement"));
    let migrations = (plan.applied_migrations > 0).then(|| count(plan.applied_migrations, "migration"));
    let counts: Vec<_> = statements.into_iter().chain(migrations).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
    let mut text = format!("Nothing to do: the database matches the files{counts}.\n");
    if let Tried::No(reason) = &plan.tried {
        let _ = writeln!(text, "Not tried: {reason}.");
    }
    text
}

/// What a migration takes down and gets back.
fn affected(text: &mut String, plan: &Plan, migration: &str) {
    let is_affected =
        |step: &&Step| step.action == Action::Drop && matches!(&step.reason, Reason::InTheWay(of) if of == migration);
    let objects: Vec<&str> = plan.steps.iter().filter(is_affected).map(|step| step.object.as_str()).collect();
    if !objects.is_empty() {
        let _ = writeln!(text, "  Affected objects that will be recreated:");
        // The last one dropped is the nearest to the table.
        for object in objects.iter().rev() {
            let _ = writeln!(text, "    - {object} (depends on modified tables)");
        }
    }
}

fn changes(text: &mut String, plan: &Plan) {
    if plan.changes.is_empty() {
        return;
    }
    let gap = if plan.migrations.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}Code changes detected:");
    for change in &plan.changes {
        let _ = writeln!(text, "  - {} ({})", change.file, kind(change.kind));
    }
}

/// `new`, `modified`, `removed`, in their colours.
pub(super) fn kind(kind: ChangeKind) -> String {
    match kind {
        ChangeKind::New => paint(GOOD, "new"),
        ChangeKind::Modified => paint(CHANGED, "modified"),
        ChangeKind::Removed => paint(BAD, "removed"),
        ChangeKind::Drifted => paint(CHANGED, "drifted"),
    }
}

fn steps(text: &mut String, plan: &Plan, sql: Detail) {
    if plan.steps.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nExecution order:");
    let width = plan.steps.len().to_string().len();
    for (i, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(text, "  {:>width$}. {}", i + 1, line(step, plan.direction));
        let indent = " ".repeat(width + 4);
        if sql == Detail::Shown {
            for line in sql_of(step).lines() {
                let _ = writeln!(text, "{indent}{}", paint(FAINT, line));
            }
        }
        if let Some(change) = &step.definition {
            text.push_str(&difference(change, &indent));
        }
    }
}

/// What the migrations do to what is there; nothing to be said about a migration that only makes something new.
fn effects(text: &mut String, plan: &Plan) {
    let with_effects: Vec<&Step> = plan.steps.iter().filter(|step| !step.effects.is_empty()).collect();
    if with_effects.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nEffects on what is there:");
    for step in with_effects {
        let _ = writeln!(text, "  {}", step.object);
        text.push_str(&super::effects::table(&step.effects, "    "));
        if step.losses().next().is_some() && step.losses_are == Losses::Undeclared {
            let refused = format!(
                "not declared: apply asks at a terminal, and elsewhere needs --allow-destructive={} or `-- pgmg: destructive` in it",
                step.object
            );
            let _ = writeln!(text, "    {}", paint(BAD, refused));
        }
    }
}

fn line(step: &Step, direction: Direction) -> String {
    let (kind, name) = style::kind_and_name(&step.object);
    let kind = kind.to_uppercase();
    let mut line = match step.action {
        Action::Migrate if direction == Direction::Down => format!("Take back migration: {}", step.object),
        Action::Migrate => format!("Run migration: {}", step.object),
        Action::Create => format!("CREATE {kind} {name}{} {}", also(step), from(&step.path)),
        Action::Replace => format!("CREATE OR REPLACE {kind} {name}{} {}", also(step), from(&step.path)),
        Action::Alter if step.sql.is_empty() => format!("Keep {kind} {name}, which is as the file says {}", from(&step.path)),
        Action::Alter => format!("{} {}", altered(&step.sql), from(&step.path)),
        Action::Drop => format!("DROP {kind} {name}"),
        Action::SetBack => format!("SET BACK {kind} {name} to what CREATE gives"),
        Action::Forget => format!("FORGET {} {}: what it did stays", step.object, from(&step.path)),
        Action::Run => format!("{} {}", step.object, from(&format!("{}:{}", step.path, step.line))),
    };
    match &step.reason {
        Reason::Affected(because) => _ = write!(line, " (again, because of {because})"),
        Reason::DependsOn(because) => _ = write!(line, " (depends on {because})"),
        Reason::InTheWay(migration) if step.action == Action::Drop => _ = write!(line, " (in the way of {migration})"),
        Reason::InTheWay(migration) => _ = write!(line, " (again, after {migration})"),
        Reason::NoLongerSaid(what) if matches!(step.action, Action::Drop | Action::SetBack) => {
            let _ = write!(line, " ({what} gone or changed)");
        }
        Reason::NoLongerSaid(_) => _ = write!(line, " (again, without it)"),
        Reason::Removed => _ = write!(line, " {}", paint(BAD, "(removed)")),
        Reason::Drifted => _ = write!(line, " {}", paint(CHANGED, "(drifted)")),
        Reason::Pending | Reason::New | Reason::Modified => {}
    }
    match step.phase {
        Phase::Transaction => {}
        Phase::AfterCommit => _ = write!(line, " {}", paint(CHANGED, "(after the commit, cannot be rolled back)")),
        Phase::Alone => _ = write!(line, " {}", paint(CHANGED, "(by itself, cannot be rolled back)")),
    }
    line
}

/// What a step runs. The drop of an object has no text of its own.
fn sql_of(step: &Step) -> String {
    let sql = step.sql.trim_end();
    if sql.is_empty() || sql.ends_with(';') { sql.to_owned() } else { format!("{sql};") }
}

/// Several ALTERs of one object on one line: `ALTER TYPE mood ADD VALUE 'a', ADD VALUE 'b'`.
fn altered(sql: &str) -> String {
    const CLAUSES: &[&str] = &[" ADD ", " DROP ", " SET "];
    let mut alters = sql.split(";\n");
    let first = alters.next().unwrap_or_default().replacen(" public.", " ", 1);
    let rest = alters.map(|alter| {
        let clause = CLAUSES.iter().filter_map(|clause| alter.find(clause)).min();
        clause.and_then(|at| alter.get(at + 1..)).unwrap_or(alter).to_owned()
    });
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join(", ")
}

fn from(place: &str) -> String {
    paint(FAINT, format_args!("(from {place})"))
}

/// Further objects of the same statement, as a number: JSON has their names.
pub(super) fn also(step: &Step) -> String {
    if step.also.is_empty() { String::new() } else { format!(" and {} more", grouped(step.also.len())) }
}

fn summary(plan: &Plan) -> String {
    let is_kept = |step: &Step| step.action == Action::Alter && step.sql.is_empty();
    let number = |action: Action| plan.steps.iter().filter(|step| step.action == action && !is_kept(step)).count();
    let mut parts = Vec::new();
    for (action, words) in [
        (Action::Migrate, if plan.direction == Direction::Down { "to take back" } else { "to migrate" }),
        (Action::Drop, "to drop"),
        (Action::Create, "to create"),
        (Action::Replace, "to replace"),
        (Action::Alter, "to alter"),
        (Action::Run, "to run"),
        (Action::SetBack, "to set back"),
        (Action::Forget, "to forget"),
    ] {
        if number(action) > 0 {
            parts.push(format!("{} {words}", grouped(number(action))));
        }
    }
    let kept = plan.steps.iter().filter(|step| is_kept(step)).count();
    if kept > 0 {
        parts.push(format!("{} to keep", grouped(kept)));
    }
    let removed = plan.changes.iter().filter(|change| change.kind == ChangeKind::Removed).count();
    if removed > 0 {
        parts.push(format!("{} removed", count(removed, "file")));
    }
    parts.push(format!("{} unchanged", grouped(plan.unchanged)));
    let parts = parts.join(", ");
    match &plan.tried {
        Tried::No(reason) => {
            format!("{parts}.\n{}", paint(CHANGED, format_args!("Not tried: {reason}; the order is the known one.")))
        }
        Tried::Yes => format!("{parts}. {}", paint(FAINT, tried(plan))),
    }
}

fn tried(plan: &Plan) -> String {
    let trial = plan.trial;
    let failed = if trial.failures == 0 { String::new() } else { format!(", {} failed", grouped(trial.failures)) };
    format!("Tried and rolled back: {} in {}{failed}.", count(trial.statements, "statement"), count(trial.attempts, "attempt"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::plan::{Change, TrialFigures};

    /// A step with what matters to the text.
    pub fn step(action: Action, object: &str, path: &str, reason: Reason) -> Step {
        Step {
            action,
            object: object.into(),
            also: Vec::new(),
            reason,
            path: path.into(),
            line: 12,
            statement: None,
            sql: "SELECT 1".into(),
            definition: None,
            effects: Vec::new(),
            losses_are: Losses::Undeclared,
            phase: Phase::Transaction,
        }
    }

    /// A plan with a step of every sort.
    pub fn example() -> Plan {
        let mut after = step(Action::Create, "index.users_name", "sql/users_name.sql", Reason::New);
        after.phase = Phase::AfterCommit;
        let mut orders = step(Action::Create, "table.orders", "sql/orders.sql", Reason::New);
        orders.also = vec!["sequence.orders_id_seq".into(), "index.orders_pkey".into()];
        Plan {
            migrations: vec!["003_add_orders.sql".into()],
            changes: vec![
                Change { file: "views/active_users.sql".into(), kind: ChangeKind::Modified },
                Change { file: "functions/total.sql".into(), kind: ChangeKind::New },
            ],
            steps: vec![
                step(Action::Migrate, "003_add_orders.sql", "migrations/003_add_orders.sql", Reason::Pending),
                orders,
                step(Action::Create, "materialized view.user_stats", "sql/views/user_stats.sql", Reason::New),
                step(
                    Action::Replace,
                    "function.reporting.total(integer)",
                    "sql/functions/total.sql",
                    Reason::Affected("view.user_stats".into()),
                ),
                step(Action::Run, "GRANT", "sql/grants.sql", Reason::Modified),
                after,
            ],
            unchanged: 4_996,
            applied_migrations: 2,
            tried: Tried::Yes,
            direction: Direction::Up,
            measured: MeasuredOn::WithData,
            trial: TrialFigures { statements: 5, attempts: 6, failures: 1, messages: 2 },
        }
    }

    #[test]
    fn a_plan_with_everything() {
        let expected = "\
PLAN:
Pending data migration: 003_add_orders.sql

Code changes detected:
  - views/active_users.sql (modified)
  - functions/total.sql (new)

Execution order:
  1. Run migration: 003_add_orders.sql
  2. CREATE TABLE orders and 2 more (from sql/orders.sql)
  3. CREATE MATERIALIZED VIEW user_stats (from sql/views/user_stats.sql)
  4. CREATE OR REPLACE FUNCTION reporting.total(integer) (from sql/functions/total.sql) (again, because of view.user_stats)
  5. GRANT (from sql/grants.sql:12)
  6. CREATE INDEX users_name (from sql/users_name.sql) (after the commit, cannot be rolled back)

1 to migrate, 3 to create, 1 to replace, 1 to run, 4,996 unchanged. Tried and rolled back: 5 statements in 6 attempts, 1 failed.
";
        assert_eq!(anstream::adapter::strip_str(&text(&example(), Detail::LeftOut)).to_string(), expected);
    }

    #[test]
    fn a_plan_that_was_not_tried_says_why() {
        let plan = Plan { tried: Tried::No("the role \"reader\" may not create anything".into()), ..example() };
        let shown = anstream::adapter::strip_str(&text(&plan, Detail::LeftOut)).to_string();
        let end = "4,996 unchanged.\nNot tried: the role \"reader\" may not create anything; the order is the known one.\n";
        assert!(shown.ends_with(end), "{shown}");
    }

    #[test]
    fn what_stays_is_shown_with_what_is_altered_of_it() {
        let mut mood = step(Action::Alter, "type.mood", "sql/mood.sql", Reason::Modified);
        mood.sql = "ALTER TYPE public.mood ADD VALUE 'a' BEFORE 'b';\nALTER TYPE public.mood ADD VALUE 'c'".into();
        let mut kept = step(Action::Alter, "table.t", "sql/t.sql", Reason::Modified);
        kept.sql = String::new();
        let shown = anstream::adapter::strip_str(&text(&Plan { steps: vec![mood, kept], ..Plan::default() }, Detail::LeftOut))
            .to_string();
        assert!(shown.contains("ALTER TYPE mood ADD VALUE 'a' BEFORE 'b', ADD VALUE 'c' (from sql/mood.sql)\n"), "{shown}");
        assert!(shown.contains("Keep TABLE t, which is as the file says (from sql/t.sql)\n"), "{shown}");
        assert!(shown.contains("1 to alter, 1 to keep, 0 unchanged."), "{shown}");
    }

    #[test]
    fn an_empty_plan_is_one_line() {
        let plan = Plan { unchanged: 5_000, applied_migrations: 12, ..Plan::default() };
        assert_eq!(
            text(&plan, Detail::LeftOut),
            "Nothing to do: the database matches the files (5,000 statements, 12 migrations).\n"
        );
        assert_eq!(text(&Plan::default(), Detail::LeftOut), "Nothing to do: the database matches the files.\n");
    }

    #[test]
    fn the_sql_of_a_step_is_below_it() {
        let steps = vec![Step { sql: "DO $$\nBEGIN\nEND $$".into(), ..step(Action::Run, "DO", "a.sql", Reason::New) }];
        let shown = anstream::adapter::strip_str(&text(&Plan { steps, ..Plan::default() }, Detail::Shown)).to_string();
        assert!(shown.contains("  1. DO (from a.sql:12)\n     DO $$\n     BEGIN\n     END $$;\n"), "{shown}");
    }

    #[test]
    fn numbers_line_up() {
        let steps = vec![step(Action::Run, "DO", "a.sql", Reason::New); 10];
        let shown = text(&Plan { steps, ..Plan::default() }, Detail::LeftOut);
        assert!(shown.contains("\n   1. DO") && shown.contains("\n  10. DO"), "{shown}");
    }
}
