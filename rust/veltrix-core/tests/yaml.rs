//! YAML documents: values, refusals with their positions, limits.

use std::fmt::Write as _;

use veltrix_core::formats::{DocumentError, Format, parse};
use veltrix_core::layer::{Layer, NodeId};
use veltrix_core::segments;
use veltrix_core::value::{Kind, Scalar};

fn load(text: &str) -> Result<Layer, DocumentError> {
    parse(Format::Yaml, text.as_bytes(), segments::current())
}

/// A layer in one line: `{a: 1, b: [x]}`, operators as `$append [..]`.
fn show(layer: &Layer, id: NodeId, out: &mut String) {
    let kind = layer.node(id).kind;
    let brackets = match kind {
        Kind::Mapping => ("{", "}"),
        Kind::List => ("[", "]"),
        _ => ("", ""),
    };
    if kind.is_operator() {
        let _ = write!(out, "${} ", kind.word());
    }
    match layer.scalar(id) {
        Some(Scalar::Str(text)) => _ = write!(out, "{text:?}"),
        Some(Scalar::Int(value)) => _ = write!(out, "{value}"),
        Some(scalar) => _ = write!(out, "{scalar:?}"),
        None => {
            out.push_str(brackets.0);
            for (index, child) in layer.children(id).enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                if kind == Kind::Mapping {
                    let _ = write!(out, "{}: ", layer.segments().get(layer.node(child).segment).text);
                }
                show(layer, child, out);
            }
            out.push_str(brackets.1);
        }
    }
}

/// The layer in one line, or the error as `line:column reason`.
fn read(text: &str) -> String {
    match load(text) {
        Ok(layer) => {
            let mut out = String::new();
            show(&layer, 0, &mut out);
            out
        }
        Err(error) => {
            let place = error.position.map_or(String::new(), |place| format!("{}:{} ", place.line, place.column));
            let path = error.path.map_or(String::new(), |path| format!(" at {path}"));
            format!("{place}{}{}{path}", if error.limit { "limit: " } else { "" }, error.reason)
        }
    }
}

fn table(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn documents_without_content_are_empty_mappings() {
    for text in ["", "\n", "# only a comment\n", "---\n", "--- # c\n...\n", "%YAML 1.2\n---\n"] {
        assert_eq!(read(text), "{}", "{text:?}");
    }
}

#[test]
fn the_top_level_is_one_mapping() {
    table(&[
        ("a: 1\n...\n# end\n", "{a: 1}"),
        ("---\na: 1\n---\nb: 2\n", "3:1 more than one document"),
        ("- a\n", "1:1 expected a mapping at the top level, found list"),
        ("~\n", "1:1 expected a mapping at the top level, found null"),
        ("plain\n", "1:1 expected a mapping at the top level, found str"),
    ]);
}

#[test]
fn keys_are_text_and_stand_once() {
    table(&[
        ("\"1\": a\n'true': b\n2024-01-01: c\n!!str 3: d\n", "{1: \"a\", true: \"b\", 2024-01-01: \"c\", 3: \"d\"}"),
        ("a:\n  1: x\n", "2:3 a key is a str, not int; quote it"),
        ("true: x\n", "1:1 a key is a str, not bool; quote it"),
        ("1.5: x\n", "1:1 a key is a str, not float; quote it"),
        (": x\n", "1:1 a key is a str, not null; quote it"),
        ("[a]: x\n", "1:1 a key is a str, not list"),
        ("? {a: 1}\n: x\n", "1:3 a key is a str, not mapping"),
        ("a: 1\nb:\n  c: 1\n  \"c\": 2\n", "4:3 duplicate key (first at line 3, column 3) at b.c"),
        ("k: &k name\n*k : v\n", "{k: \"name\", name: \"v\"}"),
        ("k: &k 1\n*k : v\n", "2:1 a key is a str, not int; quote it"),
    ]);
}

#[test]
fn aliases_stand_for_their_node() {
    table(&[
        ("a: &x {b: [1]}\nc: *x\nd: [*x, &y e, *y]\n", "{a: {b: [1]}, c: {b: [1]}, d: [{b: [1]}, \"e\", \"e\"]}"),
        ("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"),
        ("a: &x [*x]\n", "1:8 recursive alias"),
        ("a: &x\n  b: {c: *x}\n", "2:10 recursive alias"),
    ]);
    assert!(read("a: *x\n").starts_with("1:"), "{}", read("a: *x\n"));
}

#[test]
fn merge_keys_bring_what_the_mapping_lacks() {
    table(&[
        ("b: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n  z: 4\n", "{b: {x: 1, y: 2}, m: {x: 1, y: 3, z: 4}}"),
        ("b: &b {x: 1, y: 2}\nm: {y: 3, <<: *b}\n", "{b: {x: 1, y: 2}, m: {y: 3, x: 1}}"),
        ("m: {<<: [{a: 1, b: 1}, {b: 2, c: 2}], c: 3}\n", "{m: {a: 1, b: 1, c: 3}}"),
        ("m: {<<: {<<: {a: 1, b: 1}, b: 2, c: 2}, c: 3}\n", "{m: {a: 1, b: 2, c: 3}}"),
        ("m: {<<: [{<<: {a: 1, b: 1}}, {a: 2, d: 2}]}\n", "{m: {a: 1, b: 1, d: 2}}"),
        ("l: &l [{a: 1}]\nm: {<<: *l}\n", "{l: [{a: 1}], m: {a: 1}}"),
        ("m: {<<: {}}\n", "{m: {}}"),
        ("m: {\"<<\": 1}\nl: [<<]\n", "{m: {<<: 1}, l: [\"<<\"]}"),
        ("m: {<<: 1}\n", "1:9 a merge key takes a mapping or a list of mappings"),
        ("m: {<<: [[{a: 1}]]}\n", "1:10 a merge key takes a mapping or a list of mappings"),
        ("m:\n  <<:\n  a: 1\n", "2:5 a merge key takes a mapping or a list of mappings"),
        ("m: {<<: {}, <<: {}}\n", "1:13 duplicate key (first at line 1, column 5) at m.<<"),
        ("m: {<<: {a: 1, a: 2}, a: 3}\n", "1:16 duplicate key (first at line 1, column 10) at m.a"),
        ("m: {<<: {1: 1}}\n", "1:10 a key is a str, not int; quote it"),
        ("m: {<<: {$append: [1]}}\n", "{m: $append [1]}"),
    ]);
}

#[test]
fn only_tags_of_the_core_schema_pass() {
    table(&[
        (
            "a: !!str 1\nb: !!int \"2\"\nc: !!float 3\nd: !!null ''\ne: !!bool 'true'\nf: ! 4\ng: !!str\n",
            "{a: \"1\", b: 2, c: Float(3.0), d: Null, e: Bool(true), f: \"4\", g: \"\"}",
        ),
        ("a: !!map {b: !!seq [1]}\n", "{a: {b: [1]}}"),
        ("%TAG !c! tag:yaml.org,2002:\n---\na: !c!str 1\nb: !<tag:yaml.org,2002:int> '2'\n", "{a: \"1\", b: 2}"),
        ("a: !!int x\n", "1:4 !!int does not fit this value"),
        ("a: !!bool yes\n", "1:4 !!bool does not fit this value"),
        ("a: !!map []\n", "1:4 !!map does not fit a list"),
        ("a: !!str {}\n", "1:4 !!str does not fit a mapping"),
        ("a: !!seq x\n", "1:4 !!seq does not fit this value"),
    ]);
    for tag in ["!local", "!!python/object:os.system", "!!binary", "!!set", "!!timestamp", "!!merge", "!<x>", "!!omap"]
    {
        for value in ["2024-13-01", "[x]", "{x: y}"] {
            assert_eq!(read(&format!("a: {tag} {value}\n")), "1:4 tag not allowed");
        }
    }
    assert_eq!(read("!!python/name:os.system a: 1\n"), "1:1 tag not allowed");
}

#[test]
fn operators_and_their_escape() {
    table(&[
        (
            "a: {$append: [1]}\nb: {$delete: true}\nc: {$$delete: true}\n",
            "{a: $append [1], b: $delete , c: {$delete: Bool(true)}}",
        ),
        ("a: {$delete: yes}\n", "1:5 \"$delete\" takes true"),
    ]);
}

#[test]
fn characters_that_yaml_does_not_print_are_refused() {
    table(&[
        ("a: \"\u{1}\"\n", "1:5 unprintable character U+0001; only an escape in double quotes can hold it"),
        ("a: 1\r\nb\u{7f}: 1\r\n", "2:2 unprintable character U+007F; only an escape in double quotes can hold it"),
        ("a: 1\rb: \u{feff}\r", "2:4 unprintable character U+FEFF; only an escape in double quotes can hold it"),
        ("\u{e9}: \u{ffff}", "1:4 unprintable character U+FFFF; only an escape in double quotes can hold it"),
        ("a: \u{85}x\u{2028}\u{1F600}", "{a: \"\\u{85}x\\u{2028}\u{1F600}\"}"),
        ("a: \"\\u0001\\ufeff\\0\"\n", "{a: \"\\u{1}\\u{feff}\\0\"}"),
    ]);
    assert!(load("a: \"\\ud800\"\n").is_err());
}

#[test]
fn other_versions_of_yaml_are_refused() {
    table(&[
        ("%YAML 1.2\n---\na: yes\n", "{a: \"yes\"}"),
        ("# c\n\n%YAML 1.1\n---\na: yes\n", "3:1 only YAML 1.2 is read"),
        ("%YAML  1.20\n---\na: yes\n", "1:1 only YAML 1.2 is read"),
    ]);
}

#[test]
fn depth_is_limited_whatever_the_syntax() {
    let path: Vec<_> = (0..65).map(|_| "a").collect();
    let deep = format!("limit: deeper than 64 levels at {}", path.join("."));
    let block = |depth: usize| (0..depth).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    assert!(read(&block(65)).ends_with(&deep), "{}", read(&block(65)));
    assert!(load(&block(64)).is_ok());
    for depth in [65, 100, 128, 129, 1000, 100_000] {
        let nested = format!("{}1{}", "{a: ".repeat(depth), "}".repeat(depth));
        assert!(read(&nested).ends_with(&deep), "{depth}");
        for open in ["[", "- ", "? ", "{<<: ", "!!seq [", "&a [", "["] {
            let text = format!("a: {}", open.repeat(depth)).replace("a: -", "a:\n -").replace("a: ?", "a:\n ?");
            if depth > 2000 {
                assert!(load(&text).is_err_and(|error| error.limit || open.starts_with('?')), "{open} {depth}");
            }
            assert!(load(&text).is_err(), "{open} {depth}");
        }
    }
}

#[test]
fn aliases_are_limited_in_number_and_in_size() {
    let mut bomb = String::from("l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let aliases = vec![format!("*l{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "l{level}: &l{level} [{aliases}]");
    }
    assert!(read(&bomb).contains("limit: more than 10000 alias expansions"), "{}", read(&bomb));

    let long = "x".repeat(1 << 20);
    let copies = |count: usize| format!("a: &a {long}\nb: [{}]\n", vec!["*a"; count].join(", "));
    assert!(load(&copies(15)).is_ok());
    assert!(read(&copies(16)).contains("limit: aliases and merge keys bring more than 16 MiB"));

    let merged = |count: usize| format!("a: &a {{k: {long}}}\nb: [{}]\n", vec!["{<<: *a}"; count].join(", "));
    assert!(load(&merged(15)).is_ok());
    assert!(read(&merged(16)).contains("limit: aliases and merge keys bring more than 16 MiB"));
}

#[test]
fn positions_count_code_points() {
    let layer = load("\u{e9}\u{1F600}: 1\r\nb:\r\n  - x\r\n  - \u{1F600}: 2\r\n").unwrap();
    let places: Vec<_> =
        (0..layer.nodes().len() as u32).map(|id| layer.position(id).map(|place| (place.line, place.column))).collect();
    assert_eq!(places, [(1, 1), (1, 1), (2, 1), (3, 5), (4, 5), (4, 5)].map(Some));
}
