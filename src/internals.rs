//! What the binary, the tests and the scripts of this project need of the inside. Nobody else is promised anything.
//!
//! The rooms that are tested by literal values are here as a whole; of the others only what a test names, so that the compiler
//! sees what nobody uses.

pub use crate::cli::run;

pub mod model {
    pub use crate::model::*;
}

pub mod project {
    pub use crate::project::*;
}

pub mod engine {
    pub use crate::engine::*;
}

pub mod trial {
    pub use crate::trial::*;
}

pub mod sql {
    pub use crate::sql::spelling;
}

pub mod postgres {
    pub use crate::postgres::{attributes, catalog, session};

    pub mod connection {
        pub use crate::postgres::connection::{Target, server_error, side_pool};
    }
}

pub mod server {
    pub use crate::server::{binaries, throwaway};
}

pub mod learned {
    pub use crate::learned::Learned;
}

pub mod output {
    pub use crate::output::graph;
}
