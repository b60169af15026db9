//! Statements and the names that are seen in them: one case a paragraph in `testdata/source/mentions/*.txt`.

use std::fmt::Write;

use super::of;
use crate::model::statement::{Conforming, CreatedKind, Form, Mentions, Role, Strength};
use crate::sql::words::{Words, significant};

/// A case is `> statement`, then the lines that [`shown`] gives; what PostgreSQL itself provides is seen like any other name.
#[test]
fn names_are_seen() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/source/mentions");
    let mut wrong = String::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let cases = std::fs::read_to_string(&path).unwrap();
        for case in cases.split("\n\n").map(str::trim).filter(|case| case.starts_with('>')) {
            let statement: String = case.lines().filter_map(|line| line.strip_prefix("> ")).collect::<Vec<_>>().join("\n");
            let expected: String = case.lines().filter(|line| !line.starts_with('>')).map(|line| format!("{line}\n")).collect();
            let actual = shown(&mentions(&statement));
            if actual != expected {
                writeln!(wrong, "{}: {statement}\n--- expected\n{expected}--- actual\n{actual}", path.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn mentions(sql: &str) -> Mentions {
    let tokens = significant(sql, Conforming::On).unwrap();
    of(&Words { text: sql, tokens: &tokens, conforming: Conforming::On }, &[])
}

/// One line each for the role with what it creates, what it completes, and the uses by strength.
fn shown(mentions: &Mentions) -> String {
    let mut text = match mentions.role {
        Role::Creates => "creates".to_owned(),
        Role::Acts => "acts".to_owned(),
        Role::Watches => "watches".to_owned(),
    };
    for created in &mentions.creates {
        let kind = match &created.kind {
            CreatedKind::Routine(arguments) => format!("({}..{})", arguments.start, arguments.end),
            CreatedKind::Operator => " operator".to_owned(),
            CreatedKind::Schema => " schema".to_owned(),
            CreatedKind::Other => String::new(),
        };
        write!(text, " {}{kind}", created.name).unwrap();
    }
    text.push('\n');
    if mentions.expands_columns {
        text.push_str("expands columns\n");
    }
    if !mentions.completes.is_empty() {
        let names: Vec<String> = mentions.completes.iter().map(ToString::to_string).collect();
        writeln!(text, "completes {}", names.join(" ")).unwrap();
    }
    for (strength, label) in [(Strength::Bound, "bound"), (Strength::Checked, "checked"), (Strength::Loose, "loose")] {
        let uses: Vec<String> = mentions
            .uses
            .iter()
            .filter(|uses| uses.strength == strength)
            .map(|uses| match uses.form {
                Form::Call(n) => format!("{}/{n}", uses.name),
                Form::Operator => uses.name.to_string().replace('"', ""),
                Form::Plain => uses.name.to_string(),
            })
            .collect();
        if !uses.is_empty() {
            writeln!(text, "{label} {}", uses.join(" ")).unwrap();
        }
    }
    text
}
