use std::cell::Cell;
use std::time::Duration;

use super::*;
use crate::clock::{Now, SystemClock};
use crate::limits::{FAILURE_INTERVAL, MAX_REMEMBERED};

/// A clock that stands still unless a test moves it.
struct Hand(std::sync::Mutex<Now>);

impl Hand {
    fn new() -> Hand {
        Hand(std::sync::Mutex::new(SystemClock.now()))
    }
}

impl Clock for Hand {
    fn now(&self) -> Now {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        now.monotonic += duration;
        now.unix += i64::try_from(duration.as_secs()).unwrap();
    }
}

/// A cache, its clock, and how often the agent was asked.
struct Scene {
    cache: Cache,
    clock: Hand,
    asked: Cell<usize>,
}

impl Scene {
    fn new() -> Scene {
        Scene { cache: Cache::new(), clock: Hand::new(), asked: Cell::new(0) }
    }

    fn ask(
        &self,
        resource: &str,
        kind: Kind,
        answer: impl Fn() -> Result<TokenData, Failed>,
    ) -> Result<Arc<Token>, Error> {
        let deadline = Deadline::after(Duration::from_secs(60), Arc::new(SystemClock), None, None);
        self.cache.get(resource, kind, &self.clock, &deadline, |_| {
            self.asked.set(self.asked.get() + 1);
            answer()
        })
    }

    fn get(&self, resource: &str, lifetime: u64) -> Arc<Token> {
        let issue = || Ok(TokenData::new(resource, self.clock.now(), lifetime, lifetime));
        self.ask(resource, Kind::Normal, issue).unwrap()
    }

    fn fail(&self, resource: &str, kind: Kind, retry_after: u64) {
        let no = || Failed {
            retry_after: Some(Duration::from_secs(retry_after)),
            ..Error::new(ErrorKind::Service, "no").into()
        };
        assert_eq!(self.ask(resource, kind, || Err(no())).unwrap_err().message(), "no");
    }

    /// From here on as in a child process.
    fn fork(&mut self) {
        self.cache.oldest.process = Process::default();
    }
}

#[test]
fn an_expired_token_is_forgotten_with_the_next_request() {
    let scene = Scene::new();
    let (expired, valid) = (scene.get("expired", 1), scene.get("valid", 3600));
    scene.clock.sleep(Duration::from_secs(1));
    scene.get("another", 3600);
    assert_eq!((Arc::strong_count(&expired), Arc::strong_count(&valid)), (1, 2));
    assert_eq!(scene.cache.current().lock().tokens.len(), 2);
}

#[test]
fn ten_thousand_resources_are_served_from_memory() {
    let scene = Scene::new();
    for _ in 0..2 {
        for number in 0..10_000 {
            scene.get(&number.to_string(), 3600);
        }
    }
    assert_eq!(scene.asked.get(), 10_000);
}

#[test]
fn there_is_room_for_a_number_of_tokens() {
    let scene = Scene::new();
    let first = scene.get("first", 3000);
    for number in 1..MAX_REMEMBERED {
        scene.get(&number.to_string(), 3600);
    }
    assert_eq!(Arc::strong_count(&first), 2);
    let newest = scene.get("newest", 60);
    // In no stripe either.
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&newest)), (1, 2));
    assert_eq!(scene.cache.current().lock().tokens.len(), MAX_REMEMBERED);
    scene.clock.sleep(Duration::from_secs(60));
    scene.get("another", 3600);
    scene.get("1", 3600);
    assert_eq!(scene.asked.get(), MAX_REMEMBERED + 2, "an expired one makes room");
}

#[test]
fn there_is_room_for_a_number_of_failures_beside_the_tokens() {
    let scene = Scene::new();
    let token = scene.get("resource", 3600);
    for number in 0..=MAX_REMEMBERED {
        scene.fail(&number.to_string(), Kind::Normal, 120);
    }
    assert_eq!(Arc::strong_count(&token), 2);
    assert_eq!(scene.cache.current().lock().refusals.len(), MAX_REMEMBERED);
    scene.clock.sleep(Duration::from_secs(120));
    scene.fail("another", Kind::Normal, 0);
    assert_eq!(scene.cache.current().lock().refusals.len(), 1, "what has passed goes with the next request");
}

#[test]
fn a_shorter_wait_does_not_replace_a_longer_one() {
    let scene = Scene::new();
    // The request was under way when another one was told to wait.
    let overtaken = || {
        scene.fail("resource", Kind::Forced, 120);
        Err(Error::new(ErrorKind::Refused, "overtaken").into())
    };
    scene.ask("resource", Kind::Normal, overtaken).unwrap_err();
    scene.clock.sleep(Duration::from_secs(119));
    scene.fail("resource", Kind::Normal, 0);
    assert_eq!(scene.asked.get(), 2);
}

#[test]
fn a_longer_wait_replaces_a_shorter_one() {
    let scene = Scene::new();
    scene.fail("resource", Kind::Normal, 0);
    scene.fail("resource", Kind::Forced, 120);
    scene.clock.sleep(Duration::from_secs(119));
    scene.fail("resource", Kind::Normal, 0);
    assert_eq!(scene.asked.get(), 2);
}

#[test]
fn a_failure_that_has_passed_is_no_longer_in_the_way_of_another_one() {
    let scene = Scene::new();
    scene.fail("resource", Kind::Normal, 0);
    scene.clock.sleep(FAILURE_INTERVAL);
    let outer = || {
        // The first of them asks, inside another request.
        for _ in 0..9 {
            scene.fail("resource", Kind::Normal, 0);
        }
        Ok(TokenData::new("token", scene.clock.now(), 3600, 3600))
    };
    scene.ask("resource", Kind::Normal, outer).unwrap();
    assert_eq!(scene.asked.get(), 3);
}

#[test]
fn an_expired_token_is_forgotten_where_the_agent_may_not_be_asked() {
    let scene = Scene::new();
    let token = scene.get("resource", 60);
    scene.fail("resource", Kind::Forced, 120);
    scene.clock.sleep(Duration::from_secs(60));
    scene.fail("resource", Kind::Normal, 0);
    assert_eq!((Arc::strong_count(&token), scene.asked.get()), (1, 2));
}

#[test]
fn metadata_that_one_call_got_does_not_end_the_agents_wish_of_another() {
    let scene = Scene::new();
    let busy = |retry_after| Failed {
        retry_after: Some(Duration::from_secs(retry_after)),
        ..Error::new(ErrorKind::Service, "busy").into()
    };
    let metadata = |answer: &dyn Fn() -> Result<(), Failed>| scene.cache.metadata(&scene.clock, answer);
    let overtaken = |answer: Result<(), ErrorKind>| {
        metadata(&|| {
            metadata(&|| Err(busy(120))).unwrap_err();
            answer.map_err(|kind| Error::new(kind, "overtaken").into())
        })
    };
    assert!(overtaken(Ok(())).is_ok());
    assert!(metadata(&|| Ok(())).is_err());
    scene.clock.sleep(Duration::from_secs(120));
    assert!(overtaken(Err(ErrorKind::Refused)).is_err());
    scene.clock.sleep(Duration::from_secs(119));
    assert!(metadata(&|| Ok(())).is_err());
    scene.clock.sleep(Duration::from_secs(1));
    assert!(metadata(&|| Ok(())).is_ok());
}

#[test]
fn a_request_inside_another_one_is_remembered_too() {
    let scene = Scene::new();
    let outer = || {
        for _ in 0..9 {
            scene.fail("resource", Kind::Normal, 0);
        }
        Ok(TokenData::new("token", scene.clock.now(), 3600, 3600))
    };
    scene.ask("resource", Kind::Normal, outer).unwrap();
    assert_eq!(scene.asked.get(), 2);
}

#[test]
fn a_token_that_is_being_replaced_is_served_until_five_minutes_before_its_end() {
    for (left, is_served) in [(301, true), (300, false)] {
        let scene = Scene::new();
        let token = |value| Ok(TokenData::new(value, scene.clock.now(), 3600, 1800));
        scene.ask("resource", Kind::Normal, || token("old")).unwrap();
        scene.clock.sleep(Duration::from_secs(3600 - left));
        let replace = || {
            let served = scene.cache.fresh("resource", &scene.clock);
            assert_eq!(served.is_some(), is_served, "{left}");
            token("new")
        };
        assert_eq!(scene.ask("resource", Kind::Normal, replace).unwrap().value(), "new");
    }
}

#[test]
fn a_forced_request_inside_another_one_fails_for_nobody_else() {
    let scene = Scene::new();
    let outer = || {
        scene.fail("resource", Kind::Forced, 0);
        Err(Error::new(ErrorKind::Service, "no").into())
    };
    scene.ask("resource", Kind::Forced, outer).unwrap_err();
    scene.get("resource", 3600);
    assert_eq!(scene.asked.get(), 3);
}

#[test]
fn a_child_that_clears_lets_go_of_what_it_inherited_too() {
    let mut scene = Scene::new();
    let token = scene.get("resource", 3600);
    let data = scene.cache.oldest.lock().tokens.get("resource").unwrap().token.clone();
    assert_eq!((Arc::strong_count(&token), Arc::strong_count(&data)), (2, 3));
    scene.fork();
    assert_eq!(scene.get("resource", 3600).value(), "resource");
    assert_eq!(scene.asked.get(), 1);
    scene.cache.clear();
    assert_eq!((Arc::strong_count(&token), Arc::strong_count(&data)), (1, 2));
}

#[test]
fn a_child_lets_go_of_inherited_tokens_that_have_expired() {
    let mut scene = Scene::new();
    let (expired, valid) = (scene.get("expired", 1), scene.get("valid", 3600));
    scene.fork();
    scene.clock.sleep(Duration::from_secs(1));
    scene.get("another", 3600);
    assert_eq!((Arc::strong_count(&expired), Arc::strong_count(&valid)), (1, 2));
    assert_eq!(scene.cache.oldest.lock().tokens.len(), 1);
}

/// The thread that holds the lock is one of the parent's, and ends in no child.
#[test]
fn a_child_waits_for_no_lock_of_its_parent() {
    let mut scene = Scene::new();
    scene.get("resource", 3600);
    scene.fork();
    let parent = &scene.cache.oldest;
    let _held = parent.lock();
    scene.get("another", 3600);
    scene.cache.clear();
    assert_eq!(scene.asked.get(), 2);
}

#[test]
fn a_child_inherits_what_the_agent_asked_for() {
    let mut scene = Scene::new();
    scene.fail("resource", Kind::Normal, 120);
    let no_metadata = |scene: &Scene| {
        let failed = Failed { retry_after: Some(Duration::from_secs(120)), ..Error::protocol("no").into() };
        let fetch = || {
            scene.asked.set(scene.asked.get() + 1);
            Err::<(), _>(failed)
        };
        scene.cache.metadata(&scene.clock, fetch).unwrap_err();
    };
    no_metadata(&scene);
    scene.fork();
    scene.fail("resource", Kind::Forced, 0);
    no_metadata(&scene);
    assert_eq!(scene.asked.get(), 2);
}

/// As a child of `vfork` does.
#[test]
fn clear_empties_what_a_child_left_in_this_process() {
    let mut scene = Scene::new();
    let this = scene.cache.oldest.process;
    scene.fork();
    let token = scene.get("resource", 3600);
    scene.cache.oldest.process = this;
    assert_eq!(Arc::strong_count(&token), 2);
    scene.cache.clear();
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_failure_is_repeated_for_a_second() {
    let scene = Scene::new();
    scene.fail("resource", Kind::Normal, 0);
    scene.clock.sleep(FAILURE_INTERVAL - Duration::from_millis(1));
    scene.fail("resource", Kind::Normal, 0);
    assert_eq!(scene.asked.get(), 1);
    scene.clock.sleep(Duration::from_millis(1));
    scene.fail("resource", Kind::Normal, 0);
    assert_eq!(scene.asked.get(), 2);
}
