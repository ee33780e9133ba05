// Goal: with the database away a call is answered UNAVAILABLE within a second or so, with
// RetryInfo; readiness says so on both doors; and service comes back without anybody's help.
// Method: a real tandemd on a PostgreSQL of the test, which is stopped like a machine that hangs,
// killed, and stopped in good order.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "server/ctl/client.h"
#include "server/embedded/process.h"
#include "server/files/read.h"
#include "tests/e2e/server_process.h"
#include "tests/support/postgres_cluster.h"

namespace tandem::e2e {
namespace {

namespace v1 = tandem::v1;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A reply older than 1 s is UNAVAILABLE; the rest is for a busy machine.
constexpr milliseconds kAnswerLimit{1500};
constexpr seconds kBackLimit{20};
constexpr char kServing = 1;
constexpr char kNotServing = 2;

pid_t ParentOf(pid_t process) {
  const std::string stat = files::ReadFile(absl::StrCat("/proc/", process, "/stat")).value_or("");
  // After the name, which ends with the last parenthesis, come state and parent.
  const size_t name_end = stat.rfind(')');
  return name_end == std::string::npos ? 0
                                       : static_cast<pid_t>(std::stol(stat.substr(name_end + 4)));
}

class OutageTest : public testing::Test {
 protected:
  OutageTest() : server_(folder_.path() + "/server.log") {
    const std::string url = cluster_.CreateDatabase();
    server_.Start({"--listen", absl::StrCat("127.0.0.1:", port_), "--http-listen",
                   absl::StrCat("127.0.0.1:", http_port_), "--migrate-on-start", "true"},
                  // Not a flag, as it should be where a URL holds a password.
                  {"TANDEM_DATABASE_URL=" + url});
    channel_ = ctl::Connect(absl::StrCat("127.0.0.1:", port_));
    client_ = std::make_unique<ctl::Client>(channel_);
    EXPECT_TRUE(Eventually([&] { return Ready(); }, kBackLimit)) << server_.Log();
  }
  ~OutageTest() override {
    server_.Signal(SIGTERM);
    EXPECT_EQ(server_.WaitForEnd(seconds(30)), 0) << server_.Log();
  }

  // A change that needs the database.
  grpc::Status Apply() {
    v1::ApplyConfigurationRequest request;
    request.set_workspace("outage");
    request.mutable_configuration()->add_clients()->set_id("acme");
    v1::ApplyConfigurationResponse response;
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + seconds(10));
    return client_->configurations->ApplyConfiguration(&context, request, &response);
  }
  bool Ready() { return HttpGet(http_port_, "/readyz").starts_with("HTTP/1.1 200"); }

  // The answer of grpc.health.v1.Health/Check for the whole server. Its code is not generated here:
  // an empty message asks, and the answer's first field is the status, 1 (SERVING) or 2
  // (NOT_SERVING).
  char Health() {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + seconds(5));
    grpc::ByteBuffer answer;
    grpc::CompletionQueue queue;
    grpc::Status status;
    const grpc::Slice nothing;
    const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                            grpc::ByteBuffer(&nothing, 1), &queue);
    call->StartCall();
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    grpc::Slice bytes;
    if (!status.ok() || !answer.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2) {
      ADD_FAILURE() << "health: " << status.error_message();
      return 0;
    }
    return static_cast<char>(bytes.begin()[1]);
  }

  // Signals every process of the test's PostgreSQL: the server's children, and the server.
  void SignalPostgres(int signal_number) {
    const pid_t postmaster = Postmaster();
    for (const embedded::ProcessInfo& process : embedded::ListProcesses()) {
      if (process.pid == postmaster || ParentOf(process.pid) == postmaster) {
        kill(process.pid, signal_number);
      }
    }
  }
  pid_t Postmaster() {
    if (postmaster_ == 0) {
      postmaster_ = static_cast<pid_t>(std::stol(
          cluster_.Query("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)")));
    }
    return postmaster_;
  }

  void ExpectUnavailableAndBack(const std::function<void()>& take_away,
                                const std::function<void()>& bring_back);

  const Folder folder_;
  tests::PostgresCluster cluster_;
  const int port_ = FreePort();
  const int http_port_ = FreePort();
  ServerProcess server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<ctl::Client> client_;
  pid_t postmaster_ = 0;
};

bool HasRetryInfo(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& any : details.details()) {
    google::rpc::RetryInfo retry;
    if (any.Is<google::rpc::RetryInfo>() && any.UnpackTo(&retry) && retry.has_retry_delay()) {
      return true;
    }
  }
  return false;
}

void OutageTest::ExpectUnavailableAndBack(const std::function<void()>& take_away,
                                          const std::function<void()>& bring_back) {
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(Health(), kServing);
  take_away();
  // The first call finds out; the later ones must know.
  for (int call = 0; call < 3; ++call) {
    const auto began = std::chrono::steady_clock::now();
    const grpc::Status status = Apply();
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
    EXPECT_LE(took, kAnswerLimit);
    EXPECT_TRUE(HasRetryInfo(status));
    EXPECT_EQ(ctl::ReasonOf(status), "STORE_UNAVAILABLE");
  }
  EXPECT_TRUE(Eventually([&] { return Health() == kNotServing; }, seconds(2)));
  EXPECT_THAT(HttpGet(http_port_, "/readyz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(HttpGet(http_port_, "/livez"), StartsWith("HTTP/1.1 200"));
  bring_back();
  EXPECT_TRUE(Eventually([&] { return Apply().ok(); }, kBackLimit)) << server_.Log();
  EXPECT_TRUE(Eventually([&] { return Ready(); }, seconds(5)));
  EXPECT_EQ(Health(), kServing);
}

TEST_F(OutageTest, AnswersWhileTheDatabaseHangs) {
  Postmaster();
  ExpectUnavailableAndBack([this] { SignalPostgres(SIGSTOP); },
                           [this] { SignalPostgres(SIGCONT); });
}

TEST_F(OutageTest, AnswersWhileTheDatabaseIsDead) {
  ExpectUnavailableAndBack([this] { cluster_.Kill(); }, [this] { cluster_.Start(); });
}

TEST_F(OutageTest, AnswersWhileTheDatabaseIsStopped) {
  ExpectUnavailableAndBack([this] { cluster_.Stop(); }, [this] { cluster_.Start(); });
}

TEST_F(OutageTest, SaysNothingOfTheDatabaseToACaller) {
  cluster_.Kill();
  const grpc::Status status = Apply();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  for (const char* word : {"socket", "PostgreSQL", "postgres", "FATAL", "SQLSTATE", "/tmp"}) {
    EXPECT_THAT(status.error_message(), testing::Not(HasSubstr(word)));
  }
  cluster_.Start();
  EXPECT_TRUE(Eventually([&] { return Apply().ok(); }, kBackLimit));
}

}  // namespace
}  // namespace tandem::e2e
