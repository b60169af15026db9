//! `-- pgmg: section name="…" mode="…" …`: a part of a migration that is committed by itself.

use std::time::Duration;

use crate::model::diagnostic::Diagnostic;
use crate::model::duration;
use crate::model::migration::Section;
use crate::model::statement::Mode;

/// What can be said of a section.
const KEYS: [&str; 6] = ["name", "mode", "timeout", "lock-timeout", "retry", "backoff"];

/// pgmt's words for the same, whose files are understood as they are.
const OTHER_SPELLINGS: [(&str, &str); 4] =
    [("lock_timeout", "lock-timeout"), ("retry_attempts", "retry"), ("retry_delay", "backoff"), ("retry_backoff", "")];

/// The section that the words behind the directive describe; it holds no statement yet.
///
/// # Errors
/// An unknown key, a key without a value, a value that is none; without a place.
pub fn section(words: &str) -> Result<Section, Box<Diagnostic>> {
    let mut section = Section::new(String::new());
    let mut seen: Vec<String> = Vec::new();
    for (typed, value) in pairs(words)? {
        let key = OTHER_SPELLINGS.iter().find(|(other, _)| *other == typed).map_or(typed.as_str(), |(_, key)| key);
        if seen.iter().any(|other| other == key) {
            return Err(wrong(format!("the section's {key} is given twice"), "leave one of them out"));
        }
        seen.push(key.to_owned());
        let time = || duration::parse(&value).map_err(|reason| wrong(reason, "0 means no limit"));
        match key {
            "name" if !value.trim().is_empty() => section.name = value,
            "name" => return Err(wrong("the section's name is empty".to_owned(), "say what it does: name=\"add_column\"")),
            "mode" => section.mode = mode(&value)?,
            "timeout" => section.timeout = Some(time()?),
            "lock-timeout" => section.lock_timeout = Some(time()?),
            "retry" => section.retry = retry(&value)?,
            "backoff" => section.backoff = time()?,
            // pgmt names the kind of waiting, which here is always the same.
            "" => {}
            _ => return Err(unknown(&typed)),
        }
    }
    if section.name.is_empty() {
        return Err(wrong("a section needs a name".to_owned(), "write it like this: -- pgmg: section name=\"add_column\""));
    }
    if let (Some(timeout), None) = (section.timeout, section.lock_timeout)
        && timeout > Duration::ZERO
    {
        // Waiting for a lock passes by itself, being slow does not: the wait has to end first to be told apart.
        section.lock_timeout = Some(timeout / 2);
    }
    Ok(section)
}

/// `key="value"` and `key=value`, separated by blanks.
fn pairs(words: &str) -> Result<Vec<(String, String)>, Box<Diagnostic>> {
    let mut pairs = Vec::new();
    let mut rest = words.trim();
    while !rest.is_empty() {
        let malformed =
            || wrong(format!("\"{rest}\" is not key=\"value\""), "write it like this: name=\"add_column\" timeout=\"30s\"");
        let (key, after) = rest.split_once('=').ok_or_else(malformed)?;
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(malformed)?,
            None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        let key = key.trim();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(malformed());
        }
        pairs.push((key.to_owned(), value.to_owned()));
        rest = left.trim_start_matches(',').trim_start();
    }
    Ok(pairs)
}

fn mode(value: &str) -> Result<Mode, Box<Diagnostic>> {
    match value {
        "transactional" => Ok(Mode::Transactional),
        "non-transactional" | "no-transaction" | "autocommit" => Ok(Mode::NoTransaction),
        _ => Err(wrong(
            format!("\"{value}\" is no mode of a section"),
            "it is \"transactional\" (all of it in one transaction) or \"non-transactional\" (each statement by itself)",
        )),
    }
}

fn retry(value: &str) -> Result<u32, Box<Diagnostic>> {
    let number = value.trim().parse().ok().filter(|number| *number <= 1_000);
    number
        .ok_or_else(|| wrong(format!("\"{value}\" is not how often to try again"), "write a number from 0 to 1000: retry=\"10\""))
}

fn unknown(key: &str) -> Box<Diagnostic> {
    let near = KEYS.iter().min_by_key(|known| strsim::damerau_levenshtein(key, known));
    let near = near.filter(|known| strsim::damerau_levenshtein(key, known) <= 2);
    let help = near.map_or_else(|| format!("a section has {}", KEYS.join(", ")), |known| format!("did you mean \"{known}\"?"));
    Box::new(Diagnostic::new(format!("a section has no \"{key}\"")).help(help))
}

fn wrong(message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_with_all_its_words() {
        let read = section(
            r#" name="create_index" mode="non-transactional" timeout="30s" lock-timeout="2s" retry="10" backoff="500ms""#,
        );
        let expected = Section {
            mode: Mode::NoTransaction,
            timeout: Some(Duration::from_secs(30)),
            lock_timeout: Some(Duration::from_secs(2)),
            retry: 10,
            backoff: Duration::from_millis(500),
            ..Section::new("create_index".into())
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn words_of_pgmt_mean_the_same() {
        let read =
            section(r#"name="create_index" mode="non-transactional" timeout="2s" retry_attempts="10""#).expect("a section");
        assert_eq!(
            (read.retry, read.timeout, read.lock_timeout),
            (10, Some(Duration::from_secs(2)), Some(Duration::from_secs(1)))
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |words: &str| section(words).map_err(|wrong| wrong.message).expect_err(words);
        assert_eq!(said("mode=\"transactional\""), "a section needs a name");
        assert_eq!(said("name=a mode=sometimes"), "\"sometimes\" is no mode of a section");
        assert_eq!(said("name=a retrys=3"), "a section has no \"retrys\"");
        assert_eq!(said("name=a name=b"), "the section's name is given twice");
        assert_eq!(said("name=a timeout=5"), "\"5\" has no unit: write 5s, or 5ms");
        assert_eq!(said("name=\"a"), "\"name=\"a\" is not key=\"value\"");
        assert_eq!(said("name=a retry=often"), "\"often\" is not how often to try again");
    }
}
