// SPDX-License-Identifier: MIT OR Apache-2.0

/// @file
/// C++17 over arcidentity.h. Header only; link the same library.
///
/// What arcidentity.h says of text, processes, secrets and panics holds here too. And:
///
/// - Failures: every function that is not noexcept throws arcidentity::Error, and std::bad_alloc.
/// - Ownership: objects own what they hold, move, and do not copy. Text is a std::string_view into the object that it
///   was asked of, and ends with a NUL; what is missing is empty.
/// - Moved from: such an object has no text and no times, and what can fail throws arcidentity::Error with
///   `ARC_ERROR_INVALID_ARGUMENT`.
/// - Threads: a const object may be used by many threads at once, any other by one at a time.

#ifndef ARCIDENTITY_HPP
#define ARCIDENTITY_HPP

// Microsoft's compiler has the standard in _MSVC_LANG, and an old one in __cplusplus.
#if __cplusplus < 201703L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#error "arcidentity.hpp needs C++17 or later: compile with -std=c++17 or /std:c++17"
#else

#include "arcidentity/client.hpp"
#include "arcidentity/error.hpp"
#include "arcidentity/metadata.hpp"
#include "arcidentity/options.hpp"
#include "arcidentity/report.hpp"
#include "arcidentity/token.hpp"

#include <string>
#include <string_view>

/// All of the C++ interface.
/// @ingroup cpp
namespace arcidentity {

/// An access token for `resource` from a client with default settings, which the process shares.
[[nodiscard]] inline Token get_token(const std::string &resource) {
    return Token(detail::take<Token::Handle>([&](arc_token **out, arc_error **err) {
        return arc_get_token(detail::c_str("resource", resource), out, err);
    }));
}

/// The name of `status`, such as "ARC_ERROR_TIMEOUT", or "ARC_ERROR_UNKNOWN".
inline std::string_view status_name(arc_status status) noexcept { return arc_status_name(status); }

/// The version of the library in use, such as "0.1.0". The `ARC_VERSION_...` macros are that of the header.
inline std::string_view version() noexcept { return arc_version(); }

} // namespace arcidentity

#endif // C++17
#endif // ARCIDENTITY_HPP
