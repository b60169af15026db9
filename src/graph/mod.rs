//! The graph of a project's objects put together, and an object found in it by what a person types. Pure functions.

mod assembly;
mod lookup;

pub use assembly::{KnownObject, assemble, known_objects};
pub use lookup::{Lookup, completions};
