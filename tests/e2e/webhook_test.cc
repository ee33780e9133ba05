// Goal: every committed event reaches a webhook at least once and in the order of its ticket, and
// what comes twice carries the same id, whatever ends the server. Method: a real tandemd with its
// embedded PostgreSQL works under load and is ended by kill -9 again and again, while the receiver
// refuses and dawdles at random. At the end what it got is compared with the database.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "nlohmann/json.hpp"
#include "server/embedded/cluster.h"
#include "server/embedded/process.h"
#include "tandem/v1/webhook_service.grpc.pb.h"
#include "tests/e2e/journal.h"
#include "tests/e2e/load.h"
#include "tests/e2e/server_process.h"
#include "tests/support/http_receiver.h"

namespace tandem::e2e {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::HttpAnswer;
using test::HttpRequest;

constexpr int kKills = 5;
constexpr size_t kEventsBetweenKills = 300;

// Takes requests, some of them late, and remembers them; one in ten events it refuses at first.
class Receiver {
 public:
  std::string Url() const { return receiver_.Url(); }

  struct Taken {
    std::string id, body;
  };
  std::vector<Taken> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  size_t different() const {
    const std::lock_guard lock(mutex_);
    return bodies_.size();
  }
  size_t refused() const {
    const std::lock_guard lock(mutex_);
    return refused_.size();
  }

 private:
  std::string Receive(const HttpRequest& request) {
    const std::string& id = request.headers.at("webhook-id");
    unsigned chance = 0;
    {
      const std::lock_guard lock(mutex_);
      chance = static_cast<unsigned>(random_() % 100);
    }
    if (chance < 5) std::this_thread::sleep_for(milliseconds(50));
    const std::lock_guard lock(mutex_);
    // Once: the second wait takes a minute.
    if (chance >= 90 && refused_.insert(id).second) return HttpAnswer(500);
    taken_.push_back({id, request.body});
    bodies_.emplace(id, request.body);
    return HttpAnswer(200);
  }

  mutable std::mutex mutex_;
  std::mt19937 random_{7};
  std::vector<Taken> taken_;
  std::map<std::string, std::string> bodies_;
  std::set<std::string> refused_;
  test::HttpReceiver receiver_{[this](const HttpRequest& request) { return Receive(request); }};
};

class WebhookTest : public testing::Test {
 protected:
  WebhookTest() : port_(FreePort()), server_(folder_.path() + "/server.log") {}
  ~WebhookTest() override {
    // Nothing of the test may go on running, whatever failed.
    KillServer();
    if (const auto cluster = embedded::FindRunningCluster(data(), ""); cluster.ok()) {
      for (const embedded::ProcessInfo& process : embedded::ProcessesOf(*cluster)) {
        kill(process.pid, SIGKILL);
      }
    }
  }

  std::string data() const { return folder_.path() + "/data"; }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  void StartServer() {
    server_.Start({"--data-dir", data(), "--listen", address(), "--http-listen", "",
                   "--webhook-private-networks"});
  }
  void KillServer() {
    server_.Signal(SIGKILL);
    server_.WaitForEnd(seconds(10));
  }
  std::vector<std::string> Sql(const std::string& statement) {
    const Ended ended = e2e::Run({ProgramPath("tandemd"), "psql", "--data-dir", data(), "--",
                                  "-XAtq", "-F", "|", "-c", statement});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return absl::StrSplit(ended.output, '\n', absl::SkipEmpty());
  }
  size_t CountEvents() {
    const auto rows =
        Sql(absl::StrCat("SELECT count(*) FROM tandem.event WHERE workspace = '", kWorkspace, "'"));
    size_t count = 0;
    EXPECT_TRUE(rows.size() == 1 && absl::SimpleAtoi(rows[0], &count));
    return count;
  }
  void CreateWebhook(const std::string& url) {
    v1::CreateWebhookRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_webhook()->set_id("crm");
    request.mutable_webhook()->set_url(url);
    request.set_start(v1::EVENT_START_OLDEST);
    v1::CreateWebhookResponse response;
    grpc::ClientContext context;
    const auto stub = v1::WebhookService::NewStub(ctl::Connect(address()));
    const grpc::Status status = stub->CreateWebhook(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    secret_ = response.secret();
  }

  const Folder folder_;
  const int port_;
  ServerProcess server_;
  std::string secret_;
};

// Each ticket's events in the order in which they came first.
void ExpectOrder(const std::vector<Receiver::Taken>& taken) {
  std::map<std::string, std::string> bodies;
  std::map<std::string, int64_t> last_of_ticket;
  size_t repeated = 0;
  for (const Receiver::Taken& one : taken) {
    json body = json::parse(one.body);
    body.erase("ticket");  // as it is when it is sent
    const auto [first, is_new] = bodies.emplace(one.id, body.dump());
    EXPECT_EQ(first->second, body.dump()) << "the same id, another event";
    if (!is_new) {
      ++repeated;
      continue;
    }
    const json data = body["data"];
    int64_t sequence = 0;
    ASSERT_TRUE(absl::SimpleAtoi(data["sequence"].get<std::string>(), &sequence));
    EXPECT_EQ(one.id, absl::StrCat(kWorkspace, ".crm.", sequence));
    if (!data.contains("ticketId")) continue;
    int64_t& last = last_of_ticket[data["ticketId"].get<std::string>()];
    EXPECT_LT(last, sequence) << "out of order";
    last = sequence;
  }
  std::cout << bodies.size() << " events, " << repeated << " of them came twice\n";
}

TEST_F(WebhookTest, LosesNoEventWhateverEndsTheServer) {
  Receiver receiver;
  Journal journal;
  StartServer();
  Load load({.address = address(), .seed = 7}, journal);
  load.Start();
  CreateWebhook(receiver.Url());
  for (int kills = 0; kills < kKills; ++kills) {
    const size_t before = receiver.different();
    ASSERT_TRUE(Eventually([&] { return receiver.different() > before + kEventsBetweenKills; },
                           seconds(30)))
        << server_.Log();
    KillServer();
    StartServer();
  }
  load.StopConnectors();
  EXPECT_TRUE(Eventually([&] { return load.AllClosed(); }, seconds(60))) << "tickets are stuck";
  load.StopAgents();

  // The end of the agents' sessions is told, too.
  EXPECT_TRUE(Eventually([&] { return receiver.different() == CountEvents(); }, seconds(60)))
      << receiver.different() << " of " << CountEvents() << " came\n"
      << absl::StrJoin(Sql("SELECT * FROM tandem.webhook_delivery"), "\n");
  ExpectOrder(receiver.taken());
  EXPECT_GT(receiver.refused(), 10U);

  server_.Signal(SIGTERM);
  EXPECT_EQ(server_.WaitForEnd(seconds(40)), 0) << server_.Log();
  EXPECT_EQ(server_.Log().find(secret_.substr(6)), std::string::npos) << "a secret is in the log";
}

}  // namespace
}  // namespace tandem::e2e
