#include "server/master_key_command.h"

#include "admin/admin_socket.h"
#include "base/encoding.h"
#include "coffer/secret_bytes.h"
#include "json/shape_codec.h"
#include "server/master_key_report.h"
#include "server/passphrase.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace coffer::server {
namespace {

// A command that gives the key may take 30 s.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kPollInterval{200};

std::string Ask(const std::filesystem::path& admin_socket, std::string_view question) {
  constexpr std::string_view kError = "error: ";
  const std::string answer = admin::Ask(admin_socket, question, kPatience);
  if (answer.starts_with(kError) || answer.empty()) {
    std::string reason = answer.substr(std::min(kError.size(), answer.size()));
    if (reason.ends_with('\n')) reason.pop_back();
    throw std::runtime_error(reason.empty() ? "The server did not answer." : reason);
  }
  return answer;
}

MasterKeyReport ReportOf(const std::filesystem::path& admin_socket) {
  const auto report = json::DecodeShape<MasterKeyReport>(Ask(admin_socket, "key-status json"));
  if (!report) throw std::runtime_error("The server is of another version of coffer.");
  return *report;
}

// What is unreadable stays so until somebody mends it.
bool IsRewrapping(const MasterKeyReport& report) {
  if (report.unreadable > 0) return false;
  return std::ranges::any_of(report.versions,
                             [](const auto& version) { return version.state == "rewrapping"; });
}

/// The question with the passphrase in it, as wiped memory.
SecretBytes QuestionWith(const SecretBytes& passphrase) {
  constexpr std::string_view kCommand = "key-rotate-passphrase ";
  SecretBytes question(kCommand.size() + passphrase.size());
  const auto rest = std::ranges::copy(base::AsBytes(kCommand), question.ExposeWritable().begin());
  std::ranges::copy(passphrase.Expose(), rest.out);
  return question;
}

}  // namespace

void MasterKeyCommand::AddTo(CLI::App& command, const std::string& verb) {
  verb_ = verb;
  if (verb == "status") {
    command.add_flag("--json", is_json_, "as JSON");
    return;
  }
  command.add_flag("--new-passphrase", has_new_passphrase_,
                   "ask for a passphrase, which becomes the new master key");
  command.add_flag("--wait", waits_, "until nothing needs the old key any more");
}

std::string MasterKeyCommand::Rotate(const std::filesystem::path& admin_socket) const {
  if (!has_new_passphrase_) return Ask(admin_socket, "key-rotate");
  const SecretBytes passphrase =
      PassphrasePrompt::Confirm(PassphrasePrompt::Ask("New passphrase of the master key: "));
  return Ask(admin_socket, QuestionWith(passphrase).ExposeText()) +
         "Set master_key_passphrase before the next start.\n";
}

int MasterKeyCommand::Run(const std::filesystem::path& admin_socket) const {
  std::string answer;
  if (verb_ == "status") {
    answer = Ask(admin_socket, is_json_ ? "key-status json" : "key-status");
  } else {
    answer = Rotate(admin_socket);
    while (waits_ && IsRewrapping(ReportOf(admin_socket))) {
      std::this_thread::sleep_for(kPollInterval);
    }
    if (waits_) answer = Ask(admin_socket, "key-status");
  }
  (void)std::fputs(answer.c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace coffer::server
