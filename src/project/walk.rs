//! Finds the `*.sql` files of a directory and reads them; what cannot be read is an error and never left out.

use std::collections::HashSet;
use std::fs::{File as Handle, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::file::Problem;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::project::{File, Place, SourceFile};

/// A file that was found.
pub struct FoundFile {
    pub(super) path: PathBuf,
    /// Below the directory, with `/` between the parts.
    pub name: String,
}

/// The `*.sql` files below `root` in the order of their names, hidden ones and everything below `other` left out.
///
/// # Errors
/// A directory that is missing or cannot be read, a name that is not UTF-8.
pub fn find(root: &Path, what: &str, other: Option<&Path>) -> Result<Vec<FoundFile>> {
    check_root(root, what)?;
    let mut files = Vec::new();
    let mut problems = Vec::new();
    let mut linked = false;
    let walk = WalkDir::new(root).follow_links(true).into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !(is_hidden(entry.path()) || is(entry, other))) {
        match entry {
            Ok(entry) => {
                linked |= entry.depth() > 0 && entry.path_is_symlink();
                if entry.depth() > 0 && is_sql(entry.path()) && !entry.file_type().is_dir() {
                    take(root, entry, &mut files, &mut problems);
                }
            }
            // A symbolic link to a directory that is being read already.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) if error.path().is_some_and(is_hidden) => {}
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                let cause = error.into_io_error().unwrap_or_else(|| io::Error::other("unknown error"));
                problems.push(unreadable(&path, &cause));
            }
        }
    }
    if let Some(error) = error(problems) {
        return Err(error);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    if linked {
        files = once(files)?;
    }
    Ok(files)
}

/// All problems as one error; `None` if there is none.
pub fn error(problems: Vec<Problem>) -> Option<Error> {
    let kind = problems.first()?.kind;
    Some(Error { kind, diagnostics: problems.into_iter().map(|problem| problem.diagnostic).collect() })
}

fn check_root(root: &Path, what: &str) -> Result<()> {
    let shown = root.display();
    let metadata = std::fs::metadata(root).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Error::usage(format!("the {what} directory {shown} does not exist"))
            .help(format!("create it, or name another one with --{what}-dir or in pgmg.toml")),
        _ => Error::usage(format!("cannot read the {what} directory {shown}: {}", reason(&cause))).help("check its permissions"),
    })?;
    if !metadata.is_dir() {
        return Err(Error::usage(format!("the {what} directory {shown} is not a directory"))
            .help(format!("name the directory that holds the files with --{what}-dir or in pgmg.toml")));
    }
    Ok(())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

/// `other` is canonical and only given when it lies below the directory that is walked.
fn is(entry: &DirEntry, other: Option<&Path>) -> bool {
    other.is_some_and(|other| entry.file_type().is_dir() && entry.path().canonicalize().is_ok_and(|path| path == other))
}

fn take(root: &Path, entry: DirEntry, files: &mut Vec<FoundFile>, problems: &mut Vec<Problem>) {
    let path = entry.into_path();
    let below = path.strip_prefix(root).unwrap_or(&path);
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    match parts {
        Some(parts) => {
            let name = parts.join("/");
            files.push(FoundFile { path, name });
        }
        None => {
            problems.push(usage(Diagnostic::new(format!("file name {} is not UTF-8", path.display())).help("rename the file")))
        }
    }
}

/// Each real file once: under its own name if it lies in the directory, else under the first link's.
fn once(files: Vec<FoundFile>) -> Result<Vec<FoundFile>> {
    let mut found = Vec::with_capacity(files.len());
    for file in files {
        let real = file.path.canonicalize().map_err(|cause| {
            let problem = unreadable(&file.path, &cause);
            Error::new(problem.kind, problem.diagnostic)
        })?;
        let linked = !file.path.ends_with(real.file_name().unwrap_or_default()) || !real.ends_with(&file.name);
        found.push((linked, real, file));
    }
    found.sort_by_key(|(linked, ..)| *linked);
    let mut seen = HashSet::new();
    let mut files: Vec<FoundFile> =
        found.into_iter().filter(|(_, real, _)| seen.insert(real.clone())).map(|(.., file)| file).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The file's text.
///
/// # Errors
/// It cannot be read, changes all the time, is not UTF-8 or holds a NUL byte.
pub fn read(found: FoundFile) -> std::result::Result<File, Box<Problem>> {
    let path = found.path.to_str().map_or_else(|| found.path.display().to_string(), str::to_owned);
    let bytes = contents(&found.path).map_err(|cause| unreadable(&found.path, &cause))?.ok_or_else(|| {
        usage(
            Diagnostic::new(format!("file {path} changed while it was read"))
                .at(Place::file(&*path))
                .help("try again when nothing writes to it"),
        )
    })?;
    let text = text(bytes, &path)?;
    let file = SourceFile { path, name: found.name, text };
    if let Some(at) = file.text.find('\0') {
        let diagnostic = Diagnostic::new("NUL byte in a file: PostgreSQL cannot store it")
            .at(Place::at(&file, at))
            .help("remove it, or store the file as UTF-8 if it is UTF-16");
        return Err(Box::new(Problem { kind: Kind::Sql, diagnostic }));
    }
    Ok(Arc::new(file))
}

fn text(bytes: Vec<u8>, path: &str) -> std::result::Result<String, Box<Problem>> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = bytes.get(..at).unwrap_or(bytes);
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let place = Place { line, ..Place::file(path) };
        let help = match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the file is UTF-16: store it as UTF-8",
            _ => "store the file as UTF-8",
        };
        let message = format!("file is not UTF-8: byte {} in line {line} begins no character", at + 1);
        Problem { kind: Kind::Sql, diagnostic: Diagnostic::new(message).at(place).help(help) }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// The bytes; `None` if the file was written to during two reads.
fn contents(path: &Path) -> io::Result<Option<Vec<u8>>> {
    for _ in 0..2 {
        let mut handle = Handle::open(path)?;
        let before = handle.metadata()?;
        if !before.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut bytes = vec![0; usize::try_from(before.len()).unwrap_or(0)];
        match handle.read_exact(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => continue,
            // What says that it is empty may still give something.
            Ok(()) if bytes.is_empty() => _ = handle.read_to_end(&mut bytes)?,
            read => read?,
        }
        if unchanged(&before, &handle.metadata()?, bytes.len()) {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn unchanged(before: &Metadata, after: &Metadata, length: usize) -> bool {
    let moved = match (before.modified(), after.modified()) {
        (Ok(before), Ok(after)) => before != after,
        _ => false,
    };
    !moved && before.len() == after.len() && after.len() == length as u64
}

fn unreadable(path: &Path, cause: &io::Error) -> Problem {
    let shown = path.display();
    let help = match cause.kind() {
        io::ErrorKind::PermissionDenied => "check its permissions",
        io::ErrorKind::NotFound => "remove the link, or restore what it points to",
        _ => "repair or remove it: pgmg leaves nothing out",
    };
    usage(Diagnostic::new(format!("cannot read {shown}: {}", reason(cause))).at(Place::file(shown.to_string())).help(help))
}

/// The operating system's words without its number.
fn reason(cause: &io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn usage(diagnostic: Diagnostic) -> Problem {
    Problem { kind: Kind::Usage, diagnostic }
}
