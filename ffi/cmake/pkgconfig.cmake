# Makes arcidentity.pc for CMAKE_INSTALL_PREFIX.

cmake_policy(VERSION 3.21)

set(prefix ${CMAKE_INSTALL_PREFIX})
if(relocatable)
    cmake_path(APPEND CMAKE_INSTALL_PREFIX ${libdir} pkgconfig OUTPUT_VARIABLE here)
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${here} OUTPUT_VARIABLE above)
    set(prefix "\${pcfiledir}/${above}")
endif()
# Relative to the prefix where they can be, so that `pkg-config --define-prefix` works.
foreach(directory IN ITEMS libdir includedir)
    if(NOT IS_ABSOLUTE "${${directory}}")
        set(${directory} "\${prefix}/${${directory}}")
    endif()
endforeach()
# For pkg-config a space is the end of an argument.
foreach(directory IN ITEMS prefix libdir includedir)
    string(REPLACE " " "\\ " ${directory} "${${directory}}")
endforeach()
file(READ ${native_libraries} libs_private)
separate_arguments(libs_private UNIX_COMMAND "${libs_private}")
# LLVM's unwinder, which is Rust's for musl, finds the stack by a header that gcc leaves out of static programs: without
# it a panic that should be caught ends the process.
if("-lunwind" IN_LIST libs_private)
    list(PREPEND libs_private -Wl,--eh-frame-hdr)
endif()
# rustc names the C library and the unwinder as it would link them itself. A C compiler links its own, as the program
# needs them: there is no libgcc_s for a static one.
list(REMOVE_ITEM libs_private -lc -lgcc -lgcc_eh -lgcc_s -lunwind)
if(unwinder)
    # Not every pkg-config quotes a space in a path that has no flag before it.
    list(APPEND libs_private "-L\${libdir}/arcidentity" -l:libunwind.a)
endif()
list(JOIN libs_private " " libs_private)
configure_file(${template} ${made} @ONLY)
if(windows)
    # Where the macro is missing, the header has the functions in a DLL.
    file(APPEND ${made} "Cflags.private: -DARC_STATIC\n")
endif()
