//! Values that shells and the help offer.

use arcidentity_core::azure_services::SERVICES;

use super::Word;

/// The shells that there are scripts for.
pub(super) const SHELLS: &[Word] = &[
    Word { name: "bash", about: "bash 4.4 or later" },
    Word { name: "zsh", about: "zsh 5.0 or later" },
    Word { name: "fish", about: "fish 3.1 or later" },
    Word { name: "powershell", about: "PowerShell 5.1 or later" },
];

/// The short names of resources, each in one spelling.
pub(super) fn short_names() -> Vec<Word> {
    let word = |names: &[&'static str], about| names.first().map(|name| Word { name, about });
    SERVICES.iter().filter_map(|service| word(service.names, service.title)).collect()
}

/// What most programs ask for of the instance metadata.
pub(super) fn pointers() -> Vec<Word> {
    vec![
        Word { name: "/compute/name", about: "the machine's name in Azure" },
        Word { name: "/compute/location", about: "the region" },
        Word { name: "/compute/resourceId", about: "the Azure resource id" },
        Word { name: "/compute/resourceGroupName", about: "the resource group" },
        Word { name: "/compute/subscriptionId", about: "the subscription" },
        Word { name: "/compute/vmId", about: "the id of the machine" },
        Word { name: "/compute/osType", about: "the operating system" },
        Word { name: "/compute/azEnvironment", about: "the cloud" },
        Word { name: "/compute/tagsList", about: "the tags" },
    ]
}
