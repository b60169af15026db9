//! Effects that must not be: vanishing objects, two makers of one object, unmanaged objects in the way.

use crate::engine::ledger::Was;
use crate::engine::matching::{are_in_one_file, may_be};
use crate::engine::verdict::{Progress, Verdict};
use crate::engine::world::World;
use crate::error::{Error, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::object::Object;
use crate::model::statement::{Role, StatementId};
use crate::model::verb::{Existing, Verb};

/// Refuses them.
pub fn conflicts(world: &World<'_>, progress: &Progress) -> Verdict {
    if !progress.is_seen {
        return Verdict::Look;
    }
    let mut found: Vec<(Kind, Diagnostic)> = Vec::new();
    for id in world.succeeded() {
        found.extend(vanishing(world, id).map(|diagnostic| (Kind::Sql, diagnostic)));
        found.extend(two_makers(world, id).map(|diagnostic| (Kind::Sql, diagnostic)));
        found.extend(unmanaged(world, id).map(|diagnostic| (Kind::Disagreement, diagnostic)));
    }
    match found.first() {
        None => Verdict::Satisfied,
        Some((kind, _)) => {
            let kind = *kind;
            Verdict::Impossible(Error { kind, diagnostics: found.into_iter().map(|(_, diagnostic)| diagnostic).collect() })
        }
    }
}

fn vanishing(world: &World<'_>, id: StatementId) -> Option<Diagnostic> {
    let object = world.ledger().statement(id).temporary.first()?;
    let message = format!("{object} is temporary: it would vanish when pgmg disconnects");
    let help = "create it without TEMPORARY, or inside the function or migration that uses it";
    Some(Diagnostic::new(message).at(world.statement(id).place()).help(help))
}

fn two_makers(world: &World<'_>, id: StatementId) -> Option<Diagnostic> {
    let statement = world.statement(id);
    let entry = world.ledger().statement(id);
    let is_apart = |other: &StatementId| *other != id && !are_in_one_file(statement, world.statement(*other));
    for provided in &entry.provides {
        if let Some(other) = world.records().maker(&provided.object).filter(is_apart) {
            return Some(made_twice(world, &provided.object, id, other));
        }
    }
    let may_find_it_there = statement.mentions.verb == Verb::Create(Existing::Stays);
    if statement.mentions.role != Role::Creates || may_find_it_there || !entry.provides.is_empty() {
        return None;
    }
    for other in world.succeeded().into_iter().filter(is_apart) {
        let overwrites = world.may_overwrite(other);
        for provided in &world.ledger().statement(other).provides {
            let is_it = statement.mentions.creates.iter().any(|created| may_be(created, &provided.object));
            let is_touched = entry.touches.contains(&provided.object) && (overwrites || world.may_overwrite(id));
            if is_it && (is_touched || entry.touches.is_empty() && overwrites) {
                return Some(made_twice(world, &provided.object, id, other));
            }
        }
    }
    None
}

fn made_twice(world: &World<'_>, object: &Object, maker: StatementId, other: StatementId) -> Diagnostic {
    let (first, second) = (maker.min(other), maker.max(other));
    Diagnostic::new(format!("{object} is created by two files"))
        .at(world.statement(second).place())
        .related("it is also created here", world.statement(first).place())
        .help("keep one of them")
}

fn unmanaged(world: &World<'_>, id: StatementId) -> Option<Diagnostic> {
    let mut provides = world.ledger().statement(id).provides.iter();
    // What a migration made is taken over when the code directory says it.
    let is_nobodys = |object: &Object| world.records().of_object(object).is_none() && !world.is_made_by_migration(object);
    let found = provides.find(|provided| provided.was == Was::Present && is_nobodys(&provided.object))?;
    let diagnostic = Diagnostic::new(format!("{} exists already, and pgmg does not manage it", found.object));
    let help = "drop or rename the existing object, or take the statement out of the code directory";
    Some(diagnostic.at(world.statement(id).place()).help(help))
}
