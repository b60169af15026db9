//! One short file for each command: load, connect, work, hand a value to output.

mod alone;
pub mod apply;
pub mod approval;
pub mod check;
mod committing;
pub mod databases;
pub mod graph;
pub mod history;
mod hooks;
pub mod init;
mod kept_result;
pub mod known_graph;
mod lints;
pub mod new;
mod opening;
pub mod plan;
pub mod repair;
pub mod rollback;
mod saved;
mod scratch;
mod shadow;
mod staged;
pub mod status;
mod typed_migration;
pub mod verify;
pub mod watch;
pub mod why;
