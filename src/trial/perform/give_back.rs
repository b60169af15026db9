//! What was dropped comes back: as PostgreSQL described it where nobody's file makes it, with what it carried.

use super::run_own;
use crate::engine::task::{Done, Dropped, GivenBack, Maker};
use crate::engine::world::World;
use crate::error::{Error, Kind, Result};
use crate::model::attempt::AttemptId;
use crate::model::diagnostic::Diagnostic;
use crate::model::object::{CatalogId, Object};
use crate::trial::server::{Restoration, Server};

/// Gives back what dropped objects carried to those that are there again.
///
/// # Errors
/// What cannot be given back, of kind Disagreement.
pub fn give_back(server: &mut dyn Server, world: &World<'_>) -> Result<Done> {
    for dropped in world.dropped().iter().rev() {
        if let Maker::Definition(sql) = &dropped.maker {
            make_as_it_was(server, world, &dropped.object, sql)?;
        }
    }
    let objects: Vec<Object> = world.dropped().iter().map(|dropped| dropped.object.clone()).collect();
    let places = server.find(&objects)?;
    let mut back = GivenBack::default();
    let mut restorations = Vec::new();
    for (dropped, place) in world.dropped().iter().zip(places) {
        match (place, &dropped.maker) {
            (Some(now), maker) => {
                restorations.push(restoration(dropped, now));
                back.makers.extend(if let Maker::Statement(id) = maker { Some(*id) } else { None });
            }
            (None, Maker::Statement(id)) if !world.is_done(*id) => back.away.push(dropped.clone()),
            (None, _) => back.gone.push(dropped.object.clone()),
        }
    }
    // What depends on others was dropped first and comes back last.
    restorations.reverse();
    let refused = server.restore(&restorations)?;
    if refused.is_empty() {
        return Ok(Done::GivenBack(back));
    }
    Err(Error { kind: Kind::Disagreement, diagnostics: refused.into_iter().map(Diagnostic::new).collect() })
}

/// Makes an object again as PostgreSQL described it, unless it is there.
pub fn make_as_it_was(server: &mut dyn Server, world: &World<'_>, object: &Object, sql: &str) -> Result<()> {
    // Its changed statement may have made it meanwhile, released by another one.
    if server.find(std::slice::from_ref(object))?.iter().any(Option::is_some) {
        return Ok(());
    }
    let Err(error) = run_own(server, &[sql.to_owned()])? else { return Ok(()) };
    let (who, help) = if world.records().of_object(object).is_some() {
        ("would be gone until a later migration is applied", "change its file in an apply of its own, before the migration")
    } else {
        ("is not managed by pgmg", "drop it yourself, then apply")
    };
    let message = format!("{object} {who}, and it cannot be created again: {}", error.message);
    Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help(help)))
}

fn restoration(dropped: &Dropped, now: CatalogId) -> Restoration {
    let by = match dropped.maker {
        Maker::Statement(id) => AttemptId::Statement(id),
        Maker::Definition(_) | Maker::Nobody => AttemptId::Own,
    };
    Restoration { was: dropped.was, now, restored: dropped.restoration, by }
}
