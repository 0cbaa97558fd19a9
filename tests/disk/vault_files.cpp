#include "vault_files.h"

#include "server/vault.h"
#include "server/verification.h"
#include "store/schema.h"

#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace coffer::test {

namespace {

constexpr const char* kDatabaseFile = "coffer.db";
constexpr std::uint64_t kSeedOfTheVault = 1;
constexpr std::uint64_t kSeedOfFurtherCalls = 2;

std::filesystem::path Memory() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

sql::SqliteOptions OptionsOf(const std::filesystem::path& directory, const DiskUse& use) {
  sql::SqliteOptions options;
  options.file = directory / kDatabaseFile;
  options.vfs = use.vfs;
  options.forced_checkpoint_pages = use.forced_checkpoint_pages;
  options.synchronous = use.synchronous;
  options.on_fatal = use.on_fatal;
  return options;
}

RotationFunction FunctionOfTheTest() {
  RotationFunction function;
  function.match = "function:f";
  function.kind = RotationFunctionKind::kExec;
  function.command = {"/nowhere"};
  return function;
}

void Require(ServerOverFiles& server, const ApiRequest& request) {
  const std::string answer = server.Ask(request);
  if (server.status() != 200) throw std::runtime_error(NameOf(request) + ": " + answer);
}

/// The vault that all others are copies of; made once in a process.
const MemoryDirectory& TheVault() {
  static const MemoryDirectory directory;
  static const bool is_made = [] {
    ServerOverFiles server(directory.path(), {}, kSeedOfTheVault);
    for (const ApiRequest& request : VaultRequests()) Require(server, request);
    (void)server.api().AddUser(kAccount, "keyed", "");
    return true;
  }();
  (void)is_made;
  return directory;
}

/// Holds the master key that ApiOverDatabase uses.
std::string MasterKeyFile() {
  static const MemoryDirectory directory;
  const std::filesystem::path file = directory.path() / "master.key";
  if (!std::filesystem::exists(file)) {
    std::ofstream(file) << std::string(64, '0');
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  }
  return file.string();
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Connection Open(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  Connection connection(handle);
  if (code != SQLITE_OK) throw std::runtime_error("no database at " + file.string());
  // Closing must not move a page: it looks at files that others still use.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return connection;
}

/// The rows of a query that has one column.
std::string LinesOf(sqlite3* database, const std::string& query) {
  std::string lines;
  const auto add = [](void* to, int /*columns*/, char** values, char** /*names*/) {
    static_cast<std::string*>(to)->append(values[0]).append("\n");
    return 0;
  };
  char* error = nullptr;
  if (sqlite3_exec(database, query.c_str(), add, &lines, &error) != SQLITE_OK) {
    const std::string reason = error;
    sqlite3_free(error);
    throw std::runtime_error(reason);
  }
  return lines;
}

std::vector<std::string> Split(const std::string& lines) {
  std::istringstream stream(lines);
  std::vector<std::string> split;
  for (std::string line; std::getline(stream, line);) split.push_back(line);
  return split;
}

/// `quote(a)||'|'||quote(b)`: text and bytes look different, and NULL is one.
std::string QuotedColumns(sqlite3* database, const std::string& table) {
  std::string columns;
  for (const std::string& column :
       Split(LinesOf(database, "SELECT name FROM pragma_table_info('" + table + "')"))) {
    if (!columns.empty()) columns += "||'|'||";
    columns += "quote(\"" + column + "\")";
  }
  return columns;
}

}  // namespace

MemoryDirectory::MemoryDirectory() : TemporaryDirectory(Memory()) {}

ServerOverFiles::ServerOverFiles(const std::filesystem::path& directory, const DiskUse& use,
                                 std::uint64_t random_seed)
    : database_(OptionsOf(directory, use), store::SqliteSchema()),
      api_(database_, random_seed, PolicyEnforcement::kOff, {FunctionOfTheTest()}) {}

std::string ServerOverFiles::Ask(const ApiRequest& request) {
  api_.UseRegion(request.region);
  switch (request.service) {
    case Service::kSecretsManager:
      return api_.Call(request.operation, request.body);
    case Service::kIam:
      return api_.CallIam(request.operation, request.body);
    case Service::kKms:
      return api_.CallKms(request.operation, request.body);
  }
  throw std::logic_error("no such service");
}

std::string ServerOverFiles::AskWithoutOpenReaders(const ApiRequest& request) {
  static constexpr Statement kAnything{"SELECT count(*) FROM secrets"};
  std::string answer;
  database_.Read([&](Transaction& transaction) {
    transaction.Query(kAnything, {}, [](const Row&) { return true; });
    answer = Ask(request);
  });
  return answer;
}

std::string ServerOverFiles::Describe() {
  // Which day a value was read is not durable when the read is answered, and meant to be so.
  static const std::regex kVolatile(
      R"re("LastAccessedDate":[0-9.E+]+,?|<RequestId>[^<]*</RequestId>)re");
  std::string told;
  for (const ApiRequest& question : Questions()) {
    told += NameOf(question) + " " + question.body + "\n" + Ask(question) + "\n";
  }
  return std::regex_replace(told, kVolatile, "");
}

PreparedVault::PreparedVault(const std::vector<ApiRequest>& further) {
  std::filesystem::copy(TheVault().path(), directory_.path());
  if (further.empty()) return;
  ServerOverFiles server(directory_.path(), {}, kSeedOfFurtherCalls);
  for (const ApiRequest& request : further) Require(server, request);
}

void PreparedVault::CopyTo(const std::filesystem::path& directory) const {
  std::filesystem::create_directories(directory);
  std::filesystem::copy(directory_.path(), directory);
}

std::string RowsIn(const std::filesystem::path& directory) {
  const Connection connection = Open(directory / kDatabaseFile);
  sqlite3* database = connection.get();
  const std::string found = LinesOf(database, "PRAGMA integrity_check");
  if (found != "ok\n") throw std::runtime_error("the database is damaged: " + found);
  std::string rows;
  const std::string tables =
      LinesOf(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  for (const std::string& table : Split(tables)) {
    rows += table + "\n" +
            LinesOf(database, "SELECT row FROM (SELECT " + QuotedColumns(database, table) +
                                  " AS row FROM \"" + table + "\") ORDER BY row");
  }
  return rows;
}

std::string ReopenedRowsIn(const std::filesystem::path& directory) {
  try {
    {
      Config config;
      config.data_directory = directory.string();
      config.master_key_file = MasterKeyFile();
      config.cache_mebibytes = 1;
      server::Vault vault(config, [](std::string_view) {});
      const server::VerificationReport report = server::Verify(vault);
      if (!report.problems.empty()) return "not verified: " + report.problems.front();
      if (report.secrets == 0 || report.identities == 0) return "nothing was verified";
    }
    return RowsIn(directory);
  } catch (const std::exception& error) {
    return std::string("not usable: ") + error.what();
  }
}

std::mt19937& SampleRandom() {
  static std::mt19937 random = [] {
    const char* chosen = std::getenv("COFFER_TEST_SEED");
    const auto seed = chosen != nullptr ? static_cast<unsigned>(std::stoul(chosen))
                                        : static_cast<unsigned>(std::random_device()());
    std::cout << "COFFER_TEST_SEED=" << seed << " repeats this run\n";
    return std::mt19937(seed);
  }();
  return random;
}

bool WantsAll() {
  const char* wanted = std::getenv("COFFER_DISK_FAULTS");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

std::size_t SampleOf(std::size_t usual) {
  if (WantsAll()) return std::numeric_limits<std::size_t>::max();
  const char* times = std::getenv("COFFER_DISK_FAULTS");
  return times == nullptr ? usual : usual * std::stoul(times);
}

}  // namespace coffer::test
