// Goal: the loop that accepts connections keeps file descriptors for others, and goes on after
// there were none.
#include "server/rpc/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/eventually.h"

namespace tandem::rpc {
namespace {

int NewSocket() {
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

bool Connect(int socket, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

// Counts the connections, and hangs up on each.
class Counter {
 public:
  Listener::Handler Handler() {
    return [this](int /*listening_socket*/, int socket) {
      close(socket);
      ++count_;
    };
  }
  bool Reaches(int count) const {
    return test::Eventually([&] { return count_ >= count; }) && count_ == count;
  }

 private:
  std::atomic<int> count_ = 0;
};

TEST(Listener, HandsOverConnections) {
  Counter counter;
  Listener listener(/*reserved_files=*/16);
  ASSERT_TRUE(listener.Listen("127.0.0.1:0").ok());
  ASSERT_GT(listener.port(), 0);
  listener.Run(counter.Handler());
  for (int i = 0; i < 10; ++i) {
    const int socket = NewSocket();
    EXPECT_TRUE(Connect(socket, listener.port()));
    close(socket);
  }
  EXPECT_TRUE(counter.Reaches(10));
  listener.Stop();
  const int socket = NewSocket();
  EXPECT_FALSE(Connect(socket, listener.port()));
  close(socket);
}

TEST(Listener, KeepsFileDescriptorsForOthers) {
  Counter counter;
  Listener listener(/*reserved_files=*/1 << 30);
  ASSERT_TRUE(listener.Listen("127.0.0.1:0").ok());
  listener.Run(counter.Handler());
  const int socket = NewSocket();
  ASSERT_TRUE(Connect(socket, listener.port()));
  char byte = 0;
  EXPECT_EQ(read(socket, &byte, 1), 0);  // hung up
  close(socket);
  EXPECT_TRUE(counter.Reaches(0));
}

TEST(Listener, GoesOnAfterThereWereNoFileDescriptors) {
  Counter counter;
  Listener listener(/*reserved_files=*/0);
  ASSERT_TRUE(listener.Listen("127.0.0.1:0").ok());
  listener.Run(counter.Handler());
  const int socket = NewSocket();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  // Sockets take the lowest free number, so from here on there is none left.
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(socket) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_TRUE(Connect(socket, listener.port()));  // by the kernel, on our behalf
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(counter.Reaches(0));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(counter.Reaches(1));
  close(socket);
}

}  // namespace
}  // namespace tandem::rpc
