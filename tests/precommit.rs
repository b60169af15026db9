//! pgmg under the programs that others run it with: the real pre-commit, and what reads SARIF.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::project::{self, Tree};
use support::script::fetched;
use support::{Outcome, ensure};
use tempfile::TempDir;

const GOOD: &str = "CREATE VIEW v AS SELECT id FROM users;\n";
const BROKEN: &str = "CREATE VIEW v AS SELECT nothing FROM users;\n";

/// A git repository with a project, and a cache of its own.
struct Repository {
    folder: TempDir,
    cache: TempDir,
    tools: PathBuf,
}

impl Repository {
    fn new() -> Outcome<Self> {
        let mut tree = Tree::new();
        tree.insert("migrations/001_users.sql".into(), b"CREATE TABLE users (id int);\n".to_vec());
        tree.insert("sql/v.sql".into(), GOOD.as_bytes().to_vec());
        let folder = project::written(&tree, &BTreeMap::new())?;
        let repository = Repository { folder, cache: support::scratch()?, tools: fetched("tools")? };
        repository.run("git", &["init", "--quiet"])?;
        Ok(repository)
    }

    fn command(&self, folder: &Path, program: &str, arguments: &[&str]) -> Outcome<Output> {
        let own = Path::new(env!("CARGO_BIN_EXE_pgmg")).parent().unwrap_or(Path::new("/")).to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = [own, self.tools.join("python/bin")].into_iter().chain(std::env::split_paths(&path));
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env("PATH", std::env::join_paths(paths)?)
            .env("PYTHONPATH", self.tools.join("python"))
            .env("XDG_CACHE_HOME", self.cache.path())
            .env("PRE_COMMIT_HOME", self.cache.path().join("pre-commit"))
            .env("GIT_AUTHOR_NAME", "a")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_NAME", "a")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .env_remove("GITHUB_ACTIONS")
            .output()?;
        Ok(output)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Outcome<String> {
        said(program, &self.command(self.folder.path(), program, arguments)?)
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        Ok(std::fs::write(self.folder.path().join(name), text)?)
    }
}

fn said(program: &str, output: &Output) -> Outcome<String> {
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(said) } else { Err(format!("{program}: {said}").into()) }
}

fn as_test(outcome: Outcome) {
    if let Err(failed) = outcome {
        panic!("{}", failed.message().unwrap_or("failed"));
    }
}

#[test]
fn pre_commit_refuses_what_cannot_be_built() {
    as_test(refuses());
}

fn refuses() -> Outcome {
    let repository = Repository::new()?;
    // The hooks as pre-commit gets them: from a repository, at a commit.
    let hooks = support::scratch()?;
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml"),
        hooks.path().join(".pre-commit-hooks.yaml"),
    )?;
    let git = |arguments: &[&str]| -> Outcome<String> { said("git", &repository.command(hooks.path(), "git", arguments)?) };
    git(&["init", "--quiet"])?;
    git(&["add", "."])?;
    git(&["commit", "--quiet", "-m", "hooks"])?;
    let revision = git(&["rev-parse", "HEAD"])?;
    let config =
        format!("repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: pgmg-system\n", hooks.path().display(), revision.trim());
    repository.write(".pre-commit-config.yaml", &config)?;
    repository.run("python3", &["-m", "pre_commit", "install"])?;
    repository.run("git", &["add", "."])?;
    repository.run("git", &["commit", "--quiet", "-m", "first"])?;
    repository.write("sql/v.sql", BROKEN)?;
    repository.run("git", &["add", "."])?;
    let refused = match repository.run("git", &["commit", "--quiet", "-m", "broken"]) {
        Ok(_) => return Err("a broken project was committed".into()),
        Err(refused) => refused.message().unwrap_or_default().to_owned(),
    };
    ensure(refused.contains("column \"nothing\" does not exist") && refused.contains("sql/v.sql:1:25"), || refused)?;
    repository.write("sql/v.sql", GOOD)?;
    repository.write("sql/w.sql", "CREATE VIEW w AS SELECT id FROM v;\n")?;
    repository.run("git", &["add", "."])?;
    repository.run("git", &["commit", "--quiet", "-m", "second"]).map(drop)
}

/// Checks `report.sarif` against the schema, then prints where its first result is.
const READER: &str = "\
import json, sys
from jsonschema import validators
schema = json.load(open(sys.argv[1]))
report = json.load(open('report.sarif'))
errors = list(validators.validator_for(schema)(schema).iter_errors(report))
assert not errors, '; '.join(f'{list(e.absolute_path)}: {e.message}' for e in errors)
assert schema['$id' if '$id' in schema else 'id'].endswith('sarif-schema-2.1.0.json'), schema
for result in report['runs'][0]['results']:
    region = result['locations'][0]['physicalLocation']['region']
    print(result['level'], result['ruleId'], region['startLine'], region['startColumn'])
";

#[test]
fn sarif_fits_its_schema() {
    as_test(fits());
}

fn fits() -> Outcome {
    let repository = Repository::new()?;
    let definer = "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';\n";
    let cases = [(BROKEN, "error 42703 1 25\n"), (definer, "warning security-definer 1 1\n"), (GOOD, "")];
    for (text, expected) in cases {
        repository.write("sql/v.sql", text)?;
        let report = repository.command(repository.folder.path(), env!("CARGO_BIN_EXE_pgmg"), &["check", "--format", "sarif"])?;
        std::fs::write(repository.folder.path().join("report.sarif"), &report.stdout)?;
        let schema = repository.tools.join("sarif.json");
        let read = repository.run("python3", &["-c", READER, &schema.to_string_lossy()])?;
        ensure(read == expected, || format!("{text}{read}{}", String::from_utf8_lossy(&report.stdout)))?;
    }
    Ok(())
}
