//! A filter of paths: which of them may differ from what lies below, by the upper halves of their hashes.
//!
//! Most reads of a snapshot are of paths that do not differ, and one look is to say so. A scope lists a hundred paths
//! or two: of 512 bits they set a fifth or a third.

const WORDS: usize = 8;

/// A set of paths, and perhaps of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathFilter([u64; WORDS]);

impl PathFilter {
    /// No path.
    pub const NOTHING: Self = Self([0; WORDS]);
    /// Every path.
    pub const EVERYTHING: Self = Self([u64::MAX; WORDS]);

    /// Adds the paths of whose hashes this is the upper half.
    #[inline]
    pub const fn add(&mut self, half: u32) {
        self.0[(half >> 29) as usize] |= bit(half);
    }

    /// Whether a path of whose hash this is the upper half may be one of them; `false` is certain.
    #[inline]
    pub const fn may_hold(&self, half: u32) -> bool {
        self.0[(half >> 29) as usize] & bit(half) != 0
    }

    /// The paths of both.
    #[must_use]
    #[inline]
    pub fn with(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// Whether no path is one of them.
    pub fn is_nothing(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }
}

/// The bit in its word, which the three highest bits choose.
const fn bit(half: u32) -> u64 {
    1 << (half >> 23 & 63)
}

#[cfg(test)]
mod tests {
    use super::PathFilter;

    #[test]
    fn what_was_added_is_held_and_most_else_is_not() {
        let halves: Vec<u32> = (0..512).map(|number| number << 23 | 5).collect();
        for half in &halves {
            let mut filter = PathFilter::NOTHING;
            assert!(filter.is_nothing());
            filter.add(*half);
            let held = |filter: &PathFilter| halves.iter().filter(|half| filter.may_hold(**half)).count();
            assert!(filter.may_hold(*half) && held(&filter) == 1 && !filter.is_nothing());
            let mut other = PathFilter::NOTHING;
            other.add(!*half);
            assert_eq!((held(&filter.with(&other)), held(&PathFilter::EVERYTHING)), (2, 512));
        }
    }
}
