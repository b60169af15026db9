//! Connecting to real servers: sockets, passwords, TLS, and what is said when it does not work.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use pgmg::error::{Error, Kind, Result};
use pgmg::internals::postgres::connection::Target;
use pgmg::internals::postgres::connection::server_error::sql_error;
use pgmg::internals::server::throwaway::{Throwaway, ThrowawayOptions};

/// A server with TLS and passwords on TCP, and everything it needs.
struct Secured {
    server: Throwaway,
    files: tempfile::TempDir,
    tcp: u16,
}

/// One for all tests; a static is never dropped, so the server ends with the process.
static SECURED: LazyLock<Secured> = LazyLock::new(secured);

const HBA: &str = "local all all trust\n\
    hostnossl all tlsonly all reject\n\
    hostssl all plainonly all reject\n\
    host all plainonly all trust\n\
    hostssl all certified all cert\n\
    host all all all scram-sha-256\n";

fn secured() -> Secured {
    // The key must belong to whoever runs the server: the one that a first server's files belong to.
    let first = start(&[]);
    let owner = std::fs::metadata(first.socket_directory()).expect("the server's directory exists");
    let files = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o755)).tempdir_in("/tmp").expect("/tmp is there");
    let file = |name: &str| files.path().join(name);
    // As section 19.9.5 of PostgreSQL's manual makes certificates: a self-signed one, and an authority with one for a client.
    certificate(&file("server"), "localhost", &[]);
    certificate(&file("other"), "localhost", &[]);
    certificate(&file("authority"), "authority", &[]);
    let authority = [("-CA", file("authority.crt")), ("-CAkey", file("authority.key"))];
    certificate(&file("client"), "certified", &authority);
    std::fs::copy(file("server.key"), file("server-own.key")).expect("a copy can be made");
    chown(file("server-own.key"), Some(owner.uid()), Some(owner.gid())).expect("root, or ours already");
    std::fs::write(file("hba"), HBA).expect("it can be written");
    let tcp = free_port();
    let path = |name: &str| file(name).display().to_string();
    let server = start(&[
        ("listen_addresses", "127.0.0.1"),
        ("port", &tcp.to_string()),
        ("hba_file", &path("hba")),
        ("ssl", "on"),
        ("ssl_cert_file", &path("server.crt")),
        ("ssl_key_file", &path("server-own.key")),
        ("ssl_ca_file", &path("authority.crt")),
    ]);
    // PostgreSQL 13 would keep the passwords for md5.
    let roles = "SET password_encryption = 'scram-sha-256'; CREATE ROLE alice LOGIN PASSWORD 'right'; CREATE ROLE tlsonly LOGIN PASSWORD 'right'; \
                 CREATE ROLE plainonly LOGIN; CREATE ROLE certified LOGIN";
    execute(&server.connection_string(), roles).expect("the roles can be created");
    Secured { server, files, tcp }
}

fn certificate(path: &Path, name: &str, authority: &[(&str, PathBuf)]) {
    let mut command = Command::new("openssl");
    command.args(["req", "-new", "-x509", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    command.arg("-subj").arg(format!("/CN={name}"));
    command.arg("-out").arg(path.with_extension("crt")).arg("-keyout").arg(path.with_extension("key"));
    for (option, file) in authority {
        command.arg(option).arg(file);
    }
    if !authority.is_empty() {
        command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    }
    let output = command.output().expect("openssl is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn start(settings: &[(&str, &str)]) -> Throwaway {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Throwaway::start(&ThrowawayOptions { settings, ..Default::default() }).unwrap_or_else(|error| panic!("{error:?}"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("there is a free port").port()
}

fn target(connection_string: &str) -> Target {
    Target::resolve(Some(connection_string), &|_| None).unwrap_or_else(|error| panic!("{error}"))
}

/// The first column of the first row of the last statement.
fn execute(connection_string: &str, sql: &str) -> Result<Option<String>> {
    run(&target(connection_string), sql)
}

fn run(target: &Target, sql: &str) -> Result<Option<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let opened = target.open("connections-test").await?;
        let driver = tokio::spawn(opened.driver);
        let messages = opened.client.simple_query(sql).await.unwrap_or_else(|error| panic!("{:?}", sql_error(&error)));
        drop(opened.client);
        driver.await.expect("no panic").expect("a clean end");
        Ok(messages.iter().rev().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    })
}

/// Code, message and everything below it.
fn refusal(connection_string: &str) -> (Option<String>, String, String) {
    let error: Error = execute(connection_string, "SELECT 1").err().unwrap_or_else(|| panic!("{connection_string} connects"));
    assert!(matches!(error.kind, Kind::Unavailable), "{error:?}");
    let diagnostic = error.diagnostics[0].clone();
    let notes = diagnostic.notes.iter().map(|note| note.text.as_str()).chain(diagnostic.help.as_deref());
    let below = notes.collect::<Vec<_>>().join("\n");
    assert!(!format!("{} {below}", diagnostic.message).contains("s3cret"));
    (diagnostic.code, diagnostic.message, below)
}

fn encrypted(parameters: &str) -> Result<String> {
    let string = format!("host=localhost hostaddr=127.0.0.1 port={} dbname=postgres {parameters}", SECURED.tcp);
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    execute(&string, sql).map(Option::unwrap_or_default)
}

#[test]
fn a_unix_socket_works_as_string_and_as_url() {
    let server = &SECURED.server;
    let directory = server.socket_directory().display().to_string();
    let name = "SELECT current_setting('application_name')";
    assert_eq!(execute(&server.connection_string(), name).ok().flatten().as_deref(), Some("connections-test"));
    let url = format!("postgres://postgres@{}:{}/postgres", directory.replace('/', "%2F"), server.port());
    assert_eq!(execute(&url, "SELECT 1").ok().flatten().as_deref(), Some("1"));
    let described = target(&url).describe();
    assert_eq!(described, format!("database postgres on socket {directory}/.s.PGSQL.{} as postgres", server.port()));
    let options = format!("{} application_name=mine options='-c work_mem=7MB'", server.connection_string());
    assert_eq!(execute(&options, name).ok().flatten().as_deref(), Some("mine"));
    assert_eq!(execute(&options, "SHOW work_mem").ok().flatten().as_deref(), Some("7MB"));
}

#[test]
fn a_password_is_taken_from_anywhere_and_a_wrong_one_is_named() {
    assert!(encrypted("user=alice password=right").is_ok());
    let string = format!("host=127.0.0.1 port={} user=alice dbname=postgres", SECURED.tcp);
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join(".pgpass");
    std::fs::write(&file, "127.0.0.1:*:*:alice:right\n").expect("it can be written");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("it is ours");
    let directory = home.path().display().to_string();
    let with_file = Target::resolve(Some(&string), &|name| (name == "HOME").then(|| directory.clone()));
    assert!(with_file.is_ok_and(|target| run(&target, "SELECT 1").is_ok()));
    let (code, message, below) = refusal(&format!("{string} password=s3cret"));
    assert_eq!(code.as_deref(), Some("28P01"));
    assert_eq!(message, "password authentication failed for user \"alice\"");
    assert!(below.contains("database postgres on 127.0.0.1") && below.contains("check the password"), "{below}");
    let (_, message, below) = refusal(&string);
    assert_eq!(message, "the server asks for the password of user \"alice\", and none was given");
    assert!(below.contains("PGPASSWORD"));
}

#[test]
fn what_the_server_refuses_is_said_in_its_words() {
    let server = &SECURED.server;
    let (directory, port) = (server.socket_directory().display().to_string(), server.port());
    let (code, message, below) = refusal(&format!("host={directory} port={port} user=alice dbname=nosuch"));
    assert_eq!((code.as_deref(), message.as_str()), (Some("3D000"), "database \"nosuch\" does not exist"));
    assert!(below.ends_with(&format!("create it: createdb -h {directory} -p {port} -U alice nosuch")), "{below}");
    let (code, message, _) = refusal(&format!("host={directory} port={port} user=nobody2 dbname=postgres"));
    assert_eq!((code.as_deref(), message.as_str()), (Some("28000"), "role \"nobody2\" does not exist"));
}

#[test]
fn an_absent_server_is_named_with_all_that_was_tried() {
    let port = free_port();
    let (code, message, below) = refusal(&format!("host=127.0.0.1 port={port} user=u"));
    assert_eq!((code, message), (None, format!("no PostgreSQL server answers at 127.0.0.1:{port}")));
    assert!(below.contains("refused") && below.contains("start the server"), "{below}");
    let (_, message, below) = refusal(&format!("host=/nonexistent,127.0.0.1 port={port} user=u password=s3cret"));
    assert_eq!(message, "no PostgreSQL server answers");
    assert!(below.contains("/nonexistent/.s.PGSQL.") && below.contains("127.0.0.1"), "{below}");
    let (_, message, _) = refusal("host=nosuch.invalid user=u");
    assert_eq!(message, "host \"nosuch.invalid\" cannot be found");
}

#[test]
fn the_next_host_is_tried() {
    let server = &SECURED.server;
    let string =
        format!("host=/nonexistent,{} port={} user=alice dbname=postgres", server.socket_directory().display(), server.port());
    let target = target(&string);
    assert!(run(&target, "SELECT 1").is_ok());
    assert!(!target.describe().contains("nonexistent"));
}

#[test]
fn an_sslmode_encrypts_when_it_should() {
    let alice = "user=alice password=right";
    for (mode, ssl) in [("disable", "f"), ("allow", "f"), ("prefer", "t"), ("require", "t")] {
        assert_eq!(encrypted(&format!("{alice} sslmode={mode}")).ok().as_deref(), Some(ssl), "{mode}");
    }
    assert_eq!(encrypted("user=tlsonly password=right sslmode=allow").ok().as_deref(), Some("t"));
    assert_eq!(encrypted("user=plainonly sslmode=prefer").ok().as_deref(), Some("f"));
    assert!(encrypted("user=plainonly sslmode=require").is_err());
    assert!(encrypted("user=tlsonly password=right sslmode=disable").is_err());
    let plain = start(&[("listen_addresses", "127.0.0.1"), ("port", &free_port().to_string())]);
    let string = format!("host=127.0.0.1 port={} user=postgres", plain.port());
    assert!(execute(&string, "SELECT 1").is_ok());
    let (_, message, below) = refusal(&format!("{string} sslmode=require"));
    assert_eq!(message, format!("the server at 127.0.0.1:{} does not support TLS", plain.port()));
    assert!(below.contains("sslmode=prefer"));
}

#[test]
fn a_certificate_is_verified_as_far_as_the_sslmode_says() {
    let root = |name: &str| SECURED.files.path().join(name).display().to_string();
    let (right, wrong) = (root("server.crt"), root("other.crt"));
    for mode in ["require", "verify-ca", "verify-full"] {
        let parameters = |root: &str| format!("user=alice password=right sslmode={mode} sslrootcert={root}");
        assert_eq!(encrypted(&parameters(&right)).ok().as_deref(), Some("t"), "{mode}");
        let error = encrypted(&parameters(&wrong)).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("invalid peer certificate"), "{mode}: {error}");
    }
    assert!(encrypted("user=alice password=right sslmode=require sslrootcert=/nonexistent").is_ok());
    let missing = encrypted("user=alice password=right sslmode=verify-ca sslrootcert=/nonexistent").err();
    assert!(missing.is_some_and(|error| matches!(error.kind, Kind::Usage)));
    // The certificate says "localhost".
    let other_name = format!("host=127.0.0.1 port={} user=alice password=right dbname=postgres sslrootcert={right}", SECURED.tcp);
    assert!(execute(&format!("{other_name} sslmode=verify-ca"), "SELECT 1").is_ok());
    let (_, message, _) = refusal(&format!("{other_name} sslmode=verify-full"));
    assert!(message.contains("not valid for"), "{message}");
}

#[test]
fn a_client_certificate_is_sent() {
    let file = |name: &str| SECURED.files.path().join(name).display().to_string();
    let (certificate, key) = (file("client.crt"), file("client.key"));
    let parameters = format!("user=certified sslmode=require sslcert={certificate} sslkey={key}");
    assert_eq!(encrypted(&parameters).ok().as_deref(), Some("t"));
    assert!(encrypted("user=certified sslmode=require").is_err());
}

#[test]
fn a_running_query_is_cancelled() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let strings = [
        SECURED.server.connection_string(),
        format!("host=127.0.0.1 port={} user=alice password=right dbname=postgres", SECURED.tcp),
    ];
    for string in strings {
        let code = runtime.block_on(async {
            let opened = target(&string).open("test").await.unwrap_or_else(|error| panic!("{error}"));
            tokio::spawn(opened.driver);
            // Asked for again and again, since the query may not have begun at the first time.
            let cancellation = opened.cancellation.clone();
            let (done, ended) = std::sync::mpsc::channel::<()>();
            let asking = std::thread::spawn(move || {
                while ended.recv_timeout(std::time::Duration::from_millis(5)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    cancellation.request().unwrap_or_else(|error| panic!("{error}"));
                }
            });
            let error = opened.client.batch_execute("SELECT pg_sleep(60)").await.err();
            drop(done);
            asking.join().expect("no panic");
            error.and_then(|error| sql_error(&error)).map(|error| error.code)
        });
        assert_eq!(code.as_deref(), Some("57014"), "{string}");
    }
}

#[test]
fn side_sessions_only_read() {
    let target = target(&format!("host=127.0.0.1 port={} user=alice password=right dbname=postgres", SECURED.tcp));
    let pool = target.pool().unwrap_or_else(|error| panic!("{error}"));
    let one = |pool: &pgmg::internals::postgres::connection::side_pool::SidePool, sql: &str| {
        pool.with(|transaction| transaction.query_one(sql, &[]).map(|row| row.get::<_, String>(0)))
    };
    assert_eq!(one(&pool, "SELECT current_setting('transaction_read_only')").ok().as_deref(), Some("on"));
    assert_eq!(one(&pool, "SELECT current_setting('jit')").ok().as_deref(), Some("off"));
    let error = pool.with(|transaction| transaction.batch_execute("CREATE TABLE t (i int)")).err();
    assert_eq!(error.and_then(|error| error.diagnostics[0].code.clone()).as_deref(), Some("25006"));
    assert!(one(&pool, "SELECT current_setting('jit')").is_ok(), "usable after an error");
}

#[test]
fn a_pool_without_a_server_says_why() {
    let server = start(&[]);
    let target = target(&server.connection_string());
    let pool = target.pool().unwrap_or_else(|error| panic!("{error}"));
    drop(server);
    let error =
        pool.with(|transaction| transaction.batch_execute("SELECT 1")).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.starts_with("no PostgreSQL server answers at socket"), "{error}");
}

#[test]
fn a_full_server_says_so() {
    let server = start(&[("max_connections", "1"), ("superuser_reserved_connections", "0")]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let held = runtime.block_on(target(&server.connection_string()).open("test")).unwrap_or_else(|error| panic!("{error}"));
    let (code, message, below) = refusal(&server.connection_string());
    assert_eq!((code.as_deref(), message.as_str()), (Some("53300"), "sorry, too many clients already"));
    assert!(below.contains("max_connections"), "{below}");
    drop(held.client);
}
