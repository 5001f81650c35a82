//! Stacks written as JSON, with operators as documents have them, and snapshots as JSON again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Number, Value};
use veltrix_core::formats::{self, Format};
use veltrix_core::path::{self, Step};
use veltrix_core::{
    Conflicts, Error, Found, Interner, Kind, Layer, LayerVersion, MappingPath, NO_SEGMENT, NodeId, Origin, Scalar,
    Secret, SegmentId, Snapshot, Tree, TreeBuilder,
};

/// A layer of a name.
pub fn layer(table: &Arc<Interner>, name: &str, data: &Value) -> LayerVersion {
    let tree = formats::parse(Format::Json, data.to_string().as_bytes(), Arc::clone(table)).expect("data of a layer");
    let origin = Origin { source: "file".into(), ..Origin::default() };
    let loaded =
        Layer { name: name.into(), tree: Arc::new(tree), origin, origins: BTreeMap::new(), secret: Secret::Nothing };
    LayerVersion::new(Arc::new(loaded))
}

/// One definition as a tree of its own.
pub fn definition(table: &Arc<Interner>, value: &Value) -> Arc<Tree> {
    let text = format!("{{\"value\":{value}}}");
    let held = formats::parse(Format::Json, text.as_bytes(), Arc::clone(table)).expect("a definition");
    let mut builder = TreeBuilder::new(Arc::clone(table));
    builder.copy(NO_SEGMENT, &held, held.children(0).next().expect("one child"));
    Arc::new(builder.finish())
}

/// A path of names.
pub fn names(table: &Interner, text: &str) -> Vec<SegmentId> {
    let steps = path::parse(text).expect("a path");
    let name = |step: Step<'_>| match step {
        Step::Name(name) => table.intern(&name),
        Step::Index(_) => unreachable!("a path of names"),
    };
    steps.into_iter().map(name).collect()
}

/// The snapshot of a stack.
pub fn resolve(table: &Arc<Interner>, stack: Vec<LayerVersion>, conflicts: Conflicts) -> Result<Snapshot, Error> {
    Snapshot::new(stack.into(), table, conflicts)
}

/// The content of a snapshot, in its order.
pub fn content(snapshot: &Snapshot) -> Value {
    mapping(snapshot, &snapshot.root())
}

fn mapping(snapshot: &Snapshot, at: &MappingPath) -> Value {
    let mut map = Map::new();
    for (name, found) in snapshot.children(at) {
        let value = match found {
            Found::Missing => continue,
            Found::Leaf(tree, node, _) => value(tree, node),
            Found::Mapping(entry) => mapping(snapshot, &snapshot.below(at, name, entry)),
        };
        map.insert(snapshot.segments().get(name).text.to_string(), value);
    }
    assert_eq!(map.len(), snapshot.count(at));
    Value::Object(map)
}

fn value(tree: &Tree, node: NodeId) -> Value {
    match tree.scalar(node) {
        Some(Scalar::Null) => Value::Null,
        Some(Scalar::Bool(value)) => Value::Bool(value),
        Some(Scalar::Int(value)) => Value::Number(value.into()),
        Some(Scalar::Float(value)) => Value::Number(Number::from_f64(value).expect("a finite number")),
        Some(Scalar::Str(text)) => Value::String(text.into()),
        Some(_) => unreachable!("JSON has no such value"),
        None if tree.node(node).kind == Kind::List => {
            Value::Array(tree.children(node).map(|item| value(tree, item)).collect())
        }
        None => {
            let child = |child| (tree.segments().get(tree.node(child).segment).text.to_string(), value(tree, child));
            Value::Object(tree.children(node).map(child).collect())
        }
    }
}
