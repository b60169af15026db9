//! The graph as a page: one file that opens without a network.

use serde_json::json;

use super::Excerpt;
use crate::model::record::LearnedFrom;

/// The page. All that names and texts can be stands in JSON that holds no `<`, and is put into the page as text, never as HTML.
pub fn html(excerpt: &Excerpt<'_>) -> String {
    let (graph, about) = excerpt.part();
    let objects = graph.objects().iter().map(|object| json!([object.name, object.summary, object.path, object.line, object.sql]));
    let kinds = LearnedFrom::ALL.map(LearnedFrom::word);
    let place = |from: LearnedFrom| kinds.iter().position(|word| *word == from.word());
    let edges = graph.edges().iter().map(|edge| json!([edge.object, edge.needs, place(edge.learned_from)]));
    let value = json!({
        "about": about,
        "known": kinds,
        "objects": objects.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    });
    // In JSON these letters stand only in strings, where the escape means the same.
    let data = value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let mut page = String::with_capacity(data.len() + 64 * 1024);
    let script = concat!("\"use strict\";\n", include_str!("graph.js"), include_str!("canvas.js"), include_str!("page.js"));
    let mut rest = include_str!("page.html");
    for (mark, part) in [("{{style}}", include_str!("page.css")), ("{{data}}", data.as_str()), ("{{script}}", script)] {
        let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(part);
        rest = after;
    }
    page + rest
}

#[cfg(test)]
mod tests {
    use super::super::tests::{example, whole};
    use super::*;

    #[test]
    fn the_page_is_one_file_in_which_names_are_harmless() {
        let page = html(&whole(&example()));
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n") && !page.contains("{{"));
        // One end for each script of ours, none from a name.
        assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (2, 2));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains(" src=") && !page.contains("@import"));
        let data = page.split_once("type=\"application/json\">").and_then(|(_, rest)| rest.split_once("</script>"));
        let data: serde_json::Value = serde_json::from_str(data.expect("the data").0).expect("JSON");
        assert_eq!(data["objects"][4][0], "view.\"a </script> & \"\"b\"\"\"");
        assert_eq!((&data["edges"][0], &data["known"][3]), (&json!([0, 1, 3]), &json!("text")));
    }
}
