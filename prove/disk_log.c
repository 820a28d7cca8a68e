/* Preloaded into the real server: writes down, in order, what it asks of the database's files and what it answers.
 *
 * BETWEEN_DISK_LOG_OF names the database file; it and all files whose names begin like it are watched, and so are
 * opens of their folder. BETWEEN_DISK_LOG names the log. A record is a head, then `length` bytes. An answer is
 * written down before it is sent, everything else after it succeeded: so a promise is never too late in the log,
 * and a sync never too early.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    uint32_t kind, process, descriptor, length;
    int64_t at;
};

enum { FILES = 65536 };
static const char *database;
static size_t folder_length;
static int log_file = -1;
static char watched[FILES];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("BETWEEN_DISK_LOG");
    database = getenv("BETWEEN_DISK_LOG_OF");
    if (path == NULL || database == NULL) return;
    folder_length = (size_t)(strrchr(database, '/') - database);
    log_file = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
}

static int is_ours(const char *path) {
    if (log_file < 0 || path == NULL) return 0;
    if (strncmp(path, database, strlen(database)) == 0) return 1;
    return strlen(path) == folder_length && strncmp(path, database, folder_length) == 0;
}

static int is_watched(int descriptor) {
    return descriptor >= 0 && descriptor < FILES && watched[descriptor];
}

static void note(char kind, int descriptor, int64_t at, const void *bytes, size_t length) {
    struct head head = {(uint32_t)kind, (uint32_t)getpid(), (uint32_t)descriptor, (uint32_t)length, at};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (writev(log_file, parts, 2) != (ssize_t)(sizeof head + length)) abort();
}

static int note_open(const char *path, int flags, int was_there, int descriptor) {
    if (descriptor < 0 || descriptor >= FILES) return descriptor;
    watched[descriptor] = (char)is_ours(path);
    if (!watched[descriptor]) return descriptor;
    note('o', descriptor, !was_there, path, strlen(path));
    if (was_there && (flags & O_TRUNC)) note('t', descriptor, 0, NULL, 0);
    return descriptor;
}

static int was_there(const char *path) { return !is_ours(path) || access(path, F_OK) == 0; }

#define OPEN(name)                                                                  \
    int name(const char *path, int flags, ...) {                                    \
        va_list rest;                                                               \
        va_start(rest, flags);                                                      \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;   \
        va_end(rest);                                                               \
        int before = was_there(path);                                               \
        return note_open(path, flags, before, REAL(name)(path, flags, mode));       \
    }
OPEN(open)
OPEN(open64)

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < FILES) watched[descriptor] = 0;
    return REAL(close)(descriptor);
}

#define PWRITE(name, offset_type)                                                       \
    ssize_t name(int descriptor, const void *bytes, size_t length, offset_type at) {    \
        ssize_t written = REAL(name)(descriptor, bytes, length, at);                    \
        if (written > 0 && is_watched(descriptor)) note('w', descriptor, at, bytes, (size_t)written); \
        return written;                                                                 \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, length_type)                                         \
    int name(int descriptor, length_type length) {                          \
        int failed = REAL(name)(descriptor, length);                        \
        if (!failed && is_watched(descriptor)) note('t', descriptor, length, NULL, 0); \
        return failed;                                                      \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                          \
    int name(int descriptor) {                                              \
        int failed = REAL(name)(descriptor);                                \
        if (!failed && is_watched(descriptor)) note('s', descriptor, 0, NULL, 0); \
        return failed;                                                      \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int failed = REAL(unlink)(path);
    if (!failed && is_ours(path)) note('u', -1, 0, path, strlen(path));
    return failed;
}

ssize_t send(int descriptor, const void *bytes, size_t length, int flags) {
    if (log_file >= 0 && memmem(bytes, length, "\"receipts\"", 10)) note('a', descriptor, 0, bytes, length);
    return REAL(send)(descriptor, bytes, length, flags);
}

/* A way to the files that is not written down would make the replay a lie, so it ends the server. */
ssize_t write(int descriptor, const void *bytes, size_t length) {
    if (is_watched(descriptor)) abort();
    return REAL(write)(descriptor, bytes, length);
}

int rename(const char *from, const char *to) {
    if (is_ours(from) || is_ours(to)) abort();
    return REAL(rename)(from, to);
}
