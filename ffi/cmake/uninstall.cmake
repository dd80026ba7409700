# Removes what the last installation wrote, and the directories that were the library's alone: that are called as it is, and
# empty then.

if(NOT EXISTS ${manifest})
    message(FATAL_ERROR "nothing was installed from here: ${manifest} does not exist")
endif()
# Not by file(STRINGS), for which a path ends at each character that is not ASCII, and another begins.
file(READ ${manifest} files)
string(REPLACE "\n" ";" files "${files}")
foreach(file IN LISTS files)
    set(file "$ENV{DESTDIR}${file}")
    message(STATUS "Removing ${file}")
    file(REMOVE "${file}")
    cmake_path(GET file PARENT_PATH directory)
    cmake_path(GET directory FILENAME name)
    string(REGEX REPLACE "([[*?])" "[\\1]" pattern "${directory}")
    file(GLOB left "${pattern}/*")
    if(name STREQUAL "arcidentity" AND NOT left)
        file(REMOVE_RECURSE "${directory}")
    endif()
endforeach()
