//! Fails when the source no longer has the layers, heads and sizes that the architecture document promises.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use walkdir::WalkDir;

/// Who may import whom, from the ground up. A module that is not listed may not exist.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("sql", GROUND),
    ("graph", GROUND),
    ("output", GROUND),
    ("config", GROUND),
    ("watching", GROUND),
    ("learned", &["model", "error", "graph"]),
    ("project", WITH_SQL),
    ("engine", WITH_SQL),
    ("postgres", WITH_SQL),
    ("server", &["model", "error", "postgres"]),
    ("trial", &["model", "error", "sql", "project", "engine", "postgres"]),
    (
        "workspace",
        &["model", "error", "sql", "graph", "output", "config", "learned", "project", "engine", "postgres", "server", "trial"],
    ),
    (
        "commands",
        &[
            "model",
            "error",
            "sql",
            "graph",
            "output",
            "config",
            "watching",
            "learned",
            "project",
            "postgres",
            "server",
            "trial",
            "workspace",
        ],
    ),
    ("cli", &["model", "error", "graph", "output", "config", "learned", "project", "workspace", "commands"]),
    ("internals", &["model", "sql", "learned", "output", "project", "engine", "postgres", "server", "trial", "cli"]),
    ("main", &["internals"]),
    ("lib", &["error", "workspace", "internals"]),
];
const GROUND: &[&str] = &["model", "error"];
const WITH_SQL: &[&str] = &["model", "error", "sql"];

/// About 400 lines, and not one file that only grows.
const LINES: usize = 420;

/// A file of the source: its path below `src/`, its top-level module, its text.
struct Source {
    path: String,
    module: String,
    text: String,
}

fn sources(extension: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = WalkDir::new(&root).sort_by_file_name().into_iter().map(|entry| entry.expect("src/ can be read").into_path());
    let chosen: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    let read = |path: &PathBuf| {
        let relative = path.strip_prefix(&root).expect("below src/").to_string_lossy().replace('\\', "/");
        let module = relative.split(['/', '.']).next().unwrap_or_default().to_owned();
        Source { module, text: fs::read_to_string(path).expect("a source file is UTF-8"), path: format!("src/{relative}") }
    };
    chosen.iter().map(read).collect()
}

/// The top-level modules that a file names, with the lines on which it does.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let comments = Regex::new(r"(?m)//.*$").expect("a pattern");
    let text = comments.replace_all(&source.text, "");
    let depth = source.path.trim_end_matches("/mod.rs").matches('/').count();
    let up = format!(r"\b(?:crate|pgmg|{})::", ["super"].repeat(depth).join("::"));
    let path = Regex::new(&format!(r"{up}(\w+|\{{)")).expect("a pattern");
    let listed = Regex::new(r"(?:^|,)\s*(\w+)").expect("a pattern");
    let mut found = Vec::new();
    for hit in path.captures_iter(&text) {
        let (Some(whole), Some(first)) = (hit.get(0), hit.get(1)) else { continue };
        let line = text[..whole.start()].matches('\n').count() + 1;
        if first.as_str() != "{" {
            found.push((line, first.as_str().to_owned()));
            continue;
        }
        let inside = outermost(&text[first.end()..]);
        found.extend(listed.captures_iter(&inside).map(|name| (line, name[1].to_owned())));
    }
    found.retain(|(_, name)| LAYERS.iter().any(|(module, _)| module == name) && *name != source.module);
    found
}

/// The text up to the brace that closes it, without what stands in inner braces.
fn outermost(text: &str) -> String {
    let (mut depth, mut kept) = (0usize, String::new());
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn modules_import_only_what_lies_below_them() {
    let mut problems = Vec::new();
    for source in sources("rs") {
        let Some((_, allowed)) = LAYERS.iter().find(|(module, _)| *module == source.module) else {
            problems.push(format!("{}: the module {} is in no layer", source.path, source.module));
            continue;
        };
        for (line, imported) in imports(&source) {
            if !allowed.contains(&imported.as_str()) {
                problems.push(format!("{}:{line}: {} may not import {imported}", source.path, source.module));
            }
        }
    }
    none(problems);
}

#[test]
fn modules_form_no_cycle() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources("rs") {
        graph.entry(source.module.clone()).or_default().extend(imports(&source).into_iter().map(|(_, name)| name));
    }
    // Whoever imports nothing that is left goes; a cycle is what never goes.
    while let Some(leaf) =
        graph.iter().find(|(_, uses)| uses.iter().all(|used| !graph.contains_key(used))).map(|(name, _)| name.clone())
    {
        graph.remove(&leaf);
    }
    assert!(graph.is_empty(), "these modules import each other: {:?}", graph.keys().collect::<Vec<_>>());
}

#[test]
fn files_form_no_cycle() {
    let names = |circle: &Vec<Module>| circle.iter().map(|module| module.join("::")).collect::<Vec<_>>().join(", ");
    let found = circles(&file_imports(&sources("rs")));
    none(found.iter().map(|circle| format!("these files import each other: {}", names(circle))).collect());
}

/// A file by its module: `["trial", "effects", "code"]`; the root of the crate is empty.
type Module = Vec<String>;

fn module_of(path: &str) -> Module {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| !matches!(*part, "mod" | "lib"));
    parts.map(str::to_owned).collect()
}

/// Which files name which others; a module and its own children apart: they are one thing in several files.
fn file_imports(sources: &[Source]) -> BTreeMap<Module, BTreeSet<Module>> {
    let modules: BTreeSet<Module> = sources.iter().map(|source| module_of(&source.path)).collect();
    let imports = |source: &Source| {
        let own = module_of(&source.path);
        let mut files: BTreeSet<Module> = paths(source).iter().map(|path| deepest(path, &modules)).collect();
        files.retain(|other| !own.starts_with(other) && !other.starts_with(&own));
        (own, files)
    };
    sources.iter().map(imports).collect()
}

/// The file that a path leads to.
fn deepest(path: &[String], modules: &BTreeSet<Module>) -> Module {
    let prefixes = (0..=path.len()).rev().map(|length| path[..length].to_vec());
    prefixes.into_iter().find(|prefix| modules.contains(prefix)).unwrap_or_default()
}

/// Every path of this crate that a file names, from the crate's root; tests inside a file may name what they want.
fn paths(source: &Source) -> Vec<Vec<String>> {
    let comments = Regex::new(r"(?m)//.*$").expect("a pattern");
    let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
    let text = comments.replace_all(text, "");
    let begin = Regex::new(r"\b(crate|super)::").expect("a pattern");
    let own = module_of(&source.path);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(hit) = begin.find_at(&text, from) {
        let mut rest = &text[hit.start()..];
        let mut base = Vec::new();
        if let Some(below) = rest.strip_prefix("crate::") {
            rest = below;
        } else {
            base.clone_from(&own);
            while let Some(below) = rest.strip_prefix("super::") {
                base.pop();
                rest = below;
            }
        }
        follow(&base, rest, &mut found);
        from = text.len() - rest.len();
    }
    found
}

/// The paths that begin with `base` and go on with this text: `a::b`, or `{a, b::{c, d}}`.
fn follow(base: &[String], text: &str, found: &mut Vec<Vec<String>>) {
    if let Some(list) = text.strip_prefix('{') {
        items(list).iter().for_each(|item| follow(base, item.trim(), found));
        return;
    }
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(text.len());
    let mut path = base.to_vec();
    if !matches!(&text[..end], "self" | "") {
        path.push(text[..end].to_owned());
    }
    match text[end..].strip_prefix("::") {
        Some(rest) => follow(&path, rest, found),
        None => found.push(path),
    }
}

/// The items of a list in braces, up to the brace that closes it.
fn items(list: &str) -> Vec<String> {
    let (mut depth, mut items) = (0usize, vec![String::new()]);
    for letter in list.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        items.last_mut().expect("an item").push(letter);
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

/// The groups of files of which each leads to each other.
fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = imports.keys().map(|file| (file, reached_from(file, imports))).collect();
    let mut circles: BTreeSet<Vec<Module>> = BTreeSet::new();
    for (file, others) in &reached {
        let back = others.iter().filter(|other| reached.get(**other).is_some_and(|further| further.contains(file)));
        let circle: BTreeSet<&Module> = back.copied().collect();
        if !circle.is_empty() {
            circles.insert(circle.into_iter().cloned().collect());
        }
    }
    circles.into_iter().collect()
}

fn reached_from<'a>(file: &'a Module, imports: &'a BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for other in imports.get(next).into_iter().flatten() {
            if reached.insert(other) {
                open.push(other);
            }
        }
    }
    reached
}

#[test]
fn every_file_says_what_it_is_for() {
    let headless = |source: &Source| {
        let head: Vec<&str> = source.text.lines().take_while(|line| line.starts_with("//!")).collect();
        !head.first().is_some_and(|first| first.starts_with("//! ")) || !head.join(" ").contains('.')
    };
    none(
        sources("rs").iter().filter(|s| headless(s)).map(|s| format!("{}: does not open with a //! sentence", s.path)).collect(),
    );
    let bare = |source: &&Source| !source.text.starts_with("-- ");
    none(
        sources("sql")
            .iter()
            .filter(bare)
            .map(|s| format!("{}: does not open with a comment that says what it answers", s.path))
            .collect(),
    );
}

#[test]
fn files_stay_readable_in_one_sitting() {
    let long = |source: &Source| {
        (source.text.lines().count() > LINES).then(|| format!("{}: {} lines", source.path, source.text.lines().count()))
    };
    none(sources("rs").iter().filter_map(long).collect());
}

#[test]
fn sql_names_its_catalogs() {
    let bare = Regex::new(
        r"(?i)(?:from|join)\s+pg_(?:class|proc|type|namespace|depend|attribute|constraint|trigger|locks|roles|rewrite)\b",
    )
    .expect("a pattern");
    let offends =
        |source: &Source| bare.find(&source.text).map(|hit| format!("{}: `{}` without pg_catalog.", source.path, hit.as_str()));
    none(sources("sql").iter().filter_map(offends).collect());
}

/// Who may split a text at white space outside of `src/sql/`, and why it is no reading of SQL.
const SPLITTERS: &[(&str, &str)] = &[
    ("src/graph/assembly.rs", "shortens a statement to be shown on one line"),
    ("src/engine/outcome/steps.rs", "shortens a statement to be shown on one line"),
    ("src/commands/new.rs", "makes a file name of a title"),
    ("src/cli/objects.rs", "its test types command lines"),
];

#[test]
fn only_tokens_tell_what_a_statement_does() {
    let reads = |source: &Source| {
        let may_split = SPLITTERS.iter().any(|(path, _)| *path == source.path);
        let lines = source.text.lines().enumerate();
        let offends = move |line: &str| line.contains("first_word(") || line.contains(".split_whitespace()") && !may_split;
        let found = lines.filter(|(_, line)| offends(line));
        found.map(|(at, _)| format!("{}:{}: reads a text that tokens tell", source.path, at + 1)).collect::<Vec<_>>()
    };
    let all = sources("rs");
    none(all.iter().filter(|source| source.module != "sql").flat_map(reads).collect());
    let splits = |path: &str| all.iter().any(|source| source.path == path && source.text.contains(".split_whitespace()"));
    let idle = SPLITTERS.iter().filter(|(path, _)| !splits(path));
    none(idle.map(|(path, reason)| format!("{path}: splits nothing any more ({reason})")).collect());
}

#[test]
fn imports_are_seen_in_every_spelling() {
    let text = "//! A file.\nuse crate::trial::x;\nuse super::super::{error, model::{a, b}};\n// crate::cli\nfn f() { crate::output::g(); super::walk::h(); }\n";
    let source = Source { path: "src/project/file.rs".into(), module: "project".into(), text: text.into() };
    let found: BTreeSet<(usize, String)> = imports(&source).into_iter().collect();
    let expected = [(2, "trial"), (3, "error"), (3, "model"), (5, "output")].map(|(line, name)| (line, name.to_owned()));
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn circles_of_files_are_seen() {
    let source = |path: &str, text: &str| Source { path: path.into(), module: String::new(), text: text.into() };
    let files = [
        source("src/a/mod.rs", "mod one;\nmod two;\nuse one::A;\nuse crate::b::B;"),
        source("src/a/one.rs", "use super::two::{self, T};\nuse super::A;"),
        source("src/a/two.rs", "use crate::{b, c::C};\n// use super::one::A;"),
        source("src/b.rs", "fn f() { crate::c::g(); }"),
        source("src/c.rs", "use super::a::{one::{A, X}};\n#[cfg(test)]\nmod tests { use crate::d::D; }"),
        source("src/d.rs", "use crate::c::C;"),
    ];
    let found: Vec<Vec<String>> =
        circles(&file_imports(&files)).iter().map(|circle| circle.iter().map(|file| file.join("::")).collect()).collect();
    assert_eq!(found, [["a::one", "a::two", "b", "c"]]);
}
