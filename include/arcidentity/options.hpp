// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_OPTIONS_HPP
#define ARCIDENTITY_OPTIONS_HPP

#include "error.hpp"
#include "handle.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace arcidentity {

namespace detail {

inline constexpr char moved_from[] = "the options were moved from";

// What Options::trace was given.
using Trace = std::function<void(std::string_view line)>;

// No exception may go through C; the call goes on without the line.
inline void trace(const char *line, void *data) noexcept {
    try {
        (*static_cast<const Trace *>(data))(line);
    } catch (...) {
    }
}

} // namespace detail

/// The settings of a client. Every function changes one and returns the object, so that calls can be chained; one that
/// refuses a setting throws and leaves the old one. Text is copied.
class Options {
public:
    /// Where the agent is: `http://HOST[:PORT][/PATH]`, judged by Client. Default: see arc_options_set_endpoint().
    Options &endpoint(const std::string &url) {
        return set(arc_options_set_endpoint(options_.get(), detail::c_str("endpoint", url)),
                   "endpoint is empty or not UTF-8");
    }

    /// The only directory that keys are read from, an absolute path in UTF-8, judged by Client. Default: see
    /// arc_options_set_key_directory().
    Options &key_directory(const std::string &path) {
        return set(arc_options_set_key_directory(options_.get(), detail::c_str("key_directory", path)),
                   "key_directory is empty or not UTF-8");
    }

    /// The longest that one call may take, retries included: 1 ms to about 49 days. Default: 60 seconds.
    Options &timeout(std::chrono::milliseconds timeout) {
        // In parentheses, because Windows.h has a macro max. C refuses 0.
        const bool fits = timeout.count() >= 0 && timeout.count() <= (std::numeric_limits<std::uint32_t>::max)();
        const auto milliseconds = static_cast<std::uint32_t>(fits ? timeout.count() : 0);
        return set(arc_options_set_timeout_ms(options_.get(), milliseconds), "timeout is not 1 ms to about 49 days");
    }

    /// How many attempts one call makes while the agent fails; 1 means no retry. Default: 5.
    Options &max_attempts(std::uint32_t attempts) {
        return set(arc_options_set_max_attempts(options_.get(), attempts), "max_attempts is 0");
    }

    /// Asks for tokens of the user-assigned identity with this client id (also called application id). Needs agent
    /// 1.67 or later. Default: the machine's own identity. At most one of client_id, object_id and resource_id may be
    /// set.
    Options &client_id(const std::string &id) {
        return set(arc_options_set_client_id(options_.get(), detail::c_str("client_id", id)),
                   "client_id is empty or not UTF-8, or an id of another kind is set");
    }

    /// Asks for tokens of the user-assigned identity with this object id (also called principal id); see client_id.
    Options &object_id(const std::string &id) {
        return set(arc_options_set_object_id(options_.get(), detail::c_str("object_id", id)),
                   "object_id is empty or not UTF-8, or an id of another kind is set");
    }

    /// Asks for tokens of the user-assigned identity with this Azure resource id; see client_id.
    Options &resource_id(const std::string &id) {
        return set(arc_options_set_resource_id(options_.get(), detail::c_str("resource_id", id)),
                   "resource_id is empty or not UTF-8, or an id of another kind is set");
    }

    /// Whether the agent's port must be held by the agent's user, or by root or the calling user with a key file of
    /// their own; on Windows by LocalSystem, by the agent's service, or by the calling user. Other systems do not tell.
    /// Default: true.
    Options &verify_agent(bool verify) {
        return set(arc_options_set_verify_agent(options_.get(), verify ? 1 : 0));
    }

    /// A function that is told of each step of every call of the clients that are made from this, by lines without
    /// secrets such as "0.004 s: answer 200, 1432 bytes": on the thread that makes the call, by many threads at once if
    /// many make calls. It may make calls, of which it is not told, and must not wait for a lock that another thread
    /// holds while that makes one; what it throws is dropped. An empty one: nobody is told. It lives as long as the last
    /// of these clients. Default: empty. See arc_options_set_trace().
    Options &trace(std::function<void(std::string_view line)> trace) {
        auto shared = trace ? std::make_shared<detail::Trace>(std::move(trace)) : nullptr;
        set(arc_options_set_trace(options_.get(), shared ? detail::trace : nullptr, shared.get()));
        trace_ = std::move(shared);
        return *this;
    }

private:
    // `wrong` is what a refusal of the setting means: C says no more than the status.
    Options &set(arc_status status, const char *wrong = detail::moved_from) {
        if (status == ARC_ERROR_INVALID_ARGUMENT)
            throw Error(status, options_ ? wrong : detail::moved_from);
        if (status != ARC_OK)
            throw Error(status);
        return *this;
    }

    friend class Client;

    detail::Handle<arc_options, arc_options_free> options_{arc_options_new()};
    std::shared_ptr<detail::Trace> trace_{};
};

} // namespace arcidentity

#endif // ARCIDENTITY_OPTIONS_HPP
