//! A plan that was kept, to be carried out exactly or not at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::effect::Effect;
use crate::model::plan::{Action, Plan, Tried};
use crate::model::project::Project;
use crate::model::record::{Recorded, Standing};

/// The form of the file.
pub const VERSION: u32 = 1;

/// What a plan was made from, and what it came to. It holds no SQL and no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    pub version: u32,
    pub pgmg_version: String,
    pub environment: Option<String>,
    pub target: Option<String>,
    /// Checksums by file, migrations with `migrations/` before their names and code with `code/`.
    pub files: BTreeMap<String, String>,
    /// The migrations that were applied, with their checksums.
    pub applied: BTreeMap<String, String>,
    /// A checksum over what was recorded of code.
    pub code: String,
    pub tried: bool,
    pub steps: Vec<SavedStep>,
}

/// One step, as far as another run must repeat it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedStep {
    pub action: Action,
    pub object: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

impl SavedPlan {
    /// A plan with all that it was made from.
    pub fn new(project: &Project, recorded: &Recorded, plan: &Plan) -> Self {
        let steps = plan.steps.iter();
        SavedPlan {
            version: VERSION,
            pgmg_version: env!("CARGO_PKG_VERSION").to_owned(),
            environment: None,
            target: None,
            files: files(project),
            applied: applied(recorded),
            code: code(recorded),
            tried: plan.tried == Tried::Yes,
            steps: steps
                .map(|step| SavedStep { action: step.action, object: step.object.clone(), effects: step.effects.clone() })
                .collect(),
        }
    }

    /// What is another thing now than when the plan was made, in words; empty if nothing is.
    pub fn outdated(&self, project: &Project, recorded: &Recorded) -> Vec<String> {
        let mut changes = differences(&self.files, &files(project), ["is new", "was changed", "is gone"]);
        let now = applied(recorded);
        changes.extend(differences(&self.applied, &now, ["was applied", "is recorded with another checksum", "was taken back"]));
        if self.code != code(recorded) {
            changes.push("the code in the database was changed by another apply".to_owned());
        }
        changes
    }

    /// How a plan that was tried again differs from this one, in words; empty if it does not.
    pub fn differences(&self, plan: &Plan) -> Vec<String> {
        let mut changes = Vec::new();
        for at in 0..self.steps.len().max(plan.steps.len()) {
            let (then, now) = (self.steps.get(at), plan.steps.get(at));
            let shown = |action: Action, object: &str| format!("{} {object}", action.word());
            match (then, now) {
                (Some(then), Some(now)) if then.action == now.action && then.object == now.object => {
                    changes.extend(more_effects(&now.object, &then.effects, &now.effects));
                }
                (Some(then), Some(now)) => changes.push(format!(
                    "step {}: {} instead of {}",
                    at + 1,
                    shown(now.action, &now.object),
                    shown(then.action, &then.object)
                )),
                (Some(then), None) => changes.push(format!("step {}: no {}", at + 1, shown(then.action, &then.object))),
                (None, Some(now)) => changes.push(format!("step {}: {}", at + 1, shown(now.action, &now.object))),
                (None, None) => {}
            }
        }
        changes
    }
}

/// Effects that were not agreed to: other kinds, other objects, or more rows lost. Sizes, times and other counts may differ.
fn more_effects(migration: &str, then: &[Effect], now: &[Effect]) -> Vec<String> {
    let known: Vec<Effect> = then.iter().map(Effect::without_amounts).collect();
    let lost = |effects: &[Effect], of: &Effect| {
        let alike = effects.iter().filter(|effect| effect.without_amounts() == of.without_amounts());
        alike.map(Effect::rows_lost).sum::<i64>()
    };
    let more = now.iter().filter(|effect| !known.contains(&effect.without_amounts()) || effect.rows_lost() > lost(then, effect));
    let said = |effect: &Effect| match (effect.rows_lost(), lost(then, effect)) {
        (0, _) | (_, 0) => format!("{migration} does more than was agreed to: {}", effect.label()),
        (now, then) => {
            format!("{migration} does more than was agreed to: {} by {now} rows deleted instead of {then}", effect.label())
        }
    };
    more.map(said).collect()
}

fn files(project: &Project) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for migration in project.migrations.iter().flatten() {
        files.insert(format!("migrations/{}", migration.name), migration.checksum.to_string());
    }
    let mut code: BTreeMap<String, Sha256> = BTreeMap::new();
    for statement in project.statements.iter().flatten() {
        code.entry(format!("code/{}", statement.file.name)).or_default().update(statement.checksum.0);
    }
    files.extend(code.into_iter().map(|(name, sum)| (name, hex(&sum.finalize()))));
    files
}

fn applied(recorded: &Recorded) -> BTreeMap<String, String> {
    let row = |row: &crate::model::record::RecordedMigration| {
        let progress =
            if row.standing != Standing::Applied { format!(" up to statement {}", row.completed) } else { String::new() };
        (row.name.clone(), row.checksum.clone().unwrap_or_default() + &progress)
    };
    recorded.migrations.iter().map(row).collect()
}

fn code(recorded: &Recorded) -> String {
    let mut rows: Vec<(&str, &str)> = recorded.statements.iter().map(|row| (row.name.as_str(), row.checksum.as_str())).collect();
    rows.sort_unstable();
    let mut sum = Sha256::new();
    for (name, checksum) in rows {
        sum.update(name);
        sum.update([0]);
        sum.update(checksum);
        sum.update([0]);
    }
    hex(&sum.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `words`: what is said of one that came, changed, went.
fn differences(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>, words: [&str; 3]) -> Vec<String> {
    let [new, changed, gone] = words;
    let came = now.iter().filter_map(|(name, sum)| match then.get(name) {
        None => Some(format!("{name} {new}")),
        Some(old) if old != sum => Some(format!("{name} {changed}")),
        Some(_) => None,
    });
    let went = then.keys().filter(|name| !now.contains_key(*name)).map(|name| format!("{name} {gone}"));
    came.chain(went).collect()
}
