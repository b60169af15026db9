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
    ("source", GROUND),
    ("resolver", GROUND),
    ("database", GROUND),
    ("output", GROUND),
    ("learned", GROUND),
    ("config", GROUND),
    ("watching", GROUND),
    ("trial", &["model", "error", "source", "resolver", "database", "output", "learned"]),
    ("commands", &["model", "error", "source", "database", "output", "learned", "config", "watching", "trial"]),
    ("cli", &["model", "error", "source", "database", "output", "learned", "config", "trial", "commands"]),
    ("main", &["model", "error", "output", "config", "commands", "cli"]),
    (
        "lib",
        &[
            "model", "error", "source", "resolver", "database", "output", "learned", "config", "watching", "trial", "commands",
            "cli",
        ],
    ),
];
const GROUND: &[&str] = &["model", "error"];

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

/// Who may split a text at white space outside of `src/source/`, and why it is no reading of SQL.
const SPLITTERS: &[(&str, &str)] = &[
    ("src/model/graph/assembly.rs", "shortens a statement to be shown on one line"),
    ("src/trial/report.rs", "shortens a statement to be shown on one line"),
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
    none(all.iter().filter(|source| source.module != "source").flat_map(reads).collect());
    let splits = |path: &str| all.iter().any(|source| source.path == path && source.text.contains(".split_whitespace()"));
    let idle = SPLITTERS.iter().filter(|(path, _)| !splits(path));
    none(idle.map(|(path, reason)| format!("{path}: splits nothing any more ({reason})")).collect());
}

#[test]
fn imports_are_seen_in_every_spelling() {
    let text = "//! A file.\nuse crate::trial::x;\nuse super::super::{error, model::{a, b}};\n// crate::cli\nfn f() { crate::output::g(); super::walk::h(); }\n";
    let source = Source { path: "src/source/file.rs".into(), module: "source".into(), text: text.into() };
    let found: BTreeSet<(usize, String)> = imports(&source).into_iter().collect();
    let expected = [(2, "trial"), (3, "error"), (3, "model"), (5, "output")].map(|(line, name)| (line, name.to_owned()));
    assert_eq!(found, BTreeSet::from(expected));
}
