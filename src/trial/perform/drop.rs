//! The last rung of the ladder: an object that cannot be replaced is dropped with what depends on it. Never CASCADE: what cannot
//! come back stands in the way, or stays and is altered.

use std::collections::HashSet;

use super::run_own;
use crate::engine::alter_in_place::alters;
use crate::engine::circle::{circles, reordered};
use crate::engine::rules::drops::{drop_statements, in_the_way, maker, makers, owning_types};
use crate::engine::sending;
use crate::engine::task::{Alteration, Done, Gone, Maker, Purpose};
use crate::engine::world::World;
use crate::error::{Error, Kind, Result};
use crate::model::attempt::AttemptId;
use crate::model::dependent::{Dependent, DropRole};
use crate::model::diagnostic::Diagnostic;
use crate::model::form::{Compared, Form, Forms};
use crate::model::object::{CatalogId, Object};
use crate::model::statement::StatementId;
use crate::sql::spelling::identifier;
use crate::trial::server::{Remade, Server};
use crate::trial::words;

/// Drops objects with all that depends on them, after what they carry was captured.
pub fn drop_objects(server: &mut dyn Server, world: &World<'_>, objects: &[Object], purpose: &Purpose) -> Result<Done> {
    let ids: Vec<CatalogId> = server.find(objects)?.into_iter().flatten().collect();
    if ids.is_empty() {
        return Ok(Done::Nothing);
    }
    let dependents = with_owners(server, world, &ids)?;
    // What a statement makes again needs no description of PostgreSQL's, which takes as long as its drop.
    let nobodys = dependents.iter().filter(|dependent| maker(world, dependent, None).is_none());
    let nobodys: Vec<CatalogId> = nobodys.map(|dependent| dependent.id).collect();
    let definitions = server.definitions(&nobodys)?;
    let all: Vec<CatalogId> = dependents.iter().map(|dependent| dependent.id).collect();
    server.capture(&all)?;
    let makers = makers(world, &dependents, &definitions, purpose);
    let blocking = in_the_way(&dependents, &makers);
    if !blocking.is_empty() {
        if let Purpose::Replace(id) = purpose {
            match alter_in_place(server, world, *id, objects, &dependents)? {
                Done::Nothing => {}
                done => return Ok(done),
            }
        }
        return Err(words::cannot_drop(world, objects, purpose, &blocking));
    }
    let dependents = without_circles(server, dependents)?;
    let drops: Vec<String> = dependents.iter().filter_map(drop_statements).flatten().collect();
    if let Err(error) = run_own(server, &drops)? {
        let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let message = format!("{} cannot be dropped: {}", names.join(", "), error.message);
        let dropped: Vec<Object> = dependents.iter().map(|dependent| dependent.object.clone()).collect();
        let help = if error.code == "42501" { server.owners(&dropped)? } else { None };
        return Err(Error::new(Kind::Disagreement, Diagnostic { message, help, ..words::said(&error) }));
    }
    let gone = |dependent: Dependent| {
        let maker = makers.get(&dependent.id).cloned().unwrap_or(Maker::Nobody);
        Gone { dependent, maker }
    };
    Ok(Done::Dropped(dependents.into_iter().map(gone).collect()))
}

/// Sees what a statement that left an object alone would make of it: kept where that is what is there, else made anew.
pub fn compare(server: &mut dyn Server, world: &World<'_>, id: StatementId, object: &Object) -> Result<Done> {
    let objects = std::slice::from_ref(object);
    if object.kind.may_hold_or_be_held() {
        return alter_in_place(server, world, id, objects, &[]);
    }
    let Some(at) = server.find(objects)?.into_iter().next().flatten() else { return Ok(Done::Nothing) };
    let dependents = server.dependents(&[at])?;
    let drops: Option<Vec<Vec<String>>> = dependents.iter().map(drop_statements).collect();
    let kept = |alters| {
        let (object, form) = (object.clone(), Form::Opaque);
        Done::Altered(Alteration { statement: id, id: at, object, form, alters, dependents: Vec::new() })
    };
    let Some(drops) = drops else { return Ok(kept(Vec::new())) };
    match server.remake(at, object, &drops.concat(), &sending::attempt(world, id))? {
        Remade::Alike | Remade::Stays => Ok(kept(Vec::new())),
        Remade::Other => drop_objects(server, world, objects, &Purpose::Replace(id)),
        Remade::Nothing => Ok(Done::Nothing),
        Remade::StatementFailed(failure) => Ok(Done::StatementFails(*failure)),
    }
}

/// Finds the ALTERs that make one of the objects what the statement says; nothing where none of them may stay.
///
/// # Errors
/// Data would be lost.
pub fn alter_in_place(
    server: &mut dyn Server,
    world: &World<'_>,
    id: StatementId,
    objects: &[Object],
    dependents: &[Dependent],
) -> Result<Done> {
    let may_stay = |object: &&Object| object.kind.may_hold_or_be_held();
    let Some(object) = objects.iter().find(may_stay).filter(|_| world.goes_with(id).is_empty()) else {
        return Ok(Done::Nothing);
    };
    let Some(at) = server.find(std::slice::from_ref(object))?.into_iter().next().flatten() else {
        return Ok(Done::Nothing);
    };
    let statement = world.statement(id);
    let forms = match server.compare(at, object, statement, AttemptId::Statement(id))? {
        Compared::Forms(forms) => without_constraints_of_others(world, id, object, forms),
        Compared::StatementFailed(failure) => return Ok(Done::StatementFails(failure)),
        Compared::Stays(error) => return Err(words::not_compared(statement, object, &error)),
        Compared::Unknown => return Ok(Done::Nothing),
    };
    match alters(object, &forms) {
        Ok(alters) => Ok(Done::Altered(Alteration {
            statement: id,
            id: at,
            object: object.clone(),
            form: forms.now,
            alters,
            dependents: dependents.iter().map(|dependent| dependent.object.clone()).collect(),
        })),
        Err(losses) => Err(words::would_lose(statement, object, &forms, &losses, dependents)),
    }
}

/// Constraints that other statements of the files add to a table are not for its own to say.
fn without_constraints_of_others(world: &World<'_>, id: StatementId, table: &Object, mut forms: Forms) -> Forms {
    let Form::Lines(lines) = &mut forms.now else { return forms };
    let of_another = |constraint: &Object| {
        let is_of_table = constraint.kind == "table constraint" && constraint.names.starts_with(&table.names);
        is_of_table && world.records().maker(constraint).is_some_and(|maker| maker != id)
    };
    let others = world.recorded_objects().filter(|object| of_another(object)).filter_map(|object| object.names.last());
    let others: Vec<String> = others.map(|name| format!("constraint {} ", identifier(name))).collect();
    lines.retain(|line| !others.iter().any(|other| line.starts_with(other.as_str())));
    forms
}

/// Replaced one by one, objects can come to need each other, and none of them can be dropped: their views are made to need
/// nothing.
fn without_circles(server: &mut dyn Server, dependents: Vec<Dependent>) -> Result<Vec<Dependent>> {
    let members: HashSet<CatalogId> = circles(&dependents).into_iter().flatten().collect();
    if members.is_empty() {
        return Ok(dependents);
    }
    let views = dependents.iter().filter(|dependent| members.contains(&dependent.id) && dependent.object.kind == "view");
    let views: Vec<CatalogId> = views.map(|view| view.id).collect();
    let stubs = server.stubs(&views)?;
    // What PostgreSQL refuses here it refuses to drop as well, and says so.
    Ok(if run_own(server, &stubs)?.is_ok() { reordered(dependents, &views) } else { dependents })
}

/// All that depends on these, and the domains whose constraints do, unless a domain holds data together.
fn with_owners(server: &mut dyn Server, world: &World<'_>, ids: &[CatalogId]) -> Result<Vec<Dependent>> {
    let dependents = server.dependents(ids)?;
    let owners = owning_types(world, &dependents);
    if owners.is_empty() {
        return Ok(dependents);
    }
    let owners: Vec<CatalogId> = server.find(&owners)?.into_iter().flatten().collect();
    let mut with_owners = server.dependents(&[ids, owners.as_slice()].concat())?;
    if with_owners.iter().any(|dependent| drop_statements(dependent).is_none()) {
        return Ok(dependents);
    }
    let is_added = |id: &CatalogId| owners.contains(id) && !ids.contains(id);
    for owner in with_owners.iter_mut().filter(|dependent| is_added(&dependent.id)) {
        owner.role = DropRole::Dependent;
    }
    Ok(with_owners)
}
