# Makes arcidentity.pc for CMAKE_INSTALL_PREFIX.

# Relative to the prefix where they can be, so that `pkg-config --define-prefix` works.
foreach(directory IN ITEMS libdir includedir)
    if(NOT IS_ABSOLUTE "${${directory}}")
        set(${directory} "\${prefix}/${${directory}}")
    endif()
endforeach()
file(READ ${native_libraries} libs_private)
string(STRIP "${libs_private}" libs_private)
configure_file(${template} ${made} @ONLY)
