//! From a connection string, a service file, `PG*` variables and libpq's defaults to one target, in libpq's order of strength.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::unistd::{Uid, User, geteuid};
use tokio_postgres::config::{ChannelBinding, SslNegotiation, TargetSessionAttrs};

use super::conninfo::Settings;
use super::password_file::PasswordFile;
use super::service_file::put_service;
use super::tls::{Roots, ServerNameIndication, SslMode, TlsSettings};
use crate::error::{Error, Result};
use crate::postgres::connection::{Address, Chosen, Endpoint, Target};

static ONLY_TLS_1_3: [&rustls::SupportedProtocolVersion; 1] = [&rustls::version::TLS13];

const DEFAULT_PORT: u16 = 5432;

/// Debian's and PostgreSQL's own choice of a directory for sockets; libpq knows only the one it was built with.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

impl Target {
    /// What `connection_string` and, where it says nothing, the service file, the `PG*` variables and libpq's defaults mean.
    ///
    /// # Errors
    ///
    /// An unknown or invalid setting, an undefined service.
    pub fn resolve(connection_string: Option<&str>, environment: &impl Fn(&str) -> Option<String>) -> Result<Target> {
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        let own = || User::from_uid(geteuid()).ok().flatten();
        let home = variable("HOME").map(PathBuf::from).or_else(|| own().map(|user| user.dir));
        let mut settings = connection_string.map_or_else(|| Ok(Settings::default()), Settings::parse)?;
        if let Some(service) = settings.value("service").map(str::to_owned).or_else(|| variable("PGSERVICE")) {
            let named = settings.value("servicefile").map(str::to_owned).or_else(|| variable("PGSERVICEFILE"));
            let files = service_files(named, home.as_deref(), variable("PGSYSCONFDIR"));
            put_service(&mut settings, &service, &files)?;
        }
        settings.put_environment(environment)?;

        let (user, user_chosen) = match (settings.value("user"), own()) {
            (Some(user), _) => (user.to_owned(), Chosen::Explicitly),
            (None, Some(user)) => (user.name, Chosen::ByDefault),
            (None, None) => return Err(no_user(geteuid())),
        };
        let database = settings.value("dbname").unwrap_or(&user).to_owned();
        let tls = tls_settings(&settings, home.as_deref())?;
        let mut base = base_config(&settings, tls.mode)?;
        base.user(&user).dbname(&database);
        let (addresses, host_chosen) = addresses(&settings)?;
        let endpoints = with_passwords(addresses, &settings, home.as_deref(), &database, &user);
        Ok(Target {
            application_name: settings.value("application_name").map(str::to_owned),
            fallback_name: settings.value("fallback_application_name").map(str::to_owned),
            endpoints,
            host_chosen,
            user,
            user_chosen,
            database,
            base,
            tls,
            reached: Arc::default(),
        })
    }
}

fn no_user(uid: Uid) -> Error {
    Error::usage(format!("no user name was given, and the operating system has none for user id {uid}"))
        .help("set PGUSER, or write the user in the connection string")
}

fn service_files(named: Option<String>, home: Option<&Path>, directory: Option<String>) -> Vec<PathBuf> {
    let own = named.map(PathBuf::from).or_else(|| home.map(|home| home.join(".pg_service.conf")));
    // Where the distributions' builds of libpq look when PGSYSCONFDIR is not set.
    let directories = match &directory {
        Some(directory) => vec![directory.as_str()],
        None => vec!["/etc/postgresql-common", "/etc"],
    };
    own.into_iter().chain(directories.iter().map(|directory| Path::new(directory).join("pg_service.conf"))).collect()
}

fn with_passwords(
    addresses: Vec<(Address, u16)>,
    settings: &Settings,
    home: Option<&Path>,
    database: &str,
    user: &str,
) -> Vec<Endpoint> {
    let explicit = settings.value("password");
    let file = settings.value("passfile").map(PathBuf::from).or_else(|| home.map(|home| home.join(".pgpass")));
    let file = file.filter(|_| explicit.is_none()).map(|path| PasswordFile::load(&path)).unwrap_or_default();
    let endpoint = |(address, port): (Address, u16)| {
        let host = match &address {
            // A default directory is "localhost" in password files.
            Address::Socket(path) if SOCKET_DIRECTORIES.iter().any(|d| path == Path::new(d)) => "localhost".to_owned(),
            Address::Socket(path) => path.display().to_string(),
            Address::Host { name, .. } => name.clone(),
        };
        let password = explicit.or_else(|| file.password(&host, port, database, user)).map(str::to_owned);
        Endpoint { address, port, password }
    };
    addresses.into_iter().map(endpoint).collect()
}

fn addresses(settings: &Settings) -> Result<(Vec<(Address, u16)>, Chosen)> {
    let (hosts, ips, ports) = (settings.list("host"), settings.list("hostaddr"), settings.list("port"));
    if !hosts.is_empty() && !ips.is_empty() && hosts.len() != ips.len() {
        return Err(Error::usage(format!("{} hosts were given, but {} host addresses", hosts.len(), ips.len())));
    }
    let count = hosts.len().max(ips.len()).max(1);
    if ports.len() > 1 && ports.len() != count {
        return Err(Error::usage(format!("{} ports were given, but {count} hosts", ports.len())));
    }
    let mut addresses = Vec::new();
    for i in 0..count {
        let port = match ports.get(i).or(ports.first()).copied().unwrap_or("").trim() {
            "" => DEFAULT_PORT,
            text => text.parse().ok().filter(|port| *port > 0).ok_or_else(|| invalid("port", text))?,
        };
        let ip: Option<std::net::IpAddr> = match ips.get(i).copied().unwrap_or("").trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| invalid("hostaddr", text))?),
        };
        match (hosts.get(i).copied().unwrap_or(""), ip) {
            ("", None) => {
                addresses.extend(SOCKET_DIRECTORIES.map(|directory| (Address::Socket(PathBuf::from(directory)), port)));
                addresses.push((Address::Host { name: "localhost".to_owned(), ip: None }, port));
            }
            ("", Some(address)) => addresses.push((Address::Host { name: address.to_string(), ip }, port)),
            (host, None) if host.starts_with('/') => addresses.push((Address::Socket(PathBuf::from(host)), port)),
            (host, _) => addresses.push((Address::Host { name: host.to_owned(), ip }, port)),
        }
    }
    let chosen = if hosts.is_empty() && ips.is_empty() { Chosen::ByDefault } else { Chosen::Explicitly };
    Ok((addresses, chosen))
}

fn tls_settings(settings: &Settings, home: Option<&Path>) -> Result<TlsSettings> {
    let in_home = |name: &str| home.map(|home| home.join(".postgresql").join(name));
    let file = |keyword: &str, name: &str| settings.value(keyword).map(PathBuf::from).or_else(|| in_home(name));
    let roots = match settings.value("sslrootcert") {
        Some("system") => Roots::System,
        _ => file("sslrootcert", "root.crt").map_or(Roots::Nowhere, Roots::File),
    };
    let mode = match settings.value("sslmode") {
        None if roots == Roots::System => SslMode::VerifyFull,
        None | Some("prefer") => SslMode::Prefer,
        Some("disable") => SslMode::Disable,
        Some("allow") => SslMode::Allow,
        Some("require") => SslMode::Require,
        Some("verify-ca") => SslMode::VerifyCa,
        Some("verify-full") => SslMode::VerifyFull,
        Some(other) => {
            return Err(invalid("sslmode", other).help("one of disable, allow, prefer, require, verify-ca, verify-full"));
        }
    };
    if roots == Roots::System && mode != SslMode::VerifyFull {
        // libpq refuses it too: anybody can get a certificate from one of the system's authorities.
        return Err(Error::usage("sslrootcert=system needs sslmode=verify-full"));
    }
    Ok(TlsSettings {
        mode,
        roots,
        certificate: file("sslcert", "postgresql.crt"),
        key: file("sslkey", "postgresql.key"),
        indication: if settings.value("sslsni") == Some("0") { ServerNameIndication::Omit } else { ServerNameIndication::Send },
        versions: match settings.value("ssl_min_protocol_version") {
            Some("TLSv1.3") => &ONLY_TLS_1_3,
            _ => rustls::ALL_VERSIONS,
        },
    })
}

fn base_config(settings: &Settings, mode: SslMode) -> Result<tokio_postgres::Config> {
    let mut config = tokio_postgres::Config::new();
    if let Some(options) = settings.value("options") {
        config.options(options);
    }
    if let Some(timeout) = seconds(settings, "connect_timeout")? {
        config.connect_timeout(timeout);
    }
    config.keepalives(settings.value("keepalives") != Some("0"));
    if let Some(idle) = seconds(settings, "keepalives_idle")? {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = seconds(settings, "keepalives_interval")? {
        config.keepalives_interval(interval);
    }
    if let Some(count) = number(settings, "keepalives_count")? {
        config.keepalives_retries(count);
    }
    if let Some(milliseconds) = number(settings, "tcp_user_timeout")? {
        config.tcp_user_timeout(Duration::from_millis(milliseconds.into()));
    }
    config.target_session_attrs(match settings.value("target_session_attrs") {
        None | Some("any" | "prefer-standby") => TargetSessionAttrs::Any,
        Some("read-write" | "primary") => TargetSessionAttrs::ReadWrite,
        Some("read-only" | "standby") => TargetSessionAttrs::ReadOnly,
        Some(other) => return Err(invalid("target_session_attrs", other)),
    });
    config.channel_binding(match settings.value("channel_binding") {
        None | Some("prefer") => ChannelBinding::Prefer,
        Some("disable") => ChannelBinding::Disable,
        Some("require") => ChannelBinding::Require,
        Some(other) => return Err(invalid("channel_binding", other)),
    });
    match settings.value("sslnegotiation") {
        None | Some("postgres") => {}
        Some("direct") if matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer) => {
            return Err(Error::usage("sslnegotiation=direct needs sslmode=require or a stronger one"));
        }
        Some("direct") => {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        Some(other) => return Err(invalid("sslnegotiation", other)),
    }
    Ok(config)
}

/// A number of seconds; 0 and less mean the default, as in libpq.
fn seconds(settings: &Settings, keyword: &str) -> Result<Option<Duration>> {
    Ok(number(settings, keyword)?.map(|seconds| Duration::from_secs(seconds.into())))
}

fn number(settings: &Settings, keyword: &str) -> Result<Option<u32>> {
    let Some(text) = settings.value(keyword) else { return Ok(None) };
    let number: i64 = text.trim().parse().map_err(|_| invalid(keyword, text))?;
    Ok(u32::try_from(number).ok().filter(|number| *number > 0))
}

fn invalid(keyword: &str, value: &str) -> Error {
    Error::usage(format!("invalid value \"{value}\" of the connection setting \"{keyword}\""))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn resolve(connection_string: Option<&str>, variables: &[(&str, &str)]) -> Result<Target> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Target::resolve(connection_string, &find)
    }

    fn described(connection_string: Option<&str>, variables: &[(&str, &str)]) -> String {
        resolve(connection_string, variables).map_or_else(|error| error.to_string(), |target| target.describe())
    }

    #[test]
    fn explicit_before_service_file_before_environment_before_default() {
        let home = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let file = home.path().join(".pg_service.conf");
        std::fs::write(&file, "[s]\nhost=service\nuser=service\ndbname=service\n").unwrap_or_else(|error| panic!("{error}"));
        let home = home.path().to_str().unwrap_or_default();
        let variables = [("HOME", home), ("PGHOST", "env"), ("PGUSER", "env"), ("PGPORT", "6000"), ("PGDATABASE", "env")];
        assert_eq!(described(Some("host=given"), &variables), "database env on given:6000 as env");
        assert_eq!(described(Some("host=given service=s"), &variables), "database service on given:6000 as service");
        assert_eq!(described(Some("postgres:///d?service=s"), &variables), "database d on service:6000 as service");
        assert_eq!(described(Some("service=t"), &variables), "the service \"t\" is not defined");
        let with_service = [variables.as_slice(), &[("PGSERVICE", "s")]].concat();
        assert_eq!(described(None, &with_service), "database service on service:6000 as service");
        let with_file = [("HOME", "/nonexistent"), ("PGSERVICE", "s"), ("PGSERVICEFILE", file.to_str().unwrap_or_default())];
        assert_eq!(described(None, &with_file), "database service on service:5432 as service");
    }

    #[test]
    fn what_is_left_out_is_filled_like_libpq() {
        let own = User::from_uid(geteuid()).ok().flatten().map(|user| user.name).unwrap_or_default();
        assert_eq!(described(None, &[]), format!("database {own} on localhost:5432 as {own}"));
        assert_eq!(described(Some("postgres://alice@"), &[]), "database alice on localhost:5432 as alice");
        assert_eq!(described(Some("postgres://a@[::1]/b"), &[]), "database b on [::1]:5432 as a");
        assert_eq!(described(Some("postgres://a@%2Frun%2Fpg/b"), &[]), "database b on socket /run/pg/.s.PGSQL.5432 as a");
        assert_eq!(described(Some("host=a,b port=1,2 user=u dbname=''"), &[]), "database u on a:1 or b:2 as u");
        let target = resolve(None, &[]).unwrap_or_else(|error| panic!("{error}"));
        let places = target.endpoints.iter().map(Endpoint::place).collect::<Vec<_>>();
        assert_eq!(places, ["socket /var/run/postgresql/.s.PGSQL.5432", "socket /tmp/.s.PGSQL.5432", "localhost:5432"]);
    }

    #[test]
    fn passwords_come_from_the_string_then_the_environment_then_the_file() {
        let home = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let file = home.path().join(".pgpass");
        std::fs::write(&file, "localhost:5432:*:*:local\nb:2:*:u:of b\n").unwrap_or_else(|error| panic!("{error}"));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap_or_else(|error| panic!("{error}"));
        let home = home.path().to_str().unwrap_or_default();
        let passwords = |text: &str, variables: &[(&str, &str)]| {
            let target = resolve(Some(text), variables).unwrap_or_else(|error| panic!("{error}"));
            target.endpoints.iter().map(|endpoint| endpoint.password.clone().unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(passwords("host=a,b port=1,2 user=u", &[("HOME", home)]), ["", "of b"]);
        assert_eq!(passwords("user=u", &[("HOME", home)]), ["local", "local", "local"]);
        assert_eq!(passwords("host=b port=2 user=u", &[("HOME", home), ("PGPASSWORD", "env")]), ["env"]);
        assert_eq!(passwords("host=b port=2 user=u password=given", &[("HOME", home), ("PGPASSWORD", "env")]), ["given"]);
    }

    #[test]
    fn no_secret_is_shown() {
        let target = resolve(Some("postgres://u:s3cret@h/d"), &[]).unwrap_or_else(|error| panic!("{error}"));
        assert!(!format!("{target:?} {}", target.describe()).contains("s3cret"));
    }

    #[test]
    fn contradictions_and_invalid_values_are_named() {
        for (text, message) in [
            ("host=a,b port=1,2,3", "3 ports were given, but 2 hosts"),
            ("host=a,b hostaddr=::1", "2 hosts were given, but 1 host addresses"),
            ("port=70000", "invalid value \"70000\" of the connection setting \"port\""),
            ("sslmode=on", "invalid value \"on\" of the connection setting \"sslmode\""),
            ("sslrootcert=system sslmode=require", "sslrootcert=system needs sslmode=verify-full"),
            ("connect_timeout=soon", "invalid value \"soon\" of the connection setting \"connect_timeout\""),
        ] {
            assert_eq!(described(Some(text), &[]), message);
        }
    }
}
