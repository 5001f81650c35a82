//! Files that are read again and again: what a snapshot shares with the one before, and what it lets go.

mod stacks;

use std::sync::{Arc, Weak};

use serde_json::{Map, Value, json};
use stacks::{content, definition, layer, names, resolve};
use veltrix_core::{Conflicts, Interner, LayerVersion, Snapshot, StackChange, Tree, diff};

/// The snapshot with a layer in the place of the one at this index.
fn replaced(snapshot: &Snapshot, at: usize, layer: LayerVersion) -> Snapshot {
    let change = StackChange { replaced: vec![(at, layer)], ..StackChange::default() };
    snapshot.with_layers(&change).expect("nothing is in the way")
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

/// A file with a section of so many numbers, of which one is another one; a second file lies below.
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
            snapshot = replaced(&snapshot, at, reloaded);
            // Deletions show what lies below, from trees that go as well.
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
        let derived = replaced(&snapshot, 1, file(sections * 10 - 1));
        assert!(Arc::ptr_eq(&derived.base, &snapshot.base));
        // The value that changed, and the one that had been another one.
        let listed = derived.delta.as_ref().map(|delta| (delta.len(), delta.hidden().len()));
        assert_eq!(listed, Some((2, 0)));
        assert_eq!(derived.generation, snapshot.generation + 1);
        let same = replaced(&snapshot, 1, file(0));
        assert!(same.delta.is_none() && same.generation == snapshot.generation);
        // Many changes: the whole is resolved.
        let every: Value = json!({"s0": {"k0": 1}});
        let other = replaced(&snapshot, 1, layer(&table, "file", &every));
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
        let next = replaced(&live, 1, file(number));
        bases += usize::from(!Arc::ptr_eq(&next.base, &live.base));
        if let Some(delta) = &next.delta {
            most = most.max(delta.len());
        }
        live = next;
    }
    assert_eq!(content(&live).to_string(), content(&replaced(&first, 1, file(999))).to_string());
    // A quarter of what a delta may list, and what the last reload changed; each base serves many reloads.
    let limit = (first.base.entries().len() / 8).max(if cfg!(debug_assertions) { 12 } else { 4096 });
    assert!(most <= limit / 4 + 2, "{most} of {limit}");
    assert!(bases <= 1000 * 8 / limit, "{bases} bases");
}

#[test]
fn several_files_of_one_change_are_one_patch_until_all_of_them_are_many_changes() {
    let table = Arc::new(Interner::new());
    let (snapshot, file) = files(&table, 100);
    let both = |low: LayerVersion, high: LayerVersion| {
        let change = StackChange { replaced: vec![(0, low), (1, high)], ..StackChange::default() };
        snapshot.with_layers(&change).expect("nothing is in the way")
    };
    let derived = both(file(7), file(8));
    assert!(Arc::ptr_eq(&derived.base, &snapshot.base));
    assert_eq!(derived.generation, snapshot.generation + 1);
    let whole = Snapshot::new(Arc::clone(&derived.stack), derived.segments(), Conflicts::Error).expect("numbers");
    assert_eq!(content(&derived).to_string(), content(&whole).to_string());
    let section = |number: usize| json!((0..10).map(|name| (format!("k{name}"), json!(number))).collect::<Map<_, _>>());
    let edited = |sections: usize| {
        let at = |at: usize| if at < sections { section(at + 1) } else { section(0) };
        let data: Map<_, _> = (0..100).map(|number| (format!("s{number}"), at(number))).collect();
        layer(&table, "file", &Value::Object(data))
    };
    // A base of 1,101 entries bears 17 changed definitions, or as many as few are.
    let few = |low: usize, high: usize| Arc::ptr_eq(&both(edited(low), edited(high)).base, &snapshot.base);
    let most = (0..=100).take_while(|&sections| few(sections, 0)).count();
    assert!(most < 100 && few(0, most - 1));
    assert!(!few(most - 1, most - 1));
}

#[test]
fn a_snapshot_of_another_generation_shares_all_that_it_holds() {
    let table = Arc::new(Interner::new());
    let (snapshot, file) = files(&table, 100);
    let snapshot = replaced(&snapshot, 1, file(5));
    let same = snapshot.with_layers(&StackChange::default()).expect("nothing changes");
    assert!(Arc::ptr_eq(&same.base, &snapshot.base));
    assert_eq!(same.generation, snapshot.generation);
    assert!(diff(&same, &snapshot).is_empty());
}
