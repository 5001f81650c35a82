//! Random stacks and steps: what is resolved against a plain model, and what is derived against what is resolved.

mod stacks;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stacks::{content, definition, layer, names, resolve};
use veltrix_core::{
    Conflicts, Interner, LayerVersion, NO_SEGMENT, SegmentId, Snapshot, Tree, TreeBuilder, What, canonical, diff,
};

const NAMES: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Step {
    Set(usize, String, Value),
    Delete(usize, String),
    Put(Option<usize>, Value),
    Reload(usize, Vec<(String, Option<Value>)>),
    Remove(usize),
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (0..3).prop_map(|number| json!(number)),
        prop::collection::vec(0..3, 0..3).prop_map(|items| json!(items)),
        Just(json!({"$delete": true})),
        prop::collection::vec(0..3, 0..2).prop_map(|items| json!({"$append": items})),
        prop::collection::vec(0..3, 0..2).prop_map(|items| json!({"$prepend": items})),
        (0..3).prop_map(|number| json!({"$replace": number})),
    ]
}

fn mapping(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let entries = prop::collection::vec((prop::sample::select(&NAMES[..]), inner), 0..4);
    entries.prop_map(|entries| {
        Value::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    })
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            4 => mapping(inner.clone()),
            1 => mapping(inner).prop_map(|held| json!({"$replace": held})),
        ]
    })
}

fn data() -> impl Strategy<Value = Value> {
    mapping(value())
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&NAMES[..]), 1..4).prop_map(|names| names.join("."))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<usize>(), path(), value()).prop_map(|(at, path, value)| Step::Set(at, path, value)),
        3 => (any::<usize>(), path()).prop_map(|(at, path)| Step::Delete(at, path)),
        2 => (any::<Option<usize>>(), data()).prop_map(|(at, data)| Step::Put(at, data)),
        1 => any::<usize>().prop_map(Step::Remove),
        3 => reload(value()),
    ]
}

/// A file that is read again, after things were written into it and taken out.
fn reload(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Step> {
    let edits = prop::collection::vec((path(), prop::option::weighted(0.8, value)), 0..4);
    (any::<usize>(), edits).prop_map(|(at, edits)| Step::Reload(at, edits))
}

/// Data of numbers, at the same few paths in every layer.
fn plain() -> impl Strategy<Value = Value> {
    let inner = prop::collection::btree_map(prop::sample::select(&NAMES[..]), 0..3, 1..4);
    (inner, prop::collection::btree_map(prop::sample::select(&NAMES[1..]), 0..3, 0..3))
        .prop_map(|(inner, values)| json!({"a": inner, "b": values.get("b"), "c": values.get("c").unwrap_or(&0)}))
}

/// Mostly a value for another one; now and then one that comes, or goes, or is put onto a list.
fn exchange() -> impl Strategy<Value = Step> {
    let path = prop::sample::select(&["a.a", "a.b", "a.c", "b", "c"][..]).prop_map(str::to_owned);
    (any::<usize>(), path, 0..15).prop_map(|(at, path, number)| match number {
        0 => Step::Delete(at, path),
        1 => Step::Set(at, path, Value::Null),
        2 => Step::Set(at, path, json!({"$append": [at % 2]})),
        3 | 4 => Step::Set(at, path, json!([number])),
        _ => Step::Set(at, path, json!(number % 4)),
    })
}

/// The operator of a definition and what it holds.
fn operator(definition: &Value) -> Option<(&str, &Value)> {
    let (word, held) = definition.as_object().filter(|map| map.len() == 1)?.iter().next()?;
    word.starts_with('$').then_some((word.as_str(), held))
}

/// The value of definitions, highest first; `Err` is a conflict, `None` absence.
fn merged(definitions: &[&Value], replace: bool) -> Result<Option<Value>, ()> {
    let Some(&top) = definitions.first() else { return Ok(None) };
    match operator(top) {
        Some(("$delete", _)) => return Ok(None),
        Some((word @ ("$append" | "$prepend"), items)) => {
            let items = items.as_array().expect("a list").clone();
            let beneath = match merged(&definitions[1..], replace)? {
                Some(Value::Array(list)) => list,
                None => Vec::new(),
                Some(_) if replace => Vec::new(),
                Some(_) => return Err(()),
            };
            let (first, second) = if word == "$append" { (beneath, items) } else { (items, beneath) };
            return Ok(Some(Value::Array([first, second].concat())));
        }
        _ => {}
    }
    let mut counted: Vec<&Value> = Vec::new();
    for &definition in definitions {
        match operator(definition) {
            Some(("$delete", _)) => break,
            Some(("$replace", held)) => {
                counted.push(held);
                break;
            }
            Some(_) => counted.push(&definition[operator(definition).expect("an extension").0]),
            None if definition.is_null() && !counted.is_empty() => break,
            None => counted.push(definition),
        }
        if definition.is_null() {
            break;
        }
    }
    if let Some(other) = counted.iter().position(|value| value.is_object() != counted[0].is_object()) {
        if !replace {
            return Err(());
        }
        counted.truncate(other);
    }
    if !counted[0].is_object() {
        return Ok(Some(counted[0].clone()));
    }
    let maps: Vec<&Map<String, Value>> = counted.iter().filter_map(|value| value.as_object()).collect();
    let mut children: Map<String, Value> = Map::new();
    let mut seen = Vec::new();
    for name in maps.iter().rev().flat_map(|map| map.keys()) {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let below: Vec<&Value> = maps.iter().filter_map(|map| map.get(name)).collect();
        if let Some(value) = merged(&below, replace)? {
            children.insert(name.clone(), value);
        }
    }
    Ok(Some(Value::Object(children)))
}

/// A layer whose tree is another one, that says the same but for the edits that are possible.
fn reloaded(table: &Arc<Interner>, version: &LayerVersion, edits: &[(String, Option<Value>)]) -> LayerVersion {
    let mut edited = version.clone();
    for (path, value) in edits {
        let path = names(table, path);
        match value {
            Some(value) => edited = edited.with(&path, &definition(table, value)).unwrap_or(edited),
            None if edited.definition(&path).is_some() => edited = edited.without(&path),
            None => {}
        }
    }
    let mut copy = TreeBuilder::new(Arc::clone(table));
    copy.copy(NO_SEGMENT, &edited.flattened(), 0);
    let loaded = &version.loaded;
    LayerVersion::new(Arc::new(loaded.reinterned(copy.finish(), BTreeMap::new())))
}

fn apply(table: &Arc<Interner>, snapshot: &Snapshot, step: &Step) -> Option<Snapshot> {
    let count = snapshot.stack.len();
    let place = |at: &usize| (count > 0).then(|| at % count);
    match step {
        Step::Set(at, path, value) => {
            let (at, path) = (place(at)?, names(table, path));
            let value = definition(table, value);
            snapshot.set(at, &path.into(), &value).ok()
        }
        Step::Delete(at, path) => {
            let (at, path) = (place(at)?, names(table, path));
            snapshot.stack[at].definition(&path)?;
            snapshot.delete(at, &path).ok()
        }
        Step::Put(at, data) => {
            let at = at.as_ref().and_then(place);
            snapshot.with_layer(&layer(table, "put", data), at).ok()
        }
        Step::Reload(at, edits) => {
            let at = place(at)?;
            snapshot.with_layer(&reloaded(table, &snapshot.stack[at], edits), Some(at)).ok()
        }
        Step::Remove(at) => snapshot.without_layer(place(at)?).ok(),
    }
}

/// Where two snapshots differ, and whether either of them has nothing there.
fn differences(new: &Snapshot, old: &Snapshot) -> BTreeMap<Vec<SegmentId>, (bool, bool)> {
    let found = diff(new, old).into_iter();
    let what = |what: What| (matches!(what, What::Added(_)), matches!(what, What::Removed(_)));
    found.map(|difference| (difference.path.to_vec(), what(difference.what))).collect()
}

fn seen(snapshot: &Snapshot) -> (String, Vec<u8>) {
    (content(snapshot).to_string(), canonical(snapshot, &snapshot.root()))
}

/// Derives step by step, and holds every snapshot against its stack resolved anew.
fn follow(data: &[Value], steps: &[Step], replace: bool) -> Result<(), TestCaseError> {
    let table = Arc::new(Interner::new());
    let conflicts = if replace { Conflicts::Replace } else { Conflicts::Error };
    let stack = data.iter().enumerate().map(|(at, data)| layer(&table, &format!("l{at}"), data)).collect();
    let Ok(mut snapshot) = resolve(&table, stack, conflicts) else { return Ok(()) };
    let (first, before) = (snapshot.clone(), seen(&snapshot));
    for step in steps {
        let Some(derived) = apply(&table, &snapshot, step) else { continue };
        let whole = Snapshot::new(Arc::clone(&derived.stack), &table, conflicts);
        prop_assert!(whole.is_ok(), "derived, and does not resolve: {step:?}");
        let whole = whole.expect("just looked at");
        prop_assert_eq!(seen(&derived), seen(&whole), "{:?}", step);
        let changed = differences(&derived, &snapshot);
        prop_assert_eq!(changed.is_empty(), seen(&derived).1 == seen(&snapshot).1, "{:?}", step);
        prop_assert_eq!(derived.generation - snapshot.generation, u64::from(!changed.is_empty()));
        // What shares no base with another is compared leaf by leaf.
        prop_assert_eq!(changed, differences(&whole, &snapshot), "{:?}", step);
        prop_assert_eq!(differences(&derived, &first), differences(&whole, &first), "{:?}", step);
        snapshot = derived;
    }
    prop_assert_eq!(seen(&first), before);
    Ok(())
}

#[test]
fn a_value_that_was_replaced_is_let_go() {
    let table = Arc::new(Interner::new());
    let stack = vec![layer(&table, "l", &json!({"a": 0, "b": 0, "c": 0, "d": 0, "e": 0}))];
    let mut snapshot = resolve(&table, stack, Conflicts::Error).expect("one layer");
    for paths in [&["a"][..], &["a", "b"], &["a", "b", "c"], &["a", "b", "c", "d"], &["a", "b", "c", "d", "e"]] {
        let mut outdated = Vec::new();
        for number in 0..50 {
            outdated.clear();
            for path in paths {
                let value = definition(&table, &json!(number));
                outdated.push(Arc::downgrade(&value));
                snapshot = snapshot.set(0, &names(&table, path).into(), &value).expect("nothing is in the way");
            }
        }
        // A map keeps what a list before it overrules until the list is worked in.
        for path in paths.iter().cycle().take(3 * paths.len()) {
            let value = definition(&table, &json!(path));
            snapshot = snapshot.set(0, &names(&table, path).into(), &value).expect("nothing is in the way");
        }
        assert!(outdated.iter().all(|value| value.upgrade().is_none()), "{paths:?}");
    }
}

/// A file with a section of so many numbers, of which one is another one; a second file lies beneath.
fn files(table: &Arc<Interner>, sections: usize) -> (Snapshot, impl Fn(usize) -> LayerVersion) {
    let section = |at: usize, changed: usize| {
        let values = (0..10).map(|name| (format!("k{name}"), json!(if at * 10 + name == changed { -1 } else { 0 })));
        Value::Object(values.collect::<Map<_, _>>())
    };
    let data = move |changed: usize| {
        Value::Object((0..sections).map(|at| (format!("s{at}"), section(at, changed))).collect::<Map<_, _>>())
    };
    let table = Arc::clone(table);
    let file = move |changed| layer(&table, "file", &data(changed));
    let stack = vec![file(usize::MAX), file(0)];
    let snapshot = Snapshot::new(stack.into(), file(0).loaded.tree.segments(), Conflicts::Error);
    (snapshot.expect("numbers over numbers"), file)
}

#[test]
fn a_file_that_was_replaced_is_let_go() {
    let table = Arc::new(Interner::new());
    let (mut snapshot, file) = files(&table, 100);
    for at in [1, 0] {
        let mut trees: Vec<Weak<Tree>> = Vec::new();
        for changed in 0..300 {
            let reloaded = file(changed);
            trees.push(Arc::downgrade(&reloaded.loaded.tree));
            snapshot = snapshot.with_layer(&reloaded, Some(at)).expect("nothing is in the way");
            // Deletions show what lies beneath, from trees that go as well.
            if changed % 7 == 0 {
                let path = names(&table, &format!("s{}.k3", changed % 100));
                snapshot = snapshot.delete(1, &path).expect("the file has it");
            }
        }
        let kept = trees.iter().filter(|tree| tree.strong_count() > 0).count();
        // The one that stands in the stack, and those that the base was made of.
        assert!(kept <= 3, "{kept} of 300 trees are kept");
    }
}

#[test]
fn a_file_of_one_change_is_derived_beside_its_base() {
    let table = Arc::new(Interner::new());
    for sections in [100, 400] {
        let (snapshot, file) = files(&table, sections);
        let derived = snapshot.with_layer(&file(sections * 10 - 1), Some(1)).expect("nothing is in the way");
        assert!(Arc::ptr_eq(&derived.base, &snapshot.base));
        // The value that changed, and the one that had been another one.
        let listed = derived.delta.as_ref().map(|delta| (delta.len(), delta.hidden().len()));
        assert_eq!(listed, Some((2, 0)));
        assert_eq!(derived.generation, snapshot.generation + 1);
        let same = snapshot.with_layer(&file(0), Some(1)).expect("nothing is in the way");
        assert!(same.delta.is_none() && same.generation == snapshot.generation);
        // Many changes are resolved anew.
        let every: Value = json!({"s0": {"k0": 1}});
        let other = snapshot.with_layer(&layer(&table, "file", &every), Some(1)).expect("nothing is in the way");
        assert!(!Arc::ptr_eq(&other.base, &snapshot.base));
    }
}

/// Every reload of a file edits another value, and takes back the edit before.
#[test]
fn what_reloads_list_is_folded_into_the_base() {
    let table = Arc::new(Interner::new());
    let (first, file) = files(&table, 100);
    let (mut live, mut most, mut bases) = (first.clone(), 0, 0);
    for number in 1..1000 {
        let next = live.with_layer(&file(number), Some(1)).expect("nothing is in the way");
        bases += usize::from(!Arc::ptr_eq(&next.base, &live.base));
        if let Some(delta) = &next.delta {
            most = most.max(delta.len());
        }
        live = next;
    }
    assert_eq!(content(&live), content(&first.with_layer(&file(999), Some(1)).expect("nothing is in the way")));
    // A quarter of what a delta may list, and what the last reload changed; each base serves many reloads.
    let limit = (first.base.entries().len() / 8).max(if cfg!(debug_assertions) { 12 } else { 4096 });
    assert!(most <= limit / 4 + 2, "{most} of {limit}");
    assert!(bases <= 1000 * 8 / limit, "{bases} bases");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stack_resolves_to_what_the_model_says(data in prop::collection::vec(data(), 1..5), replace: bool) {
        let table = Arc::new(Interner::new());
        let conflicts = if replace { Conflicts::Replace } else { Conflicts::Error };
        let stack = data.iter().enumerate().map(|(at, data)| layer(&table, &format!("l{at}"), data)).collect();
        let definitions: Vec<&Value> = data.iter().rev().collect();
        let expected = merged(&definitions, replace).map(|value| value.expect("a mapping").to_string());
        let found = resolve(&table, stack, conflicts).map(|snapshot| content(&snapshot).to_string());
        prop_assert_eq!(found.map_err(drop), expected);
    }

    #[test]
    fn what_is_derived_is_what_is_resolved(
        data in prop::collection::vec(data(), 1..4),
        steps in prop::collection::vec(step(), 1..12),
        replace: bool,
    ) {
        follow(&data, &steps, replace)?;
    }

    #[test]
    fn what_is_read_again_is_what_is_resolved(
        data in prop::collection::vec(data(), 1..4),
        steps in prop::collection::vec(prop_oneof![3 => reload(value()), 1 => step()], 1..16),
        replace: bool,
    ) {
        follow(&data, &steps, replace)?;
    }

    #[test]
    fn what_is_exchanged_is_what_is_resolved(
        data in prop::collection::vec(plain(), 1..4),
        steps in prop::collection::vec(exchange(), 1..24),
    ) {
        follow(&data, &steps, false)?;
    }
}
