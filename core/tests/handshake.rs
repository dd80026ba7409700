//! The exchange with the agent: what is sent, how often, and what becomes of every answer.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arcidentity_core::{Client, Error, ErrorKind};
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_needs::{IPV6, needs};
use arcidentity_testing::{FakeClock, VAULT, builder, client, counts, emulator, failure, impatient};

#[test]
fn two_requests_one_connection_and_one_key_for_a_token() {
    let agent = emulator();
    let token = client(&agent).get_token(VAULT).unwrap();

    let requests = agent.requests();
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), [Some(401), Some(200)]);
    assert_eq!(agent.connections(), 1);
    for request in &requests {
        assert_eq!(request.method, "GET");
        assert_eq!(request.path, "/metadata/identity/oauth2/token");
        assert_eq!(request.parameter("api-version"), Some("2020-06-01"));
        assert_eq!(request.parameter("resource"), Some(VAULT));
        assert_eq!(request.header("metadata"), Some("true"));
        assert_eq!(request.header("client-id"), Some(concat!("arcidentity/", env!("CARGO_PKG_VERSION"))));
        assert_eq!(request.parameter("bypass_cache"), None);
    }
    assert!(!requests[0].is_authorized());
    assert!(requests[1].header("authorization").unwrap().starts_with("Basic "));
    assert!(token.value().starts_with("eyJ"));
    assert_eq!(token.token_type(), "Bearer");
    assert_eq!(token.value_with_nul(), format!("{}\0", token.value()));
}

/// An agent with a token for everything.
fn lenient() -> Emulator {
    Emulator::builder().lenient(true).start().unwrap()
}

#[test]
fn a_scope_names_its_resource_and_every_character_survives() {
    let longest = "x".repeat(1024);
    for (asked, resource) in [
        (longest.as_str(), longest.as_str()),
        ("https://vault.azure.net/.default", "https://vault.azure.net"),
        ("https://management.azure.com//.default", "https://management.azure.com/"),
        ("https://management.azure.com/", "https://management.azure.com/"),
        ("api://AzureADTokenExchange", "api://AzureADTokenExchange"),
        ("x&y=z#%20+é", "x&y=z#%20+é"),
    ] {
        let agent = lenient();
        client(&agent).get_token(asked).unwrap();
        assert_eq!(agent.requests()[1].parameter("resource"), Some(resource), "{asked}");
    }
}

#[test]
fn a_scope_and_its_resource_are_the_same_in_memory() {
    let agent = emulator();
    let client = client(&agent);
    let token = client.get_token(VAULT).unwrap();
    assert_eq!(client.get_token(&format!("{VAULT}/.default")).unwrap().value(), token.value());
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn a_resource_that_is_none_is_rejected_before_anything_is_sent() {
    let agent = emulator();
    let client = client(&agent);
    let long = "x".repeat(1025);
    for resource in ["", "/.default", " ", "a b", "a\nb", "a\0b", "\u{85}", &long] {
        assert_eq!(
            client.get_token(resource).unwrap_err().kind(),
            ErrorKind::InvalidArgument,
            "{resource:?}"
        );
        assert_eq!(client.force_refresh(resource).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(agent.connections(), 0);
}

#[test]
fn an_agent_that_closes_after_each_answer_gets_a_new_connection() {
    let agent = emulator();
    agent.respond_with(|_| Answer::normal().header("Connection", "close").close_after());
    client(&agent).get_token(VAULT).unwrap();
    assert_eq!((agent.connections(), agent.requests().len()), (2, 2));

    // Where the end comes unannounced, the next request may meet it half-way: then there is another attempt.
    let agent = emulator();
    agent.respond_with(|_| Answer::normal().close_after());
    let client = builder(&agent).clock(FakeClock::new()).build().unwrap();
    client.get_token(VAULT).unwrap();
}

#[test]
fn a_key_that_expired_in_between_is_asked_for_once_more() {
    let agent = emulator();
    let used = agent.issue_key().unwrap();
    std::fs::remove_file(used.path()).unwrap();
    agent.script([Answer::challenge(used.challenge())]);
    client(&agent).get_token(VAULT).unwrap();
    assert_eq!(counts(&agent), (2, 1), "the challenge, a second challenge, the token");

    agent.clear_requests();
    // The agent does not know this key any more, and challenges again.
    let stale = agent.issue_key().unwrap();
    std::fs::write(stale.path(), "stale").unwrap();
    agent.script([Answer::challenge(stale.challenge())]);
    client(&agent).get_token(VAULT).unwrap();
    assert_eq!(counts(&agent), (1, 2), "the challenge, the stale key, the new key");
}

#[test]
fn an_agent_that_never_stops_challenging_is_left_after_three_requests() {
    let agent = emulator();
    let key = agent.issue_key().unwrap();
    agent.respond_with(move |_| Answer::challenge(key.challenge()));
    let error = client(&agent).get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!((error.http_status(), error.code()), (Some(401), Some("unauthorized_client")));
    assert_eq!(agent.requests().len(), 3);

    agent.clear_requests();
    agent.respond_normally();
    agent.make_keys(KeyStyle::missing());
    assert_eq!(client(&agent).get_token(VAULT).unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn the_agents_own_words_reach_the_user_before_and_after_the_challenge() {
    for (status, kind) in [(400, ErrorKind::Refused), (200, ErrorKind::Protocol)] {
        let answer = || Answer::error(status, "invalid_resource", "The resource is not known");
        for answers in [vec![answer()], vec![Answer::normal(), answer()]] {
            let agent = emulator();
            let requests = answers.len();
            agent.script(answers);
            let error = client(&agent).get_token(VAULT).unwrap_err();
            assert_eq!(error.kind(), kind);
            assert_eq!((error.http_status(), error.code()), (Some(status), Some("invalid_resource")));
            assert!(error.message().contains("The resource is not known"), "{error}");
            assert_eq!(agent.requests().len(), requests, "never tried again");
        }
    }
}

#[test]
fn a_short_name_is_refused_with_the_resource_that_was_meant() {
    let agent = emulator();
    for (name, right) in [
        ("keyvault", "https://vault.azure.net in the public cloud"),
        ("Key-Vault/.default", "https://vault.azure.net in the public cloud"),
        ("vault", "https://vault.azure.net in the public cloud"),
        ("storage", "https://storage.azure.com/"),
    ] {
        for outcome in [client(&agent).get_token(name), client(&agent).force_refresh(name)] {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}");
            assert!(error.hint().unwrap().ends_with(right), "{error:?}");
        }
    }
    assert!(agent.requests().is_empty());
}

#[test]
fn what_an_agent_may_know_is_asked_for() {
    let agent = lenient();
    for resource in ["cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "keyvault2", "vaults", "api://app", "urn:vault"]
    {
        client(&agent).get_token(resource).unwrap();
        assert_eq!(agent.requests().last().unwrap().parameter("resource"), Some(resource));
    }
}

#[test]
fn a_refusal_names_the_resource_that_was_meant() {
    let agent = emulator();
    agent.respond_with(|_| Answer::error(400, "invalid_resource", "AADSTS500011: not found"));
    for (resource, hint) in [
        (
            "https://my-vault.vault.azure.net",
            Some("tokens for Key Vault are asked for with https://vault.azure.net"),
        ),
        (
            "https://my-vault.vault.azure.cn/",
            Some("tokens for Key Vault are asked for with https://vault.azure.cn"),
        ),
        ("keyvaults", Some("name the service that the token is for, such as https://vault.azure.net")),
        ("https://vault.azure.net", None),
        ("https://example.com", None),
    ] {
        let client = client(&agent);
        let error = client.get_token(resource).unwrap_err();
        assert_eq!((error.kind(), error.hint()), (ErrorKind::Refused, hint), "{resource}");
        // Also when it is told again.
        assert_eq!(client.get_token(resource).unwrap_err(), error);
    }
    agent.respond_with(|_| Answer::error(404, "identity_not_found", "no"));
    let error = client(&agent).get_token("https://my-vault.vault.azure.net").unwrap_err();
    assert!(error.hint().unwrap().contains("identity"), "{error:?}");
}

#[test]
fn a_401_without_a_challenge_is_quoted() {
    let agent = emulator();
    agent.respond_with(|_| Answer::error(401, "no_header", "The header Metadata is missing"));
    let error = failure(&agent);
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Protocol, Some(401)));
    assert_eq!(error.code(), Some("no_header"));
    assert!(error.message().contains("The header Metadata is missing, without a challenge"), "{error}");
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn answers_that_are_not_the_agents() {
    let html = "<html><body>Proxy authentication required</body></html>";
    for (answer, kind) in [
        (Answer::status(401).body(html), ErrorKind::Protocol),
        (Answer::status(401).header("WWW-Authenticate", "Negotiate").body(html), ErrorKind::Protocol),
        (
            Answer::status(403).header("WWW-Authenticate", "Basic realm=/x/y.key").body(html),
            ErrorKind::Protocol,
        ),
        (
            Answer::status(407).header("Proxy-Authenticate", "Basic realm=proxy").body(html),
            ErrorKind::Protocol,
        ),
        (Answer::status(200).body(html), ErrorKind::Protocol),
        (Answer::status(200), ErrorKind::Protocol),
        (Answer::status(200).body("{\"access_token\":"), ErrorKind::Protocol),
        (Answer::status(204), ErrorKind::Protocol),
        (Answer::status(302).header("Location", "http://127.0.0.1:1/"), ErrorKind::Protocol),
        (Answer::status(307), ErrorKind::Protocol),
        (Answer::status(200).body("x".repeat(64 * 1024 + 1)), ErrorKind::Protocol),
        (Answer::status(200).declared_length(1 << 30), ErrorKind::Protocol),
        (Answer::status(200).endless_body(), ErrorKind::Protocol),
        (Answer::status(200).endless_headers(), ErrorKind::Protocol),
        (Answer::status(200).header("X-Large", "x".repeat(16 * 1024)), ErrorKind::Protocol),
        (Answer::raw("220 smtp.example ESMTP\r\n"), ErrorKind::Protocol),
        (Answer::raw("HTTP/2.0 200 OK\r\n\r\n"), ErrorKind::Protocol),
        (Answer::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), ErrorKind::Protocol),
        (Answer::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4"), ErrorKind::Service),
        (Answer::status(200).body("{}").declared_length(100).close_after(), ErrorKind::Service),
        (Answer::close(), ErrorKind::Service),
        (Answer::reset(), ErrorKind::Service),
        (Answer::status(501).body("no"), ErrorKind::Service),
    ] {
        for answers in [vec![answer.clone()], vec![Answer::normal(), answer.clone()]] {
            let agent = emulator();
            let requests = answers.len();
            agent.script(answers);
            let error = failure(&agent);
            assert_eq!(error.kind(), kind, "{answer:?}: {error:?}");
            assert_eq!(agent.requests().len(), requests, "{answer:?}");
        }
    }
}

#[test]
fn an_answer_is_read_up_to_the_largest_size() {
    let padded =
        |size: usize| Answer::normal().edit_json(move |json| json["padding"] = "x".repeat(size).into());
    let agent = emulator();
    agent.script([Answer::normal(), padded(60 * 1024).chunked()]);
    client(&agent).get_token(VAULT).unwrap();
    for too_large in [padded(64 * 1024), padded(64 * 1024).chunked()] {
        agent.script([Answer::normal(), too_large]);
        assert_eq!(failure(&agent).kind(), ErrorKind::Protocol);
    }
}

#[test]
fn no_answer_is_larger_than_64_kib() {
    for (size, is_read) in [(64 * 1024, true), (64 * 1024 + 1, false)] {
        let answer = Answer::status(200).body(format!("{{}}{}", " ".repeat(size - 2)));
        for answer in [answer.clone(), answer.chunked()] {
            let agent = emulator();
            agent.script([answer]);
            let told = impatient(&agent).get_metadata().map_err(|error| error.kind());
            assert_eq!(
                told.map(|told| told.json().len()),
                if is_read { Ok(size) } else { Err(ErrorKind::Protocol) }
            );
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = emulator();
    let agent = emulator();
    for status in [301, 302, 303, 307, 308] {
        agent.script([Answer::normal(), Answer::status(status).header("Location", elsewhere.endpoint())]);
        let error = failure(&agent);
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::Protocol, Some(status)));
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_slow_agent_is_waited_for_until_the_deadline_and_no_longer() {
    let slow = |answer: Answer| answer.drip(1, Duration::from_millis(20));
    for answer in [Answer::hang(), slow(Answer::status(200).body("x".repeat(5000)))] {
        let agent = emulator();
        agent.respond_with(move |_| answer.clone());
        let client = builder(&agent).timeout(Duration::from_millis(300)).build().unwrap();
        assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Timeout);
    }
}

#[test]
fn nobody_listens() {
    let agent = emulator();
    let (endpoint, keys) = (format!("http://localhost:{}", agent.port()), agent.key_directory().to_owned());
    agent.stop();
    let get = |executable: &Path| -> Error {
        let builder = Client::builder().endpoint(&endpoint).key_directory(&keys).max_attempts(1);
        builder.agent_executable(executable).build().unwrap().get_token(VAULT).unwrap_err()
    };
    let missing = get(Path::new("/nonexistent"));
    assert_eq!(missing.kind(), ErrorKind::Unavailable);
    assert!(missing.hint().unwrap().contains("install"));
    assert!(missing.message().contains("127.0.0.1:"), "what all agents listen on: {missing}");
    let installed = get(&std::env::current_exe().unwrap());
    assert_eq!(installed.kind(), ErrorKind::Unavailable);
    let start = if cfg!(windows) { "Start-Service himds" } else { "sudo systemctl enable --now himdsd" };
    assert!(installed.hint().unwrap().contains(start), "{installed:?}");
}

#[test]
fn an_agent_that_listens_on_ipv6_only_is_found() {
    needs!(IPV6);
    let agent = Emulator::builder().ipv4(false).start().unwrap();
    for host in ["localhost", "[::1]"] {
        let endpoint = format!("http://{host}:{}", agent.port());
        let client =
            Client::builder().endpoint(endpoint).key_directory(agent.key_directory()).build().unwrap();
        client.get_token(VAULT).unwrap();
    }
}

/// The caller ended the call, and not the deadline.
#[track_caller]
fn assert_cancelled<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Cancelled, "the call was cancelled"));
}

#[test]
fn an_interrupted_wait_ends() {
    let agent = emulator();
    agent.respond_with(|_| Answer::hang());
    let client = builder(&agent).interrupt(|| true).build().unwrap();
    assert_cancelled(client.get_token(VAULT));
    assert_cancelled(client.force_refresh(VAULT));
    assert_cancelled(client.get_metadata());
}

#[test]
fn the_hook_is_asked_about_ten_times_a_second() {
    let agent = emulator();
    agent.respond_with(|_| Answer::normal().delay(Duration::from_millis(250)));
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let client = builder(&agent).interrupt(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        false
    });
    let started = Instant::now();
    client.build().unwrap().get_token(VAULT).unwrap();
    // Each wait is a tenth of a second long, but for those that end with what was waited for.
    let most = started.elapsed().as_millis() / 100 + 20;
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked >= 6 && asked as u128 <= most, "{asked}, {most}");
}

/// Whose queue is full: a connection is waited for, and the hook is asked meanwhile.
#[cfg(target_os = "linux")]
#[test]
fn a_wait_for_a_connection_ends_too() {
    use nix::sys::socket::{Backlog, listen};
    use std::net::{TcpListener, TcpStream};

    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    listen(&busy, Backlog::new(0).unwrap()).unwrap();
    let _first = TcpStream::connect(busy.local_addr().unwrap()).unwrap();
    let asked = AtomicUsize::new(0);
    let client = Client::builder()
        .endpoint(format!("http://{}", busy.local_addr().unwrap()))
        .interrupt(move || asked.fetch_add(1, Ordering::SeqCst) == 2)
        .build()
        .unwrap();
    assert_cancelled(client.get_token(VAULT));
}

#[test]
fn a_cancelled_wait_ends_and_leaves_nothing_behind() {
    let agent = emulator();
    let client = builder(&agent).build().unwrap();
    agent.respond_with(|_| Answer::hang());
    assert_cancelled(client.get_token_cancellable(VAULT, || true));
    assert_cancelled(client.force_refresh_cancellable(VAULT, || true));

    agent.respond_with(|_| Answer::normal());
    let token = client.get_token_cancellable(VAULT, || false).unwrap();
    let cached = client.get_token_cancellable(VAULT, || true).unwrap();
    assert_eq!(token.value(), cached.value(), "there is nothing to wait for");
    let fresh = client.force_refresh_cancellable(VAULT, || false).unwrap();
    assert_ne!(token.value(), fresh.value());
}

#[test]
fn either_hook_ends_a_wait() {
    let agent = emulator();
    agent.respond_with(|_| Answer::hang());
    let patient = builder(&agent).interrupt(|| false).build().unwrap();
    assert_cancelled(patient.get_token_cancellable(VAULT, || true));
    let impatient = builder(&agent).interrupt(|| true).build().unwrap();
    assert_cancelled(impatient.get_token_cancellable(VAULT, || false));
}

#[test]
fn settings_that_make_no_sense_are_rejected() {
    let kind = |builder: arcidentity_core::ClientBuilder| builder.build().unwrap_err().kind();
    assert_eq!(kind(Client::builder().timeout(Duration::ZERO)), ErrorKind::InvalidArgument);
    assert_eq!(kind(Client::builder().max_attempts(0)), ErrorKind::InvalidArgument);
    assert_eq!(kind(Client::builder().endpoint("")), ErrorKind::InvalidArgument);
    assert_eq!(kind(Client::builder().key_directory("")), ErrorKind::InvalidArgument);
    assert_eq!(kind(Client::builder().key_directory("relative")), ErrorKind::InvalidArgument);
    let with_nul = if cfg!(windows) { "C:\\keys\0" } else { "/keys\0" };
    assert_eq!(kind(Client::builder().key_directory(with_nul)), ErrorKind::InvalidArgument);
    assert_eq!(kind(Client::builder().endpoint("http://example.com/")), ErrorKind::UntrustedAgent);
}

#[test]
fn debug_texts_hold_no_secret() {
    let agent = emulator();
    let client = impatient(&agent);
    let token = client.get_token(VAULT).unwrap();
    let shown = format!("{token:?} {client:?}");
    assert!(!shown.contains(token.value()) && !shown.contains("eyJ"), "{shown}");
}

#[test]
fn metadata_in_typed_fields_and_whole() {
    let agent = emulator();
    let metadata = client(&agent).get_metadata().unwrap();
    assert_eq!(metadata.os_type(), Some(std::env::consts::OS));
    assert_eq!(metadata.environment(), Some("AzurePublicCloud"));
    assert!(metadata.resource_id().unwrap().ends_with("/Microsoft.HybridCompute/machines/arcbox-ubuntu-01"));
    assert_eq!(metadata.name(), Some("arcbox-ubuntu-01"));
    assert_eq!(metadata.location(), Some("westeurope"));
    assert_eq!(metadata.resource_group(), Some("rg-arc"));
    assert_eq!(metadata.subscription_id(), Some("00000000-0000-0000-0000-000000000000"));
    assert_eq!(metadata.vm_id(), Some("11111111-1111-1111-1111-111111111111"));
    assert_eq!(metadata.pointer("/compute/name").unwrap(), "arcbox-ubuntu-01");
    let whole: serde_json::Value = serde_json::from_str(metadata.json()).unwrap();
    assert_eq!(metadata.pointer(""), Some(&whole));
    let request = &agent.requests()[0];
    assert_eq!((request.path.as_str(), request.header("metadata")), ("/metadata/instance", Some("true")));
    assert_eq!(request.parameter("api-version"), Some("2020-06-01"));
}

#[test]
fn metadata_failures() {
    for (answer, kind) in [
        (Answer::status(200).body("<html>"), ErrorKind::Protocol),
        (Answer::error(400, "bad", "worse"), ErrorKind::Refused),
        (Answer::status(503), ErrorKind::Service),
        (Answer::status(302), ErrorKind::Protocol),
    ] {
        let agent = emulator();
        agent.respond_with(move |_| answer.clone());
        assert_eq!(impatient(&agent).get_metadata().unwrap_err().kind(), kind);
    }
}
