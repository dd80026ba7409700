// Nothing but the header: it includes what it needs.
#include <arcidentity_azure.hpp>
