// A C++ program without exceptions, over the C header: unique_ptr for the handles, a status for each failure.

#include <arcidentity.h>

#include <cstdlib>
#include <cstring>
#include <memory>

namespace {

template <auto Free> struct Deleter {
    template <class T> void operator()(T *object) const noexcept { Free(object); }
};

template <class T, auto Free> using Handle = std::unique_ptr<T, Deleter<Free>>;

int run() {
    Handle<arc_options, arc_options_free> options(arc_options_new());
    if (arc_options_set_endpoint(options.get(), std::getenv("ENDPOINT")) != ARC_OK ||
        arc_options_set_key_directory(options.get(), std::getenv("KEYS")) != ARC_OK)
        return 1;
    arc_client *made = nullptr;
    if (arc_client_new(options.get(), &made, nullptr) != ARC_OK)
        return 2;
    Handle<arc_client, arc_client_free> client(made);
    arc_token *got = nullptr;
    if (arc_client_get_token(client.get(), "https://vault.azure.net", 0, &got, nullptr) != ARC_OK)
        return 3;
    Handle<arc_token, arc_token_free> token(got);
    return std::strncmp(arc_token_value(token.get(), nullptr), "eyJ", 3) == 0 ? 0 : 4;
}

} // namespace

int main() { return run(); }
