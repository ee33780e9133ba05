// Goal: whatever a server answers, or does not, a command ends, with an exit code and words that
// say what came of it. Method: the commands themselves, against a server in this process that
// answers as the test says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/caller.h"
#include "tests/ctl/fake_server.h"

namespace tandem::ctl {
namespace {

using google::protobuf::util::TimeUtil;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A file with these lines, until the test ends.
class File {
 public:
  explicit File(const std::string& text)
      : path_(testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::ofstream(path_) << text;
  }
  ~File() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

// Standard input with this text, which then ends or stays open.
class Input {
 public:
  explicit Input(const std::string& text) : before_(dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
  }
  ~Input() {
    dup2(before_, STDIN_FILENO);
    close(before_);
  }

 private:
  const int before_;
};

v1::StreamEventsResponse EventsMessage(const std::string& token, std::vector<int64_t> sequences,
                                       bool at_end) {
  v1::StreamEventsResponse message;
  for (const int64_t sequence : sequences) {
    v1::Event& event = *message.add_events();
    event.set_sequence(sequence);
    event.set_ticket_id("t-" + std::to_string(sequence));
  }
  message.set_resume_token(token);
  *message.mutable_server_time() = TimeUtil::GetCurrentTime();
  message.set_at_end(at_end);
  return message;
}

TEST(Events, ThatComeAfterEmptyMessagesAreNotLeftOut) {
  FakeServer server;
  server.events = [](const auto& request, auto& writer) {
    EXPECT_EQ(request.start(), v1::EVENT_START_OLDEST);
    // The database is slow: nothing is read yet, and two heartbeats say so.
    for (int i = 0; i < 3; ++i) writer.Write(EventsMessage("token-0", {}, false));
    writer.Write(EventsMessage("token-1", {1}, false));
    writer.Write(EventsMessage("token-2", {2}, true));
    writer.Write(EventsMessage("token-3", {3}, true));
    return grpc::Status::OK;
  };
  const Ended ended = server.Run({"events"});
  EXPECT_EQ(ended.exit_code, kExitDone) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("t-1"));
  EXPECT_THAT(ended.output, HasSubstr("t-2"));
  EXPECT_THAT(ended.output, Not(HasSubstr("t-3"))) << "it came after the end";
  EXPECT_THAT(ended.errors, HasSubstr("resume token: token-2"));
}

TEST(Events, OfTheLastWhileAreTheNewestOfThem) {
  FakeServer server;
  server.events = [](const auto& request, auto& writer) {
    EXPECT_EQ(request.start(), v1::EVENT_START_OLDEST);
    v1::StreamEventsResponse message = EventsMessage("token-1", {1, 2, 3, 4}, true);
    const absl::Time now = absl::FromUnixSeconds(message.server_time().seconds());
    for (v1::Event& event : *message.mutable_events()) {
      const absl::Time at = now - absl::Hours(5 - event.sequence());
      event.mutable_at()->set_seconds(absl::ToUnixSeconds(at));
    }
    writer.Write(message);
    return grpc::Status::OK;
  };
  const auto numbers = [&server](std::vector<std::string> words) {
    const Ended ended = server.Run(std::move(words));
    EXPECT_EQ(ended.exit_code, kExitDone) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("resume token: token-1"));
    std::string found;
    for (const char* ticket : {"t-1", "t-2", "t-3", "t-4"}) {
      if (ended.output.find(ticket) != std::string::npos) found += ticket[2];
    }
    return found;
  };
  EXPECT_EQ(numbers({"events"}), "1234");
  EXPECT_EQ(numbers({"events", "--since", "150m"}), "34");
  EXPECT_EQ(numbers({"events", "--since", "210m", "--limit", "2"}), "34");
  EXPECT_EQ(numbers({"events", "--limit", "3"}), "234");
  EXPECT_EQ(numbers({"events", "--limit", "0"}), "1234");
  const Ended next = server.Run({"events", "--follow", "--oldest", "--limit", "1"});
  EXPECT_EQ(next.exit_code, kExitDone) << next.errors;
  EXPECT_THAT(next.output, HasSubstr("t-1"));
  EXPECT_THAT(next.output, Not(HasSubstr("t-2")));
  EXPECT_THAT(next.errors, Not(HasSubstr("resume token")))
      << "it would be behind what was not printed";
}

TEST(Events, GoOnFromTheTokenWhenTheStreamBreaksOff) {
  FakeServer server;
  std::vector<std::string> tokens;
  server.events = [&tokens](const auto& request, auto& writer) {
    tokens.push_back(request.resume_token());
    if (tokens.size() == 1) {
      writer.Write(EventsMessage("token-1", {1}, false));
      return Refusal(grpc::StatusCode::UNAVAILABLE, "NOT_SERVING");
    }
    writer.Write(EventsMessage("token-2", {2}, true));
    return grpc::Status::OK;
  };
  const Ended ended = server.Run({"events"});
  EXPECT_EQ(ended.exit_code, kExitDone) << ended.errors;
  EXPECT_THAT(tokens, ElementsAre("", "token-1"));
  EXPECT_THAT(ended.output, HasSubstr("t-2"));
  EXPECT_THAT(ended.errors, HasSubstr("broke off (UNAVAILABLE NOT_SERVING); connecting again"));
}

TEST(Events, ThatCannotBeReadToTheEndAreNoSuccess) {
  FakeServer server;
  server.events = [](const auto& request, auto& writer) {
    if (request.resume_token().empty()) writer.Write(EventsMessage("token-1", {1}, false));
    return Refusal(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE");
  };
  const Ended ended = server.Run({"--timeout", "400ms", "events"});
  EXPECT_EQ(ended.exit_code, kExitUnavailable);
  EXPECT_THAT(ended.errors, HasSubstr("resume token: token-1"));
}

TEST(Report, IsWaitedForLongerThanTheServersOwnLimit) {
  FakeServer server;
  absl::Duration left;
  server.report = [&left](auto& context, const auto& /*request*/, auto& /*response*/) {
    left = absl::FromChrono(context.deadline()) - absl::Now();
    return Refusal(grpc::StatusCode::DEADLINE_EXCEEDED, "REPORT_TIMED_OUT");
  };
  const Ended refused = server.Run({"report"});
  EXPECT_GT(left, absl::Seconds(20));
  EXPECT_EQ(refused.exit_code, kExitRefused);
  EXPECT_THAT(refused.errors, HasSubstr("REPORT_TIMED_OUT"));
  EXPECT_THAT(refused.errors, Not(HasSubstr("--timeout")));
  static_cast<void>(server.Run({"--timeout", "5s", "report"}));
  EXPECT_LT(left, absl::Seconds(6));
}

TEST(Report, ThatTheClientGaveUpCanBeGivenLonger) {
  FakeServer server;
  server.report = [](auto& context, const auto& /*request*/, auto& /*response*/) {
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(10));
    return grpc::Status::CANCELLED;
  };
  const Ended late = server.Run({"--timeout", "300ms", "report"});
  EXPECT_EQ(late.exit_code, kExitUnavailable);
  EXPECT_THAT(late.errors, HasSubstr("--timeout gives it longer"));
}

TEST(Report, CallsAWrongZoneAMistakeWhateverElseIsAsked) {
  FakeServer server;
  for (const char* since : {"24h", "2026-03-02"}) {
    const Ended ended = server.Run({"report", "--since", since, "--time-zone", "Mars/Olympus"});
    EXPECT_EQ(ended.exit_code, kExitUsage) << since;
    EXPECT_THAT(ended.errors, HasSubstr("expected the IANA name of a time zone")) << since;
  }
}

TEST(Policy, ChangesAreSentOnce) {
  FakeServer server;
  std::atomic<int> calls = 0;
  const auto done_but_not_said = [&calls](auto& /*context*/, const auto& /*request*/,
                                          auto& /*response*/) {
    ++calls;
    return Refusal(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE");
  };
  server.put_policy = done_but_not_said;
  server.delete_policy = done_but_not_said;
  for (const auto& words :
       {std::vector<std::string>{"policy", "put", "gold", "--threshold", "20s"},
        std::vector<std::string>{"policy", "delete", "gold", "--expected-revision", "3"}}) {
    calls = 0;
    const Ended ended = server.Run(words);
    EXPECT_EQ(ended.exit_code, kExitUnavailable);
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(ended.errors, HasSubstr("not known: see tandemctl get policy gold"));
  }
}

TEST(Policy, NamesDoNothingToATerminal) {
  FakeServer server;
  server.policies = [](auto& /*context*/, const auto& /*request*/, auto& response) {
    v1::ServiceLevelPolicy& policy = *response.add_policies();
    policy.set_id("gold");
    policy.set_display_name("\x1b[2JAcme");
    policy.mutable_threshold()->set_seconds(20);
    policy.set_abandons(v1::ABANDON_TREATMENT_IGNORED);
    return grpc::Status::OK;
  };
  const Ended table = server.Run({"get", "policies"});
  EXPECT_EQ(table.output,
            "id    threshold  abandons  display name\n"
            "gold  20s        IGNORED    [2JAcme\n");
  EXPECT_THAT(server.Run({"get", "policies", "-o", "yaml"}).output, HasSubstr("threshold: 20s"));
  EXPECT_THAT(server.Run({"describe", "policy", "gold"}).output, HasSubstr("abandons: "));
  const Ended none = server.Run({"get", "policy", "gld"});
  EXPECT_EQ(none.exit_code, kExitRefused);
  EXPECT_THAT(none.errors, HasSubstr("did you mean gold?"));
}

TEST(AgentLogin, EndsWhenTheServerDoesNotAnswer) {
  FakeServer server;
  server.agent_session = [](auto& context, auto& stream) {
    v1::StreamAgentSessionRequest request;
    stream.Read(&request);
    v1::StreamAgentSessionResponse opened;
    opened.mutable_opened()->set_generation(1);
    stream.Write(opened);
    // `close`, too, stays without an answer.
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(10));
    return grpc::Status::OK;
  };
  const Input input("quit\n");
  const absl::Time begun = absl::Now();
  const Ended ended = server.Run({"--timeout", "300ms", "agent", "login", "ana"});
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  EXPECT_EQ(ended.exit_code, kExitUnavailable) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("logged in as ana"));
}

constexpr char kTwoLines[] =
    "{\"channel\": \"chat\", \"externalId\": \"a\"}\n"
    "{\"channel\": \"chat\", \"externalId\": \"b\"}\n";

TEST(Ingest, SendsAgainWhatWasNotAnswered) {
  FakeServer server;
  std::vector<std::string> taken;
  server.ingest = [&taken](auto& /*context*/, const auto& request, auto& response) {
    // Only the first is answered.
    taken.push_back(request.contacts(0).external_id());
    response.add_items()->mutable_result()->set_ticket_id("t");
    return grpc::Status::OK;
  };
  const File file(kTwoLines);
  const Ended ended = server.Run({"ingest", "-q", "-f", file.path(), "-o", "json"});
  EXPECT_EQ(ended.exit_code, kExitDone) << ended.errors;
  EXPECT_THAT(taken, ElementsAre("a", "b"));
  EXPECT_EQ(ended.output,
            "{\"line\":1,\"ticketId\":\"t\"}\n"
            "{\"line\":2,\"ticketId\":\"t\"}\n"
            "{\"summary\":{\"ingested\":2,\"joined\":0,\"unroutable\":0,\"duplicates\":0,"
            "\"malformed\":0,\"refused\":0}}\n");
}

TEST(Ingest, SaysToRunAgainOnlyWhereThatCanHelp) {
  FakeServer server;
  const File file(kTwoLines);
  server.ingest = [](auto& /*context*/, const auto& /*request*/, auto& /*response*/) {
    return Refusal(grpc::StatusCode::NOT_FOUND, "WORKSPACE_NOT_FOUND");
  };
  const Ended refused = server.Run({"ingest", "-f", file.path()});
  EXPECT_EQ(refused.exit_code, kExitRefused);
  EXPECT_THAT(refused.errors, HasSubstr("Line 1 and what follows did not come in."));
  EXPECT_THAT(refused.errors, Not(HasSubstr("again")));
  server.ingest = [](auto& /*context*/, const auto& /*request*/, auto& /*response*/) {
    return Refusal(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE");
  };
  const Ended undecided = server.Run({"--timeout", "300ms", "ingest", "-f", file.path()});
  EXPECT_EQ(undecided.exit_code, kExitUnavailable);
  EXPECT_THAT(undecided.errors, HasSubstr("Run the same command again"));
}

TEST(Ingest, OfAFolderIsAMistake) {
  FakeServer server;
  const Ended ended = server.Run({"ingest", "-f", testing::TempDir()});
  EXPECT_EQ(ended.exit_code, kExitUsage);
  EXPECT_THAT(ended.errors, HasSubstr("but it is a folder"));
}

TEST(Ingest, TellsProgramsWhatBecameOfEachLine) {
  FakeServer server;
  server.ingest = [](auto& /*context*/, const auto& /*request*/, auto& response) {
    v1::IngestResult& before = *response.add_items()->mutable_result();
    before.set_ticket_id("t");
    before.set_joined(true);  // As the first time.
    before.set_duplicate(true);
    v1::ItemError& error = *response.add_items()->mutable_error();
    error.set_code(grpc::StatusCode::FAILED_PRECONDITION);
    error.set_reason("CHANNEL_UNKNOWN");
    error.set_message("expected a configured channel");
    return grpc::Status::OK;
  };
  const File file(absl::StrCat("{\n", kTwoLines));
  const Ended ended = server.Run({"ingest", "-q", "-f", file.path(), "-o", "json"});
  EXPECT_EQ(ended.exit_code, kExitRefused);
  EXPECT_THAT(ended.errors, HasSubstr("line 3: CHANNEL_UNKNOWN: expected a configured channel\n"));
  const std::vector<std::string> lines = absl::StrSplit(ended.output, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 4);
  EXPECT_THAT(lines[0], StartsWith("{\"line\":1,\"error\":{\"reason\":\"LINE_MALFORMED\","));
  EXPECT_EQ(lines[1], "{\"line\":2,\"ticketId\":\"t\",\"joined\":true,\"duplicate\":true}");
  EXPECT_EQ(lines[2],
            "{\"line\":3,\"error\":{\"code\":9,\"reason\":\"CHANNEL_UNKNOWN\","
            "\"message\":\"expected a configured channel\"}}");
  EXPECT_EQ(lines[3],
            "{\"summary\":{\"ingested\":0,\"joined\":0,\"unroutable\":0,\"duplicates\":1,"
            "\"malformed\":1,\"refused\":1}}");
}

TEST(Apply, ToANewWorkspaceShowsWhatItMakesAndMakesNothingElse) {
  FakeServer server;
  const File file("clients: [{id: acme}, {id: globex}]\n");
  std::vector<int64_t> expected;
  server.apply = [&expected](auto& /*context*/, const auto& request, auto& response) {
    response.set_created(2);
    if (request.validate_only()) return grpc::Status::OK;
    expected.push_back(request.expected_revision());
    return Refusal(grpc::StatusCode::ABORTED, "REVISION_STALE");
  };
  const Input input("");
  const Ended ended = server.Run({"apply", "-f", file.path()});
  EXPECT_THAT(ended.output, HasSubstr("New workspace test: 2 clients\n"));
  EXPECT_THAT(expected, ElementsAre(-1)) << "somebody else may have been quicker";
  EXPECT_EQ(ended.exit_code, kExitRefused);
}

v1::WatchQueuesResponse QueuesMessage(const std::vector<std::pair<std::string, int>>& queues,
                                      const std::vector<std::string>& removed, bool complete) {
  v1::WatchQueuesResponse message;
  for (const auto& [id, waiting] : queues) {
    v1::WatchedQueue& queue = *message.add_queues();
    queue.set_queue(id);
    queue.set_waiting(waiting);
  }
  for (const std::string& id : removed) message.add_removed(id);
  message.set_complete(complete);
  message.mutable_server_time()->set_seconds(1'772'440'200);
  return message;
}

std::string QueueLine(const std::string& id, int waiting) {
  return "2026-03-02T08:30:00Z queue=" + id + " waiting=" + std::to_string(waiting) +
         " offered=0 estimate=nobody assigned=0 connecting=0 active=0 wrap_up=0 scheduled=0 "
         "parked=0 available=0 "
         "agents=0\n";
}

TEST(Watch, PrintsEstimateAndServiceLevelWhenTheyAreKnown) {
  FakeServer server;
  server.queues = [](const auto&, auto& writer) {
    v1::WatchQueuesResponse message = QueuesMessage({{"a", 1}}, {}, true);
    message.mutable_queues(0)->mutable_estimated_wait()->set_seconds(150);
    message.mutable_queues(0)->set_service_level(0.8);
    writer.Write(message);
    return grpc::Status::OK;
  };
  const Ended ended = server.Run({"watch", "queues", "--times", "1"});
  EXPECT_EQ(ended.exit_code, kExitDone) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("queue=a waiting=1 offered=0 estimate=2m30s in_SL=80% "));
}

TEST(Watch, PrintsWhatChangedAlsoAfterALostConnection) {
  FakeServer server;
  int streams = 0;
  server.queues = [&streams](const auto& request, auto& writer) {
    EXPECT_THAT(request.clients(), ElementsAre("acme", "globex"));
    if (++streams == 1) {
      writer.Write(QueuesMessage({{"a", 1}}, {}, false));
      writer.Write(QueuesMessage({{"b", 2}, {"c", 3}}, {}, true));
      writer.Write(QueuesMessage({{"a", 4}}, {}, true));
      writer.Write(QueuesMessage({{"b", 9}}, {}, false));  // A round that is cut off.
      return Refusal(grpc::StatusCode::UNAVAILABLE, "NOT_SERVING");
    }
    writer.Write(QueuesMessage({{"a", 4}, {"b", 7}}, {}, true));
    return grpc::Status::OK;
  };
  const Ended ended = server.Run({"watch", "queues", "--client", "acme,globex", "--times", "3"});
  EXPECT_EQ(ended.exit_code, kExitDone) << ended.errors;
  EXPECT_EQ(ended.output, QueueLine("a", 1) + QueueLine("b", 2) + QueueLine("c", 3) +
                              QueueLine("a", 4) + QueueLine("b", 7) +
                              "2026-03-02T08:30:00Z queue=c is gone\n");
  EXPECT_THAT(ended.errors, HasSubstr("connecting again"));
}

TEST(Doctor, TellsAServerThatDoesNotAnswerFromAWorkspaceThatIsNotThere) {
  FakeServer server;
  for (const auto& [refusal, exit_code] :
       {std::pair(Refusal(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"), kExitUnavailable),
        std::pair(Refusal(grpc::StatusCode::NOT_FOUND, "WORKSPACE_NOT_FOUND"), kExitRefused)}) {
    server.configuration = [&refusal](auto& /*context*/, const auto& /*request*/,
                                      auto& /*response*/) { return refusal; };
    const Ended ended = server.Run({"--timeout", "300ms", "doctor"});
    EXPECT_EQ(ended.exit_code, exit_code) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("FAILED   workspace"));
  }
}

TEST(Filters, ThatCannotBeUsedAreNamed) {
  FakeServer server;
  const auto mistake = [&server](std::vector<std::string> words) {
    const Ended ended = server.Run(std::move(words));
    EXPECT_EQ(ended.exit_code, kExitUsage) << ended.errors;
    return ended.errors;
  };
  EXPECT_EQ(mistake({"get", "queues", "--state", "QUEUED"}),
            "tandemctl: expected a filter of queues, but --state is one of tickets\n");
  EXPECT_EQ(mistake({"list", "tickets", "--since", "1h"}),
            "tandemctl: expected a filter of tickets, but --since is one of queue-statistics\n");
  EXPECT_EQ(mistake({"get", "ticket", "t-1", "--queue", "chats"}),
            "tandemctl: expected a ticket's id or filters, but got both: --queue\n");
  EXPECT_EQ(mistake({"get", "notes"}),
            "tandemctl: expected --ticket ID, as notes are of one ticket\n");
}

}  // namespace
}  // namespace tandem::ctl
