//! The vocabulary of the whole program: plain values without I/O, imported by every other module and importing none.

pub mod approval;
pub mod attempt;
pub mod dependent;
pub mod diagnostic;
pub mod duration;
pub mod effect;
pub mod form;
pub mod graph;
pub mod look;
pub mod migration;
pub mod name;
pub mod object;
pub mod outcome;
pub mod place;
pub mod plan;
pub mod progress;
pub mod project;
pub mod record;
pub mod report;
pub mod restored;
pub mod schema_difference;
pub mod signature;
pub mod sql_error;
pub mod statement;
pub mod status;
pub mod verb;
