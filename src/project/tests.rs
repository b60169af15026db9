//! Files and directories from beginning to end: what they are split into, and everything they are refused for.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::directives::Folder;
use super::file::{self, Contents};
use super::load::{Directories, load};
use crate::error::{Error, Kind};
use crate::model::project::{Project, SourceFile};
use crate::model::statement::{Conforming, Mode};
use crate::sql::tests::sql_part;

fn contents(text: &str, folder: Folder) -> Contents {
    file::read(&Arc::new(SourceFile { path: "f.sql".into(), name: "f.sql".into(), text: text.into() }), folder)
}

fn pieces(text: &str) -> Vec<String> {
    contents(text, Folder::Code).statements.iter().map(|statement| statement.sql().to_owned()).collect()
}

/// The first problem of a code file: `line:column message`.
fn problem(text: &str, folder: Folder) -> String {
    let problems = contents(text, folder).problems;
    problems.first().map_or_else(String::new, |problem| {
        let place = problem.diagnostic.place.clone().unwrap();
        format!("{}:{} {}", place.line, place.column, problem.diagnostic.message)
    })
}

/// Writes files and loads them.
fn project(code: &[(&str, &[u8])], migrations: &[(&str, &[u8])]) -> (TempDir, Result<Project, Error>) {
    let root = TempDir::new().unwrap();
    for (folder, files) in [("sql", code), ("migrations", migrations)] {
        fs::create_dir(root.path().join(folder)).unwrap();
        for (name, text) in files {
            write(&root.path().join(folder).join(name), text);
        }
    }
    let loaded = load(&Directories { migrations: Some(root.path().join("migrations")), code: Some(root.path().join("sql")) });
    (root, loaded)
}

fn write(path: &Path, text: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn files_are_split_like_postgresql_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/source/split");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
            let expected: Vec<&str> = expected.trim_end().split("\n---\n").collect();
            assert_eq!(pieces(&fs::read_to_string(&path).unwrap()), expected, "{}", path.display());
            cases += 1;
        }
    }
    assert!(cases >= 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_breaks_the_reader(parts in prop::collection::vec(sql_part(), 0..24)) {
        let text: String = parts.concat();
        for folder in [Folder::Code, Folder::Migrations] {
            let read = contents(&text, folder);
            for statement in &read.statements {
                prop_assert!(!statement.sql().is_empty());
                let _ = crate::sql::rewrite::or_replace(statement.sql(), Conforming::On);
            }
        }
    }
}

#[test]
fn what_cannot_run_is_refused_at_its_place() {
    let code = |text: &str| problem(text, Folder::Code);
    assert_eq!(code("SELECT 1;\n SELECT 'a"), "2:9 unterminated quoted string");
    assert_eq!(code("SELECT \"a"), "1:8 unterminated quoted identifier");
    assert_eq!(code("é $f$ $$ $F$"), "1:3 unterminated dollar-quoted string");
    assert_eq!(code("/* /* */"), "1:1 unterminated /* comment");
    assert_eq!(code("SELECT 1;\n\\i it's.sql\nSELECT 2;"), "2:1 psql command \"\\i\" is not SQL");
    assert_eq!(code("COPY t (a) FROM stdin;\n1\tit's\n\\.\n"), "1:1 COPY … FROM stdin needs data that only psql can send");
    assert_eq!(contents("COPY t FROM stdin;\nit's\n\\.\n", Folder::Code).problems.len(), 1);
    assert_eq!(code("SET client_encoding = latin1"), "1:1 client encoding \"latin1\" is not allowed: files are UTF-8");
    for command in [
        "BEGIN",
        "START TRANSACTION",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "PREPARE TRANSACTION",
        "COMMIT PREPARED",
        "SET TRANSACTION",
    ] {
        let expected = format!("1:1 {command} is not allowed in a file: pgmg manages the transaction");
        assert_eq!(code(&format!("{command} x")), expected);
        assert_eq!(problem(&format!("{command} x"), Folder::Migrations), expected);
    }
    for temporary in [
        "CREATE TEMP TABLE t ()",
        "CREATE OR REPLACE LOCAL TEMPORARY VIEW v AS SELECT 1",
        "SELECT 1 INTO TEMP t",
        "CREATE TABLE pg_temp.t ()",
    ] {
        assert!(code(temporary).contains("temporary object in a code file"), "{temporary}");
        assert_eq!(problem(temporary, Folder::Migrations), "");
    }
    assert_eq!(
        code("PREPARE p AS SELECT 1; CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'; SELECT 1 AS temp"),
        ""
    );
}

#[test]
fn directives_belong_to_the_next_statement() {
    let text = "SELECT 1;\n-- pgmg: no-transaction\n-- pgmg: depends-on a, b.c\nSET a.b = 'c';\nSELECT 2; SELECT 3";
    let read = contents(text, Folder::Code);
    let modes: Vec<Mode> = read.statements.iter().map(|statement| statement.mode).collect();
    assert_eq!(modes, [Mode::Transactional, Mode::NoTransaction, Mode::Transactional]);
    assert_eq!(read.statements[1].declared.len(), 2);
    assert_eq!(&text[read.statements[1].declared[1].offset..][..3], "b.c");
    let code = |text: &str| problem(text, Folder::Code);
    assert_eq!(code("SELECT 1;\n-- pgmg: no-transaction\n"), "2:1 directive has no statement after it");
    assert!(code("SELECT 1; -- pgmg: no-transaction\nSELECT 2").contains("not on a line of its own"));
    assert!(code("SELECT\n-- pgmg: no-transaction\n1").contains("not on a line of its own"));
    assert_eq!(code("SELECT 1;\n-- pgmg: transaction"), "2:1 unknown directive \"transaction\"");
    let migration = contents("-- pgmg: no-transaction\n-- pgmg: destructive\nSELECT 1; SELECT 2", Folder::Migrations);
    assert!(migration.destructive && migration.statements.iter().all(|statement| statement.mode == Mode::NoTransaction));
    assert!(problem("SELECT 1;\n-- pgmg: no-transaction\nSELECT 2", Folder::Migrations).contains("first statement"));
}

#[test]
fn checksums_are_over_meaning() {
    let checksum = |text: &str| contents(text, Folder::Code).statements.last().unwrap().checksum;
    let base = checksum("CREATE VIEW v AS SELECT 'A' AS \"B\"");
    assert_eq!(base, checksum("-- c\r\ncreate /* x */\r\n view V as\tselect 'A' as \"B\" ; "));
    for other in [
        "CREATE VIEW v AS SELECT 'a' AS \"B\"",
        "CREATE VIEW v AS SELECT 'A' AS \"b\"",
        "SET a.b = 1; CREATE VIEW v AS SELECT 'A' AS \"B\"",
        "-- pgmg: no-transaction\nCREATE VIEW v AS SELECT 'A' AS \"B\"",
        "-- pgmg: depends-on x\nCREATE VIEW v AS SELECT 'A' AS \"B\"",
    ] {
        assert_ne!(base, checksum(other), "{other}");
    }
    let migration = |text: &str| contents(text, Folder::Migrations).checksum;
    assert_eq!(migration("SELECT 1; SELECT 2"), migration("-- x\nselect 1;\nselect 2;\n-- pgmg: destructive"));
    assert_ne!(migration("SELECT 1; SELECT 2"), migration("SELECT 1; SET a.b = 1; SELECT 2"));
}

#[test]
fn a_project_is_loaded_in_order() {
    let code: &[(&str, &[u8])] = &[
        ("b.SQL", b"\xef\xbb\xbfSET a.b = 1;\r\nSELECT 1;\r\nSELECT 2"),
        ("a/z.sql", b"SET a.b = 1; SELECT 0"),
        (".hidden/x.sql", b"'"),
        (".x.sql", b"'"),
        ("b.sql~", b"'"),
        ("readme.md", b"'"),
    ];
    let migrations: &[(&str, &[u8])] = &[("10_b.sql", b"SELECT 1"), ("old/9_a.sql", b""), ("00011.sql", b"SELECT 3")];
    let (root, project) = project(code, migrations);
    let project = project.unwrap();
    let statements = project.statements.unwrap();
    let sql: Vec<&str> = statements.iter().map(|statement| statement.sql()).collect();
    assert_eq!(sql, ["SELECT 0", "SELECT 1", "SELECT 2"]);
    assert!(statements.iter().all(|statement| Arc::ptr_eq(&statement.settings, &statements[0].settings)));
    assert_eq!(statements[0].file.name, "a/z.sql");
    assert_eq!(statements[0].file.path, root.path().join("sql/a/z.sql").display().to_string());
    let names: Vec<String> = project.migrations.unwrap().into_iter().map(|migration| migration.name).collect();
    assert_eq!(names, ["old/9_a.sql", "10_b.sql", "00011.sql"]);
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let code: &[(&str, &[u8])] =
        &[("a.sql", b"SELECT\n'"), ("b.sql", b"SELECT 1\nx\xff"), ("c.sql", b"a\nb\0"), ("d.sql", b"COMMIT")];
    let error = project(code, &[]).1.unwrap_err();
    assert_eq!(error.kind, Kind::Sql);
    let lines: Vec<usize> = error.diagnostics.iter().map(|d| d.place.as_ref().unwrap().line).collect();
    assert_eq!(lines, [2, 2, 2, 1]);
    assert!(error.diagnostics[1].message.contains("byte 11 in line 2"), "{error}");
    let same: &[(&str, &[u8])] = &[("001_a.sql", b""), ("1_b.sql", b""), ("x.sql", b"")];
    let error = project(&[], same).1.unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.to_string().contains("does not begin with a number"), "{error}");
    assert!(error.to_string().contains("two migrations have the number 1"), "{error}");
    let error = load(&Directories { migrations: None, code: Some("/nowhere/sql".into()) }).unwrap_err();
    assert_eq!((error.kind, error.to_string().as_str()), (Kind::Usage, "the code directory /nowhere/sql does not exist"));
    assert!(load(&Directories::default()).unwrap().statements.is_none());
}

#[cfg(unix)]
#[test]
fn links_are_followed_once() {
    use std::os::unix::fs::symlink;
    let (root, _) = project(&[("a/x.sql", b"SELECT 1")], &[]);
    let sql = root.path().join("sql");
    symlink(&sql, sql.join("a/loop")).unwrap();
    symlink(sql.join("a"), sql.join("0")).unwrap();
    symlink(sql.join("a/x.sql"), sql.join("y.sql")).unwrap();
    write(&root.path().join("other/z.sql"), b"SELECT 2");
    symlink(root.path().join("other"), sql.join("other")).unwrap();
    let directories = Directories { migrations: None, code: Some(sql.clone()) };
    let names: Vec<String> = load(&directories).unwrap().statements.unwrap().iter().map(|s| s.file.name.clone()).collect();
    assert_eq!(names, ["a/x.sql", "other/z.sql"]);
    symlink("/nowhere", sql.join(".#x.sql")).unwrap();
    assert!(load(&directories).is_ok());
    symlink("/nowhere", sql.join("gone.sql")).unwrap();
    assert!(load(&directories).unwrap_err().to_string().starts_with("cannot read"));
}

#[test]
fn a_directory_inside_the_other_keeps_its_files() {
    let (root, _) = project(&[("v.sql", b"SELECT 1"), ("migrations/1_a.sql", b"SELECT 2")], &[]);
    let code = root.path().join("sql");
    let project = load(&Directories { migrations: Some(code.join("migrations")), code: Some(code.clone()) }).unwrap();
    assert_eq!((project.statements.unwrap().len(), project.migrations.unwrap().len()), (1, 1));
    let error = load(&Directories { migrations: Some(code.clone()), code: Some(code) }).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
}
