//! Takes back what statements did that are gone: privileges, comments and labels, default privileges, what an ALTER set.

use super::drop::drop_objects;
use super::run_own;
use crate::engine::rules::{revert, setters};
use crate::engine::task::{Done, Purpose};
use crate::engine::world::World;
use crate::error::{Error, Kind, Result};
use crate::model::attempt::{Attempt, AttemptId, Part};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::object::{CatalogId, Object};
use crate::model::statement::Statement;
use crate::model::verb::Aspect;
use crate::trial::server::Server;
use crate::trial::words;

/// Takes back default privileges whose statements are gone.
pub fn default_privileges(server: &mut dyn Server, world: &World<'_>) -> Result<Done> {
    server.remember_created(&revert::with_privileges(world))?;
    let gone = server.find_by_label(&revert::default_privileges_gone(world))?;
    let rows: Vec<u32> = gone.iter().map(|(id, _)| id.object).collect();
    let (take, _) = server.default_privileges(&rows)?;
    if take.is_empty() {
        return Ok(Done::SetBack(Vec::new()));
    }
    carry_out(server, &take)?;
    Ok(Done::SetBack(gone.into_iter().map(|(_, object)| (object, take.clone())).collect()))
}

/// What files set by default holds for nothing that files make: in a fresh build it comes last. [`resume`] ends it.
pub fn suspend(server: &mut dyn Server, world: &World<'_>) -> Result<Done> {
    let rows = default_acls(server, world)?;
    let (take, give) = server.default_privileges(&rows)?;
    carry_out(server, &take)?;
    Ok(Done::Suspended(give))
}

/// Default privileges are again as the files set them.
pub fn resume(server: &mut dyn Server, statements: &[String]) -> Result<Done> {
    carry_out(server, statements)?;
    Ok(Done::Resumed)
}

/// Drops what an ALTER changed that is gone, so that its statement makes it anew.
///
/// # Errors
/// What cannot be made anew, of kind Disagreement.
pub fn definitions(server: &mut dyn Server, world: &World<'_>) -> Result<Done> {
    let altered = server.find_by_label(&revert::altered(world))?;
    let altered = altered.into_iter().map(|(_, object)| object).collect();
    let (anew, stuck) = revert::made_anew_or_stuck(world, altered);
    if !stuck.is_empty() {
        return Err(words::alter_is_gone(world, &stuck));
    }
    if anew.is_empty() { Ok(Done::Nothing) } else { drop_objects(server, world, &anew, &Purpose::WithoutAlter) }
}

/// Sets objects back to what CREATE gives in a respect, and lets migrations say again what they said of it.
pub fn reset(server: &mut dyn Server, world: &World<'_>, aspect: Aspect) -> Result<Done> {
    let mut objects = server.find_by_label(&revert::touched(world, aspect))?;
    if aspect == Aspect::Privileges {
        objects.extend(server.created_otherwise()?);
    }
    objects.retain(|(_, object)| world.stays(object));
    if objects.is_empty() {
        return Ok(Done::Nothing);
    }
    let ids: Vec<CatalogId> = objects.iter().map(|(id, _)| *id).collect();
    let without = default_acls(server, world)?;
    // One that has nothing may be without what others say of it.
    let bare = server.bare(&ids, aspect, &without)?;
    let statements: Vec<String> = bare.iter().flat_map(|(_, statements)| statements.clone()).collect();
    carry_out(server, &statements)?;
    let changed: Vec<Object> = bare.iter().map(|(object, _)| object.clone()).collect();
    for statement in revert::said_by_migrations(world, &changed, aspect) {
        say(server, statement)?;
    }
    Ok(Done::SetBack(bare))
}

/// Lets applied migrations alter objects again that their statements made anew.
pub fn say_again(server: &mut dyn Server, world: &World<'_>, objects: &[Object]) -> Result<Done> {
    for object in objects {
        for statement in setters::altered_by_migrations(world, object) {
            say(server, statement)?;
        }
    }
    Ok(Done::SaidAgain)
}

/// Runs a statement of a migration again. What has no object any more has nothing to say.
fn say(server: &mut dyn Server, statement: &Statement) -> Result<()> {
    let parts = vec![Part::of(statement)];
    if let Some(failure) = server.attempt(&[Attempt { id: AttemptId::Own, parts }])?.failure {
        log::info!("{}: not again, because {}", statement.file.path, failure.error.message);
    }
    Ok(())
}

fn default_acls(server: &mut dyn Server, world: &World<'_>) -> Result<Vec<u32>> {
    let objects = revert::default_privileges(world);
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    Ok(server.find(&objects)?.into_iter().flatten().map(|id| id.object).collect())
}

fn carry_out(server: &mut dyn Server, statements: &[String]) -> Result<()> {
    run_own(server, statements)?.map_err(|error| {
        let message = format!("what a statement did that is gone or changed cannot be taken back: {}", error.message);
        let diagnostic = Diagnostic { message, ..words::said(&error) };
        Error::new(Kind::Disagreement, diagnostic.note(NoteLabel::Note, statements.join("; ")))
    })
}
