// Goal: nothing is sent to a receiver whose certificate nobody vouches for. Method: a real TLS
// server on this machine with a certificate that it made itself.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/webhook/sender.h"

namespace tandem::webhook {
namespace {

// Serves one connection after the other; counts those that came to say something.
class TlsServer {
 public:
  TlsServer() : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    UseCertificateFor("localhost");
    listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listening_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listening_, 8), 0);
    EXPECT_EQ(getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Serve(); });
  }
  ~TlsServer() {
    shutdown(listening_, SHUT_RDWR);
    thread_.join();
    close(listening_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  int port() const { return port_; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void UseCertificateFor(const char* name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* const subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    EXPECT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
    EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), key.get()), 1);
  }
  void Serve() {
    for (;;) {
      const int accepted = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;
      ++connections_;
      const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(ssl.get(), accepted);
      char bytes[256];
      if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), bytes, sizeof bytes) > 0) ++requests_;
      close(accepted);
    }
  }

  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  int listening_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::jthread thread_;
};

TEST(SenderTls, SaysNothingToWhomNobodyVouchesFor) {
  TlsServer server;
  Sender sender({.private_networks = true,
                 .connect_timeout = std::chrono::milliseconds(2'000),
                 .timeout = std::chrono::milliseconds(4'000),
                 .max_answer_bytes = 1'000});
  const std::string port = std::to_string(server.port());
  for (const std::string& url :
       {"https://localhost:" + port + "/", "https://127.0.0.1:" + port + "/"}) {
    sender.Start({.id = 1, .url = url, .headers = {}, .body = "{}"});
    std::vector<Answer> answers;
    for (int i = 0; answers.empty() && i < 100; ++i) {
      answers = sender.Wait(std::chrono::milliseconds(100));
    }
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].status, 0);
    EXPECT_NE(answers[0].error.find("certificate"), std::string::npos) << answers[0].error;
  }
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(server.requests(), 0);
}

}  // namespace
}  // namespace tandem::webhook
