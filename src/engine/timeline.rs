//! When each statement succeeded in a run, and what is known of who truly needs whom.

use std::collections::HashSet;

use super::graph::Edge;
use crate::model::statement::StatementId;

/// The successes of a run in their order.
#[derive(Debug)]
pub struct Timeline {
    /// A statement's places among the successes, the first and the last; `None`: long ago.
    times: Vec<Option<(usize, usize)>>,
    needs: Vec<Vec<StatementId>>,
}

/// A statement to be tried again, and the one that came after it although it should have come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TooEarly {
    pub statement: StatementId,
    pub because: StatementId,
    /// What ties them.
    pub hint: Edge,
}

impl Timeline {
    /// `needs` holds pairs (statement, what it needs) as PostgreSQL's catalog and errors showed them.
    pub fn new(
        statements: usize,
        successes: &[StatementId],
        needs: impl IntoIterator<Item = (StatementId, StatementId)>,
    ) -> Self {
        let mut timeline = Timeline { times: vec![None; statements], needs: vec![Vec::new(); statements] };
        for (time, id) in successes.iter().enumerate() {
            let first = timeline.times[id.0].map_or(time, |(first, _)| first);
            timeline.times[id.0] = Some((first, time));
        }
        for (later, earlier) in needs {
            timeline.needs[later.0].push(earlier);
        }
        timeline
    }

    /// When a statement last succeeded in this run: what it binds is from then.
    pub fn last(&self, id: StatementId) -> Option<usize> {
        self.times[id.0].map(|(_, last)| last)
    }

    /// When a statement first succeeded in this run: what it created is there since then.
    pub fn first(&self, id: StatementId) -> Option<usize> {
        self.times[id.0].map(|(first, _)| first)
    }

    /// Whether a statement succeeded in this run.
    pub fn ran(&self, id: StatementId) -> bool {
        self.times[id.0].is_some()
    }

    /// Whether one statement last succeeded before another one first did. What succeeded in an earlier run was before all.
    pub fn is_before(&self, earlier: StatementId, later: StatementId) -> bool {
        self.last(earlier) < self.first(later)
    }

    /// Whether a statement last succeeded before so many had.
    pub fn was_before(&self, id: StatementId, successes: usize) -> bool {
        self.last(id).is_none_or(|last| last < successes)
    }

    /// Whether a statement needs another, directly or through others.
    pub fn is_needed(&self, by: StatementId, needed: StatementId) -> bool {
        let mut seen = HashSet::new();
        let mut next = vec![by];
        while let Some(id) = next.pop() {
            if id == needed {
                return true;
            }
            if seen.insert(id) {
                next.extend(&self.needs[id.0]);
            }
        }
        false
    }
}
