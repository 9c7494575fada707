//===- Programs.cpp - Running what was compiled, and shell commands -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Programs.h"
#include "compiler/Driver/Files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace spex {

static int waitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  return status;
}

/// What a pipe gives until its other end is closed.
static std::string readAll(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return text;
    text.append(buffer, size_t(count));
  }
}

bool runProgram(int descriptor, const std::vector<std::string> &arguments,
                std::string *output) {
  std::vector<char *> pointers;
  for (const std::string &text : arguments)
    pointers.push_back(const_cast<char *>(text.c_str()));
  pointers.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (output && pipe2(ends, O_CLOEXEC) != 0) {
    fail(std::string("cannot make a pipe: ") + strerror(errno));
    return false;
  }
  pid_t child = fork();
  if (child == 0) {
    if (output)
      dup2(ends[1], 1);
    fexecve(descriptor, pointers.data(), environ);
    _exit(127);
  }
  if (output) {
    close(ends[1]);
    if (child > 0)
      *output = readAll(ends[0]);
    close(ends[0]);
  }
  int status = child > 0 ? waitFor(child) : 0;
  if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return true;
  if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
    fail("internal: the program could not be run; this is a fault in the "
         "compiler");
  return false;
}

//===-- Shell commands ----------------------------------------------------===//

namespace {
using Clock = std::chrono::steady_clock;

struct Pipe {
  int ends[2] = {-1, -1};
  bool open() { return pipe2(ends, O_CLOEXEC) == 0; }
  void closeEnd(int which) {
    if (ends[which] >= 0)
      close(ends[which]);
    ends[which] = -1;
  }
  ~Pipe() {
    closeEnd(0);
    closeEnd(1);
  }
};
} // namespace

/// Reads a little; closes the end if there is no more.
static void readSome(Pipe &pipe, std::string &text) {
  constexpr size_t most = 65536;
  char buffer[4096];
  ssize_t count = read(pipe.ends[0], buffer, sizeof buffer);
  if (count < 0 && errno == EINTR)
    return;
  if (count <= 0)
    return pipe.closeEnd(0);
  text.append(buffer,
              std::min(size_t(count), most - std::min(most, text.size())));
}

/// Collects both outputs until they end; false once the time is over.
static bool collect(Pipe &out, Pipe &err, Clock::time_point end,
                    Outcome &outcome) {
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                    end - Clock::now())
                    .count();
    if (left <= 0)
      return false;
    pollfd polled[2] = {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
    if (poll(polled, 2, int(std::min<long long>(left, 1000))) <= 0)
      continue;
    if (polled[0].revents)
      readSome(out, outcome.out);
    if (polled[1].revents)
      readSome(err, outcome.err);
  }
  return true;
}

bool runShell(const std::string &command, double seconds, Outcome &outcome,
              std::string &error) {
  Pipe out, err;
  if (!out.open() || !err.open()) {
    error = std::string("cannot make a pipe: ") + strerror(errno);
    return false;
  }
  pid_t child = fork();
  if (child < 0) {
    error = std::string("cannot start a command: ") + strerror(errno);
    return false;
  }
  if (child == 0) {
    // A group of its own, so that all it starts can be ended with it.
    setpgid(0, 0);
    int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, 0);
    dup2(out.ends[1], 1);
    dup2(err.ends[1], 2);
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char *>(nullptr));
    _exit(127);
  }
  setpgid(child, child);
  out.closeEnd(1);
  err.closeEnd(1);
  auto end = Clock::now() + std::chrono::milliseconds(int64_t(seconds * 1000));
  outcome.isTimeout = !collect(out, err, end, outcome);
  if (outcome.isTimeout)
    kill(-child, SIGKILL);
  int status = waitFor(child);
  outcome.status =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

std::string shellQuoted(llvm::StringRef text) {
  std::string result = "'";
  for (char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

} // namespace spex
