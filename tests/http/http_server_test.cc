// Goal: probes get their answer, and nobody who connects can keep others from getting theirs.
#include "server/http/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tandem::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A connection of a client.
class Client {
 public:
  explicit Client(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Client(Client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  ~Client() { close(socket_); }

  // Sends the text and returns everything that comes until the server closes.
  std::string Exchange(const std::string& text) {
    send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    std::string answer;
    char buffer[1024];
    for (ssize_t length = 0; (length = recv(socket_, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(length));
    }
    return answer;
  }

 private:
  int socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    auto server = HttpServer::Start(
        "127.0.0.1", 0, [this]() -> std::string { return ready_ ? "" : "the database is away"; },
        [this] { return Metrics(); });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::string Send(const std::string& line) {
    return Client(server_->port()).Exchange(absl::StrCat(line, "\r\nHost: here\r\n\r\n"));
  }

  // Gathers for as long as it is held up.
  std::string Metrics() {
    while (held_up_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return "tandem_ready 1\n";
  }

  std::atomic<bool> ready_{true};
  std::atomic<bool> held_up_{false};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, SaysThatItLives) {
  EXPECT_THAT(Send("GET /livez HTTP/1.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Send("GET /livez?verbose HTTP/1.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, SaysWhyItIsNotReady) {
  EXPECT_THAT(Send("GET /readyz HTTP/1.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  ready_ = false;
  const std::string answer = Send("GET /readyz HTTP/1.1");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("the database is away\n"));
  EXPECT_THAT(Send("GET /livez HTTP/1.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, GivesMetricsInTheFormOfPrometheus) {
  const std::string answer = Send("GET /metrics HTTP/1.1");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\ntandem_ready 1\n"));
  EXPECT_THAT(Send("HEAD /metrics HTTP/1.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Send("POST /metrics HTTP/1.1"), StartsWith("HTTP/1.1 405"));
}

TEST_F(HttpServerTest, KeepsNoProbeWaitingForMetrics) {
  held_up_ = true;
  std::vector<std::jthread> scrapes;
  std::atomic<int> given = 0, refused = 0;
  for (int i = 0; i < 10; ++i) {
    scrapes.emplace_back([&] {
      const bool is_given = Send("GET /metrics HTTP/1.1").starts_with("HTTP/1.1 200");
      (is_given ? given : refused).fetch_add(1);
    });
  }
  // More than a few at once are refused, and at once.
  while (refused < 6) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_THAT(Send("GET /livez HTTP/1.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  held_up_ = false;
  scrapes.clear();
  EXPECT_EQ(given, 4);
  EXPECT_EQ(refused, 6);
}

TEST_F(HttpServerTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Send("GET / HTTP/1.1"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Send("POST /livez HTTP/1.1"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(Client(server_->port()).Exchange("\x16\x03\x01 hello\r\n\r\n"), IsEmpty());
}

TEST_F(HttpServerTest, DropsARequestThatIsTooLarge) {
  const std::string large = absl::StrCat("GET /livez HTTP/1.1\r\nX: ", std::string(20'000, 'x'));
  EXPECT_THAT(Client(server_->port()).Exchange(large), IsEmpty());
}

TEST_F(HttpServerTest, AnswersAgainAfterMoreConnectionsThanItKeeps) {
  {
    std::vector<Client> idle;
    for (int i = 0; i < 100; ++i) {
      idle.emplace_back(server_->port());
    }
  }
  // The idle ones are gone; the server notices within a moment.
  std::string answer;
  for (int i = 0; i < 100 && answer.empty(); ++i) {
    answer = Send("GET /livez HTTP/1.1");
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, SaysThatAnAddressIsTaken) {
  const auto second = HttpServer::Start(
      "127.0.0.1", server_->port(), [] { return ""; }, [] { return ""; });
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("cannot serve HTTP on 127.0.0.1"));
}

}  // namespace
}  // namespace tandem::http
