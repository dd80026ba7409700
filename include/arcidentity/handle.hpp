// SPDX-License-Identifier: MIT OR Apache-2.0

// A part of arcidentity.hpp: include that.

#ifndef ARCIDENTITY_HANDLE_HPP
#define ARCIDENTITY_HANDLE_HPP

#include "error.hpp"

#include <cstring>
#include <memory>
#include <string>

namespace arcidentity {

namespace detail {

template <auto Free> struct Deleter {
    template <class T> void operator()(T *object) const noexcept { Free(object); }
};

template <class T, auto Free> using Handle = std::unique_ptr<T, Deleter<Free>>;

// The text called `name` for C, where a NUL inside would silently be the end.
inline const char *c_str(const char *name, const std::string &text) {
    if (std::strlen(text.c_str()) != text.size())
        throw Error(ARC_ERROR_INVALID_ARGUMENT, std::string(name) + " has a NUL inside");
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

} // namespace detail

} // namespace arcidentity

#endif // ARCIDENTITY_HANDLE_HPP
