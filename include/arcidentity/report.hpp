// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_REPORT_HPP
#define ARCIDENTITY_REPORT_HPP

#include "handle.hpp"

#include <string_view>
#include <utility>

namespace arcidentity {

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

} // namespace arcidentity

#endif // ARCIDENTITY_REPORT_HPP
