//! The disk to a project: both directories read, split into statements, and refused where PostgreSQL could only fail.

pub mod cached;
mod checksum;
pub mod directives;
pub mod file;
mod load;
pub mod migrations;
mod refusals;
mod sections;
mod walk;

pub use load::{Directories, load};
pub use migrations::{WayBack, next_migration};

#[cfg(test)]
mod tests;
