// SPDX-License-Identifier: MIT OR Apache-2.0

/// @file
/// A credential for the Azure SDK for C++, over arcidentity.hpp. Header only; link the same library, and azure-core 1.9
/// or later.
///
/// - Failures: every function throws Azure::Core::Credentials::AuthenticationException, and std::bad_alloc. GetToken
///   also throws Azure::Core::OperationCancelledException.
/// - Ownership: a credential shares its client. A token that it hands out is the caller's own copy, in a std::string
///   that nobody wipes.
/// - Threads: a credential may be used by many threads at once.

#ifndef ARCIDENTITY_AZURE_HPP
#define ARCIDENTITY_AZURE_HPP

// As in arcidentity.hpp, whose error would be followed by those of what is below.
#if __cplusplus < 201703L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#error "arcidentity_azure.hpp needs C++17 or later: compile with -std=c++17 or /std:c++17"
#else

#include "arcidentity.hpp"

#include <azure/core/context.hpp>
#include <azure/core/credentials/credentials.hpp>
#include <azure/core/datetime.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace arcidentity {

/// For the Azure SDK for C++.
/// @ingroup cpp
namespace azure {

/// Gives clients of the Azure SDK the tokens of this machine's identity:
///
///     auto credential = std::make_shared<arcidentity::azure::ArcCredential>();
///     Azure::Security::KeyVault::Secrets::SecretClient client("https://NAME.vault.azure.net", credential);
///
/// Use one for all of them, so that they share its token cache. GetCredentialName() is "ArcCredential".
class ArcCredential final : public Azure::Core::Credentials::TokenCredential {
public:
    /// With a client of its own, which has default settings. Does no I/O.
    ArcCredential() : ArcCredential(Options()) {}

    /// With a client of its own. Does no I/O.
    explicit ArcCredential(const Options &options) : ArcCredential(make(options)) {}

    /// With a client that others may use too. It must not be null.
    explicit ArcCredential(std::shared_ptr<const Client> client)
        : TokenCredential("ArcCredential"), client_(std::move(client)) {
        if (!client_)
            throw failure(ARC_ERROR_INVALID_ARGUMENT, "client is null");
    }

    /// An access token for the one scope in `request`, such as "https://vault.azure.net/.default", from the cache or
    /// from the agent.
    ///
    /// A token that ends within `MinimumExpiration` is replaced once, and the new one is returned even if it ends as
    /// early. If there is none, the old one is returned as long as it is valid, and the next try waits 30 seconds: the
    /// SDK calls the minimum a suggestion. A minimum that is longer than tokens live costs a handshake at every call.
    /// `TenantId` is ignored, as the SDK's own ManagedIdentityCredential does: a machine's identity belongs to one
    /// tenant.
    ///
    /// A `context` that is cancelled or past its deadline throws OperationCancelledException: before anything is
    /// asked, or within about a tenth of a second while the agent is asked. Other threads that wait for the same token
    /// go on.
    ///
    /// The text of an AuthenticationException names the status, such as "ARC_ERROR_UNAVAILABLE", and says what
    /// happened and what to do. It holds no token and no key, and its wording may change.
    Azure::Core::Credentials::AccessToken
    GetToken(const Azure::Core::Credentials::TokenRequestContext &request,
             const Azure::Core::Context &context) const override {
        if (request.Scopes.size() != 1)
            throw failure(ARC_ERROR_INVALID_ARGUMENT, "a token is for exactly one scope");
        const std::string &scope = request.Scopes.front();
        AccessToken token = ask(scope, false, context);
        const auto is_valid = [&token] { return lasts(token, Azure::DateTime::duration::zero()); };
        if (lasts(token, request.MinimumExpiration) || (is_valid() && Clock::now() < next_try_.load()))
            return token;
        // The SDK's own credentials ask once too, but have no token when that fails.
        try {
            return ask(scope, true, context);
        } catch (const AuthenticationException &) {
            next_try_ = Clock::now() + std::chrono::seconds(30);
            if (is_valid())
                return token;
            throw;
        }
    }

private:
    using AccessToken = Azure::Core::Credentials::AccessToken;
    using AuthenticationException = Azure::Core::Credentials::AuthenticationException;
    using Clock = std::chrono::steady_clock;

    static std::shared_ptr<const Client> make(const Options &options) {
        try {
            return std::make_shared<const Client>(options);
        } catch (const Error &error) {
            throw failure(error.status(), error.what(), error.hint());
        }
    }

    AccessToken ask(const std::string &scope, bool force_refresh, const Azure::Core::Context &context) const {
        context.ThrowIfCancelled();
        try {
            const auto is_cancelled = [&context]() noexcept { return context.IsCancelled(); };
            const Token token = client_->get_token(scope, force_refresh, is_cancelled);
            // Not through system_clock, which ends earlier than DateTime where it counts nanoseconds.
            return {std::string(token.value()), Azure::DateTime(1970) + token.expires_on().time_since_epoch()};
        } catch (const Error &error) {
            context.ThrowIfCancelled();
            throw failure(error.status(), error.what(), error.hint());
        }
    }

    // The rule of TokenCache in azure-identity, as a difference, which does not overflow whatever the minimum is.
    static bool lasts(const AccessToken &token, Azure::DateTime::duration minimum) {
        return token.ExpiresOn - Azure::DateTime(std::chrono::system_clock::now()) > minimum;
    }

    static AuthenticationException failure(arc_status status, std::string_view message, std::string_view hint = {}) {
        std::string what = "ArcCredential: ";
        what.append(status_name(status)).append(": ").append(message);
        if (!hint.empty())
            what.append("; hint: ").append(hint);
        return AuthenticationException(std::move(what));
    }

    std::shared_ptr<const Client> client_;
    // Of all scopes: a program that asks all the time must not ask an agent that refuses all the time. In parentheses,
    // because Windows.h has a macro min.
    mutable std::atomic<Clock::time_point> next_try_{(Clock::time_point::min)()};
};

} // namespace azure
} // namespace arcidentity

#endif // C++17
#endif // ARCIDENTITY_AZURE_HPP
