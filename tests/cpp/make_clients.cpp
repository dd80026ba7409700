// Makes clients between two lines, and a credential for the Azure SDK.

#include <arcidentity_azure.hpp>

#include <cstdlib>
#include <iostream>

int main() {
    arcidentity::Options options;
    options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS"));
    std::cout << "now" << std::endl;
    {
        const arcidentity::Client client(options);
        const arcidentity::Client by_default;
        const arcidentity::azure::ArcCredential credential(options);
    }
    std::cout << "done" << std::endl;
}
