//! Who should come after whom, as far as texts and earlier runs can tell: hints, each with its weight.

use std::collections::HashMap;

use rayon::prelude::*;

use super::matching::are_in_one_file;
use crate::model::name::Name;
use crate::model::statement::{CreatedKind, Creates, Form, Mode, Statement, StatementId, Strength, Uses, numbered};

/// Why one statement should come before another, from the strongest to the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edge {
    /// PostgreSQL said so in an earlier run, or the file declares it.
    Known,
    /// They stand in this order in one file.
    File,
    /// The later one binds a name that the earlier one seems to create.
    Bound,
    /// PostgreSQL will look for the name when the later one runs.
    Checked,
    /// The earlier one completes an object that the later one uses.
    Completes,
    /// The name may be needed when something runs later.
    Loose,
}

impl Edge {
    /// How many kinds of edges there are.
    pub const KINDS: usize = 6;

    /// Whether the later statement had better wait when the earlier one failed.
    pub fn holds_back(self) -> bool {
        self != Edge::Loose
    }
}

/// The statements that run in the transaction, with their hints. Statements are numbered like in the project.
#[derive(Debug, Clone)]
pub struct Graph<'a> {
    /// For each statement, who should come before it, once each, by the strongest reason.
    before: Vec<Vec<(StatementId, Edge)>>,
    /// The same from the other side.
    after: Vec<Vec<(StatementId, Edge)>>,
    creators: ByName<'a>,
    mentioners: ByName<'a>,
}

/// Statements by a name, its schema left out.
type ByName<'a> = HashMap<&'a str, Vec<StatementId>>;

impl<'a> Graph<'a> {
    /// Builds the graph. `known` holds pairs (statement, what it needs).
    pub fn new(statements: &'a [Statement], known: &[(StatementId, StatementId)]) -> Self {
        let mut graph = Graph {
            before: vec![Vec::new(); statements.len()],
            after: vec![Vec::new(); statements.len()],
            creators: HashMap::new(),
            mentioners: HashMap::new(),
        };
        let completers = graph.index(statements);
        let hints = statements.par_iter().enumerate().map(|(index, statement)| {
            let id = StatementId(index);
            let mut edges: HashMap<StatementId, Edge> = HashMap::new();
            for used in &statement.mentions.uses {
                graph.mention_edges(statements, &completers, id, used, &mut edges);
            }
            for declared in &statement.declared {
                graph.declared_edges(statements, id, &declared.name, &mut edges);
            }
            edges.into_iter().collect()
        });
        graph.before = hints.collect();
        graph.file_edges(statements);
        for (later, earlier) in known {
            graph.add(*earlier, *later, Edge::Known);
        }
        graph.close();
        graph
    }

    /// Who should come before a statement, and why.
    pub fn before(&self, id: StatementId) -> &[(StatementId, Edge)] {
        &self.before[id.0]
    }

    /// Who should come after a statement, and why.
    pub fn after(&self, id: StatementId) -> &[(StatementId, Edge)] {
        &self.after[id.0]
    }

    /// How many statements there are.
    pub fn len(&self) -> usize {
        self.before.len()
    }

    /// Whether there are no statements.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty()
    }

    /// The statements that seem to create what `name` means to `user`, argument counts compared where `user` shows them.
    pub fn providers(&self, statements: &[Statement], user: Option<StatementId>, name: &Name) -> Vec<StatementId> {
        let calls: Vec<Form> = user.map_or_else(Vec::new, |user| {
            let uses = statements[user].mentions.uses.iter();
            uses.filter(|used| used.name.may_equal(name) && used.form != Form::Plain).map(|used| used.form).collect()
        });
        let Some(creators) = self.creators.get(name.name.as_str()) else { return Vec::new() };
        let fits = |created: &&Creates| {
            created.name.may_equal(name) && (calls.is_empty() || calls.iter().any(|&form| takes(&created.kind, form)))
        };
        let others = creators.iter().copied().filter(|&id| Some(id) != user);
        others.filter(|&id| statements[id].mentions.creates.iter().any(|created| fits(&created))).collect()
    }

    /// The statements in which a name occurs at all, also inside strings.
    pub fn mentioners(&self, name: &str) -> &[StatementId] {
        self.mentioners.get(name).map_or(&[], Vec::as_slice)
    }

    fn index(&mut self, statements: &'a [Statement]) -> ByName<'a> {
        let mut completers = ByName::new();
        for (id, statement) in numbered(statements) {
            for created in &statement.mentions.creates {
                push_once(self.creators.entry(&created.name.name).or_default(), id);
            }
            for completed in &statement.mentions.completes {
                push_once(completers.entry(&completed.name).or_default(), id);
            }
        }
        for (id, statement) in numbered(statements) {
            for used in &statement.mentions.uses {
                push_once(self.mentioners.entry(&used.name.name).or_default(), id);
            }
        }
        completers
    }

    fn mention_edges(
        &self,
        statements: &[Statement],
        completers: &ByName<'_>,
        id: StatementId,
        used: &Uses,
        edges: &mut HashMap<StatementId, Edge>,
    ) {
        let mut note = |earlier: StatementId, edge: Edge| {
            if earlier != id && !are_in_one_file(&statements[earlier], &statements[id]) {
                edges.entry(earlier).and_modify(|known| *known = edge.min(*known)).or_insert(edge);
            }
        };
        for &creator in self.creators.get(used.name.name.as_str()).map_or(&[][..], Vec::as_slice) {
            for created in &statements[creator].mentions.creates {
                if let Some(edge) = edge_of(created, used) {
                    note(creator, edge);
                }
            }
        }
        if used.strength == Strength::Loose {
            return;
        }
        let own = &statements[id].mentions;
        let completes_it_too = own.completes.iter().any(|name| name.name == used.name.name);
        let creates_it = own.creates.iter().any(|created| created.name.name == used.name.name);
        if !completes_it_too && !creates_it {
            for &completer in completers.get(used.name.name.as_str()).map_or(&[][..], Vec::as_slice) {
                if statements[completer].mentions.completes.iter().any(|name| name.may_equal(&used.name)) {
                    note(completer, Edge::Completes);
                }
            }
        }
    }

    fn declared_edges(&self, statements: &[Statement], id: StatementId, name: &Name, edges: &mut HashMap<StatementId, Edge>) {
        for provider in self.providers(statements, None, name) {
            if provider != id {
                edges.insert(provider, Edge::Known);
            }
        }
    }

    /// Statements that run outside the transaction take no part in the order of their file.
    fn file_edges(&mut self, statements: &[Statement]) {
        let mut last: Option<StatementId> = None;
        for (id, statement) in numbered(statements) {
            if statement.mode == Mode::NoTransaction {
                continue;
            }
            if let Some(earlier) = last.filter(|&earlier| are_in_one_file(&statements[earlier], statement)) {
                self.add(earlier, id, Edge::File);
            }
            last = Some(id);
        }
    }

    fn add(&mut self, earlier: StatementId, later: StatementId, edge: Edge) {
        if earlier == later {
            return;
        }
        match self.before[later.0].iter_mut().find(|(id, _)| *id == earlier) {
            Some(known) => known.1 = known.1.min(edge),
            None => self.before[later.0].push((earlier, edge)),
        }
    }

    fn close(&mut self) {
        for later in (0..self.before.len()).map(StatementId) {
            self.before[later.0].sort_unstable();
            for &(earlier, edge) in &self.before[later.0] {
                self.after[earlier.0].push((later, edge));
            }
        }
    }
}

/// The edge from who creates `created` to who writes `used`, if they can mean the same.
pub fn edge_of(created: &Creates, used: &Uses) -> Option<Edge> {
    if !created.name.may_equal(&used.name) {
        return None;
    }
    let written = match used.strength {
        Strength::Bound => Edge::Bound,
        Strength::Checked => Edge::Checked,
        Strength::Loose => Edge::Loose,
    };
    match (&created.kind, used.form) {
        (CreatedKind::Operator, Form::Operator) => Some(written),
        (CreatedKind::Operator, _) | (_, Form::Operator) => None,
        (CreatedKind::Schema, Form::Plain) => Some(written),
        (CreatedKind::Schema, Form::Call(_)) => None,
        (CreatedKind::Routine(counts), Form::Call(n)) => counts.contains(&n).then_some(written),
        (CreatedKind::Routine(_), Form::Plain) => Some(Edge::Loose),
        (CreatedKind::Other, _) => Some(written),
    }
}

fn takes(kind: &CreatedKind, form: Form) -> bool {
    match (kind, form) {
        (CreatedKind::Routine(counts), Form::Call(n)) => counts.contains(&n),
        (CreatedKind::Operator, form) => form == Form::Operator,
        _ => true,
    }
}

fn push_once(list: &mut Vec<StatementId>, id: StatementId) {
    if list.last() != Some(&id) {
        list.push(id);
    }
}
