# Runs the port for vcpkg as vcpkg does on Linux, with stand-ins for its functions:
#
#   cmake -DPORT_DIRECTORY=… -DLINKAGE=dynamic|static -DWORKSPACE=… -DDIRECTORY=… -P vcpkg.cmake
#
# The sources are those of WORKSPACE, and what vcpkg would install is in DIRECTORY/packages.

cmake_policy(VERSION 3.21)

file(READ ${PORT_DIRECTORY}/vcpkg.json manifest)
string(JSON PORT GET "${manifest}" name)
string(JSON VERSION GET "${manifest}" version)
set(VCPKG_LIBRARY_LINKAGE ${LINKAGE})
set(VCPKG_CRT_LINKAGE dynamic)
set(VCPKG_TARGET_ARCHITECTURE x64)
set(VCPKG_TARGET_IS_LINUX TRUE)
set(CURRENT_BUILDTREES_DIR ${DIRECTORY}/buildtrees)
set(CURRENT_PACKAGES_DIR ${DIRECTORY}/packages)
set(configurations Release Debug)
set(prefix_Release ${CURRENT_PACKAGES_DIR})
set(prefix_Debug ${CURRENT_PACKAGES_DIR}/debug)

function(run)
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_from_github)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_SOURCE_PATH;REPO;REF;SHA512;HEAD_REF" "")
    if(NOT arg_REPO OR NOT arg_REF STREQUAL "v${VERSION}" OR NOT DEFINED arg_SHA512 OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "vcpkg_from_github: ${ARGV}")
    endif()
    set(${arg_OUT_SOURCE_PATH} ${WORKSPACE} PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "vcpkg_cmake_configure: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    foreach(configuration IN LISTS configurations)
        run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${CURRENT_BUILDTREES_DIR}/${configuration}
            -DCMAKE_BUILD_TYPE=${configuration} -DCMAKE_INSTALL_PREFIX=${prefix_${configuration}}
            -DCMAKE_INSTALL_LIBDIR=lib ${arg_OPTIONS})
    endforeach()
endfunction()

function(vcpkg_cmake_install)
    foreach(configuration IN LISTS configurations)
        run(${CMAKE_COMMAND} --build ${CURRENT_BUILDTREES_DIR}/${configuration})
        run(${CMAKE_COMMAND} --install ${CURRENT_BUILDTREES_DIR}/${configuration})
    endforeach()
endfunction()

function(vcpkg_cmake_config_fixup)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
    foreach(configuration IN LISTS configurations)
        set(prefix ${prefix_${configuration}})
        file(MAKE_DIRECTORY ${prefix}/share)
        file(RENAME ${prefix}/${arg_CONFIG_PATH} ${prefix}/share/${PORT})
        get_filename_component(emptied ${prefix}/${arg_CONFIG_PATH} DIRECTORY)
        file(REMOVE_RECURSE ${emptied})
    endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
    foreach(configuration IN LISTS configurations)
        set(package ${prefix_${configuration}}/lib/pkgconfig/arcidentity.pc)
        file(READ ${package} text)
        string(REGEX REPLACE "^prefix=[^\n]*" "prefix=\${pcfiledir}/../.." text "${text}")
        file(WRITE ${package} "${text}")
    endforeach()
endfunction()

function(vcpkg_install_copyright)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
    foreach(licence IN LISTS arg_FILE_LIST)
        file(READ ${licence} text)
        file(APPEND ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright "${text}")
    endforeach()
endfunction()

include(${PORT_DIRECTORY}/portfile.cmake)
