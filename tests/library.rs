//! pgmg as a library of a Rust test suite: one call builds the project, and each test has a database of its own.

use std::sync::LazyLock;

use pgmg::Databases;
use postgres::{Client, NoTls};

static SHOP: LazyLock<Databases> = LazyLock::new(|| {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/quickstart/shop");
    Databases::of(root).unwrap_or_else(|error| panic!("{error}"))
});

fn client(connection_string: &str) -> Client {
    Client::connect(connection_string, NoTls).unwrap_or_else(|error| panic!("{error}"))
}

fn number(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).map(|row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

#[test]
fn the_project_is_there() {
    let database = SHOP.copy().unwrap_or_else(|error| panic!("{error}"));
    let mut client = client(&database.connection_string());
    assert_eq!(number(&mut client, "SELECT count(*) FROM pg_class WHERE relname IN ('product', 'dashboard')"), 2);
}

#[test]
fn tests_do_not_see_each_other() {
    let databases = [SHOP.copy(), SHOP.copy()].map(|copy| copy.unwrap_or_else(|error| panic!("{error}")));
    let [mut one, mut other] = [&databases[0], &databases[1]].map(|database| client(&database.connection_string()));
    one.batch_execute("CREATE TABLE mine (id int)").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(number(&mut one, "SELECT count(*) FROM pg_class WHERE relname = 'mine'"), 1);
    assert_eq!(number(&mut other, "SELECT count(*) FROM pg_class WHERE relname = 'mine'"), 0);
}

#[test]
fn a_copy_is_gone_with_its_value() {
    let kept = SHOP.copy().unwrap_or_else(|error| panic!("{error}"));
    let gone = SHOP.copy().unwrap_or_else(|error| panic!("{error}"));
    let name = gone.connection_string().split("dbname=").nth(1).unwrap_or_default().to_owned();
    drop(gone);
    let mut client = client(&kept.connection_string());
    assert_eq!(number(&mut client, &format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")), 0);
}

#[test]
fn a_project_that_cannot_be_built_says_why() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join("sql")).and_then(|()| std::fs::write(folder.path().join(name), text))
    };
    write("sql/v.sql", "CREATE VIEW v AS SELECT nothing FROM nowhere;\n").unwrap_or_else(|error| panic!("{error}"));
    let error = Databases::of(folder.path()).expect_err("nothing to build it of");
    assert_eq!(error.diagnostics[0].code.as_deref(), Some("42P01"), "{error}");
}

/// What a changed statement wrote before is in no database that today's files make.
#[test]
fn rows_of_yesterdays_files_are_gone() {
    let project = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| std::fs::write(project.path().join(name), text).expect("a file");
    for folder in ["migrations", "sql"] {
        std::fs::create_dir(project.path().join(folder)).expect("a directory");
    }
    write("migrations/001_plans.sql", "CREATE TABLE plans (name text);\n");
    let names = |expected: &str| {
        let databases = pgmg::Databases::of(project.path()).unwrap_or_else(|error| panic!("{error}"));
        let copy = databases.copy().unwrap_or_else(|error| panic!("{error}"));
        let mut client = Client::connect(&copy.connection_string(), NoTls).expect("a connection");
        let row = client.query_one("SELECT string_agg(name, ',' ORDER BY name) FROM plans", &[]).expect("a row");
        assert_eq!(row.get::<_, Option<String>>(0).as_deref(), Some(expected));
    };
    write("sql/plans.sql", "INSERT INTO plans VALUES ('free');\n");
    names("free");
    write("sql/plans.sql", "INSERT INTO plans VALUES ('basic');\n");
    names("basic");
}
