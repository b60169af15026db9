//! The only code that talks to PostgreSQL.

pub mod attributes;
pub mod blockers;
pub mod catalog;
pub mod connect;
mod conninfo;
pub mod drift;
pub mod forms;
pub mod interrupt;
pub mod limits;
pub mod lock;
mod message;
pub mod owners;
mod password_file;
mod resolve;
mod server_account;
pub mod server_binaries;
mod server_directory;
pub mod server_error;
mod server_template;
mod service_file;
pub mod session;
mod session_settings;
pub mod side_pool;
pub mod spelling;
pub mod state;
pub mod throwaway;
mod tls;
