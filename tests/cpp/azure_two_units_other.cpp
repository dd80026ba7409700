#include <arcidentity_azure.hpp>

std::string from_the_other_unit(const Azure::Core::Credentials::TokenRequestContext &request) {
    return arcidentity::azure::ArcCredential().GetToken(request, Azure::Core::Context()).Token;
}
