//! pgmg makes a PostgreSQL database match two folders in git, in an order that it finds by trying.

pub mod cli;
pub mod commands;
pub mod config;
pub mod database;
pub mod error;
pub mod learned;
pub mod model;
pub mod output;
pub mod resolver;
pub mod source;
pub mod trial;
