//! What the beginnings of a run taught, so that the next one takes a better way. It only grows, so that there is a last one.

use std::collections::HashSet;
use std::sync::Arc;

use super::manner::WholeFiles;
use super::verdict::Lesson;
use super::work::{Need, Work};
use crate::error::Error;
use crate::model::statement::{Statement, StatementId, distinct_checksums};

/// Pairs (statement, what it has to come after), by how they are known.
#[derive(Debug, Default)]
pub struct Lessons {
    /// From earlier runs.
    known: Vec<Need>,
    /// By errors of earlier beginnings; it may be a guess.
    taught: Vec<Need>,
    /// What came too early, and did.
    forced: Vec<Need>,
    /// Every pair that was ever forced: none is forced a second time.
    ever_forced: HashSet<Need>,
    whole_files: Arc<WholeFiles>,
    /// What was wrong with the pieces of a file that was then tried whole.
    in_pieces: Option<Error>,
}

impl Lessons {
    /// What is known before the first beginning.
    pub fn new(work: &Work<'_>) -> Self {
        Lessons { known: work.known.clone(), ..Lessons::default() }
    }

    /// Every pair that is known now.
    pub fn needs(&self) -> Vec<Need> {
        [self.known.as_slice(), self.taught.as_slice(), self.forced.as_slice()].concat()
    }

    /// What this run taught, beside what earlier ones did.
    pub fn new_needs(&self) -> impl Iterator<Item = Need> + '_ {
        self.taught.iter().chain(&self.forced).copied()
    }

    /// Pairs that can be forced no more.
    pub fn forced(&self) -> &HashSet<Need> {
        &self.ever_forced
    }

    /// The files that are tried whole.
    pub fn whole_files(&self) -> Arc<WholeFiles> {
        Arc::clone(&self.whole_files)
    }

    /// If the whole is refused as well, what was wrong with the pieces says more.
    pub fn in_pieces(&self) -> Option<&Error> {
        self.in_pieces.as_ref()
    }

    /// Takes in what another beginning does better, and what errors taught in this one. False if it would do nothing better.
    pub(super) fn learn(&mut self, statements: &[Statement], lesson: Lesson, learned: Vec<Need>) -> bool {
        match lesson {
            Lesson::WholeFiles(files, error) => {
                Arc::make_mut(&mut self.whole_files).extend(files);
                self.in_pieces = Some(error);
                true
            }
            Lesson::Order(needs) => self.force(statements, needs, learned),
        }
    }

    fn force(&mut self, statements: &[Statement], needs: Vec<Need>, learned: Vec<Need>) -> bool {
        let settled: HashSet<Need> = self.forced.iter().chain(&self.known).copied().collect();
        let checksums = distinct_checksums(statements);
        let checksum = |id: StatementId| checksums[id.0];
        let new: Vec<Need> = needs.into_iter().filter(|need| self.ever_forced.insert(*need)).collect();
        // Where two statements each came too early for the other, the checksums decide: any way gives the same.
        let holds = |(later, earlier): &Need| !settled.contains(&(*earlier, *later)) || checksum(*earlier) < checksum(*later);
        let needs: HashSet<Need> = new.into_iter().filter(holds).collect();
        if needs.is_empty() {
            return false;
        }
        self.taught.extend(learned);
        self.forced.retain(|(later, earlier)| !needs.contains(&(*earlier, *later)));
        self.forced.extend(needs);
        let forced: HashSet<Need> = self.forced.iter().copied().collect();
        self.taught.retain(|(later, earlier)| !forced.contains(&(*earlier, *later)));
        self.known.retain(|(later, earlier)| !forced.contains(&(*earlier, *later)));
        true
    }
}
