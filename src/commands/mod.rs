//! One short file for each command: load, connect, work, hand a value to output.

mod alone;
pub mod apply;
pub mod approval;
mod committing;
pub mod history;
mod hooks;
pub mod init;
pub mod new;
mod opening;
pub mod plan;
pub mod repair;
pub mod rollback;
mod saved;
mod scratch;
mod shadow;
pub mod status;
pub mod verify;
pub mod watch;
