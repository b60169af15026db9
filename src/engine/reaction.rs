//! From a failed attempt to what is done about it.

use super::diagnosis::{Obstacle, diagnose};
use super::manner::Manner;
use super::matching::{last_name, seems_to_create};
use super::world::{Failed, World};
use crate::model::attempt::Failure;
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::sql_error::SqlError;
use crate::model::statement::{CreatedKind, Creates, Mentions, StatementId};
use crate::sql::mentions::messages::{name_at, names_in};
use crate::sql::rewrite::or_replace;
use crate::sql::spelling::identifier;

/// What is done about a failed statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// It is tried again in this form.
    Retry(Manner),
    /// Rows changed before an ALTER TABLE have deferred triggers (SQLSTATE 55006): they fire, then it is tried again.
    FireDeferredTriggers,
    /// Its object is there and cannot be replaced; these recorded objects may be what stands there.
    MakeRoom(Vec<Object>),
    /// Its object belongs to somebody else (SQLSTATE 42501).
    FindOwners(Vec<Object>),
    /// It waits for what it misses.
    Park,
}

/// What a failed attempt of a statement means.
pub fn read(world: &World<'_>, id: StatementId, failure: Failure) -> Failed {
    let statement = world.statement(id);
    let names = match failure.setting {
        None => missing_names(world, Some(id), statement.sql(), &failure.error),
        Some(_) => Vec::new(),
    };
    let manner = world.manner(id);
    let obstacle =
        if lacks_or_replace(manner, &failure.error) { Obstacle::NotReplaceable } else { diagnose(&failure.error, names) };
    let rewritten = *manner != Manner::AsWritten;
    Failed { error: failure.error, obstacle, setting: failure.setting, rewritten, help: None }
}

/// What is done about it.
pub fn react(world: &World<'_>, id: StatementId, failed: &Failed, has_fired: bool) -> Reaction {
    if failed.error.code == "55006" && !has_fired {
        return Reaction::FireDeferredTriggers;
    }
    let comparison = &world.work().comparison;
    let is_expected = || !comparison.orphans.is_empty() || comparison.drifted.contains(&id) || is_of_migration(world, id);
    if failed.obstacle == Obstacle::AlreadyExists
        && !failed.rewritten
        && is_expected()
        && let Some(sql) = with_or_replace(world, id)
    {
        return Reaction::Retry(Manner::OrReplace(sql));
    }
    match failed.obstacle {
        Obstacle::AlreadyExists | Obstacle::NotReplaceable => {
            let mut objects = in_its_way(world, id, failed);
            objects.extend(made_by_migrations(world, id));
            Reaction::MakeRoom(objects)
        }
        _ => without_room(world, id, failed),
    }
}

/// Whether a migration that holds creates what a statement does: the code takes it over.
fn is_of_migration(world: &World<'_>, id: StatementId) -> bool {
    let ours = &world.statement(id).mentions;
    let is_alike = |theirs: &Mentions| {
        let is_part =
            ours.part.is_some() && theirs.part.as_ref().map(|part| &part.name) == ours.part.as_ref().map(|part| &part.name);
        let created = || theirs.creates.iter().any(|created| ours.creates.iter().any(|own| own.name.may_equal(&created.name)));
        is_part || created()
    };
    world.work().statements_in_force().any(|statement| is_alike(&statement.mentions))
}

/// The objects that a statement creates, as its text names them, which a migration that holds makes.
fn made_by_migrations(world: &World<'_>, id: StatementId) -> Vec<Object> {
    let mentions = &world.statement(id).mentions;
    let schema = |name: &Name| name.schema.clone().unwrap_or_else(|| "public".to_owned());
    let object = |created: &Creates| {
        let names = match created.called.as_str() {
            "type" | "domain" => vec![format!("{}.{}", identifier(&schema(&created.name)), identifier(&created.name.name))],
            _ => vec![schema(&created.name), created.name.name.clone()],
        };
        Object { kind: created.called.as_str().into(), names, args: Vec::new() }
    };
    let named = mentions.creates.iter().filter(|created| created.kind == CreatedKind::Other).map(object);
    let part = mentions.part.iter().zip(&mentions.completes).map(|(part, table)| Object {
        kind: part.kind.clone(),
        names: vec![schema(table), table.name.clone(), part.name.clone()],
        args: Vec::new(),
    });
    named.chain(part).filter(|object| world.is_made_by_migration(object)).collect()
}

/// What is done about it where no recorded object is in its way.
pub fn without_room(world: &World<'_>, id: StatementId, failed: &Failed) -> Reaction {
    if failed.error.code != "42501" {
        return Reaction::Park;
    }
    let statement = world.statement(id);
    Reaction::FindOwners(world.recorded_objects().filter(|object| seems_to_create(statement, object)).cloned().collect())
}

/// The statement with OR REPLACE put in, where that can be.
pub fn with_or_replace(world: &World<'_>, id: StatementId) -> Option<String> {
    let statement = world.statement(id);
    or_replace(statement.sql(), statement.settings.standard_conforming_strings)
}

/// What an error seems to miss: the name at its position, or else the names in its texts that somebody could provide.
pub fn missing_names(world: &World<'_>, id: Option<StatementId>, sql: &str, error: &SqlError) -> Vec<Name> {
    let is_provided = |name: &Name| !world.providers(id, name).is_empty();
    let at = error.position.and_then(|position| name_at(sql, position));
    if let Some(name) = at.as_ref().filter(|name| is_provided(name)) {
        return vec![name.clone()];
    }
    let said = names_in(&error.message);
    let provided: Vec<Name> = said.iter().filter(|name| is_provided(name)).cloned().collect();
    if !provided.is_empty() {
        return provided;
    }
    let is_mentioned = |name: &Name| world.mentioners(&name.name).iter().any(|mentioner| Some(*mentioner) != id);
    let mut names: Vec<Name> = at.into_iter().collect();
    names.extend(said.into_iter().filter(is_mentioned));
    names
}

/// Whether the server has no OR REPLACE for this kind, like PostgreSQL 13 for triggers: a syntax error right behind the words.
fn lacks_or_replace(manner: &Manner, error: &SqlError) -> bool {
    let (Manner::OrReplace(sql), Some(position)) = (manner, error.position) else { return false };
    let before = || sql.chars().take(position.saturating_sub(1)).collect::<String>();
    error.code == "42601" && before().trim_end().ends_with("OR REPLACE")
}

/// The recorded objects that stand where a statement wants to create: those of changed statements, or its own of before.
fn in_its_way(world: &World<'_>, id: StatementId, failed: &Failed) -> Vec<Object> {
    let statement = world.statement(id);
    let said = names_in(&failed.error.message);
    let is_said = |part: &str| said.iter().any(|name| name.name == part);
    let is_named = |object: &Object| {
        let names: Vec<&str> = object.names.iter().map(|name| name.trim_start_matches("public.")).collect();
        names.last().is_some_and(|last| is_said(last)) && names.iter().all(|part| *part == "public" || is_said(part))
    };
    let own = world.rows_of(id).iter().copied();
    let recorded = world.work().orphans().chain(own).filter_map(|row| world.records().object(row));
    let may_stand_there =
        |object: &&Object| !world.is_dropped(object) && (seems_to_create(statement, object) || is_named(object));
    let found: Vec<Object> = recorded.filter(may_stand_there).cloned().collect();
    // PostgreSQL's hint spells the overload that is meant: "Use DROP FUNCTION f(integer) first."
    let hint = failed.error.hint.as_deref().unwrap_or_default();
    let hinted: Vec<Object> = found.iter().filter(|object| hint.contains(&object.name())).cloned().collect();
    if hinted.is_empty() { found } else { hinted }
}

/// The recorded objects that PostgreSQL names as standing in the way of a migration.
pub fn in_the_way_of_a_migration(world: &World<'_>, error: &SqlError) -> (Vec<Object>, Vec<String>) {
    let texts = [Some(error.message.as_str()), error.detail.as_deref()];
    let named: Vec<String> = texts.into_iter().flatten().flat_map(names_in).map(|name| name.name).collect();
    let is_named = |object: &&Object| last_name(object).is_some_and(|last| named.iter().any(|name| name == last));
    let objects = world.recorded_objects().filter(|object| is_named(object) && !world.is_dropped(object)).cloned().collect();
    (objects, named)
}
