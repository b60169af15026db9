//! Pending migrations run in order, before everything else; one that misses a code object gets it first.

use crate::engine::diagnosis::Obstacle;
use crate::engine::explain;
use crate::engine::queue::Beyond;
use crate::engine::task::Task;
use crate::engine::verdict::{Opening, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::attempt::Failure;
use crate::model::name::Name;
use crate::model::statement::{CreatedKind, MigrationId, StatementId, Strength};
use crate::model::verb::Verb;

/// The next migration that has not run.
pub fn migrate(world: &World<'_>, progress: &Progress) -> Verdict {
    let has_run = |id: MigrationId| world.migrated().iter().any(|(migrated, _)| *migrated == id);
    let Some(portion) = world.work().migrations.iter().find(|portion| !has_run(portion.id)) else { return Verdict::Satisfied };
    let id = portion.id;
    match &progress.waiting {
        Some(waiting) => {
            let helped = waiting.successes.is_none_or(|then| world.queue.successes().len() > then);
            match &waiting.failure {
                Some((failure, obstacle)) if !helped => Verdict::Impossible(explain::migration(world, id, failure, obstacle)),
                _ => Orders::task(Task::Migrate(id)),
            }
        }
        None => {
            let needed = world.work().needed_by_migrations.iter().filter(|(migration, _)| *migration == id);
            let wanted = world.queue.with_needs(needed.map(|(_, statement)| *statement));
            // What was tried for it and is not done then is not asked for again.
            let is_tried = matches!(&progress.opening, Opening::Only(tried, _) if wanted.is_subset(tried));
            if wanted.is_empty() || is_tried {
                Orders::task(Task::Migrate(id))
            } else {
                Verdict::Open(Opening::Only(wanted, Beyond::Release))
            }
        }
    }
}

/// The statements of the code directory that a failed migration may be waiting for: those that provide what it misses, or
/// else whatever its failed statement mentions (no schema of its search_path exists: 3F000 does not say which).
pub fn providers(world: &World<'_>, id: MigrationId, failure: &Failure, obstacle: &Obstacle) -> Vec<StatementId> {
    let fired = changed_and_fired(world, failure);
    if !fired.is_empty() {
        return fired;
    }
    let Obstacle::Missing(names) = obstacle else { return Vec::new() };
    let open = |name: &Name| {
        let providers = world.providers(None, name).into_iter();
        providers.filter(|&provider| !world.is_done(provider)).collect::<Vec<StatementId>>()
    };
    let missing: Vec<StatementId> = names.iter().flat_map(open).collect();
    if !missing.is_empty() {
        return missing;
    }
    // A block may make it under a name that only its body shows.
    let blocks = names.iter().flat_map(|name| world.mentioners(&name.name)).copied();
    let blocks = blocks.filter(|&id| world.statement(id).mentions.verb == Verb::Do && !world.is_done(id));
    let blocks: Vec<StatementId> = blocks.collect();
    if !blocks.is_empty() {
        return blocks;
    }
    let statement = world.work().portion(id).and_then(|portion| portion.statements().get(failure.part));
    let uses = statement.into_iter().flat_map(|statement| &statement.mentions.uses);
    uses.filter(|used| used.strength == Strength::Bound).flat_map(|used| open(&used.name)).collect()
}

/// Routines of the code that were running when a migration failed and have a pending change: it may need the new ones.
fn changed_and_fired(world: &World<'_>, failure: &Failure) -> Vec<StatementId> {
    let Some(context) = &failure.error.context else { return Vec::new() };
    let is_running =
        |name: &str| context.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == name);
    let creates_it = |id: &StatementId| {
        let mut created = world.statement(*id).mentions.creates.iter();
        created.any(|created| matches!(created.kind, CreatedKind::Routine(_)) && is_running(&created.name.name))
    };
    world.ids().filter(|id| world.is_pending(*id) && !world.is_done(*id) && creates_it(id)).collect()
}
