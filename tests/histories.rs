//! Random projects with random histories: after every step the database is what the same files give an empty one.
//!
//! `PGMG_HISTORY_STEPS` (default 500) steps are divided among seeds; `PGMG_TEST_SEED` gives the first seed.

#[path = "histories/edits.rs"]
mod edits;
#[path = "histories/sql.rs"]
mod sql;
mod support;
#[path = "histories/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use edits::History;
use support::database::{Database, Server};
use support::harness;
use support::{Outcome, ensure, ensure_equal, pgmg, project};
use world::World;

const ROLES: [&str; 2] = ["pgmg_history_reader", "pgmg_history_owner"];
/// How long one history gets; longer ones are ever slower.
const STEPS_OF_A_SEED: usize = 20;
/// Any other is as good; this one makes a run of all tests repeatable.
const FIRST_SEED: u64 = 1003;

fn main() -> ExitCode {
    let steps = number("PGMG_HISTORY_STEPS").unwrap_or(500);
    let first = number("PGMG_TEST_SEED").unwrap_or(FIRST_SEED);
    let of_a_seed = STEPS_OF_A_SEED as u64;
    harness::on_one_server(|server| {
        let history = |at| {
            let (seed, steps) = (first + at, of_a_seed.min(steps - at * of_a_seed) as usize);
            harness::trial(server, format!("seed_{seed}"), move |server| run(server, seed, steps))
        };
        Ok((0..steps.div_ceil(of_a_seed)).map(history).collect())
    })
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(server: &Arc<Server>, seed: u64, steps: usize) -> Outcome {
    ROLES.iter().try_for_each(|role| server.role(role))?;
    let mut history = History::new(seed, server.major());
    let database = server.database(None)?;
    let folder = project::written(&history.world.tree(str::to_owned), &BTreeMap::new())?;
    let mut done = vec!["begin".to_owned()];
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for step in 0..steps {
        if step > 0 {
            let by_hand = history.by_hand();
            if let Some(sql) = &by_hand {
                database.run(sql).map_err(|error| format!("by hand: {sql}: {}", error.message().unwrap_or_default()))?;
            }
            let edits = 1 + history.random.below(3);
            done = by_hand.into_iter().chain((0..edits).map(|_| history.edit())).collect();
        }
        let salt = history.random.next();
        let checked = check(server, &database, folder.path(), &history.world, salt, &mut tables);
        checked
            .map_err(|error| format!("seed {seed}, step {step}: {}\n{}", done.join("; "), error.message().unwrap_or("failed")))?;
        if history.random.below(4) == 0 {
            back_and_forth(&mut history, &database, folder.path()).map_err(|error| {
                format!("seed {seed}, after step {step}: a way back\n{}", error.message().unwrap_or("failed"))
            })?;
        }
    }
    Ok(())
}

/// A migration is applied and taken back: everything is as it was.
fn back_and_forth(history: &mut History, database: &Database, folder: &std::path::Path) -> Outcome {
    let before = database.contents()?;
    let (up, down) = history.way_back();
    let name = format!("migrations/{:03}_tried", history.world.migrations.len() + 1);
    std::fs::write(folder.join(format!("{name}.up.sql")), up)?;
    std::fs::write(folder.join(format!("{name}.down.sql")), down)?;
    pgmg::run(folder, &database.connection_string(), &["apply"])?.expect_code(&[0])?;
    let run = pgmg::run(folder, &database.connection_string(), &["rollback"])?.expect_code(&[0])?;
    ensure_equal(format!("after a rollback\n{}", run.stdout), &before, &database.contents()?)?;
    std::fs::remove_file(folder.join(format!("{name}.up.sql")))?;
    std::fs::remove_file(folder.join(format!("{name}.down.sql")))?;
    pgmg::run(folder, &database.connection_string(), &["plan", "--exit-code"])?.expect_code(&[0]).map(drop)
}

fn check(
    server: &Arc<Server>,
    database: &Database,
    folder: &std::path::Path,
    world: &World,
    salt: u64,
    tables: &mut BTreeMap<String, String>,
) -> Outcome {
    let expected = fresh(server, world, salt)?;
    project::write_into(folder, &world.tree(str::to_owned), &BTreeMap::new())?;
    let apply = pgmg::run(folder, &database.connection_string(), &["apply"])?.expect_code(&[0])?;
    ensure_equal(format!("schema after apply\n{}", apply.stdout), &expected, &database.schema()?)?;
    pgmg::run(folder, &database.connection_string(), &["plan", "--exit-code"])?.expect_code(&[0])?;
    for table in &world.tables {
        let name = sql::quoted(&table.name);
        let now = database.value(&format!("SELECT '{name}'::regclass::oid || ' ' || (SELECT count(*) FROM {name})"))?;
        let (_, rows) = now.split_once(' ').unwrap_or_default();
        ensure(rows == table.rows.to_string(), || format!("table {name} has {rows} rows instead of {}", table.rows))?;
        let before = tables.entry(table.name.clone()).or_insert_with(|| now.clone());
        ensure(*before == now, || format!("table {name} was {before} and is {now} (OID, rows)"))?;
    }
    Ok(())
}

/// The schema that the same files give under other names in an empty database.
fn fresh(server: &Arc<Server>, world: &World, salt: u64) -> Outcome<String> {
    let database = server.database(None)?;
    let tree = world.tree(|file| {
        let mixed = file.bytes().fold(salt, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        format!("{mixed:016x}.sql")
    });
    let folder = project::written(&tree, &BTreeMap::new())?;
    let run = pgmg::run(folder.path(), &database.connection_string(), &["apply"])?;
    if run.code != Some(0) {
        by_hand(server, world)
            .map_err(|error| format!("the project is wrong, psql cannot build it: {}", error.message().unwrap_or_default()))?;
        return Err(format!("psql can build the project, pgmg cannot build it from nothing\n{}", run.transcript()).into());
    }
    database.schema()
}

/// The project built in the order in which its statements need each other.
fn by_hand(server: &Arc<Server>, world: &World) -> Outcome {
    let database = server.database(None)?;
    let order = world.order();
    ensure(order.len() == world.items.len(), || "items need each other in a circle".into())?;
    let (held, others): (Vec<u32>, Vec<u32>) = order.iter().partition(|id| world.item(**id).kind.is_held());
    for id in held {
        database.run(&world.sql(world.item(id)))?;
    }
    for statement in world.migrations.iter().flat_map(|migration| migration.split(";\n")) {
        database.run(statement)?;
    }
    for id in others {
        let sql = world.sql(world.item(id));
        database.run(&sql).map_err(|error| format!("{sql}: {}", error.message().unwrap_or_default()))?;
    }
    Ok(())
}
