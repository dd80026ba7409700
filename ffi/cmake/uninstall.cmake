# Removes what the last installation wrote, and the directories that were the library's alone: that are called as it is, and
# empty then.

if(NOT EXISTS ${manifest})
    message(FATAL_ERROR "nothing was installed from here: ${manifest} does not exist")
endif()
file(STRINGS ${manifest} files)
foreach(file IN LISTS files)
    set(file "$ENV{DESTDIR}${file}")
    message(STATUS "Removing ${file}")
    file(REMOVE "${file}")
    cmake_path(GET file PARENT_PATH directory)
    cmake_path(GET directory FILENAME name)
    file(GLOB left "${directory}/*")
    if(name STREQUAL "arcidentity" AND NOT left)
        file(REMOVE_RECURSE "${directory}")
    endif()
endforeach()
