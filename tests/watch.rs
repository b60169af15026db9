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

use support::harness::{self, Test};

fn main() -> ExitCode {
    harness::on_one_server(|server| Ok(harness::named(server, &[ending::TESTS, files::TESTS, migrations::TESTS].concat())))
}
