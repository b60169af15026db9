//! What changes in the project's directories, and when it has settled: file events at the edge, a pure debounce behind them.

pub mod debounce;
pub mod events;
pub mod git;
