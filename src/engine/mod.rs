//! Decides what to do next, from what is known: no I/O, so that every rule can be tested without a server.
//!
//! [`run::Run`] is asked for the next thing and told what came of it. What it knows is a [`world::World`]; what it wants done is a
//! [`task::Task`] or a batch of statements; what must be true at the end is a list of [`rules`], each a function of the world.

pub mod alter_in_place;
pub mod circle;
pub mod comparison;
pub mod diagnosis;
pub mod explain;
pub mod explanation;
pub mod graph;
pub mod healing;
pub mod ledger;
pub mod lessons;
pub mod manner;
pub mod matching;
pub mod migration_status;
pub mod order;
pub mod outcome;
pub mod overwritten;
pub mod queue;
pub mod reaction;
pub mod records;
pub mod rules;
pub mod run;
pub mod sending;
pub mod stages;
pub mod status;
pub mod task;
pub mod timeline;
pub mod verdict;
pub mod work;
pub mod world;

pub use graph::{Edge, Graph};
pub use queue::{Beyond, Queue};
