//! pgmg makes a PostgreSQL database match two folders in git, in an order that it finds by trying.

pub mod error;
pub mod model;
pub mod source;
