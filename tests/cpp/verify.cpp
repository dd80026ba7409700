// Asks an agent for its metadata and for a token, with the check of who holds its port, and without it. Prints what
// comes of it.

#include <arcidentity.hpp>

#include <cstdio>
#include <cstdlib>

template <class Ask> static void print_status(Ask ask) {
    arc_status status = ARC_OK;
    try {
        ask();
    } catch (const arcidentity::Error &error) {
        status = error.status();
    }
    std::puts(arc_status_name(status));
}

int main() {
    for (const bool verify : {true, false}) {
        arcidentity::Options options;
        options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS")).max_attempts(1);
        const arcidentity::Client client(options.verify_agent(verify));
        print_status([&] { (void)client.get_metadata(); });
        print_status([&] { (void)client.get_token("https://vault.azure.net"); });
    }
}
