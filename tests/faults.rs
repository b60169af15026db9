//! What can go wrong around a project: files that cannot be read, servers that are away, other sessions, signals, `kill -9`.

#[path = "faults/commit.rs"]
mod commit;
#[path = "faults/concurrency.rs"]
mod concurrency;
#[path = "faults/connection.rs"]
mod connection;
#[path = "faults/files.rs"]
mod files;
#[path = "faults/killed.rs"]
mod killed;
#[path = "faults/sections.rs"]
mod sections;
#[path = "faults/server.rs"]
mod server;
mod support;

use std::process::ExitCode;

use support::harness::{self, Test};

fn main() -> ExitCode {
    let tests =
        [commit::TESTS, concurrency::TESTS, connection::TESTS, files::TESTS, killed::TESTS, sections::TESTS, server::TESTS];
    harness::on_one_server(|server| Ok(harness::named(server, &tests.concat())))
}
