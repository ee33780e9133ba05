#include "tests/rpc/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

#include "gtest/gtest.h"

namespace tandem::rpc {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

TcpProxy::TcpProxy(int port) : server_port_(port) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener_, any, size), 0);
  EXPECT_EQ(listen(listener_, SOMAXCONN), 0);
  EXPECT_EQ(getsockname(listener_, any, &size), 0);
  port_ = ntohs(address.sin_port);
  EXPECT_EQ(pipe(wake_), 0);
  thread_ = std::jthread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  Wake();
  thread_.join();
  for (const Connection& connection : open_) Close(connection, /*reset=*/false);
  for (const Connection& connection : silent_) Close(connection, /*reset=*/false);
  for (const int descriptor : {listener_, wake_[0], wake_[1]}) close(descriptor);
}

void TcpProxy::Wake() const {
  EXPECT_EQ(write(wake_[1], "w", 1), 1);
}

void TcpProxy::Reset() {
  const std::lock_guard lock(mutex_);
  for (const Connection& connection : std::exchange(open_, {})) Close(connection, /*reset=*/true);
  Wake();
}

void TcpProxy::Silence() {
  const std::lock_guard lock(mutex_);
  for (const Connection& connection : std::exchange(open_, {})) silent_.push_back(connection);
  Wake();
}

void TcpProxy::Close(const Connection& connection, bool reset) {
  for (const int socket : {connection.client, connection.server}) {
    // Closed without patience for what was not sent yet: a reset.
    const linger none{.l_onoff = 1, .l_linger = 0};
    if (reset) setsockopt(socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(socket);
  }
}

void TcpProxy::Accept() {
  Connection connection;
  connection.client = accept(listener_, nullptr, nullptr);
  connection.server = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(server_port_);
  const auto* const server = reinterpret_cast<const sockaddr*>(&address);
  if (connect(connection.server, server, sizeof address) == 0) {
    open_.push_back(connection);
  } else {
    Close(connection, /*reset=*/true);
  }
}

bool TcpProxy::Forward(int from, int to) {
  std::array<char, 65'536> buffer;
  const ssize_t size = recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  return send(to, buffer.data(), static_cast<size_t>(size), MSG_NOSIGNAL) == size;
}

void TcpProxy::Run() {
  for (;;) {
    std::vector<pollfd> polled = {{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
    std::vector<Connection> connections;
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
      connections = open_;
    }
    for (const Connection& connection : connections) {
      polled.push_back({connection.client, POLLIN, 0});
      polled.push_back({connection.server, POLLIN, 0});
    }
    poll(polled.data(), polled.size(), -1);
    const std::lock_guard lock(mutex_);
    char byte = 0;
    if (polled[1].revents != 0) {
      // Somebody changed the connections: look at them again.
      EXPECT_EQ(read(wake_[0], &byte, 1), 1);
      continue;
    }
    for (size_t i = 0; i < connections.size(); ++i) {
      const Connection& connection = connections[i];
      bool good = true;
      if (polled[2 + 2 * i].revents != 0) good = Forward(connection.client, connection.server);
      if (polled[3 + 2 * i].revents != 0) good &= Forward(connection.server, connection.client);
      if (good) continue;
      std::erase_if(open_,
                    [&](const Connection& open) { return open.client == connection.client; });
      Close(connection, /*reset=*/false);
    }
    if (polled[0].revents != 0) Accept();
  }
}

}  // namespace tandem::rpc
