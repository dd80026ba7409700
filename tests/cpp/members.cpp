// Objects with default settings as members of a program's own type, which is made from nothing.

#include <arcidentity_azure.hpp>

struct Program {
    arcidentity::Options options;
    arcidentity::Client client;
    arcidentity::azure::ArcCredential credential;
};

int main() {
    const Program program = {};
    return program.client.diagnose().ok() ? 0 : 1;
}
