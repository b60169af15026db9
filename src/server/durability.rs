//! What a server may lose when the machine crashes: that much less is written.

/// What a crash of the machine may destroy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Everything: nothing is synced, and the files are in memory where there is room.
    #[default]
    Fast,
    /// Nothing: PostgreSQL's defaults, on disk. For measurements.
    AsInProduction,
}
