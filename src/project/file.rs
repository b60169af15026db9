//! One file: its statements with their settings, directives and checksums, or everything that is wrong with it.

use std::sync::Arc;

use super::checksum::Parts;
use super::directives::{self, Directive, Folder, Position};
use super::refusals::{self, Rest};
use crate::error::Kind;
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Section;
use crate::model::project::{File, Place};
use crate::model::statement::{Checksum, Conforming, Declared, Mode, Setting, Settings, Statement};
use crate::sql::lexer::{LexError, Lexer, Token, Unterminated};
use crate::sql::splitter::{Next, next_statement};
use crate::sql::words::{Words, likely_tokens};
use crate::sql::{mentions, settings};

/// What a file holds.
#[derive(Clone)]
pub struct Contents {
    pub statements: Vec<Statement>,
    /// Over all statements and settings.
    pub checksum: Checksum,
    /// Of the whole file; only migrations have it.
    pub mode: Mode,
    pub sections: Vec<Section>,
    pub destructive: bool,
    pub problems: Vec<Problem>,
}

/// A file and what it holds.
pub type ReadFile = (File, Contents);

/// Something that is wrong with a file.
#[derive(Clone)]
pub struct Problem {
    pub kind: Kind,
    pub diagnostic: Diagnostic,
}

/// Reads a file whose text is known.
pub fn read(file: &File, folder: Folder) -> Contents {
    let mut reader = Reader::new(file, folder);
    reader.run();
    reader.finish()
}

struct Reader<'a> {
    file: &'a File,
    folder: Folder,
    conforming: Conforming,
    settings: Arc<Settings>,
    settings_parts: Parts,
    search_path: Vec<String>,
    statements: Vec<Statement>,
    all: Parts,
    parts: Parts,
    pending: Pending,
    mode: Mode,
    sections: Vec<Section>,
    destructive: bool,
    problems: Vec<Problem>,
}

/// Directives that wait for their statement.
#[derive(Default)]
struct Pending {
    no_transaction: bool,
    declared: Vec<Declared>,
    /// The last of the comments.
    comment: Option<Token>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a File, folder: Folder) -> Self {
        Reader {
            file,
            folder,
            conforming: Conforming::On,
            settings: Arc::default(),
            settings_parts: Parts::default(),
            search_path: Vec::new(),
            statements: Vec::new(),
            all: Parts::default(),
            parts: Parts::default(),
            pending: Pending::default(),
            mode: Mode::Transactional,
            sections: Vec::new(),
            destructive: false,
            problems: Vec::new(),
        }
    }

    fn run(&mut self) {
        let text = self.file.text.as_str();
        let mut lexer = Lexer::new(text, Conforming::On);
        let mut tokens = Vec::with_capacity(likely_tokens(text));
        let mut comments = Vec::new();
        let mut commands = Vec::new();
        loop {
            let next = next_statement(&mut lexer, text, &mut tokens, |comment, first| comments.push((comment, first)));
            for (comment, first) in comments.drain(..) {
                self.comment(comment, first);
            }
            match next {
                Next::End => break,
                Next::Error(error) => return self.unterminated(error),
                Next::Backslash(backslash) => {
                    let diagnostic = refusals::psql(self.file, &backslash);
                    lexer.skip_line();
                    if !commands.contains(&diagnostic.message) {
                        commands.push(diagnostic.message.clone());
                        self.problems.push(Problem { kind: Kind::Sql, diagnostic });
                    }
                }
                Next::Statement if tokens.is_empty() => {}
                Next::Statement => {
                    if self.statement(&tokens) == Rest::Data {
                        return;
                    }
                    lexer.conform(self.conforming);
                }
            }
        }
        for section in self.sections.iter().filter(|section| section.statements.is_empty()) {
            let diagnostic = Diagnostic::new(format!("the section \"{}\" has no statement", section.name))
                .at(Place::file(self.file.path.clone()))
                .help("remove it");
            self.problems.push(Problem { kind: Kind::Usage, diagnostic });
        }
        if let Some(comment) = self.pending.comment.take() {
            let diagnostic = Diagnostic::new("directive has no statement after it")
                .at(Place::at(self.file, comment.start))
                .help("move it to the line before the statement it is for");
            self.problems.push(Problem { kind: Kind::Usage, diagnostic });
        }
    }

    fn unterminated(&mut self, error: LexError) {
        let help = match error.what {
            Unterminated::String => "close it with a single quote",
            Unterminated::QuotedIdentifier => "close it with a double quote",
            Unterminated::DollarString => "close it with the tag that it begins with",
            Unterminated::BlockComment => "close it with */: comments nest",
        };
        let diagnostic = Diagnostic::new(error.what.to_string()).at(Place::at(self.file, error.start)).help(help);
        self.problems.push(Problem { kind: Kind::Sql, diagnostic });
    }

    fn comment(&mut self, comment: Token, first: Option<Token>) {
        let before = self.file.text.get(..comment.start).unwrap_or("");
        let own_line = before.bytes().rev().take_while(|b| *b != b'\n').all(|b| b.is_ascii_whitespace());
        let between = first.is_none_or(|token| token.start > comment.start);
        let position = if between && own_line { Position::Between } else { Position::Elsewhere };
        match directives::directive(self.file, &comment, position, self.folder) {
            None => {}
            Some(Err(diagnostic)) => self.problems.push(Problem { kind: Kind::Usage, diagnostic: *diagnostic }),
            Some(Ok(directive)) => self.directive(directive, comment),
        }
    }

    fn directive(&mut self, directive: Directive, comment: Token) {
        match (directive, self.folder) {
            (Directive::NoTransaction, Folder::Migrations) if !self.sections.is_empty() => {
                self.misplaced(
                    "directive \"no-transaction\" stands in a section",
                    "write mode=\"non-transactional\" at the section",
                    &comment,
                );
            }
            (Directive::NoTransaction, Folder::Migrations) if self.statements.is_empty() => self.mode = Mode::NoTransaction,
            (Directive::NoTransaction, Folder::Migrations) => self.misplaced(
                "directive \"no-transaction\" stands after the migration's first statement",
                "move it to the beginning of the file: it is for the whole migration",
                &comment,
            ),
            (Directive::NoTransaction, Folder::Code) => {
                self.pending.no_transaction = true;
                self.pending.comment = Some(comment);
            }
            (Directive::DependsOn(names), _) => {
                self.pending.declared.extend(names);
                self.pending.comment = Some(comment);
            }
            (Directive::Destructive, _) => self.destructive = true,
            (Directive::Section(section), _) => self.section(section, &comment),
        }
    }

    fn section(&mut self, mut section: Section, comment: &Token) {
        if self.mode == Mode::NoTransaction {
            let help = "leave it out, and write mode=\"non-transactional\" at the sections that need it";
            return self.misplaced("a migration with sections has the directive \"no-transaction\"", help, comment);
        }
        if self.sections.is_empty() && !self.statements.is_empty() {
            return self.misplaced("statements stand before the first section", "begin the file with a section", comment);
        }
        if self.sections.iter().any(|other| other.name == section.name) {
            let message = format!("two sections are named \"{}\"", section.name);
            return self.misplaced(&message, "give each a name of its own", comment);
        }
        section.statements = self.statements.len()..self.statements.len();
        self.all.section(&section);
        self.sections.push(section);
    }

    fn misplaced(&mut self, message: &str, help: &str, comment: &Token) {
        let diagnostic = Diagnostic::new(message).at(Place::at(self.file, comment.start)).help(help);
        self.problems.push(Problem { kind: Kind::Usage, diagnostic });
    }

    fn statement(&mut self, tokens: &[Token]) -> Rest {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Rest::Statements };
        let text = self.file.text.as_str();
        let words = Words { text, tokens, conforming: self.conforming };
        let span = first.start..last.end;
        if let Some(refusal) = refusals::refusal(&words, self.folder, self.file) {
            self.problems.push(Problem { kind: Kind::Sql, diagnostic: refusal.diagnostic });
            self.pending = Pending::default();
            return refusal.rest;
        }
        if let Some(change) = settings::change(&words) {
            self.conforming = change.conforming().unwrap_or(self.conforming);
            self.search_path = settings::search_path(&words).unwrap_or_else(|| std::mem::take(&mut self.search_path));
            let settings = Arc::make_mut(&mut self.settings);
            settings.statements.push(Setting { file: self.file.clone(), span });
            settings.standard_conforming_strings = self.conforming;
            self.settings_parts.tokens(text, tokens);
            self.all.tokens(text, tokens);
            return Rest::Statements;
        }
        let pending = std::mem::take(&mut self.pending);
        let of_all = self.sections.last().map_or(self.mode, |section| section.mode);
        let mode = if pending.no_transaction { Mode::NoTransaction } else { of_all };
        self.all.tokens(text, tokens);
        self.parts.clear();
        self.parts.tokens(text, tokens);
        self.parts.append(&self.settings_parts);
        self.parts.directives(mode, &pending.declared);
        self.statements.push(Statement {
            file: self.file.clone(),
            ordinal: self.statements.len(),
            span,
            checksum: self.parts.checksum(),
            settings: self.settings.clone(),
            mode,
            declared: pending.declared,
            mentions: mentions::of(&words, &self.search_path),
        });
        if let Some(section) = self.sections.last_mut() {
            section.statements.end = self.statements.len();
        }
        Rest::Statements
    }

    fn finish(self) -> Contents {
        Contents {
            statements: self.statements,
            checksum: self.all.checksum(),
            mode: self.mode,
            sections: self.sections,
            destructive: self.destructive,
            problems: self.problems,
        }
    }
}
