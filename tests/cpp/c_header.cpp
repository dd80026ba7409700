// Nothing but the C header: it includes what it needs.
#include <arcidentity.h>
