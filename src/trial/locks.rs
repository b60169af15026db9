//! Whether the server's lock table has room for a run: a run keeps every lock until its end.

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::postgres::connection::limits::Limits;

/// Locks that one statement takes, on average over views, functions, types and triggers.
const LOCKS_PER_STATEMENT: f64 = 1.5;

/// How much more than its nominal size the lock table really holds (it borrows from the server's shared memory), with a
/// margin that leaves other sessions room.
const REAL_CAPACITY: f64 = 1.8;

/// Refuses a run that would fill the lock table: the whole server would fail with it (SQLSTATE 53200).
pub fn check_room(statements: usize, limits: &Limits) -> Result<()> {
    let slots = limits.max_connections + limits.max_prepared_transactions;
    let capacity = limits.max_locks_per_transaction * slots;
    let needed = statements as f64 * LOCKS_PER_STATEMENT;
    if needed <= capacity as f64 * REAL_CAPACITY {
        return Ok(());
    }
    let enough = (needed / (REAL_CAPACITY * slots.max(1) as f64)).ceil() as u64;
    let enough = enough.next_power_of_two();
    let message = format!(
        "{statements} statements in one transaction need about {needed:.0} locks, and the server has room for about {capacity}"
    );
    let help = format!("set max_locks_per_transaction = {enough} in the server's configuration and restart the server");
    Err(Error::new(Kind::Unavailable, Diagnostic::new(message).help(help)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: Limits = Limits { max_locks_per_transaction: 64, max_connections: 100, max_prepared_transactions: 0 };

    #[test]
    fn five_thousand_objects_fit_a_server_as_it_is_installed() {
        assert!(check_room(5_000, &DEFAULTS).is_ok());
    }

    #[test]
    fn twenty_thousand_do_not_and_the_way_out_is_said() {
        let error = check_room(20_000, &DEFAULTS).map_err(|error| error.diagnostics[0].help.clone());
        let help = "set max_locks_per_transaction = 256 in the server's configuration and restart the server";
        assert_eq!(error, Err(Some(help.to_owned())));
    }
}
