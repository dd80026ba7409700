#include <arcidentity.hpp>
#include <iostream>

int main()
{
    try {
        const arcidentity::Client client;
        const arcidentity::Token token = client.get_token("https://vault.azure.net");
        std::cout << "Authorization: Bearer " << token.value() << '\n';
    } catch (const arcidentity::Error &error) {
        std::cerr << error.what() << '\n';
        if (!error.hint().empty())
            std::cerr << "hint: " << error.hint() << '\n';
        return error.status();
    }
}
