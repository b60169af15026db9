//! What the server allows: the size of its lock table.

/// Settings that only a restart changes (PostgreSQL manual, section 20.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_locks_per_transaction: u64,
    pub max_connections: u64,
    pub max_prepared_transactions: u64,
}

impl Limits {
    /// Asks the server.
    pub fn read(client: &mut impl postgres::GenericClient) -> std::result::Result<Self, postgres::Error> {
        let row = client.query_one(include_str!("limits.sql"), &[])?;
        let value = |at: usize| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0);
        Ok(Limits { max_locks_per_transaction: value(0), max_connections: value(1), max_prepared_transactions: value(2) })
    }
}
