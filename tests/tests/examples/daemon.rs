//! `daemon.c`, whose calls arrive at a stand-in for Key Vault.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use arcidentity_emulator::{Answer, Emulator, Event, Request, UserAssigned};
use arcidentity_needs::{LIBCURL, NAMESPACES, PKG_CONFIG, PYTHON, TSAN, VALGRIND, needs};
use arcidentity_tests::{run, signal};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::lines::Lines;
use super::stand_in::StandIn;
use super::{Outcome, example};
use crate::programs::{agent, beside, command, sanitized, valgrind};

/// As many as `daemon.c` starts.
const THREADS: usize = 8;

const CLIENT_ID: &str = "55555555-5555-5555-5555-555555555555";

fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| example("daemon", &["libcurl"]).build("daemon"))
}

/// A daemon, its agent and the service that it calls.
struct Scene {
    agent: Emulator,
    service: StandIn,
    directory: TempDir,
    daemon: Child,
    said: Lines,
}

impl Scene {
    /// With an agent, the answers that the service gives first, and settings besides the usual ones.
    fn start(agent: Emulator, script: Value, more: &str) -> Scene {
        let daemon = command(program(), &agent);
        Scene::start_as(daemon, agent, script, more)
    }

    fn start_as(mut daemon: Command, agent: Emulator, script: Value, more: &str) -> Scene {
        let service = StandIn::keyvault(&["--secret", "name=value", "--script", &script.to_string()]);
        let directory = tempfile::tempdir().unwrap();
        let settings = directory.path().join("settings");
        fs::write(&settings, usual(&service) + more).unwrap();
        let daemon = service.trusted_by(&mut daemon).arg(&settings);
        let mut daemon = beside(&agent, daemon).stderr(Stdio::piped()).spawn().unwrap();
        let said = Lines::of(daemon.stderr.take().unwrap());
        Scene { agent, service, directory, daemon, said }
    }

    fn settings(&self) -> PathBuf {
        self.directory.path().join("settings")
    }

    fn signal(&self, name: &str) {
        signal(name, &self.daemon);
    }

    fn reload(&self) {
        self.signal("HUP");
    }

    /// The next line of its log.
    fn says(&self) -> String {
        let line = self.said.next();
        assert!(!line.contains("eyJ"), "a token in the log");
        line
    }

    /// The tokens of the next calls, all of which succeed.
    fn tokens(&self, calls: usize) -> Vec<String> {
        let token = || {
            let call = self.service.next();
            assert_eq!(call["status"], 200, "{call}");
            call["token"].as_str().unwrap().to_owned()
        };
        (0..calls).map(|_| token()).collect()
    }

    /// The token of the first call that comes with another one than `last`. All calls succeed.
    fn other_token(&self, last: &str) -> String {
        let many = 10_000;
        let other = (0..many).map(|_| self.tokens(1).remove(0)).find(|token| token != last);
        other.expect("another token, some day")
    }

    /// Ends it, when it must have nothing more to say.
    fn stop(self) {
        assert_eq!(self.rest(), [] as [&str; 0]);
    }

    /// Ends it; what else it had to say.
    fn rest(mut self) -> Vec<String> {
        self.signal("TERM");
        let rest = self.said.rest();
        assert_eq!(self.daemon.wait().unwrap().code(), Some(0), "{rest:?}");
        rest
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // After `rest` it is gone.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn usual(service: &StandIn) -> String {
    format!("url {}/secrets/name?api-version=7.4\nresource https://vault.azure.net\n", service.url)
}

/// Gets a message for each request that arrives.
fn arrivals(agent: &Emulator) -> Receiver<()> {
    let (sender, receiver) = channel();
    agent.on_event(move |event| {
        if matches!(event, Event::Received { .. }) {
            let _ = sender.send(());
        }
    });
    receiver
}

fn forced(agent: &Emulator) -> usize {
    let is_forced =
        |request: &&Request| request.is_authorized() && request.parameter("bypass_cache").is_some();
    agent.requests().iter().filter(is_forced).count()
}

#[test]
fn all_threads_share_one_request_for_a_token() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let scene = Scene::start(agent(), json!([]), "");
    let tokens: HashSet<_> = scene.tokens(THREADS).into_iter().collect();
    assert_eq!((tokens.len(), scene.agent.requests().len()), (1, 2), "without the key and with it");
    scene.stop();
}

#[test]
fn a_token_is_replaced_before_its_end() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let hour = Duration::from_secs(3600);
    // An hour passes for the agent between the two requests for the first token and the others, so that it gives
    // another one.
    let asked = Arc::new(AtomicUsize::new(0));
    let clock = Arc::clone(&asked);
    let is_first = move || clock.load(Ordering::SeqCst) <= 2;
    let clock = move || if is_first() { SystemTime::now() - hour } else { SystemTime::now() };
    let agent = Emulator::builder().clock(clock).lifetime(2 * hour).start().unwrap();
    agent.respond_with(move |_| {
        asked.fetch_add(1, Ordering::SeqCst);
        Answer::normal().edit_json(|token| token["refresh_in"] = json!("1"))
    });
    // A client waits half a minute before it asks again, and so long this takes.
    let scene = Scene::start(agent, json!([]), "interval_ms 500\n");
    let first = scene.tokens(1).remove(0);
    scene.other_token(&first);
    assert_eq!(forced(&scene.agent), 0);
    scene.stop();
}

#[test]
fn a_rejected_token_is_replaced() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let scene = Scene::start(agent(), json!([{"status": 401}]), "");
    let calls: Vec<_> = (0..=THREADS).map(|_| scene.service.next()).collect();
    let (rejected, accepted): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call["status"] == 401);
    assert_eq!((rejected.len(), accepted.len()), (1, THREADS));
    assert!(accepted.iter().any(|call| call["token"] != rejected[0]["token"]));
    assert_eq!(forced(&scene.agent), 1);
    scene.stop();
}

#[test]
fn a_service_that_rejects_every_token_is_reported_once() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let agent = agent();
    let scene = Scene::start(agent, json!([]), "resource https://graph.microsoft.com\ninterval_ms 5\n");
    assert_eq!(scene.says(), "the service answers HTTP 401");
    for _ in 0..10 * THREADS {
        assert_eq!(scene.service.next()["status"], 401);
    }
    fs::write(scene.settings(), usual(&scene.service)).unwrap();
    scene.reload();
    assert_eq!(scene.says(), "new settings");
    assert_eq!(scene.says(), "the service answers HTTP 200");
    scene.stop();
}

#[test]
fn an_agent_that_fails_is_reported_once_and_asked_again() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let agent = agent();
    agent.respond_with(|_| Answer::error(403, "forbidden", "not now"));
    let arrivals = arrivals(&agent);
    let scene = Scene::start(agent, json!([]), "interval_ms 5\n");
    let said = scene.says();
    assert!(said.starts_with("no token: ") && said.contains("not now"), "{said}");
    // Between them the threads fail hundreds of times.
    for _ in 0..2 {
        arrivals.recv().unwrap();
    }
    scene.agent.respond_normally();
    let well = "the service answers HTTP 200";
    assert_eq!(scene.says(), well);
    // A thread that was told no may be slower to say so than another one that got a token.
    let rest = scene.rest();
    assert!(rest.len() <= 2 * THREADS && rest.last().map_or(well, String::as_str) == well, "{rest:?}");
}

#[test]
fn a_machine_without_an_agent_is_reported() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let gone = agent();
    let daemon = command(program(), &gone);
    gone.stop();
    let scene = Scene::start_as(daemon, agent(), json!([]), "");
    let said = scene.says();
    assert!(said.starts_with("no token: ") && said.contains("; hint: "), "{said}");
    scene.stop();
}

#[test]
fn new_settings_make_a_new_client_and_no_call_fails() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let identity = UserAssigned {
        client_id: CLIENT_ID.into(),
        object_id: "66666666-6666-6666-6666-666666666666".into(),
        resource_id: "/subscriptions/0/app".into(),
    };
    let agent = Emulator::builder().user_assigned(identity).start().unwrap();
    let scene = Scene::start(agent, json!([]), "interval_ms 5\n");
    let machine = scene.tokens(10 * THREADS).remove(0);
    fs::write(scene.settings(), format!("{}interval_ms 5\nclient_id {CLIENT_ID}\n", usual(&scene.service)))
        .unwrap();
    scene.reload();
    assert_eq!(scene.says(), "new settings");
    let user = scene.other_token(&machine);
    // Calls that were under way may still come with the old token, but not for long.
    while scene.tokens(4 * THREADS).iter().any(|token| *token != user) {}
    let ids: Vec<_> = scene
        .agent
        .requests()
        .iter()
        .filter(|request| request.is_authorized())
        .map(|request| request.parameter("client_id").map(str::to_owned))
        .collect();
    assert_eq!(ids, [None, Some(CLIENT_ID.to_owned())]);
    scene.stop();
}

/// Settings that are no good, and what is said about them.
fn bad_settings(usual: &str) -> Vec<(String, &'static str)> {
    let and = |line: &str| format!("{usual}{line}");
    vec![
        (String::new(), "the settings must name url and resource"),
        ("resource https://vault.azure.net\n".into(), "the settings must name url and resource"),
        ("url http://vault.example/\n".into(), "line 1 of the settings is wrong"),
        (and("colour blue\n"), "line 3 of the settings is wrong"),
        (and("interval_ms soon\n"), "line 3 of the settings is wrong"),
        (and("interval_ms 5s\n"), "line 3 of the settings is wrong"),
        (and("interval_ms 0\n"), "line 3 of the settings is wrong"),
        (and("interval_ms -1\n"), "line 3 of the settings is wrong"),
        (and("interval_ms 5"), "line 3 of the settings is wrong"),
        (and("client_id\n"), "line 3 of the settings is wrong"),
        (and(&format!("client_id {}\n", "0".repeat(3000))), "line 3 of the settings is wrong"),
        (and("client_id x y\n"), "ARC_ERROR_INVALID_ARGUMENT: "),
    ]
}

#[test]
fn bad_settings_keep_the_old_ones() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let scene = Scene::start(agent(), json!([]), "interval_ms 5\n");
    let token = scene.tokens(1).remove(0);
    for (settings, reason) in bad_settings(&usual(&scene.service)) {
        fs::write(scene.settings(), &settings).unwrap();
        scene.reload();
        let said = scene.says();
        assert!(said.starts_with(reason), "{said}: {settings}");
        assert_eq!(scene.says(), "the old settings stay");
    }
    fs::remove_file(scene.settings()).unwrap();
    scene.reload();
    assert!(scene.says().ends_with("settings: No such file or directory"));
    assert_eq!(scene.says(), "the old settings stay");
    assert!(scene.tokens(10 * THREADS).iter().all(|other| *other == token));
    scene.stop();
}

#[test]
fn without_settings_it_does_not_start() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let agent = agent();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings");
    let start = |arguments: &[&Path]| Outcome::from(run(command(program(), &agent).args(arguments)));
    for (settings, reason) in bad_settings("url https://127.0.0.1/\nresource https://vault.azure.net\n") {
        fs::write(&path, settings).unwrap();
        let outcome = start(&[&path]);
        assert_eq!(outcome.status, 1);
        assert!(outcome.stderr.starts_with(reason), "{}", outcome.stderr);
    }
    assert_eq!(start(&[]).stderr, "usage: daemon SETTINGS\n");
    assert_eq!(agent.connections(), 0);
}

/// The longest that a call for a token or of the service takes.
const TIMEOUT: Duration = Duration::from_secs(10);

#[test]
fn it_ends_at_once_while_threads_wait_for_a_token() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let agent = agent();
    agent.respond_with(|_| Answer::hang());
    let arrivals = arrivals(&agent);
    let scene = Scene::start(agent, json!([]), "");
    arrivals.recv().unwrap();
    let start = Instant::now();
    scene.stop();
    assert!(start.elapsed() < TIMEOUT / 2, "it has waited for the timeout");
}

#[test]
fn it_ends_when_the_service_does_not_answer() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let silent = json!({"status": 200, "hang": true});
    let scene = Scene::start(agent(), json!(vec![silent; THREADS]), "");
    (0..THREADS).for_each(|_| drop(scene.service.next()));
    scene.stop();
}

#[test]
fn ten_thousand_tokens_leave_no_trace() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL);
    let scene = Scene::start(agent(), json!([]), "interval_ms 1\n");
    scene.tokens(2_000);
    let before = resources(&scene.daemon);
    scene.tokens(8_000);
    let after = resources(&scene.daemon);
    assert_eq!(after.descriptors, before.descriptors);
    assert!(after.kilobytes <= before.kilobytes + 256, "{before:?} {after:?}");
    scene.stop();
}

/// What a process has of its system.
#[derive(Debug)]
struct Resources {
    descriptors: usize,
    kilobytes: u64,
}

fn resources(process: &Child) -> Resources {
    let directory = Path::new("/proc").join(process.id().to_string());
    let status = fs::read_to_string(directory.join("status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes = line.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    Resources { descriptors: fs::read_dir(directory.join("fd")).unwrap().count(), kilobytes }
}

/// Tokens, a rejected one, a reload and the end, under a tool that has nothing to say.
fn is_clean(daemon: Command, agent: Emulator) {
    let scene = Scene::start_as(daemon, agent, json!([{"status": 401}]), "interval_ms 5\n");
    for _ in 0..5 * THREADS {
        scene.service.next();
    }
    scene.reload();
    // Under such a tool on a busy machine a call may take too long, and is made again.
    let late = ["no answer: ", "no token: no answer ", "the service answers "];
    let is_late = |line: &str| late.iter().any(|late| line.starts_with(late));
    let settings = (0..).map(|_| scene.says()).find(|line| !is_late(line));
    assert_eq!(settings.as_deref(), Some("new settings"));
    for _ in 0..5 * THREADS {
        scene.service.next();
    }
    let rest = scene.rest();
    assert!(rest.iter().all(|line| is_late(line)), "{rest:?}");
}

#[test]
fn nothing_leaks() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, VALGRIND);
    let agent = agent();
    is_clean(valgrind(program(), &agent), agent);
}

#[test]
fn no_threads_race() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, TSAN);
    let agent = agent();
    let program = example("daemon", &["libcurl"]).flag("-g").flag("-fsanitize=thread").build("daemon-thread");
    is_clean(sanitized(program, &agent), agent);
}
