# Builds the libraries, and lays them out under the names that they have when installed.

set(ARCIDENTITY_PREBUILT "" CACHE PATH
    "A directory with the libraries as cargo leaves them, native-static-libs.txt, THIRD-PARTY.txt, and for musl
    libunwind.a: then cargo is not run")

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

if(ARCIDENTITY_PREBUILT)
    set(cargo_output ${ARCIDENTITY_PREBUILT})
    set(run_cargo ${CMAKE_COMMAND} -E true)
    set(notices ${ARCIDENTITY_PREBUILT}/THIRD-PARTY.txt)
else()
    include(cmake/cargo.cmake)
    set(notices ${PROJECT_SOURCE_DIR}/THIRD-PARTY.txt)
endif()
set(native_libraries ${cargo_output}/native-static-libs.txt)

set(products)
set(layout)
if(ARCIDENTITY_SHARED AND WIN32)
    list(APPEND products ${libraries}/${shared_library} ${libraries}/${import_library})
    list(APPEND layout
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${cargo_output}/${shared_library} ${libraries}
        COMMAND ${CMAKE_COMMAND} -E copy_if_different
            ${cargo_output}/${cargo_import_library} ${libraries}/${import_library})
elseif(ARCIDENTITY_SHARED)
    list(APPEND products ${libraries}/${shared_library})
    list(APPEND layout
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${cargo_output}/libarcidentity.so ${libraries}/${shared_library}
        COMMAND ${CMAKE_COMMAND} -E create_symlink ${shared_library} ${libraries}/libarcidentity.so.${soversion}
        COMMAND ${CMAKE_COMMAND} -E create_symlink ${shared_library} ${libraries}/libarcidentity.so)
endif()
if(ARCIDENTITY_STATIC)
    list(APPEND products ${libraries}/${static_library})
    set(archive ${cargo_output}/${cargo_static_library})
    if(WIN32)
        list(APPEND layout COMMAND ${CMAKE_COMMAND} -E copy_if_different ${archive} ${libraries}/${static_library})
    else()
        list(APPEND layout
            COMMAND ${CMAKE_COMMAND} -D objcopy=${CMAKE_OBJCOPY} -D from=${archive}
                -D to=${libraries}/${static_library} -P ${PROJECT_SOURCE_DIR}/cmake/archive.cmake)
    endif()
endif()

# Always run: cargo knows best what has changed.
add_custom_target(arcidentity_libraries ALL
    COMMAND ${run_cargo}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${libraries}
    ${layout}
    BYPRODUCTS ${products}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "Building libarcidentity"
    USES_TERMINAL
    VERBATIM)
