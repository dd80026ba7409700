// Gets a token twice, and prints it with the time that the second call took.

#include <arcidentity.hpp>

#include <chrono>
#include <iostream>

int main(int argc, char **argv) try {
    if (argc != 4)
        return ARC_ERROR_INVALID_ARGUMENT;
    const arcidentity::Client client(arcidentity::Options().endpoint(argv[1]).key_directory(argv[2]));
    client.get_token(argv[3]);
    const auto start = std::chrono::steady_clock::now();
    const auto token = client.get_token(argv[3]);
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
    std::cout << took.count() << '\n' << token.value() << '\n';
} catch (const arcidentity::Error &error) {
    std::cerr << error.what() << '\n';
    return error.status();
}
