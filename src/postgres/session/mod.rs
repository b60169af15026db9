//! The session that writes: one transaction, one savepoint that is always open, many tries in one message.

mod autocommit;
pub mod lock;
mod message;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, pin_mut};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, SimpleQueryMessage};

use super::connection::server_error::sql_error;
use super::connection::{Cancellation, Target, interrupt};
use crate::error::{Error, Kind, Result};
use crate::model::attempt::{Attempt, Failure, Outcome};
use crate::model::diagnostic::Diagnostic;
use crate::model::sql_error::SqlError;
use crate::model::statement::{Conforming, Settings};
use message::{Command, Sent, byte_of, messages, take};
use settings::{changes_role, conforming, may_change_session, same_settings};

/// A connection with at most one open transaction.
///
/// # Errors
/// Whatever is asked of it ends as `Unavailable` where the connection is lost, and as `Interrupted` on Ctrl-C. What PostgreSQL
/// refuses is an inner error, or a part of the outcome, where its caller has something to do about it.
pub struct Session {
    runtime: tokio::runtime::Runtime,
    client: Client,
    cancellation: Cancellation,
    /// What every setting of a file is freed to.
    base: String,
    /// What every setting is freed to for pgmg's own statements: `base` without the limits of a section.
    own_base: String,
    /// The settings in force as of the last finished attempt.
    settings: Option<Arc<Settings>>,
    savepoint: Savepoint,
    messages: usize,
    /// See [`super::catalog`].
    pub(super) catalogs: Option<Arc<[(u32, String)]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    /// No transaction is open.
    None,
    /// Ready for the next attempt.
    Open,
    /// The last attempt failed: the transaction waits for ROLLBACK TO.
    Failed,
}

impl Session {
    /// Connects. `lock_timeout` holds for every statement of the session.
    ///
    /// # Errors
    /// `Unavailable`: the server cannot be reached, or refuses the role.
    pub fn open(target: &Target, lock_timeout: Duration) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::bug(format!("cannot start the runtime: {error}")))?;
        let opened = runtime.block_on(target.open("pgmg"))?;
        runtime.spawn(opened.driver);
        let base = format!("SET jit = off; SET quote_all_identifiers = off; SET lock_timeout = {}", lock_timeout.as_millis());
        let mut session = Session {
            runtime,
            client: opened.client,
            cancellation: opened.cancellation,
            own_base: base.clone(),
            base,
            settings: None,
            savepoint: Savepoint::None,
            messages: 0,
            catalogs: None,
        };
        let base = session.base.clone();
        session.command(&base)?.map_err(|error| refused("cannot prepare the session", &error))?;
        Ok(session)
    }

    /// What cancels the running statement from another thread.
    pub fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    /// How many messages were sent for tries.
    pub fn messages(&self) -> usize {
        self.messages
    }

    /// Begins the transaction with its marker table, its guard against a stray COMMIT, and its savepoint.
    pub fn begin(&mut self) -> Result<std::result::Result<(), SqlError>> {
        let begun = self.command(include_str!("begin.sql"))?;
        match begun {
            Ok(()) => self.savepoint = Savepoint::Open,
            Err(_) => self.command("ROLLBACK")?.map_err(|error| refused("cannot roll back", &error))?,
        }
        Ok(begun)
    }

    /// Tries attempts in order until one fails. Those that are done stay; the one that failed leaves nothing.
    pub fn attempt(&mut self, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        self.attempt_with_progress(attempts, &|_| {})
    }

    /// Tries attempts in order until one fails; `on_progress` learns how many commands of a message are done, the marker row counted.
    pub fn attempt_with_progress(&mut self, attempts: &[Attempt<'_>], on_progress: &dyn Fn(usize)) -> Result<Outcome> {
        let (commands, settings_after) = self.commands(attempts);
        let mut done = 0;
        for range in messages(&commands) {
            let outcome = self.send(&commands[range.clone()], on_progress)?;
            let reached = range.start + outcome.completed;
            done = commands[..reached].iter().rev().find_map(|command| command.finishes).map_or(0, |attempt| attempt + 1);
            if done > 0 {
                self.settings = settings_after[done - 1].clone();
            }
            let Some(error) = outcome.error else { continue };
            self.savepoint = Savepoint::Failed;
            if outcome.unclear && attempts.len() > 1 {
                return self.attempt_singly(attempts, done);
            }
            let failed = &commands[range.start + outcome.failed];
            return Ok(Outcome { done, failure: Some(failed.failure(error)) });
        }
        Ok(Outcome { done, failure: None })
    }

    /// Tries an attempt, asks something in the state it leaves, and undoes it.
    pub fn peek(
        &mut self,
        attempt: &Attempt<'_>,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<std::result::Result<Vec<Row>, Failure>> {
        let (mut commands, _) = self.commands(std::slice::from_ref(attempt));
        // The last two would make it permanent.
        commands.truncate(commands.len().saturating_sub(2));
        // Whatever happens next, ROLLBACK TO comes first, and it takes the settings back as well.
        for range in messages(&commands) {
            let outcome = self.send(&commands[range.clone()], &|_| {})?;
            self.savepoint = Savepoint::Failed;
            if let Some(error) = outcome.error {
                return Ok(Err(commands[range.start + outcome.failed].failure(error)));
            }
        }
        let rows = self.runtime.block_on(self.client.query(sql, parameters));
        match rows {
            Ok(rows) => Ok(Ok(rows)),
            Err(error) => match sql_error(&error) {
                Some(error) => Ok(Err(Failure { attempt: 0, part: attempt.parts.len(), setting: None, error })),
                None => Err(lost(&error)),
            },
        }
    }

    /// Runs a query of pgmg's own inside or outside the transaction, with pgmg's own settings.
    ///
    /// # Errors
    /// `Unavailable`: the connection was lost, or the role may not ask this; `Interrupted` on Ctrl-C; `Sql` after
    /// `statement_timeout`; anything else that PostgreSQL refuses in pgmg's own SQL is a `Bug`.
    pub fn query(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.query_each(sql, parameters, |row| rows.push(row))?;
        Ok(rows)
    }

    /// Runs a query of pgmg's own for a result of thousands of rows: each is handed over, and none is kept.
    pub fn query_each(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)], mut take: impl FnMut(Row)) -> Result<()> {
        self.return_to_savepoint()?;
        let client = &self.client;
        let rows = self.runtime.block_on(async {
            let rows = client.query_raw(sql, parameters.iter().copied()).await?;
            pin_mut!(rows);
            while let Some(row) = rows.next().await {
                take(row?);
            }
            Ok(())
        });
        rows.map_err(|error: tokio_postgres::Error| match sql_error(&error) {
            Some(error) => refused("a query of pgmg's own failed", &error),
            None => lost(&error),
        })
    }

    /// Runs a query that PostgreSQL may refuse without any harm to the transaction: `None` if it does.
    pub fn probe(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Option<Vec<Row>>> {
        self.return_to_savepoint()?;
        match self.runtime.block_on(self.client.query(sql, parameters)) {
            Ok(rows) => Ok(Some(rows)),
            Err(error) if sql_error(&error).is_some() => {
                if self.savepoint == Savepoint::Open {
                    self.savepoint = Savepoint::Failed;
                }
                Ok(None)
            }
            Err(error) => Err(lost(&error)),
        }
    }

    /// Runs statements of pgmg's own, without results.
    pub fn execute(&mut self, sql: &str) -> Result<std::result::Result<(), SqlError>> {
        self.return_to_savepoint()?;
        let result = self.command(sql)?;
        if result.is_err() && self.savepoint == Savepoint::Open {
            self.savepoint = Savepoint::Failed;
        }
        Ok(result)
    }

    /// Everything tried so far is undone; the transaction stays open for another beginning.
    pub fn restart(&mut self) -> Result<()> {
        self.rollback()?;
        self.command("DEALLOCATE ALL")?.map_err(|error| refused("cannot clear the session", &error))?;
        self.begin()?.map_err(|error| refused("cannot begin again", &error))
    }

    /// Makes everything permanent. `None`: the connection was lost before the answer came, and nobody knows.
    ///
    /// # Errors
    /// Nothing but what is pgmg's own fault, or Ctrl-C; what PostgreSQL refuses is the inner error.
    pub fn commit(&mut self) -> Result<Option<std::result::Result<(), SqlError>>> {
        self.return_to_savepoint()?;
        self.savepoint = Savepoint::None;
        match self.command("SET LOCAL pgmg.allow_commit = 'yes'; COMMIT") {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind == Kind::Unavailable => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Undoes everything.
    pub fn rollback(&mut self) -> Result<()> {
        self.savepoint = Savepoint::None;
        self.settings = None;
        self.command("ROLLBACK")?.map_err(|error| refused("cannot roll back", &error))
    }

    /// Frees the transaction of a failed try and the session of a file's settings.
    fn return_to_savepoint(&mut self) -> Result<()> {
        if self.savepoint == Savepoint::Failed {
            self.command("ROLLBACK TO SAVEPOINT pgmg_unit")?
                .map_err(|error| refused("cannot return to the savepoint", &error))?;
            self.savepoint = Savepoint::Open;
        }
        if self.settings.take().is_some_and(|settings| !settings.statements.is_empty()) {
            let mut switch = self.switch(&Arc::default()).join(";\n");
            if self.savepoint == Savepoint::Open {
                // Otherwise the next ROLLBACK TO would bring the file's settings back.
                switch.push_str(";\nRELEASE SAVEPOINT pgmg_unit;\nSAVEPOINT pgmg_unit");
            }
            self.command(&switch)?.map_err(|error| refused("cannot reset the session", &error))?;
        }
        Ok(())
    }

    /// The statements that put a file's settings into force, freed of those of any other file.
    fn switch(&self, settings: &Settings) -> Vec<String> {
        let own = ["SET SESSION AUTHORIZATION DEFAULT", "RESET ROLE", "RESET ALL"].map(str::to_owned);
        let base = self.base.split("; ").map(str::to_owned);
        own.into_iter().chain(base).chain(settings.statements.iter().map(|setting| setting.sql().to_owned())).collect()
    }

    fn commands(&self, attempts: &[Attempt<'_>]) -> (Vec<Command>, Vec<Option<Arc<Settings>>>) {
        let mut commands = Vec::with_capacity(attempts.len() * 4 + 1);
        let mut current = self.settings.clone();
        let mut settings_after = Vec::with_capacity(attempts.len());
        if self.savepoint == Savepoint::Failed {
            commands.push(Command::own("ROLLBACK TO SAVEPOINT pgmg_unit", 0, conforming(current.as_ref())));
        }
        for (index, attempt) in attempts.iter().enumerate() {
            for (number, part) in attempt.parts.iter().enumerate() {
                let before = conforming(current.as_ref());
                let mark =
                    Command::own(&format!("INSERT INTO pg_temp.pgmg_mark VALUES ({})", attempt.id.number()), index, before);
                let mut mark = (number == 0).then_some(mark);
                if !same_settings(current.as_ref(), part.settings) || (mark.is_some() && changes_role(part.settings)) {
                    let mut switch = self.switch_commands(index, number, part.settings, before);
                    let own = switch.len() - part.settings.statements.len();
                    // The role that a file sets may not write the mark.
                    switch.splice(own..own, mark.take());
                    commands.extend(switch);
                    current = Some(Arc::clone(part.settings));
                }
                commands.extend(mark);
                let mode = conforming(current.as_ref());
                commands.push(Command {
                    text: part.sql.clone().into_owned(),
                    completions: part.statements,
                    ..Command::new(index, number, None, mode)
                });
                if part.statements == 1 && may_change_session(&part.sql) {
                    // What it sets is no setting of another file, and the order must not show.
                    commands.extend(self.switch_commands(index, number, part.settings, mode));
                }
            }
            let mode = conforming(current.as_ref());
            commands.push(Command::own("RELEASE SAVEPOINT pgmg_unit", index, mode));
            commands.push(Command { finishes: Some(index), ..Command::own("SAVEPOINT pgmg_unit", index, mode) });
            settings_after.push(current.clone());
        }
        (commands, settings_after)
    }

    fn switch_commands(&self, attempt: usize, part: usize, settings: &Arc<Settings>, mode: Conforming) -> Vec<Command> {
        let texts = self.switch(settings);
        let own = texts.len() - settings.statements.len();
        let command = |(i, text): (usize, String)| Command { text, ..Command::new(attempt, part, i.checked_sub(own), mode) };
        texts.into_iter().enumerate().map(command).collect()
    }

    /// One message did not say which attempt it failed for: the rest goes one by one.
    fn attempt_singly(&mut self, attempts: &[Attempt<'_>], done: usize) -> Result<Outcome> {
        for index in done..attempts.len() {
            let outcome = self.attempt(&attempts[index..=index])?;
            if let Some(failure) = outcome.failure {
                return Ok(Outcome { done: index, failure: Some(Failure { attempt: index, ..failure }) });
            }
        }
        Ok(Outcome { done: attempts.len(), failure: None })
    }

    fn send(&mut self, commands: &[Command], on_progress: &dyn Fn(usize)) -> Result<Sent> {
        let mut text = String::with_capacity(commands.iter().map(|command| command.text.len() + 3).sum());
        let mut begins = Vec::with_capacity(commands.len());
        for command in commands {
            begins.push(text.len());
            text.push_str(&command.text);
            // A statement may end in a `--` comment.
            text.push_str("\n;");
        }
        self.messages += 1;
        let (completions, error) = self.stream(&text, on_progress)?;
        let mut left = completions;
        let completed = commands.iter().take_while(|command| take(&mut left, command.completions)).count();
        let Some(mut error) = error else {
            return Ok(Sent { completed: commands.len(), failed: 0, unclear: false, error: None });
        };
        let at = error.position.map(|position| byte_of(&text, position));
        let by_place = at.map(|at| begins.partition_point(|&begin| begin <= at).saturating_sub(1));
        // PostgreSQL parses a message as a whole: with nothing done, only the position tells whose error it is.
        let failed = if completions == 0 { by_place.unwrap_or(0) } else { completed.min(commands.len() - 1) };
        error.position = match (at, by_place) {
            (Some(at), Some(place)) if place == failed => Some(text[begins[failed]..at].chars().count() + 1),
            _ => None,
        };
        Ok(Sent { completed, failed, unclear: completions == 0 && by_place.is_none(), error: Some(error) })
    }

    /// Sends one message; gives how many statements were completed, and the error that ended it.
    fn stream(&mut self, text: &str, on_progress: &dyn Fn(usize)) -> Result<(usize, Option<SqlError>)> {
        interrupt::check()?;
        let client = &self.client;
        self.runtime.block_on(async {
            let mut completions = 0;
            let stream = match client.simple_query_raw(text).await {
                Ok(stream) => stream,
                Err(error) => return sql_error(&error).map(|error| (0, Some(error))).ok_or_else(|| lost(&error)),
            };
            pin_mut!(stream);
            while let Some(message) = stream.next().await {
                match message {
                    Ok(SimpleQueryMessage::CommandComplete(_)) => {
                        completions += 1;
                        on_progress(completions);
                    }
                    Ok(_) => {}
                    Err(error) => return sql_error(&error).map(|error| (completions, Some(error))).ok_or_else(|| lost(&error)),
                }
            }
            Ok((completions, None))
        })
    }

    fn command(&mut self, sql: &str) -> Result<std::result::Result<(), SqlError>> {
        Ok(self.stream(sql, &|_| {})?.1.map_or(Ok(()), Err))
    }
}

fn refused(what: &str, error: &SqlError) -> Error {
    let kind = match error.code.as_str() {
        "57014" if interrupt::is_requested() => Kind::Interrupted,
        "57014" => Kind::Sql,
        // insufficient privilege, read-only, shut down, lock not available
        "42501" | "25006" | "57P01" | "57P02" | "57P03" | "55P03" => Kind::Unavailable,
        _ => Kind::Bug,
    };
    let mut diagnostic = Diagnostic::new(format!("{what}: {}", error.message));
    diagnostic.code = Some(error.code.clone());
    Error::new(kind, diagnostic)
}

fn lost(error: &tokio_postgres::Error) -> Error {
    Error::new(Kind::Unavailable, Diagnostic::new(format!("the connection to the server was lost: {error}")))
        .help("what was not committed is rolled back; run the command again")
}
