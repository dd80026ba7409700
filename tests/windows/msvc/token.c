/* A program as MSVC's tools make it, but without their C library: the library and kernel32 are all that it links. */

#include <arcidentity.h>

__declspec(dllimport) void *__stdcall GetStdHandle(unsigned long);
__declspec(dllimport) int __stdcall WriteFile(void *, const void *, unsigned long, unsigned long *, void *);
__declspec(dllimport) void __stdcall ExitProcess(unsigned int);

#define STANDARD_OUTPUT ((unsigned long)-11)

void start(void)
{
    arc_token *token = NULL;
    arc_status status = arc_get_token("https://vault.azure.net", &token, NULL);

    if (status == ARC_OK) {
        size_t length = 0;
        unsigned long written = 0;
        const char *value = arc_token_value(token, &length);
        WriteFile(GetStdHandle(STANDARD_OUTPUT), value, (unsigned long)length, &written, NULL);
    }
    arc_token_free(token);
    ExitProcess((unsigned int)status);
}
