#include "coffer/server.h"

#include "admin/admin_socket.h"
#include "api/access_inquiry.h"
#include "api/access_keys.h"
#include "api/dispatcher.h"
#include "api/error_table.h"
#include "api/local_endpoints.h"
#include "api/rotation_calls.h"
#include "base/log.h"
#include "jobs/housekeeping.h"
#include "jobs/key_upkeep.h"
#include "json/shape_codec.h"
#include "net/http_server.h"
#include "net/local_certificates.h"
#include "rotation/orchestrator.h"
#include "rotation/report.h"
#include "server/function_scratch.h"
#include "server/master_key_service.h"
#include "server/regions.h"
#include "server/root_access_key.h"
#include "server/rotation_setup.h"
#include "server/vault.h"
#include "services/secretsmanager/replication.h"
#include "sigv4/verifier.h"

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace coffer {
namespace {

bool IsDevelopment(const Config& config) { return config.profile == Profile::kDevelopment; }

// Sorted.
std::vector<std::string> RegionsOf(const Config& config) {
  std::vector<std::string> regions(server::kAwsRegions.begin(), server::kAwsRegions.end());
  regions.insert(regions.end(), config.extra_regions.begin(), config.extra_regions.end());
  std::ranges::sort(regions);
  return regions;
}

sigv4::VerifierOptions VerifierOptionsOf(const Config& config) {
  return {.regions = RegionsOf(config),
          .trust_any_signature = config.trust_any_signature,
          .default_account = config.account};
}

net::ServerOptions NetOptionsOf(const Config& config) {
  using std::chrono::seconds;
  return {.address = config.listen_address,
          .port = config.listen_port,
          .threads = config.threads != 0 ? config.threads
                                         : std::max(std::thread::hardware_concurrency(), 1U),
          .allow_plaintext = IsDevelopment(config),
          .limits = {.max_connections = config.max_connections,
                     .max_connections_per_address = config.max_connections_per_address,
                     .max_header_bytes = config.max_header_bytes,
                     .max_body_bytes = config.max_body_bytes,
                     .max_request_memory_bytes = config.max_request_memory_bytes,
                     .handshake_timeout = seconds(config.handshake_timeout_seconds),
                     .header_timeout = seconds(config.header_timeout_seconds),
                     .body_timeout = seconds(config.body_timeout_seconds),
                     .idle_timeout = seconds(config.idle_timeout_seconds),
                     .write_timeout = seconds(config.write_timeout_seconds)}};
}

net::LocalCertificates CertificatesOf(const Config& config,
                                      const std::filesystem::path& directory) {
  if (!config.certificate_file.empty()) {
    return {.authority = {},
            .certificate = config.certificate_file,
            .private_key = config.private_key_file};
  }
  return net::EnsureLocalCertificates(directory, config.host_names);
}

}  // namespace

// Members are in the order of their dependencies; destruction is the reverse.
class Server::Implementation {
 public:
  Implementation(const Config& config, std::function<void(std::string_view)> on_fatal);
  ~Implementation() { Stop(); }

  void Start();
  void Stop();
  [[nodiscard]] const net::LocalCertificates& certificates() const { return certificates_; }
  [[nodiscard]] const net::HttpServer& http() const { return http_; }
  [[nodiscard]] const server::Vault& vault() const { return vault_; }

 private:
  [[nodiscard]] api::AccessKeys LoadAccessKeys();
  [[nodiscard]] jobs::Housekeeping::Options HousekeepingOptions();
  [[nodiscard]] std::string Status() const;
  [[nodiscard]] std::string KeyStatus(std::string_view form);
  [[nodiscard]] std::string Explain(std::string_view asked);
  [[nodiscard]] std::string AnswerRotation(std::string_view asked);
  void Examine(const std::stop_token& stop);

  Config config_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  server::Vault vault_;
  secrets::FunctionRegistry rotation_functions_;
  api::RotationSessions rotation_sessions_;
  api::AccessKeys access_keys_;
  api::Principals principals_;
  api::PolicyCache policies_;
  api::AuthorizationParts authorization_;
  services::secretsmanager::Service service_;
  services::iam::Service iam_;
  services::kms::Service kms_;
  api::Services services_;
  api::RotationCalls rotation_calls_;
  rotation::Ledger rotation_ledger_;
  server::FunctionScratch function_scratch_;
  std::optional<rotation::Executors> rotation_executors_;  // Once the port is known.
  rotation::Orchestrator orchestrator_;
  sigv4::Verifier verifier_;
  api::LocalEndpoints local_endpoints_;
  api::Dispatcher dispatcher_;
  jobs::KeyUpkeep key_upkeep_;
  jobs::Housekeeping housekeeping_;
  server::MasterKeyService master_keys_;
  net::LocalCertificates certificates_;
  net::HttpServer http_;
  std::optional<admin::AdminSocket> admin_;
  std::jthread examination_;  // Of the whole database file, while the server already serves.
};

Server::Implementation::Implementation(const Config& config,
                                       std::function<void(std::string_view)> on_fatal)
    : config_(config),
      vault_(config, std::move(on_fatal)),
      rotation_functions_(config.rotation_functions),
      rotation_sessions_(vault_.database, vault_.rotations, vault_.secrets, rotation_functions_),
      access_keys_(LoadAccessKeys()),
      principals_(vault_.database, vault_.keyring, vault_.identities, access_keys_,
                  rotation_sessions_, vault_.clock),
      authorization_{.secrets = vault_.secrets,
                     .rotations = vault_.rotations,
                     .keyring = vault_.keyring,
                     .policies = policies_,
                     .random = vault_.random,
                     .enforcement = config.policy_enforcement()},
      service_{.secrets = vault_.secrets,
               .rotations = vault_.rotations,
               .replications = vault_.replications,
               .functions = rotation_functions_,
               .keyring = vault_.keyring,
               .envelope = vault_.envelope,
               .random = vault_.random,
               .clock = vault_.clock,
               .error_name = [](ErrorCode code) { return api::FindError(code).name; },
               .create_unknown_keys = IsDevelopment(config),
               .rotation_listener = &orchestrator_,
               .regions = RegionsOf(config)},
      iam_{.identities = vault_.identities, .keyring = vault_.keyring, .random = vault_.random},
      kms_{.keyring = vault_.keyring, .random = vault_.random},
      services_{
          .secrets_manager = service_, .iam = iam_, .kms = kms_, .authorization = authorization_},
      rotation_calls_(vault_.database, services_, rotation_sessions_,
                      vault_.keyring.session_tokens(), vault_.clock, vault_.random),
      rotation_ledger_(vault_.database, service_, vault_.random, server::RetryPolicyOf(config),
                       server::NewOwner(vault_.random)),
      function_scratch_(vault_.directory.path()),
      orchestrator_(
          {.ledger = rotation_ledger_,
           .access = rotation_calls_,
           .clock = vault_.clock,
           .executor_of =
               [this](RotationFunctionKind kind) { return &rotation_executors_->ForKind(kind); }},
          rotation_functions_,
          {.concurrency = config.rotation_concurrency,
           .scheduled_per_second = static_cast<int>(config.rotation_scheduled_per_second)}),
      verifier_(principals_, VerifierOptionsOf(config)),
      local_endpoints_({.version = COFFER_VERSION,
                        .test_clock = IsDevelopment(config) ? &vault_.clock : nullptr}),
      dispatcher_({.database = vault_.database,
                   .services = services_,
                   .clock = vault_.clock,
                   .verifier = verifier_,
                   .principals = principals_,
                   .local_endpoints = local_endpoints_,
                   .system_clock = vault_.system_clock,
                   .random = vault_.random}),
      key_upkeep_(vault_.database, vault_.keyring),
      housekeeping_(vault_.database, vault_.secrets, vault_.identities, vault_.clock,
                    HousekeepingOptions()),
      master_keys_(vault_, config.master_key_rewraps_per_second),
      certificates_(CertificatesOf(config, vault_.directory.Tls())),
      http_(NetOptionsOf(config), certificates_.certificate, certificates_.private_key,
            dispatcher_) {
  vault_.clock.OnMove([this] {
    housekeeping_.Wake();
    orchestrator_.Wake();
  });
  if (config.trust_any_signature) {
    base::log::Warning("signatures.not_verified", {{"reason", "trust_any_signature is set"}});
  }
}

// The strict profile has no built-in key: its first start makes the root user's.
api::AccessKeys Server::Implementation::LoadAccessKeys() {
  const api::AccessKeys::Options options{.built_in = IsDevelopment(config_),
                                         .default_account = config_.account};
  api::AccessKeys keys(vault_.database, vault_.keyring, options);
  if (options.built_in || !keys.empty()) return keys;
  // Else who can write the database would take the key's row away, and be given a new one.
  if (!vault_.is_new) {
    throw server::DataDirectoryError(
        "The root access key is missing from the database. One is made by itself for new data "
        "alone. If this data comes from the development profile, which has none, make one with "
        "`coffer root-key`; else put a copy back that has it.");
  }
  server::CreateRootAccessKey(vault_.database, vault_.keyring, vault_.random, vault_.clock,
                              config_.account, vault_.directory.RootCredentials());
  return {vault_.database, vault_.keyring, options};
}

jobs::Housekeeping::Options Server::Implementation::HousekeepingOptions() {
  jobs::Housekeeping::Options options;
  options.clock_was_moved = [this] { return vault_.clock.moved(); };
  options.every_flush = [this] {
    if (vault_.anchor) vault_.anchor->Advance(vault_.database.commit_sequence());
  };
  options.at_each_look = [this](Timestamp now) {
    key_upkeep_.Run(now);
    // After it: a key that works again lets replicas follow.
    services::secretsmanager::RetryReplicas(vault_.database, service_, now);
  };
  return options;
}

std::string Server::Implementation::Status() const {
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  return "version      " COFFER_VERSION "\nprofile      " +
         std::string(IsDevelopment(config_) ? "development" : "strict") + "\nport         " +
         std::to_string(http_.port()) + "\nuptime       " + std::to_string(uptime.count()) +
         " s\nconnections  " + std::to_string(http_.connections()) + "\ndata         " +
         vault_.directory.path().string() + "\ncommits      " +
         std::to_string(vault_.database.commit_sequence()) + "\n";
}

std::string Server::Implementation::KeyStatus(std::string_view form) {
  const server::MasterKeyReport report = master_keys_.Report();
  return form == "json" ? json::EncodeShape(report) + "\n" : server::Show(report);
}

std::string Server::Implementation::Explain(std::string_view asked) {
  const auto question = json::DecodeShape<api::AccessQuestion>(asked);
  if (!question) return "error: this is no question of this version of coffer.\n";
  std::string text;
  vault_.database.Read([&](Transaction& transaction) {
    const auto answer = api::ExplainAccess(services_, transaction, *question, vault_.clock.Now());
    text = answer ? answer->text : "error: " + answer.error().message + "\n";
  });
  return text;
}

std::string Server::Implementation::AnswerRotation(std::string_view asked) {
  const auto question = json::DecodeShape<rotation::ReportQuestion>(asked);
  if (!question) return "error: this is no question of this version of coffer.\n";
  Result<std::string> answer = "";
  vault_.database.Read([&](Transaction& transaction) {
    if (question->verb == "list") {
      answer = rotation::ListRotations(service_, transaction);
    } else {
      answer = rotation::ShowRotation(service_, transaction, *question);
    }
    if (!answer || question->verb != "retry") return;
    const auto secret_id = rotation::FindSecretOf(service_, transaction, *question);
    if (secret_id) orchestrator_.OnRotationWanted(*secret_id);
    answer = "The rotation is tried now, if there is one that waits or is stuck.\n";
  });
  return answer ? *answer : "error: " + answer.error().message + "\n";
}

void Server::Implementation::Start() {
  admin_.emplace(
      server::DataDirectory::AdminSocketOf(vault_.directory.path()),
      admin::Commands{
          {"status", [this](std::string_view) { return Status(); }},
          {"explain", [this](std::string_view question) { return Explain(question); }},
          {"rotation", [this](std::string_view question) { return AnswerRotation(question); }},
          {"key-status", [this](std::string_view form) { return KeyStatus(form); }},
          {"key-rotate", [this](std::string_view) { return master_keys_.Rotate(); }},
          {"key-rotate-passphrase", [this](std::string_view passphrase) {
             return master_keys_.RotateToPassphrase(passphrase);
           }}});
  housekeeping_.Start();
  master_keys_.Start();
  http_.Start();
  rotation_executors_.emplace(
      server::ExecutorOptionsOf(config_, http_.port(), certificates_.authority,
                                function_scratch_.path()),
      vault_.random);
  orchestrator_.Start();
  examination_ = std::jthread([this](const std::stop_token& stop) { Examine(stop); });
}

// A sick disk should be heard of before the page in question is read for a client.
void Server::Implementation::Examine(const std::stop_token& stop) {
  try {
    if (const auto damage = vault_.database.FindDamage(stop)) {
      base::log::Error("database.damaged", {{"finding", *damage}});
    }
  } catch (const std::exception& error) {
    if (!stop.stop_requested()) {
      base::log::Error("database.not_examined", {{"reason", error.what()}});
    }
  }
}

void Server::Implementation::Stop() {
  examination_.request_stop();
  admin_.reset();
  // Before the front end: functions need it to finish what they are doing.
  orchestrator_.Stop();
  http_.Stop(std::chrono::seconds(config_.drain_timeout_seconds));
  master_keys_.Stop();
  housekeeping_.Stop();
}

Server::Server(const Config& config, std::function<void(std::string_view)> on_fatal)
    : implementation_(std::make_unique<Implementation>(config, std::move(on_fatal))) {}
Server::~Server() = default;

void Server::Start() { implementation_->Start(); }
void Server::Stop() { implementation_->Stop(); }
std::uint16_t Server::port() const { return implementation_->http().port(); }

std::optional<std::filesystem::path> Server::certificate_authority() const {
  const auto& authority = implementation_->certificates().authority;
  return authority.empty() ? std::nullopt : std::optional(authority);
}

std::optional<std::filesystem::path> Server::root_credentials() const {
  auto file = implementation_->vault().directory.RootCredentials();
  return std::filesystem::exists(file) ? std::optional(std::move(file)) : std::nullopt;
}

}  // namespace coffer
