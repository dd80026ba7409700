//! Instance metadata and the agent's status.

use arcidentity_emulator::{Emulator, Machine};
use serde_json::json;

use crate::client::{Client, METADATA};

const INSTANCE: &str = "/metadata/instance?api-version=2020-06-01";
const COMPUTE: &str = "/metadata/instance/compute?api-version=2020-06-01";

#[test]
fn defaults_are_those_of_a_real_machine() {
    let emulator = Emulator::builder().machine(Machine::default().os_type("linux")).start().unwrap();
    let mut client = Client::of(&emulator);
    let expected = json!({
        "azEnvironment": "AzurePublicCloud", "customData": "", "isHostCompatibilityLayerVm": "",
        "location": "westeurope", "name": "arcbox-ubuntu-01", "offer": "", "osType": "linux",
        "placementGroupId": "", "plan": {"name": "", "product": "", "publisher": ""},
        "platformFaultDomain": "", "platformUpdateDomain": "", "provider": "", "publicKeys": null,
        "publisher": "", "resourceGroupName": "rg-arc",
        "resourceId": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-arc\
            /providers/Microsoft.HybridCompute/machines/arcbox-ubuntu-01",
        "securityProfile": {"secureBootEnabled": "", "virtualTpmEnabled": ""},
        "sku": "Ubuntu 18.04.6 LTS", "storageProfile": {},
        "subscriptionId": "00000000-0000-0000-0000-000000000000",
        "tags": "scenario:Managed Identity",
        "tagsList": [{"name": "scenario", "value": "Managed Identity"}],
        "version": "5.4.0-1094-azure", "vmId": "11111111-1111-1111-1111-111111111111",
        "vmScaleSetName": "", "vmSize": "", "zone": "",
    });
    assert_eq!(client.get(COMPUTE, &[METADATA]).json(), expected);
    assert_eq!(client.get(INSTANCE, &[METADATA]).json(), json!({"compute": expected, "network": {}}));
}

#[test]
fn every_fact_can_be_chosen() {
    let machine = Machine::default()
        .name("web")
        .location("chinaeast2")
        .cloud("AzureChinaCloud")
        .subscription_id("sub")
        .resource_group("group")
        .tenant_id("tenant")
        .client_id("client")
        .object_id("object")
        .vm_id("vm")
        .os_type("windows")
        .tags([("a", "1"), ("b", "2;3")])
        .status("Disconnected");
    let resource_id = machine.resource_id();
    let emulator = Emulator::builder().machine(machine).start().unwrap();
    let mut client = Client::of(&emulator);

    let compute = client.get(COMPUTE, &[METADATA]).json();
    assert_eq!(
        resource_id,
        "/subscriptions/sub/resourceGroups/group/providers/Microsoft.HybridCompute/machines/web"
    );
    for (field, value) in [
        ("name", "web"),
        ("location", "chinaeast2"),
        ("azEnvironment", "AzureChinaCloud"),
        ("subscriptionId", "sub"),
        ("resourceGroupName", "group"),
        ("resourceId", &resource_id),
        ("vmId", "vm"),
        ("osType", "windows"),
        ("tags", "a:1;b:2;3"),
    ] {
        assert_eq!(compute[field], value, "{field}");
    }
    assert_eq!(compute["tagsList"], json!([{"name": "a", "value": "1"}, {"name": "b", "value": "2;3"}]));

    let status = client.get("/agentstatus", &[]).json();
    assert_eq!(status["status"], "Disconnected");
    assert_eq!(status["tenantId"], "tenant");
}

#[test]
fn agent_status_is_flat_and_needs_no_header() {
    let emulator = Emulator::start().unwrap();
    let status = Client::of(&emulator).get("/agentstatus", &[]).json();
    assert_eq!(status["status"], "Connected");
    assert!(status.as_object().unwrap().values().all(serde_json::Value::is_string));
}

#[test]
fn metadata_needs_header_and_version() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    for target in [INSTANCE, COMPUTE] {
        client.get(target, &[]).error(400, "invalid_request");
        let (path, _) = target.split_once('?').unwrap();
        client.get(path, &[METADATA]).error(400, "invalid_request");
    }
}
