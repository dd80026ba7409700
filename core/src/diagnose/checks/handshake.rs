//! The request for a token, and the time of each step. What nothing else explains fails here.

use crate::diagnose::findings::{Findings, milliseconds};
use crate::diagnose::row::{Observation, Row};
use crate::handshake::Step;

pub(super) const ROW: Row =
    Row { id: "handshake", title: "The request for a token", observe, explain: Row::never };

fn observe(findings: &Findings<'_>) -> Observation {
    let steps = findings.steps.all();
    let observation = match &findings.request {
        Ok(_) => {
            let shown = steps.iter().map(|(step, time)| {
                let name = names(*step).0;
                format!("{name} {:.1} ms", time.as_secs_f64() * 1000.0)
            });
            Observation::ok(shown.collect::<Vec<_>>().join(", "))
        }
        Err(_) => Observation::unknown(),
    };
    observation.with(steps.iter().filter_map(|(step, time)| Some((names(*step).1?, milliseconds(*time)))))
}

/// The step for people, and for programs.
fn names(step: Step) -> (&'static str, Option<&'static str>) {
    match step {
        Step::Challenge => ("challenge", Some("challenge_ms")),
        Step::Key => ("key", Some("key_ms")),
        Step::NoKey => ("no key", None),
        Step::HeldKey => ("held key", None),
        Step::Answer => ("answer", Some("answer_ms")),
    }
}
