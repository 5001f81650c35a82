//! What a host asks a snapshot: where paths lead, small overlays, paths in their order.

#[expect(dead_code, reason = "other tests take more of it")]
mod stacks;

use serde_json::json;
use stacks::{layer, names, resolve};
use veltrix_core::interner;
use veltrix_core::path::{is_plain, is_plain_ascii, parse};
use veltrix_core::{Beside, Conflicts, Overlaid, OverlaidPath, SmallOverlay, Snapshot, SortedPaths, Target};

fn snapshot() -> Snapshot {
    let data = json!({"db": {"host": "a", "port": 1, "tags": ["x", {"deep": true}]}, "empty": {}, "z.z": 0});
    let table = interner::current();
    resolve(&table, vec![layer(&table, "only", &data)], Conflicts::Error).expect("one layer")
}

/// `leaf`, `mapping`, or how many steps lead to something.
fn found(snapshot: &Snapshot, path: &str) -> String {
    match snapshot.look_up(&snapshot.root(), &parse(path).expect("a path")) {
        Target::Leaf { .. } => "leaf".into(),
        Target::Mapping(_) => "mapping".into(),
        Target::Missing { depth } => depth.to_string(),
    }
}

#[test]
fn steps_lead_into_values_or_say_how_far_they_lead() {
    let snapshot = snapshot();
    let paths = ["db", "empty", "db.port", "db.tags[0]", "db.tags[1].deep", "\"z.z\""];
    assert_eq!(paths.map(|path| found(&snapshot, path)), ["mapping", "mapping", "leaf", "leaf", "leaf", "leaf"]);
    let paths = ["no", "db.no", "db.port.no", "db.tags[2]", "db.tags[1].no", "db[0]"];
    assert_eq!(paths.map(|path| found(&snapshot, path)), ["0", "1", "2", "2", "3", "1"]);
}

#[test]
fn an_error_learns_the_names_and_the_number_of_items() {
    let snapshot = snapshot();
    let base = snapshot.base.names();
    let beside = |path: &str| match snapshot.beside(&snapshot.root(), &parse(path).expect("a path")) {
        Beside::Mapping(mapping) => base.children(mapping.entry).collect::<Vec<_>>().join(" "),
        Beside::Names(names) => names.join(" "),
        Beside::Items(items) => items.to_string(),
        Beside::Nothing => String::new(),
    };
    assert_eq!(beside("db"), "host port tags");
    assert_eq!(beside("db.tags"), "2");
    assert_eq!(beside("db.tags[1]"), "deep");
    assert_eq!([beside("db.port"), beside("no")], ["", ""]);
    let db = snapshot.mapping_at(&names(snapshot.segments(), "db")).expect("a mapping");
    assert_eq!(base.path(db.entry).collect::<Vec<_>>(), ["db"]);
}

#[test]
fn children_are_counted_at_every_width() {
    let table = interner::current();
    for width in 0..40_usize {
        let inner: serde_json::Map<_, _> = (0..width).map(|at| (format!("n{at}"), json!({"x": {"y": at}}))).collect();
        let data = json!({"s": inner, "t": 1});
        let snapshot = resolve(&table, vec![layer(&table, "only", &data)], Conflicts::Error).expect("one layer");
        let section = snapshot.mapping_at(&names(&table, "s")).expect("a mapping");
        assert_eq!((snapshot.count(&section), snapshot.base.count(section.entry)), (width, width));
        assert_eq!(snapshot.names(&section).len(), width);
    }
}

#[test]
fn a_plain_name_of_ascii_characters_is_found_out_by_words() {
    for special in (0..128).map(char::from) {
        for before in 0..18 {
            for behind in [0, 1, 9] {
                let text = format!("{}{special}{}", "a".repeat(before), "b".repeat(behind));
                assert_eq!(is_plain_ascii(&text), is_plain(&text), "{text:?}");
            }
        }
    }
    assert!(!is_plain_ascii(""));
}

#[test]
fn a_small_overlay_takes_leaves_of_the_base_and_not_too_many() {
    let snapshot = snapshot();
    let mut overlay = SmallOverlay::default();
    let below = Overlaid::new(&snapshot);
    let (db, is_mapping) = below.child(OverlaidPath::ROOT, "db").expect("a mapping");
    let (port, is_leaf) = below.child(db, "port").map(|(path, is_mapping)| (path, !is_mapping)).expect("a leaf");
    assert!(is_mapping && is_leaf && overlay.is_empty());
    assert!(below.child(db, "no").is_none() && below.child(db, "tags").is_none());
    let taken = (0..100).take_while(|&value| overlay.put(port, || value)).count();
    assert!(overlay.filter() != 0 && (1..100).contains(&taken) && overlay.iter().count() == taken);
    let (entry, _) = overlay.iter().next().expect("a value");
    assert_eq!((overlay.find(entry), overlay.find(entry + 1)), (Some(&0), None));
}

#[test]
fn paths_come_in_the_order_of_their_texts() {
    let table = interner::current();
    let texts = ["a.b", "a", "\"a.b\".c", "a.b.longer than sixteen bytes.2", "a.b.longer than sixteen bytes.1", "B"];
    let plain = texts.map(|text| text.replace(' ', "_"));
    let paths: Vec<_> = plain.iter().map(|text| names(&table, text)).collect();
    let sorted = SortedPaths::new(&table, paths.iter().map(|path| &**path));
    let mut expected: Vec<(&str, usize)> = plain.iter().enumerate().map(|(at, text)| (&**text, at)).collect();
    expected.sort_unstable();
    assert_eq!(sorted.iter().collect::<Vec<_>>(), expected);
}
