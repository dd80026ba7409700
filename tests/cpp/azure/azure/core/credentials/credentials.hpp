// What the credential uses of <azure/core/credentials/credentials.hpp>, with the names, types and meaning of azure-core
// 1.16.2. Those of 1.9 are the same.

#ifndef AZURE_CORE_CREDENTIALS_CREDENTIALS_HPP
#define AZURE_CORE_CREDENTIALS_CREDENTIALS_HPP

#include "azure/core/context.hpp"
#include "azure/core/datetime.hpp"

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace Azure {
namespace Core {
namespace Credentials {

struct AccessToken final {
    std::string Token;
    DateTime ExpiresOn;
};

struct TokenRequestContext final {
    std::vector<std::string> Scopes;
    DateTime::duration MinimumExpiration = std::chrono::minutes(2);
    std::string TenantId;
};

class TokenCredential {
public:
    virtual AccessToken GetToken(TokenRequestContext const &tokenRequestContext, Context const &context) const = 0;

    std::string const &GetCredentialName() const { return name_; }

    virtual ~TokenCredential() = default;

protected:
    TokenCredential(std::string const &credentialName)
        : name_(credentialName.empty() ? "Custom Credential" : credentialName) {}

    [[deprecated("Use the constructor with parameter.")]] TokenCredential() : TokenCredential(std::string()) {}

private:
    TokenCredential(TokenCredential const &) = delete;
    void operator=(TokenCredential const &) = delete;

    std::string name_;
};

class AuthenticationException final : public std::exception {
public:
    explicit AuthenticationException(std::string what) : what_(std::move(what)) {}

    char const *what() const noexcept override { return what_.c_str(); }

private:
    std::string what_;
};

} // namespace Credentials
} // namespace Core
} // namespace Azure

#endif // AZURE_CORE_CREDENTIALS_CREDENTIALS_HPP
