//! The clouds of Azure.

/// A cloud of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    Public,
    UsGovernment,
    China,
}

impl Cloud {
    pub const ALL: &[Cloud] = &[Cloud::Public, Cloud::UsGovernment, Cloud::China];

    /// The cloud that the instance metadata calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Cloud> {
        Cloud::ALL.iter().copied().find(|cloud| name.eq_ignore_ascii_case(cloud.name()))
    }

    /// The name in the instance metadata.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Cloud::Public => "AzurePublicCloud",
            Cloud::UsGovernment => "AzureUSGovernmentCloud",
            Cloud::China => "AzureChinaCloud",
        }
    }
}
