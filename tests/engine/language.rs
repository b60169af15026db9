//! The SQL that the fake server understands: enough of PostgreSQL's to have dependencies of every sort.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A name as it is written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub schema: Option<String>,
    pub name: String,
    pub at: usize,
}

/// What CREATE does where its object is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    Fails,
    Replaces,
    Stays,
}

#[derive(Debug, Clone)]
pub enum Command {
    View {
        existing: Existing,
        materialized: bool,
        name: Named,
        query: Query,
    },
    Function {
        existing: Existing,
        name: Named,
        args: Vec<(Named, bool)>,
        result: Named,
        body: Body,
    },
    Enum {
        name: Named,
        values: Vec<String>,
    },
    Composite {
        name: Named,
        attributes: Vec<(String, Named)>,
    },
    Table {
        existing: Existing,
        name: Named,
        columns: Vec<(String, Named)>,
        deferred: bool,
    },
    Trigger {
        existing: Existing,
        name: String,
        on: Named,
        function: Named,
    },
    Policy {
        name: String,
        on: Named,
        call: Call,
    },
    Alter {
        on: Target,
        change: Change,
    },
    Drop(Target),
    Grant {
        gives: bool,
        on: Target,
        role: String,
    },
    Comment {
        on: Target,
        text: Option<String>,
    },
    Insert {
        into: Named,
        value: i64,
    },
    /// A statement that a block puts together.
    Execute(Box<Command>),
    /// A file that is sent as a whole.
    All(Vec<Command>),
}

/// What a statement that acts is about.
#[derive(Debug, Clone)]
pub enum Target {
    Relation(&'static str, Named),
    Function(Named, Option<Vec<Named>>),
    Type(Named),
    Part(&'static str, String, Named),
    /// Every table and view of a schema.
    Schema(String),
}

#[derive(Debug, Clone)]
pub enum Change {
    AddColumn(String, Named),
    DropColumn(String),
    Retype(String, Named),
    RenameColumn(String, String),
    RenameTo(String),
    Set(String, String),
    AddValue(String, Option<(bool, String)>),
    AddAttribute(String, Named),
}

/// The body of a function.
#[derive(Debug, Clone)]
pub struct Body {
    pub text: String,
    /// What is looked up when the function is created, and bound to nothing.
    pub checked: Option<Query>,
}

#[derive(Debug, Clone)]
pub struct Query {
    pub items: Vec<Item>,
    pub from: Option<From>,
}

#[derive(Debug, Clone)]
pub enum From {
    Relation(Named),
    Function(Call),
}

#[derive(Debug, Clone)]
pub enum Item {
    Star,
    Column(Named, Option<String>),
    Call(Call, Option<String>),
    Literal(String, Option<Named>, Option<String>),
}

/// A call with its arguments: the type of each, `None` where it is unknown.
#[derive(Debug, Clone)]
pub struct Call {
    pub function: Named,
    pub args: Vec<(String, Option<&'static str>)>,
}

thread_local! {
    static PARSED: RefCell<HashMap<String, Result<Rc<Command>, usize>>> = RefCell::new(HashMap::new());
}

/// A statement, or where its syntax error is. Each text is read once.
pub fn parse(sql: &str) -> Result<Rc<Command>, usize> {
    PARSED.with(|parsed| {
        if let Some(known) = parsed.borrow().get(sql) {
            return known.clone();
        }
        let command = read(sql).map(Rc::new);
        parsed.borrow_mut().insert(sql.to_owned(), command.clone());
        command
    })
}

fn read(sql: &str) -> Result<Command, usize> {
    let mut parser = Parser { tokens: tokens(sql), at: 0 };
    let mut commands = Vec::new();
    while let Some(command) = parser.command() {
        commands.push(command);
        if !parser.take(&[";"]) {
            break;
        }
    }
    let is_read = parser.at == parser.tokens.len();
    match commands.pop() {
        Some(command) if is_read && commands.is_empty() => Ok(command),
        Some(command) if is_read => {
            commands.push(command);
            Ok(Command::All(commands))
        }
        _ => Err(parser.tokens.get(parser.at).map_or(sql.len(), |token| token.at) + 1),
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    text: String,
    is_string: bool,
    at: usize,
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let (length, token) = match first {
            _ if first.is_whitespace() => (first.len_utf8(), None),
            '\'' => {
                let end = rest[1..].find('\'').unwrap_or(rest.len() - 2);
                (end + 2, Some((rest[1..=end].to_owned(), true)))
            }
            '$' => {
                let end = rest[2..].find("$$").unwrap_or(rest.len() - 4);
                (end + 4, Some((rest[2..end + 2].to_owned(), true)))
            }
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (end, Some((rest[..end].to_owned(), false)))
            }
            _ if rest.starts_with("::") || rest.starts_with("||") => (2, Some((rest[..2].to_owned(), false))),
            _ => (1, Some((first.to_string(), false))),
        };
        found.extend(token.map(|(text, is_string)| Token { text, is_string, at }));
        at += length;
    }
    found
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn is(&self, words: &[&str]) -> bool {
        let is_word = |(at, word): (usize, &&str)| {
            self.tokens.get(self.at + at).is_some_and(|token| !token.is_string && token.text.eq_ignore_ascii_case(word))
        };
        words.iter().enumerate().all(is_word)
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let is_there = self.is(words);
        self.at += if is_there { words.len() } else { 0 };
        is_there
    }

    fn expect(&mut self, words: &[&str]) -> Option<()> {
        self.take(words).then_some(())
    }

    fn word(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at).filter(|token| !token.is_string && token.text.starts_with(char::is_alphanumeric))?;
        self.at += 1;
        Some(token.text.clone())
    }

    fn string(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at).filter(|token| token.is_string)?;
        self.at += 1;
        Some(token.text.clone())
    }

    fn name(&mut self) -> Option<Named> {
        let at = self.tokens.get(self.at)?.at + 1;
        let first = self.word()?;
        if self.take(&["."]) {
            return Some(Named { schema: Some(first), name: self.word()?, at });
        }
        Some(Named { schema: None, name: first, at })
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.expect(&["("])?;
        let mut items = Vec::new();
        while !self.take(&[")"]) {
            if !items.is_empty() {
                self.expect(&[","])?;
            }
            items.push(item(self)?);
        }
        Some(items)
    }

    fn command(&mut self) -> Option<Command> {
        match () {
            () if self.take(&["create"]) => self.create(),
            () if self.take(&["alter"]) => self.alter(),
            () if self.take(&["drop"]) => {
                let target = self.target()?;
                self.take(&["restrict"]);
                Some(Command::Drop(target))
            }
            () if self.is(&["grant"]) || self.is(&["revoke"]) => self.grant(),
            () if self.take(&["comment", "on"]) => {
                let on = self.target()?;
                self.expect(&["is"])?;
                let text = if self.take(&["null"]) { None } else { Some(self.string()?) };
                Some(Command::Comment { on, text })
            }
            () if self.take(&["insert", "into"]) => {
                let into = self.name()?;
                self.expect(&["values", "("])?;
                let value = self.word()?.parse().ok()?;
                self.expect(&[")"])?;
                Some(Command::Insert { into, value })
            }
            () if self.take(&["do"]) => {
                let mut block = Parser { tokens: tokens(&self.string()?), at: 0 };
                block.expect(&["begin", "execute"])?;
                let mut text = block.string()?;
                while block.take(&["||"]) {
                    text.push_str(&block.string()?);
                }
                block.expect(&[";", "end"])?;
                read(&text).ok().map(|command| Command::Execute(Box::new(command)))
            }
            () => None,
        }
    }

    fn create(&mut self) -> Option<Command> {
        let existing = if self.take(&["or", "replace"]) { Existing::Replaces } else { Existing::Fails };
        if self.take(&["package"]) {
            let name = self.name()?;
            let begin = self.tokens.get(self.at)?.at;
            self.expect(&["is"])?;
            while !self.take(&["done"]) {
                self.word()?;
                self.expect(&[";"])?;
            }
            let result = Named { schema: None, name: "integer".to_owned(), at: begin };
            self.word();
            let tokens = self.tokens[..self.at].iter().skip_while(|token| token.at < begin);
            let text = tokens.map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
            return Some(Command::Function { existing, name, args: Vec::new(), result, body: Body { text, checked: None } });
        }
        let materialized = self.take(&["materialized"]);
        if self.take(&["view"]) {
            let name = self.name()?;
            self.expect(&["as"])?;
            return Some(Command::View { existing, materialized, name, query: self.query()? });
        }
        if self.take(&["function"]) {
            return self.function(existing);
        }
        if self.take(&["type"]) {
            let name = self.name()?;
            self.expect(&["as"])?;
            if self.take(&["enum"]) {
                return Some(Command::Enum { name, values: self.list(Parser::string)? });
            }
            return Some(Command::Composite { name, attributes: self.list(Parser::column)? });
        }
        if self.take(&["table"]) {
            let existing = if self.take(&["if", "not", "exists"]) { Existing::Stays } else { existing };
            let (name, columns) = (self.name()?, self.list(Parser::column)?);
            let deferred = self.take(&["with", "deferred"]);
            return Some(Command::Table { existing, name, columns, deferred });
        }
        if self.take(&["trigger"]) {
            let name = self.word()?;
            let _ = self.take(&["before", "insert"]) || self.take(&["instead", "of", "insert"]);
            self.expect(&["on"])?;
            let on = self.name()?;
            self.expect(&["execute", "function"])?;
            let function = self.name()?;
            self.expect(&["(", ")"])?;
            return Some(Command::Trigger { existing, name, on, function });
        }
        self.expect(&["policy"])?;
        let name = self.word()?;
        self.expect(&["on"])?;
        let on = self.name()?;
        self.expect(&["using", "("])?;
        let call = self.call()?;
        self.expect(&[")"])?;
        Some(Command::Policy { name, on, call })
    }

    fn function(&mut self, existing: Existing) -> Option<Command> {
        let name = self.name()?;
        let args = self.list(|parser| {
            let of = parser.name()?;
            let has_default = parser.take(&["default", "null"]);
            Some((of, has_default))
        })?;
        self.expect(&["returns"])?;
        let result = self.name()?;
        self.expect(&["language"])?;
        let is_sql = self.word()? == "sql";
        self.expect(&["as"])?;
        let text = self.string()?;
        let checked = if is_sql { Some(Parser { tokens: tokens(&text), at: 0 }.query()?) } else { None };
        Some(Command::Function { existing, name, args, result, body: Body { text, checked } })
    }

    fn column(&mut self) -> Option<(String, Named)> {
        Some((self.word()?, self.name()?))
    }

    fn query(&mut self) -> Option<Query> {
        self.expect(&["select"])?;
        let mut items = vec![self.item()?];
        while self.take(&[","]) {
            items.push(self.item()?);
        }
        let from = if !self.take(&["from"]) {
            None
        } else {
            let before = self.at;
            match self.call() {
                Some(call) => Some(From::Function(call)),
                None => {
                    self.at = before;
                    Some(From::Relation(self.name()?))
                }
            }
        };
        Some(Query { items, from })
    }

    fn item(&mut self) -> Option<Item> {
        if self.take(&["*"]) {
            return Some(Item::Star);
        }
        let is_string = self.tokens.get(self.at)?.is_string;
        let before = self.at;
        if is_string || self.is(&["null"]) || self.tokens[self.at].text.starts_with(char::is_numeric) {
            let text = self.string().or_else(|| self.word())?;
            let of = if self.take(&["::"]) { Some(self.name()?) } else { None };
            return Some(Item::Literal(text, of, self.alias()?));
        }
        if let Some(call) = self.call() {
            return Some(Item::Call(call, self.alias()?));
        }
        self.at = before;
        Some(Item::Column(self.name()?, self.alias()?))
    }

    fn alias(&mut self) -> Option<Option<String>> {
        if self.take(&["as"]) { self.word().map(Some) } else { Some(None) }
    }

    fn call(&mut self) -> Option<Call> {
        let function = self.name()?;
        let args = self.list(|parser| match parser.string() {
            Some(text) => Some((format!("'{text}'"), None)),
            None => {
                let word = parser.word()?;
                let of = if word.eq_ignore_ascii_case("null") { None } else { Some("integer") };
                Some((word, of))
            }
        })?;
        Some(Call { function, args })
    }

    fn alter(&mut self) -> Option<Command> {
        let on = self.target()?;
        let change = match () {
            () if self.take(&["add", "column"]) => self.column().map(|(name, of)| Change::AddColumn(name, of))?,
            () if self.take(&["add", "attribute"]) => self.column().map(|(name, of)| Change::AddAttribute(name, of))?,
            () if self.take(&["add", "value"]) => {
                let value = self.string()?;
                let place = match (self.take(&["after"]), self.take(&["before"])) {
                    (false, false) => None,
                    (is_after, _) => Some((is_after, self.string()?)),
                };
                Change::AddValue(value, place)
            }
            () if self.take(&["drop", "column"]) => Change::DropColumn(self.word()?),
            () if self.take(&["alter", "column"]) => {
                let column = self.word()?;
                self.expect(&["type"])?;
                Change::Retype(column, self.name()?)
            }
            () if self.take(&["rename", "column"]) => {
                let column = self.word()?;
                self.expect(&["to"])?;
                Change::RenameColumn(column, self.word()?)
            }
            () if self.take(&["rename", "to"]) => Change::RenameTo(self.word()?),
            () => {
                self.expect(&["set"])?;
                let option = self.word()?;
                self.expect(&["="])?;
                Change::Set(option, self.string()?)
            }
        };
        Some(Command::Alter { on, change })
    }

    fn grant(&mut self) -> Option<Command> {
        let gives = self.word()?.eq_ignore_ascii_case("grant");
        let _ = self.word()?;
        self.expect(&["on"])?;
        let on = if self.take(&["all", "tables", "in", "schema"]) { Target::Schema(self.word()?) } else { self.target()? };
        self.expect(&[if gives { "to" } else { "from" }])?;
        Some(Command::Grant { gives, on, role: self.word()? })
    }

    fn target(&mut self) -> Option<Target> {
        if self.take(&["materialized", "view"]) {
            return Some(Target::Relation("materialized view", self.name()?));
        }
        if self.take(&["function"]) || self.take(&["routine"]) {
            let name = self.name()?;
            let args = if self.is(&["("]) { Some(self.list(Parser::name)?) } else { None };
            return Some(Target::Function(name, args));
        }
        if self.take(&["type"]) {
            return Some(Target::Type(self.name()?));
        }
        for kind in ["trigger", "policy"] {
            if self.take(&[kind]) {
                let name = self.word()?;
                self.expect(&["on"])?;
                return Some(Target::Part(kind, name, self.name()?));
            }
        }
        for kind in ["view", "table"] {
            if self.take(&[kind]) {
                return Some(Target::Relation(kind, self.name()?));
            }
        }
        Some(Target::Relation("", self.name()?))
    }
}
