#include "rotation/executors/child_process.h"

#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Ran {
  ChildEnd end;
  std::string output, error;
};

ChildSpec Shell(const std::string& script) {
  return {.command = {"/bin/sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}};
}

Ran RunChild(const ChildSpec& spec, std::string_view input = {},
             std::chrono::milliseconds timeout = 20s, const StopEvent& stop = StopEvent()) {
  Ran run;
  auto child = ChildProcess::Start(spec);
  if (!child) {
    ADD_FAILURE() << child.error();
    return run;
  }
  const auto into = [](std::string& text) {
    return [&text](std::string_view bytes) { text += bytes; };
  };
  run.end = child->Communicate({.input = input,
                                .deadline = Clock::now() + timeout,
                                .standard_output = into(run.output),
                                .standard_error = into(run.error)},
                               stop);
  return run;
}

// Whether a process of that id lives; one that is dead but not yet reaped does not.
bool Lives(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t state = text.rfind(')');
  return state != std::string::npos && text.substr(state + 2, 1) != "Z";
}

bool EndsSoon(const std::string& pid) {
  for (int i = 0; i < 100 && Lives(pid); ++i) std::this_thread::sleep_for(20ms);
  return !Lives(pid);
}

TEST(ChildProcessTest, HowItEnds) {
  struct Case {
    std::string script;
    std::string end;
    std::string output;
    std::string error;
  };
  const Case cases[] = {
      {"exit 0", "exit status 0", "", ""},
      {"exit 75", "exit status 75", "", ""},
      {"echo out; echo err >&2; exit 3", "exit status 3", "out\n", "err\n"},
      {"kill -SEGV $$", "signal 11", "", ""},
      {"kill -KILL $$", "signal 9", "", ""},
      {"cat", "exit status 0", "the input", ""},
  };
  for (const Case& c : cases) {
    const Ran run = RunChild(Shell(c.script), "the input");
    EXPECT_EQ(run.end.Describe(), c.end) << c.script;
    EXPECT_EQ(run.end.reason, ChildEnd::Reason::kItself);
    EXPECT_EQ(run.output, c.output);
    EXPECT_EQ(run.error, c.error);
  }
}

TEST(ChildProcessTest, WhatCannotBeStartedIsSaid) {
  const test::TemporaryDirectory directory;
  const std::string no_program = (directory.path() / "plain").string();
  std::ofstream(no_program) << "no program";
  const std::string no_interpreter = (directory.path() / "script").string();
  std::ofstream(no_interpreter) << "#!/nonexistent/python\n";
  std::filesystem::permissions(no_interpreter, std::filesystem::perms::owner_all);

  struct Case {
    ChildSpec spec;
    std::string reason;
  };
  std::vector<Case> cases;
  cases.push_back({{}, "no command"});
  for (const auto& [program, reason] :
       std::map<std::string, std::string>{{"/nonexistent", "(program): No such file"},
                                          {no_program, "(program): Permission denied"},
                                          {no_interpreter, "(program): No such file"}}) {
    cases.push_back({{.command = {program}}, reason});
  }
  cases.push_back({Shell("true"), "(directory): No such file"});
  cases.back().spec.working_directory = "/nonexistent";
  if (::geteuid() == 0) {
    cases.push_back({Shell("true"), "there is no user nobody-of-that-name"});
    cases.back().spec.user = "nobody-of-that-name";
  }
  for (Case& c : cases) {
    c.spec.scratch = directory.path();
    const auto child = ChildProcess::Start(c.spec);
    ASSERT_FALSE(child) << c.reason;
    EXPECT_NE(child.error().find(c.reason), std::string::npos) << child.error();
  }
  // The private directories have gone with them.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 2);
}

TEST(ChildProcessTest, SeesItsOwnEnvironmentAndDescriptorsAlone) {
  ASSERT_EQ(::setenv("COFFER_TEST_OF_THE_SERVER", "visible", 1), 0);
  const int inherited = ::dup(1);  // Without O_CLOEXEC.

  const Ran environment =
      RunChild({.command = {"/usr/bin/env", "-0"}, .environment = {"A=1", "B=two words"}});
  const Ran descriptors = RunChild(Shell("ls /proc/self/fd | tr '\\n' ' '"));

  EXPECT_TRUE(environment.output.starts_with(std::string("A=1\0B=two words\0HOME=/", 22)))
      << environment.output;
  EXPECT_EQ(std::ranges::count(environment.output, '\0'), 4);  // TMPDIR is the last.
  EXPECT_EQ(descriptors.output, "0 1 2 3 ");                   // 3 is the directory that ls reads.
  ::close(inherited);
}

TEST(ChildProcessTest, IsBounded) {
  const Ran run = RunChild(
      Shell("umask; ulimit -n; ulimit -f; ulimit -c; ulimit -t; grep -E 'NoNewPrivs|SigIgn|SigBlk' "
            "/proc/self/status; grep 'Max data' /proc/self/limits"));

  EXPECT_EQ(run.output,
            "0077\n256\n131072\n0\n60\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
            "NoNewPrivs:\t1\n"
            "Max data size             268435456            268435456            bytes     \n");
}

// Niceness counts among the processes of one session alone where the kernel groups by session.
TEST(ChildProcessTest, YieldsToTheServerInItsSession) {
  ChildSpec spec = Shell("cut -d' ' -f5,6,19 /proc/self/stat");
  spec.niceness = 7;
  std::istringstream fields(RunChild(spec).output);
  pid_t group = 0;
  pid_t session = 0;
  int niceness = 0;
  fields >> group >> session >> niceness;
  EXPECT_NE(group, ::getpgrp());
  EXPECT_EQ(session, ::getsid(0));
  EXPECT_EQ(niceness, ::getpriority(PRIO_PROCESS, 0) + 7);
}

TEST(ChildProcessTest, MemoryHasALimit) {
  const Ran run = RunChild({.command = {"/usr/bin/python3", "-c", "bytearray(600 * 1024 * 1024)"}});

  EXPECT_EQ(run.end.Describe(), "exit status 1");
  EXPECT_NE(run.error.find("MemoryError"), std::string::npos) << run.error;
}

TEST(ChildProcessTest, ItsDirectoryIsPrivateAndGoes) {
  const test::TemporaryDirectory scratch;
  ChildSpec spec = Shell(
      "pwd; echo $HOME; echo $TMPDIR; stat -c %a .; mkdir -p a/b; ln -s / a/root; echo > a/b/c");
  spec.scratch = scratch.path();

  const Ran run = RunChild(spec);

  const std::string path = run.output.substr(0, run.output.find('\n'));
  EXPECT_TRUE(path.starts_with(scratch.path().string()));
  EXPECT_EQ(run.output, path + "\n" + path + "\n" + path + "\n700\n");
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  EXPECT_TRUE(std::filesystem::exists("/etc"));
}

TEST(ChildProcessTest, IsEndedAtItsDeadline) {
  const auto start = Clock::now();
  const Ran run = RunChild(Shell("trap 'echo asked; exit 9' TERM; sleep 100 & wait"), {}, 200ms);

  EXPECT_EQ(run.end.reason, ChildEnd::Reason::kDeadline);
  EXPECT_EQ(run.output, "asked\n");
  EXPECT_LT(Clock::now() - start, 2s);  // Less than the grace.
}

TEST(ChildProcessTest, WhoIgnoresTheRequestIsKilledWithItsChildren) {
  const auto start = Clock::now();
  const Ran run = RunChild(
      Shell("trap '' TERM; (sleep 100; true) & echo $!; while :; do sleep 0.1; done"), {}, 200ms);

  const auto taken = Clock::now() - start;
  EXPECT_EQ(run.end.reason, ChildEnd::Reason::kDeadline);
  EXPECT_EQ(run.end.Describe(), "signal 9");
  EXPECT_GT(taken, 2s);
  EXPECT_LT(taken, 4s);
  EXPECT_TRUE(EndsSoon(run.output.substr(0, run.output.size() - 1)));
}

TEST(ChildProcessTest, WhatItLeavesBehindIsKilled) {
  const Ran run = RunChild(Shell("(trap '' TERM; exec sleep 100) & echo $!"));

  EXPECT_EQ(run.end.Describe(), "exit status 0");
  EXPECT_TRUE(EndsSoon(run.output.substr(0, run.output.size() - 1)));
}

TEST(ChildProcessTest, IsStoppedFromAnotherThread) {
  const StopEvent stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.Set();
  });

  const Ran run = RunChild(Shell("exec sleep 100"), {}, 20s, stop);

  EXPECT_EQ(run.end.reason, ChildEnd::Reason::kStopped);
  EXPECT_EQ(run.end.Describe(), "signal 15");
}

TEST(ChildProcessTest, DestroyingItKillsIt) {
  const test::TemporaryDirectory scratch;
  ChildSpec spec = Shell("echo $$ > pid; exec sleep 100");
  spec.scratch = scratch.path();
  std::string pid;
  {
    const auto child = ChildProcess::Start(spec);
    ASSERT_TRUE(child) << child.error();
    const auto file = std::filesystem::directory_iterator(scratch.path())->path() / "pid";
    for (int i = 0; i < 200 && pid.empty(); ++i) {
      std::this_thread::sleep_for(10ms);
      std::ifstream(file) >> pid;
    }
    EXPECT_TRUE(Lives(pid));
  }
  EXPECT_FALSE(Lives(pid));
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(ChildProcessTest, ItDiesWithTheThreadThatStartedIt) {
  std::optional<ChildProcess> child;
  std::jthread([&] {
    auto started = ChildProcess::Start(Shell("exec sleep 100"));
    ASSERT_TRUE(started) << started.error();
    child.emplace(*std::move(started));
  }).join();
  ASSERT_TRUE(child);

  const ChildEnd end = child->Communicate({.deadline = Clock::now() + 20s}, StopEvent());

  EXPECT_EQ(end.reason, ChildEnd::Reason::kItself);
  EXPECT_EQ(end.Describe(), "signal 9");
}

TEST(ChildProcessTest, AFloodInBothDirectionsDoesNotBlock) {
  const std::string input(std::size_t{8} * 1024 * 1024, 'i');
  std::size_t printed = 0;
  auto child = ChildProcess::Start(
      Shell("head -c 100000000 /dev/zero; head -c 1000000 /dev/zero >&2; wc -c >&2"));
  ASSERT_TRUE(child);

  const ChildEnd end = child->Communicate(
      {.input = input,
       .deadline = Clock::now() + 60s,
       .standard_output = [&](std::string_view bytes) { printed += bytes.size(); },
       .standard_error = [&](std::string_view bytes) { printed += bytes.size(); }},
      StopEvent());

  EXPECT_EQ(end.Describe(), "exit status 0");
  EXPECT_EQ(printed, 101'000'000U + std::string_view("8388608\n").size());
}

TEST(ChildProcessTest, InputThatNobodyReadsIsNoError) {
  const std::string input(std::size_t{1024} * 1024, 'i');

  EXPECT_EQ(RunChild(Shell("exec <&-; exit 4"), input).end.Describe(), "exit status 4");
}

TEST(ChildProcessTest, RunsAsAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can choose users";
  ChildSpec spec =
      Shell("id -u; id -g; ulimit -u; touch mine; stat -c %U mine; cat /proc/1/environ");
  spec.command[0] = "/bin/bash";
  spec.user = "nobody";

  const Ran run = RunChild(spec);

  EXPECT_EQ(run.output, "65534\n65534\n64\nnobody\n");
  EXPECT_NE(run.error.find("Permission denied"), std::string::npos) << run.error;
}

TEST(ChildProcessTest, AProgramThatItsUserCanChangeIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can choose users";
  const test::TemporaryDirectory directory;
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
  const std::string program = (directory.path() / "program").string();
  std::ofstream(program) << "#!/bin/sh\n";
  std::filesystem::permissions(program, std::filesystem::perms(0757));

  const auto child = ChildProcess::Start({.command = {program}, .user = "nobody"});

  ASSERT_FALSE(child);
  EXPECT_EQ(child.error(), program + " can be changed by the user that it runs as");
}

TEST(ChildProcessTest, OtherUsersCannotLookIntoIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can choose users";
  ChildSpec own = Shell("sleep 0.2; cat /proc/$(cat)/environ");
  own.command[0] = "/bin/bash";
  own.user = "nobody";

  // A second process, of root, whose environment the first one tries to read.
  const Ran run = RunChild(own, std::to_string(::getpid()));

  EXPECT_EQ(run.output, "");
  EXPECT_NE(run.error.find("Permission denied"), std::string::npos) << run.error;
}

}  // namespace
}  // namespace coffer::rotation
