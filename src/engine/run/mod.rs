//! A run: asked for the next thing to do, told what came of it, until everything is as the files say. No I/O.

mod performed;
mod tried;

use std::collections::{HashMap, HashSet, VecDeque};

use crate::engine::graph::Graph;
use crate::engine::ledger::Ledger;
use crate::engine::lessons::Lessons;
use crate::engine::manner::Manner;
use crate::engine::overwritten::overwritten;
use crate::engine::queue::Beyond;
use crate::engine::reaction::{self};
use crate::engine::rules;
use crate::engine::task::{Cause, End, Next, Task};
use crate::engine::verdict::{Lesson, Opening, Orders, Progress, Rule, Verdict};
use crate::engine::work::Work;
use crate::engine::world::{Failed, World, creates};
use crate::model::look::Look;
use crate::model::plan::TrialFigures;
use crate::model::statement::StatementId;

/// How many statements go into one message: at first, at most, and at least.
const BATCH: (usize, usize, usize) = (256, 512, 4);

/// A run over what is known.
#[derive(Debug)]
pub struct Run<'a> {
    world: World<'a>,
    rules: &'a [Rule],
    tasks: VecDeque<Task>,
    progress: Progress,
    lessons: Lessons,
    cost: TrialFigures,
    batch: usize,
    /// Statements for which deferred triggers were fired already.
    fired: HashSet<StatementId>,
    /// Statements that failed and wait for a task of their own.
    failing: HashMap<StatementId, Failed>,
}

impl<'a> Run<'a> {
    /// A run at its beginning.
    pub fn new(work: &'a Work<'a>) -> Self {
        Run::with_rules(work, rules::ALL)
    }

    /// A run that asks these rules only.
    pub fn with_rules(work: &'a Work<'a>, rules: &'a [Rule]) -> Self {
        let lessons = Lessons::new(work);
        let world = World::new(work, Graph::new(work.statements(), &lessons.needs()), lessons.whole_files());
        let statements = world.pending() + work.migrations.len();
        let mut run = Run {
            world,
            rules,
            tasks: VecDeque::new(),
            progress: Progress::default(),
            lessons,
            cost: TrialFigures { statements, ..TrialFigures::default() },
            batch: BATCH.0,
            fired: HashSet::new(),
            failing: HashMap::new(),
        };
        run.open(Opening::Closed);
        run
    }

    /// What is known by now.
    pub fn world(&self) -> &World<'a> {
        &self.world
    }

    /// What earlier beginnings taught.
    pub fn lessons(&self) -> &Lessons {
        &self.lessons
    }

    /// What the run cost, `messages` left out.
    pub fn cost(&self) -> TrialFigures {
        self.cost
    }

    /// How many statements are done.
    pub fn done(&self) -> usize {
        self.world.queue.successes().len().min(self.cost.statements)
    }

    /// What to do next. Everything that was asked for must have been reported before.
    pub fn decide(&mut self) -> Next {
        loop {
            if let Some(task) = self.tasks.pop_front() {
                return Next::Perform(task);
            }
            let batch = self.world.queue.next_batch(self.batch);
            if !batch.is_empty() {
                return Next::Try(batch);
            }
            if let Some(next) = self.ask() {
                return next;
            }
        }
    }

    /// The first rule that has something against the world as it is decides; `None` where it gave orders.
    fn ask(&mut self) -> Option<Next> {
        for rule in self.rules {
            let verdict = (rule.ask)(&self.world, &self.progress);
            if !matches!(verdict, Verdict::Satisfied) {
                log::debug!("rule {}: {verdict:?}", rule.name);
            }
            match verdict {
                Verdict::Satisfied => {}
                Verdict::Look => return Some(Next::Look),
                Verdict::Do(orders) => {
                    self.obey(orders);
                    return None;
                }
                Verdict::Open(opening) => {
                    self.open(opening);
                    return None;
                }
                Verdict::BeginAgain(lesson) => {
                    if self.learn(lesson) {
                        return Some(Next::BeginAgain);
                    }
                }
                Verdict::CommitBefore(id) => return Some(Next::Finished(End::CommitBefore(id))),
                Verdict::CommitFirst(statements) => return Some(Next::Finished(End::CommitFirst(statements))),
                Verdict::Impossible(error) => return Some(Next::Stuck(error)),
            }
        }
        for (id, objects) in overwritten(&self.world) {
            self.world.ledger.touch(id, objects);
        }
        Some(Next::Finished(End::Done))
    }

    /// The catalog was read.
    pub fn saw(&mut self, look: Look) {
        let mut ledger = Ledger::new(look, self.world.work(), self.world.records());
        for (&id, altered) in self.world.altered.iter().filter(|(id, _)| self.world.queue.is_done(**id)) {
            ledger.provide(id, altered.id, &altered.object);
        }
        for (statement, id, object) in &self.world.kept {
            ledger.provide(*statement, *id, object);
        }
        self.world.ledger = ledger;
        self.progress.is_seen = true;
    }

    /// Everything is undone: the run begins anew with what it learned.
    pub fn begin_again(&mut self) {
        let work = self.world.work();
        let graph = Graph::new(work.statements(), &self.lessons.needs());
        self.world = World::new(work, graph, self.lessons.whole_files());
        self.tasks.clear();
        self.fired.clear();
        self.failing.clear();
        self.progress = Progress {
            forced: self.lessons.forced().clone(),
            whole_files: self.lessons.whole_files().keys().copied().collect(),
            ..Progress::default()
        };
        self.cost.statements = self.world.pending() + work.migrations.len();
        self.batch = BATCH.0;
        self.open(Opening::Closed);
    }

    /// The only way in which something that is done runs again.
    fn invalidate(&mut self, id: StatementId, cause: Cause) {
        match cause {
            Cause::CameTooEarly(_) | Cause::Changed(_) => {
                if self.world.statement(id).mentions.role == crate::model::statement::Role::Creates
                    && *self.world.manner(id) == Manner::AsWritten
                    && let Some(sql) = reaction::with_or_replace(&self.world, id)
                {
                    self.world.manners.insert(id, Manner::OrReplace(sql));
                }
                self.world.queue.retry(id);
                // What was dropped or set back under it says more.
                if !self.world.is_made_again(id) {
                    self.world.causes.insert(id, cause);
                }
            }
            Cause::ActsOn(_) => {
                self.world.causes.entry(id).or_insert(cause);
                self.world.queue.requeue(&[id]);
            }
            _ => {
                self.world.causes.insert(id, cause);
                self.world.queue.requeue(&[id]);
            }
        }
    }

    /// Replacing an object undoes what was set on it (options of a view, settings of a function): it is set again.
    fn set_again(&mut self, id: StatementId) {
        for setter in rules::settings::setters_on(&self.world, id) {
            if self.world.is_done(setter) {
                self.invalidate(setter, Cause::CameTooEarly(id));
            }
        }
    }

    fn obey(&mut self, orders: Orders) {
        let Orders { tasks, again, wake, reached, opens, round } = orders;
        let runs_again = !again.is_empty() || !wake.is_empty();
        self.progress.reached.extend(reached);
        let is_round = round.is_some();
        if is_round {
            self.progress.round = round;
        }
        let only: HashSet<StatementId> = again.iter().map(|(id, _)| *id).collect();
        for (id, cause) in again {
            self.invalidate(id, cause);
            if is_round {
                self.set_again(id);
            }
        }
        for id in wake {
            self.world.queue.retry(id);
        }
        self.tasks.extend(tasks);
        if let Some(opening) = opens {
            self.open(opening);
        } else if runs_again && self.progress.opening == Opening::All {
            self.begin_creating();
        } else if runs_again && !self.world.covers_everything() {
            self.open(Opening::Only(only, Beyond::Release));
        }
    }

    /// What creates comes first, where anything was there before.
    fn begin_creating(&mut self) {
        self.open(if self.world.has_records() { Opening::Creators } else { Opening::All });
    }

    fn open(&mut self, opening: Opening) {
        let limit = match &opening {
            Opening::Closed => Some((HashSet::new(), Beyond::Wait)),
            Opening::Only(statements, beyond) => Some((statements.clone(), *beyond)),
            Opening::Creators => {
                let creating = self.world.ids().filter(|&id| creates(self.world.statement(id)));
                Some((creating.collect(), Beyond::Wait))
            }
            Opening::All => None,
        };
        self.world.queue.limit(limit);
        self.progress.opening = opening;
    }

    fn changed(&mut self) {
        self.progress.is_seen = false;
        self.progress.is_checked = false;
    }

    /// False if another beginning would be no better than this one.
    fn learn(&mut self, lesson: Lesson) -> bool {
        let learned: Vec<(StatementId, StatementId)> = self.world.queue.learned().to_vec();
        let is_better = self.lessons.learn(self.world.statements(), lesson, learned);
        self.progress.forced.clone_from(self.lessons.forced());
        is_better
    }
}
