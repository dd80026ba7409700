//! A map of bounded size whose values end. Which end next is kept in order, so that no step looks at all of them.
//!
//! The hash is a fast one, which somebody might get to know and choose resources so that they collide. Since the size is
//! bounded, a look at a full map then takes a tenth of a millisecond, less than a handshake.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::RandomState;

use crate::clock::Now;
use crate::limits::MAX_REMEMBERED;

/// Values by resource, each until its end on either clock.
pub(super) struct Expiring<T> {
    values: HashMap<Arc<str>, (T, Now), RandomState>,
    // One order for each clock: somebody may set the wall clock, and then they differ.
    monotonic: BTreeSet<(Duration, Arc<str>)>,
    unix: BTreeSet<(i64, Arc<str>)>,
}

impl<T> Default for Expiring<T> {
    fn default() -> Expiring<T> {
        Expiring { values: HashMap::default(), monotonic: BTreeSet::new(), unix: BTreeSet::new() }
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
    pub(super) fn insert(&mut self, resource: &str, value: T, end: Now) -> Option<Arc<str>> {
        let known = self.remove(resource);
        let first = (self.values.len() >= MAX_REMEMBERED).then(|| self.monotonic.first()).flatten();
        let gone = first.map(|(_, first)| Arc::clone(first));
        if let Some(gone) = &gone {
            self.remove(gone);
        }
        let resource: Arc<str> = known.unwrap_or_else(|| resource.into());
        self.monotonic.insert((end.monotonic, Arc::clone(&resource)));
        self.unix.insert((end.unix, Arc::clone(&resource)));
        self.values.insert(resource, (value, end));
        gone
    }

    /// Removes the value. Returns its resource.
    fn remove(&mut self, resource: &str) -> Option<Arc<str>> {
        let (resource, (_, end)) = self.values.remove_entry(resource)?;
        self.monotonic.remove(&(end.monotonic, Arc::clone(&resource)));
        self.unix.remove(&(end.unix, Arc::clone(&resource)));
        Some(resource)
    }

    /// Removes what has ended. Returns the resources.
    pub(super) fn expire(&mut self, now: Now) -> Vec<Arc<str>> {
        let mut gone = Vec::new();
        while let Some(resource) = self.ended(now) {
            self.remove(&resource);
            gone.push(resource);
        }
        gone
    }

    fn ended(&self, now: Now) -> Option<Arc<str>> {
        let monotonic = self.monotonic.first().filter(|(end, _)| *end <= now.monotonic);
        let unix = self.unix.first().filter(|(end, _)| *end <= now.unix);
        monotonic.map(|(_, resource)| resource).or(unix.map(|(_, resource)| resource)).cloned()
    }

    /// Removes all but these.
    pub(super) fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        let unwanted: Vec<Arc<str>> = self
            .values
            .iter()
            .filter(|(_, (value, _))| !wanted(value))
            .map(|(resource, _)| Arc::clone(resource))
            .collect();
        for resource in unwanted {
            self.remove(&resource);
        }
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!((self.monotonic.len(), self.unix.len()), (self.values.len(), self.values.len()));
        self.values.len()
    }
}

impl<T: Clone> Expiring<T> {
    /// The same values, which the copy shares nothing else with.
    pub(super) fn copy(&self) -> Expiring<T> {
        let mut copy = Expiring::default();
        for (resource, (value, end)) in &self.values {
            copy.insert(resource, value.clone(), *end);
        }
        copy
    }
}

#[cfg(test)]
mod tests {
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
        values.remove("a");
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
        let mut copy = values.copy();
        assert_eq!((copy.get("a"), copy.get("b"), copy.len()), (None, Some(&2), 1));
        assert_eq!(copy.expire(at(20, 0)).len(), 1);
        assert_eq!((copy.len(), values.len()), (0, 1));
    }
}
