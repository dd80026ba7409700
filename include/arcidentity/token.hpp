// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_TOKEN_HPP
#define ARCIDENTITY_TOKEN_HPP

#include "handle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace arcidentity {

/// An access token. Its text is wiped when nobody else holds it, the client's memory included.
class Token {
public:
    /// Seconds since 1970-01-01T00:00:00Z.
    using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

    /// The token itself, for an "Authorization: Bearer ..." header: visible ASCII. Do not log it.
    std::string_view value() const noexcept {
        std::size_t length = 0;
        const char *text = arc_token_value(token_.get(), &length);
        return text ? std::string_view(text, length) : "";
    }

    /// The type of the token: "Bearer".
    std::string_view type() const noexcept { return detail::view(arc_token_type(token_.get())); }

    /// When the token expires.
    TimePoint expires_on() const noexcept { return time(arc_token_expires_on(token_.get())); }

    /// When the client will ask the agent for a new token. Until then it answers from the token cache.
    TimePoint refresh_on() const noexcept { return time(arc_token_refresh_on(token_.get())); }

private:
    using Handle = detail::Handle<arc_token, arc_token_free>;

    explicit Token(Handle token) noexcept : token_(std::move(token)) {}

    static TimePoint time(std::int64_t seconds) noexcept { return TimePoint(std::chrono::seconds(seconds)); }

    friend class Client;
    friend Token get_token(const std::string &resource);

    Handle token_;
};

} // namespace arcidentity

#endif // ARCIDENTITY_TOKEN_HPP
