#include "server/webhook/sender.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace tandem::webhook {
namespace {

constexpr long kMaxIdleConnections = 64;
constexpr int kTooManyRequests = 429;
constexpr int kServiceUnavailable = 503;

struct Net4 {
  uint32_t prefix;
  int bits;
};
constexpr Net4 kNotPublic4[] = {
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // between carriers and their customers
    {0x7f000000, 8},   // this machine
    {0xa9fe0000, 16},  // link-local: the metadata of clouds, too
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocols
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 3},   // multicast, reserved, broadcast
};

// An IPv4 address in the order of this machine.
bool IsPublic4(uint32_t address) {
  for (const Net4& net : kNotPublic4) {
    if ((address ^ net.prefix) >> (32 - net.bits) == 0) return false;
  }
  return true;
}

struct Net6 {
  uint32_t prefix;  // its first 32 bits
  int bits;
};
// Of 2000::/3, the only unicast addresses that are global; they wrap IPv4 addresses or lead
// nowhere.
constexpr Net6 kNotPublic6[] = {
    {0x20010000, 23},  // protocols, Teredo
    {0x20010db8, 32},  // documentation
    {0x20020000, 16},  // 6to4
    {0x3fff0000, 20},  // documentation
};

bool IsPublic6(const in6_addr& address) {
  uint32_t first = 0;
  std::memcpy(&first, address.s6_addr, sizeof first);
  first = ntohl(first);
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    uint32_t last = 0;
    std::memcpy(&last, address.s6_addr + 12, sizeof last);
    return IsPublic4(ntohl(last));
  }
  if (first >> 29 != 1) return false;
  for (const Net6& net : kNotPublic6) {
    if ((first ^ net.prefix) >> (32 - net.bits) == 0) return false;
  }
  return true;
}

// One request under way. libcurl points into it.
struct Transfer {
  Request request;
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  size_t max_answer_bytes = 0;
  size_t answer_bytes = 0;
  bool any_address = false;
  bool address_refused = false;
  bool read_enough = false;  // of the body; the rest is cut off

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
  }
};

bool HoldsMore(Transfer& transfer, size_t bytes) {
  transfer.answer_bytes += bytes;
  return transfer.answer_bytes <= transfer.max_answer_bytes;
}

size_t TakeHead(char* /*data*/, size_t size, size_t count, void* transfer_pointer) {
  return HoldsMore(*static_cast<Transfer*>(transfer_pointer), size * count) ? size * count : 0;
}

size_t TakeBody(char* /*data*/, size_t size, size_t count, void* transfer_pointer) {
  auto& transfer = *static_cast<Transfer*>(transfer_pointer);
  if (HoldsMore(transfer, size * count)) return size * count;
  transfer.read_enough = true;
  return 0;
}

curl_socket_t OpenSocket(void* transfer_pointer, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(transfer_pointer);
  if (!transfer.any_address && !IsPublic(address->addr)) {
    transfer.address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Answer AnswerOf(const Transfer& transfer, CURLcode code) {
  Answer answer;
  answer.id = transfer.request.id;
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  if (code != CURLE_OK && !transfer.read_enough) {
    const bool too_large = transfer.answer_bytes > transfer.max_answer_bytes;
    answer.error = transfer.address_refused ? "the address is not of the public internet"
                   : too_large              ? "the head of the answer is too large"
                                            : curl_easy_strerror(code);
  } else if (status < 200 || status > 299) {
    answer.error = absl::StrCat("HTTP ", status);
    if (status == kTooManyRequests || status == kServiceUnavailable) {
      curl_off_t seconds = 0;
      curl_easy_getinfo(transfer.handle, CURLINFO_RETRY_AFTER, &seconds);
      answer.retry_after = std::chrono::seconds(seconds);
    }
  }
  return answer;
}

// A host that is an address in figures, as libcurl writes them, and one that is refused. Names are
// looked at when they were resolved.
bool IsLiteralOfPrivateAddress(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return !IsPublic4(ntohl(v4.s_addr));
  if (host.size() < 2 || host.front() != '[') return false;
  in6_addr v6{};
  const std::string inner = host.substr(1, host.size() - 2);
  return inet_pton(AF_INET6, inner.c_str(), &v6) != 1 || !IsPublic6(v6);
}

}  // namespace

bool IsPublic(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return IsPublic4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return IsPublic6(v6.sin6_addr);
  }
  return false;
}

std::string UrlFault(const std::string& url, bool private_networks) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), curl_url_cleanup);
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return "expected a URL, but it is another text";
  }
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    curl_url_get(parts.get(), which, &text, 0);
    std::string value = text == nullptr ? "" : text;
    curl_free(text);
    return value;
  };
  const std::string scheme = part(CURLUPART_SCHEME);
  if (scheme != "https" && !(private_networks && scheme == "http")) {
    return private_networks ? "expected https or http, but it is another scheme"
                            : "expected https, but it is another scheme";
  }
  if (!part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty()) {
    return "expected no user name and no password, but there is one";
  }
  if (!part(CURLUPART_FRAGMENT).empty()) return "expected no fragment, but there is one";
  if (!private_networks && IsLiteralOfPrivateAddress(part(CURLUPART_HOST))) {
    return "expected an address of the public internet, but it is another one";
  }
  return "";
}

class Sender::Impl {
 public:
  explicit Impl(SenderOptions options) : options_(options) {
    static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = initialized == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi_ == nullptr) throw std::runtime_error("libcurl can't be initialized");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  }
  ~Impl() {
    for (const auto& [handle, transfer] : transfers_) curl_multi_remove_handle(multi_, handle);
    transfers_.clear();
    curl_multi_cleanup(multi_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Start(Request request);
  std::vector<Answer> Wait(std::chrono::milliseconds at_most);
  void Wake() { curl_multi_wakeup(multi_); }

 private:
  void Prepare(Transfer& transfer) const;
  void Collect();

  const SenderOptions options_;
  CURLM* multi_ = nullptr;
  absl::flat_hash_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<Answer> answers_;  // to be handed out
};

void Sender::Impl::Prepare(Transfer& transfer) const {
  CURL* const handle = transfer.handle;
  const auto set = [handle](CURLoption option, auto value) {
    if (curl_easy_setopt(handle, option, value) != CURLE_OK) {
      throw std::runtime_error(absl::StrCat("libcurl does not take option ", option));
    }
  };
  for (const std::string& header : transfer.request.headers) {
    transfer.headers = curl_slist_append(transfer.headers, header.c_str());
  }
  // libcurl would wait a second for leave to send a large body.
  transfer.headers = curl_slist_append(transfer.headers, "expect:");
  set(CURLOPT_URL, transfer.request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, options_.private_networks ? "http,https" : "https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, transfer.request.body.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request.body.size()));
  set(CURLOPT_HTTPHEADER, transfer.headers);
  set(CURLOPT_USERAGENT, "tandem");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  // A resolver that hangs must not hold up the end of the server.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  set(CURLOPT_WRITEFUNCTION, TakeBody);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_HEADERFUNCTION, TakeHead);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  set(CURLOPT_OPENSOCKETDATA, &transfer);
}

void Sender::Impl::Start(Request request) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->max_answer_bytes = options_.max_answer_bytes;
  transfer->any_address = options_.private_networks;
  transfer->handle = curl_easy_init();
  if (transfer->handle == nullptr) throw std::bad_alloc();
  Prepare(*transfer);
  if (const CURLMcode code = curl_multi_add_handle(multi_, transfer->handle); code != CURLM_OK) {
    answers_.push_back({.id = transfer->request.id,
                        .status = 0,
                        .error = curl_multi_strerror(code),
                        .retry_after = {}});
    return;
  }
  transfers_.emplace(transfer->handle, std::move(transfer));
}

void Sender::Impl::Collect() {
  int number = 0;
  curl_multi_perform(multi_, &number);
  while (const CURLMsg* const message = curl_multi_info_read(multi_, &number)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto found = transfers_.find(message->easy_handle);
    answers_.push_back(AnswerOf(*found->second, message->data.result));
    curl_multi_remove_handle(multi_, found->first);
    transfers_.erase(found);
  }
}

std::vector<Answer> Sender::Impl::Wait(std::chrono::milliseconds at_most) {
  Collect();
  if (answers_.empty()) {
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(at_most.count()), nullptr);
    Collect();
  }
  return std::exchange(answers_, {});
}

Sender::Sender(SenderOptions options) : impl_(std::make_unique<Impl>(options)) {}
Sender::~Sender() = default;
void Sender::Start(Request request) {
  impl_->Start(std::move(request));
}
std::vector<Answer> Sender::Wait(std::chrono::milliseconds at_most) {
  return impl_->Wait(at_most);
}
void Sender::Wake() {
  impl_->Wake();
}

}  // namespace tandem::webhook
