//! What is sent for a statement: its text in the manner in which it is tried, with the settings of its file.

use super::manner::{Manner, whole_text};
use super::world::World;
use crate::model::attempt::{Attempt, AttemptId, Part};
use crate::model::statement::StatementId;

/// The attempt of a statement.
pub fn attempt<'w>(world: &'w World<'_>, id: StatementId) -> Attempt<'w> {
    let statement = world.statement(id);
    let rest = world.goes_with(id);
    let parts = match world.manner(id) {
        // Nobody can tell how many statements a file in an unknown dialect holds.
        _ if !rest.is_empty() => {
            vec![Part { sql: whole_text(world.statements(), id, rest).into(), statements: 0, ..Part::of(statement) }]
        }
        Manner::AsWritten => vec![Part::of(statement)],
        Manner::OrReplace(sql) => vec![Part { sql: sql.as_str().into(), ..Part::of(statement) }],
        Manner::Alters(alters) => alters.iter().map(|sql| Part::own(sql.as_str())).collect(),
    };
    Attempt { id: AttemptId::Statement(id), parts }
}
