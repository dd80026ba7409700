// Asks an agent that does not answer, and prints what comes of it.

#include <arcidentity.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>

int main() {
    arcidentity::Options options;
    options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS")).timeout(std::chrono::milliseconds(1230));
    try {
        (void)arcidentity::Client(options).get_token("https://vault.azure.net");
    } catch (const arcidentity::Error &error) {
        std::printf("%s: %s\n", arcidentity::status_name(error.status()).data(), error.what());
    }
}
