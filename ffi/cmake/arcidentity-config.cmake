# The CMake package of libarcidentity:
#
#   find_package(arcidentity 0.1 CONFIG REQUIRED)
#   target_link_libraries(app PRIVATE arcidentity::arcidentity)
#
# arcidentity-targets.cmake says which targets there are. `COMPONENTS shared` or `static` demands that library.
#
# The header and the libraries are looked for where they were installed, as seen from here, so that the whole tree can
# be moved. For parts that were moved apart, arcidentity_INCLUDE_DIR and arcidentity_LIBRARY_DIR name the directories.
# Where a part is missing, the package is not found, and says which.

# Where cargo-c puts everything, beside share/cmake/arcidentity.
set(_arcidentity_INCLUDE_DIRS ../../../include)
set(_arcidentity_LIBRARY_DIRS ../../../lib/${CMAKE_LIBRARY_ARCHITECTURE} ../../../lib64 ../../../lib)
set(_arcidentity_RUNTIME_DIRS ../../../bin)
include("${CMAKE_CURRENT_LIST_DIR}/arcidentity-places.cmake" OPTIONAL)

# Sets _arcidentity_WHAT to a file of one of these places, or _arcidentity_no_WHAT to the sentence that it lacks.
# A directory may be reached through links, and this file may be one.
function(_arcidentity_find what file place)
    set(directories ${_arcidentity_${place}S})
    if(arcidentity_${place})
        set(directories "${arcidentity_${place}}")
    endif()
    get_filename_component(real "${CMAKE_CURRENT_LIST_FILE}" REALPATH)
    get_filename_component(real "${real}" DIRECTORY)
    set(seen)
    foreach(base IN ITEMS "${CMAKE_CURRENT_LIST_DIR}" "${real}")
        foreach(directory IN LISTS directories)
            get_filename_component(directory "${directory}" ABSOLUTE BASE_DIR "${base}")
            if(EXISTS "${directory}/${file}")
                set(_arcidentity_${what} "${directory}/${file}" PARENT_SCOPE)
                return()
            endif()
            list(APPEND seen "${directory}")
        endforeach()
    endforeach()
    list(REMOVE_DUPLICATES seen)
    list(JOIN seen " or " seen)
    set(_arcidentity_no_${what}
        "There is no ${file} in ${seen}. Set arcidentity_${place} to the directory that has it." PARENT_SCOPE)
endfunction()

if(MINGW)
    _arcidentity_find(shared libarcidentity.dll.a LIBRARY_DIR)
    _arcidentity_find(static libarcidentity.a LIBRARY_DIR)
elseif(WIN32)
    _arcidentity_find(shared arcidentity.lib LIBRARY_DIR)
    _arcidentity_find(static arcidentity_static.lib LIBRARY_DIR)
else()
    _arcidentity_find(shared libarcidentity.so LIBRARY_DIR)
    _arcidentity_find(static libarcidentity.a LIBRARY_DIR)
endif()
_arcidentity_find(header arcidentity.h INCLUDE_DIR)
_arcidentity_find(unwinder arcidentity/libunwind.a LIBRARY_DIR)

set(_arcidentity_problems ${_arcidentity_no_header})
if(NOT _arcidentity_shared AND NOT _arcidentity_static)
    list(APPEND _arcidentity_problems ${_arcidentity_no_shared} ${_arcidentity_no_static})
endif()
foreach(_arcidentity_kind IN LISTS arcidentity_FIND_COMPONENTS)
    set(_arcidentity_problem "There is no component ${_arcidentity_kind}, only shared and static.")
    if(_arcidentity_kind MATCHES "^(shared|static)$")
        set(_arcidentity_problem ${_arcidentity_no_${_arcidentity_kind}})
    endif()
    if(NOT _arcidentity_problem)
        set(arcidentity_${_arcidentity_kind}_FOUND TRUE)
    elseif(arcidentity_FIND_REQUIRED_${_arcidentity_kind})
        list(APPEND _arcidentity_problems ${_arcidentity_problem})
    endif()
endforeach()

if(_arcidentity_problems)
    list(REMOVE_DUPLICATES _arcidentity_problems)
    list(JOIN _arcidentity_problems "\n" arcidentity_NOT_FOUND_MESSAGE)
    set(arcidentity_FOUND FALSE)
else()
    get_filename_component(_arcidentity_include "${_arcidentity_header}" DIRECTORY)
    if(WIN32)
        # What was found is the import library; the DLL is a program's, and need not be there.
        set(_arcidentity_import "${_arcidentity_shared}")
        _arcidentity_find(dll arcidentity.dll RUNTIME_DIR)
        set(_arcidentity_shared "${_arcidentity_dll}")
    elseif(_arcidentity_shared AND arcidentity_VERSION)
        # Before 1.0 the minor version is part of the ABI.
        string(REGEX MATCH "^(0[.])?[0-9]+" _arcidentity_soname "${arcidentity_VERSION}")
        string(PREPEND _arcidentity_soname libarcidentity.so.)
    endif()
    if(_arcidentity_static AND NOT WIN32)
        include(CMakeFindDependencyMacro)
        find_dependency(Threads)
    endif()
    include("${CMAKE_CURRENT_LIST_DIR}/arcidentity-targets.cmake")
endif()

unset(_arcidentity_problem)
foreach(_arcidentity_what IN ITEMS header shared soname static dll import include unwinder)
    unset(_arcidentity_${_arcidentity_what})
    unset(_arcidentity_no_${_arcidentity_what})
endforeach()
