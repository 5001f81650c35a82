//! The hash of a path, grown segment by segment: keyed by a seed of this process, so that no document can aim at it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;

/// The hash of the root's path; every other path hash grows from it by [`path_hash`].
pub const ROOT_HASH: u64 = 0x5851_F42D_4C95_7F2D;

static HASHER: LazyLock<SeedableRandomState> = LazyLock::new(|| {
    let random = RandomState::new();
    let shared: &'static SharedSeed = Box::leak(Box::new(SharedSeed::from_u64(random.hash_one(1_u8))));
    SeedableRandomState::with_seed(random.hash_one(2_u8), shared)
});

/// The seeded hash of one segment's text; the same in every table of this process.
#[inline]
pub fn segment_hash(text: &[u8]) -> u64 {
    let mut hasher = HASHER.build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The hash of a path from its parent's hash and its last segment's hash.
#[inline]
pub const fn path_hash(parent: u64, segment: u64) -> u64 {
    let wide = ((parent ^ segment) as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    ((wide >> 64) as u64) ^ (wide as u64) ^ segment.rotate_left(29)
}

/// The upper half of a path's hash.
#[inline]
pub const fn path_tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}
