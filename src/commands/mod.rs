//! One short file for each command: load, connect, work, hand a value to output.

mod alone;
pub mod apply;
mod committing;
pub mod init;
pub mod new;
mod opening;
pub mod plan;
pub mod status;
