# The targets of the installed package, for a project that has this one as a part.

if(ARCIDENTITY_SHARED)
    add_library(arcidentity::arcidentity SHARED IMPORTED GLOBAL)
    set_target_properties(arcidentity::arcidentity PROPERTIES
        IMPORTED_LOCATION ${libraries}/${shared_library}
        IMPORTED_SONAME libarcidentity.so.${soversion}
        INTERFACE_INCLUDE_DIRECTORIES ${workspace_path}/include)
    add_dependencies(arcidentity::arcidentity arcidentity_cargo)
endif()
if(ARCIDENTITY_STATIC)
    find_package(Threads REQUIRED)
    add_library(arcidentity::static STATIC IMPORTED GLOBAL)
    set_target_properties(arcidentity::static PROPERTIES
        IMPORTED_LOCATION ${libraries}/libarcidentity.a
        INTERFACE_INCLUDE_DIRECTORIES ${workspace_path}/include
        INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
    add_dependencies(arcidentity::static arcidentity_cargo)
endif()
