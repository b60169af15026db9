//! What of a comparison takes part in a run: everything, a stage, a section, or the way back.

use std::ops::Range;

use crate::engine::work::{Scope, Work};
use crate::model::migration::Migration;
use crate::model::statement::MigrationId;

/// What of a comparison takes part in a run.
#[derive(Debug, Clone)]
pub enum RunPart<'a> {
    Everything,
    /// The pending migrations, and of the code what they need.
    Migrations,
    /// These statements of one migration, and what they need.
    Section(MigrationId, Range<usize>),
    /// These down migrations, and the code.
    Down(&'a [Migration]),
}

impl<'a> RunPart<'a> {
    /// How much of the code directory a scope covers.
    pub fn of_scope(scope: Scope) -> Self {
        match scope {
            Scope::Everything => RunPart::Everything,
            Scope::WhatMigrationsNeed => RunPart::Migrations,
        }
    }

    /// The part of a whole run.
    pub fn of(self, work: Work<'a>) -> Work<'a> {
        match self {
            RunPart::Everything => work,
            RunPart::Migrations => Work { scope: Scope::WhatMigrationsNeed, ..work },
            RunPart::Section(id, statements) => Work { scope: Scope::WhatMigrationsNeed, ..work.with_part(id, statements) },
            RunPart::Down(down) => work.with_down(down),
        }
    }
}
