//! Who succeeded too early: statements that another result awaits now that more is there.

use std::collections::HashSet;

use super::graph::{Edge, Graph};

/// A statement to be tried again, and the one that came after it although it should have come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TooEarly {
    pub statement: usize,
    pub because: usize,
    /// What ties them.
    pub tie: Edge,
}

/// When each statement last succeeded in this run, and what is known of who truly needs whom.
#[derive(Debug)]
pub struct Course {
    /// A statement's places among the successes, the first and the last; `None`: long ago.
    times: Vec<Option<(usize, usize)>>,
    needs: Vec<Vec<usize>>,
}

impl Course {
    /// `needs` holds pairs (statement, what it needs) as PostgreSQL's catalog and errors showed them.
    pub fn new(statements: usize, successes: &[usize], needs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut course = Course { times: vec![None; statements], needs: vec![Vec::new(); statements] };
        for (time, &id) in successes.iter().enumerate() {
            let first = course.times[id].map_or(time, |(first, _)| first);
            course.times[id] = Some((first, time));
        }
        for (later, earlier) in needs {
            course.needs[later].push(earlier);
        }
        course
    }

    /// When a statement last succeeded in this run: what it binds is from then.
    pub fn last(&self, id: usize) -> Option<usize> {
        self.times[id].map(|(_, last)| last)
    }

    /// When a statement first succeeded in this run: what it created is there since then.
    pub fn first(&self, id: usize) -> Option<usize> {
        self.times[id].map(|(first, _)| first)
    }

    /// Whether one statement last succeeded before another one first did. What succeeded in an earlier run was before all.
    pub fn is_before(&self, earlier: usize, later: usize) -> bool {
        self.last(earlier) < self.first(later)
    }

    /// Whether a statement needs another, directly or through others.
    pub fn is_needed(&self, by: usize, needed: usize) -> bool {
        let mut seen = HashSet::new();
        let mut next = vec![by];
        while let Some(id) = next.pop() {
            if id == needed {
                return true;
            }
            if seen.insert(id) {
                next.extend(&self.needs[id]);
            }
        }
        false
    }
}

/// Statements that bind a name, or use an object, that another statement created or completed only after them. Who is needed
/// by that other one could never have come after it.
pub fn bound_too_early(graph: &Graph, course: &Course) -> Vec<TooEarly> {
    let mut found = Vec::new();
    for because in (0..graph.len()).filter(|&id| course.first(id).is_some()) {
        for &(statement, edge) in graph.after(because) {
            let binds = matches!(edge, Edge::Known | Edge::Bound | Edge::Completes);
            if binds && course.is_before(statement, because) && !course.is_needed(because, statement) {
                found.push(TooEarly { statement, because, tie: edge });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
