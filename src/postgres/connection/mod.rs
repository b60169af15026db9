//! Opening connections: which servers are tried, with which encryption, and what becomes of notices.

mod conninfo;
mod environment;
pub mod interrupt;
pub mod limits;
mod password_file;
mod resolve;
pub mod server_error;
mod service_file;
pub mod side_pool;
mod tls;

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use tokio_postgres::config::SslMode as Encryption;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use server_error::{Cause, Failure};
use tls::{SslMode, TlsSettings};

/// A database that can be connected to: every setting resolved, no connection made yet. Clones share what was reached.
#[derive(Clone)]
pub struct Target {
    endpoints: Vec<Endpoint>,
    host_chosen: Chosen,
    user: String,
    user_chosen: Chosen,
    database: String,
    application_name: Option<String>,
    fallback_name: Option<String>,
    /// Everything that is the same for each endpoint.
    base: Config,
    tls: TlsSettings,
    reached: Arc<OnceLock<Reached>>,
}

/// Whether a value was given by somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Explicitly,
    ByDefault,
}

/// One server to try.
#[derive(Clone)]
struct Endpoint {
    pub address: Address,
    pub port: u16,
    pub password: Option<String>,
}

#[derive(Clone)]
enum Address {
    /// The directory of the socket.
    Socket(PathBuf),
    /// Where `ip` is given, the name is only for certificates and password files.
    Host { name: String, ip: Option<IpAddr> },
}

impl Endpoint {
    /// `localhost:5432`, `socket /tmp/.s.PGSQL.5432`.
    pub fn place(&self) -> String {
        match &self.address {
            Address::Socket(directory) => format!("socket {}", directory.join(format!(".s.PGSQL.{}", self.port)).display()),
            Address::Host { name, .. } if name.contains(':') => format!("[{name}]:{}", self.port),
            Address::Host { name, .. } => format!("{name}:{}", self.port),
        }
    }
}

/// The way that worked, for further connections to the same server.
struct Reached {
    pub config: Config,
    pub tls: MakeRustlsConnect,
    pub place: String,
}

/// Drives the connection until its client is dropped; ends early with the reason when the server ends it.
pub type Driver = Pin<Box<dyn Future<Output = std::result::Result<(), tokio_postgres::Error>> + Send>>;

/// A connection, still to be spawned on the runtime that opened it.
pub struct Opened {
    pub client: Client,
    pub driver: Driver,
    pub cancellation: Cancellation,
}

/// Cancels what a connection is doing.
#[derive(Clone)]
pub struct Cancellation {
    token: CancelToken,
    tls: MakeRustlsConnect,
}

impl Cancellation {
    /// Asks the server to cancel the running query, from any thread, a runtime's included; the query then fails with 57014.
    pub fn request(&self) -> Result<()> {
        let work = || -> std::result::Result<(), String> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
            runtime.block_on(self.token.cancel_query(self.tls.clone())).map_err(|e| server_error::reason(&e))
        };
        // A thread of its own: a runtime cannot be started inside another one.
        let done = std::thread::scope(|scope| scope.spawn(work).join());
        let failed =
            |why: &str| Error::new(Kind::Unavailable, Diagnostic::new(format!("cannot cancel the running query: {why}")));
        done.map_err(|_| failed("its thread panicked"))?.map_err(|why| failed(&why))
    }
}

impl Target {
    /// The role's name.
    pub fn user_name(&self) -> &str {
        &self.user
    }

    /// Another database of the same server.
    pub fn on_database(&self, name: &str) -> Target {
        let mut base = self.base.clone();
        base.dbname(name);
        Target { database: name.to_owned(), base, reached: Arc::default(), ..self.clone() }
    }

    /// The database's name.
    pub fn database_name(&self) -> &str {
        &self.database
    }

    /// `database app on localhost:5432 as alice`: the server that answered, or those that will be tried.
    pub fn describe(&self) -> String {
        let place = match self.reached.get() {
            Some(reached) => reached.place.clone(),
            None if self.host_chosen == Chosen::ByDefault => self.endpoints.last().map_or_else(String::new, Endpoint::place),
            None => self.endpoints.iter().map(Endpoint::place).collect::<Vec<_>>().join(" or "),
        };
        format!("database {} on {place} as {}", self.database, self.user)
    }

    /// Connects to the first server that answers. `application_name` is shown in `pg_stat_activity` unless the settings name another.
    /// Has to be called on a tokio runtime with I/O and time.
    ///
    /// # Errors
    ///
    /// `Unavailable`, with what was tried; `Usage` where a certificate or key file cannot be used.
    pub async fn open(&self, application_name: &str) -> Result<Opened> {
        let mut failures = Vec::new();
        for endpoint in &self.endpoints {
            let tls = match endpoint.address {
                Address::Socket(_) => TlsSettings { mode: SslMode::Disable, ..self.tls.clone() }.connector()?,
                Address::Host { .. } => self.tls.connector()?,
            };
            let mut config = self.base.clone();
            config
                .application_name(self.application_name.as_deref().or(self.fallback_name.as_deref()).unwrap_or(application_name));
            if let Some(password) = &endpoint.password {
                config.password(password);
            }
            config.port(endpoint.port);
            let addresses = match ip_addresses(endpoint).await {
                Ok(addresses) => addresses,
                Err(error) => {
                    failures.push(Failure { endpoint, cause: Cause::Lookup(error) });
                    continue;
                }
            };
            for ip in addresses {
                let mut config = config.clone();
                match (&endpoint.address, ip) {
                    (Address::Socket(directory), _) => config.host_path(directory),
                    (Address::Host { name, .. }, None) => config.host(name),
                    (Address::Host { name, .. }, Some(ip)) => config.host(name).hostaddr(ip),
                };
                match self.open_encrypted(endpoint, config, &tls).await {
                    Ok(opened) => return Ok(opened),
                    Err(cause) => {
                        let last = cause.is_final();
                        failures.push(Failure { endpoint, cause });
                        if last {
                            return Err(server_error::not_connected(self, &failures));
                        }
                    }
                }
            }
        }
        Err(server_error::not_connected(self, &failures))
    }

    /// Tries what `sslmode` allows, in its order (manual, table 34.1).
    async fn open_encrypted(
        &self,
        endpoint: &Endpoint,
        mut config: Config,
        tls: &MakeRustlsConnect,
    ) -> std::result::Result<Opened, Cause> {
        let tries: &[Encryption] = match (&endpoint.address, self.tls.mode) {
            (Address::Socket(_), _) | (_, SslMode::Disable) => &[Encryption::Disable],
            (_, SslMode::Allow) => &[Encryption::Disable, Encryption::Require],
            (_, SslMode::Prefer) => &[Encryption::Prefer, Encryption::Disable],
            (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => &[Encryption::Require],
        };
        let mut first = None;
        for encryption in tries {
            config.ssl_mode(*encryption);
            match connect(&config, tls).await {
                Ok((client, driver)) => {
                    let cancellation = Cancellation { token: client.cancel_token(), tls: tls.clone() };
                    let _ = self.reached.set(Reached { config, tls: tls.clone(), place: endpoint.place() });
                    return Ok(Opened { client, driver, cancellation });
                }
                Err(cause) => {
                    let again = cause.is_refused_login() || (self.tls.mode == SslMode::Prefer && cause.is_broken_talk());
                    let cause = first.get_or_insert(cause);
                    if !again {
                        log::debug!("{}: {}", endpoint.place(), cause.reason());
                        break;
                    }
                }
            }
        }
        Err(first.unwrap_or(Cause::Timeout))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.describe())
    }
}

/// Hands a message of the server that is no error to the log.
fn log_notice(notice: &DbError) {
    let level = match notice.parsed_severity() {
        Some(Severity::Warning) => log::Level::Warn,
        Some(Severity::Debug) => log::Level::Debug,
        _ => log::Level::Info,
    };
    log::log!(level, "{}: {}", notice.severity(), notice.message());
}

/// `None`: leave it to the connection, there is nothing to look up.
async fn ip_addresses(endpoint: &Endpoint) -> io::Result<Vec<Option<IpAddr>>> {
    let name = match &endpoint.address {
        Address::Socket(_) => return Ok(vec![None]),
        Address::Host { ip: Some(ip), .. } => return Ok(vec![Some(*ip)]),
        Address::Host { name, ip: None } => name,
    };
    let mut found = tokio::net::lookup_host((name.as_str(), endpoint.port)).await?.map(|a| Some(a.ip())).collect::<Vec<_>>();
    found.dedup();
    if found.is_empty() { Err(io::Error::other("it has no address")) } else { Ok(found) }
}

async fn connect(config: &Config, tls: &MakeRustlsConnect) -> std::result::Result<(Client, Driver), Cause> {
    let connecting = config.connect(tls.clone());
    // The timeout of the crate ends with the socket; libpq's covers the whole dialogue.
    let connected = match config.get_connect_timeout() {
        Some(timeout) => tokio::time::timeout(*timeout, connecting).await.map_err(|_| Cause::Timeout)?,
        None => connecting.await,
    };
    let (client, mut connection) = connected.map_err(Cause::Server)?;
    let driver = async move {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notice(notice))) => log_notice(&notice),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            }
        }
    };
    Ok((client, Box::pin(driver)))
}
