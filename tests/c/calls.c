/* Runs a program that prints two lines, and prints the system calls that it makes between them, by their numbers:
 * calls PROGRAM ARGUMENTS... What only manages memory or waits for another thread is not told. Ends with 77 where
 * the system does not let it watch. */

#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int done, const char *what) {
    if (!done) {
        perror(what);
        exit(77);
    }
}

/* Whether a call reaches nothing but the program itself. */
static int stays_inside(const struct __ptrace_syscall_info *call) {
    switch (call->entry.nr) {
    case __NR_mmap:
        /* Else the fifth argument is a file. */
        return (int)call->entry.args[4] == -1;
    case __NR_brk:
    case __NR_futex:
    case __NR_getpid:
    case __NR_getrandom:
    case __NR_madvise:
    case __NR_mprotect:
    case __NR_mremap:
    case __NR_munmap:
        return 1;
    default:
        return 0;
    }
}

static int is_line(const struct __ptrace_syscall_info *call) {
    return call->entry.nr == __NR_write && call->entry.args[0] == STDOUT_FILENO;
}

/* Tells of the call that the thread has stopped at; `lines` is how many it has printed before. */
static void tell(pid_t thread, int *lines) {
    struct __ptrace_syscall_info call;
    must(ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof call, &call) > 0, "a system call");
    if (call.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    if (is_line(&call))
        ++*lines;
    else if (*lines == 1 && !stays_inside(&call))
        printf("system call %ju\n", (uintmax_t)call.entry.nr);
}

static pid_t start(char **arguments) {
    const pid_t program = fork();
    must(program >= 0, "fork");
    if (program == 0) {
        /* Its lines are for this program alone. */
        must(dup2(STDERR_FILENO, STDOUT_FILENO) >= 0, "standard output");
        must(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "ptrace");
        raise(SIGSTOP);
        execvp(*arguments, arguments);
        perror(*arguments);
        _exit(2);
    }
    int status;
    must(waitpid(program, &status, 0) == program && WIFSTOPPED(status), "ptrace");
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    must(ptrace(PTRACE_SETOPTIONS, program, NULL, options) == 0, "ptrace");
    must(ptrace(PTRACE_SYSCALL, program, NULL, 0) == 0, "ptrace");
    return program;
}

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    const pid_t program = start(argv + 1);
    int lines = 0, status = 0;
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            if (thread == program)
                break;
            continue;
        }
        const int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80))
            tell(thread, &lines);
        /* Other signals are the program's own, but for what tracing itself brings. */
        const int own = signal == (SIGTRAP | 0x80) || signal == SIGTRAP || signal == SIGSTOP;
        ptrace(PTRACE_SYSCALL, thread, NULL, own ? 0 : signal);
    }
    if (lines != 2 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "the program printed %d lines and ended with %d\n", lines, status);
        return 1;
    }
    return 0;
}
