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
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use support::Outcome;
use support::database::Server;

type Test = fn(&Arc<Server>) -> Outcome;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let server = match (!arguments.list).then(Server::start).transpose() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("{}", error.message().unwrap_or("no server"));
            return ExitCode::FAILURE;
        }
    };
    let tests: Vec<(&str, Test)> =
        [commit::TESTS, concurrency::TESTS, connection::TESTS, files::TESTS, killed::TESTS, sections::TESTS, server::TESTS]
            .concat();
    let trial = |(name, test): (&str, Test)| {
        let server = server.clone();
        Trial::test(name, move || server.as_ref().map_or(Ok(()), test))
    };
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}
