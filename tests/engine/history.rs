//! A history of edits, what must hold after each of them, and the smallest part of it in which that does not hold.

use std::collections::BTreeMap;
use std::fmt::Write;

use pgmg::error::{Error, Kind};
use pgmg::internals::engine::graph::Graph;
use pgmg::internals::engine::rules;
use pgmg::internals::engine::verdict::Rule;
use pgmg::internals::model::project::Project;
use pgmg::internals::model::statement::StatementId;

use crate::catalog::Catalog;
use crate::edits::{
    CIRCLES_OF_NAMES, Edit, FILES_USE_BEFORE_THEY_CREATE, Files, MOVES_CHANGE_THE_WORLD, beginning, edit, is_move,
};
use crate::execution::Writer;
use crate::language::{Body, Command, parse};
use crate::random::Random;
use crate::state::{State, project};

/// Edits, each with the seed of what is chosen for its check.
pub type Edits = Vec<(Edit, u64)>;

/// What histories came to.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    pub applies: u64,
    pub kept: u64,
    /// Edits that no database takes.
    pub refused: u64,
    /// Edits that only an empty database takes.
    pub too_late: u64,
}

/// A history after which something does not hold.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    edits: Edits,
    message: String,
}

/// A project and its database on their way.
pub struct History<'r> {
    files: Files,
    state: State,
    rules: &'r [Rule],
    counts: Counts,
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.applies += other.applies;
        self.kept += other.kept;
        self.refused += other.refused;
        self.too_late += other.too_late;
    }
}

impl Failure {
    /// Its last line but for what is long.
    pub fn summary(&self) -> String {
        self.message.lines().next().unwrap_or_default().to_owned()
    }

    /// The failure of the smallest history that fails, found by leaving edits out.
    pub fn shrunk(&self, rules: &[Rule]) -> String {
        let (mut edits, mut message) = (self.edits.clone(), self.message.clone());
        // What was done at once is first taken apart.
        let each = |(edit, salt): &(Edit, u64)| match edit {
            Edit::All(edits) => edits.iter().map(|edit| (edit.clone(), *salt)).collect(),
            edit => vec![(edit.clone(), *salt)],
        };
        for at in (0..edits.len()).rev() {
            let mut apart = edits.clone();
            apart.splice(at..=at, each(&edits[at]));
            if let Err((end, found)) = History::replay(&apart, rules) {
                apart.truncate(end + 1);
                (edits, message) = (apart, found);
            }
        }
        let mut at = 0;
        while at < edits.len() {
            let mut fewer = edits.clone();
            fewer.remove(at);
            match History::replay(&fewer, rules) {
                Err((end, found)) => {
                    fewer.truncate(end + 1);
                    (edits, message) = (fewer, found);
                    at = 0;
                }
                Ok(_) => at += 1,
            }
        }
        let mut text = format!("seed {}: {message}\n", self.seed);
        for (edit, _) in &edits {
            let _ = writeln!(text, "  {edit:?}");
        }
        text + &format!("run it again: PGMG_TEST_SEED={} cargo test --test engine", self.seed)
    }
}

impl<'r> History<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        History { files: beginning(), state: State::default(), rules, counts: Counts::default() }
    }

    /// A random history of a seed.
    pub fn random(seed: u64, edits: usize, rules: &'r [Rule]) -> Result<Counts, Failure> {
        let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut history = History::new(rules);
        let mut done = Edits::new();
        for _ in 0..edits {
            done.push((edit(&history.files, &mut random), random.next()));
            if let Some(last) = done.last()
                && let Err(message) = history.step(last)
            {
                return Err(Failure { seed, edits: done, message });
            }
        }
        Ok(history.counts)
    }

    /// The same edits again; where it fails, and how.
    pub fn replay(edits: &Edits, rules: &[Rule]) -> Result<(), (usize, String)> {
        let mut history = History::new(rules);
        edits.iter().enumerate().try_for_each(|(at, edit)| history.step(edit).map_err(|message| (at, message)))
    }

    /// One edit, applied and checked; a panic is a failure as well.
    fn step(&mut self, edit: &(Edit, u64)) -> Result<(), String> {
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.checked(edit)));
        checked.unwrap_or_else(|_| Err("it panics".to_owned()))
    }

    /// An edit that is refused is taken back.
    fn checked(&mut self, (edit, salt): &(Edit, u64)) -> Result<(), String> {
        let files = self.files.edited(edit);
        if files.use_before_they_create() && !FILES_USE_BEFORE_THEY_CREATE {
            return Ok(());
        }
        let mut before = self.state.clone();
        let first = if let Edit::All(edits) = edit { edits.first() } else { Some(edit) };
        if let Some(Edit::ByHand(sql)) = first
            && by_hand(&mut before.catalog, sql).is_none()
        {
            return Ok(());
        }
        let project = project(&files);
        let fresh = self.apply(&State::default(), &project, rules::ALL);
        let ran = self.apply(&before, &project, self.rules);
        for error in [&fresh, &ran].into_iter().filter_map(|ran| ran.as_ref().err()) {
            says_why(error)?;
        }
        if salt % 3 == 0 {
            self.other_way(&files, &fresh, *salt)?;
        }
        let (fresh, ran) = match (fresh, ran) {
            (Ok(fresh), Ok(ran)) => (fresh, ran),
            (Err(_), Ok(ran)) if hangs_on_a_body(&ran.catalog, &project) => return Ok(()),
            (Err(error), Ok(_)) => return Err(format!("only what was there takes it, an empty database: {}", words(&error))),
            (Ok(_), Err(error)) if is_too_late(&error) || !CIRCLES_OF_NAMES && leads_in_a_circle(&project) => {
                self.counts.too_late += 1;
                return Ok(());
            }
            (Ok(_), Err(error)) => return Err(format!("only an empty database takes it: {}", words(&error))),
            (Err(_), Err(_)) => {
                self.counts.refused += 1;
                return Ok(());
            }
        };
        let may_differ = is_move(edit) && !MOVES_CHANGE_THE_WORLD || !CIRCLES_OF_NAMES && leads_in_a_circle(&project);
        if may_differ && equal(&fresh.catalog, &ran.catalog).is_err() {
            return Ok(());
        }
        equal(&fresh.catalog, &ran.catalog).map_err(|differs| format!("not what a fresh build gives\n{differs}"))?;
        let again = ran.compare(&project).map_err(|error| format!("the second run: {}", words(&error)))?;
        if !again.is_empty() {
            let statements = project.statements.as_deref().unwrap_or_default();
            let left: Vec<&str> = again.statements.iter().map(|id| statements[id.0].sql()).collect();
            let gone: Vec<&str> = again.orphans.iter().map(|row| ran.recorded.statements[*row].name.as_str()).collect();
            return Err(format!(
                "the second run has something to do: {left:?}, gone {gone:?}, migrations {:?}",
                again.migrations
            ));
        }
        self.counts.kept += 1;
        (self.files, self.state) = (files, ran);
        Ok(())
    }

    fn apply(&mut self, state: &State, project: &Project, rules: &[Rule]) -> Result<State, Error> {
        self.counts.applies += 1;
        state.apply(project, rules)
    }

    /// Files of other names, and another order that is remembered, give the same.
    fn other_way(&mut self, files: &Files, fresh: &Result<State, Error>, salt: u64) -> Result<(), String> {
        let mut random = Random::new(salt);
        let shuffled = project(&files.shuffled(&mut random));
        let mut empty = State::default();
        empty.learned = if random.below(2) == 0 {
            self.state.learned.clone()
        } else {
            fresh.as_ref().map(|fresh| fresh.learned.clone()).unwrap_or_default()
        };
        match (fresh, self.apply(&empty, &shuffled, self.rules)) {
            (Ok(fresh), Ok(other)) => {
                equal(&fresh.catalog, &other.catalog).map_err(|differs| format!("another way gives something else\n{differs}"))
            }
            (Err(_), Err(error)) => says_why(&error),
            (Err(error), Ok(_)) => Err(format!("only another way works: {}", words(error))),
            (Ok(_), Err(error)) => Err(format!("another way does not work: {}", words(&error))),
        }
    }
}

fn by_hand(catalog: &mut Catalog, sql: &str) -> Option<()> {
    let mut changed = catalog.clone();
    changed.run(&*parse(sql).ok()?, Writer { attempt: 1, since: 0 }).ok()?;
    *catalog = changed.committed();
    Some(())
}

fn says_why(error: &Error) -> Result<(), String> {
    let is_said = error.diagnostics.iter().all(|diagnostic| !diagnostic.message.is_empty()) && !error.diagnostics.is_empty();
    if error.kind == Kind::Bug || !is_said { Err(format!("a refusal that says nothing: {}", words(error))) } else { Ok(()) }
}

/// Whether the names and places of statements want some of them before each other.
fn leads_in_a_circle(project: &Project) -> bool {
    let graph = Graph::new(project.statements.as_deref().unwrap_or_default(), &[]);
    let mut left: Vec<StatementId> = (0..graph.len()).map(StatementId).collect();
    loop {
        let is_open = |id: &StatementId| graph.before(*id).iter().any(|(earlier, _)| left.contains(earlier));
        let still: Vec<StatementId> = left.iter().copied().filter(is_open).collect();
        if still.len() == left.len() {
            return !left.is_empty();
        }
        left = still;
    }
}

/// Whether something that was there may stand in the way of what an empty database takes: data would be lost, or rows stay
/// when the statement is gone that inserted them.
fn is_too_late(error: &Error) -> bool {
    let is_of_rows = error.diagnostics.iter().any(|said| said.code.as_deref() == Some("23505"));
    error.kind == Kind::Disagreement || is_of_rows
}

/// Whether the body of a function names what is not there, or what needs the function: PostgreSQL keeps no dependency of bodies.
fn hangs_on_a_body(catalog: &Catalog, project: &Project) -> bool {
    let mut needs: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (oid, entity) in &catalog.entities {
        needs.insert(*oid, entity.needs().iter().map(|needs| needs.oid).collect());
    }
    let mut functions = Vec::new();
    for statement in project.statements.iter().flatten() {
        let Ok(command) = parse(statement.sql()) else { continue };
        let Command::Function { name, body: Body { checked: Some(query), .. }, .. } = &*command else { continue };
        let Ok(bound) = catalog.bind(query, Writer { attempt: 1, since: 0 }) else { return true };
        let Some((on, _)) = bound.from else { continue };
        for (oid, _) in catalog.entities.iter().filter(|(_, entity)| entity.name == name.name && entity.kind() == "function") {
            needs.entry(*oid).or_default().push(on);
            functions.push(*oid);
        }
    }
    functions.iter().any(|function| {
        let mut next = needs[function].clone();
        let mut seen = Vec::new();
        while let Some(oid) = next.pop() {
            if !seen.contains(&oid) {
                seen.push(oid);
                next.extend(needs.get(&oid).into_iter().flatten());
            }
        }
        seen.contains(function)
    })
}

fn equal(wanted: &Catalog, found: &Catalog) -> Result<(), String> {
    let (wanted, found) = (wanted.described(), found.described());
    let mut differs = String::new();
    for name in wanted.keys().chain(found.keys().filter(|name| !wanted.contains_key(*name))) {
        let (wanted, found) = (wanted.get(name), found.get(name));
        if wanted != found {
            let text = |side: Option<&String>| side.map_or("nothing", String::as_str).to_owned();
            let _ = writeln!(differs, "  {name}\n    wanted {}\n    found  {}", text(wanted), text(found));
        }
    }
    if differs.is_empty() { Ok(()) } else { Err(differs) }
}

fn words(error: &Error) -> String {
    let said: Vec<&str> = error.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    said.join("; ")
}
