// The C header alone: it includes what it needs.
#include <arcidentity.h>

#if __cplusplus >= 201103L
static_assert(noexcept(arc_version()), "no function throws");
#endif
