// Succeeds with an agent, and where there is none, which the library then says.

#include <arcidentity.hpp>
#include <iostream>

int main()
{
    try {
        const arcidentity::Token token = arcidentity::Client().get_token("https://vault.azure.net");
        std::cout << "C++, a token of " << token.value().size() << " characters\n";
    } catch (const arcidentity::Error &error) {
        std::cout << "C++, " << error.what() << '\n';
        return error.status() != ARC_ERROR_UNAVAILABLE;
    }
}
