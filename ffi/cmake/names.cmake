# What the libraries are called, and what the static one needs.

if(MSVC)
    set(shared_library arcidentity.dll)
    set(import_library arcidentity.dll.lib)
    set(static_library arcidentity.lib)
elseif(WIN32)
    set(shared_library arcidentity.dll)
    set(import_library libarcidentity.dll.a)
    set(static_library libarcidentity.a)
else()
    set(shared_library libarcidentity.so.${PROJECT_VERSION})
    set(static_library libarcidentity.a)
endif()
