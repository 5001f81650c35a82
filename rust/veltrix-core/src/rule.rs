//! The merge rule: what the definitions of one path, highest first, resolve to.
//!
//! | the definitions that count | result |
//! |---|---|
//! | none, or `delete` on top | absent |
//! | null or `replace` on top | that value |
//! | all mappings | their keys, each by this same rule |
//! | all other values | the highest, whole |
//! | mappings and other values mixed | a conflict |
//! | `append` or `prepend` on top | put onto what lies below |

use crate::value::Kind;

/// What to do where mappings and other values meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflicts {
    /// Refuse.
    Error,
    /// The higher side hides the lower one.
    Replace,
}

/// What a path resolves to; numbers are positions in the list of definitions, highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Absent,
    /// The value of this definition; through `replace`, the value that it holds.
    Leaf(usize),
    /// `extensions` list operators from the top, onto the list of definition `onto` or onto nothing.
    Extended {
        /// How many definitions from the top are `append` or `prepend`.
        extensions: usize,
        /// The definition that gives the list below.
        onto: Option<usize>,
    },
    /// The first so many definitions are mappings that merge (the last may be a `replace` that holds one).
    Mapping(usize),
    /// These two, the higher first, cannot stand together.
    Conflict(usize, usize),
}

/// One definition as the rule sees it: its kind, and what an operator holds.
pub trait Mergeable {
    /// What the definition is.
    fn kind(&self) -> Kind;
    /// The kind of the value inside `replace`, `append` and `prepend`.
    fn held(&self) -> Kind;

    /// The kind of the value that the definition would give, operators seen through.
    fn value_kind(&self) -> Kind {
        let kind = self.kind();
        if kind.is_operator() && kind != Kind::Delete { self.held() } else { kind }
    }

    /// What a conflict calls it.
    fn word(&self) -> &'static str {
        if matches!(self.kind(), Kind::Append | Kind::Prepend) { self.kind().word() } else { self.value_kind().word() }
    }
}

/// Judges the definitions of one path, highest first.
pub fn judge<D: Mergeable>(definitions: &[D], conflicts: Conflicts) -> Verdict {
    let extensions =
        definitions.iter().take_while(|definition| matches!(definition.kind(), Kind::Append | Kind::Prepend)).count();
    let lower = judge_plain(definitions, extensions, conflicts);
    if extensions == 0 {
        return lower;
    }
    let other = match lower {
        Verdict::Absent => return Verdict::Extended { extensions, onto: None },
        Verdict::Leaf(at) if definitions[at].value_kind() == Kind::List => {
            return Verdict::Extended { extensions, onto: Some(at) };
        }
        Verdict::Conflict(..) => return lower,
        Verdict::Leaf(at) => at,
        Verdict::Mapping(_) | Verdict::Extended { .. } => extensions,
    };
    match conflicts {
        Conflicts::Error => Verdict::Conflict(extensions - 1, other),
        Conflicts::Replace => Verdict::Extended { extensions, onto: None },
    }
}

/// The same for a list that begins, at `first`, with no list operator.
fn judge_plain<D: Mergeable>(definitions: &[D], first: usize, conflicts: Conflicts) -> Verdict {
    let Some(top) = definitions.get(first) else { return Verdict::Absent };
    match top.kind() {
        Kind::Delete => return Verdict::Absent,
        Kind::Replace if top.held() == Kind::Mapping => return Verdict::Mapping(1),
        Kind::Null | Kind::Replace => return Verdict::Leaf(first),
        _ => {}
    }
    let mapping = top.kind() == Kind::Mapping;
    let mut next = first + 1;
    while let Some(definition) = definitions.get(next) {
        if matches!(definition.kind(), Kind::Null | Kind::Delete) {
            break;
        }
        if (definition.value_kind() == Kind::Mapping) != mapping {
            match conflicts {
                Conflicts::Error => return Verdict::Conflict(first, next),
                Conflicts::Replace => break,
            }
        }
        next += 1;
        if definition.kind() == Kind::Replace {
            break;
        }
    }
    if mapping { Verdict::Mapping(next - first) } else { Verdict::Leaf(first) }
}
