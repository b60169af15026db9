//! Measures `pgmg watch` from outside: `saves PGMG PROJECT CONNECTION ROUNDS`, with a project of `generate` that is applied.
//!
//! Saves the leaf view again and again, as editors do (in place, and by renaming), and takes the time from before the save until
//! another session hears of the commit: an event trigger sends a NOTIFY, which PostgreSQL delivers at the commit and not before.
//! Prints median and worst in milliseconds.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fallible_iterator::FallibleIterator;
use postgres::{Client, NoTls};

const TELL: &str = "
    CREATE OR REPLACE FUNCTION saves_tell() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('saves', ''); END $$;
    DROP EVENT TRIGGER IF EXISTS saves_tell;
    CREATE EVENT TRIGGER saves_tell ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION saves_tell();
    LISTEN saves";

/// No save may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// As between two saves of a person: what is done after an apply is done by then.
const PAUSE: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pgmg, project, connection, rounds] = arguments.as_slice() else {
        eprintln!("usage: saves PGMG PROJECT CONNECTION ROUNDS");
        return ExitCode::from(2);
    };
    let measured = rounds.parse().map_err(Into::into).and_then(|rounds| measure(pgmg, Path::new(project), connection, rounds));
    match measured {
        Ok(mut times) => {
            times.sort_unstable();
            let (median, worst) = (times.get(times.len() / 2), times.last());
            println!("{} {}", median.map_or(0, Duration::as_millis), worst.map_or(0, Duration::as_millis));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("saves: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends with its value.
struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn measure(pgmg: &str, project: &Path, connection: &str, rounds: u32) -> Result<Vec<Duration>, Box<dyn Error>> {
    let file = project.join("sql").join(std::fs::read_to_string(project.join("leaf.name"))?);
    let text = std::fs::read_to_string(project.join("leaf.sql"))?;
    let mut client = Client::connect(connection, NoTls)?;
    client.batch_execute(TELL)?;
    let arguments = ["watch", "--format", "json", "--migrations-dir", "migrations", "--code-dir", "sql"];
    let mut command = Command::new(pgmg);
    command.args(arguments).args(["--connection-string", connection]).current_dir(project);
    let mut watch = Watch(command.stdout(Stdio::piped()).spawn()?);
    let mut lines = BufReader::new(watch.0.stdout.take().ok_or("no stdout")?).lines();
    wait_for(&mut lines, &["applied", "matches"])?;
    client.notifications().iter().count()?;
    let mut times = Vec::new();
    for round in 0..rounds {
        std::thread::sleep(PAUSE);
        let number = 1_000 + round;
        let text = text.replace("amount > 2", &format!("amount > {number}"));
        let begin = Instant::now();
        if round % 2 == 0 {
            std::fs::write(&file, text)?;
        } else {
            let beside = file.with_extension("tmp");
            std::fs::write(&beside, text)?;
            std::fs::rename(&beside, &file)?;
        }
        client.notifications().timeout_iter(PATIENCE).next()?.ok_or("no commit was heard of")?;
        times.push(begin.elapsed());
        let view: String = client.query_one("SELECT pg_get_viewdef('leaf'::regclass)", &[])?.get(0);
        if !view.contains(&number.to_string()) {
            return Err(format!("round {round}: another commit was heard of").into());
        }
        wait_for(&mut lines, &["applied"])?;
    }
    Ok(times)
}

fn wait_for(lines: &mut impl Iterator<Item = std::io::Result<String>>, events: &[&str]) -> Result<(), Box<dyn Error>> {
    for line in lines {
        let line: serde_json::Value = serde_json::from_str(&line?)?;
        match line["event"].as_str() {
            Some("failed") => return Err(line.to_string().into()),
            Some(event) if events.contains(&event) => return Ok(()),
            _ => {}
        }
    }
    Err("the watch ended".into())
}
