//! A name as SQL text spells it: folded like PostgreSQL folds it, with its schema where one is written.

use std::fmt;

/// An SQL identifier with its optional schema, folded (unquoted letters in lower case).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    pub schema: Option<String>,
    pub name: String,
}

impl Name {
    /// A name without a schema.
    pub fn bare(name: impl Into<String>) -> Self {
        Name { schema: None, name: name.into() }
    }

    /// A name with its schema.
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Name { schema: Some(schema.into()), name: name.into() }
    }

    /// The name in the way PostgreSQL writes types: `app.mood`, `"My schema"."Mood"`.
    pub fn written(text: &str) -> Self {
        let mut parts = vec![String::new()];
        let mut is_quoted = false;
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if is_quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    parts.last_mut().into_iter().for_each(|part| part.push('"'));
                }
                '"' => is_quoted = !is_quoted,
                '.' if !is_quoted => parts.push(String::new()),
                _ => parts.last_mut().into_iter().for_each(|part| part.push(letter)),
            }
        }
        let name = parts.pop().unwrap_or_default();
        Name { schema: parts.pop(), name }
    }

    /// Whether both could mean the same object: equal names, and schemas that do not contradict each other.
    pub fn may_equal(&self, other: &Name) -> bool {
        self.name == other.name
            && match (&self.schema, &other.schema) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", quote_identifier(schema))?;
        }
        f.write_str(&quote_identifier(&self.name))
    }
}

/// The identifier as SQL spells it: quoted where it has to be (key words are not considered).
pub fn quote_identifier(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The text as an SQL string constant, right whatever `standard_conforming_strings` says.
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_names_are_taken_apart() {
        assert_eq!(Name::written("mood"), Name::bare("mood"));
        assert_eq!(Name::written("app.mood"), Name::qualified("app", "mood"));
        assert_eq!(Name::written(r#""My. ""s".mood"#), Name::qualified("My. \"s", "mood"));
    }
}
