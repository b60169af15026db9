//! Which losses of data somebody has agreed to.

use super::effect::Effect;
use super::migration::Migration;
use super::plan::{Plan, Step};

/// What was agreed to beside what migrations say themselves (`-- pgmg: destructive`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Allowed {
    #[default]
    Nothing,
    Everything,
    /// What these migrations do, by name.
    Migrations(Vec<String>),
}

/// A migration that would lose data nobody agreed to lose.
#[derive(Debug, Clone, PartialEq)]
pub struct Forbidden {
    pub migration: String,
    /// Its file.
    pub path: String,
    pub effects: Vec<Effect>,
}

impl Allowed {
    /// Whether this migration may lose data.
    pub fn covers(&self, migration: &Migration) -> bool {
        match self {
            Allowed::Everything => true,
            Allowed::Nothing => migration.destructive,
            Allowed::Migrations(names) => migration.destructive || names.contains(&migration.name),
        }
    }
}

impl Step {
    /// Those of its effects that lose data.
    pub fn losses(&self) -> impl Iterator<Item = &Effect> {
        self.effects.iter().filter(|effect| effect.is_destructive())
    }
}

/// The migrations of a plan that lose data and may not, in order.
pub fn forbidden(plan: &Plan, migrations: &[Migration], allowed: &Allowed) -> Vec<Forbidden> {
    let may_not = |step: &&Step| {
        let migration = migrations.iter().find(|migration| migration.name == step.object);
        step.losses().next().is_some() && migration.is_none_or(|migration| !allowed.covers(migration))
    };
    let forbidden = plan.steps.iter().filter(may_not).map(|step| Forbidden {
        migration: step.object.clone(),
        path: step.path.clone(),
        effects: step.losses().cloned().collect(),
    });
    forbidden.collect()
}
