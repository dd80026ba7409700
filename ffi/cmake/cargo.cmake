# How cargo is run, in run_cargo, and where its libraries are then, in cargo_output.

find_program(ARCIDENTITY_CARGO cargo HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" REQUIRED)
set(ARCIDENTITY_RUST_TARGET "$ENV{CARGO_BUILD_TARGET}" CACHE STRING
    "The Rust target, such as aarch64-unknown-linux-gnu; empty for this machine's own")
set(ARCIDENTITY_RUSTFLAGS "$ENV{RUSTFLAGS}" CACHE STRING "More flags for rustc")
set(cargo_target_dir ${PROJECT_BINARY_DIR}/cargo)
if(DEFINED ENV{CARGO_TARGET_DIR})
    set(cargo_target_dir $ENV{CARGO_TARGET_DIR})
endif()
set(ARCIDENTITY_CARGO_TARGET_DIR ${cargo_target_dir} CACHE PATH "Where cargo builds; several builds may share it")
# For cargo, the same directory by another name is another one.
file(REAL_PATH "${ARCIDENTITY_CARGO_TARGET_DIR}" cargo_target_dir BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
if(CMAKE_CROSSCOMPILING AND NOT ARCIDENTITY_RUST_TARGET)
    message(FATAL_ERROR "set ARCIDENTITY_RUST_TARGET, for example to aarch64-unknown-linux-gnu")
endif()

# The texts of panics name source files, those of other crates by their whole path. What is installed shall not name
# the machine that built it.
set(cargo_home "$ENV{CARGO_HOME}")
if(NOT cargo_home)
    set(cargo_home "$ENV{HOME}/.cargo")
endif()
string(ASCII 31 separator)
string(STRIP "${ARCIDENTITY_RUSTFLAGS}" rustflags)
string(REGEX REPLACE "[ \t\n]+" ${separator} rustflags "${rustflags}")
list(APPEND rustflags --remap-path-prefix=${cargo_home}=cargo)

set(environment)
set(target_arguments)
set(cargo_output ${cargo_target_dir}/release)
if(ARCIDENTITY_RUST_TARGET)
    set(target_arguments --target ${ARCIDENTITY_RUST_TARGET})
    set(cargo_output ${cargo_target_dir}/${ARCIDENTITY_RUST_TARGET}/release)
endif()
# MSVC's compiler is no linker. Rust finds that itself.
if(ARCIDENTITY_RUST_TARGET AND NOT ARCIDENTITY_RUST_TARGET MATCHES "-msvc$")
    string(TOUPPER "CARGO_TARGET_${ARCIDENTITY_RUST_TARGET}_LINKER" linker)
    string(REPLACE "-" "_" linker ${linker})
    list(APPEND environment ${linker}=${CMAKE_C_COMPILER})
    # What the C compiler is always told for that system, it must be told as a linker too.
    separate_arguments(told UNIX_COMMAND "${CMAKE_C_COMPILER_ARG1}")
    if(CMAKE_C_COMPILER_TARGET AND CMAKE_C_COMPILE_OPTIONS_TARGET)
        list(APPEND told ${CMAKE_C_COMPILE_OPTIONS_TARGET}${CMAKE_C_COMPILER_TARGET})
    endif()
    if(CMAKE_SYSROOT)
        list(APPEND told ${CMAKE_C_COMPILE_OPTIONS_SYSROOT}${CMAKE_SYSROOT})
    endif()
    list(TRANSFORM told PREPEND -Clink-arg=)
    list(APPEND rustflags ${told})
endif()
list(JOIN rustflags ${separator} rustflags)
list(APPEND environment CARGO_ENCODED_RUSTFLAGS=${rustflags})

# The list is in cargo's directory, so that a build with the same one finds everything done.
set(run_cargo ${CMAKE_COMMAND} -E env ${environment}
    ${ARCIDENTITY_CARGO} rustc --release --locked --lib --target-dir ${cargo_target_dir} ${target_arguments}
    -- --print=native-static-libs=${cargo_output}/native-static-libs.txt)
