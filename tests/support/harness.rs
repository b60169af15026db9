//! Tests by name, in parallel, on one server a test binary.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use super::Outcome;
use super::database::Server;

/// A test that needs the server.
pub type Test = fn(&Arc<Server>) -> Outcome;

/// The server of the tests; `None` while they are only listed.
pub type Shared = Option<Arc<Server>>;

/// Starts the server and runs the tests made for it.
pub fn on_one_server(tests: impl FnOnce(&Shared) -> Outcome<Vec<Trial>>) -> ExitCode {
    let arguments = Arguments::from_args();
    let server = (!arguments.list).then(Server::start).transpose();
    match server.and_then(|server| tests(&server)) {
        Ok(tests) => libtest_mimic::run(&arguments, tests).exit_code(),
        Err(error) => {
            eprintln!("{}", error.message().unwrap_or("the tests cannot begin"));
            ExitCode::FAILURE
        }
    }
}

/// One test on the server.
pub fn trial(server: &Shared, name: impl Into<String>, test: impl FnOnce(&Arc<Server>) -> Outcome + Send + 'static) -> Trial {
    let server = server.clone();
    Trial::test(name, move || server.as_ref().map_or(Ok(()), test))
}

/// The tests of a list.
pub fn named(server: &Shared, tests: &[(&str, Test)]) -> Vec<Trial> {
    tests.iter().map(|(name, test)| trial(server, *name, *test)).collect()
}
