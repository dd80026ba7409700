/* The header of a release, FROZEN, and then the one of today: what the first declares the second may not change. */

#include FROZEN

/* The only numbers that change from one release to the next. */
#undef ARCIDENTITY_H
#undef ARC_VERSION_MAJOR
#undef ARC_VERSION_MINOR
#undef ARC_VERSION_PATCH

#include <arcidentity.h>

int main(void) {
    return 0;
}
