//! Loads both directories: finds, reads and splits their files in parallel and collects all that is wrong with them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::directives::Folder;
use super::file::{self, Problem, ReadFile};
use super::walk::FoundFile;
use super::{migrations, walk};
use crate::error::{Error, Result};
use crate::model::migration::Migration;
use crate::model::project::Project;
use crate::model::statement::{Conforming, Settings, Statement};

/// Where the project is; a directory that is not given is not looked at.
#[derive(Debug, Clone, Default)]
pub struct Directories {
    pub migrations: Option<PathBuf>,
    pub code: Option<PathBuf>,
}

/// The project as it is on disk now.
///
/// # Errors
/// Everything that is wrong with any file, at once; the kind is that of the first one.
pub fn load(directories: &Directories) -> Result<Project> {
    load_by(directories, &read_file)
}

/// The project as it is on disk now, its files read by `reader`.
pub(super) fn load_by(directories: &Directories, reader: Reader<'_>) -> Result<Project> {
    let inner = nested(directories)?;
    let (migrations, code) = rayon::join(
        || directories.migrations.as_deref().map(|root| read(root, Folder::Migrations, &inner, reader)).transpose(),
        || directories.code.as_deref().map(|root| read(root, Folder::Code, &inner, reader)).transpose(),
    );
    let mut problems = Vec::new();
    let migrations = gather(migrations, &mut problems);
    let code = gather(code, &mut problems);
    let migrations = migrations.map(|files| migrations::in_order(files, &mut problems));
    if let Some(error) = walk::error(problems) {
        return Err(error);
    }
    let mut project = Project {
        migrations,
        statements: code.map(|files| files.into_iter().flat_map(|(_, contents)| contents.statements).collect()),
    };
    share_settings(&mut project);
    Ok(project)
}

pub(super) type Files = std::result::Result<ReadFile, Box<Problem>>;

/// What reads a file that was found; called from several threads.
pub(super) type Reader<'a> = &'a (dyn Fn(FoundFile, Folder) -> Files + Sync);

/// Reads a file from disk and splits it.
pub(super) fn read_file(found: FoundFile, folder: Folder) -> Files {
    let file = walk::read(found)?;
    let contents = file::read(&file, folder);
    Ok((file, contents))
}

/// The files of both directories, with the folder that each belongs to.
pub(super) fn find(directories: &Directories) -> Result<Vec<FoundFile>> {
    let inner = nested(directories)?;
    let mut found = Vec::new();
    for (root, folder) in [(&directories.migrations, Folder::Migrations), (&directories.code, Folder::Code)] {
        if let Some(root) = root {
            found.extend(walk::find(root, folder.word(), inner.as_deref())?);
        }
    }
    Ok(found)
}

fn read(root: &Path, folder: Folder, inner: &Option<PathBuf>, reader: Reader<'_>) -> Result<Vec<Files>> {
    let found = walk::find(root, folder.word(), inner.as_deref())?;
    Ok(found.into_par_iter().with_min_len(32).map(|found| reader(found, folder)).collect())
}

/// The files that could be read; what is wrong with the others and in them goes to `problems`.
fn gather(read: Result<Option<Vec<Files>>>, problems: &mut Vec<Problem>) -> Option<Vec<ReadFile>> {
    let files = match read {
        Ok(files) => files?,
        Err(Error { kind, diagnostics }) => {
            problems.extend(diagnostics.into_iter().map(|diagnostic| Problem { kind, diagnostic }));
            return None;
        }
    };
    let mut good = Vec::with_capacity(files.len());
    for file in files {
        match file {
            Ok((file, mut contents)) => {
                problems.append(&mut contents.problems);
                good.push((file, contents));
            }
            Err(problem) => problems.push(*problem),
        }
    }
    Some(good)
}

/// The directory that lies in the other one: its files belong only to itself.
fn nested(directories: &Directories) -> Result<Option<PathBuf>> {
    let (Some(migrations), Some(code)) = (&directories.migrations, &directories.code) else { return Ok(None) };
    // What is missing is reported when it is read.
    let (Ok(migrations), Ok(code)) = (migrations.canonicalize(), code.canonicalize()) else { return Ok(None) };
    if migrations == code {
        return Err(Error::usage(format!("the migrations directory and the code directory are the same: {}", code.display()))
            .help("keep migrations and code in directories of their own"));
    }
    Ok(if migrations.starts_with(&code) {
        Some(migrations)
    } else if code.starts_with(&migrations) {
        Some(code)
    } else {
        None
    })
}

/// Equal lists of settings become one value, whatever files they are from.
fn share_settings(project: &mut Project) {
    let mut known: HashMap<(Vec<String>, bool), Arc<Settings>> = HashMap::new();
    let empty: Arc<Settings> = Arc::default();
    let mut last: Option<(Arc<Settings>, Arc<Settings>)> = None;
    let migrations = project.migrations.iter_mut().flatten().flat_map(|m: &mut Migration| m.statements.iter_mut());
    let all = migrations.chain(project.statements.iter_mut().flatten());
    for statement in all {
        share(statement, &empty, &mut last, &mut known);
    }
}

fn share(
    statement: &mut Statement,
    empty: &Arc<Settings>,
    last: &mut Option<(Arc<Settings>, Arc<Settings>)>,
    known: &mut HashMap<(Vec<String>, bool), Arc<Settings>>,
) {
    if statement.settings.statements.is_empty() {
        statement.settings = empty.clone();
        return;
    }
    if let Some((from, to)) = last
        && Arc::ptr_eq(from, &statement.settings)
    {
        statement.settings = to.clone();
        return;
    }
    let own = statement.settings.clone();
    let texts = own.statements.iter().map(|setting| setting.sql().to_owned()).collect();
    let key = (texts, own.standard_conforming_strings == Conforming::On);
    let shared = known.entry(key).or_insert_with(|| own.clone()).clone();
    statement.settings = shared.clone();
    *last = Some((own, shared));
}
