//! How a run that worked ended.

/// What a command that worked says to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandOutcome {
    /// Done, or nothing to do.
    Done,
    /// The database and the files differ: an exit code of its own where `--exit-code` asks for it.
    Differences,
    /// Neither of two objects needs the other: an exit code of its own.
    NotConnected,
}
