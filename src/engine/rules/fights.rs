//! Two files that fight, one dropping what the other makes, are an error that names both.

use crate::engine::explain;
use crate::engine::matching::are_in_one_file;
use crate::engine::timeline::Timeline;
use crate::engine::verdict::{Progress, Verdict};
use crate::engine::world::World;
use crate::error::{Error, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::statement::{Statement, StatementId};
use crate::model::verb::{Existing, Verb};

/// Refuses a statement of one file that takes away what a statement of another one makes.
pub fn fights(world: &World<'_>, progress: &Progress) -> Verdict {
    let droppers: Vec<StatementId> = world.succeeded().into_iter().filter(|&id| may_drop(world.statement(id))).collect();
    if droppers.is_empty() {
        return Verdict::Satisfied;
    }
    if !progress.is_seen {
        return Verdict::Look;
    }
    let timeline = world.timeline();
    let mut diagnostics = Vec::new();
    for dropper in droppers {
        let makers = world.statement(dropper).mentions.uses.iter().flat_map(|used| world.providers(None, &used.name));
        let mut makers: Vec<StatementId> = makers.chain(makers_of_parts(world, dropper)).collect();
        makers.sort_unstable();
        makers.dedup();
        let fought = makers.into_iter().find(|&maker| is_fought(world, &timeline, maker, dropper));
        diagnostics.extend(fought.map(|maker| diagnostic(world, maker, dropper)));
    }
    if diagnostics.is_empty() {
        return Verdict::Satisfied;
    }
    Verdict::Impossible(Error { kind: Kind::Sql, diagnostics })
}

fn may_drop(statement: &Statement) -> bool {
    matches!(statement.mentions.verb, Verb::Drop | Verb::Do)
}

/// The statements that make triggers, rules and policies of a name that a statement uses.
fn makers_of_parts<'w>(world: &'w World<'_>, dropper: StatementId) -> impl Iterator<Item = StatementId> + 'w {
    world.ids().filter(move |&id| {
        let part = world.statement(id).mentions.part.as_ref();
        part.is_some_and(|part| names(world.statement(dropper), &part.name))
    })
}

/// Whether a statement names something, or a part of a table, in its text.
fn names(statement: &Statement, name: &str) -> bool {
    let is_part = statement.mentions.part.as_ref().is_some_and(|part| part.name == name);
    is_part || statement.mentions.uses.iter().any(|used| used.name.name == name)
}

/// Whether what a statement of another file makes is gone although nothing else is to be done for it.
fn is_fought(world: &World<'_>, timeline: &Timeline, maker: StatementId, dropper: StatementId) -> bool {
    let (making, dropping) = (world.statement(maker), world.statement(dropper));
    let makes = matches!(making.mentions.verb, Verb::Create(Existing::Fails | Existing::Replaces));
    if maker == dropper || !makes || are_in_one_file(making, dropping) || !world.is_done(maker) {
        return false;
    }
    if !timeline.ran(maker) {
        // Whether it is gone is seen when everything is looked at again.
        return false;
    }
    let entry = world.ledger().statement(maker);
    // Who makes a part of a table writes to the table as well.
    let only_touches = making.mentions.part.is_none() && !entry.touches.is_empty();
    let left_nothing = entry.provides.is_empty() && entry.temporary.is_empty() && !only_touches;
    left_nothing && timeline.last(maker) < timeline.last(dropper)
}

/// The error where statements of other files of this run took away what these unchanged ones make.
pub fn over(world: &World<'_>, gone: impl Iterator<Item = StatementId>) -> Option<Error> {
    let taken = gone.filter(|&maker| world.statement(maker).mentions.verb.creates());
    let fought = taken.filter_map(|maker| Some(diagnostic(world, maker, taken_by_another_file(world, maker)?)));
    let diagnostics: Vec<Diagnostic> = fought.collect();
    if diagnostics.is_empty() { None } else { Some(Error { kind: Kind::Sql, diagnostics }) }
}

fn diagnostic(world: &World<'_>, maker: StatementId, dropper: StatementId) -> Diagnostic {
    let (making, dropping) = (world.statement(maker), world.statement(dropper));
    Diagnostic::new(format!("{} is created by one file and dropped by another", explain::created(making)))
        .at(dropping.place())
        .related("it is created here", making.place())
        .help("keep one of them")
}

/// The statement of another file of this run that took away what an unchanged statement makes.
fn taken_by_another_file(world: &World<'_>, maker: StatementId) -> Option<StatementId> {
    let making = world.statement(maker);
    let created = making.mentions.creates.iter().map(|created| created.name.name.as_str());
    let part = making.mentions.part.iter().map(|part| part.name.as_str());
    let made: Vec<&str> = created.chain(part).collect();
    let mentions = |statement: &Statement| made.iter().any(|name| names(statement, name));
    let ran = world.succeeded().into_iter();
    let droppers = ran.filter(|&id| may_drop(world.statement(id)) && !are_in_one_file(world.statement(id), making));
    droppers.into_iter().find(|&id| mentions(world.statement(id)))
}
