// Gets a token, reads it and lets go of it. After each step it says on standard error whether it still holds one, "held"
// or "gone", and waits for a line of its standard input.

#include <arcidentity.hpp>

#include "../c/late.h"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

namespace {

void step(const char *state) {
    if (!bind_late())
        std::exit(1);
    std::cerr << state << std::endl;
    std::string line;
    std::getline(std::cin, line);
}

} // namespace

int main() {
    arcidentity::Options options;
    options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS"));
    std::optional<arcidentity::Client> client(options);
    const std::string resource = "https://vault.azure.net";

    std::optional<arcidentity::Token> token(client->get_token(resource));
    step("held");
    if (token->value().size() < 100)
        return 1;
    step("held");
    token.reset();
    step("held");
    client.reset();
    step("gone");
}
