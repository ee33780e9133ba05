// Goal: every contact that goes up a stream is acknowledged once, in order and not before it is
// durable, and what a lost stream left open can be sent again: no contact is lost, none is in
// twice.
#include "server/rpc/ingest_stream.h"

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"

#include "gtest/gtest.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"
#include "tests/rpc/tcp_proxy.h"

namespace tandem::rpc {
namespace {

using IngestRequest = v1::StreamIngestRequest;
using IngestResponse = v1::StreamIngestResponse;

IngestRequest Item(int64_t sequence, const v1::Contact& contact) {
  IngestRequest request;
  request.set_sequence(sequence);
  request.mutable_request()->set_workspace(kWorkspace);
  *request.mutable_request()->mutable_contact() = contact;
  return request;
}

// With a request id of its own, the same whenever it is asked for.
IngestRequest SafeItem(int64_t sequence) {
  v1::Contact contact = ChatContact();
  contact.set_subject(absl::StrFormat("contact %d", sequence));
  IngestRequest request = Item(sequence, contact);
  request.mutable_request()->set_request_id(
      absl::StrFormat("6f1c0e6e-0f7b-4c1e-9d5e-%012x", sequence));
  return request;
}

using IngestCall =
    ClientStream<grpc::ClientReaderWriter<IngestRequest, IngestResponse>, IngestResponse>;

class Connector final : public IngestCall {
 public:
  explicit Connector(v1::IngestService::Stub& stub)
      : IngestCall([&](grpc::ClientContext* context) { return stub.StreamIngest(context); }) {}
  explicit Connector(Fixture& fixture) : Connector(*fixture.ingest) {}

  // The next `count` acknowledgements; fewer when the stream ends.
  std::vector<v1::IngestAcknowledgement> Take(size_t count) {
    std::vector<v1::IngestAcknowledgement> taken;
    while (taken.size() < count) {
      const auto response = Next();
      if (!response) break;
      taken.insert(taken.end(), response->acknowledgements().begin(),
                   response->acknowledgements().end());
    }
    return taken;
  }
  v1::IngestAcknowledgement Ask(const IngestRequest& request) {
    Send(request);
    const auto taken = Take(1);
    EXPECT_EQ(taken.size(), 1U);
    return taken.empty() ? v1::IngestAcknowledgement() : taken.front();
  }
  uint32_t window() const { return window_; }

 private:
  void OnMessage(const IngestResponse& response) override {
    if (response.window() != 0) window_ = response.window();
  }

  uint32_t window_ = 0;
};

// How often each subject is in.
std::map<std::string, int> Subjects(Fixture& f) {
  std::map<std::string, int> subjects;
  for (const auto& [key, contact] : f.store.Copy().contacts) ++subjects[contact.content.subject];
  return subjects;
}

TEST(StreamIngest, AcknowledgesInOrderAndDrainsWhenHalfClosed) {
  constexpr int kCount = 3'000;  // more than the window
  Fixture f;
  Connector connector(f);
  std::jthread writer([&] {
    for (int i = 1; i <= kCount; ++i) ASSERT_TRUE(connector.Send(SafeItem(2 * i)));
    connector.HalfClose();
  });
  const auto taken = connector.Take(kCount);
  ASSERT_EQ(taken.size(), static_cast<size_t>(kCount));
  EXPECT_EQ(connector.window(), IngestStream::kWindow);
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(taken[i].sequence(), 2 * (i + 1));
    ASSERT_FALSE(taken[i].result().ticket_id().empty());
  }
  EXPECT_TRUE(connector.End().ok());
  EXPECT_EQ(f.Get(taken[17].result().ticket_id()).subject(), "contact 36");
  EXPECT_EQ(Subjects(f).size(), static_cast<size_t>(kCount));
}

TEST(StreamIngest, RefusesItemByItemAsTheUnaryCallDoes) {
  Fixture f;
  Connector connector(f);
  EXPECT_FALSE(connector.Ask(Item(1, ChatContact())).result().ticket_id().empty());
  // The workspace may be left out from now on.
  IngestRequest request = Item(2, ChatContact());
  request.mutable_request()->clear_workspace();
  EXPECT_TRUE(connector.Ask(request).has_result());
  request = Item(3, ChatContact());
  request.mutable_request()->set_workspace("elsewhere");
  v1::ItemError error = connector.Ask(request).error();
  EXPECT_EQ(error.reason(), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(error.field(), "workspace");
  v1::Contact contact = ChatContact();
  contact.set_client("nobody");
  error = connector.Ask(Item(4, contact)).error();
  EXPECT_EQ(error.reason(), "CLIENT_UNKNOWN");
  EXPECT_EQ(error.code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_FALSE(error.message().empty());
  contact = ChatContact();
  contact.set_priority(10);
  error = connector.Ask(Item(5, contact)).error();
  EXPECT_EQ(error.reason(), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(error.field(), "contact.priority");
  IngestRequest empty;
  empty.set_sequence(6);
  EXPECT_EQ(connector.Ask(empty).error().field(), "contact");
  contact = ChatContact();
  contact.set_queue("tiny");
  EXPECT_TRUE(connector.Ask(Item(7, contact)).has_result());
  error = connector.Ask(Item(8, contact)).error();
  EXPECT_EQ(error.reason(), "QUEUE_FULL");
  EXPECT_GT(error.retry_after().seconds(), 0);
  // A request id is the same request on a stream and in a unary call, and none in another body.
  v1::IngestResult first;
  EXPECT_EQ(ReasonOf(f.IngestStatus(SafeItem(9).request().contact(), &first,
                                    SafeItem(9).request().request_id())),
            "OK");
  EXPECT_EQ(connector.Ask(SafeItem(9)).result().ticket_id(), first.ticket_id());
  request = SafeItem(10);
  request.mutable_request()->set_request_id(SafeItem(9).request().request_id());
  EXPECT_EQ(connector.Ask(request).error().reason(), "REQUEST_ID_REUSED");
}

TEST(StreamIngest, EndsOnWhatItCannotReadAfterTheRest) {
  const auto ends = [](const auto& send) {
    Fixture f;
    Connector connector(f);
    EXPECT_TRUE(connector.Send(Item(5, ChatContact())));
    send(connector);
    EXPECT_EQ(connector.Take(1).size(), 1U);
    return ReasonOf(connector.End());
  };
  EXPECT_EQ(ends([](Connector& c) { c.Send(Item(5, ChatContact())); }), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(ends([](Connector& c) { c.Send(Item(-1, ChatContact())); }), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(ends([](Connector& c) { c.Send(Item(0, ChatContact())); }), "FIELD_REQUIRED");
  EXPECT_EQ(ends([](Connector& c) {
              v1::Contact contact = ChatContact();
              contact.set_subject("\xff");
              c.Send(Item(6, contact));
            }),
            "TEXT_NOT_UTF8");
}

TEST(StreamIngest, AcknowledgesNothingThatIsNotDurableAndReadsNoMoreThanTheWindow) {
  Fixture f;
  absl::Notification committing;
  absl::Notification go_on;
  std::atomic<size_t> held = 0;
  std::atomic<size_t> largest = 0;
  f.store.OnCommit([&](const store::Batch& batch) {
    const size_t size = batch.changes.contacts.size();
    if (size == 0) return;
    if (committing.HasBeenNotified()) {
      largest = std::max(largest.load(), size);
      return;
    }
    held = size;
    committing.Notify();
    go_on.WaitForNotification();
  });
  Connector connector(f);
  ASSERT_EQ(connector.Next()->acknowledgements_size(), 0);
  std::jthread writer([&] {
    for (int i = 1; i <= 5'000; ++i) ASSERT_TRUE(connector.Send(Item(i, ChatContact())));
    connector.HalfClose();
  });
  committing.WaitForNotification();
  std::atomic<bool> released = false;
  std::jthread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    released = true;
    go_on.Notify();
  });
  ASSERT_EQ(connector.Take(1).size() > 0, true);
  EXPECT_TRUE(released) << "acknowledged before it was durable";
  EXPECT_TRUE(connector.End().ok());
  EXPECT_LE(held + largest, 2 * IngestStream::kWindow);
  EXPECT_LE(largest, IngestStream::kWindow);
  EXPECT_EQ(f.store.Copy().contacts.size(), 5'000U);
}

TEST(StreamIngest, OutlivesAStoreThatIsAwayForAMoment) {
  Fixture f;
  Connector connector(f);
  f.store.FailCommits(store::CommitFault::kFenced);
  const v1::IngestAcknowledgement lost = connector.Ask(SafeItem(1));
  EXPECT_EQ(lost.error().reason(), "STORE_UNAVAILABLE");
  EXPECT_EQ(lost.error().code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_GT(lost.error().retry_after().seconds(), 0);
  ASSERT_TRUE(f.WaitForReady(true));
  IngestRequest again = SafeItem(1);
  again.set_sequence(2);
  EXPECT_TRUE(connector.Ask(again).has_result());
  EXPECT_EQ(Subjects(f)["contact 1"], 1);
}

// Sends all contacts, and keeps the tickets of those that are acknowledged; stops where the stream
// does.
void SendAll(v1::IngestService::Stub& stub, int count, std::map<int64_t, std::string>& tickets,
             const std::function<void(size_t)>& acknowledged) {
  Connector connector(stub);
  std::jthread writer([&] {
    for (int i = 1; i <= count && connector.Send(SafeItem(i)); ++i) {
    }
    connector.HalfClose();
  });
  size_t taken = 0;
  while (const auto response = connector.Next()) {
    for (const auto& acknowledgement : response->acknowledgements()) {
      ++taken;
      ASSERT_TRUE(acknowledgement.has_result()) << acknowledgement.error().message();
      const auto [place, is_new] =
          tickets.emplace(acknowledgement.sequence(), acknowledgement.result().ticket_id());
      EXPECT_EQ(place->second, acknowledgement.result().ticket_id()) << "another answer";
    }
    acknowledged(taken);
  }
}

TEST(StreamIngest, SentAgainAfterItsConnectionWasCutLosesAndDoublesNothing) {
  constexpr int kCount = 4'000;
  Fixture f;
  TcpProxy proxy(f.server->port());
  const auto channel = grpc::CreateChannel(absl::StrFormat("127.0.0.1:%d", proxy.port()),
                                           grpc::InsecureChannelCredentials());
  const auto stub = v1::IngestService::NewStub(channel);
  std::map<int64_t, std::string> tickets;
  // A stream that begins before gRPC has noticed the cut ends at once, and is begun again.
  const auto send_until = [&](const auto& acknowledged, const auto& done) {
    for (int tries = 0; tries < 50 && !done(); ++tries) {
      channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(5));
      SendAll(*stub, kCount, tickets, acknowledged);
    }
  };
  // Each time further on; each time with contacts under way whose fate the client doesn't know.
  for (const size_t cut_after : {1U, 700U, 1'900U}) {
    bool cut = false;
    const auto cut_in_time = [&](size_t taken) {
      if (cut || taken < cut_after) return;
      cut = true;
      proxy.Reset();
    };
    send_until(cut_in_time, [&] { return cut; });
    ASSERT_TRUE(cut);
    ASSERT_LT(tickets.size(), static_cast<size_t>(kCount))
        << "it was cut too late to show anything";
  }
  const auto has_all = [&] { return tickets.size() == static_cast<size_t>(kCount); };
  send_until([](size_t) {}, has_all);
  EXPECT_EQ(tickets.size(), static_cast<size_t>(kCount));
  const auto subjects = Subjects(f);
  EXPECT_EQ(subjects.size(), static_cast<size_t>(kCount));
  for (const auto& [subject, times] : subjects) EXPECT_EQ(times, 1) << subject;
  EXPECT_EQ(f.store.Copy().tickets.size(), static_cast<size_t>(kCount));
}

TEST(StreamIngest, ReadTooSlowlyIsCutOff) {
  FixtureOptions options;
  options.server.streams.slow_reader_patience = std::chrono::milliseconds(200);
  Fixture f(options);
  const auto stub = v1::IngestService::NewStub(f.NarrowChannel());
  Connector connector(*stub);
  // Acknowledgements are not read: they fill the connection, then the window, and then writing
  // waits.
  v1::Contact wrong = ChatContact();
  wrong.set_client(std::string(64, 'x'));
  std::atomic<int> written = 0;
  std::jthread writer([&] {
    while (written < 200'000 && connector.Send(Item(written + 1, wrong))) ++written;
  });
  WaitUntilItStands(written);
  EXPECT_LT(written, 200'000);
  while (connector.Next()) {
  }
  writer.join();
  EXPECT_EQ(ReasonOf(connector.End()), "OVERLOADED");
}

TEST(StreamIngest, AcknowledgesWhatItHasReadWhenTheServerStops) {
  Fixture f;
  absl::Notification committing;
  absl::Notification go_on;
  f.store.OnCommit([&](const store::Batch& batch) {
    if (batch.changes.contacts.empty() || committing.HasBeenNotified()) return;
    committing.Notify();
    go_on.WaitForNotification();
  });
  Connector connector(f);
  Connector idle(f);
  ASSERT_TRUE(idle.Next());
  for (int i = 1; i <= 500; ++i) ASSERT_TRUE(connector.Send(SafeItem(i)));
  committing.WaitForNotification();
  std::jthread stopper([&] { f.server->Shutdown(std::chrono::seconds(10)); });
  EXPECT_EQ(ReasonOf(idle.End()), "NOT_SERVING");  // all streams are told at once
  go_on.Notify();
  const auto taken = connector.Take(501);
  EXPECT_EQ(ReasonOf(connector.End()), "NOT_SERVING");
  EXPECT_GT(taken.size(), 0U);
  for (const auto& acknowledgement : taken) EXPECT_TRUE(acknowledgement.has_result());
  // The stream ended in good order: what is in was acknowledged.
  EXPECT_EQ(Subjects(f).size(), taken.size());
}

TEST(StreamIngest, StreamsAreBounded) {
  FixtureOptions options;
  options.server.streams.max_connector_streams = 1;
  Fixture f(options);
  Connector first(f);
  EXPECT_TRUE(first.Ask(SafeItem(1)).has_result());
  Connector second(f);
  EXPECT_EQ(ReasonOf(second.End()), "TOO_MANY_STREAMS");
  // Those who follow are counted apart.
  v1::StreamEventsRequest follow;
  follow.set_workspace(kWorkspace);
  ClientContext context;
  const auto events = f.events->StreamEvents(context, follow);
  v1::StreamEventsResponse message;
  EXPECT_TRUE(events->Read(&message));
  context->TryCancel();
  events->Finish();
}

}  // namespace
}  // namespace tandem::rpc
