//! Who and what is turned away, without a question to the agent.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::Duration;

use arcidentity_app_service::Endpoint;
use arcidentity_emulator::Emulator;

use crate::client::{Reply, VAULT, ask, asked, builder, get, raw, started, variable};

const STRANGER: (u16, &str) = (403, "forbidden");

/// Another user than whoever runs the tests as root.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65534;

/// Sends a request with these lines; `PORT` and `SECRET` stand for the endpoint's.
fn send(endpoint: &Endpoint, lines: &[&str]) -> Reply {
    let (port, secret) = (endpoint.port().to_string(), variable(endpoint, "IDENTITY_HEADER"));
    let text = lines.join("\r\n").replace("PORT", &port).replace("SECRET", &secret) + "\r\n\r\n";
    Reply::of(&raw(endpoint, text.as_bytes()).unwrap())
}

const TARGET: &str = "/msi/token?resource=https://vault.azure.net";

#[test]
fn without_the_secret_there_is_one_answer() {
    let (agent, endpoint) = started();
    let get = format!("GET {TARGET} HTTP/1.1");
    let host = "Host: 127.0.0.1:PORT";
    let replies: Vec<Reply> = [
        vec![&*get, host],
        vec![&get, host, "X-IDENTITY-HEADER:"],
        vec![&get, host, "X-IDENTITY-HEADER: SECRET0"],
        vec![&get, host, "X-IDENTITY-HEADER: 0"],
        vec![&get, host, "Authorization: Bearer SECRET"],
        vec![&get, host, "Metadata: true"],
        vec!["GET /msi/token?resource=x&secret=SECRET HTTP/1.1", host],
        vec!["GET /SECRET/token?resource=https://vault.azure.net HTTP/1.1", host, "Metadata: true"],
        vec!["POST /msi/token HTTP/1.1", host],
        vec!["GET / HTTP/1.1", host, "X-IDENTITY-HEADER: SECRET"],
        vec!["GET /msi/token/?resource=x HTTP/1.1", host, "X-IDENTITY-HEADER: SECRET"],
        vec!["GET http://127.0.0.1:PORT/msi/token?resource=x HTTP/1.1", host, "X-IDENTITY-HEADER: SECRET"],
    ]
    .iter()
    .map(|lines| send(&endpoint, lines))
    .collect();
    let (status, error) = replies[0].refusal();
    assert_eq!((status, error.as_str()), STRANGER);
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:#?}");
    assert_eq!(asked(&agent), 0);
}

#[test]
fn the_host_must_be_this_one() {
    let (agent, endpoint) = started();
    let request = |hosts: &[&str]| {
        let get = format!("GET {TARGET} HTTP/1.1");
        let lines = [&[get.as_str(), "X-IDENTITY-HEADER: SECRET"], hosts].concat();
        send(&endpoint, &lines).refusal()
    };
    for hosts in [
        &[][..],
        &["Host: rebound.example:PORT"],
        &["Host: 127.0.0.1"],
        &["Host: 127.0.0.1:1"],
        &["Host: 127.0.0.1:PORT.example"],
        &["Host: 127.0.0.2:PORT"],
        &["Host: [::1]:PORT"],
        &["Host: 127.0.0.1:PORT", "Host: rebound.example"],
        &["Host: 127.0.0.1:PORT", "Host: 127.0.0.1:PORT"],
    ] {
        let (status, error) = request(hosts);
        assert_eq!((status, error.as_str()), STRANGER, "{hosts:?}");
    }
    assert_eq!(asked(&agent), 0);
    let get = format!("GET {TARGET} HTTP/1.1");
    send(&endpoint, &[&get, "Host: LocalHost:PORT", "X-IDENTITY-HEADER: SECRET"]).token();
}

#[test]
fn only_get_and_only_what_was_named() {
    let (agent, endpoint) = started();
    for method in ["POST", "OPTIONS", "get"] {
        let reply = with_method(&endpoint, method);
        assert_eq!(reply.refusal(), (405, "method_not_allowed".into()));
        assert!(reply.head.contains("\r\nAllow: GET\r\n"), "{reply:?}");
    }
    assert_eq!(
        ask(&endpoint, "resource=https://storage.azure.com").refusal(),
        (403, "resource_not_named".into())
    );
    assert_eq!(
        ask(&endpoint, &format!("resource={VAULT}&uami=1")).refusal(),
        (403, "unknown_parameter".into())
    );
    assert_eq!(ask(&endpoint, "").refusal(), (400, "invalid_request".into()));
    assert_eq!(asked(&agent), 0);
    let any = builder(&agent).any_resource().start().unwrap();
    ask(&any, "resource=https://storage.azure.com").token();
}

fn with_method(endpoint: &Endpoint, method: &str) -> Reply {
    let line = format!("{method} {TARGET} HTTP/1.1");
    send(endpoint, &[&line, "Host: 127.0.0.1:PORT", "X-IDENTITY-HEADER: SECRET"])
}

#[test]
fn the_answer_to_head_is_that_to_another_method_without_a_body() {
    let (_agent, endpoint) = started();
    let (head, post) = (with_method(&endpoint, "HEAD"), with_method(&endpoint, "POST"));
    assert_eq!((head.head, head.body.as_str()), (post.head, ""));
    let stranger = format!("HEAD {TARGET} HTTP/1.1");
    let refused = send(&endpoint, &[&stranger, "Host: 127.0.0.1:PORT"]);
    assert_eq!((refused.status, refused.body.as_str()), (403, ""));
}

#[test]
fn the_secret_of_a_url_is_another_one_and_wants_a_header() {
    let agent = Emulator::start().unwrap();
    let endpoint = builder(&agent).resource(VAULT).terraform().start().unwrap();
    assert_eq!(variable(&endpoint, "ARM_USE_MSI"), "true");
    assert_eq!(variable(&endpoint, "ARM_MSI_API_VERSION"), "2018-02-01");
    let url = variable(&endpoint, "ARM_MSI_ENDPOINT");
    let path = url.strip_prefix(&format!("http://127.0.0.1:{}", endpoint.port())).unwrap();
    let secret = path.strip_prefix('/').unwrap().strip_suffix("/token").unwrap();
    assert_ne!(secret, variable(&endpoint, "IDENTITY_HEADER"));
    let target = format!("{path}?resource={VAULT}");
    for headers in [&[][..], &[("Metadata", "false")], &[("X-IDENTITY-HEADER", secret)]] {
        let (status, error) = get(&endpoint, &target, headers).refusal();
        assert_eq!((status, error.as_str()), STRANGER, "{headers:?}");
    }
    let (status, error) =
        get(&endpoint, TARGET, &[("X-IDENTITY-HEADER", secret), ("Metadata", "true")]).refusal();
    assert_eq!((status, error.as_str()), STRANGER, "it is for URLs only");
    get(&endpoint, &target, &[("Metadata", "true")]).token();
}

#[test]
fn what_is_no_request_or_too_much_of_one() {
    let (agent, endpoint) = started();
    let reply = Reply::of(&raw(&endpoint, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").unwrap());
    assert_eq!(reply.refusal(), (400, "bad_request".into()));
    let line = format!("A: {}\r\n", "x".repeat(1000));
    let many = format!("GET {TARGET} HTTP/1.1\r\n{}", line.repeat(20));
    assert_eq!(Reply::of(&raw(&endpoint, many.as_bytes()).unwrap()).refusal(), (431, "bad_request".into()));
    assert_eq!(asked(&agent), 0);
}

#[test]
fn a_client_that_leaves_or_never_speaks_disturbs_nobody() {
    let (_agent, endpoint) = started();
    let connect = || TcpStream::connect(("127.0.0.1", endpoint.port())).unwrap();
    let silent: Vec<TcpStream> = (0..20).map(|_| connect()).collect();
    let mut early = connect();
    early.write_all(b"GET /msi/token HTTP/1.1\r\n").unwrap();
    drop(early);
    ask(&endpoint, &format!("resource={VAULT}")).token();
    drop(silent);
}

/// Whose it was cannot be told any more. It is nobody who has asked for a token.
#[cfg(target_os = "linux")]
#[test]
fn a_client_that_has_left_is_no_other_user() {
    use std::io::Read;
    use std::net::Shutdown;

    use arcidentity_app_service::Asker;

    let agent = Emulator::start().unwrap();
    let (sender, events) = std::sync::mpsc::channel();
    let endpoint = builder(&agent).resource(VAULT);
    let endpoint = endpoint.on_event(move |event| sender.send(event.asker).unwrap()).start().unwrap();
    let connect = || TcpStream::connect(("127.0.0.1", endpoint.port())).unwrap();
    // They take all places, so that the next one is looked at when it has left.
    let silent: Vec<TcpStream> = (0..130).map(|_| connect()).collect();
    let mut leaving = connect();
    leaving.shutdown(Shutdown::Write).unwrap();
    drop(silent);
    let mut answer = Vec::new();
    leaving.read_to_end(&mut answer).unwrap();
    assert_eq!(Reply::of(&answer).refusal(), (400, "bad_request".into()));
    assert!(events.try_iter().any(|asker| asker == Asker::Left));
}

#[test]
fn a_request_that_is_not_complete_in_time_is_answered_all_the_same() {
    let agent = Emulator::start().unwrap();
    let endpoint = builder(&agent).resource(VAULT).patience(Duration::from_millis(200)).start().unwrap();
    let answer = raw(&endpoint, b"GET /msi/token HTTP/1.1\r\nHost: ").unwrap();
    assert_eq!(Reply::of(&answer).refusal(), (408, "bad_request".into()));
}

#[test]
fn names_that_mean_nothing_are_an_error_at_the_start() {
    let agent = Emulator::start().unwrap();
    for name in ["", "A=B", "NO_PROXY", "no_proxy", "IDENTITY_HEADER", "msi_secret", "IMDS_ENDPOINT"] {
        let error = builder(&agent).resource(VAULT).url_variable(name).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
    }
    for resource in ["", " ", "/.default", "a\nb"] {
        let error = builder(&agent).resource(resource).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{resource}");
    }
}

#[test]
fn nothing_shows_the_secrets() {
    let agent = Emulator::start().unwrap();
    let endpoint = builder(&agent).resource(VAULT).url_variable("X").start().unwrap();
    let shown = format!("{endpoint:?}");
    for name in ["IDENTITY_HEADER", "X"] {
        assert!(!shown.contains(&variable(&endpoint, name)), "{shown}");
    }
}

/// More than are served at a time. None of them is waited for.
#[cfg(target_os = "linux")]
#[test]
fn another_users_connections_take_no_place() {
    use arcidentity_needs::{ROOT, are_met};
    use arcidentity_testing::as_user;

    if !are_met(&[ROOT]) {
        return;
    }
    let agent = Emulator::start().unwrap();
    let endpoint = builder(&agent).resource(VAULT).patience(Duration::MAX / 4).start().unwrap();
    let silent: Vec<TcpStream> = as_user(NOBODY, || {
        (0..200).map(|_| TcpStream::connect(("127.0.0.1", endpoint.port())).unwrap()).collect()
    });
    ask(&endpoint, &format!("resource={VAULT}")).token();
    drop(silent);
}

/// With the right secret, which a process of the same user may read in the program's environment.
#[cfg(target_os = "linux")]
#[test]
fn another_user_gets_nothing() {
    use arcidentity_needs::{ROOT, are_met};
    use arcidentity_testing::as_user;

    if !are_met(&[ROOT]) {
        return;
    }
    let (agent, endpoint) = started();
    let secret = variable(&endpoint, "IDENTITY_HEADER");
    let request = format!(
        "GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-IDENTITY-HEADER: {secret}\r\n\r\n",
        endpoint.port()
    );
    // The answer may be lost, as the request is not read.
    if let Ok(answer) = as_user(NOBODY, || raw(&endpoint, request.as_bytes())) {
        let (status, error) = Reply::of(&answer).refusal();
        assert_eq!((status, error.as_str()), STRANGER);
    }
    assert_eq!(asked(&agent), 0);
    ask(&endpoint, &format!("resource={VAULT}")).token();
}
