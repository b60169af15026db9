//! Throwaway servers end with their owner, whatever happens to it, and run for root and for ordinary users.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use pgmg::error::Kind;
use pgmg::internals::server::throwaway::{Durability, Throwaway, ThrowawayOptions};

/// The example's program, which cargo builds for a whole test run but not for `--test throwaway` alone.
fn example() -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    // What cargo told this test about its package would make it build other packages again.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_")) {
        if !["CARGO_HOME", "CARGO_TARGET_DIR"].iter().any(|kept| name == *kept) {
            build.env_remove(name);
        }
    }
    let built = build.args(["build", "--quiet", "--example", "throwaway"]).status();
    assert!(built.is_ok_and(|status| status.success()), "the example is built");
    let own = std::env::current_exe().expect("a test has a program");
    own.ancestors().nth(2).expect("it is in target/debug/deps").join("examples/throwaway")
}

fn server_pid(directory: &Path) -> Pid {
    let text = std::fs::read_to_string(directory.join("data/postmaster.pid")).expect("the server runs");
    Pid::from_raw(text.lines().next().and_then(|line| line.parse().ok()).expect("its first line is the process id"))
}

/// A process that nobody waits for may stay as a zombie: gone all the same.
fn is_running(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let zombie = stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'));
    kill(pid, None) != Err(Errno::ESRCH) && !zombie
}

#[test]
fn nothing_stays_behind() {
    let server = Throwaway::start(&ThrowawayOptions::default()).unwrap_or_else(|error| panic!("{error:?}"));
    let (directory, pid) = (server.socket_directory().to_path_buf(), server_pid(server.socket_directory()));
    assert!(is_running(pid));
    assert_eq!(std::fs::metadata(&directory).map(|m| m.permissions().mode() & 0o777).ok(), Some(0o700));
    assert!(directory.join(format!(".s.PGSQL.{}", server.port())).exists());
    drop(server);
    assert!(!is_running(pid) && !directory.exists());
}

#[test]
fn a_setting_that_the_server_refuses_is_shown() {
    let settings = vec![("nosuch".to_owned(), "1".to_owned())];
    let error = Throwaway::start(&ThrowawayOptions { settings, ..Default::default() }).err();
    let error = error.unwrap_or_else(|| panic!("it started"));
    assert_eq!(error.kind, Kind::Unavailable);
    let notes = error.diagnostics.iter().flat_map(|diagnostic| &diagnostic.notes);
    assert!(notes.map(|note| &note.text).any(|text| text.contains("unrecognized configuration parameter \"nosuch\"")));
}

#[test]
fn programs_that_the_servers_user_cannot_reach_are_named() {
    if !geteuid().is_root() {
        return;
    }
    let place = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o700)).tempdir_in("/tmp").expect("/tmp is there");
    let found = pgmg::internals::server::binaries::find(None).unwrap_or_else(|error| panic!("{error}"));
    for program in ["initdb", "postgres"] {
        std::fs::copy(found.join(program), place.path().join(program)).expect("a copy can be made");
    }
    let options = ThrowawayOptions { bin_dir: Some(place.path().to_path_buf()), ..Default::default() };
    let error = Throwaway::start(&options).err().unwrap_or_else(|| panic!("it started"));
    assert_eq!(error.kind, Kind::Unavailable);
    let notes: Vec<&String> = error.diagnostics.iter().flat_map(|diagnostic| &diagnostic.notes).map(|note| &note.text).collect();
    let closed = place.path().display().to_string();
    assert!(notes.iter().any(|note| note.contains("other users may not enter") && note.ends_with(&closed)), "{notes:?}");
}

/// A directory with too long a name for a socket is passed over for /tmp.
#[test]
fn a_path_that_is_too_long_for_a_socket_is_passed_over() {
    let place = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o755)).tempdir_in("/tmp").expect("/tmp is there");
    let long = place.path().join("x".repeat(100));
    std::fs::create_dir(&long).expect("a directory");
    // On disk, because /dev/shm comes before TMPDIR.
    let show = ["--production", "sh", "-c", "echo $PGHOST"];
    let output = Command::new(example()).env("TMPDIR", &long).args(show).output().expect("it runs");
    let host = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && host.starts_with("/tmp/pgmg-throwaway-"),
        "{host}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(std::fs::read_dir(&long).map(Iterator::count).ok(), Some(0));
}

#[test]
fn measurements_run_with_the_settings_of_production() {
    let options = ThrowawayOptions { durability: Durability::AsInProduction, ..Default::default() };
    let server = Throwaway::start(&options).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(server.socket_directory().starts_with(std::env::temp_dir()), "in memory only where TMPDIR is");
    let client = postgres::Client::connect(&server.connection_string(), postgres::NoTls);
    let sql =
        "SELECT concat_ws(' ', current_setting('fsync'), current_setting('shared_buffers'), current_setting('wal_segment_size'))";
    let settings = client.and_then(|mut client| client.query_one(sql, &[])).map(|row| row.get::<_, String>(0));
    assert_eq!(settings.ok().as_deref(), Some("on 128MB 16MB"));
}

#[test]
fn two_at_once_make_one_template() {
    let cache = tempfile::tempdir().expect("a directory");
    let program = example();
    let start = || {
        let mut command = Command::new(&program);
        command
            .env("XDG_CACHE_HOME", cache.path())
            .args(["psql", "-XAtqc", "SELECT 1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("the example runs")
    };
    for child in [start(), start(), start()] {
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n", "{}", String::from_utf8_lossy(&output.stderr));
    }
    let kept =
        cache.path().join("pgmg").read_dir().expect("the cache is there").flatten().map(|e| e.file_name()).collect::<Vec<_>>();
    assert_eq!(kept.len(), 2, "the template and the lock: {kept:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_owner_leaves_no_server() {
    let mut owner = Command::new(example())
        .args(["sh", "-c", "echo $PGHOST; read line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example runs");
    let mut line = String::new();
    BufReader::new(owner.stdout.take().expect("piped")).read_line(&mut line).expect("it says where");
    let directory = PathBuf::from(line.trim());
    let pid = server_pid(&directory);
    kill(Pid::from_raw(owner.id().try_into().expect("a process id")), Signal::SIGKILL).expect("it is ours");
    owner.wait().expect("it ends");
    let deadline = Instant::now() + Duration::from_secs(20);
    while is_running(pid) {
        assert!(Instant::now() < deadline, "the server still runs");
        std::thread::yield_now();
    }
    // The next one tidies up.
    drop(Throwaway::start(&ThrowawayOptions::default()).unwrap_or_else(|error| panic!("{error:?}")));
    assert!(!directory.exists());
}

#[test]
fn an_ordinary_user_and_root_can_start_one() {
    let place = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o755)).tempdir_in("/tmp").expect("/tmp is there");
    let program = place.path().join("throwaway");
    // Copied by another process: a child forked meanwhile by another test would keep our file open for writing (ETXTBSY).
    assert!(Command::new("cp").arg(example()).arg(&program).status().is_ok_and(|status| status.success()), "a copy can be made");
    let show = ["psql", "-XAtqc", "SHOW data_directory"];
    let owner_of = |mut command: Command| {
        let shell = "stat -c %u \"$PGHOST/data\"; exec \"$@\"";
        let output = command.args(["sh", "-c", shell, "sh"]).args(show).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("/data"), "{}", String::from_utf8_lossy(&output.stderr));
        text.lines().next().and_then(|line| line.parse::<u32>().ok())
    };
    let ours = owner_of(Command::new(&program));
    if !geteuid().is_root() {
        assert_eq!(ours, Some(geteuid().as_raw()));
        return;
    }
    assert!(ours.is_some_and(|uid| uid != 0));
    let nobody = nix::unistd::User::from_name("nobody").ok().flatten().expect("there is a user nobody");
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--clear-groups", &format!("--regid={}", nobody.gid)]).arg(&program).current_dir("/");
    assert_eq!(owner_of(command), Some(nobody.uid.as_raw()));
    // What "nobody" keeps is its own.
    let cache = std::env::temp_dir().join(format!("pgmg-cache-{}", nobody.uid));
    assert_eq!(std::fs::metadata(cache).map(|metadata| metadata.uid()).ok(), Some(nobody.uid.as_raw()));
}
