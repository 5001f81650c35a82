//! The conformance suite of YAML, as the crate `yaml-edit` carries it: every case has its value or is refused.

mod crates;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Deserializer, Map, Value, json};
use veltrix_core::formats::document::DocumentBuilder;
use veltrix_core::formats::{DocumentError, yaml_compose, yaml_nodes};
use veltrix_core::interner;
use veltrix_core::{Kind, NodeId, Position, Scalar, Tree};

/// Wrong indentation that the suite refuses and every parser in use accepts.
const LENIENT: [&str; 3] = ["9C9N", "DK95/01", "QB6E"];

/// What Veltrix refuses on purpose in documents that the suite holds to be valid.
const REFUSED: [&str; 4] =
    ["a key is a str, not ", "tag not allowed", "only YAML 1.2 is read", "unprintable character "];

struct Case {
    name: String,
    text: String,
    refused: bool,
    documents: usize,
    value: Option<Value>,
}

#[test]
fn every_case_has_its_value_or_is_refused() {
    let cases = cases();
    assert!(cases.len() > 390, "only {} cases", cases.len());
    let mut counts = [0; 4];
    for case in &cases {
        let name = &case.name;
        let found = value(&case.text);
        if LENIENT.contains(&name.as_str()) {
            assert!(case.refused && found.is_ok(), "{name} {found:?}");
        } else if case.refused {
            assert!(found.as_ref().is_err_and(|error| !error.limit), "{name} is accepted as {found:?}");
            counts[0] += 1;
        } else if case.documents > 1 {
            let reason = found.expect_err(name).reason;
            assert!(reason == "more than one document" || is_on_purpose(&reason), "{name} {reason}");
            counts[1] += 1;
        } else {
            match (found, &case.value) {
                (Ok(found), Some(expected)) => assert_eq!(found, *expected, "{name}"),
                (Ok(_), None) => {}
                (Err(error), _) => {
                    assert!(is_on_purpose(&error.reason), "{name} {error:?}");
                    counts[2] += 1;
                    continue;
                }
            }
            counts[3] += 1;
        }
    }
    assert_eq!(counts, [91, 19, 43, 246], "refused, several documents, refused on purpose, read");
}

fn is_on_purpose(reason: &str) -> bool {
    REFUSED.iter().any(|known| reason.starts_with(known))
}

/// The value of a document, which need not be a mapping here: it stands under a key of one.
fn value(text: &str) -> Result<Value, DocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = Position { line: 1, column: 1 };
    let mut document = DocumentBuilder::new(interner::current());
    document.open_mapping(start)?;
    document.key("document", start)?;
    veltrix_core::formats::yaml::check(text)?;
    yaml_compose::compose(&yaml_nodes::read(text)?, &mut document)?;
    document.close();
    let layer = document.finish();
    Ok(layer.children(0).next().map_or(Value::Null, |id| plain(&layer, id)))
}

fn plain(layer: &Tree, id: NodeId) -> Value {
    let name = |child| layer.segments().get(layer.node(child).segment).text.to_string();
    match layer.scalar(id) {
        Some(Scalar::Bool(value)) => value.into(),
        Some(Scalar::Int(value)) => value.into(),
        Some(Scalar::Float(value)) => json!(value),
        Some(Scalar::Str(text)) => text.into(),
        Some(_) => Value::Null,
        None if layer.node(id).kind == Kind::List => layer.children(id).map(|child| plain(layer, child)).collect(),
        None => {
            Value::Object(layer.children(id).map(|child| (name(child), plain(layer, child))).collect::<Map<_, _>>())
        }
    }
}

fn cases() -> Vec<Case> {
    let mut found = Vec::new();
    for folder in folders(&crates::folder("yaml-edit").join("test-data")) {
        let is_case =
            |name: &str| name.len() == 4 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_string();
        if !is_case(&name) {
            continue;
        }
        if folder.join("in.yaml").exists() {
            found.push(case(name, &folder));
            continue;
        }
        for part in folders(&folder) {
            let number = part.file_name().and_then(|number| number.to_str()).unwrap_or_default();
            found.push(case(format!("{name}/{number}"), &part));
        }
    }
    found
}

fn case(name: String, folder: &Path) -> Case {
    let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
    let expected = read("in.json").unwrap_or_default();
    Case {
        name,
        text: read("in.yaml").expect("a document"),
        refused: folder.join("error").exists(),
        documents: read("test.event").unwrap_or_default().matches("+DOC").count(),
        value: Deserializer::from_str(&expected).into_iter().next().map(|value| value.expect("JSON")),
    }
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}
