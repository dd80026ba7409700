// The credential for the Azure SDK, in one scenario at a time: its name and its arguments are those of the program.

#include <arcidentity_azure.hpp>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <thread>
#include <type_traits>

using arcidentity::Client;
using arcidentity::Options;
using arcidentity::azure::ArcCredential;
using Azure::Core::Context;
using Azure::Core::OperationCancelledException;
using Azure::Core::Credentials::AccessToken;
using Azure::Core::Credentials::AuthenticationException;
using Azure::Core::Credentials::TokenCredential;
using Azure::Core::Credentials::TokenRequestContext;

static_assert(std::is_final_v<ArcCredential> && std::is_base_of_v<TokenCredential, ArcCredential>);
static_assert(!std::is_convertible_v<Options, ArcCredential> && !std::is_copy_constructible_v<ArcCredential>);

namespace {

using Arguments = std::vector<std::string>;

const std::string resource = "https://vault.azure.net";

#define CHECK(condition)                                                                      \
    do {                                                                                      \
        if (!(condition)) {                                                                   \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);    \
            std::exit(1);                                                                     \
        }                                                                                     \
    } while (0)

Options options() {
    Options options;
    options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS")).max_attempts(1);
    return options;
}

TokenRequestContext request(std::vector<std::string> scopes = {resource + "/.default"}) {
    TokenRequestContext request;
    request.Scopes = std::move(scopes);
    return request;
}

// The text of the exception of this very type that `call` throws.
template <class Exception, class Call> std::string thrown(Call call) {
    try {
        call();
    } catch (const Exception &exception) {
        return exception.what();
    }
    std::fputs("nothing was thrown\n", stderr);
    std::exit(1);
}

void is_refused(const std::string &what, const std::string &status) {
    CHECK(what.find("ArcCredential: " + status + ": ") == 0);
}

// The argument is when the token expires, in seconds since 1970.
void a_token(const Arguments &arguments) {
    const std::int64_t from_year_1_to_1970 = 62135596800;
    const std::int64_t expires_on = std::stoll(arguments.at(0));
    const std::shared_ptr<TokenCredential> credential = std::make_shared<ArcCredential>(options());
    CHECK(credential->GetCredentialName() == "ArcCredential");

    const Context live = Context().WithDeadline(std::chrono::system_clock::now() + std::chrono::hours(1));
    const AccessToken token = credential->GetToken(request(), live);
    CHECK(token.Token == "eyJ0.e30.c2ln");
    CHECK(token.ExpiresOn.time_since_epoch().count() == (expires_on + from_year_1_to_1970) * 10000000);

    TokenRequestContext for_another_tenant = request({resource});
    for_another_tenant.TenantId = "33333333-3333-3333-3333-333333333333";
    CHECK(credential->GetToken(for_another_tenant, Context()).Token == token.Token);
}

void the_environment(const Arguments &) {
    CHECK(ArcCredential().GetToken(request(), Context()).Token.size() > 100);
}

void a_shared_client(const Arguments &) {
    const auto client = std::make_shared<Client>(options());
    const ArcCredential credential(client);
    CHECK(credential.GetToken(request(), Context()).Token == client->get_token(resource).value());
}

void wrong_scopes(const Arguments &) {
    const ArcCredential credential(options());
    const Arguments one_too_many = {resource, "https://storage.azure.com"};
    for (const Arguments &scopes : {Arguments(), one_too_many, Arguments{""}, Arguments{std::string(1, '\0')}}) {
        const auto get = [&] { (void)credential.GetToken(request(scopes), Context()); };
        is_refused(thrown<AuthenticationException>(get), "ARC_ERROR_INVALID_ARGUMENT");
    }
}

void wrong_construction(const Arguments &) {
    const auto elsewhere = [] { ArcCredential{Options().endpoint("http://example.com")}; };
    is_refused(thrown<AuthenticationException>(elsewhere), "ARC_ERROR_UNTRUSTED_AGENT");
    const auto nobody = [] { ArcCredential{std::shared_ptr<Client>()}; };
    is_refused(thrown<AuthenticationException>(nobody), "ARC_ERROR_INVALID_ARGUMENT");
}

// Prints a token that lasts for this many seconds if possible, or why there is none.
void print_token(const ArcCredential &credential, const std::string &minimum) {
    TokenRequestContext lasting = request();
    lasting.MinimumExpiration = std::chrono::seconds(std::stoll(minimum));
    try {
        std::cout << credential.GetToken(lasting, Context()).Token << std::endl;
    } catch (const AuthenticationException &exception) {
        std::cout << exception.what() << std::endl;
    }
}

// Each argument is a minimum.
void minima(const Arguments &arguments) {
    const ArcCredential credential(options());
    for (const std::string &minimum : arguments)
        print_token(credential, minimum);
}

void ended_contexts(const Arguments &) {
    const ArcCredential credential(options());
    Context cancelled;
    const Context child = cancelled.WithDeadline(std::chrono::system_clock::now() + std::chrono::hours(1));
    cancelled.Cancel();
    const Context expired = Context().WithDeadline(std::chrono::system_clock::now() - std::chrono::hours(1));
    for (const Context &context : {cancelled, child, expired})
        thrown<OperationCancelledException>([&] { (void)credential.GetToken(request(), context); });
}

// Cancels the context of a call at the first line of input, and then asks again with another. The arguments are
// the minima of the two calls.
void a_context_that_ends_meanwhile(const Arguments &arguments) {
    const ArcCredential credential(options());
    Context context;
    std::thread canceller([&] {
        std::string line;
        std::getline(std::cin, line);
        context.Cancel();
        std::cout << "cancelled" << std::endl;
    });
    TokenRequestContext lasting = request();
    lasting.MinimumExpiration = std::chrono::seconds(std::stoll(arguments.at(0)));
    thrown<OperationCancelledException>([&] { (void)credential.GetToken(lasting, context); });
    canceller.join();
    print_token(credential, arguments.at(1));
}

void a_context_with_a_deadline(const Arguments &) {
    const ArcCredential credential(options());
    const Context soon = Context().WithDeadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    thrown<OperationCancelledException>([&] { (void)credential.GetToken(request(), soon); });
}

// The argument is the number of threads.
void many_threads(const Arguments &arguments) {
    const ArcCredential credential(options());
    std::promise<void> start;
    const std::shared_future<void> started = start.get_future().share();
    std::vector<std::string> tokens(std::stoul(arguments.at(0)));
    std::vector<std::thread> threads;
    for (std::string &token : tokens)
        threads.emplace_back([&credential, &token, started] {
            started.wait();
            token = credential.GetToken(request(), Context()).Token;
        });
    start.set_value();
    for (std::thread &thread : threads)
        thread.join();
    for (const std::string &token : tokens)
        CHECK(token.size() > 100 && token == tokens.front());
}

const std::map<std::string, std::function<void(const Arguments &)>> scenarios = {
    {"a token", a_token},
    {"the environment", the_environment},
    {"a shared client", a_shared_client},
    {"wrong scopes", wrong_scopes},
    {"wrong construction", wrong_construction},
    {"minima", minima},
    {"ended contexts", ended_contexts},
    {"a context that ends meanwhile", a_context_that_ends_meanwhile},
    {"a context with a deadline", a_context_with_a_deadline},
    {"many threads", many_threads},
};

} // namespace

int main(int argc, char **argv) {
    CHECK(argc > 1);
    scenarios.at(argv[1])(Arguments(argv + 2, argv + argc));
}
