//! The short names of services.

use std::collections::BTreeSet;

use arcidentity_emulator::{Answer, Emulator, Machine};

use crate::support::{Outcome, ask, resources};

pub const CLOUDS: [&str; 3] = ["AzurePublicCloud", "AzureUSGovernmentCloud", "AzureChinaCloud"];

/// The resource in each of the clouds.
const DIFFERENT: [(&str, [&str; 3]); 13] = [
    (
        "arm",
        [
            "https://management.azure.com/",
            "https://management.usgovcloudapi.net/",
            "https://management.chinacloudapi.cn/",
        ],
    ),
    ("keyvault", ["https://vault.azure.net", "https://vault.usgovcloudapi.net", "https://vault.azure.cn"]),
    (
        "graph",
        [
            "https://graph.microsoft.com",
            "https://graph.microsoft.us",
            "https://microsoftgraph.chinacloudapi.cn",
        ],
    ),
    (
        "sql",
        [
            "https://database.windows.net/",
            "https://database.usgovcloudapi.net/",
            "https://database.chinacloudapi.cn/",
        ],
    ),
    (
        "postgresql",
        [
            "https://ossrdbms-aad.database.windows.net",
            "https://ossrdbms-aad.database.usgovcloudapi.net",
            "https://ossrdbms-aad.database.chinacloudapi.cn",
        ],
    ),
    (
        "mysql",
        [
            "https://ossrdbms-aad.database.windows.net",
            "https://ossrdbms-aad.database.usgovcloudapi.net",
            "https://ossrdbms-aad.database.chinacloudapi.cn",
        ],
    ),
    ("monitor", ["https://monitor.azure.com/", "https://monitor.azure.us/", "https://monitor.azure.cn/"]),
    (
        "loganalytics",
        ["https://api.loganalytics.io", "https://api.loganalytics.us", "https://api.loganalytics.azure.cn"],
    ),
    ("appconfig", ["https://azconfig.io", "https://appconfig.azure.us", "https://appconfig.azure.cn"]),
    ("cosmosdb", ["https://cosmos.azure.com", "https://cosmos.azure.us", "https://cosmos.azure.cn"]),
    (
        "cognitiveservices",
        [
            "https://cognitiveservices.azure.com",
            "https://cognitiveservices.azure.us",
            "https://cognitiveservices.azure.cn",
        ],
    ),
    (
        "batch",
        [
            "https://batch.core.windows.net/",
            "https://batch.core.usgovcloudapi.net/",
            "https://batch.core.chinacloudapi.cn/",
        ],
    ),
    (
        "federation",
        ["api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"],
    ),
];

const THE_SAME: [(&str, &str); 4] = [
    ("storage", "https://storage.azure.com/"),
    ("servicebus", "https://servicebus.azure.net"),
    ("eventhubs", "https://eventhubs.azure.net"),
    ("aks", "6dae42f8-4368-4678-94ff-3960e28e3630"),
];

/// Those that are not known in every cloud, in the first of the clouds.
const IN_SOME: [(&str, &[&str]); 4] = [
    ("dataexplorer", &["https://kusto.kusto.windows.net", "https://kusto.kusto.usgovcloudapi.net"]),
    ("redis", &["https://redis.azure.com"]),
    ("containerregistry", &["https://containerregistry.azure.net"]),
    ("devops", &["499b84ac-1321-427f-aa17-267ca6975798"]),
];

/// The command itself lists them where it knows no such name.
#[test]
fn every_short_name_is_in_a_table_above() {
    let outcome = ask(&Emulator::start().unwrap(), &["token", "nothing"]);
    let (_, list) = outcome.stderr.trim_end().split_once(", or one of ").unwrap();
    let tables = DIFFERENT.map(|(name, _)| name).into_iter().chain(THE_SAME.map(|(name, _)| name));
    let tables = tables.chain(IN_SOME.map(|(name, _)| name));
    assert_eq!(list.split(", ").collect::<BTreeSet<_>>(), tables.collect());
}

fn agent_in(cloud: &str) -> Emulator {
    Emulator::builder().machine(Machine::default().cloud(cloud)).start().unwrap()
}

fn metadata_requests(agent: &Emulator) -> usize {
    agent.requests().iter().filter(|request| request.path == "/metadata/instance").count()
}

/// Asks an agent whose metadata says this of its cloud.
fn ask_when_metadata_is(answer: Answer, arguments: &[&str]) -> (Outcome, Vec<String>) {
    let agent = Emulator::start().unwrap();
    agent.respond_with(move |request| match request.path.as_str() {
        "/metadata/instance" => answer.clone(),
        _ => Answer::normal(),
    });
    let outcome = ask(&agent, arguments);
    (outcome, resources(&agent))
}

#[test]
fn a_short_name_follows_the_machines_cloud() {
    for (place, cloud) in CLOUDS.into_iter().enumerate() {
        let agent = agent_in(cloud);
        for (name, audiences) in DIFFERENT {
            agent.clear_requests();
            ask(&agent, &["token", name]).result();
            assert_eq!(resources(&agent), [audiences[place]], "{name} in {cloud}");
            assert_eq!(metadata_requests(&agent), 1);
        }
    }
}

#[test]
fn a_name_that_a_cloud_does_not_have_is_an_error() {
    for (place, cloud) in CLOUDS.into_iter().enumerate() {
        let agent = agent_in(cloud);
        for (name, audiences) in IN_SOME {
            agent.clear_requests();
            let outcome = ask(&agent, &["token", name]);
            let Some(audience) = audiences.get(place) else {
                let told = format!("{name:?} is not known in the cloud {cloud:?}");
                assert_eq!(outcome.failure(), (2, told.as_str()));
                assert!(outcome.stderr.contains(audiences[0]), "{}", outcome.stderr);
                assert_eq!(resources(&agent), [""; 0]);
                continue;
            };
            outcome.result();
            assert_eq!(resources(&agent), [*audience], "{name} in {cloud}");
        }
    }
}

#[test]
fn the_cloud_is_not_asked_for_without_need() {
    let agent = agent_in("USNat");
    for (name, audience) in THE_SAME {
        ask(&agent, &["token", name]).result();
        assert_eq!(resources(&agent).last().unwrap(), audience);
    }
    ask(&agent, &["token", "https://vault.azure.net"]).result();
    assert_eq!(metadata_requests(&agent), 0);
}

#[test]
fn names_have_other_spellings() {
    let agent = agent_in("azurepubliccloud");
    for (spelling, audience) in [
        ("ARM", "https://management.azure.com/"),
        ("resource-manager", "https://management.azure.com/"),
        ("management", "https://management.azure.com/"),
        ("key-vault", "https://vault.azure.net"),
        ("vault/.default", "https://vault.azure.net"),
        ("Blob", "https://storage.azure.com/"),
        ("ms_graph", "https://graph.microsoft.com"),
        ("postgres", "https://ossrdbms-aad.database.windows.net"),
        ("logs", "https://api.loganalytics.io"),
        ("event-hub", "https://eventhubs.azure.net"),
        ("azure-devops", "499b84ac-1321-427f-aa17-267ca6975798"),
        ("devops/.default", "499b84ac-1321-427f-aa17-267ca6975798"),
        ("Cosmos_DB", "https://cosmos.azure.com"),
        ("cosmos", "https://cosmos.azure.com"),
        ("kusto", "https://kusto.kusto.windows.net"),
        ("OpenAI", "https://cognitiveservices.azure.com"),
        ("acr", "https://containerregistry.azure.net"),
    ] {
        agent.clear_requests();
        ask(&agent, &["token", spelling]).result();
        assert_eq!(resources(&agent), [audience], "{spelling}");
    }
}

#[test]
fn what_is_no_name_is_sent_as_given() {
    let agent = Emulator::start().unwrap();
    for resource in [
        "https://vault.azure.net/",
        "api://AzureADTokenExchange",
        "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
        "urn:a?b=c&d=%20+#e",
        "https://exämple.com/ü",
    ] {
        agent.clear_requests();
        ask(&agent, &["token", resource]).result();
        assert_eq!(resources(&agent), [resource]);
    }
}

#[test]
fn a_name_that_does_not_exist_is_not_sent() {
    let agent = Emulator::start().unwrap();
    for name in ["keyvalt", "armm", "Vaults", "key--volt"] {
        let outcome = ask(&agent, &["token", name]);
        let (status, message) = outcome.failure();
        assert_eq!(status, 2);
        assert!(message.contains(name), "{message}");
        assert!(outcome.stderr.contains("hint: ") && outcome.stderr.contains("keyvault, storage"));
    }
    assert_eq!(agent.requests().len(), 0);
}

#[test]
fn in_a_cloud_of_unknown_resources_the_user_is_asked_for_the_uri() {
    for cloud in ["USNat", "USSec", "AzureStackCloud", "AzureMoonCloud"] {
        let agent = agent_in(cloud);
        let outcome = ask(&agent, &["token", "keyvault"]);
        let (status, message) = outcome.failure();
        assert_eq!(status, 2);
        assert!(message.contains(cloud), "{message}");
        assert!(outcome.stderr.contains("https://vault.azure.net"), "{}", outcome.stderr);
        assert_eq!(resources(&agent), [""; 0]);
    }
}

#[test]
fn an_agent_that_does_not_tell_its_cloud_is_taken_for_the_public_ones() {
    for document in [
        serde_json::json!({}),
        serde_json::json!({"compute": null}),
        serde_json::json!({"compute": {"azEnvironment": null}}),
        serde_json::json!({"compute": {"azEnvironment": ""}}),
    ] {
        let (outcome, resources) = ask_when_metadata_is(Answer::json(200, document), &["token", "keyvault"]);
        outcome.result();
        assert_eq!(resources, ["https://vault.azure.net"]);
    }
}

#[test]
fn without_an_answer_about_the_cloud_nothing_is_guessed() {
    for (answer, expected) in [
        (Answer::status(200).body("<html>"), 11),
        (Answer::error(404, "not_found", "no such path"), 7),
        (Answer::status(503).header("Retry-After", "3600"), 10),
    ] {
        let (outcome, resources) = ask_when_metadata_is(answer, &["token", "keyvault"]);
        assert_eq!(outcome.failure().0, expected, "{outcome:?}");
        assert!(outcome.stderr.contains("https://vault.azure.net"), "{}", outcome.stderr);
        assert_eq!(resources, [""; 0]);
    }
}
