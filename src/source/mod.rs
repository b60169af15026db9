//! The project on disk: both directories read, split into statements, and refused where PostgreSQL could only fail.

mod checksum;
mod decode;
pub mod directives;
mod file;
pub mod kept;
pub mod lexer;
pub mod mentions;
pub mod migrations;
pub mod project;
mod refusals;
pub mod rewrite;
mod sections;
mod settings;
pub mod splitter;
mod walk;
pub mod words;

pub use mentions::messages::{name_at, names_in};
pub use migrations::{WayBack, next_migration};
pub use project::{Directories, load};

#[cfg(test)]
mod tests;
