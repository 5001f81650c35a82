//! The behaviours of `tests/corpus/kernel`, which pytest reads too: layers as JSON, steps, and what they lead to.

mod stacks;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use stacks::{content, definition, layer, names, resolve};
use veltrix_core::path::push_segment;
use veltrix_core::{ConflictSide, Conflicts, Error, Interner, Role, SegmentId, Snapshot, StackChange};

#[test]
fn every_behaviour_is_what_its_file_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/kernel");
    let mut failures = Vec::new();
    let mut count = 0;
    for folder in children(&root) {
        for path in children(&folder) {
            count += 1;
            let case: Value = serde_json::from_slice(&fs::read(&path).expect("a readable case")).expect("JSON");
            if let Err(problem) = check(&case) {
                failures.push(format!("{}: {}\n  {problem}", path.display(), case["about"]));
            }
        }
    }
    assert!(count > 80, "only {count} cases in {}", root.display());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn check(case: &Value) -> Result<(), String> {
    let table = Arc::new(Interner::new());
    let snapshot = match reached(&table, case) {
        Err(error) => return same("the conflict", &conflict(&table, error), &case["conflict"]),
        Ok(snapshot) => snapshot,
    };
    same("the value", &content(&snapshot), &case["value"])?;
    if let Some(generation) = case.get("generation") {
        same("the generation", &json!(snapshot.generation), generation)?;
    }
    for (path, definitions) in case.get("explain").and_then(Value::as_object).into_iter().flatten() {
        let explanation = snapshot.explain(&names(&table, path));
        let found = explanation.items.iter().map(|item| {
            let role = match item.role {
                Role::Wins => "wins",
                Role::Merges => "merges",
                Role::Overridden => "overridden",
            };
            json!([role, item.layer, item.held.word()])
        });
        same("the definitions", &found.collect(), definitions)?;
    }
    Ok(())
}

/// Compares as text, in which order counts.
fn same(what: &str, found: &Value, expected: &Value) -> Result<(), String> {
    let (found, expected) = (found.to_string(), expected.to_string());
    if found == expected { Ok(()) } else { Err(format!("{what} is {found}, not {expected}")) }
}

fn reached(table: &Arc<Interner>, case: &Value) -> Result<Snapshot, Error> {
    let conflicts = if case["conflicts"] == "replace" { Conflicts::Replace } else { Conflicts::Error };
    let layers = case["layers"].as_array().expect("layers").iter().map(|entry| named(table, entry)).collect();
    let mut snapshot = resolve(table, layers, conflicts)?;
    for step in case.get("steps").and_then(Value::as_array).into_iter().flatten() {
        snapshot = taken(table, &snapshot, step)?;
    }
    Ok(snapshot)
}

fn named(table: &Arc<Interner>, entry: &Value) -> veltrix_core::LayerVersion {
    let (name, data) = entry.as_object().and_then(|entry| entry.iter().next()).expect("a named layer");
    layer(table, name, data)
}

fn taken(table: &Arc<Interner>, snapshot: &Snapshot, step: &Value) -> Result<Snapshot, Error> {
    let text = |at: usize| step[at].as_str().expect("text");
    let position = |name: Option<&str>| {
        let place = |name| snapshot.stack.iter().rposition(|layer| layer.loaded.name == name).expect("a known layer");
        name.map_or(snapshot.stack.len() - 1, place)
    };
    match text(0) {
        "set" => {
            let (at, path) = (position(step[1].as_str()), names(table, text(2)));
            let value = definition(table, &step[3]);
            snapshot.set(at, &path.into(), &value)
        }
        "delete" => {
            let (at, path) = (position(step[1].as_str()), names(table, text(2)));
            snapshot.delete(at, &path)
        }
        "overlay" => Ok(snapshot.with_layers_on_top(&[layer(table, "overlay", &step[1])])?),
        "with_layers" => {
            let left_out = step.get(2).and_then(Value::as_array).into_iter().flatten();
            let mut change = StackChange {
                without: left_out.map(|name| position(name.as_str())).collect(),
                ..StackChange::default()
            };
            for (name, data) in step[1].as_object().expect("named layers") {
                let layer = layer(table, name, data);
                match snapshot.topmost(Some(name)) {
                    Some(at) => change.replaced.push((at, layer)),
                    None => change.on_top.push(layer),
                }
            }
            snapshot.with_layers(&change)
        }
        other => unreachable!("no step {other}"),
    }
}

fn conflict(table: &Interner, error: Error) -> Value {
    let Error::Conflict { path, upper, lower } = error else { unreachable!("only conflicts are in the corpus") };
    let side = |side: &ConflictSide| json!([side.layer, side.word]);
    json!({"path": text(table, &path), "upper": side(&upper), "lower": side(&lower)})
}

fn text(table: &Interner, path: &[SegmentId]) -> String {
    let mut text = String::new();
    for &name in path {
        push_segment(&mut text, &table.get(name).text);
    }
    text
}
