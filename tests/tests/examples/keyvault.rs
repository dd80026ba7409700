//! `keyvault.c`, against a stand-in for Key Vault.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use arcidentity_emulator::Emulator;
use arcidentity_needs::{JANSSON, LIBCURL, NAMESPACES, PKG_CONFIG, PYTHON, VALGRIND, needs};
use arcidentity_tests::{beside_agent, run};
use serde_json::{Value, json};

use super::stand_in::StandIn;
use super::{Outcome, example, memory, proxy};
use crate::programs::{agent, beside, command, preload, valgrind};

pub(crate) const SECRET: &str = "a \"quoted\" word of this t\u{e9}st";

// The numbers of sysexits.h.
const EX_USAGE: i32 = 64;
const EX_NOINPUT: i32 = 66;
const EX_UNAVAILABLE: i32 = 69;
const EX_IOERR: i32 = 74;
const EX_TEMPFAIL: i32 = 75;
const EX_PROTOCOL: i32 = 76;
const EX_NOPERM: i32 = 77;

/// The example, built once.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| example("keyvault", &["libcurl", "jansson"]).build("keyvault"))
}

/// A vault that gives these answers before its own, and an agent.
struct Scene {
    vault: StandIn,
    agent: Emulator,
}

impl Scene {
    fn new(script: Value) -> Scene {
        let password = format!("password={SECRET}");
        let script = script.to_string();
        let vault = ["--secret", &password, "--forbid", "theirs", "--script", &script];
        Scene { vault: StandIn::keyvault(&vault), agent: agent() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(program(), &self.agent);
        self.vault.trusted_by(&mut command).args(arguments);
        command
    }

    fn read(&self, name: &str) -> Outcome {
        self.run(&self.command(&[&self.vault.url, name]))
    }

    /// Runs a program where the agent has its keys.
    fn run(&self, program: &Command) -> Outcome {
        run(&mut beside(&self.agent, program)).into()
    }
}

/// How each request ended, and with which token it came.
fn statuses_and_tokens(requests: &[Value]) -> (Vec<u64>, Vec<&str>) {
    let status = |request: &Value| request["status"].as_u64().unwrap();
    let statuses = requests.iter().map(status).collect();
    (statuses, requests.iter().map(|request| request["token"].as_str().unwrap()).collect())
}

fn is_refusal(outcome: &Outcome, status: i32, said: &[&str]) {
    assert_eq!(outcome.status, status, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    for text in said {
        assert!(outcome.stderr.contains(text), "no {text:?} in {}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains("eyJ") && !outcome.stderr.contains(SECRET), "{}", outcome.stderr);
}

#[test]
fn a_secret_is_read_after_the_whole_handshake() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let vault = StandIn::keyvault(&["--secret", &format!("password={SECRET}")]);
    let mut command = Command::new(program());
    vault.trusted_by(&mut command).args([&vault.url, "password"]);
    let Some(mut command) = beside_agent(&command) else { return };
    let outcome = Outcome::from(run(&mut command));
    assert_eq!((outcome.status, outcome.stdout), (0, format!("{SECRET}\n")), "{}", outcome.stderr);
    let requests = vault.stop();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0]["path"], "/secrets/password");
    assert_eq!(requests[0]["query"], json!({"api-version": "7.4"}));
}

#[test]
fn a_rejected_token_is_replaced_once() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([{"status": 401}]));
    let outcome = scene.read("password");
    assert_eq!((outcome.status, outcome.stdout), (0, format!("{SECRET}\n")), "{}", outcome.stderr);
    let forced =
        scene.agent.requests().iter().filter(|asked| asked.parameter("bypass_cache").is_some()).count();
    assert_eq!(forced, 2, "without the key and with it");
    let requests = scene.vault.stop();
    let (statuses, tokens) = statuses_and_tokens(&requests);
    assert_eq!(statuses, [401, 200]);
    assert_ne!(tokens[0], tokens[1]);
}

#[test]
fn a_token_for_another_service_is_rejected_with_key_vaults_reason() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let arguments = [&scene.vault.url, "password", "https://management.azure.com/"];
    let outcome = scene.run(&scene.command(&arguments));
    is_refusal(
        &outcome,
        EX_NOPERM,
        &["AKV10022", "found: https://management.azure.com/", "hint: ", "RESOURCE"],
    );
    assert_eq!(statuses_and_tokens(&scene.vault.stop()).0, [401, 401]);
}

#[test]
fn it_is_said_what_to_do_about_a_missing_role_and_a_missing_secret() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let role = ["HTTP 403: Caller is not authorized", "hint: ", "\"Key Vault Secrets User\""];
    is_refusal(&scene.read("theirs"), EX_NOPERM, &role);
    let missing = ["HTTP 404: A secret with (name/id) absent", "hint: ", "az keyvault secret list"];
    is_refusal(&scene.read("absent"), EX_NOINPUT, &missing);
    assert_eq!(statuses_and_tokens(&scene.vault.stop()).0, [403, 404]);
}

/// Built once; see `naps.c`.
fn naps() -> &'static PathBuf {
    static NAPS: OnceLock<PathBuf> = OnceLock::new();
    NAPS.get_or_init(|| preload("naps"))
}

/// The waits that the program wants, none of which it gets.
fn read_without_sleep(scene: &Scene) -> (Outcome, Vec<String>) {
    let url = scene.vault.url.clone();
    let mut command = scene.command(&[&url, "password"]);
    let mut outcome = scene.run(command.env("LD_PRELOAD", naps()));
    let is_nap = |line: &&str| line.starts_with("sleeps ");
    let (naps, said): (Vec<_>, Vec<_>) = outcome.stderr.lines().partition(is_nap);
    let naps = naps.into_iter().map(str::to_owned).collect();
    outcome.stderr = said.join("\n");
    (outcome, naps)
}

#[test]
fn a_busy_vault_is_asked_again_with_the_same_token() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    for busy in [[429, 500, 502], [503, 504, 429]] {
        let scene = Scene::new(busy.map(|status| json!({"status": status})).into());
        let (outcome, naps) = read_without_sleep(&scene);
        assert_eq!((outcome.status, outcome.stdout), (0, format!("{SECRET}\n")), "{}", outcome.stderr);
        assert_eq!(naps, ["sleeps 1 s", "sleeps 2 s", "sleeps 4 s"]);
        let requests = scene.vault.stop();
        let (statuses, tokens) = statuses_and_tokens(&requests);
        assert_eq!(statuses, [busy[0], busy[1], busy[2], 200]);
        assert!(tokens.iter().all(|token| *token == tokens[0]));
    }
}

#[test]
fn the_vault_says_how_long_to_wait() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let busy = |seconds| json!({"status": 429, "headers": {"Retry-After": seconds}});
    let scene = Scene::new(json!([busy("17"), busy("30")]));
    let (outcome, naps) = read_without_sleep(&scene);
    assert_eq!((outcome.status, naps), (0, vec!["sleeps 17 s".to_owned(), "sleeps 30 s".to_owned()]));
}

#[test]
fn a_vault_that_stays_busy_is_given_up() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let busy = json!({"status": 503, "headers": {"Retry-After": "1"}});
    let scene = Scene::new(json!([busy, busy, busy, busy]));
    let (outcome, naps) = read_without_sleep(&scene);
    is_refusal(&outcome, EX_TEMPFAIL, &["HTTP 503", "hint: try again in 1 seconds"]);
    assert_eq!((naps.len(), scene.vault.stop().len()), (3, 4));

    let throttled = r#"{"error": {"code": "Throttled", "message": "Too many requests were received."}}"#;
    let long = json!([{"status": 429, "headers": {"Retry-After": "31"}, "body": throttled}]);
    let scene = Scene::new(long);
    let (outcome, naps) = read_without_sleep(&scene);
    let said = ["HTTP 429: Too many requests were received.", "hint: try again in 31 seconds"];
    is_refusal(&outcome, EX_TEMPFAIL, &said);
    assert_eq!((naps.len(), scene.vault.stop().len()), (0, 1));
}

#[test]
fn a_silent_vault_is_given_up() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([{"status": 200, "hang": true}]));
    is_refusal(&scene.read("password"), EX_TEMPFAIL, &["Timeout was reached"]);
}

#[test]
fn a_redirect_leads_nowhere() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let other = StandIn::keyvault(&["--secret", "password=x"]);
    let location = format!("{}/secrets/password?api-version=7.4", other.url);
    let statuses = [301, 302, 307, 308];
    let scene = Scene::new(
        statuses.map(|status| json!({"status": status, "headers": {"Location": location}})).into(),
    );
    // So that trust is not what stops it.
    std::fs::write(&scene.vault.ca_file, both(&scene.vault, &other)).unwrap();
    for status in statuses {
        is_refusal(&scene.read("password"), EX_PROTOCOL, &[&format!("HTTP {status}")]);
    }
    assert_eq!((scene.vault.stop().len(), other.stop().len()), (statuses.len(), 0));
}

fn both(one: &StandIn, other: &StandIn) -> String {
    let read = |stand_in: &StandIn| std::fs::read_to_string(&stand_in.ca_file).unwrap();
    format!("{}\n{}", read(one), read(other))
}

#[test]
fn no_token_is_asked_for_a_url_that_is_no_vault() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let host = scene.vault.url.strip_prefix("https://").unwrap();
    let urls = [
        format!("http://{host}"),
        format!("ftp://{host}"),
        format!("https://user:password@{host}"),
        format!("{}/secrets/other", scene.vault.url),
        format!("{}?x", scene.vault.url),
        format!("{}/#x", scene.vault.url),
        format!("https://{}.example", "h".repeat(300)),
        host.to_owned(),
        "https://".to_owned(),
        String::new(),
    ];
    for url in urls {
        let outcome = scene.run(&scene.command(&[&url, "password"]));
        is_refusal(&outcome, EX_USAGE, &["the vault must be https://HOST"]);
    }
    for name in ["", "a/b", "..", "a?b", "a b", "a%2fb", "pa\u{df}word", &"n".repeat(128)] {
        is_refusal(&scene.read(name), EX_USAGE, &["letters, digits and dashes"]);
    }
    for arguments in [&[] as &[&str], &["https://vault.example"], &["https://vault.example", "a", "b", "c"]] {
        is_refusal(&scene.run(&scene.command(arguments)), EX_USAGE, &["usage: "]);
    }
    assert_eq!((scene.agent.connections(), scene.vault.stop().len()), (0, 0));
}

#[test]
fn only_a_trusted_certificate_for_the_host_gets_the_token() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let url = scene.vault.url.clone();
    let mut stranger = scene.command(&[&url, "password"]);
    let said = ["SSL peer certificate", "hint: ", "CURL_CA_BUNDLE"];
    is_refusal(&scene.run(stranger.env_remove("CURL_CA_BUNDLE")), EX_UNAVAILABLE, &said);
    // The certificate is for the address only.
    let named = url.replace("127.0.0.1", "localhost");
    is_refusal(&scene.run(&scene.command(&[&named, "password"])), EX_UNAVAILABLE, &said);
    let mut stopped = beside(&scene.agent, command(program(), &scene.agent).args([&url, "password"]));
    assert_eq!(scene.vault.stop().len(), 0);
    is_refusal(&run(&mut stopped).into(), EX_UNAVAILABLE, &["Couldn't connect to server"]);
}

#[test]
fn an_answer_is_limited_in_size() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let secret = |length| json!({"value": "s".repeat(length)}).to_string();
    let scene =
        Scene::new(json!([{"status": 200, "body": secret(25_000)}, {"status": 200, "body": secret(70_000)}]));
    assert_eq!(scene.read("password").stdout.len(), 25_001);
    is_refusal(&scene.read("password"), EX_PROTOCOL, &["more than 65536 bytes"]);
}

#[test]
fn an_answer_without_a_secret_is_none() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let bodies = [
        "",
        "<html>Sign in</html>",
        "{}",
        "[]",
        r#"{"value": null}"#,
        r#"{"value": 1}"#,
        r#"{"value": "cut"#,
        r#"{"value": "cut\u0000short"}"#,
        r#"{"value": "followed"} by something"#,
    ];
    let scene = Scene::new(bodies.map(|body| json!({"status": 200, "body": body})).into());
    for _ in bodies {
        is_refusal(&scene.read("password"), EX_PROTOCOL, &["the answer holds no secret"]);
    }
    let bodies = ["", "<html>Bad</html>", r#"{"error": "bad"}"#, r#"{"error": {"message": 1}}"#];
    let scene = Scene::new(bodies.map(|body| json!({"status": 400, "body": body})).into());
    for _ in bodies {
        is_refusal(&scene.read("password"), EX_PROTOCOL, &["HTTP 400: no reason given"]);
    }
}

#[test]
fn without_a_token_the_exit_status_is_the_librarys() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let url = scene.vault.url.clone();
    let mut command = scene.command(&[&url, "password"]);
    let outcome = scene.run(command.env("IDENTITY_ENDPOINT", "http://example.com/"));
    is_refusal(&outcome, 6, &["ARC_ERROR_UNTRUSTED_AGENT: "]);
    scene.agent.script([arcidentity_emulator::Answer::error(403, "forbidden", "not you")]);
    is_refusal(&scene.read("password"), 7, &["ARC_ERROR_REFUSED: ", "not you"]);
    assert_eq!(scene.vault.stop().len(), 0);
}

#[test]
fn a_secret_that_cannot_be_printed_is_a_failure() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let url = scene.vault.url.clone();
    let command = scene.command(&[&url, "password"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = beside(&scene.agent, &command)
        .stdin(Stdio::null())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    is_refusal(&output.wait_with_output().unwrap().into(), EX_IOERR, &["cannot be printed"]);
}

#[test]
fn a_reader_that_is_gone_is_a_failure() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let url = scene.vault.url.clone();
    let (reader, writer) = UnixStream::pair().unwrap();
    drop(reader);
    let command = scene.command(&[&url, "password"]);
    let program = beside(&scene.agent, &command)
        .stdin(Stdio::null())
        .stdout(OwnedFd::from(writer))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    is_refusal(&program.wait_with_output().unwrap().into(), EX_IOERR, &["cannot be printed"]);
}

/// Its own copies and those of libcurl and Jansson. (What OpenSSL has decrypted is OpenSSL's.)
#[test]
fn no_token_and_no_secret_is_left_in_memory() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([{"status": 401}]));
    let url = scene.vault.url.clone();
    memory::holds_nothing_at_the_end(&scene.agent, &mut scene.command(&[&url, "password"]));
}

#[test]
fn a_proxy_learns_no_token() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON);
    let scene = Scene::new(json!([]));
    let url = scene.vault.url.clone();
    let proxy = proxy::Proxy::start();
    let mut command = scene.command(&[&url, "password"]);
    command.env_remove("NO_PROXY").env_remove("no_proxy").env("https_proxy", proxy.url());
    let outcome = scene.run(&command);
    assert_eq!((outcome.status, outcome.stdout), (0, format!("{SECRET}\n")), "{}", outcome.stderr);
    let heard = proxy.stop();
    assert!(heard.starts_with(&format!("CONNECT {}", url.strip_prefix("https://").unwrap())), "{heard}");
    assert!(!heard.contains("uthorization") && !heard.contains("eyJ"), "{heard}");
}

#[test]
fn nothing_leaks() {
    needs!(NAMESPACES, PYTHON, PKG_CONFIG, LIBCURL, JANSSON, VALGRIND);
    let scene = Scene::new(json!([{"status": 401}]));
    let mut command = valgrind(program(), &scene.agent);
    scene.vault.trusted_by(&mut command).args([&scene.vault.url, "password"]);
    let outcome = scene.run(&command);
    assert_eq!((outcome.status, outcome.stdout), (0, format!("{SECRET}\n")), "{}", outcome.stderr);
    let mut command = valgrind(program(), &scene.agent);
    scene.vault.trusted_by(&mut command).args([&scene.vault.url, "absent"]);
    assert_eq!(scene.run(&command).status, EX_NOINPUT);
}
