//! Decides what to try next: pure functions and values, no I/O; a server of a few lines is enough to test it.

pub mod diagnosis;
pub mod explanation;
pub mod graph;
pub mod order;
pub mod queue;
pub mod rebinding;

pub use graph::{Edge, Graph};
pub use queue::{Beyond, Queue};
