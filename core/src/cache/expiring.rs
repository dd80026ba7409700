//! A map of bounded size whose values end.
//!
//! The hash is a fast one, which somebody might get to know and choose resources so that they collide. Since the size is
//! bounded, a look at a full map then takes a tenth of a millisecond, less than a handshake. To look at all values of a
//! full map takes no longer, and is done when one of them has ended.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::clock::Now;
use crate::limits::MAX_REMEMBERED;

/// Values by resource, each until its end on either clock.
#[derive(Clone)]
pub(super) struct Expiring<T> {
    values: HashMap<Box<str>, (T, Now), RandomState>,
    /// Nothing ends earlier.
    first_end: Now,
}

impl<T> Default for Expiring<T> {
    fn default() -> Expiring<T> {
        Expiring { values: HashMap::default(), first_end: Now::NEVER }
    }
}

impl<T> Expiring<T> {
    /// The value, which may have ended.
    pub(super) fn get(&self, resource: &str) -> Option<&T> {
        self.values.get(resource).map(|(value, _)| value)
    }

    pub(super) fn get_mut(&mut self, resource: &str) -> Option<&mut T> {
        self.values.get_mut(resource).map(|(value, _)| value)
    }

    /// Replaces the value. Where there is no room for another one, that goes which ends first: its resource is returned.
    pub(super) fn insert(&mut self, resource: &str, value: T, end: Now) -> Option<Box<str>> {
        self.first_end = self.first_end.earlier(end);
        if let Some(known) = self.values.get_mut(resource) {
            *known = (value, end);
            return None;
        }
        let gone = if self.values.len() < MAX_REMEMBERED { None } else { self.first() };
        if let Some(gone) = &gone {
            self.values.remove(gone);
        }
        self.values.insert(resource.into(), (value, end));
        gone
    }

    fn first(&self) -> Option<Box<str>> {
        self.values.iter().min_by_key(|(_, (_, end))| end.monotonic).map(|(resource, _)| resource.clone())
    }

    /// Removes what has ended. Returns the resources.
    pub(super) fn expire(&mut self, now: Now) -> Vec<Box<str>> {
        let mut gone = Vec::new();
        if now.is_before(self.first_end) {
            return gone;
        }
        self.first_end = Now::NEVER;
        self.values.retain(|resource, (_, end)| {
            let lasts = now.is_before(*end);
            match lasts {
                true => self.first_end = self.first_end.earlier(*end),
                false => gone.push(resource.clone()),
            }
            lasts
        });
        gone
    }

    /// Removes all but these.
    pub(super) fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        self.values.retain(|_, (value, _)| wanted(value));
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(monotonic: u64, unix: i64) -> Now {
        Now { monotonic: Duration::from_secs(monotonic), unix }
    }

    fn expired(values: &mut Expiring<()>, now: Now) -> Vec<String> {
        let mut gone: Vec<_> = values.expire(now).iter().map(|resource| resource.to_string()).collect();
        gone.sort();
        gone
    }

    #[test]
    fn a_value_goes_at_its_end_on_either_clock_and_no_earlier() {
        let mut values = Expiring::default();
        for (resource, end) in [("a", at(10, 300)), ("b", at(20, 100)), ("c", at(30, 200))] {
            values.insert(resource, (), end);
        }
        assert!(expired(&mut values, at(9, 99)).is_empty());
        assert_eq!(expired(&mut values, at(10, 99)), ["a"]);
        assert_eq!(expired(&mut values, at(10, 200)), ["b", "c"]);
        assert_eq!(values.len(), 0);
    }

    #[test]
    fn a_replaced_value_has_the_end_of_the_new_one() {
        let mut values = Expiring::default();
        values.insert("a", 1, at(10, 10));
        values.insert("a", 2, at(20, 20));
        assert!(values.expire(at(19, 19)).is_empty());
        assert_eq!((values.get("a"), values.len()), (Some(&2), 1));
        assert_eq!(values.expire(at(20, 19)).len(), 1);
        assert_eq!((values.get("a"), values.len()), (None, 0));
    }

    #[test]
    fn what_ends_first_makes_room() {
        let mut values = Expiring::default();
        for number in 0..MAX_REMEMBERED {
            let end = 1000 + u64::try_from(number).unwrap();
            assert_eq!(values.insert(&number.to_string(), (), at(end, 0)), None);
        }
        assert_eq!(values.insert("5", (), at(5, 0)), None, "there already");
        assert_eq!(values.insert("one", (), at(1, 0)).as_deref(), Some("5"), "the newest has its place");
        assert_eq!(values.insert("another", (), at(9999, 0)).as_deref(), Some("one"));
        assert_eq!(values.insert("yet another", (), at(9999, 0)).as_deref(), Some("0"));
        assert_eq!(values.len(), MAX_REMEMBERED);
    }

    #[test]
    fn a_copy_is_complete() {
        let mut values = Expiring::default();
        values.insert("a", 1, at(10, 10));
        values.insert("b", 2, at(20, 20));
        values.retain(|value| *value == 2);
        let mut copy = values.clone();
        assert_eq!((copy.get("a"), copy.get("b"), copy.len()), (None, Some(&2), 1));
        assert_eq!(copy.expire(at(20, 0)).len(), 1);
        assert_eq!((copy.len(), values.len()), (0, 1));
    }
}
