//! The text of how a database differs from what its files give.

use std::fmt::Write;

use super::definition::difference;
use super::style::{BAD, CHANGED, GOOD, HEADING, count, paint};
use crate::model::plan::Redefinition;
use crate::model::schema_difference::Difference;

/// The note that the fresh build is one of another PostgreSQL.
pub fn other_version(live: u32, fresh: u32) -> String {
    format!(
        "{} the database is one of PostgreSQL {live}, and the fresh build is made in PostgreSQL {fresh}, the nearest that was found: what differs \
         between these is shown as well; --pg-bindir=DIR names another\n",
        paint(CHANGED, "note:")
    )
}

/// Each object that differs, with its SQL: `-` is what the files give, `+` what is in the database.
pub fn text(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "The database is what the files give in an empty one.\n".to_owned();
    }
    let mut text = format!("{}\n", paint(HEADING, "The database differs from what the files give (- files, + database):"));
    for differing in differences {
        let what = match (differing.fresh.is_empty(), differing.live.is_empty()) {
            (true, _) => paint(GOOD, "only in the database"),
            (_, true) => paint(BAD, "missing in the database"),
            _ => paint(CHANGED, "different"),
        };
        let _ = writeln!(text, "\n{} {} ({what})", differing.entry.kind, differing.entry.name);
        text.push_str(&difference(&Redefinition { before: differing.fresh.clone(), after: differing.live.clone() }, "  "));
    }
    let _ = writeln!(text, "\n{}.", count(differences.len(), "difference"));
    text
}
