//! What a run did, as a plan to be shown and as records to be kept.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::compare::{changed_files, seeming_label};
use super::drive::{Done, Drive};
use super::edges::Edges;
use super::effects::Measured;
use super::ledger::{Entry, Ledger, Provided, Was, seems_to_create};
use super::undo::{Deed, deed};
use super::{Finished, Input, Scope, removal};
use crate::engine::{Graph, Queue};
use crate::error::{Error, Result};
use crate::model::migration::Migration;
use crate::model::object::{CatalogId, Object};
use crate::model::plan::{Action, Losses, Phase, Plan, Reason, Step, Tried};
use crate::model::record::RecordedStatement;
use crate::model::statement::{Mode, Statement, StatementId};
use crate::model::verb::keyword_of_record;
use crate::sql::spelling;

/// The plan, the records and what was learned.
pub fn finish(drive: &Drive<'_>, ledger: &Ledger) -> Result<Finished> {
    let edges = Edges {
        statements: drive.statements,
        queue: &drive.queue,
        ledger,
        graph: drive.graph,
        records: &drive.records,
        project: drive.input.project,
        needed_by_migrations: &drive.needed_by_migrations,
    };
    std::thread::scope(|scope| {
        let edges = scope.spawn(|| (edges.dependencies(), edges.learned()));
        let finished = without_edges(drive, ledger)?;
        let (dependencies, learned) = edges.join().map_err(|_| Error::bug("the thread that collects the edges panicked"))?;
        Ok(Finished { dependencies, learned, ..finished })
    })
}

fn without_edges(drive: &Drive<'_>, ledger: &Ledger) -> Result<Finished> {
    let input = drive.input;
    let forgotten = removal::forgotten(drive, ledger)?;
    let mut plan = plan_without_steps(input);
    let modified: HashSet<&str> =
        input.comparison.orphans.iter().map(|&row| input.recorded.statements[row].name.as_str()).collect();
    let migrations = input.project.migrations.as_deref().unwrap_or_default();
    for done in &drive.course {
        plan.steps.push(match done {
            Done::Dropped(object, reason) => drop_step(object, reason),
            Done::SetBack(object, reason, sql) => Step { action: Action::SetBack, sql: sql.clone(), ..drop_step(object, reason) },
            Done::Migration(index) => Step {
                effects: drive.measured.get(index).map(Measured::until_now).unwrap_or_default(),
                ..migration_step(&migrations[*index])
            },
            Done::Statement(id) => {
                let mut step = statement_step(&drive.statements[*id], *id, ledger.statement(*id), &modified);
                if let Some(sql) = drive.rewritten.get(id) {
                    step.sql.clone_from(sql);
                }
                if input.comparison.drifted.contains(id) {
                    step.reason = Reason::Drifted;
                }
                if let Some(evolved) = drive.evolved.get(id) {
                    (step.action, step.sql) = (Action::Alter, evolved.alters.join(";\n"));
                }
                if let Some(because) = drive.because.get(id).filter(|_| !input.comparison.statements.contains(id)) {
                    step.reason = Reason::Affected(label(&drive.statements[*because], ledger.statement(*because)));
                }
                if let Some(because) = drive.made_again.get(id).filter(|_| !input.comparison.statements.contains(id)) {
                    step.reason = because.clone();
                }
                step
            }
        });
    }
    let later = if input.scope == Scope::Everything { later(input) } else { Vec::new() };
    plan.steps
        .extend(forgotten.iter().filter(|row| row.object.is_none() && deed(row) == Deed::Stays).map(|row| forget_step(row)));
    plan.steps.extend(later.iter().map(|&id| later_step(input, id)));
    plan.trial = drive.figures;
    let done = drive.course.iter().filter_map(|done| if let Done::Statement(id) = done { Some(*id) } else { None });
    let done: Vec<usize> = done.collect();
    let records = records(&done, drive.statements, |id| ledger.statement(id));
    Ok(Finished {
        plan,
        migrations: drive.ran.clone(),
        seen_again: seen_again(input, ledger, &records, &forgotten),
        records,
        dependencies: Vec::new(),
        forgotten: forgotten.into_iter().map(|row| row.name.clone()).collect(),
        learned: Vec::new(),
        later,
    })
}

/// The plan in the known order, nothing tried.
pub fn untried(input: &Input<'_>, graph: &Graph, reason: String) -> Plan {
    let statements = input.statements();
    let queue = Queue::new(statements, graph, super::in_transaction(input));
    let pending: HashSet<usize> = super::in_transaction(input).collect();
    let mut plan = plan_without_steps(input);
    plan.tried = Tried::No(reason);
    let migrations = input.project.migrations.as_deref().unwrap_or_default();
    plan.steps.extend(input.comparison.migrations.iter().map(|&index| migration_step(&migrations[index])));
    let nothing = Entry::default();
    let orphans: Vec<&RecordedStatement> = input.comparison.orphans.iter().map(|&row| &input.recorded.statements[row]).collect();
    for &id in queue.order().iter().filter(|id| pending.contains(id)) {
        let mut step = statement_step(&statements[id], id, &nothing, &HashSet::new());
        let old = orphans.iter().find(|row| row.object.as_ref().is_some_and(|object| seems_to_create(&statements[id], object)));
        if let Some(label) = seeming_label(&statements[id]) {
            (step.action, step.object) = (Action::Create, label);
        }
        if input.comparison.drifted.contains(&id) {
            step.reason = Reason::Drifted;
        }
        if let Some(old) = old {
            (step.action, step.reason, step.object) = (Action::Replace, Reason::Modified, old.name.clone());
        }
        plan.steps.push(step);
    }
    plan.steps.extend(later(input).into_iter().map(|id| later_step(input, id)));
    plan.trial.statements = pending.len() + input.comparison.migrations.len();
    plan
}

/// The rows of `pgmg_state` for statements that are done: one for each object, or one of its own for what provides nothing.
pub fn records<'a>(done: &[usize], statements: &[Statement], entry: impl Fn(usize) -> &'a Entry) -> Vec<RecordedStatement> {
    let mut rows: Vec<RecordedStatement> = Vec::with_capacity(done.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(done.len());
    for &id in done {
        let (statement, entry) = (&statements[id], entry(id));
        let touches: BTreeSet<String> = entry.touches.iter().map(ToString::to_string).collect();
        let row = |name: String, provided: Option<&Provided>| RecordedStatement {
            name,
            checksum: statement.checksum.to_string(),
            file: Some(statement.file.name.clone()),
            ordinal: statement.ordinal,
            object: provided.map(|provided| provided.object.clone()),
            touches: touches.iter().cloned().collect(),
            last_applied: String::new(),
            id: provided.map(|provided| provided.id),
        };
        let objects = entry.provides.iter().map(|provided| row(provided.object.to_string(), Some(provided)));
        let mut objects: Vec<RecordedStatement> = objects.collect();
        if objects.is_empty() {
            objects.push(row(statement.record_name(), None));
        }
        for row in objects {
            match places.get(&row.name) {
                Some(&place) => rows[place] = row,
                None => {
                    places.insert(row.name.clone(), rows.len());
                    rows.push(row);
                }
            }
        }
    }
    rows
}

/// Objects that stay recorded as they are and are now something else: what the run wrote to them is right, and so is what it
/// could not heal.
fn seen_again(
    input: &Input<'_>,
    ledger: &Ledger,
    records: &[RecordedStatement],
    forgotten: &[&RecordedStatement],
) -> Vec<(String, CatalogId)> {
    let rows = &input.recorded.statements;
    if rows.is_empty() {
        return Vec::new();
    }
    let left_out: HashSet<&str> =
        records.iter().map(|row| row.name.as_str()).chain(forgotten.iter().map(|row| row.name.as_str())).collect();
    let names = ledger.written.iter().filter_map(|id| Some((ledger.names.get(id)?.to_string(), *id)));
    let written: HashMap<String, CatalogId> = names.collect();
    // A stage that heals nothing leaves drift to be found by the last one.
    let drifted = input.comparison.drifted_rows.iter().copied().filter(|_| input.scope == Scope::Everything);
    let drifted: HashSet<usize> = drifted.collect();
    let rows = rows.iter().enumerate().filter(|(_, row)| row.object.is_some() && !left_out.contains(row.name.as_str()));
    let seen = rows.filter_map(|(at, row)| {
        let id = written.get(&row.name).copied().or_else(|| row.id.filter(|_| drifted.contains(&at)))?;
        Some((row.name.clone(), id))
    });
    seen.collect()
}

fn plan_without_steps(input: &Input<'_>) -> Plan {
    let migrations = input.project.migrations.as_deref().unwrap_or_default();
    let pending: Vec<String> = input.comparison.migrations.iter().map(|&index| migrations[index].name.clone()).collect();
    Plan {
        applied_migrations: migrations.len() - pending.len(),
        migrations: pending,
        changes: changed_files(input.project, input.recorded, input.comparison),
        unchanged: input.comparison.unchanged,
        ..Plan::default()
    }
}

fn drop_step(object: &Object, reason: &Reason) -> Step {
    Step {
        action: Action::Drop,
        object: object.to_string(),
        also: Vec::new(),
        reason: reason.clone(),
        path: String::new(),
        line: 0,
        statement: None,
        sql: spelling::drop_statement(object).unwrap_or_default(),
        definition: None,
        effects: Vec::new(),
        losses_are: Losses::Undeclared,
        phase: Phase::Transaction,
    }
}

fn forget_step(row: &RecordedStatement) -> Step {
    Step {
        action: Action::Forget,
        object: keyword_of_record(&row.name).to_uppercase(),
        also: Vec::new(),
        reason: Reason::Removed,
        path: row.file.clone().unwrap_or_default(),
        line: 0,
        statement: None,
        sql: String::new(),
        definition: None,
        effects: Vec::new(),
        losses_are: Losses::Undeclared,
        phase: Phase::Transaction,
    }
}

/// The step of a migration.
pub fn migration_step(migration: &Migration) -> Step {
    Step {
        action: Action::Migrate,
        object: migration.name.clone(),
        also: Vec::new(),
        reason: Reason::Pending,
        path: migration.file.path.clone(),
        line: 1,
        statement: None,
        sql: migration.file.text.clone(),
        definition: None,
        effects: Vec::new(),
        losses_are: if migration.destructive { Losses::Declared } else { Losses::Undeclared },
        phase: if migration.runs_alone() { Phase::Alone } else { Phase::Transaction },
    }
}

fn statement_step(statement: &Statement, id: usize, entry: &Entry, modified: &HashSet<&str>) -> Step {
    let main = entry.provides.iter().position(|provided| seems_to_create(statement, &provided.object)).unwrap_or(0);
    let names: Vec<String> = entry.provides.iter().map(|provided| provided.object.to_string()).collect();
    let is_modified = names.iter().any(|name| modified.contains(name.as_str()));
    let action = match entry.provides.get(main).map(|provided| provided.was) {
        None => Action::Run,
        Some(Was::Absent) => Action::Create,
        Some(Was::Present) => Action::Replace,
    };
    Step {
        action,
        object: names.get(main).map_or_else(|| summary(statement), |name| shown(statement, name)),
        also: names.into_iter().enumerate().filter(|(at, _)| *at != main).map(|(_, name)| name).collect(),
        reason: if is_modified { Reason::Modified } else { Reason::New },
        path: statement.file.path.clone(),
        line: statement.place().line,
        statement: Some(StatementId(id)),
        sql: statement.sql().to_owned(),
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

fn later_step(input: &Input<'_>, id: usize) -> Step {
    let step = statement_step(&input.statements()[id], id, &Entry::default(), &HashSet::new());
    Step { phase: Phase::AfterCommit, ..step }
}

fn later(input: &Input<'_>) -> Vec<usize> {
    let statements = input.statements();
    input.comparison.statements.iter().copied().filter(|&id| statements[id].mode == Mode::NoTransaction).collect()
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
