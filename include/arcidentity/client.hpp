// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_CLIENT_HPP
#define ARCIDENTITY_CLIENT_HPP

#include "error.hpp"
#include "handle.hpp"
#include "metadata.hpp"
#include "options.hpp"
#include "report.hpp"
#include "token.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace arcidentity {

namespace detail {

// A function of the caller that is called from C, through which no exception may go.
struct Hook {
    const std::function<bool()> &is_cancelled;
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

} // namespace detail

/// A source of tokens, with a token cache of its own. Many threads may use it at once.
class Client {
public:
    /// With default settings.
    Client() : Client(Options()) {}

    /// Reads the environment, and does no I/O. `options` may be changed afterwards. Throws Error with
    /// `ARC_ERROR_UNTRUSTED_AGENT` if the endpoint is not on this machine, or malformed, and with
    /// `ARC_ERROR_INVALID_ARGUMENT` if another setting cannot be used.
    explicit Client(const Options &options) : trace_(options.trace_), client_(make(options)) {}

    /// An access token for `resource`, such as "https://vault.azure.net" or its scope, from the token cache or from the agent.
    /// Blocks for at most the timeout. `force_refresh` asks for a new one, whatever the token cache holds. After a
    /// failure the agent is left alone for about a second, or until it wants to be asked again. See
    /// arc_client_get_token().
    [[nodiscard]] Token get_token(const std::string &resource, bool force_refresh = false) const {
        const std::uint32_t flags = force_refresh ? ARC_FORCE_REFRESH : 0;
        return Token(detail::take<Token::Handle>([&](arc_token **out, arc_error **err) {
            return arc_client_get_token(client_.get(), detail::c_str("resource", resource), flags, out, err);
        }));
    }

    /// The same for a caller whose own patience may end before the timeout: `is_cancelled()` is called about ten times a
    /// second while the call waits, on this thread, and ends the call with `ARC_ERROR_CANCELLED` when it is true. What it
    /// throws ends the call too, and is thrown here. An empty one ends nothing. See arc_client_get_token_cancellable().
    [[nodiscard]] Token get_token(const std::string &resource, bool force_refresh,
                                  const std::function<bool()> &is_cancelled) const {
        const std::uint32_t flags = force_refresh ? ARC_FORCE_REFRESH : 0;
        detail::Hook hook{is_cancelled, nullptr};
        return Token(detail::take<Token::Handle>([&](arc_token **out, arc_error **err) {
            const arc_status status =
                arc_client_get_token_cancellable(client_.get(), detail::c_str("resource", resource), flags,
                                                 is_cancelled ? hook.ask : nullptr, &hook, out, err);
            if (hook.thrown) {
                arc_token_free(*out);
                arc_error_free(*err);
                std::rethrow_exception(hook.thrown);
            }
            return status;
        }));
    }

    // A function without captures would be a bool: one that is true.
    template <class Hook, class = std::enable_if_t<std::is_invocable_v<Hook>>>
    Token get_token(const std::string &resource, Hook is_cancelled) const = delete;

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
        return report(detail::c_str("resource", resource));
    }

    /// The same for Azure Resource Manager of the machine's cloud.
    [[nodiscard]] Report diagnose() const { return report(nullptr); }

    // What C means by NULL is diagnose() here: a std::string of it is undefined.
    Report diagnose(std::nullptr_t) const = delete;

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
            throw Error(ARC_ERROR_INVALID_ARGUMENT, detail::moved_from);
        return detail::take<Handle>([&](arc_client **out, arc_error **err) {
            return arc_client_new(options.options_.get(), out, err);
        });
    }

    // Released after the client, which uses it.
    std::shared_ptr<detail::Trace> trace_;
    Handle client_;
};

} // namespace arcidentity

#endif // ARCIDENTITY_CLIENT_HPP
