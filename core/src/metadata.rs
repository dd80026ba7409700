//! Facts about the machine that the agent tells every user.

use serde_json::Value;

use crate::error::Error;
use crate::json;

/// The instance metadata of this machine, from [`Client::get_metadata`](crate::Client::get_metadata). Every fact may
/// be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    json: String,
    document: Value,
}

impl Metadata {
    pub(crate) fn parse(body: &[u8]) -> Result<Metadata, Error> {
        let malformed = |message: &str| Error::protocol(message).with_http_status(200);
        let text = std::str::from_utf8(body).map_err(|_| malformed("the instance metadata is not UTF-8"))?;
        match json::document(body) {
            Some(document @ Value::Object(_)) => Ok(Metadata { json: text.to_owned(), document }),
            _ => Err(malformed("the instance metadata is not a JSON object, or is nested too deep")),
        }
    }

    /// The whole document as the agent wrote it.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The value at a JSON pointer (RFC 6901), such as `/compute/resourceId`.
    ///
    /// ```no_run
    /// # let metadata = arcidentity_core::Client::new()?.get_metadata()?;
    /// let tags = metadata.pointer("/compute/tagsList");
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        self.document.pointer(pointer)
    }

    /// The machine's name in Azure.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.compute("name")
    }

    /// The Azure region that the machine is connected to, such as `westeurope`.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.compute("location")
    }

    /// The Azure resource id of the machine.
    #[must_use]
    pub fn resource_id(&self) -> Option<&str> {
        self.compute("resourceId")
    }

    /// The resource group of the machine.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        self.compute("resourceGroupName")
    }

    /// The subscription of the machine.
    #[must_use]
    pub fn subscription_id(&self) -> Option<&str> {
        self.compute("subscriptionId")
    }

    /// The id that Azure gave the machine.
    #[must_use]
    pub fn vm_id(&self) -> Option<&str> {
        self.compute("vmId")
    }

    /// `linux` or `windows`.
    #[must_use]
    pub fn os_type(&self) -> Option<&str> {
        self.compute("osType")
    }

    /// The cloud, such as `AzurePublicCloud`, `AzureUSGovernmentCloud` or `AzureChinaCloud`.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.compute("azEnvironment")
    }

    /// A text in `compute`. The agent writes null or an empty text for what it does not know.
    fn compute(&self, name: &str) -> Option<&str> {
        self.document.get("compute")?.get(name)?.as_str().filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    #[test]
    fn every_fact_may_be_missing() {
        for json in [
            "{}",
            r#"{"compute":null}"#,
            r#"{"compute":{"name":null}}"#,
            r#"{"compute":{"name":""}}"#,
            r#"{"compute":{"name":7}}"#,
        ] {
            assert_eq!(Metadata::parse(json.as_bytes()).unwrap().name(), None, "{json}");
        }
        for json in ["", "[]", "null", "<html>", "{", "\"x\""] {
            assert!(Metadata::parse(json.as_bytes()).is_err(), "{json}");
        }
        assert!(Metadata::parse(b"{\"compute\":\"\xff\"}").is_err());
    }
}
