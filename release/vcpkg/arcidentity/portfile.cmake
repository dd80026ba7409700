vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO libarcidentity/libarcidentity
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" dynamic SHARED)
string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" static STATIC)

# Rust's own name of the system, where it is not the one that cargo runs on.
set(RUST_TARGET "")
set(RUSTFLAGS "")
if(VCPKG_TARGET_ARCHITECTURE STREQUAL "arm64")
    set(RUST_MACHINE aarch64)
else()
    set(RUST_MACHINE x86_64)
endif()
if(VCPKG_TARGET_IS_MINGW)
    set(RUST_TARGET ${RUST_MACHINE}-pc-windows-gnu)
elseif(VCPKG_TARGET_IS_WINDOWS)
    set(RUST_TARGET ${RUST_MACHINE}-pc-windows-msvc)
    if(VCPKG_CRT_LINKAGE STREQUAL "static")
        set(RUSTFLAGS -Ctarget-feature=+crt-static)
    endif()
elseif(VCPKG_CROSSCOMPILING)
    set(RUST_TARGET ${RUST_MACHINE}-unknown-linux-gnu)
endif()

# Debug and release are the same library, which is compiled once.
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}/ffi"
    OPTIONS
        -DARCIDENTITY_SHARED=${SHARED}
        -DARCIDENTITY_STATIC=${STATIC}
        -DARCIDENTITY_RUST_TARGET=${RUST_TARGET}
        -DARCIDENTITY_RUSTFLAGS=${RUSTFLAGS}
        "-DARCIDENTITY_CARGO_TARGET_DIR=${CURRENT_BUILDTREES_DIR}/cargo"
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/arcidentity)
vcpkg_fixup_pkgconfig()

# The package of CMake has been moved: this is where it finds the rest from there.
file(WRITE "${CURRENT_PACKAGES_DIR}/share/arcidentity/arcidentity-places.cmake" [[
set(_arcidentity_INCLUDE_DIRS ../../include)
set(_arcidentity_LIBRARY_DIRS ../../lib)
set(_arcidentity_RUNTIME_DIRS ../../bin)
]])
file(REMOVE_RECURSE
    "${CURRENT_PACKAGES_DIR}/debug/include"
    "${CURRENT_PACKAGES_DIR}/debug/share"
    "${CURRENT_PACKAGES_DIR}/share/man"
)

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST
    "${SOURCE_PATH}/LICENSE-MIT"
    "${SOURCE_PATH}/LICENSE-APACHE"
    "${SOURCE_PATH}/ffi/THIRD-PARTY.txt"
)
