//! Named groups of connection settings: `pg_service.conf` (PostgreSQL manual, section 34.17).

use std::path::{Path, PathBuf};

use super::conninfo::{Rejected, Settings};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::project::Place;

/// Adds what the service `name` says about keywords that have no value yet. The first of `files` that has the service counts;
/// absent files are passed over.
///
/// # Errors
///
/// No file has it, or its lines are not settings.
pub(super) fn put_service(settings: &mut Settings, name: &str, files: &[PathBuf]) -> Result<()> {
    for path in files {
        let text = match std::fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(Error::usage(format!("cannot read the service file \"{}\": {error}", path.display())));
            }
        };
        if put_section(settings, name, path, &text)? {
            return Ok(());
        }
    }
    let looked = files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(Error::usage(format!("the service \"{name}\" is not defined")).help(format!("files looked at: {looked}")))
}

fn put_section(settings: &mut Settings, name: &str, path: &Path, text: &str) -> Result<bool> {
    let mut found = false;
    for (number, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found {
                return Ok(true);
            }
            found = section.strip_suffix(']') == Some(name);
            continue;
        }
        if !found {
            continue;
        }
        let wrong = |message: String| {
            // Without the line's text: it may hold a password.
            let place = Place { line: number, ..Place::file(path.display().to_string()) };
            Err(Error::new(Kind::Usage, Diagnostic::new(message).at(place)))
        };
        let Some((keyword, value)) = line.split_once('=') else {
            return wrong("a line of the service file has no \"=\"".to_owned());
        };
        if keyword == "service" || keyword == "servicefile" {
            return wrong(format!("\"{keyword}\" cannot be set in a service file"));
        }
        match settings.put(keyword, value.to_owned()) {
            Ok(()) => {}
            Err(Rejected::Unknown) => return wrong(format!("unknown setting \"{keyword}\" in the service file")),
            Err(Rejected::Unsupported(message)) => return wrong(message),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# services\n[other]\nhost=wrong\n\n[app]\n host=db.example.com \nport=6000\npassword=a=b\n[app2]\nport=1\n";

    #[test]
    fn only_its_section_counts_and_only_where_nothing_was_said() {
        let mut settings = Settings::parse("port=7000").unwrap_or_default();
        assert!(put_section(&mut settings, "app", Path::new("f"), TEXT).is_ok_and(|found| found));
        assert_eq!(settings.value("host"), Some("db.example.com"));
        assert_eq!(settings.value("port"), Some("7000"));
        assert_eq!(settings.value("password"), Some("a=b"));
        assert!(put_section(&mut settings, "nosuch", Path::new("f"), TEXT).is_ok_and(|found| !found));
    }

    #[test]
    fn mistakes_have_their_line() {
        for (text, message) in [
            ("[app]\nhots=x\n", "unknown setting \"hots\" in the service file"),
            ("[app]\nhost\n", "a line of the service file has no \"=\""),
            ("[app]\nservice=b\n", "\"service\" cannot be set in a service file"),
        ] {
            let error = put_section(&mut Settings::default(), "app", Path::new("f"), text).err();
            let diagnostic = error.as_ref().and_then(|error| error.diagnostics.first());
            assert_eq!(diagnostic.map(|d| d.message.as_str()), Some(message));
            assert_eq!(diagnostic.and_then(|d| d.place.as_ref()).map(|place| place.line), Some(2));
        }
    }

    #[test]
    fn the_first_file_that_has_it_counts() {
        let directory = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let file = directory.path().join("pg_service.conf");
        std::fs::write(&file, TEXT).unwrap_or_else(|error| panic!("{error}"));
        let files = [directory.path().join("absent"), file];
        let mut settings = Settings::default();
        assert!(put_service(&mut settings, "app2", &files).is_ok());
        assert_eq!(settings.value("port"), Some("1"));
        assert!(
            put_service(&mut settings, "nosuch", &files).is_err_and(|e| e.to_string() == "the service \"nosuch\" is not defined")
        );
    }
}
