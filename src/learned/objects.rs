//! The objects of a project on disk, with what they need: what `pgmg graph` shows without a database, and shells complete.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::{read, write};
use crate::error::Result;
use crate::graph::{KnownObject, known_objects};
use crate::model::project::Project;
use crate::model::record::{Dependency, LearnedFrom, RecordedStatement};

/// The file below the project's root: a head, and an object on each line.
const FILE: &str = ".pgmg/objects";
const HEAD: &str = "pgmg objects 1";

/// Objects by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objects {
    known: BTreeMap<String, KnownObject>,
}

impl Objects {
    /// Reads what is kept in a project; `None` if nothing is, or nothing that is understood.
    pub fn load(root: &Path) -> Option<Self> {
        read(root, FILE, Objects::parse)
    }

    /// Keeps it in the project.
    pub fn save(&self, root: &Path) -> Result<()> {
        write(root, FILE, &self.to_text())
    }

    /// All objects, in the order of their names.
    pub fn known(&self) -> impl Iterator<Item = &KnownObject> {
        self.known.values()
    }

    /// The names of all objects and of what they need, in their order.
    pub fn names(&self) -> BTreeSet<&str> {
        let needed = self.known.values().flat_map(|object| &object.needs).map(|(name, _)| name.as_str());
        // A constraint stands for its table.
        let needed = needed.filter(|name| !name.starts_with("table constraint."));
        self.known.keys().map(String::as_str).chain(needed).collect()
    }

    /// Takes in what was recorded. What only errors told of an object stays known as long as its statement is the same: a run
    /// that knows the order has no error. Objects whose statements the project no longer has are forgotten.
    pub fn update(&mut self, project: &Project, records: &[RecordedStatement], dependencies: &[Dependency]) {
        let names: HashSet<&str> = records.iter().map(|row| row.name.as_str()).collect();
        let mut recorded = known_objects(records, dependencies);
        recorded.retain(|object| names.contains(object.name.as_str()));
        self.take(project, recorded);
    }

    /// Takes in what a database knows of all objects, those included that are not recorded but need what is.
    pub fn replace(&mut self, project: &Project, known: &[KnownObject]) {
        self.known.retain(|_, object| !object.checksum.is_empty());
        self.take(project, known.to_vec());
    }

    fn take(&mut self, project: &Project, mut objects: Vec<KnownObject>) {
        self.complete(&mut objects);
        // Where a file is is for the project to say.
        let kept = |object: KnownObject| (object.name.clone(), KnownObject { file: None, ..object });
        self.known.extend(objects.into_iter().map(kept));
        if let Some(statements) = &project.statements {
            let present: HashSet<String> = statements.iter().map(|statement| statement.checksum.to_string()).collect();
            self.known.retain(|_, object| object.checksum.is_empty() || present.contains(&object.checksum));
        }
    }

    /// Adds what earlier errors told to objects whose statements are the same.
    pub fn complete(&self, objects: &mut [KnownObject]) {
        for object in objects {
            let Some(kept) = self.known.get(&object.name).filter(|kept| kept.checksum == object.checksum) else { continue };
            let told = kept.needs.iter().filter(|(_, from)| *from == LearnedFrom::Error);
            let new: Vec<_> = told.filter(|(name, _)| object.needs.iter().all(|(known, _)| known != name)).cloned().collect();
            object.needs.extend(new);
            object.needs.sort_unstable();
        }
    }

    fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for object in self.known.values() {
            let needs: Vec<(&str, &str)> = object.needs.iter().map(|(name, from)| (name.as_str(), from.word())).collect();
            // Strings in lists can always be written.
            text.push_str(&serde_json::to_string(&(&object.name, &object.checksum, needs)).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEAD {
            return None;
        }
        let object = |line: &str| -> Option<(String, KnownObject)> {
            let (name, checksum, needs): (String, String, Vec<(String, String)>) = serde_json::from_str(line).ok()?;
            let needs = needs.into_iter().map(|(name, word)| Some((name, LearnedFrom::of_word(&word)?)));
            let needs = needs.collect::<Option<Vec<_>>>()?;
            Some((name.clone(), KnownObject { name, checksum, file: None, needs }))
        };
        Some(Objects { known: lines.map(object).collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, checksum: &str) -> RecordedStatement {
        RecordedStatement {
            name: name.into(),
            checksum: checksum.into(),
            file: None,
            ordinal: 0,
            object: None,
            touches: Vec::new(),
            last_applied: String::new(),
            id: None,
        }
    }

    fn needs(object: &str, needed: &str, learned_from: LearnedFrom) -> Dependency {
        Dependency { object_name: object.into(), depends_on: needed.into(), learned_from }
    }

    fn text(objects: &Objects) -> String {
        objects.to_text().lines().skip(1).map(|line| line.replace('"', "") + "\n").collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut objects = Objects::default();
        let dependencies = [needs("view.\"a\nb\"", "table.t", LearnedFrom::Catalog)];
        objects.update(&Project::default(), &[record("view.\"a\nb\"", "1"), record("do.1", "2")], &dependencies);
        assert_eq!(Objects::parse(&objects.to_text()), Some(objects));
    }

    #[test]
    fn anything_else_is_not_understood() {
        for text in ["", "pgmg objects 2\n", "pgmg objects 1\n[]\n", "pgmg objects 1\n[\"a\",\"1\",[[\"b\",\"hearsay\"]]]\n"] {
            assert_eq!(Objects::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_errors_told_is_known_as_long_as_the_statement_is_the_same() {
        let mut objects = Objects::default();
        let run = |objects: &mut Objects, checksum: &str, dependencies: &[Dependency]| {
            objects.update(&Project::default(), &[record("function.f()", checksum)], dependencies);
            text(objects)
        };
        let first = [needs("function.f()", "view.v", LearnedFrom::Error), needs("function.f()", "table.t", LearnedFrom::Catalog)];
        assert_eq!(run(&mut objects, "1", &first), "[function.f(),1,[[table.t,catalog],[view.v,error]]]\n");
        assert_eq!(run(&mut objects, "1", &[]), "[function.f(),1,[[view.v,error]]]\n");
        let surer = [needs("function.f()", "view.v", LearnedFrom::Declared)];
        assert_eq!(run(&mut objects, "1", &surer), "[function.f(),1,[[view.v,declared]]]\n");
        assert_eq!(run(&mut objects, "2", &[]), "[function.f(),2,[]]\n");
        objects.update(&Project { statements: Some(Vec::new()), ..Project::default() }, &[], &[]);
        assert_eq!(text(&objects), "");
    }
}
