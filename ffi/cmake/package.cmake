# A runtime and a development package for Debian and Ubuntu. One command in this directory makes them, in
# target/deb; DEBFULLNAME and DEBEMAIL are the maintainer, as for Debian's own tools:
#
#   cmake --workflow --preset deb

set(maintainer "The libarcidentity developers")
if(DEFINED ENV{DEBFULLNAME})
    set(maintainer "$ENV{DEBFULLNAME}")
endif()
set(email "libarcidentity@packages.invalid")
if(DEFINED ENV{DEBEMAIL})
    set(email "$ENV{DEBEMAIL}")
endif()
set(runtime_package libarcidentity${soversion})
set(debian_version ${PROJECT_VERSION}-1)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${maintainer} <${email}>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
# The prefix is part of arcidentity.pc: install below a DESTDIR, not below another prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${runtime_package})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(ARCIDENTITY_DEBIAN_DEPENDS "" CACHE STRING
    "What the runtime package depends on, such as libc6 (>= 2.17); by default what dpkg-shlibdeps finds")
if(ARCIDENTITY_DEBIAN_DEPENDS)
    set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "${ARCIDENTITY_DEBIAN_DEPENDS}")
else()
    set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
endif()
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "A server outside Azure that is connected through Azure Arc gets a
Microsoft Entra token for its managed identity from the local agent. This
library does the handshake, with every rule of trust in one place.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libarcidentity-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${runtime_package} (= ${debian_version}), libc6-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Headers for C and C++, the static library, the manual page, and what
pkg-config and CMake need.")

# In a place of its own for each processor, it can be there for several at once, as those need who compile for another.
# CMake before 3.31 does not say so.
if(CMAKE_INSTALL_LIBDIR MATCHES "-linux-gnu$")
    set(CPACK_DEBIAN_RUNTIME_PACKAGE_MULTIARCH same)
    set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_MULTIARCH same)
endif()

# What other packages that link the library depend on, and what tells the loader about it.
set(deb ${PROJECT_BINARY_DIR}/deb)
file(CONFIGURE OUTPUT ${deb}/shlibs CONTENT "libarcidentity ${soversion} ${runtime_package} (>= ${PROJECT_VERSION})\n")
file(CONFIGURE OUTPUT ${deb}/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA "${deb}/shlibs;${deb}/triggers")

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(cmake/deb/changelog.in ${deb}/changelog @ONLY)
configure_file(cmake/deb/documents.cmake.in ${deb}/documents.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${deb}/documents.cmake)

include(CPack)
