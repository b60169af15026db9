//! Puts the graph together: from what is recorded of objects, and from the files that make them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::lookup::{last_part, without_arguments, without_kind};
use crate::model::graph::{GraphObject, ObjectGraph};
use crate::model::migration::Migration;
use crate::model::name::Name;
use crate::model::object::ObjectKind;
use crate::model::project::Project;
use crate::model::record::{Dependency, LearnedFrom, RecordedStatement};
use crate::model::statement::{Form, Statement, Strength, Uses};

/// What is recorded of an object, or of a statement that provides none; or of another one that needs such an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownObject {
    /// `view.user_stats`, or `grant.1f2e3d4c5b6a`.
    pub name: String,
    /// Of its statement, as printed; empty where it has none in the code directory.
    pub checksum: String,
    /// The file below the code directory, where that is recorded.
    pub file: Option<String>,
    /// What it needs, by name, and how that is known.
    pub needs: Vec<(String, LearnedFrom)>,
}

/// What is recorded, object by object, and what needs it without being recorded. A statement that provides nothing needs what
/// it touches.
pub fn known_objects(statements: &[RecordedStatement], dependencies: &[Dependency]) -> Vec<KnownObject> {
    let recorded: HashSet<&str> = statements.iter().map(|row| row.name.as_str()).collect();
    let mut needs: BTreeMap<String, Vec<(String, LearnedFrom)>> = BTreeMap::new();
    for edge in dependencies {
        let object = whole(&edge.object_name, &recorded);
        needs.entry(object).or_default().push((edge.depends_on.clone(), edge.learned_from));
    }
    let settled = |mut needs: Vec<(String, LearnedFrom)>| {
        needs.sort_unstable();
        needs.dedup_by(|a, b| a.0 == b.0);
        needs
    };
    let mut known: Vec<KnownObject> = Vec::with_capacity(statements.len());
    for row in statements {
        let mut needs = needs.remove(&row.name).unwrap_or_default();
        if row.object.is_none() {
            needs.extend(row.touches.iter().map(|touched| (touched.clone(), LearnedFrom::Catalog)));
        }
        let (name, checksum, file) = (row.name.clone(), row.checksum.clone(), row.file.clone());
        known.push(KnownObject { name, checksum, file, needs: settled(needs) });
    }
    let others = needs.into_iter().map(|(name, needs)| KnownObject { name, needs: settled(needs), ..KnownObject::default() });
    known.extend(others);
    known
}

/// The graph of the known objects, with their places and texts as far as the project has them, and with what the bodies of
/// routines name. `path` makes of a file below the code directory what a person calls it.
pub fn assemble(known: &[KnownObject], project: &Project, path: &dyn Fn(&str) -> String) -> ObjectGraph {
    let makers = makers(project.migrations.as_deref().unwrap_or_default());
    let by_checksum: HashMap<String, &Statement> =
        project.statements.iter().flatten().map(|s| (s.checksum.to_string(), s)).collect();
    let names: HashSet<&str> = known.iter().map(|object| object.name.as_str()).collect();
    let mut objects: Vec<GraphObject> = Vec::with_capacity(known.len());
    let mut edges: Vec<(String, String, LearnedFrom)> = Vec::new();
    for object in known {
        let statement = by_checksum.get(&object.checksum).copied();
        objects.push(match statement {
            Some(statement) => of_statement(&object.name, statement),
            None if object.checksum.is_empty() => of_migration(&object.name, &makers),
            None => GraphObject { name: object.name.clone(), path: object.file.as_deref().map(path), ..GraphObject::default() },
        });
        // What a file or an error told of may be gone; what the catalog told of cannot go without its dependents.
        let is_there = |(needed, from): &&(String, LearnedFrom)| *from == LearnedFrom::Catalog || names.contains(needed.as_str());
        let needs = object.needs.iter().filter(is_there);
        let needs = needs.map(|(needed, from)| (object.name.clone(), whole(needed, &names), *from));
        edges.extend(needs);
    }
    let others: HashSet<String> =
        edges.iter().map(|edge| &edge.1).filter(|name| !names.contains(name.as_str())).cloned().collect();
    objects.extend(others.into_iter().map(|name| of_migration(&name, &makers)));
    let named = Named::new(&objects);
    let routines = known.iter().filter(|object| is_routine(&object.name));
    for (object, statement) in routines.filter_map(|object| Some((object, by_checksum.get(&object.checksum)?))) {
        let uses = statement.mentions.uses.iter().filter(|used| used.strength != Strength::Bound);
        let found = uses.flat_map(|used| named.meant(used)).filter(|name| *name != object.name);
        edges.extend(found.map(|name| (object.name.clone(), name.to_owned(), LearnedFrom::Text)));
    }
    ObjectGraph::new(objects, edges)
}

/// A part of an object (a constraint, a default) stands for the whole, unless it is recorded itself.
fn whole(name: &str, recorded: &HashSet<&str>) -> String {
    let of_table = |part: &str| {
        let table = part.strip_suffix(last_part(part)).unwrap_or(part).trim_end_matches('.');
        format!("table.{table}")
    };
    match name.split_once('.') {
        _ if recorded.contains(name) => name.to_owned(),
        Some(("table constraint" | "default value" | "table column", part)) => of_table(part),
        Some(("domain constraint", part)) => {
            // The domain's name is one identifier here, schema and all.
            let domain = without_arguments(part).unwrap_or(part).trim_matches('"').replace("\"\"", "\"");
            format!("type.{}", domain.strip_prefix("public.").unwrap_or(&domain))
        }
        _ => name.to_owned(),
    }
}

fn of_statement(name: &str, statement: &Statement) -> GraphObject {
    let text = statement.sql();
    let provides_nothing = name == statement.record_name();
    GraphObject {
        name: name.to_owned(),
        summary: provides_nothing.then(|| beginning(text)),
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

/// The SQL name in an object's name, where the schema `public` is left out.
fn meant(name: &str) -> Name {
    let name = without_kind(name);
    let Name { schema, name } = Name::written(without_arguments(name).unwrap_or(name));
    Name::qualified(schema.unwrap_or_else(|| "public".to_owned()), name)
}

fn is_routine(name: &str) -> bool {
    name.split_once('.').is_some_and(|(kind, _)| ObjectKind::from(kind).is_routine())
}

/// Objects by the last part of their names.
struct Named<'a> {
    by_name: HashMap<String, Vec<(&'a str, Name)>>,
}

impl<'a> Named<'a> {
    fn new(objects: &'a [GraphObject]) -> Self {
        let mut by_name: HashMap<String, Vec<(&'a str, Name)>> = HashMap::new();
        let can_be_named = |object: &&GraphObject| ObjectKind::from(object.kind()).is_named_in_bodies();
        for object in objects.iter().filter(|object| object.summary.is_none()).filter(can_be_named) {
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

/// How many arguments a routine takes, by its name; types such as `numeric(10,2)` have none of their own there.
fn arguments(name: &str) -> usize {
    let inside = without_arguments(name).map_or("", |before| name[before.len()..].trim_matches(['(', ')']));
    if inside.is_empty() { 0 } else { inside.split(',').count() }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::Arc;

    use super::*;
    use crate::model::project::SourceFile;
    use crate::model::statement::{Checksum, CreatedKind, Creates, Mentions, Mode, Settings};

    fn statement(number: u8, name: &str, text: &str, mentions: Mentions) -> Statement {
        let file = SourceFile { path: format!("sql/{name}"), name: name.into(), text: text.into() };
        let span: Range<usize> = 0..text.len();
        Statement {
            file: Arc::new(file),
            ordinal: 0,
            span,
            checksum: Checksum([number; 32]),
            settings: Arc::new(Settings::default()),
            mode: Mode::Transactional,
            declared: Vec::new(),
            mentions,
        }
    }

    fn uses(name: Name, form: Form, strength: Strength) -> Uses {
        Uses { name, form, strength }
    }

    fn known(name: &str, number: u8, needs: &[(&str, LearnedFrom)]) -> KnownObject {
        let needs = needs.iter().map(|(name, from)| ((*name).to_owned(), *from)).collect();
        KnownObject { name: name.into(), checksum: Checksum([number; 32]).to_string(), file: Some("old.sql".into()), needs }
    }

    fn edges(graph: &ObjectGraph) -> Vec<String> {
        let name = |at: usize| graph.objects()[at].name.as_str();
        let shown = |edge: &crate::model::graph::GraphEdge| {
            format!("{} > {} ({})", name(edge.object), name(edge.needs), edge.learned_from.word())
        };
        graph.edges().iter().map(shown).collect()
    }

    fn migration(statement: Statement) -> Migration {
        Migration {
            file: statement.file.clone(),
            name: "001.sql".into(),
            checksum: Checksum([0; 32]),
            statements: vec![statement],
            mode: Mode::Transactional,
            sections: Vec::new(),
            destructive: false,
            down: None,
        }
    }

    #[test]
    fn objects_have_the_places_of_their_statements() {
        let creates = vec![Creates { name: Name::bare("orders"), kind: CreatedKind::Other, called: "table".to_owned() }];
        let grant = Mentions { keyword: "grant".to_owned(), ..Mentions::default() };
        let table = statement(9, "001.sql", "CREATE TABLE orders ()", Mentions { creates, ..Mentions::default() });
        let project = Project {
            migrations: Some(vec![migration(table)]),
            statements: Some(vec![
                statement(1, "v.sql", "CREATE VIEW v AS TABLE orders", Mentions::default()),
                statement(0xab, "g.sql", "GRANT SELECT\n  ON v TO reader", grant),
            ]),
        };
        let all = [
            known(
                "view.v",
                1,
                &[("table.orders", LearnedFrom::Catalog), ("table constraint.orders.orders_pkey", LearnedFrom::Catalog)],
            ),
            known("grant.abababababab", 0xab, &[("view.v", LearnedFrom::Catalog)]),
            known("view.gone", 7, &[("function.far.away()", LearnedFrom::Catalog), ("view.dropped", LearnedFrom::Error)]),
        ];
        let graph = assemble(&all, &project, &|file| format!("code/{file}"));
        let shown: Vec<String> = graph
            .objects()
            .iter()
            .map(|object| {
                format!("{} | {} | {:?}:{} | {}", object.name, object.shown(), object.path, object.line, object.sql.len())
            })
            .collect();
        assert_eq!(
            shown,
            [
                "function.far.away() | function.far.away() | None:0 | 0",
                "grant.abababababab | GRANT SELECT ON v TO reader | Some(\"sql/g.sql\"):1 | 29",
                "table.orders | table.orders | Some(\"sql/001.sql\"):1 | 22",
                "view.gone | view.gone | Some(\"code/old.sql\"):0 | 0",
                "view.v | view.v | Some(\"sql/v.sql\"):1 | 29",
            ]
        );
        assert_eq!(
            edges(&graph),
            [
                "grant.abababababab > view.v (catalog)",
                "view.gone > function.far.away() (catalog)",
                "view.v > table.orders (catalog)"
            ]
        );
    }

    #[test]
    fn bodies_of_routines_name_what_they_need() {
        let body = vec![
            uses(Name::bare("orders"), Form::Plain, Strength::Loose),
            uses(Name::bare("total"), Form::Call(2), Strength::Checked),
            uses(Name::qualified("other", "v"), Form::Plain, Strength::Loose),
            uses(Name::bare("f"), Form::Call(0), Strength::Loose),
            uses(Name::bare("mood"), Form::Plain, Strength::Bound),
        ];
        let mentions = || Mentions { uses: body.clone(), ..Mentions::default() };
        let project = Project {
            migrations: None,
            statements: Some(vec![
                statement(1, "f.sql", "CREATE FUNCTION f …", mentions()),
                statement(2, "v.sql", "CREATE VIEW v …", mentions()),
            ]),
        };
        let all = [
            known("function.f()", 1, &[("table.orders", LearnedFrom::Error)]),
            known("function.total(integer)", 3, &[]),
            known("function.total(integer,numeric)", 4, &[]),
            known("trigger.orders.total", 5, &[]),
            known("table.orders", 8, &[]),
            known("type.mood", 6, &[]),
            known("view.v", 2, &[]),
        ];
        let graph = assemble(&all, &project, &str::to_owned);
        assert_eq!(
            edges(&graph),
            ["function.f() > function.total(integer,numeric) (text)", "function.f() > table.orders (error)"]
        );
    }

    #[test]
    fn what_provides_nothing_needs_what_it_touches() {
        let row = |name: &str, touches: &[&str]| RecordedStatement {
            name: name.into(),
            checksum: "c".into(),
            file: None,
            ordinal: 0,
            object: None,
            touches: touches.iter().map(|touched| (*touched).to_owned()).collect(),
            last_applied: String::new(),
            id: None,
        };
        let dependency = Dependency { object_name: "do.1".into(), depends_on: "view.v".into(), learned_from: LearnedFrom::Error };
        let known = known_objects(&[row("grant.1", &["view.v"]), row("do.1", &["view.v", "view.w"])], &[dependency]);
        assert_eq!(known[0].needs, [("view.v".to_owned(), LearnedFrom::Catalog)]);
        assert_eq!(known[1].needs, [("view.v".to_owned(), LearnedFrom::Catalog), ("view.w".to_owned(), LearnedFrom::Catalog)]);
    }
}
