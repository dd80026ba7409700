# Where everything goes, and the way back.

if(ARCIDENTITY_SHARED AND WIN32)
    install(FILES ${libraries}/${shared_library} TYPE BIN COMPONENT runtime)
    install(FILES ${libraries}/${import_library} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
    # For compilers that make their import library themselves: lib /def:arcidentity.def /machine:x64
    file(STRINGS ${workspace}/tests/abi/symbols.txt functions)
    string(JOIN "\n    " functions ${functions})
    file(WRITE ${PROJECT_BINARY_DIR}/arcidentity.def "LIBRARY ${shared_library}\nEXPORTS\n    ${functions}\n")
    install(FILES ${PROJECT_BINARY_DIR}/arcidentity.def DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
elseif(ARCIDENTITY_SHARED)
    install(FILES ${libraries}/${shared_library} ${libraries}/libarcidentity.so.${soversion}
        DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
    install(FILES ${libraries}/libarcidentity.so DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
if(ARCIDENTITY_STATIC)
    install(FILES ${libraries}/${static_library} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
# Not every C compiler for musl has one. What finds it is arcidentity.pc and the CMake package.
if(EXISTS ${cargo_output}/libunwind.a)
    set(unwinder ${cargo_output}/libunwind.a)
    install(FILES ${unwinder} DESTINATION ${CMAKE_INSTALL_LIBDIR}/arcidentity COMPONENT development)
endif()
install(DIRECTORY ${workspace}/include/ TYPE INCLUDE COMPONENT development)
install(FILES man/libarcidentity.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT development)

# As seen from the package, which works for a tree that is moved; and absolute where it was said so, which works for
# parts that are moved apart.
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/arcidentity)
foreach(place IN ITEMS INCLUDE LIB BIN)
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_${place}DIR BASE_DIRECTORY ${package_directory} OUTPUT_VARIABLE ${place}_PLACES)
    if(IS_ABSOLUTE ${CMAKE_INSTALL_${place}DIR})
        list(APPEND ${place}_PLACES ${CMAKE_INSTALL_${place}DIR})
    endif()
endforeach()
configure_file(cmake/arcidentity-places.cmake.in ${PROJECT_BINARY_DIR}/arcidentity-places.cmake @ONLY)
install(FILES cmake/arcidentity-config.cmake cmake/arcidentity-config-version.cmake cmake/arcidentity-targets.cmake
    ${PROJECT_BINARY_DIR}/arcidentity-places.cmake
    DESTINATION ${package_directory} COMPONENT development)

# Made while it is installed, because `cmake --install --prefix` may change the prefix.
set(pkgconfig_directory ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(CODE "
    set(template [[${PROJECT_SOURCE_DIR}/cmake/arcidentity.pc.in]])
    set(made [[${PROJECT_BINARY_DIR}/arcidentity.pc]])
    set(native_libraries [[${native_libraries}]])
    set(libdir [[${CMAKE_INSTALL_LIBDIR}]])
    set(includedir [[${CMAKE_INSTALL_INCLUDEDIR}]])
    set(relocatable ${ARCIDENTITY_RELOCATABLE})
    set(unwinder [[${unwinder}]])
    set(windows [[${WIN32}]])
    set(description [[${PROJECT_DESCRIPTION}]])
    set(version ${PROJECT_VERSION})
    include([[${PROJECT_SOURCE_DIR}/cmake/pkgconfig.cmake]])"
    COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/arcidentity.pc DESTINATION ${pkgconfig_directory} COMPONENT development)

# The loader finds a new library in its cache. An installation for another system or for one user needs none.
if(NOT WIN32)
    install(CODE "
        if(\"\$ENV{DESTDIR}\" STREQUAL \"\")
            execute_process(COMMAND ldconfig RESULT_VARIABLE ignored OUTPUT_QUIET ERROR_QUIET)
        endif()"
        COMPONENT runtime)
endif()

if(PROJECT_IS_TOP_LEVEL)
    add_custom_target(uninstall
        COMMAND ${CMAKE_COMMAND} -D manifest=${PROJECT_BINARY_DIR}/install_manifest.txt
            -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake
        VERBATIM)
endif()
