//! What a YAML document cannot do, however it is written, and where its nodes stand. Values are in the corpus.

use std::fmt::Write as _;

use veltrix_core::Tree;
use veltrix_core::formats::{DocumentError, Format, parse};
use veltrix_core::interner;

fn load(text: &str) -> Result<Tree, DocumentError> {
    parse(Format::Yaml, text.as_bytes(), interner::current())
}

fn limit(text: &str) -> Option<DocumentError> {
    load(text).err().filter(|error| error.limit)
}

#[test]
fn depth_is_limited_in_blocks() {
    let nested = |depth: usize| (0..depth).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    assert!(load(&nested(64)).is_ok());
    let path = vec!["a"; 65].join(".");
    for depth in [65, 66, 200, 1000] {
        let error = limit(&nested(depth)).expect("a limit");
        assert_eq!((error.reason.as_str(), error.path.as_ref()), ("deeper than 64 levels", Some(&path)));
    }
}

#[test]
fn depth_is_limited_whatever_the_syntax_and_before_it_ends() {
    for open in ["[", "{a: ", "{b: [", "- ", "!!seq [", "&a [", "{$replace: {a: ", "{<<: {a: "] {
        let value = format!("a:\n {}", open.repeat(100_000));
        assert!(limit(&value).is_some(), "{open}");
        let closed = format!("a:\n {}{}", open.repeat(200), if open == "- " { "1" } else { "" });
        let error = load(&closed).expect_err(open);
        assert!(error.limit || error.reason.starts_with("unclosed"), "{open} {error:?}");
    }
    assert_eq!(limit(&"{<<: ".repeat(100_000)).expect("a limit").reason, "deeper than 64 levels");
    assert_eq!(load(&"? ".repeat(100_000)).expect_err("a mapping as key").reason, "a key is a str, not mapping");
}

#[test]
fn operators_add_no_level() {
    let nested = |depth: usize| format!("{}1{}", "{a: {$replace: ".repeat(depth), "}}".repeat(depth));
    assert!(load(&nested(64)).is_ok());
    assert!(limit(&nested(65)).is_some());
}

#[test]
fn aliases_of_aliases_are_counted() {
    let mut bomb = String::from("l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let aliases = vec![format!("*l{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "l{level}: &l{level} [{aliases}]");
    }
    assert_eq!(limit(&bomb).expect("a limit").reason, "more than 10000 alias expansions");
}

#[test]
fn what_aliases_and_merge_keys_bring_is_measured() {
    let text = "x".repeat(1 << 20);
    for (anchor, use_of) in
        [(text.clone(), "*a"), (format!("{{k: {text}}}"), "*a"), (format!("{{k: {text}}}"), "{<<: *a}")]
    {
        let copies = |count: usize| format!("a: &a {anchor}\nb: [{}]\n", vec![use_of; count].join(", "));
        assert!(load(&copies(15)).is_ok());
        let error = limit(&copies(16)).expect("a limit");
        assert_eq!(error.reason, "aliases and merge keys bring more than 16 MiB");
    }
}

#[test]
fn keys_that_a_mapping_has_itself_are_measured_too_where_they_are_looked_at() {
    let long = "k".repeat(1000);
    let mapping = format!("{{{long}: 1}}");
    let text = format!("a: &a {mapping}\nb: [{}]\n", vec![format!("{{<<: *a, {long}: 2}}"); 9999].join(", "));
    assert!(load(&text).is_ok());
    let long = "k".repeat(1020);
    let wide: String = (0..20).fold(String::new(), |text, index| text + &format!("{index}{long}: 1, "));
    let text = format!("a: &a {{{wide}}}\nb: [{}]\n", vec!["{<<: *a}"; 1000].join(", "));
    assert!(limit(&text).is_some());
}

#[test]
fn positions_count_code_points() {
    let layer = load("\u{e9}\u{1F600}: 1\r\nb:\r\n  - x\r\n  - \u{1F600}: 2\rc: &a !!str 3\n").expect("a layer");
    let places: Vec<_> =
        (0..layer.nodes().len() as u32).map(|id| layer.position(id).map(|place| (place.line, place.column))).collect();
    assert_eq!(places, [(1, 1), (1, 1), (2, 1), (3, 5), (4, 5), (4, 5), (5, 1)].map(Some));
}

#[test]
fn what_an_alias_stands_for_keeps_its_place_and_the_alias_has_its_own() {
    let layer = load("a: &a\n  b: 1\nc: *a\nd:\n  - *a\ne: {<<: *a}\n").expect("a layer");
    let places: Vec<_> =
        (0..layer.nodes().len() as u32).map(|id| layer.position(id).map(|place| (place.line, place.column))).collect();
    let expected = [(1, 1), (1, 1), (2, 3), (3, 1), (2, 3), (4, 1), (5, 5), (2, 3), (6, 1), (2, 3)];
    assert_eq!(places, expected.map(Some));
}

#[test]
fn a_cut_at_any_character_gives_an_error_or_a_layer() {
    let text = "%YAML 1.2\n---\na: &x {b: [1, 'two', \"th\\u0072ee\"]}\nc: |\n  text\n\nd:\n- *x\n- <<: *x\n  e: !!int '5'\n? f\n: >-\n  g\n...\n";
    for (end, _) in text.char_indices() {
        let _ = load(&text[..end]);
        let _ = load(&text[end..]);
    }
    assert!(load(text).is_ok());
}
