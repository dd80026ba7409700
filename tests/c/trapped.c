/* A program in a sandbox that answers its openat(2) by a signal, as those do whose files a broker opens. Ends with 77 where
 * the system does not let it. */

#define _GNU_SOURCE

#include "program.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __x86_64__

/* The same file by a call that is not trapped. */
static void answer(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const int before = errno;
    const unsigned long long how[3] = {(unsigned long long)registers[REG_RDX], 0, 0};
    const long file = syscall(SYS_openat2, (int)registers[REG_RDI], (const char *)registers[REG_RSI], how, sizeof how);
    registers[REG_RAX] = file < 0 ? -errno : file;
    errno = before;
}

static void trap(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGSYS, &action, NULL) == 0);
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        exit(77);
}

#else

static void trap(void) {
    exit(77);
}

#endif

int main(void) {
    arc_options *options = new_options();
    trap();
    arc_client *client = new_client(options);
    arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
    puts("a token");
    return 0;
}
