//! Throwaway servers, what is kept of them, and the programs that come with a server.

mod account;
mod archive;
pub mod binaries;
mod cache;
mod directory;
mod durability;
pub mod kept_builds;
mod template;
pub mod throwaway;
pub mod tools;
