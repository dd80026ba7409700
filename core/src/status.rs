//! The agent's own connection to Azure.

use crate::error::Error;
use crate::json::Object;
use crate::response::presentable;

/// What the agent says of itself, each in one short line.
#[derive(Debug)]
pub(crate) struct AgentStatus {
    pub(crate) status: String,
    pub(crate) version: String,
}

impl AgentStatus {
    pub(crate) fn parse(body: &[u8]) -> Result<AgentStatus, Error> {
        let malformed = || Error::protocol("the agent's status is not a JSON object with a status");
        let object = Object::parse(body).ok_or_else(malformed)?;
        let status = object.text("status").filter(|text| !text.is_empty()).ok_or_else(malformed)?;
        let version = object.text("agentVersion").unwrap_or_default();
        Ok(AgentStatus { status: presentable(status, &[]), version: presentable(version, &[]) })
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.status.eq_ignore_ascii_case("Connected")
    }

    pub(crate) fn is_expired(&self) -> bool {
        self.status.eq_ignore_ascii_case("Expired")
    }
}
