// Every function once, as it is meant to be used.

#include <arcidentity.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using arcidentity::Client;
using arcidentity::Error;
using arcidentity::Metadata;
using arcidentity::Options;
using arcidentity::Report;
using arcidentity::Token;

static_assert(std::is_nothrow_move_constructible_v<Token> && !std::is_copy_constructible_v<Token>);
static_assert(std::is_nothrow_move_constructible_v<Metadata> && !std::is_copy_constructible_v<Metadata>);
static_assert(std::is_nothrow_move_constructible_v<Report> && !std::is_copy_constructible_v<Report>);
static_assert(std::is_nothrow_move_constructible_v<Client> && !std::is_copy_constructible_v<Client>);
static_assert(std::is_nothrow_move_constructible_v<Options> && !std::is_copy_constructible_v<Options>);
static_assert(std::is_nothrow_copy_constructible_v<Error> && std::is_base_of_v<std::runtime_error, Error>);
static_assert(sizeof(Token) == sizeof(void *));

namespace {

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
    options.endpoint(std::getenv("ENDPOINT")).key_directory(std::getenv("KEYS"));
    return options;
}

// Runs `call`, which must fail with `status`, and returns what it threw.
template <class Call> Error failure(arc_status status, Call call) {
    try {
        call();
    } catch (const Error &error) {
        CHECK(error.status() == status);
        return error;
    }
    std::fprintf(stderr, "no %s was thrown\n", arcidentity::status_name(status).data());
    std::exit(1);
}

// The same for an argument, with what the error says.
template <class Call> void refusal(std::string_view what, Call call) {
    CHECK(failure(ARC_ERROR_INVALID_ARGUMENT, call).what() == what);
}

void version_and_statuses_have_names() {
    CHECK(arcidentity::version() == arc_version());
    CHECK(arcidentity::status_name(ARC_ERROR_TIMEOUT) == "ARC_ERROR_TIMEOUT");
}

void a_token_has_its_properties() {
    const auto now = std::chrono::system_clock::now();
    const Client client(options());
    const Token token = client.get_token(resource);
    CHECK(token.value().substr(0, 3) == "eyJ");
    CHECK(token.type() == "Bearer");
    CHECK(token.expires_on() > now && token.refresh_on() > now && token.refresh_on() < token.expires_on() - std::chrono::minutes(5));
    CHECK(client.get_token(resource + "/.default").value() == token.value());
    CHECK(client.get_token(resource, true).value() != token.value());
    CHECK(!client.get_token(resource, true, [] { return false; }).value().empty());
    failure(ARC_ERROR_CANCELLED, [&] { (void)client.get_token(resource, true, [] { return true; }); });
    client.clear();
}

void what_a_hook_throws_reaches_the_caller() {
    const Client client(options());
    int calls = 0;
    const auto throws = [&calls]() -> bool { throw ++calls; };
    try {
        (void)client.get_token(resource, true, throws);
        CHECK(!"reached");
    } catch (int thrown) {
        CHECK(thrown == 1 && calls == 1);
    }
    CHECK(!client.get_token(resource).value().empty());
    // Nothing waits for a token that is in memory, so that nobody is asked.
    CHECK(!client.get_token(resource, false, throws).value().empty());
}

void a_hook_may_be_of_any_kind() {
    const Client client(options());
    int calls = 0;
    const auto counts = [&calls, own = 0]() mutable {
        calls = ++own;
        return false;
    };
    CHECK(!client.get_token(resource, true, counts).value().empty() && calls > 0);
    bool (*const no_function)() = nullptr;
    CHECK(!client.get_token(resource, true, no_function).value().empty());
    CHECK(!client.get_token(resource, true, std::function<bool()>()).value().empty());
    CHECK(!client.get_token(resource, true, nullptr).value().empty());
}

void a_token_outlives_its_client() {
    const Token token = Client(options()).get_token(resource);
    CHECK(token.value().size() > 100);
}

void metadata_has_its_properties() {
    const Metadata metadata = Client(options()).get_metadata();
    CHECK(metadata.name() == "arcbox-ubuntu-01");
    CHECK(metadata.location() == "westeurope");
    CHECK(metadata.resource_id().substr(0, 15) == "/subscriptions/");
    CHECK(metadata.resource_group() == "rg-arc");
    CHECK(metadata.subscription_id() == "00000000-0000-0000-0000-000000000000");
    CHECK(metadata.vm_id() == "11111111-1111-1111-1111-111111111111");
#ifdef _WIN32
    CHECK(metadata.os_type() == "windows");
#else
    CHECK(metadata.os_type() == "linux");
#endif
    CHECK(metadata.environment() == "AzurePublicCloud");
    CHECK(metadata.json().front() == '{' && metadata.json().find("arcbox-ubuntu-01") != std::string_view::npos);
}

void a_report_has_its_properties() {
    const Client client(options());
    for (const Report &report : {client.diagnose(), client.diagnose(resource)}) {
        CHECK(report.ok());
        CHECK(report.text().find("The agent gave a token") == 0);
        CHECK(report.json().substr(0, 13) == "{\"version\":1,");
    }
    failure(ARC_ERROR_INVALID_ARGUMENT, [&] { (void)client.diagnose(""); });
#ifdef _WIN32
    const char *const nowhere = "C:\\nonexistent";
#else
    const char *const nowhere = "/nonexistent";
#endif
    const Report report = Client(options().key_directory(nowhere)).diagnose("https://vault.azure.net");
    CHECK(!report.ok() && report.text().find("FAILED") != std::string_view::npos);
    const Report other = client.diagnose("https://storage.azure.com");
    CHECK(other.text().find("token for https://storage.azure.com") != std::string_view::npos);
}

void options_are_taken() {
    using namespace std::chrono_literals;
    Options chosen = options();
    chosen.timeout(30s).max_attempts(2).verify_agent(false);
    CHECK(!Client(chosen).get_token(resource).value().empty());
    chosen.client_id("55555555-5555-5555-5555-555555555555");
    CHECK(!Client(chosen).get_token(resource).value().empty());
    const std::string reason = "is empty or not UTF-8, or an id of another kind is set";
    refusal("object_id " + reason, [&] { chosen.object_id("another"); });
    refusal("resource_id " + reason, [&] { chosen.resource_id("another"); });
    refusal("client_id " + reason, [&] { chosen.client_id(""); });
    const Client by_object_id(options().object_id("66666666-6666-6666-6666-666666666666"));
    const Client by_resource_id(options().resource_id(
        "/subscriptions/0/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"));
    CHECK(by_object_id.get_token(resource).value() == by_resource_id.get_token(resource).value());
}

void each_step_is_told() {
    std::string lines;
    auto held = std::make_shared<int>(0);
    {
        Options chosen = options();
        chosen.trace([&lines, held](std::string_view line) {
            lines.append(line).push_back('\n');
            throw held;
        });
        Client client(chosen);
        // The function belongs to the clients that were made with it.
        chosen.trace(nullptr);
        const std::weak_ptr<int> watched = held;
        held.reset();
        CHECK(!client.get_token(resource).value().empty());
        CHECK(lines.find("s: GET /metadata/identity/oauth2/token") != std::string::npos);
        lines.clear();
        CHECK(!Client(chosen).get_token(resource).value().empty() && lines.empty());
        CHECK(!watched.expired());
        client = Client(options());
        CHECK(watched.expired());
    }
    failure(ARC_ERROR_INVALID_ARGUMENT, [] {
        Options moved_from;
        const Options other = std::move(moved_from);
        moved_from.trace([](std::string_view) {});
    });
}

void settings_and_arguments_reach_the_library() {
    std::string lines;
    const auto told = [&lines](std::string_view text) {
        const bool found = lines.find(text) != std::string::npos;
        lines.clear();
        return found;
    };
    Options chosen = options();
    chosen.trace([&lines](std::string_view line) { lines.append(line).push_back('\n'); }).max_attempts(2);
    // One that is refused leaves the old one.
    refusal("max_attempts is 0", [&] { chosen.max_attempts(0); });
    const Client client(chosen);
    CHECK(!client.get_token(resource).value().empty() && told("attempt 1 of 2"));
    CHECK(!client.get_token(resource).value().empty() && told("from the cache"));
    client.clear();
    CHECK(!client.get_token(resource).value().empty() && !told("from the cache"));
}

void unusable_arguments_are_refused() {
    using namespace std::chrono_literals;
    Options chosen = options();
    for (const auto wrong : {-1ms, 0ms, std::chrono::milliseconds(std::int64_t{1} << 32)})
        refusal("timeout is not 1 ms to about 49 days", [&] { chosen.timeout(wrong); });
    refusal("max_attempts is 0", [&] { chosen.max_attempts(0); });
    refusal("key_directory is empty or not UTF-8", [&] { chosen.key_directory("caf\xe9"); });
    const std::string with_nul("http://127.0.0.1\0.example.com", 29);
    refusal("endpoint has a NUL inside", [&] { chosen.endpoint(with_nul); });
    refusal("key_directory has a NUL inside", [&] { chosen.key_directory(with_nul); });
    refusal("client_id has a NUL inside", [&] { chosen.client_id(with_nul); });
    refusal("object_id has a NUL inside", [&] { chosen.object_id(with_nul); });
    refusal("resource_id has a NUL inside", [&] { chosen.resource_id(with_nul); });
    const Client client(chosen);
    for (const auto &wrong : {std::string(), with_nul, std::string("caf\xe9")})
        failure(ARC_ERROR_INVALID_ARGUMENT, [&] { (void)client.get_token(wrong); });
    refusal("resource has a NUL inside", [&] { (void)arcidentity::get_token(with_nul); });
    refusal("resource has a NUL inside", [&] { (void)client.get_token(with_nul, false, nullptr); });
    refusal("resource has a NUL inside", [&] { (void)client.diagnose(with_nul); });
}

void an_error_tells_what_the_agent_said() {
    Options chosen = options();
    chosen.client_id("77777777-7777-7777-7777-777777777777");
    const Client client(chosen);
    const Error error = failure(ARC_ERROR_IDENTITY_NOT_FOUND, [&] { (void)client.get_token(resource); });
    CHECK(error.http_status() == 404);
    CHECK(error.code() == "identity_not_found");
    CHECK(!std::string(error.what()).empty() && !error.hint().empty());
}

void an_error_without_an_answer_has_none() {
    const Error error = failure(ARC_ERROR_UNTRUSTED_AGENT, [] { Client(Options().endpoint("http://example.com")); });
    CHECK(error.http_status() == 0 && error.code().empty());
    const Error setter = failure(ARC_ERROR_INVALID_ARGUMENT, [] { Options().endpoint(""); });
    CHECK(std::string(setter.what()) == "endpoint is empty or not UTF-8");
    CHECK(setter.http_status() == 0 && setter.code().empty() && setter.hint().empty());
    CHECK(*setter.code().data() == '\0' && *setter.hint().data() == '\0');
}

void what_was_moved_from_is_harmless() {
    Options chosen = options();
    Client client(chosen);
    Token token = client.get_token(resource);
    const Options other_options = std::move(chosen);
    const Client other_client = std::move(client);
    const Token other_token = std::move(token);
    CHECK(!other_token.value().empty() && !other_client.get_token(resource).value().empty());
    CHECK(token.value().empty() && token.type().empty() && *token.value().data() == '\0');
    CHECK(token.expires_on() == Token::TimePoint() && token.refresh_on() == Token::TimePoint());
    Metadata metadata = other_client.get_metadata();
    const Metadata other_metadata = std::move(metadata);
    CHECK(*metadata.name().data() == '\0' && *metadata.json().data() == '\0');
    Report report = other_client.diagnose();
    const Report other_report = std::move(report);
    CHECK(!report.ok() && *report.text().data() == '\0' && *report.json().data() == '\0');
    failure(ARC_ERROR_INVALID_ARGUMENT, [&] { (void)client.get_token(resource); });
    failure(ARC_ERROR_INVALID_ARGUMENT, [&] { (void)client.get_metadata(); });
    refusal("the options were moved from", [&] { chosen.max_attempts(1); });
    refusal("the options were moved from", [&] { Client{chosen}; });
    client.clear();
}

} // namespace

int main() {
    version_and_statuses_have_names();
    a_token_has_its_properties();
    what_a_hook_throws_reaches_the_caller();
    a_hook_may_be_of_any_kind();
    a_token_outlives_its_client();
    metadata_has_its_properties();
    a_report_has_its_properties();
    options_are_taken();
    each_step_is_told();
    settings_and_arguments_reach_the_library();
    unusable_arguments_are_refused();
    an_error_tells_what_the_agent_said();
    an_error_without_an_answer_has_none();
    what_was_moved_from_is_harmless();
}
