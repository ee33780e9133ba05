// Goal: what is posted arrives as it is, an answer means what it says, and neither a URL that
// somebody configures nor an answer that somebody makes up can do harm. Method: a real receiver on
// this machine that answers byte by byte as each test wants.
#include "server/webhook/sender.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_receiver.h"

namespace tandem::webhook {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::HttpAnswer;
using test::HttpReceiver;
using test::HttpRequest;
using ::testing::HasSubstr;

SenderOptions Inside() {
  return {.private_networks = true,
          .connect_timeout = milliseconds(500),
          .timeout = milliseconds(1'000),
          .max_answer_bytes = 1'000};
}

// The answer to one request.
Answer Post(const SenderOptions& options, const std::string& url, const std::string& body = "{}") {
  Sender sender(options);
  sender.Start({.id = 7, .url = url, .headers = {"webhook-id: a.b.1"}, .body = body});
  const auto give_up = std::chrono::steady_clock::now() + seconds(20);
  while (std::chrono::steady_clock::now() < give_up) {
    const auto answers = sender.Wait(milliseconds(100));
    if (answers.empty()) continue;
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].id, 7U);
    return answers[0];
  }
  ADD_FAILURE() << "no answer";
  return {};
}

Answer PostTo(const std::string& raw_answer) {
  HttpReceiver receiver([&](const HttpRequest&) { return raw_answer; });
  return Post(Inside(), receiver.Url());
}

TEST(Sender, PostsTheBodyWithTheHeadersAndNothingThatAsksBack) {
  HttpRequest received;
  const std::string body(2'000'000, 'x');
  {
    HttpReceiver receiver([&](const HttpRequest& request) {
      received = request;
      return HttpAnswer(204);
    });
    const Answer answer = Post(Inside(), receiver.Url("/hook?a=b"), body);
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.error, "");
  }
  EXPECT_EQ(received.line, "POST /hook?a=b HTTP/1.1");
  EXPECT_EQ(received.headers["webhook-id"], "a.b.1");
  EXPECT_EQ(received.headers["user-agent"], "tandem");
  EXPECT_FALSE(received.headers.contains("expect"));
  EXPECT_FALSE(received.headers.contains("accept-encoding"));
  EXPECT_EQ(received.body, body);
}

TEST(Sender, OnlyTwoHundredsAreTaken) {
  for (const int status : {200, 201, 202, 204, 299}) {
    EXPECT_EQ(PostTo(HttpAnswer(status)).error, "") << status;
  }
  for (const int status : {300, 400, 401, 404, 410, 500, 503}) {
    const Answer answer = PostTo(HttpAnswer(status));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.error, "HTTP " + std::to_string(status));
  }
}

TEST(Sender, FollowsNoRedirect) {
  std::atomic<int> elsewhere = 0;
  HttpReceiver inside([&](const HttpRequest&) {
    ++elsewhere;
    return HttpAnswer(200);
  });
  for (const int status : {301, 302, 303, 307, 308}) {
    const Answer answer = PostTo(HttpAnswer(status, "location: " + inside.Url() + "\r\n"));
    EXPECT_EQ(answer.status, status);
    EXPECT_NE(answer.error, "");
  }
  EXPECT_EQ(elsewhere, 0);
}

TEST(Sender, HeedsRetryAfterOfThoseWhoMayAsk) {
  EXPECT_EQ(PostTo(HttpAnswer(429, "retry-after: 30\r\n")).retry_after, seconds(30));
  EXPECT_EQ(PostTo(HttpAnswer(503, "retry-after: 7\r\n")).retry_after, seconds(7));
  EXPECT_EQ(PostTo(HttpAnswer(500, "retry-after: 7\r\n")).retry_after, seconds(0));
  EXPECT_EQ(PostTo(HttpAnswer(503, "retry-after: soon\r\n")).retry_after, seconds(0));
  EXPECT_EQ(PostTo(HttpAnswer(503, "retry-after: -5\r\n")).retry_after, seconds(0));
}

TEST(Sender, CutsALongBodyOffAndBelievesTheStatus) {
  const std::string endless(1'000'000, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
  EXPECT_EQ(PostTo(head + endless).error, "");
  const std::string refused = "HTTP/1.1 500 No\r\ncontent-length: 1000000\r\n\r\n";
  EXPECT_EQ(PostTo(refused + endless).error, "HTTP 500");
}

TEST(Sender, RefusesALongHead) {
  std::string one = "HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'x') + "\r\n\r\n";
  EXPECT_NE(PostTo(one).error, "");
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 1'000; ++i) many += "set-cookie: a=b\r\n";
  EXPECT_EQ(PostTo(many + "\r\n").error, "the head of the answer is too large");
  std::string informational;
  for (int i = 0; i < 1'000; ++i) informational += "HTTP/1.1 103 Early\r\nlink: a\r\n\r\n";
  EXPECT_NE(PostTo(informational + HttpAnswer(200)).error, "");
}

TEST(Sender, GarbageIsAFailure) {
  for (const std::string& garbage :
       {std::string("hello"), std::string("\0\0\0\0", 4), std::string("HTTP/1.1 abc\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"),
        std::string("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")}) {
    EXPECT_NE(PostTo(garbage).error, "") << garbage;
  }
  EXPECT_NE(PostTo("").error, "") << "closed without an answer";
}

TEST(Sender, WaitsOnlySoLong) {
  HttpReceiver slow([](const HttpRequest&) {
    std::this_thread::sleep_for(milliseconds(1'500));
    return HttpAnswer(200);
  });
  const auto began = std::chrono::steady_clock::now();
  const Answer answer = Post(Inside(), slow.Url());
  EXPECT_THAT(answer.error, HasSubstr("Timeout"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(1'450));
}

TEST(Sender, UsesNoProxyOfTheEnvironment) {
  ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1/", 1), 0);
  ASSERT_EQ(setenv("all_proxy", "http://127.0.0.1:1/", 1), 0);
  EXPECT_EQ(PostTo(HttpAnswer(200)).error, "");
  unsetenv("http_proxy");
  unsetenv("all_proxy");
}

TEST(Sender, IsWokenByAnotherThread) {
  Sender sender(Inside());
  const auto began = std::chrono::steady_clock::now();
  std::jthread waker([&] { sender.Wake(); });
  EXPECT_TRUE(sender.Wait(seconds(20)).empty());
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
}

TEST(Sender, UrlsAreChecked) {
  for (const char* const good : {"https://crm.example/hooks?a=b", "https://8.8.8.8:8443/",
                                 "https://[2606:4700::1111]/", "https://crm.example"}) {
    EXPECT_EQ(UrlFault(good, false), "") << good;
  }
  EXPECT_EQ(UrlFault("http://127.0.0.1:8080/", true), "");
  for (const char* const bad :
       {"", "crm", "http://crm.example/", "ftp://crm.example/", "https://user@crm.example/",
        "https://user:word@crm.example/", "https://crm.example/#part", "file:///etc/passwd",
        "gopher://crm.example/", "https://crm.example:99999/", "https://127.0.0.1/",
        "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://[::1]/",
        "https://[fe80::1%25eth0]/", "https://[::ffff:10.0.0.1]/"}) {
    EXPECT_NE(UrlFault(bad, false), "") << bad;
  }
  for (const char* const bad : {"file:///etc/passwd", "ftp://crm.example/", "dict://localhost/"}) {
    EXPECT_NE(UrlFault(bad, true), "") << bad;
  }
}

bool IsPublicText(const std::string& text) {
  sockaddr_in v4{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    return IsPublic(reinterpret_cast<const sockaddr&>(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
  return IsPublic(reinterpret_cast<const sockaddr&>(v6));
}

TEST(IsPublic, KnowsTheNetworksThatLeadInside) {
  for (const char* const inside : {"0.0.0.0",
                                   "10.0.0.1",
                                   "10.255.255.255",
                                   "100.64.0.1",
                                   "100.127.255.255",
                                   "127.0.0.1",
                                   "127.255.255.255",
                                   "169.254.169.254",
                                   "172.16.0.1",
                                   "172.31.255.255",
                                   "192.0.0.1",
                                   "192.0.2.1",
                                   "192.88.99.1",
                                   "192.168.0.1",
                                   "198.18.0.1",
                                   "198.19.255.255",
                                   "198.51.100.1",
                                   "203.0.113.1",
                                   "224.0.0.1",
                                   "239.255.255.255",
                                   "240.0.0.1",
                                   "255.255.255.255",
                                   "::",
                                   "::1",
                                   "::ffff:127.0.0.1",
                                   "::ffff:10.0.0.1",
                                   "::127.0.0.1",
                                   "64:ff9b::7f00:1",
                                   "100::1",
                                   "2001::1",
                                   "2001:db8::1",
                                   "2002:7f00:1::1",
                                   "3fff::1",
                                   "fc00::1",
                                   "fd12:3456::1",
                                   "fe80::1",
                                   "fec0::1",
                                   "ff02::1"}) {
    EXPECT_FALSE(IsPublicText(inside)) << inside;
  }
  for (const char* const outside : {"1.1.1.1",         "8.8.8.8",        "9.255.255.255",
                                    "11.0.0.0",        "100.63.255.255", "100.128.0.0",
                                    "126.255.255.255", "128.0.0.1",      "172.15.255.255",
                                    "172.32.0.0",      "192.0.1.1",      "192.167.255.255",
                                    "192.169.0.0",     "198.17.255.255", "198.20.0.0",
                                    "223.255.255.255", "::ffff:8.8.8.8", "2001:4860:4860::8888",
                                    "2606:4700::1111", "2a00:1450::1"}) {
    EXPECT_TRUE(IsPublicText(outside)) << outside;
  }
}

// Names are the way inside that no look at the URL can close.
TEST(Sender, RefusesAddressesInsideAfterTheNameWasResolved) {
  HttpReceiver receiver([](const HttpRequest&) { return HttpAnswer(200); });
  SenderOptions options = Inside();
  options.private_networks = false;
  const std::string port = std::to_string(receiver.port());
  for (const std::string host : {"localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const Answer answer = Post(options, "https://" + host + ":" + port + "/");
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.error, "the address is not of the public internet") << host;
  }
  EXPECT_THAT(Post(options, receiver.Url()).error, HasSubstr("Unsupported protocol"));
  EXPECT_EQ(receiver.connections(), 0);
  EXPECT_NE(Post(Inside(), "file:///etc/passwd").error, "") << "whatever is allowed";
}

}  // namespace
}  // namespace tandem::webhook
