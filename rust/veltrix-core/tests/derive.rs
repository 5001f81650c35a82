//! Random stacks and steps: what is resolved against a plain model, and what is derived against what is resolved.

mod stacks;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stacks::{content, definition, layer, names, resolve};
use veltrix_core::{
    Conflicts, Interner, LayerVersion, NO_SEGMENT, SegmentId, Snapshot, StackChange, TreeBuilder, What, canonical, diff,
};

const NAMES: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Step {
    Set(usize, String, Value),
    Delete(usize, String),
    Put(Vec<LayerStep>),
}

/// What becomes of one layer, of several that change at once.
#[derive(Clone, Debug)]
enum LayerStep {
    OnTop(Value),
    Put(usize, Value),
    Reload(usize, Edits),
    Remove(usize),
}

type Edits = Vec<(String, Option<Value>)>;

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
        4 => prop::collection::vec(layer_step(), 1..4).prop_map(Step::Put),
    ]
}

fn layer_step() -> impl Strategy<Value = LayerStep> {
    prop_oneof![
        1 => data().prop_map(LayerStep::OnTop),
        2 => (any::<usize>(), data()).prop_map(|(at, data)| LayerStep::Put(at, data)),
        1 => any::<usize>().prop_map(LayerStep::Remove),
        4 => reload(value()),
    ]
}

/// A file that is read again, after things were written into it and taken out.
fn reload(value: impl Strategy<Value = Value>) -> impl Strategy<Value = LayerStep> {
    let edits = prop::collection::vec((path(), prop::option::weighted(0.8, value)), 0..4);
    (any::<usize>(), edits).prop_map(|(at, edits)| LayerStep::Reload(at, edits))
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
            let lower = match merged(&definitions[1..], replace)? {
                Some(Value::Array(list)) => list,
                None => Vec::new(),
                Some(_) if replace => Vec::new(),
                Some(_) => return Err(()),
            };
            let (first, second) = if word == "$append" { (lower, items) } else { (items, lower) };
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
        Step::Put(steps) => snapshot.with_layers(&change(table, snapshot, steps)).ok(),
    }
}

/// What these steps ask for, of each layer of the stack the first one alone.
fn change(table: &Arc<Interner>, snapshot: &Snapshot, steps: &[LayerStep]) -> StackChange {
    let count = snapshot.stack.len();
    let mut free: Vec<bool> = vec![true; count];
    let mut place = |at: usize| (count > 0 && std::mem::take(&mut free[at % count])).then(|| at % count);
    let mut change = StackChange::default();
    for step in steps {
        match step {
            LayerStep::OnTop(data) => change.on_top.push(layer(table, "put", data)),
            LayerStep::Put(at, data) => {
                change.replaced.extend(place(*at).map(|at| (at, layer(table, "put", data))));
            }
            LayerStep::Reload(at, edits) => {
                change.replaced.extend(place(*at).map(|at| (at, reloaded(table, &snapshot.stack[at], edits))));
            }
            LayerStep::Remove(at) => change.without.extend(place(*at)),
        }
    }
    change
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

/// Derives step by step, and holds every snapshot against its stack resolved from scratch.
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
        steps in prop::collection::vec(prop_oneof![
            3 => prop::collection::vec(reload(value()), 1..4).prop_map(Step::Put),
            1 => step(),
        ], 1..16),
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
