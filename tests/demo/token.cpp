// Gets a token again and again, and prints the time that a call from memory takes, and the token.

#include <arcidentity.hpp>

#include <chrono>
#include <iostream>

constexpr int calls = 1000;

int main(int argc, char **argv) try {
    if (argc != 4)
        return ARC_ERROR_INVALID_ARGUMENT;
    const arcidentity::Client client(arcidentity::Options().endpoint(argv[1]).key_directory(argv[2]));
    auto token = client.get_token(argv[3]);
    const auto start = std::chrono::steady_clock::now();
    for (int again = 0; again < calls; again++)
        token = client.get_token(argv[3]);
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
    std::cout << took.count() / calls << '\n' << token.value() << '\n';
} catch (const arcidentity::Error &error) {
    std::cerr << error.what() << '\n';
    return error.status();
}
