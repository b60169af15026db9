//! What a file's settings mean for the session that runs its statements.

use std::sync::Arc;

use crate::model::statement::{Conforming, Settings};

/// How the server reads strings under these settings.
pub fn conforming(settings: Option<&Arc<Settings>>) -> Conforming {
    settings.map_or(Conforming::On, |settings| settings.standard_conforming_strings)
}

/// Whether the settings in force are the wanted ones.
pub fn same_settings(current: Option<&Arc<Settings>>, wanted: &Arc<Settings>) -> bool {
    match current {
        None => wanted.statements.is_empty(),
        Some(current) => {
            Arc::ptr_eq(current, wanted)
                || current.statements.len() == wanted.statements.len()
                    && current.statements.iter().zip(&wanted.statements).all(|(a, b)| a.sql() == b.sql())
        }
    }
}

/// Whether settings may let another role than pgmg's own run what follows: `SET ROLE`, `SET SESSION AUTHORIZATION`.
pub fn changes_role(settings: &Settings) -> bool {
    let may = |sql: &str| ["role", "authorization"].iter().any(|word| sql.to_ascii_lowercase().contains(word));
    settings.statements.iter().any(|setting| may(setting.sql()))
}

/// Whether a statement may call what sets parameters of the session.
pub fn may_change_session(sql: &str) -> bool {
    let first: String = sql.chars().take_while(char::is_ascii_alphabetic).collect();
    ["do", "call", "select", "with", "execute"].contains(&first.to_ascii_lowercase().as_str())
}
