//! `pgmg.toml`: found upwards, read strictly, its mistakes shown with their line and without its secrets.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{FILE_NAME, Values, paths};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::duration;
use crate::model::project::{Place, SourceFile};
use crate::model::report::{self, Rule};

/// A `pgmg.toml` that was read.
pub(super) struct ConfigFile {
    /// The directory it is in.
    pub root: PathBuf,
    /// Its path as seen from the current directory.
    pub shown: String,
    pub top: Values,
    pub environments: BTreeMap<String, Values>,
    pub rules: BTreeMap<Rule, Option<report::Severity>>,
}

const KEYS: [&str; 11] = [
    "connection_string",
    "migrations_dir",
    "code_dir",
    "state_schema",
    "lock_timeout",
    "lock_wait",
    "allow_destructive",
    "confirm",
    "shadow",
    "before_apply",
    "on_success",
];

impl ConfigFile {
    /// The one in `current` or the nearest directory above it. One that cannot be read is an error, not absent.
    pub fn find(current: &Path) -> Result<Option<ConfigFile>> {
        for root in current.ancestors() {
            let path = root.join(FILE_NAME);
            let shown = paths::shown(Path::new(FILE_NAME), root, current).display().to_string();
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
                    let source = SourceFile { path: shown, name: FILE_NAME.to_owned(), text };
                    return Reader { source: &source, root, current }.read().map(Some);
                }
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    return Err(usage("the settings are not UTF-8", Place::file(shown)));
                }
                Err(error) => return Err(usage(format!("cannot read the settings: {error}"), Place::file(shown))),
            }
        }
        Ok(None)
    }
}

/// The settings of `[env.NAME]`, with the known names in the error if there is none.
pub(super) fn environment(file: Option<&ConfigFile>, name: &str, current: &Path) -> Result<Values> {
    let Some(file) = file else {
        return Err(Error::usage(format!(
            "no pgmg.toml in {} or above it, so there is no environment \"{name}\"",
            current.display()
        ))
        .help("run `pgmg init`, then add the environment as [env.NAME]"));
    };
    if let Some(values) = file.environments.get(name) {
        return Ok(values.clone());
    }
    let error = Error::usage(format!("{} has no environment \"{name}\"", file.shown));
    let known = file.environments.keys().map(String::as_str).collect::<Vec<_>>();
    Err(match (closest(name, &known), known.is_empty()) {
        (_, true) => error.help(format!("add it as [env.{name}], or leave --env out")),
        (Some(meant), _) => error.help(format!("did you mean \"{meant}\"? it has: {}", known.join(", "))),
        (None, _) => error.help(format!("it has: {}", known.join(", "))),
    })
}

/// One file being read.
struct Reader<'a> {
    source: &'a SourceFile,
    root: &'a Path,
    current: &'a Path,
}

/// Where keys are written.
#[derive(Clone, Copy)]
enum TomlTable {
    Top,
    Environment,
}

/// Whether a line may be shown with its value.
#[derive(Clone, Copy)]
enum Value {
    Shown,
    Masked,
}

impl Reader<'_> {
    fn read(&self) -> Result<ConfigFile> {
        let table = DeTable::parse(&self.source.text)
            .map_err(|error| self.error(error.message().replace('\n', ", "), error.span().unwrap_or_default(), Value::Shown))?;
        let mut environments = BTreeMap::new();
        if let Some((_, found)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "env") {
            for (name, values) in self.table(found, "env")?.iter() {
                let path = format!("env.{}", name.get_ref());
                environments.insert(name.get_ref().to_string(), self.values(self.table(values, &path)?, TomlTable::Environment)?);
            }
        }
        let rules = match table.get_ref().iter().find(|(key, _)| key.get_ref() == "check") {
            Some((_, found)) => self.rules(self.table(found, "check")?)?,
            None => BTreeMap::new(),
        };
        Ok(ConfigFile {
            rules,
            root: self.root.to_owned(),
            shown: self.source.path.clone(),
            top: self.values(table.get_ref(), TomlTable::Top)?,
            environments,
        })
    }

    fn table<'t, 'i>(&self, value: &'t Spanned<DeValue<'i>>, name: &str) -> Result<&'t DeTable<'i>> {
        value.get_ref().as_table().ok_or_else(|| {
            let message = format!("`{name}` must be a table, not {}", type_name(value.get_ref()));
            self.error(message, value.span(), Value::Masked).help("an environment is written [env.NAME], with its keys below")
        })
    }

    fn values(&self, table: &DeTable<'_>, level: TomlTable) -> Result<Values> {
        let mut values = Values::default();
        let mut seen: Vec<String> = Vec::new();
        for (key, value) in table.iter() {
            let name = key.get_ref().replace('-', "_");
            if matches!(level, TomlTable::Top) && matches!(name.as_str(), "env" | "check") {
                continue;
            }
            if seen.contains(&name) {
                return Err(self.error(format!("`{name}` is given twice"), key.span(), Value::Masked));
            }
            match name.as_str() {
                "connection_string" => values.connection_string = Some(self.text(&name, value)?),
                "migrations_dir" => values.migrations_dir = Some(self.directory(&name, value)?),
                "code_dir" => values.code_dir = Some(self.directory(&name, value)?),
                "state_schema" => values.state_schema = Some(self.text(&name, value)?),
                "lock_timeout" => values.lock_timeout = Some(self.duration(&name, value)?),
                "lock_wait" => values.lock_wait = Some(self.duration(&name, value)?),
                "allow_destructive" => values.allow_destructive = Some(self.truth(&name, value)?),
                "confirm" => values.confirm = Some(self.truth(&name, value)?),
                "shadow" => values.shadow = Some(self.text(&name, value)?),
                "before_apply" => values.before_apply = Some(self.text(&name, value)?),
                "on_success" => values.on_success = Some(self.text(&name, value)?),
                _ => return Err(self.unknown(key.get_ref(), key.span())),
            }
            seen.push(name);
        }
        Ok(values)
    }

    fn rules(&self, table: &DeTable<'_>) -> Result<BTreeMap<Rule, Option<report::Severity>>> {
        let names = Rule::ALL.map(Rule::name);
        let mut rules = BTreeMap::new();
        for (key, value) in table.iter() {
            let name = key.get_ref().replace('_', "-");
            let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.name() == name) else {
                let error = self.error(format!("unknown rule `{}`", key.get_ref()), key.span(), Value::Shown);
                return Err(match closest(&name, &names) {
                    Some(meant) => error.help(format!("did you mean `{meant}`?")),
                    None => error.help(format!("the rules are {}", names.join(", "))),
                });
            };
            let level = match value.get_ref().as_str() {
                Some("error") => Some(report::Severity::Error),
                Some("warning") => Some(report::Severity::Warning),
                Some("off") => None,
                _ => {
                    let message = format!("`{name}` must be \"error\", \"warning\" or \"off\"");
                    return Err(self.error(message, value.span(), Value::Shown));
                }
            };
            rules.insert(rule, level);
        }
        Ok(rules)
    }

    fn unknown(&self, key: &str, span: Range<usize>) -> Error {
        let error = self.error(format!("unknown key `{key}`"), span, Value::Masked);
        match closest(&key.replace('-', "_"), &KEYS) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help(format!("the keys are {}, and tables [env.NAME] with the same keys", KEYS.join(", "))),
        }
    }

    fn text(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<String> {
        match value.get_ref().as_str() {
            Some("") => Err(self.error(format!("`{name}` is empty"), value.span(), Value::Shown)),
            Some(text) => Ok(text.to_owned()),
            None => {
                let message = format!("`{name}` must be a string, not {}", type_name(value.get_ref()));
                Err(self.error(message, value.span(), Value::Masked))
            }
        }
    }

    fn truth(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<bool> {
        value.get_ref().as_bool().ok_or_else(|| {
            let message = format!("`{name}` must be true or false, not {}", type_name(value.get_ref()));
            self.error(message, value.span(), Value::Masked)
        })
    }

    fn directory(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<PathBuf> {
        self.text(name, value).map(|dir| paths::shown(Path::new(&dir), self.root, self.current))
    }

    fn duration(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Duration> {
        match value.get_ref() {
            DeValue::Integer(number) if number.as_str() == "0" => Ok(Duration::ZERO),
            DeValue::String(text) => duration::parse(text).map_err(|reason| self.error(reason, value.span(), Value::Shown)),
            other => {
                let message = format!("`{name}` must be a duration such as \"5s\", not {}", type_name(other));
                Err(self.error(message, value.span(), Value::Shown))
            }
        }
    }

    fn error(&self, message: impl Into<String>, span: Range<usize>, value: Value) -> Error {
        let mut place = Place::at(self.source, span.start);
        let width = self.source.text.get(span).map_or(1, |text| text.lines().next().unwrap_or_default().chars().count());
        place.width = width.clamp(1, place.source.chars().count().saturating_sub(place.column - 1).max(1));
        place.source = masked(&place.source, value);
        usage(message, place)
    }
}

/// A mistake at a place.
fn usage(message: impl Into<String>, place: Place) -> Error {
    Error::new(Kind::Usage, Diagnostic::new(message).at(place))
}

/// The line with stars for the letters of a value that could be a connection string: even a mistyped line may hold a password.
fn masked(line: &str, value: Value) -> String {
    let lower = line.to_lowercase();
    let suspicious =
        ["conn", "://", "passw", "pwd", "secret", "host", "user", "dsn", "url"].iter().any(|word| lower.contains(word));
    let trimmed = line.trim_start();
    let header = trimmed.starts_with('[') && !trimmed.contains(['=', '"', '\'']);
    // A line without `=` may be the rest of a value of several lines.
    if header || (matches!(value, Value::Shown) && !suspicious && line.contains('=')) {
        return line.to_owned();
    }
    let begin = line.find('=').map_or(0, |i| i + 1);
    let (key, rest) = line.split_at(begin);
    key.chars().chain(rest.chars().map(|c| if c.is_alphanumeric() { '*' } else { c })).collect()
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// The candidate that was probably meant.
fn closest<'a>(typed: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(typed, candidate);
    let best = candidates.iter().copied().min_by_key(|candidate| distance(candidate))?;
    (distance(best) <= 1 + best.chars().count() / 4).then_some(best)
}
