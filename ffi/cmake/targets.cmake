# The targets of the installed package, for a project that has this one as a part.

if(ARCIDENTITY_SHARED)
    add_library(arcidentity::arcidentity SHARED IMPORTED GLOBAL)
    set_target_properties(arcidentity::arcidentity PROPERTIES
        IMPORTED_LOCATION ${libraries}/${shared_library}
        INTERFACE_INCLUDE_DIRECTORIES ${workspace}/include)
    if(WIN32)
        set_target_properties(arcidentity::arcidentity PROPERTIES IMPORTED_IMPLIB ${libraries}/${import_library})
    else()
        set_target_properties(arcidentity::arcidentity PROPERTIES IMPORTED_SONAME libarcidentity.so.${soversion})
    endif()
    add_dependencies(arcidentity::arcidentity arcidentity_cargo)
endif()
if(ARCIDENTITY_STATIC)
    find_package(Threads REQUIRED)
    add_library(arcidentity::static STATIC IMPORTED GLOBAL)
    set_target_properties(arcidentity::static PROPERTIES
        IMPORTED_LOCATION ${libraries}/${static_library}
        INTERFACE_INCLUDE_DIRECTORIES ${workspace}/include)
    if(WIN32)
        set_target_properties(arcidentity::static PROPERTIES
            INTERFACE_COMPILE_DEFINITIONS ARC_STATIC
            INTERFACE_LINK_LIBRARIES "ws2_32;userenv;ntdll")
    else()
        set_target_properties(arcidentity::static PROPERTIES
            INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
    endif()
    add_dependencies(arcidentity::static arcidentity_cargo)
endif()
