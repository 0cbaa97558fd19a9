#include "server/passphrase.h"

#include "crypto/digest.h"
#include "keyring/master_key.h"

#include <cerrno>
#include <cstdio>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace coffer::server {
namespace {

using keyring::MasterKeyError;

constexpr char kInterrupt = '\x03';
constexpr char kEndOfInput = '\x04';
constexpr char kBackspace = '\x08';
constexpr char kDelete = '\x7f';

/// A terminal that shows nothing and hands over each key at once, also Ctrl-C: signals may be
/// blocked when a server asks. As it was before at the end.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    is_changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (is_changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    (void)std::fputs("\n", stderr);
  }

 private:
  termios before_{};
  bool is_changed_ = false;
};

bool HasTerminal() { return ::isatty(STDIN_FILENO) == 1; }

/// One byte at a time, so that the next line stays where it is. False at the end of the input.
bool ReadCharacter(char& character) {
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, &character, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1;
}

SecretBytes ReadLine(bool is_typed) {
  SecretBytes line(PassphrasePrompt::kLongest);
  std::size_t size = 0;
  char character = 0;
  for (;;) {
    const bool has_more = ReadCharacter(character);
    if (is_typed && (character == kInterrupt || character == kEndOfInput)) size = 0;
    if (!has_more || character == '\n' || character == '\r' ||
        (is_typed && (character == kInterrupt || character == kEndOfInput))) {
      break;
    }
    if (is_typed && (character == kBackspace || character == kDelete)) {
      if (size > 0) --size;
      continue;
    }
    if (size == line.size()) throw MasterKeyError("the passphrase is longer than 1024 bytes");
    line.ExposeWritable()[size++] = static_cast<std::byte>(character);
  }
  ::explicit_bzero(&character, sizeof(character));
  line.Truncate(size);
  if (line.empty()) throw MasterKeyError("no passphrase was given on standard input");
  return line;
}

}  // namespace

SecretBytes PassphrasePrompt::Ask(std::string_view prompt) {
  if (!HasTerminal()) return ReadLine(/*is_typed=*/false);
  (void)std::fputs(std::string(prompt).c_str(), stderr);
  const SilentTerminal silent;
  return ReadLine(/*is_typed=*/true);
}

SecretBytes PassphrasePrompt::Confirm(SecretBytes passphrase) {
  if (passphrase.size() < kShortestNew) {
    throw MasterKeyError("a new passphrase must have at least 12 characters");
  }
  if (HasTerminal() &&
      !crypto::ConstantTimeEqual(Ask("The same once more, since it is new: ").Expose(),
                                 passphrase.Expose())) {
    throw MasterKeyError("the two passphrases are not the same");
  }
  return passphrase;
}

}  // namespace coffer::server
