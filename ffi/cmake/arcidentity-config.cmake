# The CMake package of libarcidentity:
#
#   find_package(arcidentity 0.1 CONFIG REQUIRED)
#   target_link_libraries(app PRIVATE arcidentity::arcidentity)     # or arcidentity::static
#
# It finds the library relative to itself, so that the tree can be moved: it lies in LIBDIR/cmake/arcidentity, or
# where cargo-c puts it, in share/cmake/arcidentity.

set(_arcidentity_prefix "${CMAKE_CURRENT_LIST_DIR}")
while(NOT EXISTS "${_arcidentity_prefix}/include/arcidentity.h")
    get_filename_component(_arcidentity_parent "${_arcidentity_prefix}" DIRECTORY)
    if(_arcidentity_parent STREQUAL _arcidentity_prefix)
        set(arcidentity_NOT_FOUND_MESSAGE "include/arcidentity.h is in no directory above ${CMAKE_CURRENT_LIST_DIR}")
        set(arcidentity_FOUND FALSE)
        return()
    endif()
    set(_arcidentity_prefix "${_arcidentity_parent}")
endwhile()

# A target for each library that is there.
macro(_arcidentity_target _name _kind _file)
    foreach(_arcidentity_directory IN ITEMS "${CMAKE_CURRENT_LIST_DIR}/../.."
            "${_arcidentity_prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}"
            "${_arcidentity_prefix}/lib64" "${_arcidentity_prefix}/lib")
        if(EXISTS "${_arcidentity_directory}/${_file}" AND NOT TARGET ${_name})
            get_filename_component(_arcidentity_library "${_arcidentity_directory}/${_file}" ABSOLUTE)
            add_library(${_name} ${_kind} IMPORTED)
            set_target_properties(${_name} PROPERTIES
                IMPORTED_LOCATION "${_arcidentity_library}"
                INTERFACE_INCLUDE_DIRECTORIES "${_arcidentity_prefix}/include")
        endif()
    endforeach()
endmacro()

if(MSVC)
    _arcidentity_target(arcidentity::arcidentity SHARED arcidentity.dll.lib)
    _arcidentity_target(arcidentity::static STATIC arcidentity.lib)
elseif(WIN32)
    _arcidentity_target(arcidentity::arcidentity SHARED libarcidentity.dll.a)
    _arcidentity_target(arcidentity::static STATIC libarcidentity.a)
else()
    _arcidentity_target(arcidentity::arcidentity SHARED libarcidentity.so)
    _arcidentity_target(arcidentity::static STATIC libarcidentity.a)
endif()
if(WIN32)
    # What was found is the import library; the DLL is a program's.
    if(TARGET arcidentity::arcidentity)
        get_target_property(_arcidentity_library arcidentity::arcidentity IMPORTED_LOCATION)
        set_target_properties(arcidentity::arcidentity PROPERTIES
            IMPORTED_IMPLIB "${_arcidentity_library}"
            IMPORTED_LOCATION "${_arcidentity_prefix}/bin/arcidentity.dll")
    endif()
    if(TARGET arcidentity::static)
        set_target_properties(arcidentity::static PROPERTIES
            INTERFACE_COMPILE_DEFINITIONS ARC_STATIC
            INTERFACE_LINK_LIBRARIES "ws2_32;userenv;ntdll")
    endif()
elseif(TARGET arcidentity::static)
    include(CMakeFindDependencyMacro)
    find_dependency(Threads)
    set_target_properties(arcidentity::static PROPERTIES
        INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
endif()

unset(_arcidentity_directory)
unset(_arcidentity_library)
unset(_arcidentity_parent)
unset(_arcidentity_prefix)
