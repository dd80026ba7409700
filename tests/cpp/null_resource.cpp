// NULL in the place of the resource, as in C.

#include <arcidentity.hpp>

int main() { return arcidentity::Client().diagnose(nullptr).ok(); }
