//! Puts the graph together: from what is recorded of objects, and from the files that make them.

use std::collections::{HashMap, HashSet};

use super::lookup::{last_part, without_arguments, without_kind};
use super::{Graph, GraphObject};
use crate::model::migration::Migration;
use crate::model::name::Name;
use crate::model::project::Project;
use crate::model::record::{Dependency, LearnedFrom, RecordedStatement};
use crate::model::statement::{Form, Statement, Strength, Uses};

/// What is recorded of an object, or of a statement that provides none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownObject {
    /// `view.user_stats`, or `grant.1f2e3d4c5b6a`.
    pub name: String,
    /// Of its statement, as printed.
    pub checksum: String,
    /// The file below the code directory, where that is recorded.
    pub file: Option<String>,
    /// What it needs, by name, and how that is known.
    pub needs: Vec<(String, LearnedFrom)>,
}

/// What is recorded, object by object. A statement that provides nothing needs what it touches.
pub fn known_objects(statements: &[RecordedStatement], dependencies: &[Dependency]) -> Vec<KnownObject> {
    let mut needs: HashMap<&str, Vec<(String, LearnedFrom)>> = HashMap::new();
    for edge in dependencies {
        needs.entry(&edge.object_name).or_default().push((edge.depends_on.clone(), edge.learned_from));
    }
    let known = |row: &RecordedStatement| {
        let mut needs = needs.remove(row.name.as_str()).unwrap_or_default();
        if row.object.is_none() {
            needs.extend(row.touches.iter().map(|touched| (touched.clone(), LearnedFrom::Catalog)));
        }
        needs.sort_unstable();
        needs.dedup_by(|a, b| a.0 == b.0);
        KnownObject { name: row.name.clone(), checksum: row.checksum.clone(), file: row.file.clone(), needs }
    };
    statements.iter().map(known).collect()
}

/// The graph of the known objects, with their places and texts as far as the project has them, and with what the bodies of
/// routines name. `path` makes of a file below the code directory what a person calls it.
pub fn assemble(known: &[KnownObject], project: &Project, path: &dyn Fn(&str) -> String) -> Graph {
    let by_checksum: HashMap<String, &Statement> =
        project.statements.iter().flatten().map(|s| (s.checksum.to_string(), s)).collect();
    let names: HashSet<&str> = known.iter().map(|object| object.name.as_str()).collect();
    let mut objects: Vec<GraphObject> = Vec::with_capacity(known.len());
    let mut edges: Vec<(String, String, LearnedFrom)> = Vec::new();
    for object in known {
        let statement = by_checksum.get(&object.checksum).copied();
        objects.push(match statement {
            Some(statement) => of_statement(&object.name, statement),
            None => GraphObject { name: object.name.clone(), path: object.file.as_deref().map(path), ..GraphObject::default() },
        });
        let needs = object.needs.iter().map(|(needed, from)| (object.name.clone(), whole(needed, &names), *from));
        edges.extend(needs);
    }
    let others: HashSet<String> =
        edges.iter().map(|edge| &edge.1).filter(|name| !names.contains(name.as_str())).cloned().collect();
    let makers = makers(project.migrations.as_deref().unwrap_or_default());
    objects.extend(others.into_iter().map(|name| of_migration(&name, &makers)));
    let named = Named::new(&objects);
    let routines = known.iter().filter(|object| is_routine(&object.name));
    for (object, statement) in routines.filter_map(|object| Some((object, by_checksum.get(&object.checksum)?))) {
        let uses = statement.mentions.uses.iter().filter(|used| used.strength != Strength::Bound);
        let found = uses.flat_map(|used| named.meant(used)).filter(|name| *name != object.name);
        edges.extend(found.map(|name| (object.name.clone(), name.to_owned(), LearnedFrom::Text)));
    }
    Graph::new(objects, edges)
}

/// The constraint of a table stands for the table, unless it is an object of the code directory.
fn whole(needed: &str, known: &HashSet<&str>) -> String {
    match needed.strip_prefix("table constraint.") {
        Some(constraint) if !known.contains(needed) => {
            let table = constraint.strip_suffix(last_part(constraint)).unwrap_or(constraint).trim_end_matches('.');
            format!("table.{table}")
        }
        _ => needed.to_owned(),
    }
}

fn of_statement(name: &str, statement: &Statement) -> GraphObject {
    let word = name.split_once('.').map_or("", |(word, _)| word);
    let text = statement.sql();
    // What provides nothing is recorded under its first word and its checksum.
    let is_own_name = name.len() == word.len() + 13 && statement.checksum.to_string().starts_with(&name[word.len() + 1..]);
    GraphObject {
        name: name.to_owned(),
        summary: is_own_name.then(|| beginning(text)),
        path: Some(statement.file.path.clone()),
        line: statement.place().line,
        sql: text.to_owned(),
    }
}

/// The beginning of a statement on one line.
fn beginning(sql: &str) -> String {
    const MOST: usize = 60;
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MOST { words } else { words.chars().take(MOST - 1).collect::<String>() + "…" }
}

/// The latest statement of a migration that seems to make an object of this name, by its last part.
fn makers(migrations: &[Migration]) -> HashMap<&str, Vec<(&Name, &Statement)>> {
    let mut makers: HashMap<&str, Vec<(&Name, &Statement)>> = HashMap::new();
    for statement in migrations.iter().flat_map(|migration| &migration.statements) {
        for created in &statement.mentions.creates {
            makers.entry(created.name.name.as_str()).or_default().push((&created.name, statement));
        }
    }
    makers
}

fn of_migration(name: &str, makers: &HashMap<&str, Vec<(&Name, &Statement)>>) -> GraphObject {
    let meant = meant(name);
    let made = makers.get(meant.name.as_str()).and_then(|made| made.iter().rev().find(|(created, _)| created.may_equal(&meant)));
    match made {
        Some((_, statement)) => GraphObject { summary: None, ..of_statement(name, statement) },
        None => GraphObject { name: name.to_owned(), ..GraphObject::default() },
    }
}

/// The SQL name in an object's name.
fn meant(name: &str) -> Name {
    let name = without_kind(name);
    Name::written(without_arguments(name).unwrap_or(name))
}

fn is_routine(name: &str) -> bool {
    ["function.", "procedure.", "aggregate."].iter().any(|kind| name.starts_with(kind))
}

/// Objects by the last part of their names.
struct Named<'a> {
    by_name: HashMap<String, Vec<(&'a str, Name)>>,
}

impl<'a> Named<'a> {
    fn new(objects: &'a [GraphObject]) -> Self {
        let mut by_name: HashMap<String, Vec<(&'a str, Name)>> = HashMap::new();
        for object in objects.iter().filter(|object| object.summary.is_none() && can_be_named(object.kind())) {
            let meant = meant(&object.name);
            by_name.entry(meant.name.clone()).or_default().push((&object.name, meant));
        }
        Named { by_name }
    }

    /// The objects that a used name may mean: routines where it is called; those with as many arguments, if there are some.
    fn meant(&self, used: &Uses) -> Vec<&'a str> {
        let is_call = matches!(used.form, Form::Call(_));
        let candidates = self.by_name.get(&used.name.name).into_iter().flatten();
        let fits = |(name, meant): &&(&'a str, Name)| is_routine(name) == is_call && meant.may_equal(&used.name);
        let all: Vec<&'a str> = candidates.filter(fits).map(|(name, _)| *name).collect();
        let Form::Call(number) = used.form else { return all };
        let exact: Vec<&'a str> = all.iter().copied().filter(|name| arguments(name) == number).collect();
        if exact.is_empty() { all } else { exact }
    }
}

/// Triggers, policies and the like have names only within their tables, and nobody calls a schema by itself.
fn can_be_named(kind: &str) -> bool {
    !matches!(
        kind,
        "trigger" | "policy" | "rule" | "table constraint" | "domain constraint" | "index" | "schema" | "cast" | "operator"
    )
}

/// How many arguments a routine takes, by its name; types such as `numeric(10,2)` have none of their own there.
fn arguments(name: &str) -> usize {
    let inside = without_arguments(name).map_or("", |before| name[before.len()..].trim_matches(['(', ')']));
    if inside.is_empty() { 0 } else { inside.split(',').count() }
}
