//! The machine that the emulated agent runs on.

use serde_json::{Value, json};

/// Facts of the machine, for the instance metadata, the agent's status and the claims of tokens.
#[derive(Clone, Debug)]
#[must_use]
pub struct Machine {
    name: String,
    location: String,
    cloud: String,
    subscription_id: String,
    resource_group: String,
    tenant_id: String,
    client_id: String,
    object_id: String,
    vm_id: String,
    os_type: String,
    tags: Vec<(String, String)>,
    status: String,
}

impl Default for Machine {
    fn default() -> Machine {
        let os_type = if cfg!(windows) { "windows" } else { "linux" };
        Machine {
            name: "arcbox-ubuntu-01".into(),
            location: "westeurope".into(),
            cloud: "AzurePublicCloud".into(),
            subscription_id: "00000000-0000-0000-0000-000000000000".into(),
            resource_group: "rg-arc".into(),
            tenant_id: "22222222-2222-2222-2222-222222222222".into(),
            client_id: "33333333-3333-3333-3333-333333333333".into(),
            object_id: "44444444-4444-4444-4444-444444444444".into(),
            vm_id: "11111111-1111-1111-1111-111111111111".into(),
            os_type: os_type.into(),
            tags: vec![("scenario".into(), "Managed Identity".into())],
            status: "Connected".into(),
        }
    }
}

impl Machine {
    /// The name in Azure. Defaults to `arcbox-ubuntu-01`.
    pub fn name(mut self, name: impl Into<String>) -> Machine {
        self.name = name.into();
        self
    }

    /// The Azure region. Defaults to `westeurope`.
    pub fn location(mut self, location: impl Into<String>) -> Machine {
        self.location = location.into();
        self
    }

    /// The cloud, `azEnvironment` of the metadata. Defaults to `AzurePublicCloud`.
    pub fn cloud(mut self, cloud: impl Into<String>) -> Machine {
        self.cloud = cloud.into();
        self
    }

    /// The subscription. Defaults to `00000000-0000-0000-0000-000000000000`.
    pub fn subscription_id(mut self, id: impl Into<String>) -> Machine {
        self.subscription_id = id.into();
        self
    }

    /// The resource group. Defaults to `rg-arc`.
    pub fn resource_group(mut self, name: impl Into<String>) -> Machine {
        self.resource_group = name.into();
        self
    }

    /// The tenant, which stands in the issuer of tokens. Defaults to
    /// `22222222-2222-2222-2222-222222222222`.
    pub fn tenant_id(mut self, id: impl Into<String>) -> Machine {
        self.tenant_id = id.into();
        self
    }

    /// The client id of the system-assigned identity. Defaults to
    /// `33333333-3333-3333-3333-333333333333`.
    pub fn client_id(mut self, id: impl Into<String>) -> Machine {
        self.client_id = id.into();
        self
    }

    /// The object id of the system-assigned identity. Defaults to
    /// `44444444-4444-4444-4444-444444444444`.
    pub fn object_id(mut self, id: impl Into<String>) -> Machine {
        self.object_id = id.into();
        self
    }

    /// The machine's own id. Defaults to `11111111-1111-1111-1111-111111111111`.
    pub fn vm_id(mut self, id: impl Into<String>) -> Machine {
        self.vm_id = id.into();
        self
    }

    /// The operating system. Defaults to `windows` on Windows and `linux` elsewhere.
    pub fn os_type(mut self, os_type: impl Into<String>) -> Machine {
        self.os_type = os_type.into();
        self
    }

    /// The tags, names and values. Defaults to `scenario: Managed Identity`.
    pub fn tags<N: Into<String>, V: Into<String>>(
        mut self,
        tags: impl IntoIterator<Item = (N, V)>,
    ) -> Machine {
        self.tags = tags.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self
    }

    /// What `/agentstatus` says of the machine's connection to Azure. Defaults to `Connected`.
    pub fn status(mut self, status: impl Into<String>) -> Machine {
        self.status = status.into();
        self
    }

    /// The Azure resource id of the machine.
    #[must_use]
    pub fn resource_id(&self) -> String {
        let Machine { subscription_id, resource_group, name, .. } = self;
        format!(
            "/subscriptions/{subscription_id}/resourceGroups/{resource_group}\
             /providers/Microsoft.HybridCompute/machines/{name}"
        )
    }

    /// `/metadata/instance/compute`.
    pub(crate) fn compute(&self) -> Value {
        json!({
            "azEnvironment": self.cloud,
            "customData": "",
            "isHostCompatibilityLayerVm": "",
            "location": self.location,
            "name": self.name,
            "offer": "",
            "osType": self.os_type,
            "placementGroupId": "",
            "plan": {"name": "", "product": "", "publisher": ""},
            "platformFaultDomain": "",
            "platformUpdateDomain": "",
            "provider": "",
            "publicKeys": null,
            "publisher": "",
            "resourceGroupName": self.resource_group,
            "resourceId": self.resource_id(),
            "securityProfile": {"secureBootEnabled": "", "virtualTpmEnabled": ""},
            "sku": "Ubuntu 18.04.6 LTS",
            "storageProfile": {},
            "subscriptionId": self.subscription_id,
            "tags": self.tags_as_text(),
            "tagsList": self.tags_as_list(),
            "version": "5.4.0-1094-azure",
            "vmId": self.vm_id,
            "vmScaleSetName": "",
            "vmSize": "",
            "zone": "",
        })
    }

    /// `/metadata/instance`.
    pub(crate) fn instance(&self) -> Value {
        json!({"compute": self.compute(), "network": {}})
    }

    /// `/agentstatus`.
    pub(crate) fn agent_status(&self, agent_version: &str) -> Value {
        json!({
            "agentVersion": agent_version,
            "cloud": self.cloud,
            "location": self.location,
            "resourceGroup": self.resource_group,
            "resourceId": self.resource_id(),
            "resourceName": self.name,
            "status": self.status,
            "subscriptionId": self.subscription_id,
            "tenantId": self.tenant_id,
            "vmId": self.vm_id,
        })
    }

    /// The claims that name the system-assigned identity.
    pub(crate) fn claims(&self) -> Value {
        self.claims_of(&self.client_id, &self.object_id, &self.resource_id())
    }

    /// The claims that name an identity of this machine's tenant.
    pub(crate) fn claims_of(&self, client_id: &str, object_id: &str, resource_id: &str) -> Value {
        json!({
            "appid": client_id,
            "appidacr": "2",
            "idp": self.issuer(),
            "idtyp": "app",
            "iss": self.issuer(),
            "oid": object_id,
            "sub": object_id,
            "tid": self.tenant_id,
            "ver": "1.0",
            "xms_mirid": resource_id,
        })
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant_id
    }

    fn issuer(&self) -> String {
        format!("https://sts.windows.net/{}/", self.tenant_id)
    }

    /// `name:value;name:value`, ambiguous where a name or value holds these characters, as on a
    /// real machine.
    fn tags_as_text(&self) -> String {
        let tags: Vec<_> = self.tags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        tags.join(";")
    }

    fn tags_as_list(&self) -> Value {
        self.tags.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    }
}
