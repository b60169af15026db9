//! Small histories, each for what random ones seldom come to.

use crate::edits::{Edit, Piece};

fn put(file: &str, about: &str, text: &str) -> Edit {
    Edit::Put(file.to_owned(), Piece { about: about.to_owned(), text: text.to_owned() })
}

fn migrate(text: &str) -> Edit {
    Edit::Migrate(text.to_owned())
}

/// The histories, with the names of the rules that they cannot do without.
pub fn all() -> Vec<(&'static str, Vec<Edit>)> {
    vec![
        ("whole_files", vec![put("pk", "pk", "CREATE PACKAGE pk IS a; a; DONE a")]),
        (
            "give_back",
            vec![
                Edit::All(vec![
                    put("f0", "v1", "DO $$ BEGIN EXECUTE 'CREATE VIEW v' || '1 AS SELECT a FROM t1'; END $$"),
                    put("f1", "set", "ALTER VIEW public.v1 SET security = '1'"),
                ]),
                migrate("ALTER TABLE t1 ALTER COLUMN a TYPE text;"),
            ],
        ),
        (
            "circles",
            vec![
                put("f0", "v1", "CREATE VIEW v1 AS SELECT a FROM t1"),
                put("f1", "v2", "CREATE VIEW v2 AS SELECT a FROM v1"),
                put("f0", "v1", "CREATE VIEW v1 AS SELECT a FROM v2"),
            ],
        ),
        (
            "commit_first",
            vec![
                Edit::All(vec![put("f0", "mood", "CREATE TYPE mood AS ENUM ('a')"), migrate("CREATE TABLE k1 (m mood);")]),
                Edit::All(vec![
                    put("f0", "mood", "CREATE TYPE mood AS ENUM ('a', 'b')"),
                    put("f1", "v1", "CREATE VIEW v1 AS SELECT 'b'::mood AS m"),
                ]),
            ],
        ),
        (
            "conflicts",
            vec![
                put("f0", "v1", "CREATE OR REPLACE VIEW v1 AS SELECT a FROM t1"),
                put("f1", "v1 again", "CREATE OR REPLACE VIEW public.v1 AS SELECT a FROM t2"),
            ],
        ),
        (
            "revoke",
            vec![
                put("f0", "v1", "CREATE VIEW v1 AS SELECT a FROM t1"),
                put("f1", "grant", "GRANT SELECT ON public.v1 TO reader"),
                Edit::ByHand("GRANT SELECT ON public.v1 TO stranger".to_owned()),
            ],
        ),
        (
            "revert_definitions",
            vec![
                put("f0", "v1", "CREATE VIEW v1 AS SELECT a FROM t1"),
                put("f1", "set", "ALTER VIEW public.v1 SET security = '1'"),
                Edit::Remove("set".to_owned()),
            ],
        ),
        (
            "follow_migrations",
            vec![
                put("f0", "v1", "CREATE VIEW v1 AS SELECT * FROM t1"),
                Edit::All(vec![
                    put("f1", "m1", "CREATE MATERIALIZED VIEW m1 AS SELECT * FROM v1"),
                    migrate("ALTER TABLE t1 ADD COLUMN n1 integer;"),
                ]),
            ],
        ),
        (
            "follow_changed",
            vec![
                put("f0", "v1", "CREATE VIEW v1 AS SELECT a FROM t1"),
                put("f1", "v2", "CREATE VIEW v2 AS SELECT * FROM v1"),
                Edit::All(vec![
                    put("f0", "v1", "CREATE VIEW v1 AS SELECT a, b FROM t1"),
                    put("f2", "v3", "CREATE VIEW v3 AS SELECT b FROM v2"),
                ]),
            ],
        ),
    ]
}
