import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import cross_building
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, load, rmdir

required_conan_version = ">=2.0"

# What the library is built from, of a checkout.
SOURCES = (
    "Cargo.*", "LICENSE-*", "README.md", "app-service/*", "cli/*", "core/*", "emulator/*", "ffi/*", "include/*", "process/*",
    "python/*", "registers/*", "tests/*",
)  # fmt: skip


class ArcidentityConan(ConanFile):
    name = "arcidentity"
    description = "Access tokens of the Azure Arc managed identity, for C and C++"
    license = ("MIT", "Apache-2.0")
    homepage = "https://github.com/libarcidentity/libarcidentity"
    url = "https://github.com/libarcidentity/libarcidentity"
    topics = ("azure", "azure-arc", "managed-identity", "token")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    # Cargo compiles once for all packages of the same sources.
    no_copy_source = True

    def set_version(self):
        if not self.version:
            manifest = load(self, os.path.join(self._checkout(), "Cargo.toml"))
            self.version = re.search('^version = "(.*)"', manifest, re.MULTILINE)[1]

    def export_sources(self):
        if not self.conan_data:
            # The first spares looking at all that cargo has built, again for each pattern.
            excludes = ("target", "*/target/*", "*/fuzz/*")
            for pattern in SOURCES:
                copy(self, pattern, self._checkout(), self.export_sources_folder, excludes=excludes)

    def _checkout(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def configure(self):
        # Rust's code is independent of its position in any case.
        self.options.rm_safe("fPIC")
        self.settings.rm_safe("compiler.cppstd")
        self.settings.rm_safe("compiler.libcxx")

    def layout(self):
        cmake_layout(self, src_folder="." if not self.conan_data else "src")

    def validate(self):
        self._rust_target()

    def source(self):
        # The recipe of a registry names the archive of a release.
        if self.conan_data:
            get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def _rust_target(self):
        machines = {"x86_64": "x86_64", "armv8": "aarch64"}
        systems = {"Linux": "unknown-linux-gnu", "Windows": "pc-windows-msvc"}
        machine, system = machines.get(str(self.settings.arch)), systems.get(str(self.settings.os))
        if not machine or not system:
            raise ConanInvalidConfiguration(f"{self.ref} is for Linux and Windows on x86-64 and 64-bit Arm")
        if system == "pc-windows-msvc" and self.settings.compiler == "gcc":
            system = "pc-windows-gnu"
        return f"{machine}-{system}"

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["ARCIDENTITY_SHARED"] = bool(self.options.shared)
        toolchain.cache_variables["ARCIDENTITY_STATIC"] = not self.options.shared
        if cross_building(self) or self.settings.os == "Windows":
            toolchain.cache_variables["ARCIDENTITY_RUST_TARGET"] = self._rust_target()
        if self.settings.get_safe("compiler.runtime") == "static":
            toolchain.cache_variables["ARCIDENTITY_RUSTFLAGS"] = "-Ctarget-feature=+crt-static"
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure(build_script_folder="ffi")
        cmake.build()

    def package(self):
        CMake(self).install()
        licences = os.path.join(self.package_folder, "licenses")
        copy(self, "LICENSE-*", self.source_folder, licences)
        copy(self, "THIRD-PARTY.txt", os.path.join(self.source_folder, "ffi"), licences)
        # Conan makes these itself.
        for directory in ("lib/cmake", "lib/pkgconfig", "share"):
            rmdir(self, os.path.join(self.package_folder, directory))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "arcidentity")
        self.cpp_info.set_property("cmake_target_name", "arcidentity::arcidentity")
        self.cpp_info.set_property("pkg_config_name", "arcidentity")
        aliases = ["arcidentity::cpp"]
        windows = self.settings.os == "Windows"
        self.cpp_info.libs = ["arcidentity"]
        if not self.options.shared:
            aliases.append("arcidentity::static")
            if windows:
                self.cpp_info.defines = ["ARC_STATIC"]
                self.cpp_info.system_libs = ["ws2_32", "userenv", "ntdll"]
                if self.settings.compiler != "gcc":
                    self.cpp_info.libs = ["arcidentity_static"]
            else:
                self.cpp_info.system_libs = ["pthread", "dl", "m"]
                # With musl a panic that should be caught needs it.
                self.cpp_info.exelinkflags = ["-Wl,--eh-frame-hdr"]
                self.cpp_info.sharedlinkflags = ["-Wl,--eh-frame-hdr"]
        self.cpp_info.set_property("cmake_target_aliases", aliases)
