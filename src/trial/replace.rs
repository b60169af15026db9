//! The last rung of the ladder: an object that cannot be replaced is dropped with what depends on it, made again, and given
//! back what it carried. Never CASCADE: what cannot come back stands in the way.

use std::collections::{HashMap, HashSet};

use super::Scope;
use super::drive::{Done, Drive, Failed, OWN_UNIT};
use super::evolve::{self, Attempt};
use super::in_its_way;
use super::ledger::seems_to_create;
use super::ownership;
use crate::engine::Beyond;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::migration::Migration;
use crate::model::object::{CatalogId, Object};
use crate::model::plan::Reason;
use crate::postgres::attributes::{self, Because, Carried, Recreated};
use crate::postgres::catalog;
use crate::postgres::catalog::blockers::{self, Dependent, Standing};
use crate::postgres::session::Failure;

/// An object that was dropped and is to come back.
#[derive(Debug)]
pub struct Dropped {
    object: Object,
    carried: Option<Carried>,
    maker: Maker,
    because: Because,
}

/// Who makes a dropped object again.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Maker {
    Statement(usize),
    /// Nobody's file: PostgreSQL's own description of it.
    Definition(String),
    /// It goes for good, or comes with its owner.
    Nobody,
}

/// Why objects are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Purpose {
    /// This statement makes them anew.
    Replace(usize),
    /// No statement makes them any more.
    Remove,
    /// Their statements make them anew, without what an ALTER that is gone set.
    WithoutAlter,
    /// They stand in the way of this migration and come back after it.
    Unblock(String),
}

/// Drops objects that stand in the way of a migration, with what depends on them; they come back after it.
pub fn unblock(drive: &mut Drive<'_>, objects: &[Object], migration: &Migration) -> Result<()> {
    drop_objects(drive, objects, &Purpose::Unblock(migration.name.clone())).map(drop)
}

/// What came of making room for a statement.
#[derive(Debug)]
pub enum Room {
    /// It can be tried again.
    Made,
    /// It fails even with its object out of its way.
    Useless(Box<Failure>),
    /// No recorded object is in its way.
    Taken,
}

/// Makes room for a statement whose object is there and cannot be replaced.
pub fn make_room(drive: &mut Drive<'_>, id: usize, failed: &Failed) -> Result<Room> {
    let objects = in_its_way::find(drive, id, failed)?;
    if objects.is_empty() {
        return Ok(Room::Taken);
    }
    drop_objects(drive, &objects, &Purpose::Replace(id))
}

/// A statement with IF NOT EXISTS leaves alone what holds data: whether that is what the statement says has to be seen. True if
/// one of the objects is.
pub fn keep_changed(drive: &mut Drive<'_>, objects: &[Object]) -> Result<bool> {
    let mut done: Vec<usize> = drive.queue.successes().to_vec();
    done.sort_unstable();
    done.dedup();
    let mut kept = false;
    for object in objects.iter().filter(|object| object.kind.holds_data()) {
        let Some(id) = done.iter().copied().find(|&id| seems_to_create(&drive.statements[id], object)) else { continue };
        kept |= matches!(evolve::attempt(drive, id, std::slice::from_ref(object), &[])?, Some(Attempt::Evolves));
    }
    Ok(kept)
}

/// Drops objects for good, with what depends on them; the statements of the dependents are tried again.
pub fn remove(drive: &mut Drive<'_>, objects: &[Object]) -> Result<()> {
    drop_objects(drive, objects, &Purpose::Remove).map(drop)
}

/// Drops objects that their statements then make again, without what an ALTER set that is gone.
pub fn make_anew(drive: &mut Drive<'_>, objects: &[Object]) -> Result<()> {
    drop_objects(drive, objects, &Purpose::WithoutAlter).map(drop)
}

/// In a stage of its own nothing that had to go may be away until the next one: it comes back, in order, by its statement if that
/// is unchanged, or else as it was. What a changed statement says may need a later stage.
pub fn make_again(drive: &mut Drive<'_>) -> Result<()> {
    let mut tried: HashSet<usize> = HashSet::new();
    // What is made may drop more.
    loop {
        let is_away = |one: &Dropped| match &one.maker {
            Maker::Definition(_) => true,
            Maker::Statement(id) => !drive.queue.is_done(*id) && !tried.contains(id),
            Maker::Nobody => false,
        };
        let Some(at) = drive.dropped.iter().rposition(is_away) else { break };
        match drive.dropped[at].maker.clone() {
            Maker::Definition(sql) => {
                let object = drive.dropped[at].object.clone();
                make_as_it_was(drive, &object, &sql)?;
                drive.dropped[at].maker = Maker::Nobody;
            }
            Maker::Statement(id) => {
                tried.insert(id);
                drive.queue.limit(Some((HashSet::from([id]), Beyond::Release)));
                drive.run()?;
                drive.queue.limit(None);
            }
            Maker::Nobody => {}
        }
    }
    give_back(drive).map(drop)
}

fn make_as_it_was(drive: &mut Drive<'_>, object: &Object, sql: &String) -> Result<()> {
    // Its changed statement may have made it meanwhile, released by one of the others.
    if catalog::find(drive.session, std::slice::from_ref(object))?.iter().any(Option::is_some) {
        return Ok(());
    }
    let Err(error) = drive.run_own(std::slice::from_ref(sql))? else { return Ok(()) };
    let (who, help) = if drive.records.of_object(object).is_some() {
        ("would be gone until a later migration is applied", "change its file in an apply of its own, before the migration")
    } else {
        ("is not managed by pgmg", "drop it yourself, then apply")
    };
    let message = format!("{object} {who}, and it cannot be created again: {}", error.message);
    Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help(help)))
}

/// Gives back what dropped objects carried to those that are there again; the statements that made these.
pub fn give_back(drive: &mut Drive<'_>) -> Result<Vec<usize>> {
    let dropped = std::mem::take(&mut drive.dropped);
    for one in dropped.iter().rev() {
        if let Maker::Definition(sql) = &one.maker {
            make_as_it_was(drive, &one.object, sql)?;
        }
    }
    let objects: Vec<Object> = dropped.iter().map(|one| one.object.clone()).collect();
    let now = catalog::find(drive.session, &objects)?;
    let mut back = Vec::new();
    let mut absent = Vec::new();
    for (one, now) in dropped.into_iter().zip(now) {
        match (now, &one.maker) {
            (Some(now), _) => back.push((one, now)),
            (None, Maker::Statement(id)) if !drive.queue.is_done(*id) => absent.push(one),
            (None, _) => act_again(drive, &one.object),
        }
    }
    drive.dropped = absent;
    // What depends on others was dropped first and comes back last.
    let makers = back.iter().filter_map(|(one, _)| if let Maker::Statement(id) = one.maker { Some(id) } else { None });
    let makers: Vec<usize> = makers.collect();
    let back: Vec<Recreated<'_>> = back.iter().rev().filter_map(|(one, now)| recreated(one, *now)).collect();
    let refusals = attributes::restore(drive.session, &back)?;
    let diagnostics: Vec<Diagnostic> = refusals
        .iter()
        .map(|refusal| {
            let why = refusal.error.as_ref().map(|error| format!(": {}", error.message)).unwrap_or_default();
            Diagnostic::new(format!("{} had to be created again and would lose {}{why}", refusal.object, refusal.what))
        })
        .collect();
    if diagnostics.is_empty() { Ok(makers) } else { Err(Error { kind: Kind::Disagreement, diagnostics }) }
}

fn recreated(one: &Dropped, now: CatalogId) -> Option<Recreated<'_>> {
    let unit = match one.maker {
        Maker::Statement(id) => i32::try_from(id).unwrap_or(OWN_UNIT),
        _ => OWN_UNIT,
    };
    Some(Recreated { was: one.carried.as_ref()?, now, because: one.because, unit })
}

fn drop_objects(drive: &mut Drive<'_>, objects: &[Object], purpose: &Purpose) -> Result<Room> {
    let ids = catalog::find(drive.session, objects)?;
    let ids: Vec<CatalogId> = ids.into_iter().flatten().collect();
    let all = with_owners(drive, &ids)?;
    let every: Vec<CatalogId> = all.iter().map(|one| one.id).collect();
    // What a statement makes again needs no description of PostgreSQL's, which takes as long as its drop.
    let nobodys = all.iter().filter(|one| maker(drive, one, None).is_none());
    let nobodys: Vec<CatalogId> = nobodys.map(|one| one.id).collect();
    let definitions = attributes::definitions(drive.session, &nobodys)?;
    let mut captured: HashMap<CatalogId, Carried> =
        attributes::capture(drive.session, &every)?.into_iter().map(|carried| (carried.id, carried)).collect();
    let makers = makers(drive, &all, &definitions, purpose);
    let is_lost = |one: &&Dependent| !makers.contains_key(&one.id) || one.drop_statements().is_none();
    let in_the_way: Vec<&Dependent> = all.iter().filter(is_lost).collect();
    if !in_the_way.is_empty() {
        if let Purpose::Replace(id) = purpose {
            match evolve::attempt(drive, *id, objects, &all)? {
                Some(Attempt::Evolves) => return Ok(Room::Made),
                Some(Attempt::Fails(failure)) => return Ok(Room::Useless(failure)),
                None => {}
            }
        }
        return Err(refused(drive, objects, purpose, &in_the_way));
    }
    let all = without_circles(drive, all)?;
    let drops: Vec<String> = all.iter().flat_map(|one| one.drop_statements().unwrap_or_default()).collect();
    if let Err(error) = drive.run_own(&drops)? {
        let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let message = format!("{} cannot be dropped: {}", names.join(", "), error.message);
        let of_all: Vec<Object> = all.iter().map(|one| one.object.clone()).collect();
        let help = if error.code == "42501" { ownership::help(drive, &of_all)? } else { None };
        return Err(Error::new(Kind::Disagreement, Diagnostic { message, help, ..super::failure::said(&error) }));
    }
    let accounts = all.into_iter().map(|one| {
        let maker = makers.get(&one.id).cloned().unwrap_or(Maker::Nobody);
        let carried = captured.remove(&one.id);
        (one, maker, carried)
    });
    settle_accounts(drive, objects, purpose, accounts.collect());
    Ok(Room::Made)
}

/// Replaced one by one, objects can come to need each other, and none of them can be dropped: their views are made to need nothing.
fn without_circles(drive: &mut Drive<'_>, all: Vec<Dependent>) -> Result<Vec<Dependent>> {
    let circles: HashSet<CatalogId> = blockers::circles(&all).into_iter().flatten().collect();
    if circles.is_empty() {
        return Ok(all);
    }
    let views = all.iter().filter(|one| circles.contains(&one.id) && one.object.kind == "view");
    let views: Vec<CatalogId> = views.map(|one| one.id).collect();
    let stubs = blockers::stubs(drive.session, &views)?;
    // What PostgreSQL refuses here it refuses to drop as well, and says so.
    Ok(if drive.run_own(&stubs)?.is_ok() { blockers::reordered(all, &views) } else { all })
}

/// All that depends on these. What a managed domain says itself in a constraint is said anew by its statement: where the
/// constraint must go, the domain goes as well, unless it holds data together.
fn with_owners(drive: &mut Drive<'_>, ids: &[CatalogId]) -> Result<Vec<Dependent>> {
    let all = blockers::dependents(drive.session, ids)?;
    let constraints = all.iter().filter(|one| one.object.kind == "domain constraint" && one.standing == Standing::Itself);
    let rows = drive.input.recorded.statements.iter().filter_map(|row| row.object.as_ref());
    let is_type = |object: &&Object| object.kind.is_type();
    let owners: Vec<Object> = constraints
        .filter_map(|one| rows.clone().filter(is_type).find(|object| object.names == one.object.names))
        .cloned()
        .collect();
    if owners.is_empty() {
        return Ok(all);
    }
    let owners: Vec<CatalogId> = catalog::find(drive.session, &owners)?.into_iter().flatten().collect();
    let mut more = blockers::dependents(drive.session, &[ids, owners.as_slice()].concat())?;
    if more.iter().any(|one| one.drop_statements().is_none()) {
        return Ok(all);
    }
    for one in more.iter_mut().filter(|one| owners.contains(&one.id) && !ids.contains(&one.id)) {
        one.standing = Standing::Itself;
    }
    Ok(more)
}

/// Notes what was dropped, and puts the statements that make it again back into the queue.
fn settle_accounts(drive: &mut Drive<'_>, objects: &[Object], purpose: &Purpose, all: Vec<(Dependent, Maker, Option<Carried>)>) {
    let because = match purpose {
        Purpose::Unblock(migration) => migration.clone(),
        _ => objects.first().map(ToString::to_string).unwrap_or_default(),
    };
    let root = if let Purpose::Replace(id) = purpose { Some(*id) } else { None };
    let mut again = Vec::new();
    for (one, maker, carried) in all {
        let reason = match (one.standing, purpose) {
            (Standing::Asked, Purpose::Replace(id)) if drive.input.comparison.drifted.contains(id) => Reason::Drifted,
            (Standing::Asked, Purpose::Replace(_)) => Reason::Modified,
            (Standing::Asked, Purpose::Remove) => Reason::Removed,
            (Standing::Asked, Purpose::WithoutAlter) => Reason::NoLongerSaid("an ALTER of it is".to_owned()),
            (_, Purpose::Unblock(migration)) => Reason::InTheWay(migration.clone()),
            _ => Reason::DependsOn(because.clone()),
        };
        if !matches!(one.standing, Standing::PartOf(_)) {
            drive.course.push(Done::Dropped(one.object.clone(), reason.clone()));
        }
        if let Maker::Statement(id) = &maker
            && Some(*id) != root
        {
            drive.made_again.insert(*id, reason.clone());
            again.push(*id);
        }
        // An object without a maker comes back, if at all, from a changed statement.
        let is_new = one.standing == Standing::Asked && root.is_some() || maker == Maker::Nobody;
        let because = match (one.standing, purpose) {
            (Standing::Asked, Purpose::WithoutAlter) => Because::ItsAlterIsGone,
            _ if matches!(&maker, Maker::Statement(id) if drive.input.comparison.drifted.contains(id)) => Because::ItDrifted,
            _ if is_new => Because::ItsTextChanged,
            _ => Because::SomethingElse,
        };
        if one.standing == Standing::Asked && *purpose == Purpose::Remove {
            act_again(drive, &one.object);
        } else {
            // Dropped twice before it got anything back: what it carried is what it carried at first.
            let earlier = drive.dropped.iter().position(|dropped| dropped.object == one.object);
            let carried = earlier.map_or(carried, |at| drive.dropped.remove(at).carried);
            drive.dropped.push(Dropped { object: one.object, carried, maker, because });
        }
    }
    drive.forget_success(&again);
    drive.queue.requeue(&again);
}

/// An object is gone, and another one may bear its name: what unchanged statements did to it by that name is done again.
fn act_again(drive: &mut Drive<'_>, object: &Object) {
    let label = object.to_string();
    let rows = drive.input.recorded.statements.iter().filter(|row| row.object.is_none() && row.touches.contains(&label));
    let acts = rows.filter_map(|row| drive.records.statement(row));
    let acts: Vec<usize> = acts.filter(|&id| super::again::may_run_twice(&drive.statements[id])).collect();
    for &id in &acts {
        drive.made_again.insert(id, Reason::DependsOn(label.clone()));
    }
    drive.queue.requeue(&acts);
}

/// Who makes each object again; those that nobody can make are absent. Owners come behind their parts.
fn makers(
    drive: &Drive<'_>,
    all: &[Dependent],
    definitions: &HashMap<CatalogId, String>,
    purpose: &Purpose,
) -> HashMap<CatalogId, Maker> {
    let mut makers: HashMap<CatalogId, Maker> = HashMap::new();
    for one in all.iter().rev() {
        let made = match (one.standing, purpose) {
            (Standing::Asked, Purpose::Replace(id)) => Some(Maker::Statement(*id)),
            (Standing::Asked, Purpose::Remove) => Some(Maker::Nobody),
            (Standing::Asked, Purpose::WithoutAlter) => maker(drive, one, None),
            (Standing::PartOf(owner), _) if makers.get(&owner) == Some(&Maker::Nobody) => {
                // What nobody wrote goes for good with its owner.
                maker(drive, one, None).or(Some(Maker::Nobody))
            }
            _ => maker(drive, one, definitions.get(&one.id)),
        };
        if let Some(made) = made {
            makers.insert(one.id, made);
        }
    }
    makers
}

/// Who makes a dependent again; `None` if nobody can.
fn maker(drive: &Drive<'_>, one: &Dependent, definition: Option<&String>) -> Option<Maker> {
    let row = drive.records.of_object(&one.object);
    if let Some(id) = row.and_then(|row| drive.records.statement(row)) {
        return Some(Maker::Statement(id));
    }
    // A changed statement may have made it already in this run.
    let done = drive.queue.successes().iter().copied();
    if let Some(id) = done.into_iter().find(|&id| seems_to_create(&drive.statements[id], &one.object)) {
        return Some(Maker::Statement(id));
    }
    if row.is_some() && drive.input.scope == Scope::Everything {
        return Some(Maker::Nobody);
    }
    if one.object.kind.may_be_said_by_its_owner() && matches!(one.standing, Standing::PartOf(_)) {
        return Some(Maker::Nobody);
    }
    definition.map(|sql| Maker::Definition(sql.clone()))
}

fn refused(drive: &Drive<'_>, objects: &[Object], purpose: &Purpose, in_the_way: &[&Dependent]) -> Error {
    let of_themselves = in_the_way.iter().filter(|one| one.standing == Standing::Asked).map(|one| one.object.to_string());
    let of_themselves: Vec<String> = of_themselves.collect();
    let holds_data = !of_themselves.is_empty();
    let names = if holds_data { of_themselves } else { objects.iter().map(ToString::to_string).collect() };
    let what = if matches!(purpose, Purpose::Replace(_)) { "cannot be replaced" } else { "cannot be dropped" };
    let message = if holds_data {
        format!("{} {what}: it holds data", names.join(", "))
    } else {
        format!("{} {what}: something that pgmg cannot make again depends on it", names.join(", "))
    };
    let mut diagnostic = Diagnostic::new(message);
    if let Purpose::Replace(id) = purpose {
        diagnostic.place = Some(drive.statements[*id].place());
    }
    for one in in_the_way.iter().filter(|one| one.standing != Standing::Asked) {
        diagnostic = diagnostic.note(NoteLabel::Note, format!("{} stands in the way", one.object));
    }
    let help = match purpose {
        Purpose::Remove if holds_data => {
            "bring its statement back; or move it into a migration, which takes it over as it is; or drop it in a migration"
        }
        _ if holds_data => "bring its former statement back, or write a migration that alters it",
        _ => "write a migration that changes what stands in the way",
    };
    Error::new(Kind::Disagreement, diagnostic.help(help))
}
