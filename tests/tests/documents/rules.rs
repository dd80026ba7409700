//! The rules whose numbers documents say, each with its number in the code and its sentences.

use arcidentity_core::ErrorKind;
use arcidentity_core::limits::{
    AGENT_PORT, API_VERSION, DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT, EXPLAINED_WAIT, INTERRUPT_INTERVAL,
    MAX_BODY, MAX_CHALLENGES, MAX_HEADERS, MAX_KEY, MAX_NESTING, MAX_READERS, MAX_REMEMBERED, MAX_RESOURCE,
    MAX_RETRY_AFTER, REFRESH_BEFORE_END, REPORT_VERSION, RETRY_INTERVAL, STACK, TEMPORARY_STATUSES,
    USER_ASSIGNED_SINCE, WAIT_BEFORE_END, WAITS,
};

use super::document::behind;
use super::sentence::{Place, Rule, Value};

/// Where a section of these stands is free.
const PAGES: Place = &["README.md", "CONTRIBUTING.md", "docs", "python/README.md"];
const SECURITY: Place = &["SECURITY.md"];
const FUZZING: Place = &["core/fuzz/README.md"];
const COMMAND: Place = &["cli/man/arcidentity.1"];
const HELP: Place = &[super::document::HELP];
const LIBRARY: Place = &["ffi/man/libarcidentity.3"];
const C: Place = &["include/arcidentity.h"];
const CPP: Place = &["include/arcidentity.hpp", "include/arcidentity"];
const AZURE_CPP: Place = &["include/arcidentity_azure.hpp"];
const PYTHON: Place = &["python/python"];
const RUST: Place = &["core/src"];
const EMULATOR: Place = &["emulator/src"];
const NATIVE: Place = &["python/src"];

/// Numbers that are no rules of the code: facts of others, and examples.
pub const FACTS: &[&str] = &[
    "start the agent, which takes up to 30 seconds",
    "the answer is repeated for 5 seconds",
    "within three working days",
    "within ten working days",
    "within 30 days of that",
    "or 90 days after the report",
    "for six months after the newest one came out",
    "for at least six months",
    "five new crates at once, and then one every ten minutes",
    "300 s to connect and 300 s for each part of an answer",
    "with tokens that live for ten minutes",
    "and wait for ten seconds at most",
    "1 ms to about 49 days",
    r"`verify` is 1 or 0\. Default: 1\.",
    r"1 or 0\. Other systems do not tell\. Default: 1\.",
    "the package puccinialin for it, which puts 750 MB",
    "with the minor version before 1.0",
    "Before 1.0 a new minor version may break",
    "before 1.0, where the minor version is part of it",
    "MSAL for Python 1.39.0",
    r"az login --identity(?: \| exit status 1)+",
    "0.000 s: a token for .* answer 401, 108 bytes",
    "0.004 s: answer 200, 1432 bytes",
    "the client still does after two seconds",
    "Take more than two minutes",
    "Since Python 3.11 a traceback shows the hint",
    "`<guid>`, `<10 digits>`, `<16 characters>`, `<number>` or `<token>`",
];

pub fn rules() -> Vec<Rule> {
    [trust(), waiting(), tokens(), agent(), reports(), emulator(), clients(), requirements()]
        .into_iter()
        .flatten()
        .collect()
}

/// A number of the code. All of them are small enough to be exact.
fn count(number: usize) -> f64 {
    u32::try_from(number).unwrap().into()
}

fn trust() -> Vec<Rule> {
    vec![
        Rule::new("the longest key", count(MAX_KEY))
            .said(&[PAGES, LIBRARY], "1 to {} bytes of visible ASCII")
            .said(&[SECURITY], "not world-writable, 1 to {} bytes")
            .said(&[SECURITY], "a plain file of 1 to {} bytes")
            .said(&[FUZZING], "the key is 1 to {} visible ASCII characters"),
        Rule::new("the longest resource", count(MAX_RESOURCE))
            .said(&[C, LIBRARY], "1 to {} bytes without white space"),
        Rule::new("the longest body", count(MAX_BODY)).said(&[SECURITY], "{KiB} KiB of body"),
        Rule::new("the threads that read keys", count(MAX_READERS))
            .said(&[PAGES], "a process has {} of them at most")
            .said(&[SECURITY], "At most {} such threads"),
        Rule::new("the deepest answer", count(MAX_NESTING)).said(&[SECURITY], "nested deeper than {} levels"),
        Rule::new("the stack of a call", count(STACK))
            .said(&[PAGES, C, LIBRARY, RUST, SECURITY], "needs less than {KiB} KiB"),
        Rule::new("the longest headers", count(MAX_HEADERS)).said(&[SECURITY], "{KiB} KiB of headers"),
        Rule::new("the challenges of an attempt", count(MAX_CHALLENGES))
            .said(&[SECURITY], r"{} challenges, \w+ requests, then an error"),
        Rule::new("the requests of an attempt", count(MAX_CHALLENGES + 1))
            .said(&[SECURITY], r"\w+ challenges, {} requests, then an error")
            .said(&[FUZZING], "the call ends after {} requests at most")
            .said(&[RUST], "One attempt: at most {} requests"),
    ]
}

fn waiting() -> Vec<Rule> {
    let statuses: Vec<f64> = TEMPORARY_STATUSES.map(f64::from).to_vec();
    vec![
        Rule::new("the timeout", DEFAULT_TIMEOUT.as_secs_f64())
            .said(&[PAGES, LIBRARY], "for {} seconds at most unless set")
            .said(&[PAGES], r"\| {} s for the whole call")
            .said(&[C], r"`milliseconds` is 1 or more\. Default: {ms}\.")
            .said(&[LIBRARY], r"in milliseconds\. Default: {ms}\.")
            .said(&[CPP], r"Default: {} seconds")
            .said(&[RUST], "Defaults to {} seconds")
            .said(&[PYTHON], "timeout: float = {}")
            .said(&[COMMAND], r"may be a fraction\. Default: {}\.")
            .said(&[HELP], r"may be a fraction \[{}\]"),
        Rule::new("the attempts of a call", f64::from(DEFAULT_MAX_ATTEMPTS))
            .said(&[C, CPP, LIBRARY], r"1 means no retry\. Default: {}\.")
            .said(&[RUST], "Defaults to {}; 1 means no retry")
            .said(&[PYTHON], "max_attempts: int = {}"),
        Rule::new("the retries of a call", f64::from(DEFAULT_MAX_ATTEMPTS - 1))
            .said(&[PAGES], r"\| {}, of the same, and only while the time lasts"),
        Rule::new("the waits between attempts", WAITS.to_vec())
            .said(&[LIBRARY], "after about {} seconds, or when the agent says"),
        Rule::new("what is tried again", statuses)
            .said(&[LIBRARY], "when the agent answers {}, closes the connection")
            .said(&[PAGES], "of {} and failed connections"),
        Rule::new("when a wait is explained", EXPLAINED_WAIT.as_secs_f64())
            .said(&[PAGES], "On a terminal, after {} s, one line")
            .said(&[HELP, COMMAND], "a wait of more than {} s is explained"),
        Rule::new("how often a hook is asked", 1.0 / INTERRUPT_INTERVAL.as_secs_f64())
            .said(&[C, CPP, LIBRARY, RUST], "about {} times a second"),
        Rule::new("how soon a hook is asked", INTERRUPT_INTERVAL.as_secs_f64())
            .said(&[AZURE_CPP], "within about a {} of a second"),
    ]
}

fn tokens() -> Vec<Rule> {
    let pause: f64 = behind("python/python/arcidentity/_renewal.py", "\n_PAUSE = ").parse().unwrap();
    vec![
        Rule::new("when a token is renewed", REFRESH_BEFORE_END.as_secs_f64())
            .said(&[PAGES], "{min} minutes before its end")
            .said(&[PAGES], "else {min} minutes before the end")
            .said(&[LIBRARY], "{min} minutes before the token expires"),
        Rule::new("when callers wait for a new token", WAIT_BEFORE_END.as_secs_f64())
            .said(&[LIBRARY], "in the last {min} minutes all wait")
            .said(&[RUST], "From {min} minutes before the end on"),
        Rule::new("when renewing is tried again", RETRY_INTERVAL.as_secs_f64())
            .said(&[PAGES, RUST, AZURE_CPP], "the next try waits {} seconds"),
        Rule::new("how long Retry-After is kept", MAX_RETRY_AFTER.as_secs_f64())
            .said(&[PAGES, SECURITY, C, LIBRARY, RUST, NATIVE], "{min} minutes at most"),
        Rule::new("the tokens of a client", count(MAX_REMEMBERED))
            .said(&[PAGES, LIBRARY], "keeps {} tokens at most"),
        Rule::new("how long BearerAuth does not replace a token", pause)
            .said(&[PYTHON], "it is not replaced for {min} minutes"),
    ]
}

fn agent() -> Vec<Rule> {
    vec![
        Rule::new("the agent's port", f64::from(AGENT_PORT))
            .said(&[PAGES, COMMAND, LIBRARY, HELP, C, RUST, NATIVE], r"http://(?:localhost|127\.0\.0\.1):{}")
            .said(&[COMMAND, HELP], "{} is the agent's")
            .said(&[HELP], r"--port {}\b")
            .said(&[SECURITY], "binds port {} first")
            .said(&[PAGES], "took port {} before the agent")
            .said(&[PAGES], "'sport = :{}'")
            .said(&[PAGES], "-LocalPort {}"),
        Rule::new("the version of the agent's interface", API_VERSION)
            .said(&[PAGES], r"\?api-version={}&resource="),
        Rule::new("the first agent with user-assigned identities", USER_ASSIGNED_SINCE)
            .said(&[PAGES, C, CPP, LIBRARY, RUST], "[Nn]eeds? agent {} or later")
            .said(&[SECURITY], "An agent before {} that is asked for")
            .said(&[PAGES], "an agent before {}, asked for")
            .said(&[PAGES], "user-assigned identities need {}")
            .said(&[PYTHON], "Agents before {} have only")
            .said(&[EMULATOR], "Since {}: honours"),
        // No code depends on it: every agent is asked.
        Rule::new("the first agent that can skip its own memory", "1.66")
            .said(&[C, LIBRARY], "[Aa]gents before {} may give the same")
            .said(&[COMMAND, HELP], "[Aa]gents before {} give that one")
            .said(&[PAGES], r"\(from version {} on\)")
            .said(&[RUST], "which agents before {} do not do")
            .said(&[RUST], "Agents before {} ignore it")
            .said(&[EMULATOR], "Before {}: ignores"),
    ]
}

fn reports() -> Vec<Rule> {
    let status = |kind: ErrorKind| f64::from(kind.status());
    vec![
        Rule::new("the version of a report", f64::from(REPORT_VERSION))
            .said(&[PAGES], r"\*\*Version {}\.\*\*")
            .said(&[PAGES], r"\| `version` \| number \| {}: the version")
            .said(&[C], r#"JSON object with "version" {},"#)
            .said(&[LIBRARY], r"JSON object with \.Dq version {}\.")
            .said(&[RUST], r"\| `version` \| {}: of this layout")
            .said(&[NATIVE], r"Its members are version \({}\)"),
        Rule::new("the number of InvalidArgument", status(ErrorKind::InvalidArgument))
            .said(&[COMMAND, HELP], "is an error with exit status {}"),
        Rule::new("the number of Unavailable", status(ErrorKind::Unavailable))
            .said(&[PAGES], "`CredentialUnavailableError` for number {}"),
    ]
}

fn emulator() -> Vec<Rule> {
    let builder = |field: &str| seconds("emulator/src/builder.rs", &format!(" {field}: "));
    let reused = seconds("emulator/src/agent/tokens.rs", "const REUSED_UNTIL: Duration = ");
    vec![
        Rule::new("how long an emulated token lives", builder("lifetime"))
            .said(&[HELP], r"how long tokens are valid \[{}\]")
            .said(&[COMMAND], r"How long tokens are valid\. Default: {}\.")
            .said(&[PYTHON], "lifetime: float = {}")
            .said(&[EMULATOR], "Defaults to {h} hours"),
        Rule::new("how long an emulated key lives", builder("key_lifetime"))
            .said(&[EMULATOR], "Defaults to {min} minutes"),
        Rule::new("how long the agent hands out the same token", reused)
            .said(&[EMULATOR, RUST], "fewer than {min} minutes (?:of it )?remain")
            .said(&[EMULATOR], "for a lifetime of {min} minutes or less")
            .said(&[EMULATOR], "A token that lives {min} minutes or less"),
    ]
}

fn clients() -> Vec<Rule> {
    let without_end = behind("tests/src/bin/client-bench/scenario.rs", "WITHOUT_END: usize = ");
    let without_end: f64 = without_end.trim_end_matches(';').parse().unwrap();
    vec![
        Rule::new("how often a client of the matrix may ask", without_end)
            .said(&[PAGES], "more than {} requests")
            .said(&[PAGES], "The test ends after {} requests"),
    ]
}

/// What follows `start` as `Duration::from_secs(24 * 60 * 60)`.
fn seconds(path: &str, start: &str) -> f64 {
    let factors = behind(path, &format!("{start}Duration::from_secs("));
    let factors = factors.split(')').next().unwrap().split(" * ");
    factors.map(|factor| factor.parse::<f64>().unwrap()).product()
}

fn requirements() -> Vec<Rule> {
    let quoted = |path, start| Value::Version(behind(path, start).split('"').next().unwrap().to_owned());
    let presets = behind("ffi/CMakePresets.json", "\"version\": ");
    let cmake = match presets.as_str() {
        "6," => "3.25",
        other => panic!("which CMake knows presets of version {other}"),
    };
    let for_tests = behind("tests/needs/src/table.rs", "sys.version_info < (3, ");
    let for_tests = for_tests.split(')').next().unwrap();
    let free_threaded = behind("python/wheels.sh", "pyo3/abi3t-py3");
    let standard: f64 =
        behind("ffi/cmake/arcidentity-targets.cmake", "cxx_std_").trim_end_matches(')').parse().unwrap();
    let glibc = match behind("python/wheels.sh", "maturin+=(--zig --compatibility many").as_str() {
        "linux2014)" => "2.17",
        other => panic!("which glibc has {other}"),
    };
    let soname = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
    vec![
        Rule::new("the oldest Rust", env!("CARGO_PKG_RUST_VERSION"))
            .said(&[PAGES], r"Rust(?:\]\([^)]*\))? {} or later"),
        Rule::new("the oldest Python", quoted("python/pyproject.toml", "requires-python = \">="))
            .said(&[PAGES], "CPython {} or later")
            .said(&[PAGES], "CPython {} and later"),
        Rule::new("the oldest Python for the tests", format!("3.{for_tests}").as_str())
            .said(&[PAGES], r"\bPython {} or later"),
        Rule::new("the oldest Python without the GIL", format!("3.{free_threaded}").as_str())
            .said(&[PAGES], "the other {} and later")
            .said(&[PAGES], "has a wheel from {} on"),
        Rule::new("the oldest glibc", glibc).said(&[PAGES], "glibc {} or later"),
        Rule::new("the oldest CMake", cmake).said(&[PAGES], "CMake {} and a C compiler"),
        // What its interface has is declared in `tests/cpp/azure`.
        Rule::new("the oldest azure-core for C++", "1.9").said(&[PAGES, AZURE_CPP], "azure-core {} or later"),
        Rule::new("the standard of C++", standard).said(&[PAGES, CPP, LIBRARY], r"C\+\+{} over"),
        Rule::new("the version of the ABI", soname).said(&[PAGES], r"libarcidentity\.so\.{}"),
    ]
}
