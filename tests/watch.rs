//! `pgmg watch` with real file events: how editors save, what goes wrong on disk and at the server, and how it ends.

#[path = "watch/ending.rs"]
mod ending;
#[path = "watch/files.rs"]
mod files;
#[path = "watch/migrations.rs"]
mod migrations;
mod support;
#[path = "watch/watching.rs"]
mod watching;

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
    let tests: Vec<(&str, Test)> = [ending::TESTS, files::TESTS, migrations::TESTS].concat();
    let trial = |(name, test): (&str, Test)| {
        let server = server.clone();
        Trial::test(name, move || server.as_ref().map_or(Ok(()), test))
    };
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}
