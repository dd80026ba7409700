//! The help texts.

use std::ffi::OsStr;

/// A command that a help text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Token,
    Run,
    Metadata,
    Doctor,
    Emulator,
}

impl Topic {
    /// The command with this name.
    pub(crate) fn named(name: &OsStr) -> Option<Topic> {
        [Topic::Token, Topic::Run, Topic::Metadata, Topic::Doctor, Topic::Emulator]
            .into_iter()
            .find(|topic| name == topic.name())
    }

    fn name(self) -> &'static str {
        match self {
            Topic::Token => "token",
            Topic::Run => "run",
            Topic::Metadata => "metadata",
            Topic::Doctor => "doctor",
            Topic::Emulator => "emulator",
        }
    }
}

/// The help of a command; without one, the overview.
pub(crate) fn text(topic: Option<Topic>) -> &'static str {
    match topic {
        None => include_str!("help/overview.txt"),
        Some(Topic::Token) => concat!(
            include_str!("help/token.txt"),
            include_str!("help/client.txt"),
            include_str!("help/token-examples.txt")
        ),
        Some(Topic::Run) => concat!(
            include_str!("help/run.txt"),
            include_str!("help/client.txt"),
            include_str!("help/run-examples.txt")
        ),
        Some(Topic::Metadata) => concat!(
            include_str!("help/metadata.txt"),
            include_str!("help/client.txt"),
            include_str!("help/metadata-examples.txt")
        ),
        Some(Topic::Doctor) => concat!(
            include_str!("help/doctor.txt"),
            include_str!("help/client.txt"),
            include_str!("help/doctor-examples.txt")
        ),
        Some(Topic::Emulator) => include_str!("help/emulator.txt"),
    }
}

/// How to get that text.
pub(crate) fn how_to_read(topic: Option<Topic>) -> String {
    match topic {
        None => "see `arcidentity --help`".to_owned(),
        Some(topic) => format!("see `arcidentity {} --help`", topic.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Topic, text};
    use arcidentity_core::azure_services::SERVICES;

    #[test]
    fn every_short_name_is_in_the_help_with_its_resource() {
        let help = text(Some(Topic::Token));
        for service in SERVICES {
            let is_its_row = |line: &str| {
                let mut words = line.split_whitespace();
                words.next() == service.names.first().copied()
                    && words.next() == Some(service.public_resource())
            };
            assert!(help.lines().any(is_its_row), "{:?}", service.names);
            assert!(service.names.iter().all(|name| help.contains(name)), "{:?}", service.names);
        }
    }
}
