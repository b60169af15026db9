//! Passwords by host, port, database and user: `~/.pgpass` (PostgreSQL manual, section 34.16).

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The lines of a password file.
#[derive(Default)]
pub(super) struct PasswordFile(Vec<[Field; 5]>);

enum Field {
    Any,
    Text(String),
}

impl PasswordFile {
    /// What the file says; nothing if it is absent. A file that others may read is ignored with a warning, as libpq does.
    pub fn load(path: &Path) -> PasswordFile {
        let Ok(metadata) = std::fs::metadata(path) else { return PasswordFile::default() };
        if !metadata.is_file() {
            log::warn!("password file \"{}\" is not a plain file", path.display());
            return PasswordFile::default();
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            log::warn!(
                "password file \"{}\" has group or world access and is ignored; permissions should be u=rw (0600) or less",
                path.display()
            );
            return PasswordFile::default();
        }
        match std::fs::read(path) {
            Ok(bytes) => PasswordFile::parse(&String::from_utf8_lossy(&bytes)),
            Err(error) => {
                log::warn!("cannot read password file \"{}\": {error}", path.display());
                PasswordFile::default()
            }
        }
    }

    /// The password of the first line that matches all four.
    pub fn password(&self, host: &str, port: u16, database: &str, user: &str) -> Option<&str> {
        let port = port.to_string();
        let wanted = [host, &port, database, user];
        self.0.iter().find_map(|fields| match fields {
            [first @ .., Field::Text(password)]
                if first.iter().zip(wanted).all(|(field, value)| match field {
                    Field::Any => true,
                    Field::Text(text) => text == value,
                }) =>
            {
                Some(password.as_str())
            }
            _ => None,
        })
    }

    fn parse(text: &str) -> PasswordFile {
        PasswordFile(text.lines().filter(|line| !line.starts_with('#')).filter_map(fields).collect())
    }
}

/// `host:port:database:user:password`, with `\` before a `:` or a `\` of a value; `*` alone matches anything but is an ordinary password.
fn fields(line: &str) -> Option<[Field; 5]> {
    let mut values = vec![String::new()];
    let mut wildcards = vec![];
    let mut raw = 0;
    let mut chars = line.trim_end_matches('\r').chars();
    while let Some(c) = chars.next() {
        let value = values.last_mut()?;
        match c {
            ':' => {
                wildcards.push(raw == 1 && value == "*");
                values.push(String::new());
                raw = 0;
                continue;
            }
            '\\' => {
                value.extend(chars.next().or(Some('\\')));
                raw += 1;
            }
            _ => value.push(c),
        }
        raw += 1;
    }
    wildcards.truncate(4);
    let mut fields = values.into_iter().zip(wildcards.into_iter().chain([false])).map(|(text, any)| match any {
        true => Field::Any,
        false => Field::Text(text),
    });
    Some([fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# comment\n\
        short:line\n\
        db.example.com:5432:app:alice:first\n\
        db.example.com:*:*:alice:second\n\
        \\*:*:*:*:escaped star\n\
        ::1:wrong\n\
        \\:\\:1:5432:a\\\\b:*:p\\:w\\\\d:behind\r\n\
        *:*:*:bob:*\n";

    #[test]
    fn the_first_matching_line_counts() {
        let file = PasswordFile::parse(TEXT);
        assert_eq!(file.password("db.example.com", 5432, "app", "alice"), Some("first"));
        assert_eq!(file.password("db.example.com", 5433, "app", "alice"), Some("second"));
        assert_eq!(file.password("::1", 5432, "a\\b", "carol"), Some("p:w\\d"));
        assert_eq!(file.password("*", 1, "x", "carol"), Some("escaped star"));
        assert_eq!(file.password("h", 1, "x", "bob"), Some("*"));
        assert_eq!(file.password("h", 1, "x", "carol"), None);
    }

    #[test]
    fn a_file_that_others_can_read_is_ignored() {
        let directory = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = directory.path().join("pgpass");
        std::fs::write(&path, "*:*:*:*:secret").unwrap_or_else(|error| panic!("{error}"));
        for (mode, password) in [(0o600, Some("secret")), (0o640, None), (0o604, None)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(PasswordFile::load(&path).password("h", 1, "d", "u"), password, "{mode:o}");
        }
        assert_eq!(PasswordFile::load(&directory.path().join("absent")).password("h", 1, "d", "u"), None);
    }
}
