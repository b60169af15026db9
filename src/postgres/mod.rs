//! The only code that talks to PostgreSQL.

pub mod attributes;
pub mod catalog;
pub mod connection;
pub mod effects;
pub mod records;
pub mod session;
