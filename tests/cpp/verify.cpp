// Asks an agent with the check of who holds its port, and without it. Prints what comes of it.

#include <arcidentity.hpp>

#include <cstdio>
#include <cstdlib>

int main() {
    for (const bool verify : {true, false}) {
        arcidentity::Options options;
        options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS")).max_attempts(1);
        arc_status status = ARC_OK;
        try {
            (void)arcidentity::Client(options.verify_agent(verify)).get_metadata();
        } catch (const arcidentity::Error &error) {
            status = error.status();
        }
        std::puts(arc_status_name(status));
    }
}
