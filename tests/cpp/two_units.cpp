// Uses what the other unit uses too: a function that is not inline would be there twice.

#include <arcidentity.hpp>

std::string_view from_the_other_unit(const arcidentity::Token &token);

int main() {
    // The environment leads to the agent.
    const arcidentity::Token token = arcidentity::get_token("https://vault.azure.net");
    return token.value() == from_the_other_unit(token) ? 0 : 1;
}
