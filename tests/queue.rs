//! Properties of the resolver against a server of a few lines: it always ends, finds every order there is, and names the roots.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use pgmg::internals::engine::diagnosis::Obstacle;
use pgmg::internals::engine::explanation::explain;
use pgmg::internals::engine::{Graph, Queue, order};
use pgmg::internals::model::name::Name;
use pgmg::internals::model::project::SourceFile;
use pgmg::internals::model::statement::{
    Checksum, CreatedKind, Creates, Form, Mentions, Mode, Role, Settings, Statement, StatementId, Strength, Uses,
};
use proptest::prelude::*;

/// One object: its number is its name, `needs` what the server asks for, `mentions` what the text shows.
#[derive(Debug, Clone)]
struct Thing {
    needs: BTreeSet<usize>,
    mentions: BTreeSet<usize>,
    shows_its_name: bool,
}

fn name(number: usize) -> Name {
    Name::bare(format!("object_{number}"))
}

fn statement(number: usize, thing: &Thing) -> Statement {
    let file = SourceFile { path: format!("sql/{number}.sql"), name: format!("{number}.sql"), text: "CREATE".to_owned() };
    let mut checksum = [0; 32];
    checksum[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let creates = Creates { name: name(number), kind: CreatedKind::Other, called: "table".to_owned() };
    let uses = thing.mentions.iter().map(|&used| Uses { name: name(used), form: Form::Plain, strength: Strength::Bound });
    Statement {
        file: Arc::new(file),
        ordinal: 0,
        span: 0..6,
        checksum: Checksum(checksum),
        settings: Arc::new(Settings::default()),
        mode: Mode::Transactional,
        declared: Vec::new(),
        mentions: Mentions {
            role: Role::Creates,
            creates: thing.shows_its_name.then_some(creates).into_iter().collect(),
            uses: uses.collect(),
            ..Mentions::default()
        },
    }
}

struct Run {
    done: Vec<StatementId>,
    left: Vec<(StatementId, Obstacle)>,
    attempts: usize,
    failures: usize,
    learned: Vec<(StatementId, StatementId)>,
}

/// Tries statements like a server would: each needs what it needs, and the error names the first thing that is missing.
fn run(things: &[Thing], statements: &[Statement], graph: &Graph<'_>, batch: usize) -> Run {
    let mut queue = Queue::new(statements, Arc::new(graph.clone()), (0..things.len()).map(StatementId));
    let mut there: HashSet<usize> = HashSet::new();
    let (mut attempts, mut failures) = (0, 0);
    loop {
        let batch = queue.next_batch(batch);
        if batch.is_empty() {
            break;
        }
        for (at, &id) in batch.iter().enumerate() {
            attempts += 1;
            assert!(attempts < 100 * (things.len() + 1) * (things.len() + 1), "the queue does not end");
            match things[id.0].needs.iter().find(|needed| !there.contains(needed)) {
                None => {
                    there.insert(id.0);
                    queue.succeeded(id);
                }
                Some(&missing) => {
                    failures += 1;
                    queue.failed(id, vec![name(missing)]);
                    queue.put_back(&batch[at + 1..]);
                    break;
                }
            }
        }
    }
    let obstacle = |id: StatementId| {
        let missing = things[id.0].needs.iter().find(|needed| !there.contains(needed));
        (id, Obstacle::Missing(missing.map(|&missing| name(missing)).into_iter().collect()))
    };
    let left = queue.parked().into_iter().map(obstacle).collect();
    Run { done: queue.successes().to_vec(), left, attempts, failures, learned: queue.learned().to_vec() }
}

fn statements(things: &[Thing]) -> Vec<Statement> {
    things.iter().enumerate().map(|(number, thing)| statement(number, thing)).collect()
}

/// Things that can all be made: each needs only things of a lower rank. What the text shows may be right, missing or wrong.
fn solvable() -> impl Strategy<Value = Vec<Thing>> {
    (1..40_usize).prop_flat_map(|count| {
        let ranks = Just((0..count).collect::<Vec<usize>>()).prop_shuffle();
        let raw = prop::collection::vec(
            (
                prop::collection::btree_set(0..count, 0..4),
                prop::collection::btree_set(0..count, 0..3),
                0..10_u8,
                prop::bool::weighted(0.8),
            ),
            count,
        );
        (ranks, raw).prop_map(|(ranks, raw)| {
            let thing =
                |(number, (needs, noise, honesty, shows_its_name)): (usize, (BTreeSet<usize>, BTreeSet<usize>, u8, bool))| {
                    let needs: BTreeSet<usize> = needs.into_iter().filter(|&needed| ranks[needed] < ranks[number]).collect();
                    let mentions = match honesty {
                        0..=5 => needs.clone(),
                        6..=7 => BTreeSet::new(),
                        8 => noise,
                        _ => needs.union(&noise).copied().collect(),
                    };
                    Thing { needs, mentions, shows_its_name }
                };
            raw.into_iter().enumerate().map(thing).collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn every_order_that_exists_is_found(things in solvable(), batch in 1..20_usize) {
        let statements = statements(&things);
        let graph = Graph::new(&statements, &[]);
        let run = run(&things, &statements, &graph, batch);
        prop_assert_eq!(run.done.len(), things.len(), "left: {:?}", run.left);
    }

    #[test]
    fn honest_texts_need_no_failure(things in solvable()) {
        let things: Vec<Thing> =
            things.into_iter().map(|thing| Thing { mentions: thing.needs.clone(), shows_its_name: true, ..thing }).collect();
        let statements = statements(&things);
        let run = run(&things, &statements, &Graph::new(&statements, &[]), 16);
        prop_assert_eq!(run.failures, 0);
        prop_assert_eq!(run.attempts, things.len());
    }

    #[test]
    fn what_was_learned_needs_no_failure(things in solvable()) {
        let statements = statements(&things);
        let first = run(&things, &statements, &Graph::new(&statements, &[]), 16);
        // The catalog knows every real need; errors taught the rest.
        let mut known = first.learned.clone();
        known.extend(things.iter().enumerate().flat_map(|(id, thing)| thing.needs.iter().map(move |&needed| (StatementId(id), StatementId(needed)))));
        let again = run(&things, &statements, &Graph::new(&statements, &known), 16);
        prop_assert_eq!(again.failures, 0);
    }

    #[test]
    fn what_is_missing_is_the_only_root(things in solvable(), broken in any::<prop::sample::Index>()) {
        let mut things = things;
        let broken = broken.index(things.len());
        let nowhere = things.len() + 1000;
        things[broken].needs = BTreeSet::from([nowhere]);
        for thing in &mut things {
            thing.shows_its_name = true;
            thing.mentions = thing.needs.clone();
        }
        let statements = statements(&things);
        let graph = Graph::new(&statements, &[]);
        let run = run(&things, &statements, &graph, 16);
        let explanation = explain(&statements, &graph, &run.left);
        let roots: Vec<Vec<StatementId>> = explanation.roots.iter().map(|root| root.statements.clone()).collect();
        prop_assert_eq!(roots, vec![vec![StatementId(broken)]]);
        prop_assert_eq!(explanation.waiting, run.left.len() - 1);
        prop_assert_eq!(run.done.len() + run.left.len(), things.len());
    }

    #[test]
    fn the_canonical_order_does_not_know_file_names(things in solvable(), seed in any::<u64>()) {
        let first = statements(&things);
        let mut shuffled: Vec<usize> = (0..things.len()).collect();
        shuffled.sort_by_key(|&number| (number as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let second: Vec<Statement> = shuffled.iter().map(|&number| first[number].clone()).collect();
        let checksums = |statements: &[Statement]| -> Vec<Checksum> {
            let graph = Graph::new(statements, &[]);
            order::canonical(statements, &graph).into_iter().map(|id| statements[id.0].checksum).collect()
        };
        prop_assert_eq!(checksums(&first), checksums(&second));
    }
}

#[test]
fn a_circle_is_one_root_with_both_members() {
    let thing =
        |needed: usize| Thing { needs: BTreeSet::from([needed]), mentions: BTreeSet::from([needed]), shows_its_name: true };
    let things = [thing(1), thing(0), thing(0)];
    let statements = statements(&things);
    let graph = Graph::new(&statements, &[]);
    let run = run(&things, &statements, &graph, 16);
    let explanation = explain(&statements, &graph, &run.left);
    let mut members = explanation.roots[0].statements.clone();
    members.sort_unstable();
    assert_eq!((explanation.roots.len(), members, explanation.waiting), (1, vec![StatementId(0), StatementId(1)], 1));
}

#[test]
fn a_chain_in_the_wrong_order_without_hints_costs_one_failure_each() {
    let count = 400;
    let things: Vec<Thing> = (0..count)
        .map(|number| Thing {
            needs: (number + 1 < count).then_some(number + 1).into_iter().collect(),
            mentions: BTreeSet::new(),
            shows_its_name: true,
        })
        .collect();
    let statements = statements(&things);
    let run = run(&things, &statements, &Graph::new(&statements, &[]), 128);
    assert_eq!(run.done.len(), count);
    assert!(run.failures <= count, "{} failures", run.failures);
}
