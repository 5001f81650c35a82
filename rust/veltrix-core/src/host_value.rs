//! A place for what a host has made of a value, as a number that the host gives meaning.
//!
//! The host says once how such a number is given back, and each place gives back its own when it goes.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static GIVE_BACK: OnceLock<fn(usize)> = OnceLock::new();

/// Says how what is kept is given back; only what is said first counts.
pub fn give_back_with(give_back: fn(usize)) {
    let _ = GIVE_BACK.set(give_back);
}

/// A place for one number, filled once. A copy of it is empty: what it holds has one owner.
#[derive(Debug, Default)]
pub struct HostValue(AtomicUsize);

impl HostValue {
    /// What is kept, or 0.
    #[inline]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }

    /// Keeps a number unless one is kept; `false` leaves it with the host.
    pub fn keep(&self, value: usize) -> bool {
        self.0.compare_exchange(0, value, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

impl Clone for HostValue {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Drop for HostValue {
    fn drop(&mut self) {
        let value = *self.0.get_mut();
        if value != 0
            && let Some(give_back) = GIVE_BACK.get()
        {
            give_back(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HostValue, give_back_with};
    use std::sync::atomic::{AtomicUsize, Ordering};

    static GIVEN_BACK: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn what_was_kept_first_is_given_back_once() {
        give_back_with(|value| _ = GIVEN_BACK.fetch_add(value, Ordering::Relaxed));
        let place = HostValue::default();
        let empty = HostValue::default();
        assert!(place.keep(7));
        assert!(!place.keep(8));
        let copy = place.clone();
        assert_eq!((place.get(), copy.get()), (7, 0));
        drop((copy, empty));
        assert_eq!(GIVEN_BACK.load(Ordering::Relaxed), 0);
        drop(place);
        assert_eq!(GIVEN_BACK.load(Ordering::Relaxed), 7);
    }
}
