//! Comments that begin with `-- pgmg:`: what a file says to pgmg and not to PostgreSQL.

use super::sections;
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Section;
use crate::model::name::Name;
use crate::model::project::{Place, SourceFile};
use crate::model::statement::{Conforming, Declared};
use crate::sql::lexer::{Kind, Token};
use crate::sql::words::{Words, significant};

/// Which of the two directories a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    Migrations,
    Code,
}

impl Folder {
    /// As it is called in what people read.
    pub fn word(self) -> &'static str {
        match self {
            Folder::Migrations => "migrations",
            Folder::Code => "code",
        }
    }
}

/// What a directive says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive {
    NoTransaction,
    DependsOn(Vec<Declared>),
    Destructive,
    /// From here on.
    Section(Section),
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// On a line of its own between statements.
    Between,
    /// Inside a statement, or behind one on its line.
    Elsewhere,
}

/// The directive in a comment, `None` if it is an ordinary comment.
///
/// # Errors
/// An unknown directive, a directive at the wrong place or with wrong words behind it.
pub fn directive(
    file: &SourceFile,
    comment: &Token,
    position: Position,
    folder: Folder,
) -> Option<Result<Directive, Box<Diagnostic>>> {
    let said = after_prefix(comment.text(&file.text), folder)?;
    let offset = comment.end - said.len();
    Some(read(file, said, offset, position, folder).map_err(|mut diagnostic| {
        diagnostic.place.get_or_insert_with(|| Place::at(file, comment.start));
        diagnostic
    }))
}

/// What stands behind `-- pgmg:`, or behind pgmt's `-- pgmt:` where that means the same: before a section.
fn after_prefix(comment: &str, folder: Folder) -> Option<&str> {
    let rest = comment.strip_prefix("--")?.trim_start();
    let (head, said) = rest.split_at_checked(5)?;
    let is_of_pgmt = folder == Folder::Migrations && head == "pgmt:" && said.trim_start().starts_with("section");
    (head.eq_ignore_ascii_case("pgmg:") || is_of_pgmt).then_some(said)
}

fn read(file: &SourceFile, said: &str, offset: usize, position: Position, folder: Folder) -> Result<Directive, Box<Diagnostic>> {
    let trimmed = said.trim_start();
    let word_end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
    let (word, rest) = trimmed.split_at(word_end);
    let directive = match (word, folder) {
        ("no-transaction", _) => Directive::NoTransaction,
        ("destructive", Folder::Migrations) => Directive::Destructive,
        ("depends-on", Folder::Code) => Directive::DependsOn(names(file, rest, offset + said.len() - rest.len())?),
        ("section", Folder::Migrations) => Directive::Section(sections::section(rest)?),
        ("destructive" | "section", Folder::Code) => {
            return Err(Box::new(
                Diagnostic::new(format!("directive \"{word}\" belongs in a migration, not in a code file")).help("remove it"),
            ));
        }
        ("depends-on", Folder::Migrations) => {
            return Err(Box::new(
                Diagnostic::new("directive \"depends-on\" belongs in a code file, not in a migration")
                    .help("remove it: migrations run in the order of their numbers"),
            ));
        }
        _ => return Err(unknown(word, folder)),
    };
    if !matches!(directive, Directive::DependsOn(_) | Directive::Section(_)) && !rest.trim().is_empty() {
        return Err(Box::new(
            Diagnostic::new(format!("directive \"{word}\" takes nothing behind it, not \"{}\"", rest.trim()))
                .help("put other words into a comment of their own"),
        ));
    }
    match position {
        Position::Between => Ok(directive),
        Position::Elsewhere => Err(Box::new(
            Diagnostic::new(format!("directive \"{word}\" is not on a line of its own before a statement"))
                .help("move it to the line before the statement it is for"),
        )),
    }
}

/// `NAME[, NAME…]`, each with an optional schema and, for routines, optional argument types that are not looked at.
fn names(file: &SourceFile, list: &str, offset: usize) -> Result<Vec<Declared>, Box<Diagnostic>> {
    let wrong = |at: usize| {
        Box::new(
            Diagnostic::new("directive \"depends-on\" needs one or more names, separated by commas")
                .at(Place::at(file, offset + at))
                .help("write it like this: -- pgmg: depends-on app.orders, total"),
        )
    };
    let tokens = significant(list, Conforming::On).map_err(|error| wrong(error.start))?;
    let words = Words { text: list, tokens: &tokens, conforming: Conforming::On };
    let place = |at: usize| tokens.get(at).map_or(list.trim_end().len(), |token| token.start);
    let (mut declared, mut at) = (Vec::new(), 0);
    loop {
        let (mut parts, mut after) = words.chain(at);
        let name = match (parts.pop(), parts.pop(), parts.is_empty()) {
            (Some(name), Some(schema), true) => Name::qualified(schema, name),
            (Some(name), None, _) => Name::bare(name),
            _ => return Err(wrong(place(at))),
        };
        declared.push(Declared { name, offset: offset + place(at) });
        if words.is(after, Kind::OpenParen) {
            after = words.after_parens(after);
        }
        match words.kind(after) {
            None => return Ok(declared),
            Some(Kind::Comma) => at = after + 1,
            Some(_) => return Err(wrong(place(after))),
        }
    }
}

fn unknown(word: &str, folder: Folder) -> Box<Diagnostic> {
    let known: &[&str] = match folder {
        Folder::Migrations => &["no-transaction", "destructive", "section"],
        Folder::Code => &["no-transaction", "depends-on"],
    };
    let near = known.iter().map(|name| (distance(word, name), name)).min().filter(|(distance, _)| *distance <= 4);
    let help = match near {
        Some((_, name)) if !word.is_empty() => format!("did you mean \"{name}\"?"),
        _ => format!("pgmg knows {} here", listed(known)),
    };
    Box::new(Diagnostic::new(format!("unknown directive \"{word}\"")).help(help))
}

fn listed(known: &[&str]) -> String {
    match known {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => known.concat(),
    }
}

/// How many letters must be changed, added or removed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::lexer::Lexer;

    fn of(text: &str, folder: Folder) -> Option<Result<Directive, String>> {
        let file = SourceFile { path: "f.sql".into(), name: "f.sql".into(), text: text.into() };
        let comment = Lexer::new(text, Conforming::On).next().unwrap().unwrap();
        directive(&file, &comment, Position::Between, folder)
            .map(|found| found.map_err(|d| format!("{} / {}", d.message, d.help.unwrap_or_default())))
    }

    #[test]
    fn directives_are_read() {
        assert_eq!(of("-- a comment about pgmg: x", Folder::Code), None);
        assert_eq!(of("-- pgmt: something else", Folder::Migrations), None);
        assert_eq!(of("-- pgmg: no-transaction ", Folder::Code), Some(Ok(Directive::NoTransaction)));
        assert_eq!(of("--pgmg:destructive", Folder::Migrations), Some(Ok(Directive::Destructive)));
        let Some(Ok(Directive::DependsOn(names))) = of("-- pgmg: depends-on app.\"T\", f(int, text)", Folder::Code) else {
            panic!("names expected")
        };
        assert_eq!(names[0], Declared { name: Name::qualified("app", "T"), offset: 20 });
        assert_eq!(names[1].name, Name::bare("f"));
    }

    #[test]
    fn wrong_directives_are_errors() {
        let error = |text, folder| of(text, folder).unwrap().unwrap_err();
        assert!(error("-- pgmg: no-transacton", Folder::Code).contains("did you mean \"no-transaction\"?"));
        assert!(error("-- pgmg: xyz", Folder::Code).contains("pgmg knows no-transaction and depends-on here"));
        assert!(error("-- pgmg: section x", Folder::Migrations).contains("is not key="));
        assert!(error("-- pgmg: section name=a", Folder::Code).contains("belongs in a migration"));
        assert!(error("-- pgmt: section mode=x", Folder::Migrations).contains("is no mode"));
        assert!(error("-- pgmg: depends-on", Folder::Code).contains("needs one or more names"));
        assert!(error("-- pgmg: depends-on a b", Folder::Code).contains("needs one or more names"));
        assert!(error("-- pgmg: no-transaction please", Folder::Code).contains("takes nothing"));
    }
}
