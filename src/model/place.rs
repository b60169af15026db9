//! The files of a project, and places in them.

use std::fmt;
use std::sync::Arc;

/// One file of the project.
pub struct SourceFile {
    /// As a person names it from where pgmg was started: `sql/views/active_users.sql`.
    pub path: String,
    /// Below its own directory, with `/` between the parts: `views/active_users.sql`.
    pub name: String,
    /// The text without a byte order mark.
    pub text: String,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({})", self.path)
    }
}

/// A place in a file, enough to show it without the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters; 0 where only the line or the file is known.
    pub column: usize,
    /// The text of that line; empty where only the file is known.
    pub source: String,
    /// How many characters to underline, from `column` on.
    pub width: usize,
}

impl Place {
    /// A file as a whole.
    pub(crate) fn file(path: impl Into<String>) -> Self {
        Place { path: path.into(), line: 0, column: 0, source: String::new(), width: 0 }
    }

    /// The place of a byte of `file`; the word that begins there is underlined. An offset past the end means the end.
    pub(crate) fn at(file: &SourceFile, offset: usize) -> Self {
        let text = &file.text;
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let begin = text[..offset].rfind('\n').map_or(0, |i| i + 1);
        let end = text[offset..].find('\n').map_or(text.len(), |i| offset + i);
        let source = text[begin..end].trim_end_matches('\r').to_owned();
        let rest = &text[offset..end.max(offset)];
        let word = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).count();
        Place {
            path: file.path.clone(),
            line: text[..offset].matches('\n').count() + 1,
            column: text[begin..offset].chars().count() + 1,
            source,
            width: word.max(1),
        }
    }
}

/// A statement's or migration's place in a file, shared so that values stay small.
pub type File = Arc<SourceFile>;
