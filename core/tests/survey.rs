//! Surveys: what an agent does is told, and nothing that tells one machine from another.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arcidentity_core::{Client, ErrorKind, Survey};
use arcidentity_emulator::{AgentVersion, Answer, Emulator, KeyStyle, Machine, Request};
use arcidentity_testing::{builder, emulator};
use serde_json::{Value, json};

fn survey(emulator: &Emulator) -> (Value, String) {
    let survey: Survey = builder(emulator).survey().unwrap();
    (serde_json::from_str(&survey.to_json()).unwrap(), survey.to_json())
}

/// What came of this question.
#[track_caller]
fn answer<'a>(survey: &'a Value, question: &str) -> &'a Value {
    let answers = survey["answers"].as_array().unwrap();
    answers.iter().find(|answer| answer["asked"] == question).unwrap_or_else(|| panic!("{survey:#}"))
}

/// No text of these, in any case, stands in the survey.
#[track_caller]
fn assert_hidden<'a>(survey: &str, secrets: impl IntoIterator<Item = &'a str>) {
    let survey = survey.to_lowercase();
    for secret in secrets {
        assert!(!survey.contains(&secret.to_lowercase()), "{secret} is in {survey}");
    }
}

/// The keys that clients have sent.
fn keys(emulator: &Emulator) -> Vec<String> {
    let key = |request: &Request| request.header("authorization")?.strip_prefix("Basic ").map(str::to_owned);
    emulator.requests().iter().filter_map(key).filter(|key| key != "arcidentity-no-key").collect()
}

#[test]
fn what_the_agent_does_is_told() {
    let emulator = emulator();
    let (survey, _) = survey(&emulator);
    let statuses = [
        ("agent status", 200),
        ("metadata 2021-02-01", 200),
        ("metadata 2019-08-15", 200),
        ("metadata, unknown api-version", 400),
        ("metadata, no api-version", 400),
        ("metadata, no Metadata header", 400),
        ("unknown path", 404),
        ("token, no Metadata header", 400),
        ("token, no resource", 400),
        ("token, unknown identity", 404),
        ("token", 401),
        ("token, with the key", 200),
        ("token, with a used key", 401),
        ("token, with a wrong key", 401),
    ];
    for (question, status) in statuses {
        assert_eq!(answer(&survey, question)["status"], status, "{question}");
        assert!(answer(&survey, question)["ms"].as_f64().unwrap() >= 0.0);
    }
    let body = |question| answer(&survey, question)["body"].clone();
    let description =
        "The api-version not specified. Supported are 2021-02-01 2020-06-01 2019-11-01 2019-08-15";
    assert_eq!(body("metadata, no api-version")["error_description"], description);
    assert_eq!(body("token")["error_codes"], json!([401]));
    assert_eq!(body("token, with the key")["access_token"], "<token>");
    assert_eq!(body("token, with the key")["expires_in"], "<5 digits>");
    assert_eq!(body("agent status")["agentVersion"], "<4 characters>");
    assert_eq!(body("agent status")["cloud"], "AzurePublicCloud");
    assert_eq!(body("metadata 2020-06-01")["compute"]["azEnvironment"], "AzurePublicCloud");
    assert_eq!(survey["machine"]["agent_version"], "1.67");
    let headers = answer(&survey, "token")["headers"].as_array().unwrap();
    let challenge = headers.iter().find(|header| header[0] == "www-authenticate").unwrap();
    assert!(challenge[1].as_str().unwrap().starts_with("Basic realm="), "{challenge}");
    assert!(challenge[1].as_str().unwrap().ends_with("<guid>.key"), "{challenge}");
}

#[test]
fn what_keys_look_like_is_told() {
    let emulator = emulator();
    emulator.make_keys(KeyStyle::file().contents("Ab-9").mode(0o600));
    let (survey, _) = survey(&emulator);
    let key = &survey["key"];
    assert_eq!(key["characters"], 4);
    assert_eq!(key["bytes"], 4);
    assert_eq!(key["alphabet"], json!(["A-Z", "a-z", "0-9", "-_"]));
    if cfg!(unix) {
        assert_eq!(key["mode"], "0600");
    }
}

#[test]
fn what_becomes_of_key_files_is_told() {
    let emulator = emulator();
    let (survey, _) = survey(&emulator);
    let key = &survey["key"];
    assert_eq!(key["gone_after_use"], true);
    // Those that were named in answer to a used key and to a wrong one.
    assert_eq!((&key["unused"], &key["unused_left"]), (&json!(2), &json!(2)));
    assert_eq!(std::fs::read_dir(emulator.key_directory()).unwrap().count(), 2);
}

#[test]
fn an_older_agent_is_told_from_a_newer_one() {
    let emulator = Emulator::builder().agent(AgentVersion::Legacy).start().unwrap();
    let (survey, _) = survey(&emulator);
    assert_eq!(answer(&survey, "token, unknown identity")["status"], 401);
    assert_eq!(survey["machine"]["agent_version"], "1.60");
}

#[test]
fn nothing_tells_this_machine_from_others() {
    let secrets = [
        "contosoweb",
        "9f3c1a52-7a5e-4d0e-8f4f-000000000001",
        "rg-payroll",
        "8888aaaa-7a5e-4d0e-8f4f-000000000002",
        "7777bbbb-7a5e-4d0e-8f4f-000000000003",
        "6666cccc-7a5e-4d0e-8f4f-000000000004",
        "5555dddd-7a5e-4d0e-8f4f-000000000005",
        "swedencentral",
        "costcentre",
        "zebra",
    ];
    let [name, subscription, group, tenant, client, object, vm, region, tag, value] = secrets;
    let machine = Machine::default().name(name).subscription_id(subscription).resource_group(group);
    let machine = machine.tenant_id(tenant).client_id(client).object_id(object).vm_id(vm).location(region);
    let emulator = Emulator::builder().machine(machine.tags([(tag, value)])).start().unwrap();
    let (_, text) = survey(&emulator);
    assert_hidden(&text, secrets);
    assert_hidden(&text, ["eyJ", emulator.key_directory().to_str().unwrap()]);
    let keys = keys(&emulator);
    assert!(keys.len() >= 3, "{keys:?}");
    assert_hidden(&text, keys.iter().map(String::as_str));
}

#[test]
fn a_name_of_common_words_is_hidden_too() {
    let names = [
        "azure-storage-gateway",
        "managed-identity-group",
        "SecureCloudRegion",
        "private server",
        "Data Owner",
    ];
    let machine = Machine::default().name(names[0]).resource_group(names[1]).location(names[2]);
    let emulator = Emulator::builder().machine(machine.tags([(names[4], names[3])])).start().unwrap();
    // Where an agent says them too.
    emulator.respond_with(move |_| {
        let answer = Answer::normal().header("X-Machine", names[0].to_uppercase());
        answer.edit_json(move |body| {
            body["error_description"] = format!("Forbidden for {}", names.join(" and ")).into();
            body["tags"] = json!({ "status": "public gateway" });
        })
    });
    assert_hidden(&survey(&emulator).1, [&names[..], &["public gateway"]].concat());
}

/// Whatever it puts anywhere.
#[test]
fn an_agent_that_tells_everything_everywhere_is_not_repeated() {
    let secrets =
        ["contoso", "alice", "xyzzy", "hunter2", "192.168.200.101", "1234567", "server-200", "2024-05-17"];
    let said = format!("{}\u{1b}[31m \u{7} error-{}", secrets.join(" "), secrets[0]);
    let emulator = emulator();
    emulator.respond_with(move |request| {
        let key = request.header("authorization").unwrap_or_default().to_owned();
        let said = format!("{said} {key} {}", request.path);
        let names = said.clone();
        Answer::normal()
            .header(format!("X-{}-contoso", "alice"), said.replace(|c: char| c.is_control(), ""))
            .edit_json(move |body| {
                let Value::Object(members) = body else { return };
                for name in ["error", "error_description", "status", "token_type", "unknown"] {
                    members.insert(name.to_owned(), said.clone().into());
                }
                members.insert(names.clone(), json!({ "nested": [{ "contoso": said, "xyzzy": 1234567 }] }));
                members.insert("tags".to_owned(), json!({ "alice": "hunter2" }));
            })
    });
    let (survey, text) = survey(&emulator);
    assert_eq!(answer(&survey, "token, with the key")["status"], 200);
    assert_hidden(&text, secrets);
    assert_hidden(&text, keys(&emulator).iter().map(String::as_str));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
}

#[test]
fn a_page_of_a_proxy_and_no_answer_are_told() {
    let emulator = emulator();
    emulator.script([
        Answer::status(403).body("<html>Forbidden for contoso</html>"),
        Answer::close(),
        Answer::status(200).body(vec![0xff, 0xfe, b'[']),
    ]);
    let (survey, text) = survey(&emulator);
    let answers = survey["answers"].as_array().unwrap();
    assert_eq!(answers[0]["body"]["text"], "<html>Forbidden for <7 characters></html>");
    assert_eq!(answers[1]["error"], "ARC_ERROR_SERVICE");
    assert_eq!(answers[2]["body"]["bytes"], 3);
    assert_hidden(&text, ["contoso"]);
}

#[cfg(unix)]
#[test]
fn keys_that_cannot_be_read_are_told() {
    let emulator = emulator();
    emulator.make_keys(KeyStyle::file().mode(0o000));
    let (survey, _) = survey(&emulator);
    if survey["key"].get("error").is_some() {
        assert_eq!(survey["key"]["error"], "ARC_ERROR_ACCESS_DENIED");
        assert!(survey["key"]["unused_left"].as_u64().unwrap() > 0);
    } else {
        // Root reads every file.
        assert_eq!(survey["key"]["mode"], "0000");
    }
}

/// The directory is the agent's, and this user may not look into it.
#[cfg(unix)]
#[test]
fn what_this_user_may_not_see_is_not_told() {
    let emulator = emulator();
    let key = emulator.issue_key().unwrap();
    emulator.respond_with(move |_| Answer::challenge(key.challenge()));
    emulator.close_keys(true).unwrap();
    let (survey, _) = survey(&emulator);
    emulator.close_keys(false).unwrap();
    if survey["key"].get("error").is_some() {
        assert_eq!(survey["key"]["unused_left"], Value::Null, "{:#}", survey["key"]);
    } else {
        // Root sees everything.
        assert!(survey["key"]["unused_left"].is_number(), "{:#}", survey["key"]);
    }
}

#[test]
fn an_agent_that_never_answers_is_an_error() {
    let emulator = emulator();
    emulator.respond_with(|_| Answer::hang());
    let survey = builder(&emulator).timeout(Duration::from_millis(500)).survey();
    assert_eq!(survey.unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn nobody_is_asked_any_more_once_it_is_cancelled() {
    let emulator = Arc::new(emulator());
    let (asked, own) = (Arc::clone(&emulator), Arc::new(AtomicBool::new(false)));
    let cancel = Arc::clone(&own);
    emulator.respond_with(move |request| match request.path.as_str() {
        "/metadata/instance" => {
            cancel.store(true, Ordering::SeqCst);
            Answer::hang()
        }
        _ => Answer::normal(),
    });
    let survey = builder(&emulator).interrupt(move || own.load(Ordering::SeqCst)).survey();
    assert_eq!(survey.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(asked.requests().len(), 2);
}

#[test]
fn without_an_agent_there_is_no_survey() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::builder().endpoint(format!("http://127.0.0.1:{port}"));
    assert_eq!(client.survey().unwrap_err().kind(), ErrorKind::Unavailable);
}

/// The emulator plays an agent so well that its own survey says the same.
#[test]
fn an_agent_can_be_played_from_its_survey() {
    let odd = emulator();
    odd.make_keys(KeyStyle::file().random_text(43, "abc").mode(0o600));
    odd.respond_with(|request| {
        let answer = Answer::normal().header("X-Ms-Request-Id", "6f1c2a34-0000-4a5b-9c7d-0123456789ab");
        let is_instance = request.path == "/metadata/instance";
        match (request.header("metadata"), request.header("authorization")) {
            (None, _) => Answer::error(403, "forbidden", "A header is missing: Metadata"),
            (_, Some("Basic arcidentity-no-key")) => Answer::status(400).body("wrong key"),
            _ if is_instance && request.parameter("api-version") == Some("2019-08-15") => Answer::status(404),
            _ => answer,
        }
    });
    let (seen, _) = survey(&odd);
    let played = Emulator::builder().like(&seen.to_string()).unwrap().start().unwrap();
    let (again, _) = survey(&played);
    let (seen, again) = (without_times(&seen), without_times(&again));
    for (one, other) in seen["answers"].as_array().unwrap().iter().zip(again["answers"].as_array().unwrap()) {
        assert_eq!(other, one);
    }
    assert_eq!(again, seen);
    assert_eq!(answer(&again, "metadata 2019-08-15")["status"], 404);
    assert_eq!(answer(&again, "token, with a wrong key")["body"]["text"], "wrong key");
}

/// All but the time that answers took.
fn without_times(survey: &Value) -> Value {
    let mut survey = survey.clone();
    // Wine may list a socket twice while others come and go.
    survey["machine"]["listening"].as_array_mut().unwrap().dedup();
    for answer in survey["answers"].as_array_mut().unwrap() {
        answer["ms"].take();
    }
    survey
}
