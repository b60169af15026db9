//! What a person or a script sees of the binary where no database is needed.

use std::path::Path;

use assert_cmd::Command;

/// The binary in `directory`, without the settings of whoever runs the tests.
fn pgmg(directory: &Path) -> Command {
    let mut command = Command::cargo_bin("pgmg").expect("the binary");
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG") || name == "DATABASE_URL" || name.contains("COLOR")) {
            command.env_remove(name);
        }
    }
    command
}

/// Exit code, stdout, stderr.
fn outcome(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code().expect("a code"), text(&output.stdout), text(&output.stderr))
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn help_has_the_exit_codes() {
    let here = temporary();
    let (code, stdout, _) = outcome(pgmg(here.path()).arg("--help"));
    assert_eq!(code, 0);
    for line in [
        "    0  done, or nothing to do",
        "    1  differences found",
        "    2  usage or configuration",
        "    3  PostgreSQL refused the SQL",
        "    4  no order works",
        "    5  files and database disagree",
        "    6  cannot reach or lock the database",
        "   70  a bug in pgmg",
        "  130  interrupted",
    ] {
        assert!(stdout.contains(line), "{line} is not in\n{stdout}");
    }
    assert!(!stdout.contains('\u{1b}'), "no colour in a pipe");
    let (code, stdout, _) = outcome(pgmg(here.path()).args(["help", "apply"]));
    assert!(code == 0 && stdout.contains("--code-dir <DIR>"), "{stdout}");
    assert_eq!(outcome(pgmg(here.path()).arg("--version")).1, format!("pgmg {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn bash_completes_commands_and_flags() {
    let directory = temporary();
    let (code, script, _) = outcome(pgmg(directory.path()).args(["completions", "bash"]));
    assert_eq!(code, 0);
    let asked = "COMP_WORDS=(pgmg plan --exit); COMP_CWORD=2; _pgmg pgmg --exit plan; echo \"${COMPREPLY[*]}\"; \
                 COMP_WORDS=(pgmg sta); COMP_CWORD=1; _pgmg pgmg sta pgmg; echo \"${COMPREPLY[*]}\"";
    let (code, answers, error) = outcome(Command::new("bash").arg("-c").arg(format!("{script}\n{asked}")));
    assert_eq!((code, answers.as_str()), (0, "--exit-code\nstatus\n"), "{error}");
}

#[test]
fn every_command_has_a_manual_page() {
    let directory = temporary();
    for command in ["init", "new", "plan", "apply", "status", "graph", "why", "completions", "man"] {
        let (code, page, error) = outcome(pgmg(directory.path()).args(["man", command]));
        assert_eq!(code, 0, "{error}");
        assert!(page.contains(&format!("pgmg\\-{command}")), "{page}");
    }
    let (code, _, error) = outcome(pgmg(directory.path()).args(["man", "aply"]));
    assert!(code == 2 && error.contains("there is no command aply") && error.contains("apply"), "{error}");
}

#[test]
fn mistakes_on_the_command_line_exit_with_2() {
    let here = temporary();
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["plan", "--no-such-flag"],
        &["apply", "--lock-wait", "5"],
        &["plan", "--connection-string="],
        &["plan", "--code-dir="],
        &["plan", "-q", "-v"],
        &["graph", "--depth", "2"],
        &["graph", "v", "--depth", "few"],
        &["graph", "--dependents"],
        &["graph", "v", "--dependents", "--dependencies"],
        &["graph", "v", "--format", "svg"],
        &["why", "v"],
        &["new"],
    ] {
        let (code, stdout, stderr) = outcome(pgmg(here.path()).args(arguments));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(!stderr.is_empty());
    }
}

#[test]
fn without_a_project_it_tells_to_run_init() {
    let (code, _, stderr) = outcome(pgmg(temporary().path()).arg("plan"));
    assert_eq!(code, 2);
    assert!(stderr.contains("error: there is no project here") && stderr.contains("`pgmg init`"), "{stderr}");
}

#[test]
fn without_a_database_it_tells_the_three_ways() {
    let here = temporary();
    std::fs::create_dir(here.path().join("sql")).expect("a folder");
    let (code, stdout, stderr) = outcome(pgmg(here.path()).args(["status", "--format", "json"]));
    assert_eq!(code, 2);
    for way in ["--connection-string", "DATABASE_URL", "pgmg.toml"] {
        assert!(stderr.contains(way), "{stderr}");
    }
    let value: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        (&value["version"], &value["error"]["kind"], &value["error"]["exit_code"]),
        (&1.into(), &"usage".into(), &2.into())
    );
}

#[test]
fn a_mistake_in_the_settings_is_shown_with_its_line() {
    let here = temporary();
    std::fs::write(here.path().join("pgmg.toml"), "code_dir = \"sql\"\ncode_dri = \"x\"\n").expect("settings");
    let (code, _, stderr) = outcome(pgmg(here.path()).arg("plan"));
    let expected = "\
error: unknown key `code_dri`
 --> pgmg.toml:2:1
  |
2 | code_dri = \"*\"
  | ^^^^^^^^
  |
  = help: did you mean `code_dir`?
";
    assert_eq!((code, stderr.as_str()), (2, expected));
    let (_, _, coloured) = outcome(pgmg(here.path()).args(["plan", "--color", "always"]));
    assert!(coloured.contains('\u{1b}'));
    let (_, _, forced) = outcome(pgmg(here.path()).arg("plan").env("CLICOLOR_FORCE", "1"));
    assert!(forced.contains('\u{1b}'));
    let (_, _, never) = outcome(pgmg(here.path()).args(["plan", "--color=never"]).env("CLICOLOR_FORCE", "1"));
    assert!(!never.contains('\u{1b}'));
}

#[test]
fn init_begins_a_project_and_overwrites_nothing() {
    let here = temporary();
    let (code, stdout, stderr) = outcome(pgmg(here.path()).args(["init", "shop"]));
    assert_eq!((code, stderr.as_str()), (0, ""));
    for made in
        ["shop/pgmg.toml", "shop/migrations/001_create_orders.sql", "shop/sql/customer_totals.sql", "shop/sql/order_total.sql"]
    {
        assert!(stdout.contains(&format!("Created {made}\n")) && here.path().join(made).is_file(), "{made}: {stdout}");
    }
    let settings = here.path().join("shop/pgmg.toml");
    std::fs::write(&settings, "code_dir = \"sql\"\n").expect("settings");
    let (code, stdout, _) = outcome(pgmg(&here.path().join("shop")).arg("init"));
    assert!(code == 0 && stdout.starts_with("pgmg.toml exists"), "{stdout}");
    assert_eq!(std::fs::read_to_string(&settings).expect("settings"), "code_dir = \"sql\"\n");
}

#[test]
fn init_adds_no_example_to_code_that_is_there() {
    let here = temporary();
    std::fs::create_dir(here.path().join("sql")).expect("a folder");
    std::fs::write(here.path().join("sql/mine.sql"), "SELECT 1").expect("a file");
    let (code, stdout, _) = outcome(pgmg(here.path()).arg("init"));
    assert!(code == 0 && stdout.contains("Kept sql/ as it is"), "{stdout}");
    assert_eq!(std::fs::read_dir(here.path().join("sql")).expect("the folder").count(), 1);
}

#[test]
fn every_key_that_init_explains_is_accepted() {
    let here = temporary();
    outcome(pgmg(here.path()).arg("init"));
    let settings = here.path().join("pgmg.toml");
    let text = std::fs::read_to_string(&settings).expect("settings");
    let all = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(key) if key.starts_with('[') || key.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => key,
        _ => line,
    });
    let all = all.collect::<Vec<_>>().join("\n");
    assert!(all.contains("\nlock_wait") && all.contains("\n[env.staging]"), "{all}");
    std::fs::write(&settings, all).expect("settings");
    let (code, stdout, stderr) = outcome(pgmg(here.path()).args(["new", "x", "--env", "staging"]));
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "migrations/002_x.sql\n", ""));
}

#[test]
fn new_makes_the_next_migration_and_prints_its_path() {
    let here = temporary();
    outcome(pgmg(here.path()).arg("init"));
    let (code, stdout, _) = outcome(pgmg(&here.path().join("sql")).args(["new", "Add user's email"]));
    assert_eq!((code, stdout.as_str()), (0, "../migrations/002_add_user_s_email.sql\n"));
    let made = std::fs::read_to_string(here.path().join("migrations/002_add_user_s_email.sql")).expect("the migration");
    assert_eq!(made, "-- Add user's email\n");
    std::fs::remove_dir_all(here.path().join("migrations")).expect("removed");
    let (code, stdout, _) = outcome(pgmg(here.path()).args(["new", "again"]));
    assert_eq!((code, stdout.as_str()), (0, "migrations/001_again.sql\n"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let here = temporary();
    let binary = assert_cmd::cargo::cargo_bin("pgmg");
    let mut child = std::process::Command::new(binary)
        .args(["init", "shop"])
        .current_dir(here.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let here = temporary();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("pgmg"))
        .args(["init", "shop"])
        .current_dir(here.path())
        .stdout(full)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the result"));
}
