//! What has to go so that an object can be dropped, who makes it again, and what stands in the way because nobody can.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::engine::overwritten::overwritten;
use crate::engine::task::{Cause, Maker, Purpose, Said};
use crate::engine::world::{World, may_run_twice};
use crate::model::dependent::{Dependent, DropRole};
use crate::model::object::{CatalogId, Object};
use crate::model::restored::Restored;
use crate::model::statement::StatementId;
use crate::model::verb::Aspect;
use crate::sql::spelling;

/// The statements that drop an object, each without CASCADE; none if it goes with its owner. `None`: it cannot be dropped,
/// because it holds data or no statement drops it.
pub fn drop_statements(dependent: &Dependent) -> Option<Vec<String>> {
    if matches!(dependent.role, DropRole::Part(_)) && !dependent.is_dropped_first {
        return Some(Vec::new());
    }
    if dependent.sub != 0 {
        return None;
    }
    let statements = spelling::drop_statements(&dependent.object, dependent.extension.as_deref());
    Some(statements).filter(|statements| !statements.is_empty())
}

/// Who makes each object again; those that nobody can make are absent. Owners come behind their parts.
pub fn makers(
    world: &World<'_>,
    dependents: &[Dependent],
    definitions: &HashMap<CatalogId, String>,
    purpose: &Purpose,
) -> HashMap<CatalogId, Maker> {
    let mut makers: HashMap<CatalogId, Maker> = HashMap::new();
    for dependent in dependents.iter().rev() {
        let maker = match (dependent.role, purpose) {
            (DropRole::Requested, Purpose::Replace(id)) => Some(Maker::Statement(*id)),
            (DropRole::Requested, Purpose::Remove) => Some(Maker::Nobody),
            (DropRole::Requested, Purpose::WithoutAlter) => maker(world, dependent, None),
            (DropRole::Part(owner), _) if makers.get(&owner) == Some(&Maker::Nobody) => {
                // What nobody wrote goes for good with its owner.
                maker(world, dependent, None).or(Some(Maker::Nobody))
            }
            _ => maker(world, dependent, definitions.get(&dependent.id)),
        };
        makers.extend(maker.map(|maker| (dependent.id, maker)));
    }
    makers
}

/// Who makes a dependent again; `None` if nobody can.
pub fn maker(world: &World<'_>, dependent: &Dependent, definition: Option<&String>) -> Option<Maker> {
    if let Some(id) = world.maker(&dependent.object) {
        return Some(Maker::Statement(id));
    }
    if world.records().of_object(&dependent.object).is_some() && world.covers_everything() {
        return Some(Maker::Nobody);
    }
    if dependent.object.kind.may_be_said_by_its_owner() && matches!(dependent.role, DropRole::Part(_)) {
        return Some(Maker::Nobody);
    }
    definition.map(|sql| Maker::Definition(sql.clone()))
}

/// Those that cannot be dropped or made again.
pub fn in_the_way<'d>(dependents: &'d [Dependent], makers: &HashMap<CatalogId, Maker>) -> Vec<&'d Dependent> {
    let is_lost = |dependent: &&Dependent| !makers.contains_key(&dependent.id) || drop_statements(dependent).is_none();
    dependents.iter().filter(is_lost).collect()
}

/// What a managed domain says itself in a constraint is said anew by its statement: where the constraint must go, the domain
/// goes as well.
pub fn owning_types(world: &World<'_>, dependents: &[Dependent]) -> Vec<Object> {
    let is_constraint =
        |dependent: &&Dependent| dependent.object.kind == "domain constraint" && dependent.role == DropRole::Dependent;
    let mut types = world.recorded_objects().filter(|object| object.kind.is_type());
    let owner = |constraint: &Dependent| types.find(|object| object.names == constraint.object.names).cloned();
    dependents.iter().filter(is_constraint).filter_map(owner).collect()
}

/// Why an object is dropped.
pub fn cause(world: &World<'_>, dependent: &Dependent, purpose: &Purpose, root: Option<&Object>) -> Cause {
    let depends = || Cause::DependsOn(root.unwrap_or(&dependent.object).clone());
    match (dependent.role, purpose) {
        (DropRole::Requested, Purpose::Replace(id)) if world.work().comparison.drifted.contains(id) => Cause::Drifted,
        (DropRole::Requested, Purpose::Replace(_)) => Cause::Modified,
        (DropRole::Requested, Purpose::Remove) => Cause::Removed,
        (DropRole::Requested, Purpose::WithoutAlter) => Cause::NoLongerSaid(Said::Aspect(Aspect::Definition)),
        (_, Purpose::Unblock(migration)) => Cause::InTheWayOf(*migration),
        _ => depends(),
    }
}

/// How much of what it carried a dropped object gets back; `altered`: the labels of what ALTERs touched that are gone.
pub fn restoration(
    world: &World<'_>,
    dependent: &Dependent,
    maker: &Maker,
    purpose: &Purpose,
    altered: &HashSet<String>,
) -> Restored {
    let is_requested = dependent.role == DropRole::Requested;
    // An object without a maker comes back, if at all, from a changed statement.
    let is_new = is_requested && matches!(purpose, Purpose::Replace(_)) || *maker == Maker::Nobody;
    let has_drifted = matches!(maker, Maker::Statement(id) if world.work().comparison.drifted.contains(id));
    // Dropped for another reason, before anybody looked for what an ALTER changed that is gone.
    let is_altered = || altered.contains(&dependent.object.to_string());
    if is_requested && *purpose == Purpose::WithoutAlter || is_altered() {
        Restored::WithoutAlter
    } else if has_drifted {
        Restored::WithoutDrift
    } else if is_new {
        Restored::WhatNoTextSays
    } else {
        Restored::All
    }
}

/// The statements that did something to one of these objects without making it, unchanged or of this run, as far as it can be
/// done again; each with the object.
pub fn acting_on(world: &World<'_>, objects: &[Object]) -> Vec<(StatementId, Object)> {
    if objects.is_empty() {
        return Vec::new();
    }
    let overwritten = overwritten(world);
    let mut found = Vec::new();
    for object in objects {
        let label = object.to_string();
        let seen = world.ledger().by_statement().filter(|(_, entry)| entry.touches.contains(object)).map(|(id, _)| id);
        let unseen = overwritten.iter().filter(|(_, objects)| objects.contains(object)).map(|(id, _)| *id);
        let acting: BTreeSet<StatementId> = world.seen_to_touch(&label).chain(seen).chain(unseen).collect();
        let again = acting.into_iter().filter(|&id| may_run_twice(world.statement(id)));
        found.extend(again.map(|id| (id, object.clone())));
    }
    found
}
