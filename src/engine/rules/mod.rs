//! What must be true at the end of a run, as functions of what is known, in the order in which they are asked.

pub mod aftermath;
pub mod circles;
pub mod conflicts;
pub mod creating;
pub mod drops;
pub mod fights;
pub mod migrate;
pub mod outdated;
pub mod rebinding;
pub mod removal;
pub mod revert;
pub mod setters;
pub mod settings;
pub mod stages;
pub mod stars;
pub mod stuck;

use super::verdict::Rule;

/// Every rule. The first that has something against the world as it is decides what is done.
pub const ALL: &[Rule] = &[
    Rule { name: "suspend_defaults", ask: revert::suspend_defaults },
    Rule { name: "commit_before", ask: stages::commit_before },
    Rule { name: "migrate", ask: migrate::migrate },
    Rule { name: "review", ask: aftermath::review },
    Rule { name: "follow_migrations", ask: stars::follow_migrations },
    Rule { name: "restore_stage", ask: stages::restore_stage },
    Rule { name: "revert_definitions", ask: revert::definitions },
    Rule { name: "create", ask: creating::create },
    Rule { name: "act", ask: creating::act },
    Rule { name: "give_back", ask: creating::give_back },
    Rule { name: "set_again", ask: setters::set_again },
    Rule { name: "remove_early", ask: outdated::remove_early },
    Rule { name: "follow_changed", ask: outdated::follow_changed },
    Rule { name: "misplaced", ask: rebinding::misplaced },
    Rule { name: "commit_first", ask: stages::commit_first },
    Rule { name: "whole_files", ask: stuck::whole_files },
    Rule { name: "stuck", ask: stuck::stuck },
    Rule { name: "constraints", ask: stuck::constraints },
    Rule { name: "rebinding", ask: rebinding::rebinding },
    Rule { name: "revoke", ask: revert::revoke },
    Rule { name: "remove", ask: removal::remove },
    Rule { name: "fights", ask: fights::fights },
    Rule { name: "review_end", ask: aftermath::review_end },
    Rule { name: "conflicts", ask: conflicts::conflicts },
    Rule { name: "circles", ask: circles::circles },
];
