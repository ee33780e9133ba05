#include "server/rpc/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace tandem::rpc {
namespace {

constexpr std::chrono::milliseconds kPauseWithoutFiles{100};
constexpr std::chrono::hours kLong{1};
constexpr std::chrono::seconds kComplaintInterval{10};
constexpr int kBacklog = 1'024;

std::string Describe(int error) {
  return std::generic_category().message(error);
}

// Splits "host:port" and "[host]:port". False when there is no port.
bool Split(const std::string& address, std::string& host, std::string& port) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) return false;
  host = address.substr(0, colon);
  port = address.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return !host.empty();
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// A socket that listens on this address; -1 and errno when there can be none.
int ListeningSocket(const addrinfo& address) {
  const int socket =
      ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(socket, address.ai_addr, address.ai_addrlen) == 0 && listen(socket, kBacklog) == 0) {
    return socket;
  }
  const int error = errno;
  close(socket);
  errno = error;
  return -1;
}

int PortOf(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  if (bound.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

}  // namespace

Listener::~Listener() {
  Stop();
}

absl::Status Listener::Listen(const std::string& address) {
  std::string host;
  std::string port;
  if (!Split(address, host, port)) {
    return absl::InvalidArgumentError(
        fmt::format("expected an address of the form host:port, but found \"{}\"", address));
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (error != 0) {
    return absl::InvalidArgumentError(
        fmt::format("can't resolve the address {}: {}", address, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
  for (const addrinfo* entry = list; entry != nullptr && socket_ < 0; entry = entry->ai_next) {
    socket_ = ListeningSocket(*entry);
  }
  if (socket_ < 0) {
    return absl::UnavailableError(fmt::format("can't listen on {}: {}", address, Describe(errno)));
  }
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_ < 0) return absl::UnavailableError("can't make an eventfd: " + Describe(errno));
  port_ = PortOf(socket_);
  return absl::OkStatus();
}

void Listener::Run(Handler handler) {
  handler_ = std::move(handler);
  thread_ = std::jthread([this] { AcceptAll(); });
}

void Listener::Stop() {
  if (wake_ >= 0) {
    const uint64_t one = 1;
    // An eventfd takes eight bytes unless its counter is full, and then it is readable already.
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
  }
  if (thread_.joinable()) thread_.join();
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  if (wake_ >= 0) close(std::exchange(wake_, -1));
}

void Listener::AcceptAll() {
  while (Wait(POLLIN, kLong)) {
    while (AcceptOne()) {
    }
  }
}

bool Listener::Wait(short events, std::chrono::milliseconds at_most) {
  std::array<pollfd, 2> files{pollfd{.fd = wake_, .events = POLLIN, .revents = 0},
                              pollfd{.fd = socket_, .events = events, .revents = 0}};
  poll(files.data(), files.size(), static_cast<int>(at_most.count()));
  return files[0].revents == 0;
}

bool Listener::AcceptOne() {
  const int socket = accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    const bool no_files = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (no_files) {
      Complain("can't accept a connection: " + Describe(errno));
      // The connection waits in the kernel's queue; poll would report it at once.
      Wait(0, kPauseWithoutFiles);
      return false;
    }
    // Others are about the one connection that just went away.
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EBADF && errno != EINVAL;
  }
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  // The kernel gives out the lowest free number, so a high one means that few are left.
  if (limit.rlim_cur != RLIM_INFINITY &&
      static_cast<rlim_t>(socket) + static_cast<rlim_t>(reserved_files_) >= limit.rlim_cur) {
    close(socket);
    Complain("hung up on a new connection: too many files are open");
    return true;
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  handler_(socket_, socket);
  return true;
}

void Listener::Complain(const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  if (now - complained_at_ < kComplaintInterval) return;
  complained_at_ = now;
  spdlog::warn("{}", what);
}

}  // namespace tandem::rpc
