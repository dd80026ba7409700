/* Runs a program with less than others have: confined LESS... -- PROGRAM ARGUMENTS...
 *
 * LESS is user-namespace, where no user but this one is known; no-netlink; no-threads; no-proc; proc-of-processes, with nothing
 * but processes in /proc; own-processes, with none of others there; or full-disk=DIRECTORY, a file system of its own without a
 * free block. Ends with 77 where
 * the system does not let it. */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(int done, const char *what) {
    if (!done) {
        perror(what);
        exit(77);
    }
}

static void write_file(const char *path, const char *text) {
    const int file = open(path, O_WRONLY);
    must(file >= 0 && write(file, text, strlen(text)) >= 0 && close(file) == 0, path);
}

static void enter_user_namespace(void) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "%u %u 1", geteuid(), geteuid());
    snprintf(groups, sizeof groups, "%u %u 1", getegid(), getegid());
    must(unshare(CLONE_NEWUSER) == 0, "a user namespace");
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", users);
    write_file("/proc/self/gid_map", groups);
}

static void mount_private(const char *type, const char *target, const char *options) {
    if (geteuid() != 0)
        enter_user_namespace();
    must(unshare(CLONE_NEWNS) == 0, "a mount namespace");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "a private mount namespace");
    must(mount(type, target, type, 0, options) == 0, target);
}

static void fill_disk(const char *directory) {
    static const char block[4096];
    mount_private("tmpfs", directory, "size=4k");
    must(chdir(directory) == 0, directory);
    const int file = open("filler", O_WRONLY | O_CREAT, 0600);
    must(file >= 0, "filler");
    while (write(file, block, sizeof block) > 0) {
    }
    must(errno == ENOSPC && close(file) == 0 && chdir("/") == 0, "a full disk");
}

static void forbid_netlink(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "a seccomp filter");
    must(socket(AF_NETLINK, SOCK_DGRAM, 0) < 0 && errno == EPERM, "netlink forbidden");
}

/* A thread is a clone with CLONE_THREAD, which clone3 hides from a filter. */
static void forbid_threads(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "a seccomp filter");
}

int main(int argc, char **argv) {
    const char full_disk[] = "full-disk=";
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "user-namespace") == 0)
            enter_user_namespace();
        else if (strcmp(argv[i], "no-netlink") == 0)
            forbid_netlink();
        else if (strcmp(argv[i], "no-threads") == 0)
            forbid_threads();
        else if (strcmp(argv[i], "no-proc") == 0)
            mount_private("tmpfs", "/proc", "size=4k");
        else if (strcmp(argv[i], "proc-of-processes") == 0)
            mount_private("proc", "/proc", "subset=pid");
        else if (strcmp(argv[i], "own-processes") == 0)
            mount_private("proc", "/proc", "hidepid=2");
        else if (strncmp(argv[i], full_disk, sizeof full_disk - 1) == 0)
            fill_disk(argv[i] + sizeof full_disk - 1);
        else
            return 2;
    }
    if (i + 1 >= argc)
        return 2;
    execvp(argv[i + 1], argv + i + 1);
    perror(argv[i + 1]);
    return 2;
}
