//! Databases for a Rust test suite: the project is built once, and each test gets a copy of its own.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::kept_result;
use super::scratch::Scratch;
use crate::config::{Flags, Settings};
use crate::error::{Kind, Result};
use crate::model::progress::Silent;
use crate::postgres::connection::Target;
use crate::server::binaries;
use crate::server::kept_builds::KeptBuilds;

/// A throwaway server with a project built in it. It ends with this value, on Linux even if the process is killed. The first page
/// of the [crate] shows how a test suite keeps one.
#[derive(Debug)]
pub struct Databases {
    scratch: Scratch,
    made: AtomicUsize,
}

/// One copy, dropped with this value.
#[derive(Debug)]
pub struct DatabaseCopy<'a> {
    of: &'a Databases,
    name: String,
}

impl Databases {
    /// Builds the project whose `pgmg.toml`, or whose folders `migrations` and `sql`, are in `root`. What was built is kept in
    /// the cache directory: the next time nothing is built unless a statement changed.
    ///
    /// # Errors
    ///
    /// Everything that `pgmg check` finds that keeps the project from being built; no PostgreSQL server on this machine.
    pub fn of(root: impl AsRef<Path>) -> Result<Databases> {
        let root = root.as_ref();
        let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let settings = Settings::resolve(&Flags::default(), &root, &|_| None)?;
        let absolute = |directory: Option<std::path::PathBuf>| directory.map(|directory| root.join(directory));
        let (migrations_dir, code_dir) = (absolute(settings.migrations_dir.clone()), absolute(settings.code_dir.clone()));
        let scratch = built(&Settings { migrations_dir, code_dir, ..settings })?;
        Ok(Databases { scratch, made: AtomicUsize::new(0) })
    }

    /// A database of its own for one test: everything that the project makes, and the rows of its migrations.
    ///
    /// # Errors
    ///
    /// The server cannot copy it: no space.
    pub fn copy(&self) -> Result<DatabaseCopy<'_>> {
        let name = format!("copy_{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.beside(&format!("CREATE DATABASE {name} TEMPLATE postgres"))?;
        Ok(DatabaseCopy { of: self, name })
    }

    /// PostgreSQL copies a database only while nobody is connected to it.
    fn beside(&self, sql: &str) -> Result<()> {
        super::scratch::run_in(&self.target()?.on_database("template1"), sql)
    }

    fn target(&self) -> Result<Target> {
        self.scratch.target()
    }
}

impl DatabaseCopy<'_> {
    /// As the superuser `postgres`, in the key=value form.
    pub fn connection_string(&self) -> String {
        self.of.scratch.connection_string().replace("dbname=postgres", &format!("dbname={}", self.name))
    }
}

impl Drop for DatabaseCopy<'_> {
    fn drop(&mut self) {
        // What is left goes with the server.
        let _ = self.of.beside(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn built(settings: &Settings) -> Result<Scratch> {
    let bin_dir = binaries::find(None)?;
    let kept = KeptBuilds::of(&settings.root, &bin_dir);
    if let Some(contents) = kept.as_ref().and_then(KeptBuilds::contents) {
        let scratch = Scratch::start(Some(bin_dir.clone()), Some(contents))?;
        match scratch.build(settings, &Silent) {
            // On top of another state rows would stay that today's files do not write.
            Ok((_, plan)) if plan.is_empty() => return Ok(scratch),
            Ok(_) => {}
            Err(error) if matches!(error.kind, Kind::Usage | Kind::Bug | Kind::Interrupted) => return Err(error),
            Err(error) => log::info!("built from nothing: {error}"),
        }
    }
    let mut scratch = Scratch::start(Some(bin_dir.clone()), None)?;
    let (workspace, plan) = scratch.build(settings, &Silent)?;
    let used = kept_result::used_by_migrations(&workspace.project, &plan);
    drop(workspace);
    let (Some(kept), Some(used)) = (kept, used) else { return Ok(scratch) };
    if let Some(data) = scratch.stop() {
        kept.keep(&data, &used);
        let again = Scratch::start(Some(bin_dir), kept.contents())?;
        again.build(settings, &Silent)?;
        return Ok(again);
    }
    Ok(scratch)
}
