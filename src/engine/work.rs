//! What takes part in a run: the files, what is recorded of them, how they differ, and what earlier runs learned.

use std::ops::Range;

use super::comparison::Comparison;
use crate::model::migration::Migration;
use crate::model::project::Project;
use crate::model::record::{Recorded, RecordedStatement};
use crate::model::statement::{MigrationId, Mode, Statement, StatementId};

/// A statement and one that it needs.
pub type Need = (StatementId, StatementId);

/// What a run works on.
#[derive(Debug, Clone)]
pub struct Work<'a> {
    pub project: &'a Project,
    pub recorded: &'a Recorded,
    pub comparison: &'a Comparison,
    /// The migrations to run, in order.
    pub migrations: Vec<Portion<'a>>,
    /// The migrations that hold when the run is done: what they make and say counts.
    pub in_force: Vec<&'a Migration>,
    /// What earlier runs learned of who needs whom.
    pub known: Vec<Need>,
    /// What earlier runs learned of migrations that need statements of the code directory.
    pub needed_by_migrations: Vec<(MigrationId, StatementId)>,
    pub scope: Scope,
}

/// A migration, or the part of it that runs in this transaction.
#[derive(Debug, Clone)]
pub struct Portion<'a> {
    /// Its place among the pending ones of the project.
    pub id: MigrationId,
    pub migration: &'a Migration,
    /// Which of its statements.
    pub statements: Range<usize>,
}

/// How much of the code directory a run covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// Only what the migrations need; the rest comes in a later stage.
    WhatMigrationsNeed,
}

impl<'a> Work<'a> {
    /// The pending migrations of a comparison, whole, and its statements, with nothing learned.
    pub fn new(project: &'a Project, recorded: &'a Recorded, comparison: &'a Comparison, scope: Scope) -> Self {
        let all = project.migrations.as_deref().unwrap_or_default();
        let migrations = comparison.migrations.iter().map(|&id| Portion::whole(id, &all[id.0])).collect();
        Work {
            project,
            recorded,
            comparison,
            migrations,
            in_force: all.iter().collect(),
            known: Vec::new(),
            needed_by_migrations: Vec::new(),
            scope,
        }
    }

    /// Only these statements of one migration.
    pub fn with_part(mut self, id: MigrationId, statements: Range<usize>) -> Self {
        let migration = self.project.migrations.as_deref().and_then(|all| all.get(id.0));
        self.migrations = migration.map(|migration| Portion { id, migration, statements }).into_iter().collect();
        self
    }

    /// These down migrations, in order, in place of what is pending; a down migration has the name of what it takes back.
    pub fn with_down(mut self, down: &'a [Migration]) -> Self {
        let down_portions = down.iter().enumerate().map(|(index, migration)| Portion::whole(MigrationId(index), migration));
        self.migrations = down_portions.collect();
        self.in_force.retain(|migration| down.iter().all(|down| down.name != migration.name));
        self
    }

    /// The statements of the code directory; none if it is not compared.
    pub fn statements(&self) -> &'a [Statement] {
        self.project.statements.as_deref().unwrap_or_default()
    }

    /// The statements of the migrations that hold when the run is done, in their order.
    pub fn statements_in_force(&self) -> impl Iterator<Item = &'a Statement> + '_ {
        self.in_force.iter().flat_map(|migration| &migration.statements)
    }

    /// The recorded statements that no file holds any more, in this form.
    pub fn orphans(&self) -> impl Iterator<Item = &'a RecordedStatement> + use<'a> {
        let recorded = self.recorded;
        self.comparison.orphans.iter().map(|&row| &recorded.statements[row])
    }

    /// The statements that are to be tried in the transaction.
    pub fn in_transaction(&self) -> impl Iterator<Item = StatementId> + '_ {
        let statements = self.statements();
        let pending = self.comparison.statements.iter().copied();
        pending.filter(move |&id| statements[id].mode == Mode::Transactional)
    }

    /// The statements that run by themselves after the commit.
    pub fn after_commit(&self) -> impl Iterator<Item = StatementId> + '_ {
        let statements = self.statements();
        let pending = self.comparison.statements.iter().copied();
        pending.filter(move |&id| statements[id].mode == Mode::NoTransaction)
    }

    /// The portion of a migration.
    pub fn portion(&self, id: MigrationId) -> Option<&Portion<'a>> {
        self.migrations.iter().find(|portion| portion.id == id)
    }
}

impl<'a> Portion<'a> {
    fn whole(id: MigrationId, migration: &'a Migration) -> Self {
        Portion { id, migration, statements: 0..migration.statements.len() }
    }

    /// The statements of it.
    pub fn statements(&self) -> &'a [Statement] {
        self.migration.statements.get(self.statements.clone()).unwrap_or_default()
    }
}
