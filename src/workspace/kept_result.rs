//! Whether a build on top of a kept one says as much as one from nothing: it runs only what changed, and PostgreSQL does not
//! record everything that the rest needs of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::object::Object;
use crate::model::plan::{Action, Plan};
use crate::model::project::Project;
use crate::model::record::RecordedStatement;
use crate::model::statement::{Role, Statement, distinct_checksums};
use crate::model::verb::Aspect;

/// A build that was done on top of a kept one.
#[derive(Debug)]
pub struct Again<'a> {
    pub project: &'a Project,
    pub plan: &'a Plan,
    /// What was recorded in the kept build.
    pub before: &'a [RecordedStatement],
    /// What is recorded now.
    pub after: &'a [RecordedStatement],
    /// The code that the migrations of the kept build used, by checksums; `None`: not known.
    pub used_by_migrations: Option<&'a [String]>,
    /// `pg_proc.oid` of functions whose bodies are read under settings of their own, so that they were not looked at again.
    pub with_settings: &'a HashSet<u32>,
}

/// The checksums of the code that was run before the last migration of a build from nothing; `None` if the build was not one.
pub fn used_by_migrations(project: &Project, plan: &Plan) -> Option<Vec<String>> {
    if plan.applied_migrations > 0 {
        return None;
    }
    let last = plan.steps.iter().rposition(|step| step.action == Action::Migrate).unwrap_or(0);
    let checksums = distinct_checksums(project.statements.as_deref().unwrap_or_default());
    let used = plan.steps.iter().take(last).filter_map(|step| checksums.get(step.statement?.0));
    Some(used.map(ToString::to_string).collect())
}

impl Again<'_> {
    /// Why only a build from nothing can tell; `None`: this one has told everything.
    pub fn doubt(&self) -> Option<&'static str> {
        let checksums = distinct_checksums(self.statements());
        let printed: Vec<String> = checksums.iter().map(ToString::to_string).collect();
        let present: HashSet<&str> = printed.iter().map(String::as_str).collect();
        if !self.plan.migrations.is_empty() {
            return Some("migrations are new");
        }
        if !self.used_by_migrations.is_some_and(|used| used.iter().all(|checksum| present.contains(checksum.as_str()))) {
            return Some("migrations use code that changed");
        }
        let before: HashMap<&str, &RecordedStatement> = by_checksum(self.before);
        let after: HashMap<&str, &RecordedStatement> = by_checksum(self.after);
        let gone = self.before.iter().filter(|row| !after.contains_key(row.checksum.as_str()));
        let new = self.after.iter().filter(|row| !before.contains_key(row.checksum.as_str()));
        let changed: BTreeSet<&str> = gone.chain(new).filter_map(|row| own_name(row.object.as_ref()?)).collect();
        let reached = self.reached(changed, &after);
        let is_untested = |(statement, checksum): (&Statement, &String)| {
            let row = after.get(checksum.as_str()).copied();
            let runs = runs_code(statement, row) || self.reads_under_settings(statement, row);
            runs && before.contains_key(checksum.as_str())
                && (is_dynamic(statement) || uses(statement).any(|n| reached.contains(n)))
        };
        let untested = !reached.is_empty() && self.statements().iter().zip(&printed).any(is_untested);
        untested.then_some("something runs code that changed")
    }

    fn statements(&self) -> &[Statement] {
        self.project.statements.as_deref().unwrap_or_default()
    }

    /// The names from which what changed can be reached, through as many bodies and definitions as it takes.
    fn reached<'a>(&'a self, changed: BTreeSet<&'a str>, rows: &HashMap<&str, &RecordedStatement>) -> BTreeSet<&'a str> {
        let mut reached = changed;
        if reached.is_empty() {
            return reached;
        }
        let migrations = self.project.migrations.iter().flatten().flat_map(|migration| &migration.statements);
        let all: Vec<&Statement> = self.statements().iter().chain(migrations).collect();
        loop {
            let known = reached.len();
            for statement in &all {
                if is_dynamic(statement) || uses(statement).any(|name| reached.contains(name)) {
                    reached.extend(statement.mentions.creates.iter().map(|created| created.name.name.as_str()));
                    reached.extend(statement.mentions.completes.iter().map(|name| name.name.as_str()));
                    let row = rows.get(statement.checksum.to_string().as_str());
                    if row.and_then(|row| row.object.as_ref()).is_some_and(|object| object.kind.acts_through_its_owner()) {
                        reached.extend(uses(statement));
                    }
                }
            }
            if reached.len() == known {
                return reached;
            }
        }
    }

    fn reads_under_settings(&self, statement: &Statement, row: Option<&RecordedStatement>) -> bool {
        let Some(row) = row else { return true };
        let may_have_settings = row.object.as_ref().is_some_and(|object| object.kind.may_have_settings());
        may_have_settings
            && (!statement.settings.statements.is_empty() || row.id.is_some_and(|id| self.with_settings.contains(&id.object)))
    }
}

/// A statement that makes several objects has several rows; the first one tells what it is.
fn by_checksum(rows: &[RecordedStatement]) -> HashMap<&str, &RecordedStatement> {
    rows.iter().rev().map(|row| (row.checksum.as_str(), row)).collect()
}

/// Without its schema: `total` of `reporting.total(integer)`; the trigger's own name, not its table's.
fn own_name(object: &Object) -> Option<&str> {
    let last = object.names.last()?;
    // A type's schema is part of its name.
    Some(last.rsplit('.').next().filter(|_| object.kind.is_type()).unwrap_or(last))
}

fn uses(statement: &Statement) -> impl Iterator<Item = &str> {
    statement.mentions.uses.iter().map(|used| used.name.name.as_str())
}

/// Whether the statement runs something besides what it defines.
fn runs_code(statement: &Statement, row: Option<&RecordedStatement>) -> bool {
    let verb = statement.mentions.verb;
    match statement.mentions.role {
        Role::Acts => !matches!(verb.sets(), Some(Aspect::Privileges | Aspect::Comment | Aspect::Label)),
        // ALTER DEFAULT PRIVILEGES runs nothing; an event trigger runs its function.
        Role::Watches => !verb.alters(),
        Role::Creates => row.and_then(|row| row.object.as_ref()).is_some_and(|object| object.kind.is_filled()),
    }
}

/// Whether it may put its SQL together when it runs (EXECUTE in PL/pgSQL): no name in it tells what it needs.
fn is_dynamic(statement: &Statement) -> bool {
    statement.sql().as_bytes().windows(7).any(|word| word.eq_ignore_ascii_case(b"execute"))
}
