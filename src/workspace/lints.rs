//! What a check looks at beside whether everything can be built.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::opening::Workspace;
use super::staged::git;
use crate::config::Settings;
use crate::error::Result;
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::name::Name;
use crate::model::project::{Place, Project};
use crate::model::record::{Dependency, RecordedStatement};
use crate::model::report::{Finding, Rule, Severity};
use crate::model::statement::Statement;
use crate::postgres::catalog::lints::{self, Answer};

/// `pg_proc`'s oid, which never changes.
const ROUTINES: u32 = 1255;

/// What can be seen without a server.
pub fn of_files(settings: &Settings, project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(level) = settings.level(Rule::EditedHistory) {
        findings.extend(
            edited_history(settings, project).into_iter().map(|diagnostic| finding(Rule::EditedHistory, level, diagnostic)),
        );
    }
    let statements = project.statements.as_deref().unwrap_or_default();
    if let Some(level) = settings.level(Rule::DependsOn) {
        let found = declared_amiss(project, statements);
        findings.extend(found.into_iter().map(|diagnostic| finding(Rule::DependsOn, level, diagnostic)));
    }
    if let Some(level) = settings.level(Rule::Unused) {
        findings.extend(unused(project, statements).into_iter().map(|diagnostic| finding(Rule::Unused, level, diagnostic)));
    }
    findings
}

/// What only the finished database can tell.
///
/// # Errors
/// Those of [`Session::query`](crate::postgres::session::Session::query).
pub fn of_database(settings: &Settings, workspace: &mut Workspace) -> Result<Vec<Finding>> {
    let recorded = workspace.state.read(&mut workspace.session)?;
    let places = Places::new(&workspace.project, &recorded.statements);
    let mut findings = Vec::new();
    if let Some(level) = settings.level(Rule::FunctionBody) {
        let mut answers = lints::broken_sql_functions(&mut workspace.session)?;
        // A file may have set how its functions are to be read.
        answers.retain(|answer| {
            places.statements.get(&answer.function).is_some_and(|statement| statement.settings.statements.is_empty())
        });
        findings.extend(answers.iter().map(|answer| places.finding(Rule::FunctionBody, level, answer)));
    }
    if let Some(level) = settings.level(Rule::SecurityDefiner) {
        let answers = lints::security_definers(&mut workspace.session)?;
        findings.extend(answers.iter().map(|answer| places.finding(Rule::SecurityDefiner, level, answer)));
    }
    if let Some(level) = settings.level(Rule::Plpgsql) {
        // In a transaction that is rolled back: the extension belongs to nobody's project.
        workspace.session.begin()?.map_err(|error| crate::trial::refused(&error))?;
        let answers = lints::plpgsql(&mut workspace.session);
        workspace.session.rollback()?;
        for answer in answers? {
            let level = if answer.is_error { level } else { level.max(Severity::Warning) };
            findings.push(places.finding(Rule::Plpgsql, level, &answer));
        }
    }
    if let Some(level) = settings.level(Rule::CircularFiles) {
        let edges = workspace.state.read_dependencies(&mut workspace.session)?;
        let found = circular_files(&recorded.statements, &edges);
        findings.extend(found.into_iter().map(|diagnostic| finding(Rule::CircularFiles, level, diagnostic)));
    }
    Ok(findings)
}

fn finding(rule: Rule, level: Severity, diagnostic: Diagnostic) -> Finding {
    Finding { level, rule: rule.name().to_owned(), diagnostic }
}

/// From objects to the statements that made them.
struct Places<'a> {
    statements: HashMap<u32, &'a Statement>,
}

impl<'a> Places<'a> {
    fn new(project: &'a Project, rows: &[RecordedStatement]) -> Self {
        let statements = project.statements.as_deref().unwrap_or_default();
        let by_checksum: HashMap<String, &Statement> =
            statements.iter().map(|statement| (statement.checksum.to_string(), statement)).collect();
        let made = rows.iter().filter_map(|row| Some((row.id?, by_checksum.get(&row.checksum)?)));
        let made = made.filter(|(id, _)| id.class == ROUTINES);
        Places { statements: made.map(|(id, statement)| (id.object, *statement)).collect() }
    }

    fn finding(&self, rule: Rule, level: Severity, answer: &Answer) -> Finding {
        let mut diagnostic = Diagnostic::new(answer.message.clone());
        diagnostic.place = self.statements.get(&answer.function).map(|statement| place(statement, answer.line));
        if !answer.hint.is_empty() {
            diagnostic = diagnostic.help(answer.hint.clone());
        }
        finding(rule, level, diagnostic)
    }
}

/// The line of a body, which begins behind the quote that opens it; the statement itself where that is not known.
fn place(statement: &Statement, line: usize) -> Place {
    let text = &statement.file.text;
    let sql = statement.sql();
    let quote = sql.find("$").filter(|_| line > 0);
    let Some(open) = quote.and_then(|at| sql[at + 1..].find('$').map(|end| at + end + 2)) else { return statement.place() };
    let mut offset = statement.span.start + open;
    for _ in 1..line {
        let Some(next) = text[offset..].find('\n') else { return statement.place() };
        offset += next + 1;
    }
    let blank = text[offset..].len() - text[offset..].trim_start_matches([' ', '\t']).len();
    Place::at(&statement.file, offset + blank)
}

/// Migrations that are committed in git and were changed since.
fn edited_history(settings: &Settings, project: &Project) -> Vec<Diagnostic> {
    let (Some(directory), Some(migrations)) = (&settings.migrations_dir, &project.migrations) else { return Vec::new() };
    let arguments = ["diff", "--name-status", "--no-renames", "--relative", "HEAD", "--", "."];
    // Outside a repository, and before its first commit, there is no history.
    let Ok(changes) = git(directory, &arguments) else { return Vec::new() };
    let mut found = Vec::new();
    for change in changes.lines() {
        let Some((letter, name)) = change.split_once('\t') else { continue };
        let message = match letter {
            "M" => format!("the migration {name} is committed and was edited"),
            "D" => format!("the migration {name} is committed and was removed"),
            _ => continue,
        };
        if letter == "M" && name.ends_with("down.sql") {
            continue;
        }
        let file = migrations.iter().map(|migration| &migration.file).find(|file| file.name == name);
        let place =
            file.map_or_else(|| Place::file(directory.join(name).display().to_string()), |file| Place::file(file.path.clone()));
        let help = "databases that have it will refuse it; write a new migration instead";
        found.push(Diagnostic::new(message).at(place).help(help));
    }
    found
}

/// Names in `depends-on` that nobody creates, where somebody creates almost the same.
fn declared_amiss(project: &Project, statements: &[Statement]) -> Vec<Diagnostic> {
    let created: BTreeSet<&Name> =
        all_statements(project).flat_map(|statement| &statement.mentions.creates).map(|created| &created.name).collect();
    let mut found = Vec::new();
    for statement in statements {
        for declared in &statement.declared {
            if created.iter().any(|name| name.may_equal(&declared.name)) {
                continue;
            }
            let near = created.iter().find(|name| strsim::damerau_levenshtein(&name.name, &declared.name.name) == 1);
            if let Some(near) = near {
                let message = format!("nothing creates {}, which this statement says it depends on", declared.name);
                let place = Place::at(&statement.file, declared.offset);
                found.push(Diagnostic::new(message).at(place).help(format!("did you mean {near}?")));
            }
        }
    }
    found
}

/// Statements that create something which no other statement of the project mentions.
fn unused(project: &Project, statements: &[Statement]) -> Vec<Diagnostic> {
    let mut mentioned: HashMap<&str, usize> = HashMap::new();
    for statement in all_statements(project) {
        let names: HashSet<&str> = statement.mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
        names.into_iter().for_each(|name| *mentioned.entry(name).or_default() += 1);
    }
    let is_unused = |statement: &&Statement| {
        let own: HashSet<&str> = statement.mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
        let mut created = statement.mentions.creates.iter().map(|created| created.name.name.as_str()).peekable();
        created.peek().is_some()
            && created.all(|name| mentioned.get(name).copied().unwrap_or(0) == usize::from(own.contains(name)))
    };
    let told = |statement: &Statement| {
        let name = statement.mentions.creates.first().map(|created| created.name.to_string()).unwrap_or_default();
        Diagnostic::new(format!("nothing in the project mentions {name}")).at(statement.place())
    };
    statements.iter().filter(is_unused).map(told).collect()
}

fn all_statements(project: &Project) -> impl Iterator<Item = &Statement> {
    let migrations = project.migrations.iter().flatten().flat_map(|migration| &migration.statements);
    migrations.chain(project.statements.iter().flatten())
}

/// Files of which each needs something in the other.
fn circular_files(rows: &[RecordedStatement], edges: &[Dependency]) -> Vec<Diagnostic> {
    let files: HashMap<&str, &str> = rows.iter().filter_map(|row| Some((row.name.as_str(), row.file.as_deref()?))).collect();
    let mut needs: BTreeMap<(&str, &str), (&str, &str)> = BTreeMap::new();
    for Dependency { object_name: object, depends_on: needed, .. } in edges {
        if let (Some(from), Some(to)) = (files.get(object.as_str()), files.get(needed.as_str()))
            && from != to
        {
            needs.entry((from, to)).or_insert((object, needed));
        }
    }
    let both = needs.iter().filter(|((from, to), _)| from < to && needs.contains_key(&(*to, *from)));
    let told = |((from, to), (object, needed)): (&(&str, &str), &(&str, &str))| {
        let back = needs.get(&(*to, *from)).map(|(object, needed)| format!("{object} needs {needed}")).unwrap_or_default();
        let diagnostic = Diagnostic::new(format!("{from} and {to} need each other")).at(Place::file((*from).to_owned()));
        diagnostic.note(NoteLabel::Note, format!("{object} needs {needed}")).note(NoteLabel::Note, back)
    };
    both.map(told).collect()
}
