//! A project and a database side by side, and what commands do with them.

mod alone;
pub mod applying;
pub mod approval;
pub mod committing;
pub mod hooks;
pub mod kept_result;
pub mod lints;
mod migration_lookup;
pub mod object_graph;
pub mod opening;
pub mod outside;
pub mod part;
pub mod planning;
pub mod saved;
pub mod saved_plan;
pub mod schema_dump;
pub mod scratch;
pub mod shadow;
pub mod staged;
pub mod test_databases;
