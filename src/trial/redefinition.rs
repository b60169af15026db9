//! How PostgreSQL describes objects before and after a run, for people who want to see what changes.

use std::collections::{HashMap, HashSet};

use super::Finished;
use crate::error::Result;
use crate::model::object::{CatalogId, Object};
use crate::model::plan::Redefinition;
use crate::model::record::Recorded;
use crate::postgres::session::Session;
use crate::postgres::{attributes, catalog};

/// The definitions of objects by their labels; those that PostgreSQL cannot describe are absent.
pub type Definitions = HashMap<String, String>;

/// The objects that a run made and that were recorded before it: new ones have nothing to be compared with.
pub fn remade(finished: &Finished, recorded: &Recorded) -> Vec<Object> {
    let known: HashSet<&str> = recorded.statements.iter().map(|row| row.name.as_str()).collect();
    let made = finished.outcome.records.iter().filter(|row| known.contains(row.name.as_str()));
    made.filter_map(|row| row.object.clone()).collect()
}

/// The definitions as they are now in the session.
pub fn definitions(session: &mut Session, objects: &[Object]) -> Result<Definitions> {
    let ids = catalog::find(session, objects)?;
    let there: Vec<(CatalogId, &Object)> = ids.into_iter().zip(objects).filter_map(|(id, object)| Some((id?, object))).collect();
    let ids: Vec<CatalogId> = there.iter().map(|(id, _)| *id).collect();
    let mut definitions = attributes::definitions(session, &ids)?;
    Ok(there.into_iter().filter_map(|(id, object)| Some((object.to_string(), definitions.remove(&id)?))).collect())
}

/// Notes in the steps of a plan what changed between two looks.
pub fn note(finished: &mut Finished, mut before: Definitions, mut after: Definitions) {
    for step in finished.outcome.plan.steps.iter_mut().filter(|step| step.statement.is_some()) {
        // A domain is shown as one, and recorded as the type that it is.
        let label = step.object.strip_prefix("domain.").map_or_else(|| step.object.clone(), |name| format!("type.{name}"));
        if let (Some(before), Some(after)) = (before.remove(&label), after.remove(&label))
            && before != after
        {
            step.definition = Some(Redefinition { before, after });
        }
    }
}
