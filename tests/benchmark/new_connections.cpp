// Opens TLS connections one after the other, sends one request over each and closes it, on several
// threads, and prints how many it made and how many of them resumed a session.
//
//   new_connections PORT FILE COUNT full|resumed SECONDS THREADS
//
// FILE holds COUNT requests, equally long. `full` shakes hands anew each time; `resumed` offers the
// newest ticket that the thread got.

#include "tls_connection.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <vector>

namespace {

using coffer::benchmark::Requests;
using coffer::benchmark::TlsConnection;
using Clock = std::chrono::steady_clock;

struct Job {
  std::uint16_t port;
  bool resume;
  Clock::time_point end;
};

struct Result {
  std::vector<double> microseconds;  // From connect() to the whole reply.
  std::size_t resumed = 0;
  std::size_t refused = 0;
};

Result Connect(const Job& job, const Requests& requests, std::size_t first) {
  const auto context = coffer::benchmark::MakeClientContext();
  std::shared_ptr<SSL_SESSION> session;
  Result result;
  for (std::size_t index = first; Clock::now() < job.end; ++index) {
    const auto begin = Clock::now();
    TlsConnection connection(context.get(), job.port, session.get());
    connection.Send(requests[index % requests.count()]);
    if (connection.Receive() != 200) ++result.refused;
    const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
    result.microseconds.push_back(took.count());
    if (connection.is_resumed()) ++result.resumed;
    if (job.resume) session = connection.session();
  }
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) return EXIT_FAILURE;
  try {
    const Requests requests(arguments[2], std::stoul(arguments[3]));
    const auto begin = Clock::now();
    const Job job{.port = static_cast<std::uint16_t>(std::stoi(arguments[1])),
                  .resume = std::string_view(arguments[4]) == "resumed",
                  .end = begin + std::chrono::seconds(std::stoi(arguments[5]))};
    std::vector<std::future<Result>> threads;
    for (std::size_t i = 0; i < std::stoul(arguments[6]); ++i) {
      threads.push_back(std::async(std::launch::async, Connect, job, std::cref(requests), 37 * i));
    }
    Result all;
    for (auto& thread : threads) {
      const Result one = thread.get();
      all.microseconds.insert(all.microseconds.end(), one.microseconds.begin(),
                              one.microseconds.end());
      all.resumed += one.resumed;
      all.refused += one.refused;
    }
    const std::chrono::duration<double> seconds = Clock::now() - begin;
    const double middle = coffer::benchmark::Percentile(all.microseconds, 0.5);
    std::printf(
        "{\"requests\": %zu, \"seconds\": %.6f, \"refused\": %zu, \"broken\": 0, "
        "\"p50_us\": %.1f, \"p99_us\": %.1f, \"resumed\": %zu}\n",
        all.microseconds.size(), seconds.count(), all.refused, middle,
        coffer::benchmark::Percentile(all.microseconds, 0.99), all.resumed);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
