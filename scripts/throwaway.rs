//! Runs a command with a throwaway PostgreSQL: `cargo run --example throwaway -- [--production] [-c name=value]… COMMAND [ARGUMENT]…`.

use std::process::{Command, ExitCode};

use pgmg::internals::server::throwaway::{Durability, Throwaway, ThrowawayOptions};

const USAGE: &str = "usage: throwaway [--production] [-c NAME=VALUE]... COMMAND [ARGUMENT]...";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("throwaway: {message}");
            ExitCode::from(125)
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let mut options = ThrowawayOptions::default();
    let mut arguments = std::env::args_os().skip(1);
    let program = loop {
        let argument = arguments.next().ok_or(USAGE)?;
        match argument.to_str() {
            Some("--production") => options.durability = Durability::AsInProduction,
            Some("-c") => {
                let setting = arguments.next().and_then(|setting| setting.into_string().ok()).ok_or(USAGE)?;
                let (name, value) = setting.split_once('=').ok_or(USAGE)?;
                options.settings.push((name.to_owned(), value.to_owned()));
            }
            Some("--") => break arguments.next().ok_or(USAGE)?,
            Some(unknown) if unknown.starts_with('-') => return Err(USAGE.to_owned()),
            _ => break argument,
        }
    };
    let server = Throwaway::start(&options).map_err(|error| {
        let notes = error.diagnostics.iter().flat_map(|d| d.notes.iter().map(|note| &note.text).chain(&d.help));
        notes.fold(error.to_string(), |text, note| format!("{text}\n  {note}"))
    })?;
    let status = Command::new(&program)
        .args(arguments)
        .env("PGHOST", server.socket_directory())
        .env("PGPORT", server.port().to_string())
        .env("PGUSER", "postgres")
        .env("PGDATABASE", "postgres")
        .env("PGMG_BINDIR", server.bin_dir())
        .status()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    // 128: ended by a signal.
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(128)))
}
