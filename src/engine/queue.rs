//! What to try next: statements wait, are tried, park on what they miss, and wake when it is there.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::graph::{Edge, Graph};
use super::order;
use crate::model::name::Name;
use crate::model::statement::{Statement, StatementId};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Not tried since it was last put back.
    Waiting,
    /// Given out.
    Tried,
    /// Tried and failed.
    Parked,
    Done,
}

/// The state of a run: which statements are to be tried, in which order, and what was learned from failures.
#[derive(Debug)]
pub struct Queue<'a> {
    statements: &'a [Statement],
    graph: Arc<Graph<'a>>,
    order: Vec<StatementId>,
    place: Vec<usize>,
    stand: Vec<Stand>,
    /// Predecessors that are neither done nor given out.
    open: Vec<usize>,
    /// Places of the statements that can be given out.
    ready: BTreeSet<usize>,
    /// Statements that were woken or released: their predecessors are not asked again.
    forced: HashSet<StatementId>,
    parked: HashMap<StatementId, Parked>,
    /// From a provider to those that wait for it.
    waiters: HashMap<StatementId, Vec<StatementId>>,
    /// Every success, in order.
    successes: Vec<StatementId>,
    learned: Vec<(StatementId, StatementId)>,
    /// Those among the learned for which nothing speaks but the time.
    guessed: HashSet<(StatementId, StatementId)>,
    limits: Option<(HashSet<StatementId>, Beyond)>,
}

/// What happens when nothing within the limits is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// What waits is tried all the same, as at the end of a run.
    Release,
    /// It waits for what lies outside the limits.
    Wait,
}

#[derive(Debug, Clone, Default)]
struct Parked {
    names: Vec<Name>,
    providers: Vec<StatementId>,
    providers_left: usize,
    /// How many successes there were when it last failed.
    failed_at: usize,
    /// How many successes there were when it first failed.
    missed_from: usize,
}

impl<'a> Queue<'a> {
    /// A queue over `pending`; every other statement counts as done long ago.
    pub fn new(statements: &'a [Statement], graph: Arc<Graph<'a>>, pending: impl IntoIterator<Item = StatementId>) -> Self {
        let order = order::canonical(statements, &graph);
        let mut place = vec![0; order.len()];
        for (at, &id) in order.iter().enumerate() {
            place[id.0] = at;
        }
        let mut queue = Queue {
            statements,
            graph,
            place,
            stand: vec![Stand::Done; order.len()],
            open: vec![0; order.len()],
            order,
            ready: BTreeSet::new(),
            forced: HashSet::new(),
            parked: HashMap::new(),
            waiters: HashMap::new(),
            successes: Vec::new(),
            learned: Vec::new(),
            guessed: HashSet::new(),
            limits: None,
        };
        let pending: Vec<StatementId> = pending.into_iter().collect();
        for &id in &pending {
            queue.stand[id.0] = Stand::Waiting;
        }
        for &id in &pending {
            queue.open[id.0] = queue.predecessors(id).filter(|&earlier| queue.stand[earlier.0] != Stand::Done).count();
            if queue.open[id.0] == 0 {
                queue.ready.insert(queue.place[id.0]);
            }
        }
        queue
    }

    /// The statements in the canonical order.
    pub fn order(&self) -> &[StatementId] {
        &self.order
    }

    /// A statement's place in the canonical order.
    pub fn place(&self, id: StatementId) -> usize {
        self.place[id.0]
    }

    /// Gives out up to `most` statements to be tried in this order; empty when nothing moves any more.
    ///
    /// A batch is tried until its first failure: report each success, the failure, and the rest as put back.
    pub fn next_batch(&mut self, most: usize) -> Vec<StatementId> {
        let mut batch = Vec::new();
        while batch.len() < most {
            let Some(at) = self.first_ready() else { break };
            let id = self.order[at];
            self.give_out(id);
            batch.push(id);
        }
        if batch.is_empty()
            && let Some(id) = self.release()
        {
            self.forced.insert(id);
            self.give_out(id);
            batch.push(id);
        }
        batch
    }

    /// Only these statements are given out until the limits are lifted.
    pub fn limit(&mut self, limits: Option<(HashSet<StatementId>, Beyond)>) {
        self.limits = limits;
    }

    /// A statement succeeded: those that wait for it as the last one wake.
    pub fn succeeded(&mut self, id: StatementId) {
        self.stand[id.0] = Stand::Done;
        self.forced.remove(&id);
        if let Some(parked) = self.parked.remove(&id) {
            self.learn(id, &parked);
        }
        self.successes.push(id);
        for waiter in self.waiters.remove(&id).unwrap_or_default() {
            let Some(parked) = self.parked.get_mut(&waiter) else { continue };
            parked.providers_left = parked.providers_left.saturating_sub(1);
            if parked.providers_left == 0 && self.stand[waiter.0] == Stand::Parked {
                self.wake(waiter);
            }
        }
    }

    /// A statement failed for want of `names` (a guess, maybe empty): it parks.
    pub fn failed(&mut self, id: StatementId, names: Vec<Name>) {
        let providers = self.open_providers(id, &names);
        let now = self.successes.len();
        let missed_from = self.parked.get(&id).map_or(now, |parked| parked.missed_from);
        for &provider in &providers {
            let waiters = self.waiters.entry(provider).or_default();
            if !waiters.contains(&id) {
                waiters.push(id);
            }
        }
        let providers_left = providers.len();
        self.parked.insert(id, Parked { names, providers, providers_left, failed_at: now, missed_from });
        self.take_back(id);
        self.stand[id.0] = Stand::Parked;
        self.forced.remove(&id);
    }

    /// Statements of a batch that were not tried because one before them failed.
    pub fn put_back(&mut self, rest: &[StatementId]) {
        for &id in rest {
            self.take_back(id);
            self.stand[id.0] = if self.parked.contains_key(&id) { Stand::Parked } else { Stand::Waiting };
        }
        for &id in rest {
            if self.open[id.0] == 0 || self.forced.contains(&id) {
                self.ready.insert(self.place[id.0]);
            }
        }
    }

    /// Puts a statement that was given out, or is done, at the head of what comes next: it is to be tried (again), differently.
    pub fn retry(&mut self, id: StatementId) {
        if self.stand[id.0] == Stand::Tried {
            self.take_back(id);
        }
        self.stand[id.0] = Stand::Waiting;
        self.wake(id);
    }

    /// Takes statements into the run (again): what they made is gone, and they are to be tried in their places.
    pub fn requeue(&mut self, ids: &[StatementId]) {
        let taken: Vec<StatementId> = ids.iter().copied().filter(|&id| self.stand[id.0] == Stand::Done).collect();
        for &id in &taken {
            self.stand[id.0] = Stand::Waiting;
            self.take_back(id);
        }
        for &id in &taken {
            let is_open = |earlier: &StatementId| !matches!(self.stand[earlier.0], Stand::Done | Stand::Tried);
            self.open[id.0] = self.predecessors(id).filter(is_open).count();
            if self.open[id.0] == 0 {
                self.ready.insert(self.place[id.0]);
            }
        }
    }

    /// The statements that failed and were not woken, in canonical order.
    pub fn parked(&self) -> Vec<StatementId> {
        self.order.iter().copied().filter(|&id| self.stand[id.0] == Stand::Parked).collect()
    }

    /// The names that a parked statement misses.
    pub fn missing(&self, id: StatementId) -> &[Name] {
        self.parked.get(&id).map_or(&[], |parked| &parked.names)
    }

    /// Whether a statement is done, now or long ago.
    pub fn is_done(&self, id: StatementId) -> bool {
        self.stand[id.0] == Stand::Done
    }

    /// Every success in order; one that was tried again stands there again.
    pub fn successes(&self) -> &[StatementId] {
        &self.successes
    }

    /// What failures taught: pairs (statement, what it needs).
    pub fn learned(&self) -> &[(StatementId, StatementId)] {
        &self.learned
    }

    /// What failures taught by the names they were about.
    pub fn learned_by_name(&self) -> impl Iterator<Item = (StatementId, StatementId)> + '_ {
        self.learned.iter().copied().filter(|pair| !self.guessed.contains(pair))
    }

    /// `wanted` and everything that is not done and should come before it.
    pub fn with_needs(&self, wanted: impl IntoIterator<Item = StatementId>) -> HashSet<StatementId> {
        let mut all = HashSet::new();
        let mut next: Vec<StatementId> = wanted.into_iter().filter(|&id| !self.is_done(id)).collect();
        while let Some(id) = next.pop() {
            if all.insert(id) {
                next.extend(self.predecessors(id).filter(|&earlier| !self.is_done(earlier)));
            }
        }
        all
    }

    /// Who could provide one of `names` to `user` and is not done; without a creator, whoever mentions the name at all.
    pub fn open_providers(&self, user: StatementId, names: &[Name]) -> Vec<StatementId> {
        let mut found: Vec<StatementId> = names
            .iter()
            .flat_map(|name| self.graph.providers(self.statements, Some(user), name))
            .filter(|&id| !self.is_done(id))
            .collect();
        if found.is_empty() {
            let mentioned = names.iter().flat_map(|name| self.graph.mentioners(&name.name)).copied();
            found = mentioned.filter(|&id| id != user && !self.is_done(id)).collect();
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Those before a statement that hold it back; hints that the canonical order breaks do not.
    fn predecessors(&self, id: StatementId) -> impl Iterator<Item = StatementId> + '_ {
        let before = self.graph.before(id).iter();
        before
            .filter(move |(earlier, edge)| edge.holds_back() && self.place[earlier.0] < self.place[id.0])
            .map(|(earlier, _)| *earlier)
    }

    fn successors(&self, id: StatementId) -> Vec<StatementId> {
        let after = self.graph.after(id).iter();
        after
            .filter(|(later, edge)| edge.holds_back() && self.place[id.0] < self.place[later.0])
            .map(|(later, _)| *later)
            .collect()
    }

    fn is_within_limits(&self, id: StatementId) -> bool {
        self.limits.as_ref().is_none_or(|(limits, _)| limits.contains(&id))
    }

    fn first_ready(&self) -> Option<usize> {
        match self.limits {
            None => self.ready.first().copied(),
            Some(_) => self.ready.iter().copied().find(|&at| self.is_within_limits(self.order[at])),
        }
    }

    fn give_out(&mut self, id: StatementId) {
        self.stand[id.0] = Stand::Tried;
        self.ready.remove(&self.place[id.0]);
        for later in self.successors(id) {
            self.open[later.0] = self.open[later.0].saturating_sub(1);
            if self.open[later.0] == 0 && self.stand[later.0] == Stand::Waiting {
                self.ready.insert(self.place[later.0]);
            }
        }
    }

    fn take_back(&mut self, id: StatementId) {
        for later in self.successors(id) {
            self.open[later.0] += 1;
            if !self.forced.contains(&later) {
                self.ready.remove(&self.place[later.0]);
            }
        }
    }

    fn wake(&mut self, id: StatementId) {
        self.stand[id.0] = Stand::Waiting;
        self.forced.insert(id);
        self.ready.insert(self.place[id.0]);
    }

    /// With nothing ready: the statement whose try is the likeliest to lead on.
    fn release(&self) -> Option<StatementId> {
        if matches!(self.limits, Some((_, Beyond::Wait))) {
            return None;
        }
        let now = self.successes.len();
        let candidates = || self.order.iter().copied().filter(|&id| self.is_within_limits(id));
        let is_parked = |id: StatementId| {
            self.stand[id.0] == Stand::Parked && self.parked.get(&id).is_some_and(|parked| parked.failed_at < now)
        };
        let is_waiting = |id: StatementId| self.stand[id.0] == Stand::Waiting;
        let lacks_a_file_neighbour = |id: StatementId| {
            let before = self.graph.before(id).iter();
            before.filter(|(_, edge)| *edge == Edge::File).any(|(earlier, _)| self.stand[earlier.0] != Stand::Done)
        };
        let is_wanted = |id: StatementId| {
            self.waiters.get(&id).is_some_and(|waiters| waiters.iter().any(|w| self.stand[w.0] == Stand::Parked))
        };
        let is_partly_served = |id: StatementId| {
            self.parked
                .get(&id)
                .is_some_and(|parked| parked.providers.iter().any(|&provider| self.stand[provider.0] == Stand::Done))
        };
        candidates()
            .find(|&id| is_waiting(id) && is_wanted(id))
            .or_else(|| candidates().find(|&id| is_parked(id) && is_partly_served(id)))
            .or_else(|| candidates().find(|&id| is_waiting(id) && !lacks_a_file_neighbour(id)))
            .or_else(|| candidates().find(|&id| is_parked(id)))
            .or_else(|| candidates().find(|&id| is_waiting(id)))
    }

    /// What a statement that failed before needed: the providers that came since then, or else all that came since then.
    fn learn(&mut self, id: StatementId, parked: &Parked) {
        let since = self.successes.get(parked.missed_from..).unwrap_or(&[]);
        let named: Vec<StatementId> = since.iter().copied().filter(|earlier| parked.providers.contains(earlier)).collect();
        let last = self.successes.get(parked.failed_at..).unwrap_or(&[]);
        let is_guess = named.is_empty();
        let needed = if is_guess { last.to_vec() } else { named };
        let pairs = needed.into_iter().filter(|&earlier| earlier != id).map(|earlier| (id, earlier));
        let pairs: Vec<(StatementId, StatementId)> = pairs.collect();
        if is_guess {
            self.guessed.extend(&pairs);
        }
        self.learned.extend(pairs);
    }
}
