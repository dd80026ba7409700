//! Whether the audience of a token is what it was asked for.

use crate::azure_services::AzureService;

/// Whether two resources of known services are for different ones.
pub(crate) fn differ(one: &str, other: &str) -> bool {
    match (AzureService::of(one), AzureService::of(other)) {
        (Some(one), Some(other)) => one.title != other.title,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::differ;

    #[test]
    fn tokens_for_different_services() {
        assert!(differ("https://vault.azure.net", "https://management.azure.com/"));
        assert!(!differ("https://vault.azure.net", "https://app.vault.azure.net"));
        assert!(!differ("https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"));
        assert!(!differ("https://example.com", "https://vault.azure.net"));
    }
}
