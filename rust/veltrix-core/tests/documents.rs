//! Generated documents: data that is written down is read back, and no bytes at all make a parser panic.

mod common;
mod writing;

use std::collections::HashSet;

use common::{Tagged, parse, tagged};
use proptest::prelude::*;
use veltrix_core::formats::Format;
use writing::{Data, Taste};

const FORMATS: [Format; 4] = [Format::Toml, Format::Json, Format::Yaml, Format::Env];

/// Text of all kinds, without what the formats give a meaning to: `$` begins the words of operators.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range('a', 'd'),
        2 => prop::sample::select(" \t\n\r\"'\\#=.,[]{}:/-_0".chars().collect::<Vec<_>>()),
        1 => any::<char>().prop_filter("no operator", |character| *character != '$'),
    ];
    prop::collection::vec(character, 0..8).prop_map(String::from_iter)
}

fn data(null: bool) -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        Just(if null { Data::Null } else { Data::Bool(false) }),
        any::<bool>().prop_map(Data::Bool),
        any::<i64>().prop_map(Data::Int),
        (-9_i64..9).prop_map(Data::Int),
        finite().prop_map(Data::Float),
        text().prop_map(Data::Str),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Data::List),
            prop::collection::vec(mapping(inner.clone()).prop_map(Data::Mapping), 0..3).prop_map(Data::List),
            mapping(inner).prop_map(Data::Mapping),
        ]
    })
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -9.0..9.0].prop_filter("finite", |value| value.is_finite())
}

fn mapping(child: impl Strategy<Value = Data>) -> impl Strategy<Value = Vec<(String, Data)>> {
    prop::collection::vec((text(), child), 0..4).prop_map(|children| without_twins(children, |(name, _)| name.clone()))
}

fn without_twins<T>(all: Vec<T>, name: impl Fn(&T) -> String) -> Vec<T> {
    let mut known = HashSet::new();
    all.into_iter().filter(|one| known.insert(name(one))).collect()
}

/// TOML puts what stands under headers after all else.
fn in_any_order(value: Tagged) -> Tagged {
    match value {
        Tagged::List(items) => Tagged::List(items.into_iter().map(in_any_order).collect()),
        Tagged::Mapping(children) => {
            let mut children: Vec<_> = children.into_iter().map(|(name, child)| (name, in_any_order(child))).collect();
            children.sort_by(|(left, _), (right, _)| left.cmp(right));
            Tagged::Mapping(children)
        }
        leaf @ Tagged::Leaf(_) => leaf,
    }
}

fn read(format: Format, document: &str) -> Tagged {
    let layer = parse(format, document.as_bytes()).unwrap_or_else(|error| panic!("{error:?} in\n{document}"));
    tagged(&layer, 0)
}

/// Reads a document that may be broken; an error has its place inside of it.
fn survives(format: Format, document: &[u8]) -> Result<(), TestCaseError> {
    if let Err(error) = parse(format, document).map(|layer| tagged(&layer, 0)) {
        prop_assert!(!error.reason.is_empty());
        if let Some(place) = error.position {
            let lines = String::from_utf8_lossy(document).split(['\n', '\r']).count();
            prop_assert!((1..=lines).contains(&(place.line as usize)) && place.column >= 1, "{error:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_as_it_was_written(children in mapping(data(true)), seed: u64) {
        let document = writing::json(&Data::Mapping(children.clone()), &mut Taste(seed));
        prop_assert_eq!(read(Format::Json, &document), Data::Mapping(children).tagged(), "{}", document);
    }

    #[test]
    fn toml_is_read_as_it_was_written(children in mapping(data(false)), seed: u64) {
        let document = writing::toml(&children, &mut Taste(seed));
        let wanted = in_any_order(Data::Mapping(children).tagged());
        prop_assert_eq!(in_any_order(read(Format::Toml, &document)), wanted, "{}", document);
    }

    #[test]
    fn env_is_read_as_it_was_written(
        variables in prop::collection::vec(("[A-Za-z_][A-Za-z0-9_]{0,4}", text()), 0..6),
        seed: u64,
    ) {
        let valid = |(name, value): &(String, String)| name != "export" && !value.contains('\0');
        let variables: Vec<_> = variables.into_iter().filter(valid).collect();
        let variables = without_twins(variables, |(name, _)| name.clone());
        let document = writing::env(&variables, &mut Taste(seed));
        let wanted = variables.into_iter().map(|(name, value)| (name, Tagged::Leaf(format!("str {value}"))));
        prop_assert_eq!(read(Format::Env, &document), Tagged::Mapping(wanted.collect()), "{}", document);
    }

    #[test]
    fn any_bytes_are_read_or_refused(document in prop::collection::vec(any::<u8>(), 0..64)) {
        for format in FORMATS {
            survives(format, &document)?;
        }
    }

    #[test]
    fn any_words_are_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b.c", "=", ":", ": ", "- ", "\n", "\r\n", "  ", "\t", "[", "]", "{", "}", "[[", "]]", ",", "\"", "'",
                "\"\"\"", "'''", "\\", "\\u00", "#", "1", "-", "1e9", "0x", "true", "null", "&a ", "*a", "!!", "|", ">",
                "<<", "? ", "%", "---", "...", "export ", "$delete", "é", "\u{2028}", "\u{feff}", "1979-05-27", "T07:32",
            ]),
            0..24,
        ),
    ) {
        for format in FORMATS {
            survives(format, words.concat().as_bytes())?;
        }
    }

    #[test]
    fn a_damaged_document_is_read_or_refused(
        children in mapping(data(false)),
        seed: u64,
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..3, any::<u8>()), 1..4),
    ) {
        let whole = Data::Mapping(children.clone());
        let documents = [
            (Format::Json, writing::json(&whole, &mut Taste(seed))),
            (Format::Toml, writing::toml(&children, &mut Taste(seed))),
        ];
        for (format, document) in documents {
            let mut bytes = document.into_bytes();
            for (place, how, byte) in &damage {
                let at = place.index(bytes.len() + 1);
                match how {
                    0 => bytes.insert(at, *byte),
                    1 => bytes.truncate(at),
                    _ => bytes.splice(at..bytes.len().min(at + 1), [*byte]).for_each(drop),
                }
            }
            survives(format, &bytes)?;
        }
    }
}
