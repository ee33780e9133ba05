#include "tests/support/http_receiver.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tandem::test {
namespace {

// Reads until `buffer` has what `enough` wants; false when the connection ended first.
bool ReadUntil(int socket, std::string& buffer,
               const std::function<bool(const std::string&)>& enough) {
  while (!enough(buffer)) {
    char bytes[4'096];
    const ssize_t count = recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer.append(bytes, static_cast<size_t>(count));
  }
  return true;
}

std::optional<HttpRequest> ReadRequest(int socket, std::string& buffer) {
  constexpr char kEndOfHead[] = "\r\n\r\n";
  const auto has_head = [&](const std::string& text) {
    return text.find(kEndOfHead) != std::string::npos;
  };
  if (!ReadUntil(socket, buffer, has_head)) return std::nullopt;
  const size_t end = buffer.find(kEndOfHead);
  HttpRequest request;
  const std::vector<std::string> lines = absl::StrSplit(buffer.substr(0, end), "\r\n");
  for (const std::string& line : lines) {
    const size_t colon = line.find(':');
    if (request.line.empty()) {
      request.line = line;
    } else if (colon != std::string::npos) {
      request.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
          std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
  }
  buffer.erase(0, end + 4);
  size_t length = 0;
  (void)absl::SimpleAtoi(request.headers["content-length"], &length);
  if (!ReadUntil(socket, buffer, [&](const std::string& text) { return text.size() >= length; })) {
    return std::nullopt;
  }
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  return request;
}

bool SendAll(int socket, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

std::string HttpAnswer(int status, const std::string& more_headers) {
  return absl::StrCat("HTTP/1.1 ", status, " Any\r\ncontent-length: 0\r\n", more_headers, "\r\n");
}

HttpReceiver::HttpReceiver(Answering answering) : answering_(std::move(answering)) {
  listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listening_, 128) != 0 ||
      getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("can't listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { Accept(); });
}

HttpReceiver::~HttpReceiver() {
  stop_ = true;
  shutdown(listening_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_) shutdown(socket, SHUT_RDWR);
  }
  threads_.clear();
  close(listening_);
}

std::string HttpReceiver::Url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", port_, path);
}

void HttpReceiver::Accept() {
  while (!stop_) {
    const int socket = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.insert(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void HttpReceiver::Serve(int socket) {
  std::string buffer;
  while (const auto request = ReadRequest(socket, buffer)) {
    const std::string answer = answering_(*request);
    if (answer.empty() || !SendAll(socket, answer)) break;
  }
  const std::lock_guard lock(mutex_);
  open_.erase(socket);
  close(socket);
}

}  // namespace tandem::test
