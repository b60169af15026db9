//! The only code that talks to PostgreSQL.

pub mod connect;
mod conninfo;
mod password_file;
mod resolve;
pub mod server_binaries;
pub mod server_error;
mod service_file;
pub mod side_pool;
pub mod throwaway;
mod tls;
