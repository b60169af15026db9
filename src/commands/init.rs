//! `pgmg init`: a new project with its settings and a first example. Nothing that exists is ever overwritten.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::config::FILE_NAME;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::outcome::CommandOutcome;
use crate::model::project::Place;
use crate::output;
use crate::workspace::staged::git;

/// A file of the first example.
type Example = (&'static str, &'static str);

const MIGRATIONS: [Example; 1] = [("001_create_orders.sql", include_str!("init/001_create_orders.sql"))];

/// The view needs the function, and comes before it by name: the first plan shows that this does not matter.
const CODE: [Example; 2] = [
    ("customer_totals.sql", include_str!("init/customer_totals.sql")),
    ("order_total.sql", include_str!("init/order_total.sql")),
];

const SETTINGS: &str = include_str!("init/pgmg.toml");

const HOOK: &str = include_str!("init/pre-commit");

/// Whether git is told to check before each commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitHook {
    Wanted,
    LeftOut,
}

/// Makes a project in `directory`, which is made if it does not exist.
///
/// # Errors
/// `Usage`: a file that it would write is there already, or cannot be written.
pub fn run(directory: &Path, hook: GitHook) -> Result<CommandOutcome> {
    output::print(&make(directory)?)?;
    if hook == GitHook::Wanted {
        output::print(&make_hook(directory)?)?;
    }
    Ok(CommandOutcome::Done)
}

/// Git's own hook, in the repository that `directory` is in. One that exists is left as it is, and that is an error.
fn make_hook(directory: &Path) -> Result<String> {
    let hooks = git(directory, &["rev-parse", "--git-path", "hooks"])?;
    let folder = directory.join(hooks.trim());
    create_folder(&folder)?;
    let path = folder.join("pre-commit");
    if !write_new(&path, HOOK)? {
        let error = Error::usage(format!("{} exists and was left as it is", path.display()));
        return Err(error.help("write `pgmg check --staged` into it"));
    }
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&path, executable).map_err(|error| cannot("make the hook executable", &path, &error))?;
    let shown = path.strip_prefix(".").unwrap_or(&path).display();
    Ok(format!("Created {shown}: a commit whose SQL cannot be built is refused\n"))
}

/// What was made, and what to do next.
fn make(directory: &Path) -> Result<String> {
    create_folder(directory)?;
    let settings = shown(directory, FILE_NAME);
    if !write_new(&directory.join(FILE_NAME), SETTINGS)? {
        return Ok(format!("{settings} exists: this is a project already, and nothing was changed.\nNext: `pgmg plan`.\n"));
    }
    let mut text = format!("Created {settings}\n");
    for (folder, examples) in [("migrations", &MIGRATIONS[..]), ("sql", &CODE[..])] {
        let path = directory.join(folder);
        if !create_folder(&path)? && !is_empty(&path)? {
            text.push_str(&format!("Kept {} as it is\n", shown(directory, &format!("{folder}/"))));
            continue;
        }
        for (name, content) in examples {
            write_new(&path.join(name), content)?;
            text.push_str(&format!("Created {}\n", shown(directory, &format!("{folder}/{name}"))));
        }
    }
    text.push_str(&next_steps(directory, &settings));
    Ok(text)
}

fn next_steps(directory: &Path, settings: &str) -> String {
    let enter = if directory == Path::new(".") { String::new() } else { format!("  cd {}\n", directory.display()) };
    format!(
        "\nNext: say where the database is, as connection_string in {settings} or as DATABASE_URL, then\n\n\
         {enter}  pgmg plan     shows what would be done, and changes nothing\n  \
         pgmg apply    does it, in one transaction\n"
    )
}

fn shown(directory: &Path, name: &str) -> String {
    if directory == Path::new(".") { name.to_owned() } else { directory.join(name).display().to_string() }
}

/// Whether it had to be made.
fn create_folder(path: &Path) -> Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    fs::create_dir_all(path).map(|()| true).map_err(|error| cannot("make the directory", path, &error))
}

fn is_empty(path: &Path) -> Result<bool> {
    fs::read_dir(path).map(|mut entries| entries.next().is_none()).map_err(|error| cannot("read the directory", path, &error))
}

/// Whether it was written; an existing file is left alone.
fn write_new(path: &Path, content: &str) -> Result<bool> {
    match fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(content.as_bytes()).map(|()| true).map_err(|error| cannot("write the file", path, &error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(cannot("make the file", path, &error)),
    }
}

/// The error for what could not be done to a file or directory of the project.
pub(super) fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(Kind::Usage, Diagnostic::new(format!("cannot {what}: {error}")).at(Place::file(path.display().to_string())))
}
