"""The Linux systems that a release has files for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A kind of processor, as those call it who have packages for it."""

    name: str
    debian: str

    def target(self, c_library: str) -> str:
        """Rust's name for Linux with a C library on it."""
        return f"{self.name}-unknown-linux-{c_library}"


X86_64 = Machine("x86_64", "amd64")
AARCH64 = Machine("aarch64", "arm64")
