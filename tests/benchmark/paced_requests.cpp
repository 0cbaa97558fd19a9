// Sends requests at a given rate, whether or not earlier ones have been answered, and prints how
// long each took from the moment at which it was due. The moments are those of a Poisson process:
// the clients of a server do not wait for each other.
//
//   paced_requests PORT FILE COUNT RATE SECONDS CONNECTIONS
//
// FILE holds COUNT requests, equally long; they are sent at random.

#include "tls_connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <random>
#include <string>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

namespace {

using coffer::benchmark::Requests;
using coffer::benchmark::TlsConnection;
using Clock = std::chrono::steady_clock;

constexpr Clock::duration kLongestWait = std::chrono::milliseconds(100);

struct Client {
  std::unique_ptr<TlsConnection> connection;
  Clock::time_point due;  // Of the request that is on its way.
};

class Load {
 public:
  Load(std::uint16_t port, const Requests& requests, std::size_t connections)
      : requests_(requests), poll_(::epoll_create1(EPOLL_CLOEXEC)), clients_(connections) {
    for (Client& client : clients_) {
      client.connection = std::make_unique<TlsConnection>(context_.get(), port);
      client.connection->MakeNonBlocking();
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, client.connection->socket(), &event);
      idle_.push_back(&client);
    }
  }
  ~Load() { ::close(poll_); }

  void Run(double rate, std::chrono::seconds duration) {
    std::exponential_distribution<double> pause(rate);
    const auto begin = Clock::now();
    auto next = begin;
    while (next < begin + duration || !waiting_.empty() || idle_.size() < clients_.size()) {
      for (const auto now = Clock::now(); next <= now && next < begin + duration;) {
        waiting_.push_back(next);
        next += std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(pause(random_)));
      }
      SendDue();
      TakeReplies(waiting_.empty() ? next : Clock::now() + kLongestWait);
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
  }

  void Print() {
    const double middle = coffer::benchmark::Percentile(microseconds_, 0.5);
    std::printf(
        "{\"requests\": %zu, \"seconds\": %.6f, \"refused\": %zu, \"broken\": 0, "
        "\"p50_us\": %.1f, \"p99_us\": %.1f}\n",
        microseconds_.size(), seconds_, refused_, middle,
        coffer::benchmark::Percentile(microseconds_, 0.99));
  }

 private:
  void SendDue() {
    while (!waiting_.empty() && !idle_.empty()) {
      Client& client = *idle_.front();
      idle_.pop_front();
      client.due = waiting_.front();
      waiting_.pop_front();
      client.connection->Send(requests_[any_(random_)]);
    }
  }

  // Waits for them until `end`.
  void TakeReplies(Clock::time_point end) {
    const std::chrono::nanoseconds left =
        std::clamp(end - Clock::now(), Clock::duration::zero(), kLongestWait);
    const timespec patience{.tv_sec = 0, .tv_nsec = left.count()};
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_pwait2(poll_, events.data(), events.size(), &patience, nullptr);
    for (int i = 0; i < ready; ++i) {
      Client& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      const auto status = client.connection->Receive();
      if (!status) continue;
      const std::chrono::duration<double, std::micro> took = Clock::now() - client.due;
      microseconds_.push_back(took.count());
      if (*status != 200) ++refused_;
      idle_.push_back(&client);
    }
  }

  const Requests& requests_;
  std::shared_ptr<SSL_CTX> context_ = coffer::benchmark::MakeClientContext();
  int poll_;
  std::vector<Client> clients_;
  std::deque<Client*> idle_;
  std::deque<Clock::time_point> waiting_;  // Due, and no connection was idle.
  std::minstd_rand random_{std::random_device{}()};
  std::uniform_int_distribution<std::size_t> any_{0, requests_.count() - 1};
  std::vector<double> microseconds_;
  std::size_t refused_ = 0;
  double seconds_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) return EXIT_FAILURE;
  try {
    const Requests requests(arguments[2], std::stoul(arguments[3]));
    Load load(static_cast<std::uint16_t>(std::stoi(arguments[1])), requests,
              std::stoul(arguments[6]));
    load.Run(std::stod(arguments[4]), std::chrono::seconds(std::stoi(arguments[5])));
    load.Print();
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
