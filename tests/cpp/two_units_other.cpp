#include <arcidentity.hpp>

std::string_view from_the_other_unit(const arcidentity::Token &token) {
    static const arcidentity::Token mine = arcidentity::get_token("https://vault.azure.net");
    return mine.expires_on() == token.expires_on() ? mine.value() : std::string_view();
}
