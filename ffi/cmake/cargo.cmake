# Runs cargo, and lays its libraries out under the names that they have when installed.

find_program(ARCIDENTITY_CARGO cargo HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" REQUIRED)
set(ARCIDENTITY_RUST_TARGET "$ENV{CARGO_BUILD_TARGET}" CACHE STRING
    "The Rust target, such as aarch64-unknown-linux-gnu; empty for this machine's own")
set(ARCIDENTITY_RUSTFLAGS "$ENV{RUSTFLAGS}" CACHE STRING "More flags for rustc")
set(cargo_target_dir ${PROJECT_BINARY_DIR}/cargo)
if(DEFINED ENV{CARGO_TARGET_DIR})
    file(REAL_PATH "$ENV{CARGO_TARGET_DIR}" cargo_target_dir BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
endif()
set(ARCIDENTITY_CARGO_TARGET_DIR ${cargo_target_dir} CACHE PATH "Where cargo builds; several builds may share it")
if(CMAKE_CROSSCOMPILING AND NOT ARCIDENTITY_RUST_TARGET)
    message(FATAL_ERROR "set ARCIDENTITY_RUST_TARGET, for example to aarch64-unknown-linux-gnu")
endif()

# Before 1.0 the ABI changes with the minor version, after it with the major one: the rule of cargo-c too.
if(PROJECT_VERSION_MAJOR GREATER 0)
    set(soversion ${PROJECT_VERSION_MAJOR})
elseif(PROJECT_VERSION_MINOR GREATER 0)
    set(soversion 0.${PROJECT_VERSION_MINOR})
else()
    set(soversion ${PROJECT_VERSION})
endif()

cmake_path(GET PROJECT_SOURCE_DIR PARENT_PATH workspace)
set(libraries ${PROJECT_BINARY_DIR}/lib)
include(cmake/names.cmake)

# The texts of panics name source files, those of other crates by their whole path. What is installed shall not name
# the machine that built it.
set(cargo_home "$ENV{CARGO_HOME}")
if(NOT cargo_home)
    set(cargo_home "$ENV{HOME}/.cargo")
endif()
string(ASCII 31 separator)
string(REPLACE " " ${separator} rustflags "${ARCIDENTITY_RUSTFLAGS}")
string(JOIN ${separator} rustflags
    ${rustflags}
    --remap-path-prefix=${cargo_home}=cargo)

set(environment CARGO_ENCODED_RUSTFLAGS=${rustflags})
set(target_arguments)
set(cargo_output ${ARCIDENTITY_CARGO_TARGET_DIR}/release)
if(ARCIDENTITY_RUST_TARGET)
    string(TOUPPER "CARGO_TARGET_${ARCIDENTITY_RUST_TARGET}_LINKER" linker)
    string(REPLACE "-" "_" linker ${linker})
    list(APPEND environment ${linker}=${CMAKE_C_COMPILER})
    set(target_arguments --target ${ARCIDENTITY_RUST_TARGET})
    set(cargo_output ${ARCIDENTITY_CARGO_TARGET_DIR}/${ARCIDENTITY_RUST_TARGET}/release)
endif()
# In cargo's directory, so that a build with the same one finds everything done.
set(native_libraries ${cargo_output}/native-static-libs.txt)

set(products)
set(layout)
if(ARCIDENTITY_SHARED AND WIN32)
    list(APPEND products ${libraries}/${shared_library} ${libraries}/${import_library})
    list(APPEND layout
        COMMAND ${CMAKE_COMMAND} -E copy_if_different
            ${cargo_output}/${shared_library} ${cargo_output}/${import_library} ${libraries})
elseif(ARCIDENTITY_SHARED)
    list(APPEND products ${libraries}/${shared_library})
    list(APPEND layout
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${cargo_output}/libarcidentity.so ${libraries}/${shared_library}
        COMMAND ${CMAKE_COMMAND} -E create_symlink ${shared_library} ${libraries}/libarcidentity.so.${soversion}
        COMMAND ${CMAKE_COMMAND} -E create_symlink ${shared_library} ${libraries}/libarcidentity.so)
endif()
if(ARCIDENTITY_STATIC)
    list(APPEND products ${libraries}/${static_library})
    list(APPEND layout
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${cargo_output}/${static_library} ${libraries}/${static_library})
endif()

# Always run: cargo knows best what has changed.
add_custom_target(arcidentity_cargo ALL
    COMMAND ${CMAKE_COMMAND} -E env ${environment}
        ${ARCIDENTITY_CARGO} rustc --release --locked --lib --target-dir ${ARCIDENTITY_CARGO_TARGET_DIR} ${target_arguments}
        -- --print=native-static-libs=${native_libraries}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${libraries}
    ${layout}
    BYPRODUCTS ${products}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "Building libarcidentity with cargo"
    USES_TERMINAL
    VERBATIM)
