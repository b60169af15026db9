//! Which statements heal what somebody else changed: those of the files that speak of it, and none where they do not.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::comparison::Comparison;
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::project::Project;
use crate::model::record::{Drift, Drifted, Recorded};
use crate::model::statement::{Role, Statement, StatementId, numbered};
use crate::model::verb::{Altered, Aspect, Verb};

/// Adds to a comparison the statements that heal. What the files say nothing of is no drift.
pub fn include(comparison: &mut Comparison, project: &Project, recorded: &Recorded, found: &[Drift]) {
    if found.is_empty() {
        return;
    }
    let statements = project.statements.as_deref().unwrap_or_default();
    let known: BTreeSet<StatementId> = comparison.statements.iter().copied().collect();
    let makers: HashMap<String, StatementId> =
        numbered(statements).map(|(id, statement)| (statement.checksum.to_string(), id)).collect();
    let setters = Setters::of(statements, recorded);
    let mut healing: BTreeSet<StatementId> = BTreeSet::new();
    for drift in found {
        let Some(row) = recorded.statements.get(drift.row) else { continue };
        let Some(object) = &row.object else { continue };
        // What no file says any more is removed or replaced anyway; what is set on it may stay as it was changed.
        let maker = makers.get(&row.checksum).copied();
        let is_dropped = drift.changes.contains(&Drifted::Dropped);
        let creates = maker.is_some_and(|maker| may_define(&statements[maker]));
        let is_altered = drift.changes.contains(&Drifted::Definition) && creates;
        let mut heals: Vec<StatementId> = setters.on(object, &row.name, &drift.changes);
        let heals_grants = heals.iter().any(|&id| sets(&statements[id]) == Some(Aspect::Privileges));
        heals.extend(maker.filter(|_| is_dropped || is_altered));
        if !heals.is_empty() {
            comparison.drifted_rows.push(drift.row);
            comparison.revokes.extend(drift.revokes.iter().filter(|_| heals_grants).cloned());
            healing.extend(heals);
        }
    }
    healing.retain(|id| !known.contains(id));
    comparison.unchanged = comparison.unchanged.saturating_sub(healing.len());
    comparison.statements = known.union(&healing).copied().collect();
    comparison.drifted = healing;
}

/// Whether a statement says what an object is, so that it heals another definition of it.
pub fn may_define(statement: &Statement) -> bool {
    statement.mentions.role == Role::Creates || statement.mentions.verb.creates()
}

/// What a recorded statement made, or else its first word.
pub fn label(statement: &Statement, recorded: &Recorded) -> String {
    let checksum = statement.checksum.to_string();
    let made = recorded.statements.iter().find(|row| row.checksum == checksum && row.object.is_some());
    made.map_or_else(|| statement.mentions.keyword.to_ascii_uppercase(), |row| row.name.clone())
}

/// The statements that set something on objects which others create.
pub struct Setters<'a>(Vec<Setter<'a>>);

struct Setter<'a> {
    id: StatementId,
    sets: Aspect,
    names: Vec<&'a Name>,
    /// Labels of the objects that it was seen to change.
    touches: HashSet<&'a str>,
}

impl<'a> Setters<'a> {
    /// Those of a project.
    pub fn of(statements: &'a [Statement], recorded: &'a Recorded) -> Self {
        let mut touches: HashMap<&str, HashSet<&str>> = HashMap::new();
        for row in &recorded.statements {
            touches.entry(&row.checksum).or_default().extend(row.touches.iter().map(String::as_str));
        }
        let setter = |(id, statement): (StatementId, &'a Statement)| {
            let sets = sets(statement)?;
            let touches = touches.get(statement.checksum.to_string().as_str()).cloned().unwrap_or_default();
            let mentions = &statement.mentions;
            // A later one of its kind writes the same catalog row: what it touched is not always to be seen.
            let used =
                mentions.uses.iter().filter(|_| matches!(sets, Aspect::Privileges | Aspect::Comment)).map(|used| &used.name);
            Some(Setter { id, sets, names: mentions.completes.iter().chain(used).collect(), touches })
        };
        Setters(numbered(statements).filter_map(setter).collect())
    }

    /// Those that set again what was changed on an object.
    pub fn on(&self, object: &Object, label: &str, changes: &[Drifted]) -> Vec<StatementId> {
        let is_wanted = |sets: Aspect| {
            let change = match sets {
                Aspect::Privileges => Drifted::Grants,
                Aspect::Comment => Drifted::Comment,
                Aspect::Owner => Drifted::Owner,
                Aspect::Label => Drifted::Dropped,
                Aspect::Definition => Drifted::Definition,
            };
            changes.contains(&Drifted::Dropped) || changes.contains(&change)
        };
        let setters = self.0.iter().filter(|setter| is_wanted(setter.sets) && setter.is_about(object, label));
        setters.map(|setter| setter.id).collect()
    }
}

impl Setter<'_> {
    /// As its text says, or as it was seen to do.
    fn is_about(&self, object: &Object, label: &str) -> bool {
        let is_named = |name: &Name| {
            let schema_fits = name.schema.as_ref().is_none_or(|schema| object.names.len() < 2 || object.names.contains(schema));
            object.names.last() == Some(&name.name) && schema_fits
        };
        self.touches.contains(label) || self.names.iter().copied().any(is_named)
    }
}

/// Default privileges are objects of their own, which ALTER defines.
fn sets(statement: &Statement) -> Option<Aspect> {
    match statement.mentions.verb {
        Verb::Alter(Altered::DefaultPrivileges) => Some(Aspect::Definition),
        verb => verb.sets(),
    }
}
