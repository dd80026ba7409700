// Uses what the other unit uses too: a function that is not inline would be there twice.

#include <arcidentity_azure.hpp>

std::string from_the_other_unit(const Azure::Core::Credentials::TokenRequestContext &request);

int main() {
    Azure::Core::Credentials::TokenRequestContext request;
    request.Scopes = {"https://vault.azure.net/.default"};
    // The environment leads to the agent.
    const auto token = arcidentity::azure::ArcCredential().GetToken(request, Azure::Core::Context());
    return token.Token == from_the_other_unit(request) ? 0 : 1;
}
