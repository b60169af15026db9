//! The steps of a plan, one for each thing that was done.

use std::collections::HashSet;

use crate::engine::comparison::{changed_files, seeming_label};
use crate::engine::ledger::{Entry, Was};
use crate::engine::manner::Manner;
use crate::engine::matching::seems_to_create;
use crate::engine::task::{Cause, Said};
use crate::engine::work::Work;
use crate::engine::world::{Event, World};
use crate::model::migration::Migration;
use crate::model::object::Object;
use crate::model::plan::{Action, Losses, Phase, Plan, Reason, Step};
use crate::model::record::RecordedStatement;
use crate::model::statement::{Statement, StatementId};
use crate::model::verb::{Aspect, keyword_of_record};
use crate::sql::spelling;

/// The step of an event. `modified` are the names of records whose statements changed.
pub fn step(world: &World<'_>, event: &Event, modified: &HashSet<&str>) -> Option<Step> {
    Some(match event {
        Event::Dropped(object, cause) => drop_step(object, reason(world, cause)),
        Event::SetBack(object, cause, sql) => {
            Step { action: Action::SetBack, sql: sql.clone(), ..drop_step(object, reason(world, cause)) }
        }
        Event::Migrated(id) => migration_step(world.work().portion(*id)?.migration),
        Event::Tried(id) => tried_step(world, *id, modified),
    })
}

fn tried_step(world: &World<'_>, id: StatementId, modified: &HashSet<&str>) -> Step {
    let mut step = statement_step(world.statement(id), id, world.ledger().statement(id), modified);
    if let Manner::OrReplace(sql) = world.manner(id) {
        step.sql.clone_from(sql);
    }
    if let Some(altered) = world.altered().get(&id) {
        (step.action, step.sql) = (Action::Alter, altered.alters.join(";\n"));
    }
    if world.work().comparison.drifted.contains(&id) {
        step.reason = Reason::Drifted;
    } else if !world.is_new(id)
        && let Some(cause) = world.cause(id)
    {
        step.reason = reason(world, cause);
    }
    step
}

/// A cause as people are told of it.
fn reason(world: &World<'_>, cause: &Cause) -> Reason {
    match cause {
        Cause::CameTooEarly(id) => Reason::Affected(label(world.statement(*id), world.ledger().statement(*id))),
        Cause::DependsOn(object) => Reason::DependsOn(object.to_string()),
        Cause::ActsOn(object) | Cause::Gone(object) | Cause::Changed(object) => Reason::Affected(object.to_string()),
        Cause::InTheWayOf(id) => {
            let portion = world.work().portion(*id);
            Reason::InTheWay(portion.map(|portion| portion.migration.name.clone()).unwrap_or_default())
        }
        Cause::Modified => Reason::Modified,
        Cause::Drifted => Reason::Drifted,
        Cause::Removed => Reason::Removed,
        Cause::NoLongerSaid(said) => Reason::NoLongerSaid(no_longer(*said).to_owned()),
    }
}

fn no_longer(said: Said) -> &'static str {
    match said {
        Said::DefaultPrivileges => "an ALTER DEFAULT PRIVILEGES is",
        Said::Aspect(Aspect::Privileges) => "a GRANT or REVOKE on it is",
        Said::Aspect(Aspect::Comment) => "a COMMENT on it is",
        Said::Aspect(Aspect::Label) => "a SECURITY LABEL on it is",
        Said::Aspect(Aspect::Definition | Aspect::Owner) => "an ALTER of it is",
    }
}

/// A plan with everything but what is done.
pub fn plan_without_steps(work: &Work<'_>) -> Plan {
    let migrations = work.project.migrations.as_deref().unwrap_or_default();
    let pending: Vec<String> = work.migrations.iter().map(|portion| portion.migration.name.clone()).collect();
    Plan {
        applied_migrations: migrations.len().saturating_sub(pending.len()),
        migrations: pending,
        changes: changed_files(work.project, work.recorded, work.comparison),
        unchanged: work.comparison.unchanged,
        ..Plan::default()
    }
}

/// The step of an object that was dropped.
pub fn drop_step(object: &Object, reason: Reason) -> Step {
    Step { sql: spelling::drop_statement(object).unwrap_or_default(), ..bare_step(Action::Drop, object.to_string(), reason) }
}

/// The step of a statement whose effects stay.
pub fn forget_step(row: &RecordedStatement) -> Step {
    let keyword = keyword_of_record(&row.name).to_uppercase();
    Step { path: row.file.clone().unwrap_or_default(), ..bare_step(Action::Forget, keyword, Reason::Removed) }
}

/// The step of a migration.
pub fn migration_step(migration: &Migration) -> Step {
    Step {
        path: migration.file.path.clone(),
        line: 1,
        sql: migration.file.text.clone(),
        losses_are: if migration.destructive { Losses::Declared } else { Losses::Undeclared },
        phase: if migration.runs_alone() { Phase::Alone } else { Phase::Transaction },
        ..bare_step(Action::Migrate, migration.name.clone(), Reason::Pending)
    }
}

/// The step of a statement by what it did.
pub fn statement_step(statement: &Statement, id: StatementId, entry: &Entry, modified: &HashSet<&str>) -> Step {
    let main = entry.provides.iter().position(|provided| seems_to_create(statement, &provided.object)).unwrap_or(0);
    let names: Vec<String> = entry.provides.iter().map(|provided| provided.object.to_string()).collect();
    let is_modified = names.iter().any(|name| modified.contains(name.as_str()));
    let action = match entry.provides.get(main).map(|provided| provided.was) {
        None => Action::Run,
        Some(Was::Absent) => Action::Create,
        Some(Was::Present) => Action::Replace,
    };
    let object = names.get(main).map_or_else(|| summary(statement), |name| shown(statement, name));
    let reason = if is_modified { Reason::Modified } else { Reason::New };
    Step {
        also: names.into_iter().enumerate().filter(|(at, _)| *at != main).map(|(_, name)| name).collect(),
        path: statement.file.path.clone(),
        line: statement.place().line,
        statement: Some(id),
        sql: statement.sql().to_owned(),
        ..bare_step(action, object, reason)
    }
}

/// A step in the transaction of which no more than this is known.
fn bare_step(action: Action, object: String, reason: Reason) -> Step {
    Step {
        action,
        object,
        also: Vec::new(),
        reason,
        path: String::new(),
        line: 0,
        statement: None,
        sql: String::new(),
        definition: None,
        effects: Vec::new(),
        losses_are: Losses::Undeclared,
        phase: Phase::Transaction,
    }
}

/// To PostgreSQL's catalog a domain is a type; people call it what its statement does.
fn shown(statement: &Statement, label: &str) -> String {
    match (label.strip_prefix("type."), seeming_label(statement)) {
        (Some(name), Some(seeming)) if seeming.starts_with("domain.") => format!("domain.{name}"),
        _ => label.to_owned(),
    }
}

/// The step of a statement that runs after the commit.
pub fn later_step(work: &Work<'_>, id: StatementId) -> Step {
    let step = statement_step(&work.statements()[id], id, Entry::nothing(), &HashSet::new());
    Step { phase: Phase::AfterCommit, ..step }
}

fn label(statement: &Statement, entry: &Entry) -> String {
    entry.provides.first().map_or_else(|| summary(statement), |provided| provided.object.to_string())
}

/// The beginning of a statement on one line: `GRANT SELECT ON user_stats TO reader`.
fn summary(statement: &Statement) -> String {
    const MOST: usize = 60;
    let words = statement.sql().split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MOST { words } else { words.chars().take(MOST - 1).collect::<String>() + "…" }
}
