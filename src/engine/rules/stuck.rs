//! Where nothing moves any more: a file may be in a dialect of its own, or the run ends with what is left and why.

use crate::engine::explain;
use crate::engine::manner::{WholeFiles, whole_file};
use crate::engine::task::Task;
use crate::engine::verdict::{Lesson, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::statement::StatementId;

/// Where a piece of a file is a syntax error (42601) for good, the whole file is tried as one.
pub fn whole_files(world: &World<'_>, progress: &Progress) -> Verdict {
    let is_syntax_error = |id: &StatementId| world.failure(*id).is_some_and(|failed| failed.error.code == "42601");
    let mut files = WholeFiles::new();
    for id in world.parked().into_iter().filter(is_syntax_error) {
        let Some(pieces) = whole_file(world.statements(), id) else { continue };
        let is_new = !progress.whole_files.contains(&pieces[0]);
        if is_new && pieces.len() > 1 && pieces.iter().all(|&piece| world.is_pending(piece)) {
            files.insert(pieces[0], pieces[1..].to_vec());
        }
    }
    if files.is_empty() {
        return Verdict::Satisfied;
    }
    Verdict::BeginAgain(Lesson::WholeFiles(files, explain::unresolved(world)))
}

/// A statement that is left ends the run.
pub fn stuck(world: &World<'_>, _: &Progress) -> Verdict {
    let mut parked = world.parked();
    if !world.covers_everything() {
        // What was tried for a migration, and not needed after all, waits for a later stage.
        parked.retain(|id| world.is_made_again(*id));
    }
    if parked.is_empty() { Verdict::Satisfied } else { Verdict::Impossible(explain::unresolved(world)) }
}

/// Violations that would only show at COMMIT (PostgreSQL manual, SET CONSTRAINTS).
pub fn constraints(_: &World<'_>, progress: &Progress) -> Verdict {
    if progress.is_checked { Verdict::Satisfied } else { Orders::task(Task::CheckConstraints) }
}
