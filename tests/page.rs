//! The graph as a page, in a real browser: found by typing, walked by keys and pointer, in light and dark, with any names.

mod support;

use pgmg::internals::model::graph::{GraphObject, ObjectGraph};
use pgmg::internals::model::record::LearnedFrom;
use pgmg::internals::output::graph::{Excerpt, GraphFormat, written};
use support::browser::Browser;
use support::{Outcome, ensure};

fn page(graph: &ObjectGraph) -> String {
    written(&Excerpt { graph, about: None, directions: &[], depth: None }, GraphFormat::Html)
}

fn object(name: &str, path: &str, sql: &str) -> GraphObject {
    GraphObject { name: name.into(), summary: None, path: Some(path.into()), line: 7, sql: sql.into() }
}

fn is(what: &str, expected: &str, actual: &str) -> Outcome {
    ensure(expected == actual, || format!("{what}: expected {expected:?}, and it is {actual:?}"))
}

/// 3,000 objects in about 15 layers: each needs up to three that come before it, chosen by a fixed rule.
fn large() -> ObjectGraph {
    let kinds = ["view", "function", "materialized view", "type", "trigger", "policy"];
    let name = |at: usize| match at {
        0..10 => format!("table.table_{at}"),
        _ if at % kinds.len() == 1 => format!("function.part_{at}(integer,text)"),
        _ => format!("{}.part_{at}", kinds[at % kinds.len()]),
    };
    let sql = |at: usize| format!("CREATE VIEW part_{at} AS\n  SELECT {at} AS only_here_{at} FROM somewhere");
    let objects = (0..3000).map(|at| object(&name(at), &format!("sql/{}/part_{at}.sql", at % 40), &sql(at)));
    let needed = |at: usize| {
        (1..=3).filter(move |n| at >= 10 && (at * n) % 4 != 1).map(move |n| (at * (n * 7919 + 13) / 11) % (at - at / 5).max(10))
    };
    let edges = (0..3000).flat_map(|at| needed(at).map(move |other| (at, other)));
    let known = [LearnedFrom::Catalog, LearnedFrom::Catalog, LearnedFrom::Text, LearnedFrom::Error];
    let edges: Vec<_> = edges.map(|(at, other)| (name(at), name(other), known[(at + other) % known.len()])).collect();
    ObjectGraph::new(objects, edges)
}

fn small() -> ObjectGraph {
    let objects = [
        object("table.orders", "migrations/001.sql", "CREATE TABLE orders (id int)"),
        object("view.totals", "sql/totals.sql", "CREATE VIEW totals AS SELECT id FROM orders"),
        object("view.report", "sql/report.sql", "CREATE VIEW report AS SELECT id FROM totals"),
        object("function.audit()", "sql/audit.sql", "CREATE FUNCTION audit …"),
    ];
    let edge = |object: &str, needs: &str, from| (object.to_owned(), needs.to_owned(), from);
    let edges = [
        edge("view.totals", "table.orders", LearnedFrom::Catalog),
        edge("view.report", "view.totals", LearnedFrom::Catalog),
        edge("function.audit()", "view.totals", LearnedFrom::Text),
    ];
    ObjectGraph::new(objects, edges)
}

#[test]
fn three_thousand_objects_are_found_by_typing() -> Outcome {
    let mut browser = Browser::open(&page(&large()))?;
    browser.drawn()?;
    browser.screenshot("large")?;
    ensure(browser.text("#summary")?.starts_with("3,000 objects"), || "not all objects are there".into())?;
    // The pixels of the picture, not only its existence: many of them are not the paper's.
    let coloured = browser.value(
        "(() => { const c = document.getElementById('canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; \
         let n = 0; for (let i = 0; i < d.length; i += 4) if (Math.abs(d[i] - d[0]) > 40) n++; return n / (d.length / 4); })()",
    )?;
    ensure(coloured.as_f64().is_some_and(|share| share > 0.1), || format!("only {coloured} of the picture is drawn on"))?;

    browser.press("/")?;
    browser.type_text("part_1234")?;
    browser.screenshot("search")?;
    is("the best one", "trigger.part_1234\nsql/34/part_1234.sql:7", &browser.text("#results li")?)?;
    browser.press("Enter")?;
    browser.screenshot("around")?;
    is("the selected object", "part_1234", &browser.text("#details h2")?)?;
    is("its file", "sql/34/part_1234.sql:7", &browser.text("#details .place")?)?;
    ensure(browser.text("#details pre")?.contains("only_here_1234"), || "its SQL is not shown".into())?;
    is("around it", "true", &browser.value("String(state.isAround)")?.to_string().replace('"', ""))?;
    let hash = browser.value("location.hash")?;
    is("the address", "#trigger.part_1234", hash.as_str().unwrap_or_default())?;

    // By its text only.
    browser.press("/")?;
    browser.type_text("only_here_2718 somewhere")?;
    browser.press("Enter")?;
    is("found by its SQL", "part_2718", &browser.text("#details h2")?)?;
    browser.value("history.back(), new Promise((done) => addEventListener('popstate', () => done(1), { once: true }))")?;
    is("the one before", "part_1234", &browser.text("#details h2")?)?;
    browser.prefer("dark")?;
    browser.screenshot("around_dark")?;
    browser.press("Escape")?;
    browser.screenshot("large_dark")?;
    browser.press("Escape")?;
    is("nothing is selected", "No object is selected", &browser.text("#details h2")?)?;
    browser.press("/")?;
    browser.type_text("no such thing at all")?;
    is("nothing found", "Nothing found", &browser.text("#results-count")?)?;
    browser.is_content()
}

#[test]
fn keys_go_from_object_to_object() -> Outcome {
    let mut browser = Browser::open(&page(&small()))?;
    let selected = |browser: &mut Browser| browser.text("#details h2");
    browser.press("/")?;
    browser.type_text("tot")?;
    browser.press("Enter")?;
    is("by search", "totals", &selected(&mut browser)?)?;
    browser.screenshot("small")?;
    browser.press("ArrowLeft")?;
    is("what it needs", "orders", &selected(&mut browser)?)?;
    browser.press("ArrowRight")?;
    is("what needs it", "totals", &selected(&mut browser)?)?;
    browser.press("ArrowRight")?;
    let first = selected(&mut browser)?;
    browser.press(if first == "report" { "ArrowUp" } else { "ArrowDown" })?;
    let mut both = [first, selected(&mut browser)?];
    both.sort();
    is("its neighbour in the column", "audit() report", &both.join(" "))?;
    let zoom = "drawing.camera.zoom";
    let before = browser.value(zoom)?.as_f64().unwrap_or_default();
    browser.press("+")?;
    let nearer = browser.value(zoom)?.as_f64().unwrap_or_default();
    browser.press("0")?;
    let fitted = browser.value(zoom)?.as_f64().unwrap_or_default();
    ensure(nearer > before && fitted < nearer, || format!("zoom {before}, after + {nearer}, after 0 {fitted}"))?;
    browser.press("?")?;
    ensure(browser.text("#keys")?.contains("search"), || "the keys are not shown".into())?;
    browser.press("Escape")?;
    is("the keys are gone", "true", &browser.value("page.keys.hidden")?.to_string())?;
    // Everything can be reached by Tab: the lists of the panel are buttons.
    browser.value("document.querySelector('#details li button').focus()")?;
    browser.press("Enter")?;
    browser.value("document.activeElement.tagName")?;
    browser.is_content()
}

#[test]
fn the_pointer_selects_moves_and_zooms() -> Outcome {
    let mut browser = Browser::open(&page(&small()))?;
    browser.drawn()?;
    let place = "(() => { const at = drawing.onScreen(graph.objects.find((one) => one.name === 'view.report')); \
                 const box = page.canvas.getBoundingClientRect(); return [at.x + box.left, at.y + box.top]; })()";
    let at = |browser: &mut Browser| -> Outcome<(f64, f64)> {
        let at = browser.value(place)?;
        Ok((at[0].as_f64().unwrap_or_default(), at[1].as_f64().unwrap_or_default()))
    };
    let point = at(&mut browser)?;
    browser.drag(point, point)?;
    is("clicked", "report", &browser.text("#details h2")?)?;
    let texts = browser.text("#details")?;
    for text in
        ["sql/report.sql:7", "Needs 1 directly, 2 objects in all", "totals\ncatalog", "Needed by nothing", "CREATE VIEW report"]
    {
        ensure(texts.contains(text), || format!("{text:?} is not in\n{texts}"))?;
    }
    let before = at(&mut browser)?;
    browser.drag((300.0, 800.0), (340.0, 770.0))?;
    let after = at(&mut browser)?;
    ensure((after.0 - before.0 - 40.0).abs() < 1.0 && (after.1 - before.1 + 30.0).abs() < 1.0, || {
        format!("{before:?} {after:?}")
    })?;
    is("still selected", "report", &browser.text("#details h2")?)?;
    let zoom = browser.value("drawing.camera.zoom")?.as_f64().unwrap_or_default();
    browser.wheel(after, -120.0)?;
    let nearer = browser.value("drawing.camera.zoom")?.as_f64().unwrap_or_default();
    let under = at(&mut browser)?;
    ensure(nearer > zoom && (under.0 - after.0).abs() < 1.0, || format!("{zoom} {nearer} {after:?} {under:?}"))?;
    browser.is_content()
}

#[test]
fn light_and_dark_follow_what_the_person_prefers() -> Outcome {
    let mut browser = Browser::open(&page(&small()))?;
    let pixel = "[...document.getElementById('canvas').getContext('2d').getImageData(2, 300, 1, 1).data].slice(0, 3)";
    let brightness = |browser: &mut Browser| -> Outcome<(f64, f64)> {
        let sum =
            |value: &serde_json::Value| -> f64 { value.as_array().into_iter().flatten().filter_map(|part| part.as_f64()).sum() };
        let paper = browser.value(pixel)?;
        let panel =
            browser.value("getComputedStyle(document.getElementById('details')).backgroundColor.match(/\\d+/g).map(Number)")?;
        Ok((sum(&paper), sum(&panel)))
    };
    browser.prefer("light")?;
    let light = brightness(&mut browser)?;
    browser.prefer("dark")?;
    let dark = brightness(&mut browser)?;
    ensure(light.0 > 600.0 && light.1 > 600.0 && dark.0 < 200.0 && dark.1 < 200.0, || format!("light {light:?}, dark {dark:?}"))?;
    browser.is_content()
}

#[test]
fn names_and_texts_are_harmless() -> Outcome {
    let evil = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>";
    let objects = [
        object(&format!("view.\"{evil}\""), evil, &format!("<!-- {evil} \u{2028} {{{{data}}}}")),
        object("view.__proto__", "constructor", ""),
        object("view.plain", "a.sql", ""),
    ];
    let graph = ObjectGraph::new(objects, [("view.plain".to_owned(), format!("view.\"{evil}\""), LearnedFrom::Catalog)]);
    let mut browser = Browser::open(&page(&graph))?;
    browser.press("/")?;
    browser.type_text("script")?;
    ensure(browser.text("#results li")?.contains(evil), || "the name is not shown as it is".into())?;
    browser.press("Enter")?;
    is("its name", &format!("\"{evil}\""), &browser.text("#details h2")?)?;
    ensure(browser.text("#details pre")?.contains(evil), || "the text is not shown as it is".into())?;
    let hurt = browser.value("[typeof window.hurt, document.images.length].join()")?;
    is("nothing of it ran", "undefined,0", hurt.as_str().unwrap_or_default())?;
    browser.is_content()
}
