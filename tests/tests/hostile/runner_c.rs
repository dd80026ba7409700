//! Calls through the C ABI: a C program with the shared library, one process for each case.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use arcidentity_core::Identity;
use arcidentity_tests::{Compiler, run};

use super::case::Case;
use super::check::{Outcome, Runner};
use super::scene::Scene;

pub const NAME: &str = "C";

#[derive(Clone, Copy)]
pub struct C;

impl Runner for C {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prepare(&self) {
        program();
    }

    fn call(&self, case: &Case, scene: &Scene) -> Outcome {
        let mut outcome = outcome(command(program(), case, scene));
        let waits = case.waits.as_ref().map_or(0.0, |waits| *waits.start());
        if outcome.elapsed.as_secs_f64() < waits {
            outcome.complaints.push(format!("waited less than {waits} s: {:?}", outcome.elapsed));
        }
        outcome
    }
}

/// `tests/c/hostile.c`, built when it is first asked for.
pub fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| Compiler::c().std("c11").source("tests/c/hostile.c").link_shared().build("hostile"))
}

/// Leads `program` to the scene, with nothing else in its environment than proxies that it must not ask.
pub fn command(program: impl Into<OsString>, case: &Case, scene: &Scene) -> Command {
    let text = |template: &str| OsString::from_vec(scene.fill(template));
    let mut command = Command::new(program.into());
    command.env_clear();
    for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(proxy, scene.elsewhere());
    }
    command.envs(case.environment.iter().map(|(name, value)| (name, text(value))));
    command.envs(case.endpoint.iter().map(|endpoint| ("ENDPOINT", text(endpoint))));
    command.env("KEYS", text(&case.key_directory));
    command.env("TIMEOUT_MS", case.timeout.as_millis().to_string());
    command.env("ATTEMPTS", case.max_attempts.to_string());
    match &case.identity {
        Identity::ClientId(id) => command.env("CLIENT_ID", id),
        Identity::ObjectId(id) => command.env("OBJECT_ID", id),
        Identity::ResourceId(id) => command.env("RESOURCE_ID", id),
        _ => &mut command,
    };
    command
}

/// What the program printed. Nothing but the texts of the library is expected: a panic would say more.
pub fn outcome(mut command: Command) -> Outcome {
    let output = run(&mut command);
    let complaint = || format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let is_clean = output.status.success() && output.stderr.is_empty();
    assert!(is_clean, "{}", complaint());
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut fields = printed.split_terminator('\0');
    let mut number = || fields.next().unwrap().parse::<i64>().unwrap();
    let (status, elapsed, expires_on, _http_status) = (number(), number(), number(), number());
    Outcome {
        status: status.try_into().unwrap(),
        expires_on,
        texts: fields.map(str::to_owned).collect(),
        elapsed: Duration::from_micros(elapsed.try_into().unwrap()),
        complaints: Vec::new(),
    }
}
