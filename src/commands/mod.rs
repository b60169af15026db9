//! One short file for each command: load, connect, work, hand a value to output.

pub mod apply;
pub mod check;
pub mod graph;
pub mod history;
pub mod init;
pub mod new;
pub mod plan;
pub mod repair;
pub mod rollback;
pub mod status;
pub mod verify;
pub mod watch;
pub mod why;
