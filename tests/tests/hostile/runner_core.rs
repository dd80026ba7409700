//! Calls through the Rust API.

use std::sync::Arc;
use std::time::Instant;

use arcidentity_core::{Client, Clock, Error, SystemClock};
use arcidentity_testing::{FakeClock, VAULT};

use super::case::Case;
use super::check::{Outcome, Runner};
use super::scene::Scene;

pub const NAME: &str = "core";

#[derive(Clone, Copy)]
pub struct Core;

impl Runner for Core {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, case: &Case, scene: &Scene) -> Outcome {
        let fake = case.waits.is_some().then(FakeClock::new);
        let clock: Arc<dyn Clock> = match &fake {
            Some(fake) => Arc::clone(fake) as _,
            None => Arc::new(SystemClock),
        };
        let (started, asked) = (Instant::now(), clock.now().monotonic);
        let result = client(case, scene, Arc::clone(&clock)).and_then(|client| client.get_token(VAULT));
        let elapsed = started.elapsed();

        let mut complaints = Vec::new();
        if let (Some(fake), Some(expected)) = (fake, &case.waits) {
            let waited: f64 = fake.sleeps().iter().map(|sleep| sleep.as_secs_f64()).sum();
            if !expected.contains(&waited) {
                complaints.push(format!("waited {waited} s, expected {expected:?}"));
            }
            if fake.now().monotonic - asked > case.timeout {
                complaints.push("the deadline passed".to_owned());
            }
        }
        match result {
            Ok(token) => Outcome {
                status: 0,
                expires_on: token.expires_on(),
                texts: vec![format!("{token:?}")],
                elapsed,
                complaints,
            },
            Err(error) => Outcome {
                status: error.kind().status(),
                expires_on: 0,
                texts: texts(&error),
                elapsed,
                complaints,
            },
        }
    }
}

fn client(case: &Case, scene: &Scene, clock: Arc<dyn Clock>) -> Result<Client, Error> {
    let text = |template: &str| String::from_utf8(scene.fill(template)).unwrap();
    let mut builder = Client::builder()
        .key_directory(text(&case.key_directory))
        .identity(case.identity.clone())
        .timeout(case.timeout)
        .max_attempts(case.max_attempts)
        .clock(clock);
    if let Some(endpoint) = &case.endpoint {
        builder = builder.endpoint(text(endpoint));
    }
    builder.build()
}

fn texts(error: &Error) -> Vec<String> {
    let own = [Some(error.message()), error.hint(), error.code()];
    let own = own.into_iter().flatten().map(str::to_owned);
    own.chain([error.to_string(), format!("{error:?}")]).collect()
}
