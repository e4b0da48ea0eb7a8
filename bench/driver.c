/*
 * Runs calls as a container runtime would, and says what they cost; itself it costs next to nothing.
 *
 *   driver FOLDER CALL...
 *
 * Each CALL is a file in FOLDER. All begin at once, each in a thread of its own; the steps of one run in order until
 * one fails. A line is a step, its fields separated by tabs:
 *
 *   program  from  stdin  NAME=value...
 *
 * `from` is the number of an earlier step whose standard output is put into the JSON object on stdin as its
 * `prevResult`, as libcni does, or `-`. Printed for each call: its nanoseconds from the first start to the last end, the
 * microseconds of processor time that its processes took, and 0 or the status of the step that failed. What step N of
 * CALL wrote to standard output is then in CALL.N.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_STEPS = 64, MOST_VARIABLES = 64, MOST_OUTPUT = 1 << 18 };

struct step {
  char *program, *input, *output;
  int from;
  char *env[MOST_VARIABLES + 1];
};

struct call {
  const char *name;
  int steps;
  struct step step[MOST_STEPS];
  long long wall_ns, cpu_us;
  int status;
};

static pthread_barrier_t start;

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static char *whole_file(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  char *text = NULL;
  size_t size = 0;
  if (getdelim(&text, &size, '\0', file) < 0) fail(path);
  fclose(file);
  return text;
}

static void read_call(struct call *call) {
  char *line, *lines = whole_file(call->name);
  while ((line = strsep(&lines, "\n")) && *line && call->steps < MOST_STEPS) {
    struct step *step = &call->step[call->steps++];
    step->program = strsep(&line, "\t");
    char *from = strsep(&line, "\t");
    step->from = *from == '-' ? -1 : atoi(from);
    step->input = strsep(&line, "\t");
    for (int i = 0; i < MOST_VARIABLES && (step->env[i] = strsep(&line, "\t")); i++);
    step->output = calloc(1, MOST_OUTPUT);
  }
}

static char *input_of(struct call *call, struct step *step) {
  char *text;
  if (step->from < 0) return strdup(step->input);
  int object = (int)strlen(step->input) - 1;
  if (asprintf(&text, "%.*s,\"prevResult\":%s}", object, step->input, call->step[step->from].output) < 0) fail("asprintf");
  return text;
}

static int run(struct call *call, struct step *step, const char *input) {
  int in[2], out[2], status;
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) fail("pipe2");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  char *argv[] = {step->program, NULL};
  pid_t pid;
  if ((errno = posix_spawn(&pid, step->program, &actions, NULL, argv, step->env))) fail(step->program);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (write(in[1], input, strlen(input)) < 0) perror("write");
  close(in[1]);
  ssize_t length = 0, more;
  while ((more = read(out[0], step->output + length, MOST_OUTPUT - 1 - length)) > 0) length += more;
  step->output[length] = '\0';
  close(out[0]);
  struct rusage usage;
  if (wait4(pid, &status, 0, &usage) < 0) fail("wait4");
  call->cpu_us += (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *carry_out(void *given) {
  struct call *call = given;
  pthread_barrier_wait(&start);
  long long began = now_ns();
  for (int i = 0; i < call->steps && call->status == 0; i++) {
    char *input = input_of(call, &call->step[i]);
    call->status = run(call, &call->step[i], input);
    free(input);
  }
  call->wall_ns = now_ns() - began;
  return NULL;
}

static void save(const struct call *call) {
  for (int i = 0; i < call->steps; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s.%d", call->name, i);
    FILE *file = fopen(path, "w");
    if (!file) fail(path);
    fputs(call->step[i].output, file);
    fclose(file);
  }
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc < 3 || chdir(argv[1])) fail("driver FOLDER CALL...");
  int calls = argc - 2;
  struct call *call = calloc(calls, sizeof *call);
  pthread_t *thread = calloc(calls, sizeof *thread);
  pthread_barrier_init(&start, NULL, calls + 1);
  for (int i = 0; i < calls; i++) {
    call[i].name = argv[i + 2];
    read_call(&call[i]);
    if (pthread_create(&thread[i], NULL, carry_out, &call[i])) fail("pthread_create");
  }
  pthread_barrier_wait(&start);
  long long began = now_ns();
  for (int i = 0; i < calls; i++) pthread_join(thread[i], NULL);
  printf("%lld\n", now_ns() - began);
  for (int i = 0; i < calls; i++) {
    printf("%lld %lld %d\n", call[i].wall_ns, call[i].cpu_us, call[i].status);
    save(&call[i]);
  }
  return 0;
}
