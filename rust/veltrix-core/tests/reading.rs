//! What a host asks a snapshot: where paths lead, small overlays, paths in their order.

#[expect(dead_code, reason = "other tests take more of it")]
mod stacks;

use serde_json::json;
use stacks::{layer, names, resolve};
use veltrix_core::interner;
use veltrix_core::path::{PathHash, Step, is_plain, is_plain_ascii, parse, plain_hash};
use veltrix_core::{
    Beside, Conflicts, Overlaid, OverlaidPath, Overlay, ROOT_HASH, SmallOverlay, Snapshot, SortedPaths, Standing,
    Target, path_tag,
};

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

/// What a small overlay says of a path from the root, by its text.
fn given<'a>(snapshot: &Snapshot, overlay: &'a SmallOverlay<u32>, text: &str) -> Option<Overlay<'a, u32>> {
    let hash = plain_hash(text, ROOT_HASH).expect("a plain path").whole();
    overlay.find_text(snapshot, 0, path_tag(hash), (text, 0))
}

#[test]
fn a_small_overlay_takes_leaves_and_what_is_new() {
    let snapshot = snapshot();
    let below = Overlaid::new(&snapshot);
    let (db, standing) = below.child(OverlaidPath::ROOT, "db").expect("a mapping");
    assert_eq!(standing, Standing::Mapping);
    let (port, standing) = below.child(db, "port").expect("a leaf");
    assert_eq!(standing, Standing::Leaf);
    let (new, standing) = below.child(db, "new").expect("nothing yet");
    assert_eq!(standing, Standing::Nothing);

    let mut overlay = SmallOverlay::default();
    assert!(overlay.is_empty() && overlay.filter().is_nothing());
    overlay.put(db, "port", port, 1);
    assert!(!overlay.has_names());
    overlay.put(db, "new", new, 2);
    let (deep, _) = below.child(OverlaidPath::ROOT, "deep").expect("nothing yet");
    let deep = overlay.open(OverlaidPath::ROOT, "deep", deep);
    let (x, _) = below.child(deep, "x").expect("nothing yet");
    overlay.put(deep, "x", x, 3);
    overlay.finish();
    assert_eq!((overlay.len(), overlay.layers(), overlay.has_names()), (4, 1, true));
    assert_eq!(given(&snapshot, &overlay, "db.new"), Some(Overlay::Value(&2)));
    assert_eq!(given(&snapshot, &overlay, "deep"), Some(Overlay::Mapping(2)));
    assert_eq!(overlay.child_of(&snapshot, 2, "x"), Some(Overlay::Value(&3)));
    assert_eq!(overlay.child_of(&snapshot, 2, "port"), None);
    let deep = overlay.path_of(&snapshot, 2);
    let (names, hash) = (snapshot.steps(&deep), plain_hash("deep", ROOT_HASH).map(PathHash::whole));
    assert_eq!((names, Some(deep.hash)), (vec![Step::Name("deep".into())], hash));
    assert_eq!(given(&snapshot, &overlay, "deep.x"), Some(Overlay::Value(&3)));
    for text in ["new", "x", "db.port", "db.new.x", "deep.new", "db.deep.x", "deep.y"] {
        assert_eq!(given(&snapshot, &overlay, text), None, "{text}");
    }
}

#[test]
fn an_overlay_over_another_one_gives_its_own_values_first() {
    let snapshot = snapshot();
    let below = Overlaid::new(&snapshot);
    let (db, _) = below.child(OverlaidPath::ROOT, "db").expect("a mapping");
    let names: Vec<String> = (0..20).map(|number| format!("new{number}")).collect();
    for count in [1, 2, 5, 20] {
        let mut lower = SmallOverlay::default();
        for (number, name) in names.iter().take(count).enumerate() {
            let (path, _) = below.child(db, name).expect("nothing yet");
            lower.put(db, name, path, number as u32);
        }
        lower.finish();
        let Some(mut upper) = lower.over("lower".into(), |value| *value) else {
            assert_eq!(count, 20, "so many are not taken along");
            continue;
        };
        let (path, _) = below.child(db, "new0").expect("nothing yet");
        let (path, standing) = upper.standing(db, "new0", path);
        assert_eq!(standing, Standing::Leaf);
        upper.put(db, "new0", path, 100);
        upper.finish();
        assert_eq!(upper.lower().collect::<Vec<_>>(), ["lower"]);
        assert_eq!(given(&snapshot, &upper, "db.new0"), Some(Overlay::Value(&100)));
        let last = count as u32 - 1;
        if last > 0 {
            assert_eq!(given(&snapshot, &upper, &format!("db.new{last}")), Some(Overlay::Value(&last)));
        }
    }
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
