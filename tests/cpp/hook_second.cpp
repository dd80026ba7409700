// A function where the second argument is a bool: it would be one that is true, and never called.

#include <arcidentity.hpp>

int main() {
    const arcidentity::Client client;
    (void)client.get_token("https://vault.azure.net", [] { return false; });
}
