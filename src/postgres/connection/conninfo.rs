//! Connection settings as libpq spells them: URLs, `key=value` strings and `PG*` variables (PostgreSQL manual, section 34.1).

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// Values by keyword; the first one that is put in stays.
#[derive(Default)]
pub(super) struct Settings(BTreeMap<&'static str, String>);

/// Why a value was not taken.
pub(super) enum Rejected {
    /// libpq has no such keyword.
    Unknown,
    /// The sentence that says so.
    Unsupported(String),
}

enum Support {
    /// Acted upon.
    Used,
    /// Without effect here, whatever its value.
    Ignored,
    /// Only these values, which ask for nothing that pgmg lacks; ignoring the others would be less safe than was asked for.
    Only(&'static [&'static str]),
}

use Support::{Ignored, Only, Used};

/// Keyword, environment variable (manual, section 34.15), support.
const KEYWORDS: &[(&str, Option<&str>, Support)] = &[
    ("host", Some("PGHOST"), Used),
    ("hostaddr", Some("PGHOSTADDR"), Used),
    ("port", Some("PGPORT"), Used),
    ("dbname", Some("PGDATABASE"), Used),
    ("user", Some("PGUSER"), Used),
    ("password", Some("PGPASSWORD"), Used),
    ("passfile", Some("PGPASSFILE"), Used),
    ("service", Some("PGSERVICE"), Used),
    ("servicefile", Some("PGSERVICEFILE"), Used),
    ("options", Some("PGOPTIONS"), Used),
    ("application_name", Some("PGAPPNAME"), Used),
    ("fallback_application_name", None, Used),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT"), Used),
    ("keepalives", None, Used),
    ("keepalives_idle", None, Used),
    ("keepalives_interval", None, Used),
    ("keepalives_count", None, Used),
    ("tcp_user_timeout", None, Used),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS"), Used),
    ("channel_binding", Some("PGCHANNELBINDING"), Used),
    ("sslmode", Some("PGSSLMODE"), Used),
    ("sslnegotiation", Some("PGSSLNEGOTIATION"), Used),
    ("sslrootcert", Some("PGSSLROOTCERT"), Used),
    ("sslcert", Some("PGSSLCERT"), Used),
    ("sslkey", Some("PGSSLKEY"), Used),
    ("sslsni", Some("PGSSLSNI"), Used),
    ("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION"), Used),
    ("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION"), Only(&["TLSv1.3"])),
    ("sslcertmode", Some("PGSSLCERTMODE"), Only(&["allow"])),
    ("sslpassword", None, Only(&[])),
    ("sslcrl", Some("PGSSLCRL"), Only(&[])),
    ("sslcrldir", Some("PGSSLCRLDIR"), Only(&[])),
    ("requirepeer", Some("PGREQUIREPEER"), Only(&[])),
    ("require_auth", Some("PGREQUIREAUTH"), Only(&[])),
    ("gssencmode", Some("PGGSSENCMODE"), Only(&["disable", "prefer"])),
    ("replication", None, Only(&["false", "off", "no", "0"])),
    ("client_encoding", Some("PGCLIENTENCODING"), Ignored),
    ("sslcompression", Some("PGSSLCOMPRESSION"), Ignored),
    ("krbsrvname", Some("PGKRBSRVNAME"), Ignored),
    ("gsslib", Some("PGGSSLIB"), Ignored),
    ("gssdelegation", Some("PGGSSDELEGATION"), Ignored),
    ("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Ignored),
    ("min_protocol_version", Some("PGMINPROTOCOLVERSION"), Ignored),
    ("max_protocol_version", Some("PGMAXPROTOCOLVERSION"), Ignored),
];

impl Settings {
    /// What a connection string says; no message contains a value that could be a part of a password.
    pub fn parse(connection_string: &str) -> Result<Settings> {
        let mut settings = Settings::default();
        let rest = ["postgresql://", "postgres://"].iter().find_map(|scheme| connection_string.trim().strip_prefix(scheme));
        let pairs = match rest {
            Some(rest) => url(rest)?,
            None => key_values(connection_string)?,
        };
        // The last one of two equal keywords counts in libpq.
        for (keyword, value) in pairs.into_iter().rev() {
            settings.put(&keyword, value).map_err(|rejected| match rejected {
                Rejected::Unknown if could_be_keyword(&keyword) => {
                    Error::usage(format!("unknown setting \"{keyword}\" in the connection string"))
                }
                Rejected::Unknown => Error::usage("the connection string has a setting with an invalid name"),
                Rejected::Unsupported(message) => Error::usage(message),
            })?;
        }
        Ok(settings)
    }

    /// Adds a value unless the keyword has one.
    pub fn put(&mut self, keyword: &str, value: String) -> std::result::Result<(), Rejected> {
        let (name, _, support) = KEYWORDS.iter().find(|(name, ..)| *name == keyword).ok_or(Rejected::Unknown)?;
        match support {
            Only(accepted) if !value.is_empty() && !accepted.contains(&value.as_str()) => {
                let only = if accepted.is_empty() { "" } else { " with this value" };
                Err(Rejected::Unsupported(format!("the connection setting \"{keyword}\" is not supported{only}")))
            }
            Only(_) | Ignored => Ok(()),
            Used => {
                self.0.entry(name).or_insert(value);
                Ok(())
            }
        }
    }

    /// Adds what the `PG*` variables say about keywords that have no value yet.
    pub fn put_environment(&mut self, environment: &impl Fn(&str) -> Option<String>) -> Result<()> {
        for (keyword, variable, _) in KEYWORDS {
            let Some(variable) = variable else { continue };
            if let Some(value) = environment(variable).filter(|value| !value.is_empty())
                && self.put(keyword, value).is_err()
            {
                return Err(Error::usage(format!("the environment variable {variable} asks for something unsupported")));
            }
        }
        Ok(())
    }

    /// The value, unless it is empty, which means the default.
    pub fn value(&self, keyword: &str) -> Option<&str> {
        self.0.get(keyword).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The parts of a value that is a list (`host=a,b`); an absent value is an empty list.
    pub fn list(&self, keyword: &str) -> Vec<&str> {
        self.value(keyword).map_or_else(Vec::new, |value| value.split(',').collect())
    }
}

fn could_be_keyword(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

type Pairs = Vec<(String, String)>;

/// `key=value` pairs: values in quotes where they hold blanks, `\` before a quote or a backslash (manual, section 34.1.1.1).
fn key_values(text: &str) -> Result<Pairs> {
    let mut pairs = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            return Ok(pairs);
        }
        let mut keyword = String::new();
        while let Some(c) = chars.next_if(|c| *c != '=' && !c.is_whitespace()) {
            keyword.push(c);
        }
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.next_if_eq(&'=').is_none() {
            return Err(Error::usage("the connection string has a word without \"=\"")
                .help("write a URL (postgres://user@host/database) or settings (host=localhost dbname=app)"));
        }
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = chars.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match chars.peek() {
                None if quoted => return Err(Error::usage("the connection string has a quote that is not closed")),
                Some('\'') if quoted => {
                    chars.next();
                    break;
                }
                None => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some('\\') => {
                    chars.next();
                    value.extend(chars.next());
                }
                Some(_) => value.extend(chars.next()),
            }
        }
        pairs.push((keyword, value));
    }
}

/// `[user[:password]@][host[:port],…][/database][?keyword=value&…]`, the part behind `postgres://` (manual, section 34.1.1.2).
fn url(text: &str) -> Result<Pairs> {
    let mut pairs = Vec::new();
    let mut rest = text;
    // Like libpq: the first @ before any / ends the user and the password.
    if let Some(at) = rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@')) {
        let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
        for (keyword, part) in [("user", user), ("password", password)] {
            if !part.is_empty() {
                pairs.push((keyword.to_owned(), percent_decoded(part)?));
            }
        }
        rest = &rest[at + 1..];
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (hosts, mut rest) = rest.split_at(end);
    hosts_and_ports(hosts, &mut pairs)?;
    if let Some(path) = rest.strip_prefix('/') {
        let (database, query) = path.split_at(path.find('?').unwrap_or(path.len()));
        if !database.is_empty() {
            pairs.push(("dbname".to_owned(), percent_decoded(database)?));
        }
        rest = query;
    }
    if let Some(query) = rest.strip_prefix('?') {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (keyword, value) = pair
                .split_once('=')
                .ok_or_else(|| Error::usage("the connection URL has a parameter without \"=\" behind its \"?\""))?;
            let (keyword, value) = (percent_decoded(keyword)?, percent_decoded(value)?);
            // As libpq does for the sake of JDBC's URLs.
            match (keyword.as_str(), value.as_str()) {
                ("ssl", "true") => pairs.push(("sslmode".to_owned(), "require".to_owned())),
                _ => pairs.push((keyword, value)),
            }
        }
    }
    Ok(pairs)
}

fn hosts_and_ports(text: &str, pairs: &mut Pairs) -> Result<()> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for part in text.split(',') {
        let (host, port) = match part.strip_prefix('[') {
            Some(bracketed) => {
                let (host, behind) =
                    bracketed.split_once(']').ok_or_else(|| Error::usage("the connection URL has a \"[\" without its \"]\""))?;
                (host, behind.strip_prefix(':').unwrap_or(behind))
            }
            None => part.split_once(':').unwrap_or((part, "")),
        };
        let port = percent_decoded(port)?;
        if !port.is_empty() && port.parse::<u16>().is_err() {
            // The port is not shown: it is a part of the password if that has an unescaped @, / or ?.
            return Err(Error::usage("the connection URL has an invalid port")
                .help("write special characters of user and password as percent codes: %40 for @, %2F for /, %3A for :"));
        }
        hosts.push(percent_decoded(host)?);
        ports.push(port);
    }
    for (keyword, values) in [("host", hosts), ("port", ports)] {
        if values.iter().any(|value| !value.is_empty()) {
            pairs.push((keyword.to_owned(), values.join(",")));
        }
    }
    Ok(())
}

fn percent_decoded(text: &str) -> Result<String> {
    let invalid = || Error::usage("the connection URL has an invalid percent code").help("write a percent sign itself as %25");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|c| char::from(c).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(invalid()) };
        match high * 16 + low {
            0 => return Err(invalid()),
            decoded => bytes.push(decoded),
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Settings {
        Settings::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn message(text: &str) -> String {
        Settings::parse(text).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn key_values_follow_libpq() {
        let settings = parsed(r"host = 'a b'  password='it\'s \\ here' user=a\ b dbname='' port=1 port=2 ");
        assert_eq!(settings.value("host"), Some("a b"));
        assert_eq!(settings.value("password"), Some(r"it's \ here"));
        assert_eq!(settings.value("user"), Some("a b"));
        assert_eq!(settings.value("dbname"), None);
        assert_eq!(settings.value("port"), Some("2"));
    }

    #[test]
    fn urls_follow_libpq() {
        let settings = parsed("postgres://al%20ice:p%40%3Aw@h1:1,[::1]:2,h3/my%2Fdb?sslmode=disable&ssl=true");
        assert_eq!(settings.value("user"), Some("al ice"));
        assert_eq!(settings.value("password"), Some("p@:w"));
        assert_eq!(settings.list("host"), ["h1", "::1", "h3"]);
        assert_eq!(settings.list("port"), ["1", "2", ""]);
        assert_eq!(settings.value("dbname"), Some("my/db"));
        assert_eq!(settings.value("sslmode"), Some("require"));
        let socket = parsed("postgresql://%2Fvar%2Frun/app");
        assert_eq!((socket.value("host"), socket.value("dbname")), (Some("/var/run"), Some("app")));
        let parameters = parsed("postgresql:///app?host=/tmp&port=6000");
        assert_eq!((parameters.value("host"), parameters.value("port")), (Some("/tmp"), Some("6000")));
        assert_eq!(parsed("postgres://").value("host"), None);
    }

    #[test]
    fn mistakes_name_the_setting_but_no_secret() {
        assert_eq!(message("host=a schema=b"), "unknown setting \"schema\" in the connection string");
        assert_eq!(message("postgres://h/d?pgbouncer=true"), "unknown setting \"pgbouncer\" in the connection string");
        assert!(message("requirepeer=x").contains("\"requirepeer\" is not supported"));
        for text in
            ["password=s3cret s3cret", "postgres://u:s3cret@s3cret:s3cret@h/d", "password='s3cret", "postgres://u:%s3cret@h"]
        {
            let message = message(text);
            assert!(!message.is_empty() && !message.contains("s3cret"), "{text}: {message}");
        }
    }

    #[test]
    fn an_empty_or_accepted_value_of_an_unsupported_setting_is_no_mistake() {
        assert_eq!(message("gssencmode=prefer sslcrl='' client_encoding=utf8"), "");
        assert!(message("gssencmode=require").ends_with("with this value"));
    }
}
