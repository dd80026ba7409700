// The library in C++: see common/measure.h for what its arguments mean.
#include "../common/measure.h"

#include <arcidentity.hpp>
#include <iostream>
#include <optional>

namespace {

const std::string resource = RESOURCE;
std::optional<arcidentity::Client> client;
// One for each thread: they would wait for each other where they write it.
thread_local const char *volatile seen;

void with_new_clients(long count)
{
    for (long i = 0; i < count; i++)
        seen = arcidentity::Client().get_token(resource).value().data();
}

void with_one_client(long count)
{
    for (long i = 0; i < count; i++)
        seen = client->get_token(resource, true).value().data();
}

void cached(long count)
{
    for (long i = 0; i < count; i++)
        seen = client->get_token(resource).value().data();
}

void begin()
{
    client.emplace();
}

void remember(const char *wanted)
{
    seen = client->get_token(wanted).value().data();
}

constexpr actions all = {with_new_clients, begin, with_one_client, remember, cached, nullptr, nullptr};

} // namespace

int main(int argc, char **argv)
{
    try {
        return measure(argc, argv, &all);
    } catch (const arcidentity::Error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
