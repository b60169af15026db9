//! What a workspace does with runs, without disk and server: compares, runs stage by stage, records, and remembers.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pgmg::error::{Error, Result};
use pgmg::internals::engine::comparison::{Comparison, compare};
use pgmg::internals::engine::outcome::{Outcome, outcome};
use pgmg::internals::engine::run::Run;
use pgmg::internals::engine::stages::{Stage, next};
use pgmg::internals::engine::task::End;
use pgmg::internals::engine::verdict::{Progress, Rule, Verdict};
use pgmg::internals::engine::work::{Scope, Work};
use pgmg::internals::engine::{healing, world::World};
use pgmg::internals::learned::Learned;
use pgmg::internals::model::object::Object;
use pgmg::internals::model::progress::Silent;
use pgmg::internals::model::project::{File, Project, SourceFile};
use pgmg::internals::model::record::{Drift, Drifted, Recorded, RecordedMigration, Standing};
use pgmg::internals::model::statement::{MigrationId, StatementId};
use pgmg::internals::project::directives::Folder;
use pgmg::internals::project::file::{ReadFile, read};
use pgmg::internals::project::migrations::in_order;
use pgmg::internals::trial::carry_out;

use crate::catalog::Catalog;
use crate::edits::Files;
use crate::server::Fake;

/// A database with its records, and what is remembered beside it.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub catalog: Catalog,
    pub recorded: Recorded,
    pub learned: Learned,
    /// What recorded objects were when they were recorded, and in which transaction that was.
    fingerprints: BTreeMap<String, (u64, Fingerprint)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fingerprint {
    definition: String,
    grants: Vec<String>,
    comment: Option<String>,
}

/// Every run ends: rules that only answer each other without any message to the server would go unseen.
const BOUNDED: Rule = Rule { name: "bounded", ask: bounded };

fn bounded(_: &World<'_>, _: &Progress) -> Verdict {
    ASKED.set(ASKED.get() + 1);
    let is_over = ASKED.get() > 2000;
    if is_over { Verdict::Impossible(Error::bug("the rules do not come to an end")) } else { Verdict::Satisfied }
}

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
    static READ: RefCell<HashMap<(String, String), ReadFile>> = RefCell::new(HashMap::new());
}

/// The project of some files, read as those on disk are.
pub fn project(files: &Files) -> Project {
    let mut problems = Vec::new();
    let migrations = files.migrations.iter().enumerate();
    let migrations = migrations.map(|(at, text)| contents(&format!("{:03}_step.sql", at + 1), text, Folder::Migrations));
    let migrations = in_order(migrations.collect(), &mut problems);
    let code = files.code.iter().filter(|(_, pieces)| !pieces.is_empty());
    let code = code.map(|(name, pieces)| {
        let text = pieces.iter().map(|piece| format!("{};\n", piece.text)).collect::<String>();
        contents(&format!("{name}.sql"), &text, Folder::Code).1.statements
    });
    let statements = code.flatten().collect();
    assert!(problems.is_empty(), "the migrations are wrong");
    Project { migrations: Some(migrations), statements: Some(statements) }
}

fn contents(name: &str, text: &str, folder: Folder) -> ReadFile {
    let key = (name.to_owned(), text.to_owned());
    READ.with(|known| {
        if let Some(known) = known.borrow().get(&key) {
            return known.clone();
        }
        let file: File = Arc::new(SourceFile { path: key.0.clone(), name: key.0.clone(), text: key.1.clone() });
        let contents = read(&file, folder);
        let said: Vec<&str> = contents.problems.iter().map(|problem| problem.diagnostic.message.as_str()).collect();
        assert!(said.is_empty(), "{said:?} in {text}");
        let known = &mut known.borrow_mut();
        known.insert(key, (file.clone(), contents.clone()));
        (file, contents)
    })
}

impl State {
    /// Applies a project, stage by stage.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn apply(&self, project: &Project, rules: &[Rule]) -> Result<State> {
        let mut state = self.clone();
        // Each stage does something that the next comparison finds done.
        for _ in 0..20 {
            let comparison = state.compare(project)?;
            if comparison.is_empty() {
                return Ok(state);
            }
            match next(project, &comparison) {
                Stage::Whole => match state.stage(project, &comparison, None, rules)? {
                    None => return Ok(state),
                    // Its migrations are committed up to one that uses their enum values.
                    Some(first) if first.is_empty() => {}
                    Some(first) => {
                        if state.stage(project, &only(&comparison, &state.recorded, &first), None, rules)?.is_some() {
                            return Err(Error::bug("a stage of its own would have to be divided"));
                        }
                    }
                },
                Stage::Before(before) => _ = state.stage(project, &before, Some(None), rules)?,
                Stage::Alone(id) => _ = state.stage(project, &comparison, Some(Some(id)), rules)?,
            }
        }
        Err(Error::bug("the stages do not come to an end"))
    }

    /// How the project and the records differ, with what somebody changed by hand.
    pub fn compare(&self, project: &Project) -> Result<Comparison> {
        let mut comparison = compare(project, &self.recorded)?;
        healing::include(&mut comparison, project, &self.recorded, &self.drift());
        Ok(comparison)
    }

    /// One transaction: everything, or before a migration, or the next section of one. What has to be committed before, if anything.
    fn stage(
        &mut self,
        project: &Project,
        comparison: &Comparison,
        part: Option<Option<MigrationId>>,
        rules: &[Rule],
    ) -> Result<Option<Vec<(StatementId, String)>>> {
        let scope = if part.is_none() { Scope::Everything } else { Scope::WhatMigrationsNeed };
        let mut work = Work::new(project, &self.recorded, comparison, scope);
        if let Some(Some(id)) = part {
            let migration = &project.migrations.as_deref().unwrap_or_default()[id.0];
            let done = comparison.resumed.get(&id).map_or(0, |resumed| resumed.completed);
            let sections = migration.parts();
            let section = sections.iter().find(|section| section.statements.end > done);
            work = work.with_part(id, section.map_or(0..0, |section| done..section.statements.end));
        }
        work.known = self.learned.edges(work.statements());
        work.needed_by_migrations = self.learned.needed_by(project.migrations.as_deref().unwrap_or_default(), work.statements());
        ASKED.set(0);
        let rules: Vec<Rule> = [BOUNDED].iter().chain(rules).copied().collect();
        let mut run = Run::with_rules(&work, &rules);
        let mut server = Fake::begin(&self.catalog, &work);
        match carry_out(&mut run, &mut server, &Silent)? {
            End::CommitFirst(first) => return Ok(Some(with_objects(run.world(), &first))),
            End::CommitBefore(id) => {
                let earlier = comparison.migrations.iter().copied().take_while(|earlier| *earlier != id).collect();
                let earlier = Comparison { migrations: earlier, ..comparison.clone() };
                self.stage(project, &earlier, Some(None), &rules)?;
                return Ok(Some(Vec::new()));
            }
            End::Done => {}
        }
        let outcome = outcome(&run)?;
        let catalog = server.commit().map_err(|error| Error::bug(format!("COMMIT is refused: {}", error.message)))?;
        let standing: Vec<RecordedMigration> = work
            .migrations
            .iter()
            .map(|portion| {
                let migration = portion.migration;
                let is_whole = portion.statements.end == migration.statements.len();
                RecordedMigration {
                    name: migration.name.clone(),
                    checksum: Some(migration.checksum.to_string()),
                    standing: if is_whole { Standing::Applied } else { Standing::Partial },
                    completed: if is_whole { 0 } else { portion.statements.end },
                    ..RecordedMigration::default()
                }
            })
            .collect();
        // What somebody dropped by hand is healed by the last stage.
        let was_away = |object: &Object, before: &Catalog| part.is_some() && before.find(object).is_none();
        let before = self.catalog.clone();
        self.record(catalog, standing, outcome, project);
        let objects = self.recorded.statements.iter().filter_map(|row| row.object.as_ref());
        let mut missing = objects.filter(|object| self.catalog.find(object).is_none() && !was_away(object, &before));
        match missing.next() {
            Some(object) => Err(Error::bug(format!("{object} is recorded and not there"))),
            None => Ok(None),
        }
    }

    fn record(&mut self, catalog: Catalog, migrations: Vec<RecordedMigration>, outcome: Outcome, project: &Project) {
        self.catalog = catalog;
        self.recorded.present = true;
        for row in migrations {
            self.recorded.migrations.retain(|known| known.name != row.name);
            self.recorded.migrations.push(row);
        }
        let rows = &mut self.recorded.statements;
        rows.retain(|row| !outcome.forgotten.contains(&row.name));
        for row in outcome.records {
            rows.retain(|known| known.name != row.name);
            self.fingerprints.remove(&row.name);
            rows.push(row);
        }
        for (name, id) in &outcome.refreshed {
            rows.iter_mut().filter(|row| row.name == *name).for_each(|row| row.id = Some(*id));
            self.fingerprints.remove(name);
        }
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        self.fingerprints.retain(|name, _| self.recorded.statements.iter().any(|row| row.name == *name));
        for row in &self.recorded.statements {
            if self.fingerprints.contains_key(&row.name) {
                continue;
            }
            if let Some(id) = row.id.filter(|id| self.catalog.entities.contains_key(&id.object)) {
                let fingerprint = fingerprint(&self.catalog, id.object);
                self.fingerprints.insert(row.name.clone(), (self.catalog.transaction, fingerprint));
            }
        }
        self.learned.update(project, &outcome.learned);
    }

    /// What somebody else changed: only what was written since it was recorded is looked at.
    fn drift(&self) -> Vec<Drift> {
        let mut found = Vec::new();
        for (row, recorded) in self.recorded.statements.iter().enumerate() {
            let (Some(object), Some(id)) = (&recorded.object, recorded.id) else { continue };
            let Some((since, was)) = self.fingerprints.get(&recorded.name) else { continue };
            let entity = self.catalog.entities.get(&id.object);
            if entity.is_some_and(|entity| entity.version <= *since) {
                continue;
            }
            let mut drift = Drift { row, changes: Vec::new(), revokes: Vec::new() };
            match self.catalog.find(object) {
                None => drift.changes.push(Drifted::Dropped),
                Some(oid) => {
                    let now = fingerprint(&self.catalog, oid);
                    let changes = [
                        (now.definition != was.definition, Drifted::Definition),
                        (now.grants != was.grants, Drifted::Grants),
                        (now.comment != was.comment, Drifted::Comment),
                    ];
                    drift.changes.extend(changes.into_iter().filter(|(differs, _)| *differs).map(|(_, change)| change));
                    let target = pgmg::internals::sql::spelling::grant_target(object).unwrap_or_default();
                    let granted = now.grants.iter().filter(|role| !was.grants.contains(role));
                    drift.revokes.extend(granted.map(|role| format!("REVOKE SELECT ON {target} FROM {role}")));
                }
            }
            if !drift.changes.is_empty() {
                found.push(drift);
            }
        }
        found
    }
}

fn fingerprint(catalog: &Catalog, oid: u32) -> Fingerprint {
    let entity = catalog.get(oid);
    Fingerprint {
        definition: catalog.definition(oid),
        grants: entity.grants.iter().cloned().collect(),
        comment: entity.comment.clone(),
    }
}

fn with_objects(world: &World<'_>, first: &[StatementId]) -> Vec<(StatementId, String)> {
    let altered = first.iter().filter_map(|id| Some((*id, world.altered().get(id)?.object.to_string())));
    altered.collect()
}

/// A comparison with nothing in it but statements that have to be committed first.
fn only(comparison: &Comparison, recorded: &Recorded, first: &[(StatementId, String)]) -> Comparison {
    let is_first = |row: &usize| {
        let label = recorded.statements[*row].object.as_ref().map(ToString::to_string);
        first.iter().any(|(_, object)| label.as_ref() == Some(object))
    };
    let orphans = comparison.orphans.iter().copied().filter(is_first).collect();
    Comparison { statements: first.iter().map(|(id, _)| *id).collect(), orphans, ..Comparison::default() }
}
