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

#include "arcidentity.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// All of the C++ interface.
/// @ingroup cpp
namespace arcidentity {

namespace detail {

template <auto Free> struct Deleter {
    template <class T> void operator()(T *object) const noexcept { Free(object); }
};

template <class T, auto Free> using Handle = std::unique_ptr<T, Deleter<Free>>;

inline std::string_view view(const char *text) noexcept {
    return text ? std::string_view(text) : std::string_view();
}

} // namespace detail

/// Thrown when a call fails. what() says what happened. No text in it holds a token or a key, and no wording is fixed.
class Error : public std::runtime_error {
public:
    /// Takes over `error`, which may be NULL, and releases it. `status` is an ARC_ERROR_... number.
    explicit Error(arc_status status, arc_error *error = nullptr) : Error(status, Shared(error, arc_error_free)) {}

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
    Shared error_;
};

namespace detail {

inline void check(arc_status status) {
    if (status != ARC_OK)
        throw Error(status);
}

// The text for C, where a NUL inside would silently be the end.
inline const char *c_str(const std::string &text) {
    if (std::strlen(text.c_str()) != text.size())
        throw Error(ARC_ERROR_INVALID_ARGUMENT);
    return text.c_str();
}

// Runs call(out, err), and takes over what it makes.
template <class Handle, class Call> Handle take(Call call) {
    typename Handle::pointer out = nullptr;
    arc_error *err = nullptr;
    const arc_status status = call(&out, &err);
    if (status != ARC_OK)
        throw Error(status, err);
    return Handle(out);
}

// A function of the caller that is called from C, through which no exception may go.
template <class IsCancelled> struct Hook {
    const IsCancelled &is_cancelled;
    std::exception_ptr thrown;

    static std::int32_t ask(void *data) noexcept {
        Hook &hook = *static_cast<Hook *>(data);
        try {
            return hook.thrown || hook.is_cancelled() ? 1 : 0;
        } catch (...) {
            hook.thrown = std::current_exception();
            return 1;
        }
    }
};

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

/// An access token. Its text is wiped when nobody else holds it, the client's memory included.
class Token {
public:
    /// Seconds since 1970-01-01T00:00:00Z.
    using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

    /// The token itself, for an "Authorization: Bearer ..." header: visible ASCII. Do not log it.
    std::string_view value() const noexcept {
        std::size_t length = 0;
        const char *text = arc_token_value(token_.get(), &length);
        return {text, length};
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

/// Facts about this machine. What the agent does not tell is empty.
class Metadata {
public:
    /// The whole document as the agent wrote it, in JSON.
    std::string_view json() const noexcept {
        std::size_t length = 0;
        const char *text = arc_metadata_json(metadata_.get(), &length);
        return {text, length};
    }

    /// The machine's name in Azure.
    std::string_view name() const noexcept { return detail::view(arc_metadata_name(metadata_.get())); }

    /// The Azure region that the machine is connected to, such as "westeurope".
    std::string_view location() const noexcept { return detail::view(arc_metadata_location(metadata_.get())); }

    /// The Azure resource id of the machine.
    std::string_view resource_id() const noexcept { return detail::view(arc_metadata_resource_id(metadata_.get())); }

    /// The resource group of the machine.
    std::string_view resource_group() const noexcept {
        return detail::view(arc_metadata_resource_group(metadata_.get()));
    }

    /// The subscription of the machine.
    std::string_view subscription_id() const noexcept {
        return detail::view(arc_metadata_subscription_id(metadata_.get()));
    }

    /// The id that Azure gave the machine.
    std::string_view vm_id() const noexcept { return detail::view(arc_metadata_vm_id(metadata_.get())); }

    /// The operating system: "linux" or "windows".
    std::string_view os_type() const noexcept { return detail::view(arc_metadata_os_type(metadata_.get())); }

    /// The cloud, such as "AzurePublicCloud" or "AzureUSGovernmentCloud".
    std::string_view environment() const noexcept { return detail::view(arc_metadata_environment(metadata_.get())); }

private:
    using Handle = detail::Handle<arc_metadata, arc_metadata_free>;

    explicit Metadata(Handle metadata) noexcept : metadata_(std::move(metadata)) {}

    friend class Client;

    Handle metadata_;
};

/// What Client::diagnose has found. No text in it holds a token or a key.
class Report {
public:
    /// Whether nothing stands between this process and a token. Warnings are allowed.
    bool ok() const noexcept { return arc_report_ok(report_.get()) != 0; }

    /// The report for a person: lines of text, failures and what mends them first. The wording may change.
    std::string_view text() const noexcept { return detail::view(arc_report_text(report_.get())); }

    /// The report for a program, in JSON; see arc_report_json.
    std::string_view json() const noexcept { return detail::view(arc_report_json(report_.get())); }

private:
    using Handle = detail::Handle<arc_report, arc_report_free>;

    explicit Report(Handle report) noexcept : report_(std::move(report)) {}

    friend class Client;

    Handle report_;
};

/// The settings of a client. Every function changes one and returns the object, so that calls can be chained; one that
/// refuses a setting throws and leaves the old one. Text is copied.
class Options {
public:
    /// Where the agent is: `http://HOST[:PORT][/PATH]`, judged by Client. Default: see arc_options_set_endpoint().
    Options &endpoint(const std::string &url) {
        return set(arc_options_set_endpoint(options_.get(), detail::c_str(url)));
    }

    /// The only directory that keys are read from, an absolute path in UTF-8, judged by Client. Default: see
    /// arc_options_set_key_directory().
    Options &key_directory(const std::string &path) {
        return set(arc_options_set_key_directory(options_.get(), detail::c_str(path)));
    }

    /// The longest that one call may take, retries included: 1 ms to about 49 days. Default: 60 seconds.
    Options &timeout(std::chrono::milliseconds timeout) {
        if (timeout.count() < 0 || timeout.count() > std::numeric_limits<std::uint32_t>::max())
            throw Error(ARC_ERROR_INVALID_ARGUMENT);
        return set(arc_options_set_timeout_ms(options_.get(), static_cast<std::uint32_t>(timeout.count())));
    }

    /// How many attempts one call makes while the agent fails; 1 means no retry. Default: 5.
    Options &max_attempts(std::uint32_t attempts) {
        return set(arc_options_set_max_attempts(options_.get(), attempts));
    }

    /// Asks for tokens of the user-assigned identity with this client id (also called application id). Needs agent
    /// 1.67 or later. Default: the machine's own identity. At most one of client_id, object_id and resource_id may be
    /// set.
    Options &client_id(const std::string &id) {
        return set(arc_options_set_client_id(options_.get(), detail::c_str(id)));
    }

    /// Asks for tokens of the user-assigned identity with this object id (also called principal id); see client_id.
    Options &object_id(const std::string &id) {
        return set(arc_options_set_object_id(options_.get(), detail::c_str(id)));
    }

    /// Asks for tokens of the user-assigned identity with this Azure resource id; see client_id.
    Options &resource_id(const std::string &id) {
        return set(arc_options_set_resource_id(options_.get(), detail::c_str(id)));
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
    Options &set(arc_status status) {
        detail::check(status);
        return *this;
    }

    friend class Client;

    detail::Handle<arc_options, arc_options_free> options_{arc_options_new()};
    std::shared_ptr<detail::Trace> trace_;
};

/// A source of tokens, with a token cache of its own. Many threads may use it at once.
class Client {
public:
    /// Reads the environment, and does no I/O. `options` may be changed afterwards. Throws Error with
    /// `ARC_ERROR_UNTRUSTED_AGENT` if the endpoint is not on this machine, and with `ARC_ERROR_INVALID_ARGUMENT` if
    /// another setting cannot be used.
    explicit Client(const Options &options = Options()) : trace_(options.trace_), client_(make(options)) {}

    /// An access token for `resource`, such as "https://vault.azure.net" or its scope, from the token cache or from the agent.
    /// Blocks for at most the timeout. `force_refresh` asks for a new one, whatever the token cache holds. After a
    /// failure the agent is left alone for about a second, or until it wants to be asked again. See
    /// arc_client_get_token().
    [[nodiscard]] Token get_token(const std::string &resource, bool force_refresh = false) const {
        const std::uint32_t flags = force_refresh ? ARC_FORCE_REFRESH : 0;
        return Token(detail::take<Token::Handle>([&](arc_token **out, arc_error **err) {
            return arc_client_get_token(client_.get(), detail::c_str(resource), flags, out, err);
        }));
    }

    /// The same for a caller whose own patience may end before the timeout: `is_cancelled()` is called about ten times a
    /// second while the call waits, on this thread, and ends the call with `ARC_ERROR_CANCELLED` when it is true. What it
    /// throws ends the call too, and is thrown here. See arc_client_get_token_cancellable().
    template <class IsCancelled>
    [[nodiscard]] Token get_token(const std::string &resource, bool force_refresh,
                                  const IsCancelled &is_cancelled) const {
        const std::uint32_t flags = force_refresh ? ARC_FORCE_REFRESH : 0;
        detail::Hook<IsCancelled> hook{is_cancelled, nullptr};
        return Token(detail::take<Token::Handle>([&](arc_token **out, arc_error **err) {
            const arc_status status = arc_client_get_token_cancellable(client_.get(), detail::c_str(resource), flags,
                                                                       hook.ask, &hook, out, err);
            if (hook.thrown) {
                arc_token_free(*out);
                arc_error_free(*err);
                std::rethrow_exception(hook.thrown);
            }
            return status;
        }));
    }

    /// The facts about this machine that the agent tells every user. Asks the agent each time, and needs no privilege.
    /// Blocks for at most the timeout.
    [[nodiscard]] Metadata get_metadata() const {
        return Metadata(detail::take<Metadata::Handle>([&](arc_metadata **out, arc_error **err) {
            return arc_client_get_metadata(client_.get(), out, err);
        }));
    }

    /// Looks at everything on this machine that a token for `resource` needs, asks the agent for one, and reports what
    /// is wrong and how to mend it. Blocks for at most the timeout. Neither uses nor changes the token cache.
    [[nodiscard]] Report diagnose(const std::string &resource) const {
        return report(detail::c_str(resource));
    }

    /// The same for Azure Resource Manager of the machine's cloud.
    [[nodiscard]] Report diagnose() const { return report(nullptr); }

    /// Empties the token cache, and wipes the tokens that nobody else holds. Tokens handed out stay valid.
    void clear() const noexcept { arc_client_clear(client_.get()); }

private:
    using Handle = detail::Handle<arc_client, arc_client_free>;

    Report report(const char *resource) const {
        return Report(detail::take<Report::Handle>([&](arc_report **out, arc_error **err) {
            return arc_client_diagnose(client_.get(), resource, out, err);
        }));
    }

    static Handle make(const Options &options) {
        // For C, NULL means the defaults; options that were moved from do not.
        if (!options.options_)
            throw Error(ARC_ERROR_INVALID_ARGUMENT);
        return detail::take<Handle>([&](arc_client **out, arc_error **err) {
            return arc_client_new(options.options_.get(), out, err);
        });
    }

    // Released after the client, which uses it.
    std::shared_ptr<detail::Trace> trace_;
    Handle client_;
};

/// An access token for `resource` from a client with default settings, which the process shares.
[[nodiscard]] inline Token get_token(const std::string &resource) {
    return Token(detail::take<Token::Handle>([&](arc_token **out, arc_error **err) {
        return arc_get_token(detail::c_str(resource), out, err);
    }));
}

/// The name of `status`, such as "ARC_ERROR_TIMEOUT", or "ARC_ERROR_UNKNOWN".
inline std::string_view status_name(arc_status status) noexcept { return arc_status_name(status); }

/// The version of the library in use, such as "0.1.0". The `ARC_VERSION_...` macros are that of the header.
inline std::string_view version() noexcept { return arc_version(); }

} // namespace arcidentity

#endif // C++17
#endif // ARCIDENTITY_HPP
