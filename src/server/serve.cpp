#include "server/serve.h"

#include "base/log.h"
#include "coffer/server.h"
#include "server/process.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <string>
#include <sysexits.h>
#include <unistd.h>

namespace coffer::server {
namespace {

// The address that a client on this machine would use.
std::string HostOf(const Config& config) {
  const bool is_local = config.listen_address == "127.0.0.1" ||
                        config.listen_address == "0.0.0.0" || config.listen_address == "::1" ||
                        config.listen_address == "::";
  if (is_local) return "localhost";
  const bool is_ipv6 = config.listen_address.find(':') != std::string::npos;
  return is_ipv6 ? "[" + config.listen_address + "]" : config.listen_address;
}

std::string DevelopmentHelp(const std::string& plain, const std::string& authority) {
  return "\nPaste these four lines into a shell, and the AWS CLI and every SDK talk to Coffer:\n\n"
         "export AWS_ENDPOINT_URL=" +
         plain +
         "\n"
         "export AWS_DEFAULT_REGION=us-east-1\n"
         "export AWS_ACCESS_KEY_ID=test\n"
         "export AWS_SECRET_ACCESS_KEY=test\n\n"
         "An AWS CLI too old for AWS_ENDPOINT_URL (before 1.29.18, before 2.13.0) takes it as a "
         "flag:\n\n"
         "aws --endpoint-url " +
         plain + " secretsmanager list-secrets\n" +
         (authority.empty() ? ""
                            : "\nFor TLS, use https:// and trust the local authority:\n\n"
                              "export AWS_CA_BUNDLE=" +
                                  authority + "\n");
}

// Nothing secret goes to standard output: it is a container's log.
void SayReady(const Config& config, const Server& server) {
  const std::string where = HostOf(config) + ":" + std::to_string(server.port());
  const auto authority = server.certificate_authority();
  std::string text = "coffer is ready: https://" + where + "\n";
  if (config.profile == Profile::kDevelopment) {
    text += DevelopmentHelp("http://" + where, authority ? authority->string() : "");
  } else {
    if (authority) text += "certificate authority (AWS_CA_BUNDLE): " + authority->string() + "\n";
    if (const auto file = server.root_credentials()) {
      text += "root access key (AWS_SHARED_CREDENTIALS_FILE): " + file->string() + "\n";
    }
  }
  (void)std::fputs(text.c_str(), stdout);
  (void)std::fflush(stdout);
}

}  // namespace

int Serve(const Config& config) {
  LockMemory();
  BlockStopSignals();
  std::atomic<bool> disk_failed = false;
  std::atomic<bool> stopping = false;
  Server server(config, [&](std::string_view reason) {
    base::log::Error("disk.failed", {{"reason", reason}, {"action", "stopping"}});
    disk_failed = true;
    if (!stopping) ::kill(::getpid(), SIGTERM);
  });
  server.Start();
  SayReady(config, server);
  base::log::Info("server.ready", {{"port", int{server.port()}}});
  ReleaseStartMemory();

  WaitForStopSignal();
  stopping = true;
  base::log::Info("server.stopping");
  server.Stop();
  return disk_failed ? EX_IOERR : EXIT_SUCCESS;
}

}  // namespace coffer::server
