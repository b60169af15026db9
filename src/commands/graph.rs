//! `pgmg graph`: what needs what.

use crate::config::Settings;
use crate::error::Result;
use crate::model::graph::EdgeDirection;
use crate::model::outcome::CommandOutcome;
use crate::output;
use crate::output::graph::{Excerpt, GraphFormat};
use crate::workspace::object_graph::{self, Origin};

/// What of the graph is asked for.
#[derive(Debug)]
pub struct GraphOptions<'a> {
    /// Only what is around this object.
    pub object: Option<&'a str>,
    pub directions: &'a [EdgeDirection],
    /// How many edges far; `None`: as far as they go.
    pub depth: Option<usize>,
    pub from: Origin,
}

/// Shows the graph.
///
/// # Errors
/// `Usage`: an object is not known, or nothing is; the project cannot be read, or the database cannot be reached.
pub fn run(settings: &Settings, options: &GraphOptions<'_>, format: GraphFormat) -> Result<CommandOutcome> {
    let graph = object_graph::load(settings, options.from)?;
    let about = options.object.map(|object| object_graph::find(&graph, object)).transpose()?;
    let excerpt = Excerpt { graph: &graph, about, directions: options.directions, depth: options.depth };
    output::print(&output::graph::written(&excerpt, format))?;
    Ok(CommandOutcome::Done)
}
