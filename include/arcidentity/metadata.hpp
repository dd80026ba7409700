// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_METADATA_HPP
#define ARCIDENTITY_METADATA_HPP

#include "handle.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace arcidentity {

/// Facts about this machine. What the agent does not tell is empty.
class Metadata {
public:
    /// The whole document as the agent wrote it, in JSON.
    std::string_view json() const noexcept {
        std::size_t length = 0;
        const char *text = arc_metadata_json(metadata_.get(), &length);
        return text ? std::string_view(text, length) : "";
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

} // namespace arcidentity

#endif // ARCIDENTITY_METADATA_HPP
