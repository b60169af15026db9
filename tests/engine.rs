//! Random histories on a server without PostgreSQL: whatever the way, today's files give one world.
//!
//! `PGMG_ENGINE_APPLIES` (default 10,000) applies are divided among seeds; `PGMG_TEST_SEED` runs one seed alone.

#![expect(clippy::result_large_err, reason = "the errors of a server are the model's, and no way here is hot")]

#[path = "engine/catalog.rs"]
mod catalog;
#[path = "engine/edits.rs"]
mod edits;
#[path = "engine/execution.rs"]
mod execution;
#[path = "engine/history.rs"]
mod history;
#[path = "engine/language.rs"]
mod language;
#[path = "support/random.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod random;
#[path = "engine/scripts.rs"]
mod scripts;
#[path = "engine/server.rs"]
mod server;
#[path = "engine/state.rs"]
mod state;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use edits::Edit;
use history::{Counts, Edits, Failure, History};
use pgmg::internals::engine::rules;
use pgmg::internals::engine::verdict::Rule;

/// Rules for what the server here has not: default privileges, renames by migrations, values of enums that wait for a commit, blocks
/// that drop. Cases on a real server find them: `table_swaps/`, `renames/`, `taken_away/`, `drop_lines/`, `fights/`, `settings_stay/`, and of what is given
/// back late `migrations/granted_before_it_goes`.
const ON_A_REAL_SERVER: &[&str] =
    &["suspend_defaults", "commit_before", "review", "set_again", "fights", "review_end", "give_back"];

/// How many edits one history has.
const EDITS: usize = 30;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs histories until there were so many applies, or the first failure.
fn histories(rules: &[Rule], first: u64, applies: u64) -> Result<Counts, Failure> {
    let (next, is_over) = (AtomicU64::new(first), AtomicBool::new(false));
    let (counts, failure) = (Mutex::new(Counts::default()), Mutex::new(None::<Failure>));
    let work = || {
        while !is_over.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            match History::random(seed, EDITS, rules) {
                Ok(new) => {
                    let mut counts = counts.lock().expect("no thread panics");
                    counts.add(&new);
                    is_over.fetch_or(counts.applies >= applies, Ordering::Relaxed);
                }
                Err(found) => {
                    is_over.store(true, Ordering::Relaxed);
                    *failure.lock().expect("no thread panics") = Some(found);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            // A pool of one thread each: what the engine divides stays on it.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be started");
            scope.spawn(move || pool.install(work));
        }
    });
    match failure.into_inner().expect("no thread panics") {
        Some(failure) => Err(failure),
        None => Ok(counts.into_inner().expect("no thread panics")),
    }
}

#[test]
fn every_history_gives_what_the_files_give() {
    let ran = match number("PGMG_TEST_SEED") {
        Some(seed) => History::random(seed, EDITS, rules::ALL),
        None => histories(rules::ALL, 1, number("PGMG_ENGINE_APPLIES").unwrap_or(10_000)),
    };
    match ran {
        Ok(counts) => println!("{counts:?}"),
        Err(failure) => panic!("{}", failure.shrunk(rules::ALL)),
    }
}

#[test]
fn no_rule_can_be_left_out() {
    for (name, edits) in scripts::all() {
        let kept = History::replay(&with_salt(edits), rules::ALL);
        assert_eq!(kept, Ok(()), "the history for {name}");
    }
    let most = number("PGMG_ENGINE_APPLIES").unwrap_or(2_000);
    let mut needless = Vec::new();
    for rule in rules::ALL.iter().filter(|rule| !ON_A_REAL_SERVER.contains(&rule.name)) {
        let others: Vec<Rule> = rules::ALL.iter().copied().filter(|other| other.name != rule.name).collect();
        let mut of_rule = scripts::all().into_iter().filter(|(name, _)| *name == rule.name);
        if let Some((at, message)) = of_rule.find_map(|(_, edits)| History::replay(&with_salt(edits), &others).err()) {
            println!("without {}: its own history, edit {at}: {}", rule.name, message.lines().next().unwrap_or_default());
            continue;
        }
        match histories(&others, 1, most) {
            // A failure of all rules is none of this one.
            Err(failure) if History::random(failure.seed, EDITS, rules::ALL).is_ok() => {
                println!("without {}: seed {}: {}", rule.name, failure.seed, failure.summary());
            }
            _ => needless.push(rule.name),
        }
    }
    assert!(needless.is_empty(), "nothing fails without {needless:?}");
}

/// Every edit is checked in every way.
fn with_salt(edits: Vec<Edit>) -> Edits {
    edits.into_iter().map(|edit| (edit, 0)).collect()
}
