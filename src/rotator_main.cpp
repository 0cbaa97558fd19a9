#include "base/reply_buffer.h"
#include "json/writer.h"
#include "rotation/native/mysql_session.h"
#include "rotation/native/postgresql_session.h"
#include "rotation/native/rotator.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

// coffer-rotator runs one step of the rotation of a database's password. It reads one JSON document
// from standard input and writes one to standard output (docs/rotation.md). The server starts one
// for each step; it alone links the database clients.

namespace {

namespace native = coffer::rotation::native;
using coffer::base::ReplyBuffer;

constexpr std::size_t kMostInput = std::size_t{8} * 1024 * 1024;

/// Exit status of what could not even be read.
constexpr int kUnreadable = 1;

/// Nothing of this process may end in a core file or be read by a debugger, and nothing that the
/// client libraries would look for (PG*, MYSQL*, a home) may have a say.
void Seclude() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  constexpr rlimit kNone{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &kNone);
  // NOLINTBEGIN(concurrency-mt-unsafe): no other thread yet.
  ::clearenv();
  ::setenv("HOME", "/nonexistent", 1);
  // NOLINTEND(concurrency-mt-unsafe)
  (void)std::signal(SIGPIPE, SIG_IGN);
  // A mask is inherited, and the deadline is a signal.
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// Writes all of `text`; what nobody reads is nobody's loss.
void WriteOut(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Only what is safe in a signal handler: the libraries may be in the middle of anything.
void GiveUp(int /*signal*/) {
  WriteOut(R"({"ErrorType":"TimedOut","ErrorMessage":"The step did not end within its time."})");
  ::_exit(EX_TEMPFAIL);
}

/// Ends the process shortly before the server would.
void SetDeadline(std::int64_t seconds) {
  (void)std::signal(SIGALRM, GiveUp);
  const itimerval timer{.it_interval = {.tv_sec = 0, .tv_usec = 0},
                        .it_value = {.tv_sec = seconds - 1, .tv_usec = 500'000}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

void CancelDeadline() {
  constexpr itimerval kNever{};
  ::setitimer(ITIMER_REAL, &kNever, nullptr);
}

/// All of standard input; false when it cannot be read or is too long.
bool ReadIn(ReplyBuffer& input) {
  constexpr std::size_t kPiece = std::size_t{64} * 1024;
  while (input.body().size() <= kMostInput) {
    char* const piece = input.Extend(kPiece);
    const ssize_t count = ::read(STDIN_FILENO, piece, kPiece);
    const int error = errno;
    input.Shrink(kPiece - static_cast<std::size_t>(count > 0 ? count : 0));
    if (count == 0) return true;
    if (count < 0 && error != EINTR) return false;
  }
  return false;
}

int Refuse(const native::RotatorError& error, const native::Redactor& redactor) {
  ReplyBuffer out;
  coffer::json::Writer writer(out);
  writer.BeginObject();
  writer.Key("ErrorType");
  writer.String(error.type);
  writer.Key("ErrorMessage");
  writer.String(redactor.Redact(error.message));
  writer.EndObject();
  WriteOut(out.body());
  return error.is_temporary ? EX_TEMPFAIL : EX_OK;
}

int Answer(const native::StepAnswer& answer) {
  ReplyBuffer out;
  coffer::json::Writer writer(out);
  writer.BeginObject();
  if (answer) {
    writer.Key("SecretString");
    writer.String(answer->ExposeText());
  }
  writer.EndObject();
  WriteOut(out.body());
  return EX_OK;
}

/// `step`, of the command line, is what `ps` shows; it must be what the document says.
int RunStep(std::string_view step, std::string_view input) {
  const auto request = native::ParseStepRequest(input);
  if (!request) {
    (void)Refuse(request.error(), {});
    return kUnreadable;
  }
  if (step != coffer::WireName(request->step)) {
    (void)Refuse({.type = std::string(native::errors::kInvalidInput),
                  .message = "The step on the command line is not that of the document.",
                  .is_temporary = false,
                  .code = {}},
                 {});
    return kUnreadable;
  }
  const native::Redactor redactor = native::RedactorFor(*request);
  const auto settings = native::ParseSettings(request->settings);
  if (!settings) return Refuse(settings.error(), redactor);
  SetDeadline(settings->timeout_seconds);
  native::LibpqConnector postgresql(settings->ca_file);
  native::MariadbConnector mysql(settings->ca_file);
  const auto answer = native::Rotator(postgresql, mysql).Run(*request, *settings);
  CancelDeadline();
  return answer ? Answer(*answer) : Refuse(answer.error(), redactor);
}

}  // namespace

int main(int argc, char** argv) {
  Seclude();
  try {
    ReplyBuffer input;  // Wipes itself.
    if (argc != 2 || !ReadIn(input)) {
      constexpr std::string_view kUsage =
          "usage: coffer-rotator STEP < DOCUMENT (started by coffer, see docs/rotation.md)\n";
      (void)!::write(STDERR_FILENO, kUsage.data(), kUsage.size());
      return kUnreadable;
    }
    return RunStep(argv[1], input.body());
  } catch (const std::exception&) {
    // Out of memory, in all likelihood; the text of an exception could hold anything.
    WriteOut(R"({"ErrorType":"InternalError","ErrorMessage":"The rotator failed unexpectedly."})");
    return EX_TEMPFAIL;
  }
}
