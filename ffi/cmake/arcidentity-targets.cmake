# The targets, of the installed package and of a project that has the library as a part:
#
#   arcidentity::arcidentity   the library: shared, or static where there is no shared one
#   arcidentity::static        the static library
#   arcidentity::cpp           arcidentity::arcidentity for arcidentity.hpp, which needs C++17
#
# They are made of _arcidentity_include, the directory of the headers, and of the libraries that there are:
# _arcidentity_shared, with its _arcidentity_soname or on Windows _arcidentity_import, and _arcidentity_static, which may
# have an _arcidentity_unwinder. If _arcidentity_global is GLOBAL, all directories of a project have them.

if(_arcidentity_static AND NOT TARGET arcidentity::static)
    add_library(arcidentity::static STATIC IMPORTED ${_arcidentity_global})
    set_target_properties(arcidentity::static PROPERTIES
        IMPORTED_LOCATION "${_arcidentity_static}"
        INTERFACE_INCLUDE_DIRECTORIES "${_arcidentity_include}")
    if(WIN32)
        set_target_properties(arcidentity::static PROPERTIES
            INTERFACE_COMPILE_DEFINITIONS ARC_STATIC
            INTERFACE_LINK_LIBRARIES "ws2_32;userenv;ntdll")
    else()
        set(_arcidentity_needed Threads::Threads ${CMAKE_DL_LIBS} m ${_arcidentity_unwinder})
        set_target_properties(arcidentity::static PROPERTIES INTERFACE_LINK_LIBRARIES "${_arcidentity_needed}")
        unset(_arcidentity_needed)
    endif()
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        # With musl a panic that should be caught needs it; see pkgconfig.cmake.
        set_target_properties(arcidentity::static PROPERTIES INTERFACE_LINK_OPTIONS -Wl,--eh-frame-hdr)
    endif()
endif()

if(NOT TARGET arcidentity::arcidentity)
    if(_arcidentity_shared OR _arcidentity_import)
        add_library(arcidentity::arcidentity SHARED IMPORTED ${_arcidentity_global})
        set_target_properties(arcidentity::arcidentity PROPERTIES
            INTERFACE_INCLUDE_DIRECTORIES "${_arcidentity_include}")
        if(_arcidentity_shared)
            set_target_properties(arcidentity::arcidentity PROPERTIES IMPORTED_LOCATION "${_arcidentity_shared}")
        endif()
        if(_arcidentity_soname)
            set_target_properties(arcidentity::arcidentity PROPERTIES IMPORTED_SONAME "${_arcidentity_soname}")
        endif()
        if(_arcidentity_import)
            set_target_properties(arcidentity::arcidentity PROPERTIES IMPORTED_IMPLIB "${_arcidentity_import}")
        endif()
    else()
        add_library(arcidentity::arcidentity INTERFACE IMPORTED ${_arcidentity_global})
        set_target_properties(arcidentity::arcidentity PROPERTIES INTERFACE_LINK_LIBRARIES arcidentity::static)
    endif()
endif()

if(NOT TARGET arcidentity::cpp)
    add_library(arcidentity::cpp INTERFACE IMPORTED ${_arcidentity_global})
    set_target_properties(arcidentity::cpp PROPERTIES
        INTERFACE_LINK_LIBRARIES arcidentity::arcidentity
        INTERFACE_COMPILE_FEATURES cxx_std_17)
endif()
