//! A database of our own in which a project is built from nothing: in a throwaway server, or in a server that was given.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use super::applying;
use super::opening::{Workspace, run_id};
use crate::config::Settings;
use crate::error::{Error, Result};
use crate::model::name::quote_identifier;
use crate::model::plan::Plan;
use crate::model::progress::Progress;
use crate::model::record::OnDrift;
use crate::postgres::connection::Target;
use crate::postgres::session::Session;
use crate::server::throwaway::{Throwaway, ThrowawayOptions};
use crate::trial;

/// How many times roles are made and the build is tried again: a migration names its roles one after the other.
const ROUNDS: usize = 50;

/// What the databases begin with that are made in a given server.
const PREFIX: &str = "pgmg_scratch_";

/// The server's messages are in English: its locale is C.
static ROLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"^role "(.+)" does not exist$"#).ok());

/// A database that vanishes with this value.
#[derive(Debug)]
pub struct Scratch {
    server: ScratchServer,
    connection_string: String,
    database: Option<String>,
    user: String,
}

#[derive(Debug)]
enum ScratchServer {
    Own(Throwaway),
    Given,
}

impl Scratch {
    /// In a server of our own, with the files of an earlier one if there are any.
    ///
    /// # Errors
    /// No server is on this machine, or it does not start.
    pub fn start(bin_dir: Option<PathBuf>, contents: Option<PathBuf>) -> Result<Scratch> {
        let options = ThrowawayOptions { bin_dir, contents, ..ThrowawayOptions::default() };
        let server = Throwaway::start(&options)?;
        let connection_string = server.connection_string();
        Ok(Scratch { server: ScratchServer::Own(server), connection_string, database: None, user: "postgres".to_owned() })
    }

    /// In the server of a connection string, as a new database beside the one it names. What killed runs left there is dropped.
    ///
    /// # Errors
    /// The server cannot be reached, or the role may not create databases.
    pub fn in_server(connection_string: &str) -> Result<Scratch> {
        let target = Target::resolve(Some(connection_string), &|name| std::env::var(name).ok())?;
        let mut session = Session::open(&target, Duration::ZERO)?;
        for row in session.query(include_str!("leftover_databases.sql"), &[&format!("{PREFIX}%")])? {
            let name: String = row.get(0);
            let dropped = session.execute(&format!("DROP DATABASE IF EXISTS {}", quote_identifier(&name)))?;
            if let Err(error) = dropped {
                log::info!("{name}, which a killed run left, cannot be dropped: {}", error.message);
            }
        }
        let name = format!("{PREFIX}{}", run_id());
        session.execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))?.map_err(|error| trial::refused(&error))?;
        let user = target.user_name().to_owned();
        Ok(Scratch { server: ScratchServer::Given, connection_string: connection_string.to_owned(), database: Some(name), user })
    }

    /// From now on this role is used, a superuser that is made if it is not there: what it makes belongs to it.
    ///
    /// # Errors
    /// The role may not make roles.
    pub fn act_as(&mut self, role: &str) -> Result<()> {
        if role == self.user || matches!(self.server, ScratchServer::Given) {
            return Ok(());
        }
        let quoted = quote_identifier(role);
        self.run(&format!(
            "DO $$ BEGIN CREATE ROLE {quoted} LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN ALTER ROLE {quoted} LOGIN SUPERUSER; END $$"
        ))?;
        let user = role.replace('\\', r"\\").replace('\'', r"\'");
        self.connection_string = self.connection_string.replace("user=postgres", &format!("user='{user}'"));
        self.user = role.to_owned();
        Ok(())
    }

    /// Makes roles that are not there, so that what names them can be restored. Not in a server that was given.
    ///
    /// # Errors
    /// The role may not make roles.
    pub fn make_roles(&self, roles: &[String]) -> Result<()> {
        if matches!(self.server, ScratchServer::Given) {
            return Ok(());
        }
        for role in roles {
            let quoted = quote_identifier(role);
            self.run(&format!("DO $$ BEGIN CREATE ROLE {quoted}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"))?;
        }
        Ok(())
    }

    /// Where it is, in the key=value form or as it was given.
    pub fn connection_string(&self) -> String {
        self.connection_string.clone()
    }

    /// Where it is, resolved.
    ///
    /// # Errors
    /// `Usage`: the connection string cannot be read.
    pub fn target(&self) -> Result<Target> {
        let target = Target::resolve(Some(&self.connection_string), &|name| match self.server {
            ScratchServer::Own(_) => None,
            ScratchServer::Given => std::env::var(name).ok(),
        })?;
        Ok(match &self.database {
            Some(name) => target.on_database(name),
            None => target,
        })
    }

    /// Where the server's files are, if it is our own.
    pub fn data(&self) -> Option<PathBuf> {
        match &self.server {
            ScratchServer::Own(server) => Some(server.data_directory()),
            ScratchServer::Given => None,
        }
    }

    /// Ends the server, if it is our own; where its files are, as long as this value lives.
    pub fn stop(&mut self) -> Option<PathBuf> {
        match &mut self.server {
            ScratchServer::Own(server) => Some(server.stop()),
            ScratchServer::Given => None,
        }
    }

    /// Runs a statement of our own.
    ///
    /// # Errors
    /// It cannot be reached, or PostgreSQL refuses the statement.
    pub fn run(&self, sql: &str) -> Result<()> {
        run_in(&self.target()?, sql)
    }

    /// The settings of a project with this database in place of any other, where nothing can be lost and nobody is asked.
    pub fn settings(&self, settings: &Settings) -> Settings {
        Settings {
            connection_string: Some(self.connection_string.clone()),
            database: self.database.clone(),
            allow_destructive: Some(true),
            confirm: false,
            before_apply: None,
            on_success: None,
            on_drift: OnDrift::Ignore,
            ..settings.clone()
        }
    }

    /// Builds the whole project; roles that it expects and that are not there are made, unless the server was given.
    ///
    /// # Errors
    /// Everything that an apply to an empty database gives.
    pub fn build(&self, settings: &Settings, progress: &dyn Progress) -> Result<(Workspace, Plan)> {
        let settings = self.settings(settings);
        let mut made: Vec<String> = Vec::new();
        for _ in 0..ROUNDS {
            let mut workspace = Workspace::open(&settings)?;
            let error = match applying::everything(&mut workspace, &settings, progress) {
                Ok(plan) => return Ok((workspace, plan)),
                Err(error) => error,
            };
            let missing: Vec<String> = missing_roles(&error).into_iter().filter(|role| !made.contains(role)).collect();
            if missing.is_empty() || matches!(self.server, ScratchServer::Given) {
                return Err(error);
            }
            log::info!("not there, and made: {}", missing.join(", "));
            self.make_roles(&missing)?;
            made.extend(missing);
        }
        Err(Error::bug("the project needs more and more roles"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Some(name) = self.database.take() else { return };
        let dropped = Target::resolve(Some(&self.connection_string), &|name| std::env::var(name).ok())
            .and_then(|target| run_in(&target, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        if let Err(error) = dropped {
            log::warn!("the database {name} cannot be dropped: {error}");
        }
    }
}

pub(super) fn run_in(target: &Target, sql: &str) -> Result<()> {
    let mut session = Session::open(target, Duration::ZERO)?;
    session.execute(sql)?.map_err(|error| trial::refused(&error))
}

fn missing_roles(error: &Error) -> Vec<String> {
    let name = |message: &str| Some(ROLE.as_ref()?.captures(message)?.get(1)?.as_str().to_owned());
    let mut roles: Vec<String> = error.diagnostics.iter().filter_map(|diagnostic| name(&diagnostic.message)).collect();
    roles.sort();
    roles.dedup();
    roles
}
