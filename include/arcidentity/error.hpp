// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_ERROR_HPP
#define ARCIDENTITY_ERROR_HPP

#include "../arcidentity.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// The same class in every library of a program, also where they hide what is theirs (-fvisibility=hidden): not every
// standard library takes two of one name for one, and what one of them throws another would not catch.
#if (defined(__GNUC__) || defined(__clang__)) && !defined(_WIN32)
#define ARC_SHOWN __attribute__((visibility("default")))
#else
#define ARC_SHOWN
#endif

namespace arcidentity {

namespace detail {

// What is missing ends with a NUL too.
inline std::string_view view(const char *text) noexcept { return text ? text : ""; }

} // namespace detail

/// Thrown when a call fails. what() says what happened. No text in it holds a token or a key, and no wording is fixed.
class ARC_SHOWN Error : public std::runtime_error {
public:
    /// Takes over `error`, which may be NULL, and releases it. `status` is an ARC_ERROR_... number.
    explicit Error(arc_status status, arc_error *error = nullptr) : Error(status, Shared(error, arc_error_free)) {}

    /// `message` is what what() says.
    explicit Error(arc_status status, const std::string &message) : std::runtime_error(message), status_(status) {}

    /// The status that the call returned: an ARC_ERROR_... number.
    arc_status status() const noexcept { return status_; }

    /// The HTTP status of the answer that made the call fail, such as 404; 0 if no answer did.
    int http_status() const noexcept { return arc_error_http_status(error_.get()); }

    /// The agent's own name of the error, such as "identity_not_found"; empty if there is none.
    std::string_view code() const noexcept { return detail::view(arc_error_code(error_.get())); }

    /// What to do about it, for a person; empty if there is none.
    std::string_view hint() const noexcept { return detail::view(arc_error_hint(error_.get())); }

private:
    // Shared, because copying an exception must not throw.
    using Shared = std::shared_ptr<arc_error>;

    Error(arc_status status, Shared error)
        : std::runtime_error(error ? arc_error_message(error.get()) : arc_status_name(status)), status_(status),
          error_(std::move(error)) {}

    arc_status status_;
    Shared error_{};
};

} // namespace arcidentity

#endif // ARCIDENTITY_ERROR_HPP
