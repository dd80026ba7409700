//! Reports: each cause is provoked, and the report names that cause and no other.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arcidentity_core::{Check, Client, ErrorKind, Identity, Outcome, Report};
use arcidentity_emulator::{Answer, Emulator, KeyStyle, Machine};
use arcidentity_testing::{FakeClock, VAULT, builder, client, emulator, issuer, unverified};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The ids of the checks with this outcome.
fn ids(report: &Report, outcome: Outcome) -> Vec<&'static str> {
    report.checks().iter().filter(|check| check.outcome() == outcome).map(Check::id).collect()
}

fn check<'a>(report: &'a Report, id: &str) -> &'a Check {
    report.checks().iter().find(|check| check.id() == id).unwrap()
}

fn detail(report: &Report, id: &str, name: &str) -> Value {
    let found = check(report, id).details().iter().find(|(detail, _)| *detail == name);
    found.unwrap_or_else(|| panic!("{id} has no {name}")).1.clone()
}

/// The checks with a warning, but for the one that depends on where the tests run.
fn warnings(report: &Report) -> Vec<&'static str> {
    ids(report, Outcome::Warning).into_iter().filter(|id| *id != "proxy").collect()
}

/// Nothing failed, and these are strange, besides the token: it is the emulator's.
#[track_caller]
fn assert_token(report: &Report, strange: &[&str]) {
    assert_plain_token(report, &[strange, &["token"]].concat());
    assert!(check(report, "token").seen().starts_with("from an emulator of the agent"), "{report}");
}

/// Nothing failed, and these are strange.
#[track_caller]
fn assert_plain_token(report: &Report, strange: &[&str]) {
    assert!(report.ok() && report.error().is_none(), "{report}");
    assert_eq!(ids(report, Outcome::Failed), [""; 0], "{}", report.text());
    let sorted = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&warnings(report)), sorted(strange), "{}", report.text());
}

/// This check failed and no other, nothing else is strange, and a request for a token fails like this.
#[track_caller]
fn assert_cause(report: &Report, cause: &str, kind: ErrorKind) {
    assert_eq!(ids(report, Outcome::Failed), [cause], "{}", report.text());
    assert_eq!(warnings(report), [""; 0], "{}", report.text());
    assert!(!report.ok());
    assert_eq!(report.error().unwrap().kind(), kind, "{}", report.text());
    for id in ["handshake", "token", "clock"].iter().filter(|id| **id != cause) {
        assert_eq!(check(report, id).outcome(), Outcome::Skipped);
        assert_eq!(check(report, id).seen(), format!("see {cause}"));
    }
}

#[test]
fn a_token_and_what_is_known_of_it() {
    let agent = emulator();
    let report = client(&agent).diagnose(Some(VAULT));
    assert_token(&report, &[]);
    assert_eq!((report.resource(), check(&report, "resource").seen()), (VAULT, VAULT));
    let endpoint = check(&report, "endpoint").seen();
    assert!(endpoint.ends_with("/oauth2/token, as the caller of this library says"), "{endpoint}");
    assert_eq!(detail(&report, "token", "audience"), VAULT);
    assert_eq!(detail(&report, "token", "tenant"), "22222222-2222-2222-2222-222222222222");
    assert_eq!(detail(&report, "token", "object_id"), "44444444-4444-4444-4444-444444444444");
    assert_eq!(detail(&report, "metadata", "name"), "arcbox-ubuntu-01");
    assert_eq!(detail(&report, "metadata", "cloud"), "AzurePublicCloud");
    assert_eq!(detail(&report, "metadata", "region"), "westeurope");
    assert_eq!(detail(&report, "agent-status", "status"), "Connected");
    let listening = agent.addresses().iter().map(ToString::to_string).collect::<Vec<_>>();
    if cfg!(target_os = "linux") {
        assert_eq!(detail(&report, "port", "addresses"), json!(listening));
    }
    // One question each, and the handshake.
    assert_eq!(agent.requests().len(), 4);
}

#[test]
fn each_step_has_its_own_time() {
    let agent = emulator();
    let (challenge, answer) = (Duration::from_millis(30), Duration::from_millis(60));
    agent.respond_with(move |request| match request.parameter("resource") {
        Some(_) if request.is_authorized() => Answer::normal().delay(answer),
        Some(_) => Answer::normal().delay(challenge),
        None => Answer::normal(),
    });
    let started = Instant::now();
    let report = client(&agent).diagnose(Some(VAULT));
    let whole = started.elapsed().as_secs_f64() * 1000.0;

    let time = |id, name| detail(&report, id, name).as_f64().unwrap();
    let steps = ["challenge_ms", "key_ms", "answer_ms"].map(|step| time("handshake", step));
    assert!(steps[0] >= 30.0 && steps[1] > 0.0 && steps[2] >= 60.0, "{steps:?}");
    let connecting = time("port", "connect_ms");
    assert!(connecting > 0.0 && connecting + steps.iter().sum::<f64>() <= whole, "{steps:?} of {whole}");
    let shown: Vec<&str> = check(&report, "handshake").seen().split(", ").collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    for ((shown, step), time) in shown.into_iter().zip(["challenge ", "key ", "answer "]).zip(steps) {
        let number = shown.strip_prefix(step).and_then(|rest| rest.strip_suffix(" ms")).unwrap();
        assert!((number.parse::<f64>().unwrap() - time).abs() < 0.06, "{shown}: {time}");
    }
}

#[test]
fn every_check_is_there_once_and_in_its_order() {
    let agent = emulator();
    for report in [client(&agent).diagnose(None), unreachable().diagnose(None)] {
        let all: Vec<_> = report.checks().iter().map(|check| (check.id(), check.title())).collect();
        assert_eq!(all, Check::ALL);
    }
}

/// So that whoever reads an id in a report finds its file.
#[test]
fn every_check_has_a_file_of_its_name() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/diagnose/checks");
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| path.file_stem().unwrap().to_owned());
    let files: BTreeSet<_> = files.map(|stem| stem.into_string().unwrap().replace('_', "-")).collect();
    assert_eq!(files, Check::ALL.iter().map(|(id, _)| (*id).to_owned()).collect());
}

#[test]
fn no_secret_is_shown() {
    let agent = emulator();
    let client = client(&agent);
    let token = client.get_token(VAULT).unwrap();
    let report = client.diagnose(Some(VAULT));
    let signature = token.value().rsplit('.').next().unwrap();
    let keys = agent.requests().into_iter().filter_map(|request| {
        Some(request.header("authorization")?.strip_prefix("Basic ").unwrap().to_owned())
    });
    let secrets: Vec<String> = keys.chain([signature.to_owned()]).collect();
    assert_eq!(secrets.len(), 3);
    assert_eq!(report.to_string(), report.text());
    for shown in [report.text(), report.to_json(), format!("{report:?}")] {
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
}

#[test]
fn the_memory_is_neither_used_nor_changed() {
    let agent = emulator();
    let client = client(&agent);
    assert!(client.diagnose(Some(VAULT)).ok());
    assert!(client.cached_token(VAULT).is_none());
    client.get_token(VAULT).unwrap();
    agent.respond_with(|_| Answer::error(400, "invalid_request", "no"));
    assert!(!client.diagnose(Some(VAULT)).ok());
    client.get_token(VAULT).unwrap();
}

#[test]
fn the_resource_is_by_default_that_of_the_machines_cloud() {
    for (cloud, resource) in [
        ("AzurePublicCloud", "https://management.azure.com/"),
        ("AzureUSGovernmentCloud", "https://management.usgovcloudapi.net/"),
        ("AzureChinaCloud", "https://management.chinacloudapi.cn/"),
        ("USSec", "https://management.azure.com/"),
    ] {
        let agent = Emulator::builder().machine(Machine::default().cloud(cloud)).start().unwrap();
        let report = client(&agent).diagnose(None);
        assert_token(&report, &[]);
        assert_eq!(report.resource(), resource);
        let seen = check(&report, "resource").seen();
        assert!(
            seen.starts_with(&format!("{resource}, which opens Azure Resource Manager and nothing else"))
        );
    }
}

#[test]
fn a_scope_is_its_resource() {
    assert_eq!(client(&emulator()).diagnose(Some("https://vault.azure.net/.default")).resource(), VAULT);
}

/// A client of a port where nobody listens, of an address that no other test uses.
fn unreachable() -> Client {
    let socket = TcpListener::bind("127.9.8.7:0").unwrap();
    let endpoint = format!("http://{}", socket.local_addr().unwrap());
    drop(socket);
    Client::builder().endpoint(endpoint).build().unwrap()
}

#[test]
fn nobody_listens() {
    let started = Instant::now();
    let report = unreachable().diagnose(Some(VAULT));
    assert_cause(&report, "port", ErrorKind::Unavailable);
    assert!(started.elapsed() < Duration::from_secs(30), "nothing is waited for");
}

#[test]
fn an_emulator_that_was_stopped() {
    let agent = emulator();
    let client = client(&agent);
    assert_token(&client.diagnose(None), &[]);
    agent.stop();
    assert_cause(&client.diagnose(None), "port", ErrorKind::Unavailable);
}

#[test]
fn a_wrong_audience() {
    let agent = emulator();
    agent.respond_with(|request| match request.parameter("resource") {
        Some(_) => Answer::error(400, "invalid_resource", "AADSTS500011: The resource was not found"),
        None => Answer::normal(),
    });
    let report = client(&agent).diagnose(Some("https://app.vault.azure.net"));
    assert_cause(&report, "resource", ErrorKind::Refused);
    assert_eq!(check(&report, "resource").remedy(), ["arcidentity doctor https://vault.azure.net"]);
    assert!(check(&report, "resource").seen().contains("AADSTS500011"));
    // Of an unknown one nothing better is known.
    assert_cause(&client(&agent).diagnose(Some("https://example.com")), "handshake", ErrorKind::Refused);
}

#[test]
fn a_token_for_something_else() {
    let agent = emulator();
    let other = client(&agent).get_token("https://management.azure.com/").unwrap();
    give(&agent, other.value());
    let report = client(&agent).diagnose(Some(VAULT));
    assert_token(&report, &["token"]);
    assert!(check(&report, "token").seen().contains("asked for https://vault.azure.net"));
}

/// Azure's tokens have no word of an emulator.
#[test]
fn a_token_of_azure() {
    let agent = emulator();
    for (audience, warnings) in [(VAULT, &[][..]), ("https://management.azure.com/", &["token"])] {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({"aud": audience, "tid": "t", "oid": "o", "nbf": now - 60});
        give(&agent, &format!("x.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string())));
        let report = client(&agent).diagnose(Some(VAULT));
        assert_plain_token(&report, warnings);
        let seen = check(&report, "token").seen();
        assert!(seen.starts_with(&format!("for {audience}, tenant t, object o, ")), "{seen}");
        assert_eq!(seen.ends_with("; but it was asked for https://vault.azure.net"), !warnings.is_empty());
    }
}

/// Lets the agent give this token.
fn give(agent: &Emulator, token: &str) {
    let token = token.to_owned();
    agent.respond_with(move |request| match request.is_authorized() {
        true => {
            let token = token.clone();
            Answer::normal().edit_json(move |json| json["access_token"] = token.clone().into())
        }
        false => Answer::normal(),
    });
}

#[test]
fn a_resource_that_makes_no_sense() {
    let agent = emulator();
    let endless = "x".repeat(1025);
    for resource in ["", "https://a b", "https://a\u{1b}[2J\nb\0", &endless] {
        let report = client(&agent).diagnose(Some(resource));
        assert_cause(&report, "resource", ErrorKind::InvalidArgument);
        assert!(report.text().chars().all(|c| c == '\n' || !c.is_control()), "{:?}", report.text());
    }
}

#[test]
fn a_disconnected_machine() {
    for (status, command) in [("Disconnected", "azcmagent check"), ("Expired", "--force-local-only")] {
        let agent = Emulator::builder().machine(Machine::default().status(status)).start().unwrap();
        // Its memory still has tokens.
        let report = client(&agent).diagnose(Some(VAULT));
        assert_token(&report, &["agent-status"]);
        agent.respond_with(|request| match request.is_authorized() {
            true => Answer::error(500, "internal_error", "AADSTS900: cannot reach login.microsoftonline.com"),
            false => Answer::normal(),
        });
        let report = client(&agent).diagnose(Some(VAULT));
        assert_cause(&report, "agent-status", ErrorKind::Service);
        let remedy = check(&report, "agent-status").remedy().join("\n");
        assert!(remedy.contains(command), "{remedy}");
    }
}

/// What the agent signs is of this machine's time.
#[test]
fn a_clock_that_azure_complains_of() {
    for status in ["Connected", "Expired"] {
        let agent = Emulator::builder().machine(Machine::default().status(status)).start().unwrap();
        agent.respond_with(|request| match request.is_authorized() {
            true => Answer::error(
                400,
                "invalid_client",
                "AADSTS700024: Client assertion is not within its valid time range",
            ),
            false => Answer::normal(),
        });
        let report = client(&agent).diagnose(Some(VAULT));
        assert_eq!(ids(&report, Outcome::Failed), ["clock"], "{}", report.text());
        assert!(
            check(&report, "clock").seen().ends_with("this machine's clock may be wrong"),
            "{}",
            report.text()
        );
        assert_eq!(report.error().unwrap().kind(), ErrorKind::Refused);
    }
}

#[test]
fn an_agent_that_does_not_tell_its_version() {
    let agent = emulator();
    agent.respond_with(|request| match request.path.as_str() {
        "/agentstatus" => Answer::json(200, serde_json::json!({"status": "Connected"})),
        _ => Answer::normal(),
    });
    let report = client(&agent).diagnose(Some(VAULT));
    assert_eq!(check(&report, "agent-status").seen(), "Connected");
    assert_eq!(detail(&report, "agent-status", "agent_version"), "");
}

#[test]
fn a_disconnected_machine_that_is_asked_for_a_wrong_audience() {
    let agent = Emulator::builder().machine(Machine::default().status("Disconnected")).start().unwrap();
    agent.respond_with(|request| match request.parameter("resource") {
        Some(_) => Answer::error(400, "invalid_resource", "AADSTS500011: The resource was not found"),
        None => Answer::normal(),
    });
    for (resource, cause, warnings) in [
        ("https://app.vault.azure.net", "resource", &["agent-status"][..]),
        ("https://example.com", "agent-status", &[]),
    ] {
        let report = client(&agent).diagnose(Some(resource));
        assert_eq!(ids(&report, Outcome::Failed), [cause], "{}", report.text());
        assert_eq!(ids(&report, Outcome::Warning), warnings, "{}", report.text());
    }
}

#[test]
fn an_agent_that_refuses() {
    let agent = emulator();
    let report =
        builder(&agent).identity(Identity::ClientId("x".into())).build().unwrap().diagnose(Some(VAULT));
    assert_cause(&report, "handshake", ErrorKind::IdentityNotFound);
    agent.respond_with(|request| match request.parameter("resource") {
        Some(_) => Answer::status(503),
        None => Answer::normal(),
    });
    assert_cause(&client(&agent).diagnose(Some(VAULT)), "handshake", ErrorKind::Service);
}

/// A hook that ends a call in which no time passes by itself, after a minute or more.
fn gives_up() -> impl Fn() -> bool + Send + Sync + 'static {
    let asked = AtomicUsize::new(0);
    move || asked.fetch_add(1, Ordering::SeqCst) > 600
}

/// So much time passes, and no answer comes. A client whose hook is asked meanwhile sees that.
fn hang(clock: &FakeClock, seconds: u64) -> Answer {
    clock.advance_monotonic(seconds);
    Answer::hang()
}

#[test]
fn an_agent_that_hangs() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let client = builder(&agent).clock(clock.clone()).interrupt(gives_up()).build().unwrap();
    agent.respond_with(move |_| hang(&clock, 10));
    assert_cause(&client.diagnose(Some(VAULT)), "handshake", ErrorKind::Timeout);
}

#[test]
fn a_caller_who_cancels() {
    let agent = emulator();
    let has_asked = Arc::new(AtomicBool::new(false));
    let is_cancelled = Arc::clone(&has_asked);
    agent.respond_with(move |_| {
        has_asked.store(true, Ordering::SeqCst);
        Answer::hang()
    });
    let client = builder(&agent).interrupt(move || is_cancelled.load(Ordering::SeqCst)).build().unwrap();
    assert_cause(&client.diagnose(Some(VAULT)), "handshake", ErrorKind::Cancelled);
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn metadata_that_hangs_leaves_time_for_the_token() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let hasty = builder(&agent).clock(clock.clone()).interrupt(gives_up()).timeout(Duration::from_secs(8));
    let hasty = hasty.build().unwrap();
    agent.respond_with(move |request| match request.parameter("resource") {
        Some(_) => Answer::normal(),
        // All that it may have.
        None => hang(&clock, 2),
    });
    assert_token(&hasty.diagnose(Some(VAULT)), &["metadata"]);
    // Who is that slow is not asked a second question.
    assert!(agent.requests().iter().all(|request| request.path != "/agentstatus"));
}

#[test]
fn the_timeout_is_for_everything_together() {
    let agent = emulator();
    let clock = FakeClock::new();
    let client = builder(&agent).clock(clock.clone()).build().unwrap();
    agent.respond_with(move |request| match request.path.as_str() {
        "/agentstatus" => {
            clock.advance_monotonic(60);
            Answer::close()
        }
        _ => Answer::normal(),
    });
    assert_cause(&client.diagnose(Some(VAULT)), "handshake", ErrorKind::Timeout);
}

#[test]
fn metadata_of_another_machine() {
    let agent = emulator();
    agent.respond_with(|request| match request.path.as_str() {
        "/metadata/instance" => Answer::json(200, json!({"compute": {"resourceId": "/subscriptions/0/x"}})),
        _ => Answer::normal(),
    });
    assert_token(&client(&agent).diagnose(Some(VAULT)), &["metadata"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_that_is_taken_by_a_web_server() {
    let agent = emulator();
    agent.respond_with(|_| Answer::status(200).body("<html>sign in first</html>"));
    let report = client(&agent).diagnose(Some(VAULT));
    assert_cause(&report, "port", ErrorKind::Protocol);
    // This very process plays it.
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let holder = format!("{} (process {}", name.trim_end(), std::process::id());
    assert!(check(&report, "port").seen().contains(&holder), "{}", report.text());
    let kill = format!("kill {}", std::process::id());
    assert!(check(&report, "port").remedy().iter().any(|line| line.ends_with(&kill)));
}

#[test]
fn a_key_of_another_directory() {
    let agent = emulator();
    agent.make_keys(KeyStyle::missing());
    // Windows says "not found" to whoever may not read, too.
    let cause = if cfg!(windows) { "key-access" } else { "key-directory" };
    assert_cause(&client(&agent).diagnose(Some(VAULT)), cause, ErrorKind::AccessDenied);
    let elsewhere =
        Client::builder().endpoint(agent.endpoint()).key_directory(agent.key_directory().join("none"));
    // The realm is checked before the directory is touched.
    let report = elsewhere.build().unwrap().diagnose(Some(VAULT));
    assert_cause(&report, "handshake", ErrorKind::UntrustedKey);
}

#[test]
fn clocks() {
    let agent = emulator();
    let clock = FakeClock::new();
    let client = builder(&agent).clock(clock.clone()).build().unwrap();
    let report = client.diagnose(Some(VAULT));
    assert_token(&report, &[]);
    // The agent's tokens are valid since five minutes before its own time, which goes on.
    assert!((1..=300).contains(&detail(&report, "clock", "seconds_since_nbf").as_i64().unwrap()));
    clock.set_wall(-1000);
    let report = client.diagnose(Some(VAULT));
    assert_token(&report, &["clock"]);
    assert!(detail(&report, "clock", "seconds_since_nbf").as_i64().unwrap() < 0);
    clock.set_wall(2 * 24 * 60 * 60);
    assert_cause(&client.diagnose(Some(VAULT)), "clock", ErrorKind::Protocol);
}

#[test]
fn a_token_that_does_not_show_what_it_says() {
    let agent = issuer(3600);
    let report = unverified(&agent).diagnose(Some(VAULT)).unwrap();
    assert!(report.ok(), "{}", report.text());
    assert_eq!(check(&report, "token").outcome(), Outcome::Ok);
    assert_eq!(check(&report, "clock").outcome(), Outcome::Skipped);
}

#[test]
#[cfg(target_os = "linux")]
fn a_listener_of_this_user_needs_a_key_of_this_user() {
    let agent = emulator();
    let report = client(&agent).diagnose(Some(VAULT));
    assert_token(&report, &[]);
    let seen = check(&report, "port").seen();
    assert!(seen.contains(", who needs a key of "), "{seen}");

    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    let report = client(&agent).diagnose(Some(VAULT));
    assert_cause(&report, "port", ErrorKind::UntrustedAgent);
    let port = check(&report, "port");
    assert!(port.seen().contains("without asking for a key of its own"), "{}", port.seen());
    assert!(port.remedy().iter().any(|command| command.contains("ss -tlnp")), "{:?}", port.remedy());
}

#[test]
fn an_endpoint_on_another_machine() {
    let elsewhere = || Client::builder().endpoint("http://example.com");
    assert_cause(&elsewhere().diagnose(None).unwrap(), "endpoint", ErrorKind::UntrustedAgent);
    for senseless in [elsewhere().timeout(Duration::ZERO), elsewhere().endpoint("")] {
        assert_eq!(senseless.diagnose(None).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn strangers_texts_are_cut_to_a_line() {
    let agent = emulator();
    let escape = "\u{1b}[2J\r\n".repeat(200);
    agent.respond_with(move |_| {
        let escape = escape.clone();
        Answer::normal().edit_json(move |json| {
            for name in ["status", "agentVersion"] {
                json[name] = escape.clone().into();
            }
            for name in ["name", "location", "azEnvironment", "resourceId"] {
                json["compute"][name] = escape.clone().into();
            }
        })
    });
    let report = client(&agent).diagnose(Some(VAULT));
    assert_token(&report, &["metadata", "agent-status"]);
    assert!(report.text().chars().all(|c| c == '\n' || !c.is_control()));
    assert!(report.checks().iter().all(|check| check.seen().len() < 2000));
}

#[test]
fn the_layout_for_programs() {
    let agent = emulator();
    let report = client(&agent).diagnose(Some(VAULT));
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    let members: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["checks", "library", "ok", "resource", "status", "version"]);
    assert_eq!(
        (json["version"].as_i64(), json["ok"].as_bool(), json["status"].as_i64()),
        (Some(1), Some(true), Some(0))
    );
    assert_eq!(
        (json["library"].as_str(), json["resource"].as_str()),
        (Some(env!("CARGO_PKG_VERSION")), Some(VAULT))
    );
    assert_eq!(json["checks"].as_array().unwrap().len(), report.checks().len());
    for (check, json) in report.checks().iter().zip(json["checks"].as_array().unwrap()) {
        assert_eq!(json["id"], check.id());
        assert_eq!(json["title"], check.title());
        assert_eq!(json["outcome"], check.outcome().name());
        assert_eq!(json["seen"], check.seen());
        assert_eq!(json["remedy"], json!(check.remedy()));
        let details = json["details"].as_object().unwrap();
        assert_eq!(details.len(), check.details().len());
        assert!(check.details().iter().all(|(name, value)| details[*name] == *value));
    }
    let refused: Value = serde_json::from_str(&unreachable().diagnose(None).to_json()).unwrap();
    assert_eq!((refused["ok"].as_bool(), refused["status"].as_i64()), (Some(false), Some(3)));
}

#[test]
fn what_failed_comes_first() {
    let agent = Emulator::builder().machine(Machine::default().status("Disconnected")).start().unwrap();
    agent.make_keys(KeyStyle::missing());
    let report = client(&agent).diagnose(Some(VAULT));
    let text = report.text();
    let (first, second, third) = (text.find("FAILED"), text.find("WARNING"), text.find("\nok"));
    assert!(first.unwrap() < second.unwrap() && second.unwrap() < third.unwrap(), "{text}");
    assert!(text.starts_with("No token for https://vault.azure.net (ARC_ERROR_ACCESS_DENIED)\n"), "{text}");
    assert!(text.ends_with('\n') && !text.contains('\u{1b}'));
    let failed = report.checks().iter().find(|check| check.outcome().name() == "failed");
    let remedy = failed.unwrap().remedy();
    assert!(!remedy.is_empty() && remedy.iter().all(|command| text.contains(command)), "{text}");
}

#[test]
#[cfg(unix)]
fn a_report_for_people_holds_nothing_that_changes_a_terminal() {
    let agent = emulator();
    let keys = tempfile::tempdir().unwrap();
    let keys = keys.path().join("a\u{1b}[2J\u{202e}b");
    std::fs::create_dir(&keys).unwrap();
    let report = builder(&agent).key_directory(&keys).build().unwrap().diagnose(Some(VAULT));
    let text = report.text();
    assert!(text.contains(r"a\u001b[2J\u202eb"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["resource"], VAULT);
}
