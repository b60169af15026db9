//! Which losses of data somebody has agreed to.

use super::effect::Effect;
use super::migration::Migration;
use super::plan::{Losses, Plan, Step};

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
        migration.destructive || self.names(&migration.name)
    }

    /// Whether the migration of this name may, whatever it says itself.
    fn names(&self, migration: &str) -> bool {
        match self {
            Allowed::Everything => true,
            Allowed::Nothing => false,
            Allowed::Migrations(names) => names.iter().any(|name| name == migration),
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
pub fn forbidden(plan: &Plan, allowed: &Allowed) -> Vec<Forbidden> {
    let may_not = |step: &&Step| {
        let is_agreed = step.losses_are == Losses::Declared || allowed.names(&step.object);
        step.losses().next().is_some() && !is_agreed
    };
    let forbidden = plan.steps.iter().filter(may_not).map(|step| Forbidden {
        migration: step.object.clone(),
        path: step.path.clone(),
        effects: step.losses().cloned().collect(),
    });
    forbidden.collect()
}
