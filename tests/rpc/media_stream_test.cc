// Goal: an adapter is told every connection that is wanted, again after each lost stream, and is
// told when one is wanted no more; what it reports is acknowledged once it is durable; and of two
// adapters for one channel the newer one has it.
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

using MediaRequest = v1::MediaSessionRequest;
using MediaResponse = v1::MediaSessionResponse;

MediaRequest OpenRequest(const std::vector<std::string>& channels = {"voice"}) {
  MediaRequest request;
  request.mutable_open()->set_workspace(kWorkspace);
  request.mutable_open()->set_adapter("pbx-1");
  for (const std::string& channel : channels) request.mutable_open()->add_channels(channel);
  return request;
}

MediaRequest ReportRequest(const std::string& offer, v1::MediaEventType type,
                           v1::Party party = v1::PARTY_UNSPECIFIED) {
  MediaRequest request;
  v1::ReportMediaEventRequest& event = *request.mutable_report()->mutable_event();
  event.set_offer_id(offer);
  event.set_type(type);
  event.set_party(party);
  return request;
}

using MediaCall =
    ClientStream<grpc::ClientReaderWriter<MediaRequest, MediaResponse>, MediaResponse>;

class Adapter final : public MediaCall {
 public:
  explicit Adapter(v1::MediaService::Stub& stub)
      : MediaCall([&](grpc::ClientContext* context) { return stub.MediaSession(context); }) {}
  explicit Adapter(Fixture& fixture) : Adapter(*fixture.media) {}

  MediaResponse Must(MediaResponse::MessageCase kind) {
    const auto response = Next();
    EXPECT_TRUE(response.has_value()) << "the stream ended";
    if (!response) return {};
    EXPECT_EQ(response->message_case(), kind) << response->DebugString();
    return *response;
  }
  // How many connections are pending.
  uint32_t Open(const std::vector<std::string>& channels = {"voice"}) {
    Send(OpenRequest(channels));
    const MediaResponse response = Must(MediaResponse::kOpened);
    EXPECT_GT(response.opened().window(), 0U);
    return response.opened().pending();
  }
  v1::MediaAcknowledgement Ask(MediaRequest request) {
    request.mutable_report()->set_tag(++tag_);
    Send(request);
    const auto acknowledgement = Must(MediaResponse::kAcknowledgement).acknowledgement();
    EXPECT_EQ(acknowledgement.tag(), tag_);
    return acknowledgement;
  }
  // Whether it was applied.
  bool Report(const std::string& offer, v1::MediaEventType type,
              v1::Party party = v1::PARTY_UNSPECIFIED) {
    const auto acknowledgement = Ask(ReportRequest(offer, type, party));
    EXPECT_FALSE(acknowledgement.has_error()) << acknowledgement.error().message();
    return acknowledgement.applied();
  }

 private:
  int64_t tag_ = 0;
};

TEST(MediaSession, CarriesACallToItsEnd) {
  Fixture f;
  Adapter pbx(f);
  EXPECT_EQ(pbx.Open(), 0U);
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact call = CallContact();
  call.set_external_id("sip-77");
  call.set_entry_point("+351 21 000");
  const std::string ticket = f.Take(ann, call);
  const v1::MediaConnection connect = pbx.Must(MediaResponse::kConnect).connect();
  EXPECT_EQ(connect.ticket_id(), ticket);
  EXPECT_EQ(connect.agent(), "ann");
  EXPECT_EQ(connect.channel(), "voice");
  EXPECT_EQ(connect.client(), "acme");
  EXPECT_EQ(connect.queue(), "calls");
  EXPECT_EQ(connect.external_id(), "sip-77");
  EXPECT_EQ(connect.entry_point(), "+351 21 000");
  EXPECT_TRUE(connect.has_until());
  const std::string& offer = connect.offer_id();
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_RINGING));
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_CONNECTING);
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_CONNECTED));
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_FALSE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_CONNECTED)) << "it is true already";
  EXPECT_FALSE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_RINGING)) << "no longer wanted";
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_HELD));
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_RETRIEVED));
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_AGENT));
  EXPECT_NE(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
  // Its own reports ended it, so nothing is canceled.
  pbx.HalfClose();
  EXPECT_FALSE(pbx.Next().has_value());
  EXPECT_TRUE(pbx.End().ok());
}

TEST(MediaSession, TellsNothingMoreOfWhatItsAdapterEnded) {
  Fixture f;
  Adapter pbx(f);
  pbx.Open();
  const v1::SessionRef ann = f.LogIn("ann");
  for (int i = 0; i < 50; ++i) {
    const std::string ticket = f.Take(ann, CallContact());
    const std::string offer = pbx.Must(MediaResponse::kConnect).connect().offer_id();
    // One behind the other: the end is answered while the change before it is on its way.
    pbx.Send(ReportRequest(offer, v1::MEDIA_EVENT_TYPE_CONNECTED));
    pbx.Send(ReportRequest(offer, v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER));
    EXPECT_TRUE(pbx.Must(MediaResponse::kAcknowledgement).acknowledgement().applied());
    EXPECT_TRUE(pbx.Must(MediaResponse::kAcknowledgement).acknowledgement().applied());
    ASSERT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  }
  pbx.HalfClose();
  EXPECT_FALSE(pbx.Next().has_value());
  EXPECT_TRUE(pbx.End().ok());
}

TEST(MediaSession, IsToldToCancelWhatIsNotWantedAnyMore) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.mutable_queues(0)->mutable_connect_timeout()->set_seconds(1);
  f.Apply(configuration);
  Adapter pbx(f);
  pbx.Open();
  const v1::SessionRef ann = f.LogIn("ann");
  // Called off while connecting.
  const std::string canceled = f.Take(ann, CallContact());
  std::string offer = pbx.Must(MediaResponse::kConnect).connect().offer_id();
  EXPECT_EQ(ReasonOf(f.Cancel(canceled)), "OK");
  EXPECT_EQ(pbx.Must(MediaResponse::kCancel).cancel().offer_id(), offer);
  // Ended while connected, by a report on another way: hang up.
  const std::string connected = f.Take(ann, CallContact());
  offer = pbx.Must(MediaResponse::kConnect).connect().offer_id();
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_CONNECTED));
  EXPECT_EQ(ReasonOf(f.Cancel(connected)), "MEDIA_CONNECTED");
  EXPECT_EQ(
      ReasonOf(f.Report(connected, offer, v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER)),
      "OK");
  EXPECT_EQ(pbx.Must(MediaResponse::kCancel).cancel().ticket_id(), connected);
  EXPECT_EQ(ReasonOf(f.Complete(ann, connected)), "OK");
  // Not connected in time: the ticket waits again.
  const std::string slow = f.Take(ann, CallContact());
  offer = pbx.Must(MediaResponse::kConnect).connect().offer_id();
  EXPECT_EQ(pbx.Must(MediaResponse::kCancel).cancel().offer_id(), offer);
  EXPECT_FALSE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_CONNECTED)) << "too late";
  // The agent's device failed, as the adapter itself says: nothing to cancel. Another attempt has
  // another offer.
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE)), "OK");
  const v1::SessionRef bob = f.LogIn("bob");
  const bool by_ann = f.Snapshot(ann).offers_size() == 1;
  const v1::SessionRef& second = by_ann ? ann : bob;
  const v1::SessionRef& third = by_ann ? bob : ann;
  EXPECT_EQ(ReasonOf(f.Accept(second, f.OfferOf(second))), "OK");
  offer = pbx.Must(MediaResponse::kConnect).connect().offer_id();
  EXPECT_TRUE(pbx.Report(offer, v1::MEDIA_EVENT_TYPE_CONNECT_FAILED));
  EXPECT_EQ(ReasonOf(f.Accept(third, f.OfferOf(third))), "OK");
  const v1::MediaConnection again = pbx.Must(MediaResponse::kConnect).connect();
  EXPECT_EQ(again.ticket_id(), slow);
  EXPECT_NE(again.offer_id(), offer);
  // The customer hangs up, as another program says.
  EXPECT_EQ(ReasonOf(f.Abandon(slow)), "OK");
  EXPECT_EQ(pbx.Must(MediaResponse::kCancel).cancel().offer_id(), again.offer_id());
}

// The connection is lost in two ways: both sides are told, or nobody is.
TEST(MediaSession, TellsEverythingThatIsPendingAgainAfterItsConnectionWasCut) {
  Fixture f;
  TcpProxy proxy(f.server->port());
  const auto stub = [&] {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::MediaService::NewStub(
        grpc::CreateCustomChannel(absl::StrFormat("127.0.0.1:%d", proxy.port()),
                                  grpc::InsecureChannelCredentials(), arguments));
  };
  const v1::SessionRef ann = f.LogIn("ann");
  const v1::SessionRef bob = f.LogIn("bob");
  const auto first_stub = stub();
  Adapter first(*first_stub);
  first.Open();
  const std::string talking = f.Ingest(CallContact());
  const v1::SessionRef& talker = f.Snapshot(ann).offers_size() == 1 ? ann : bob;
  const v1::SessionRef& other = &talker == &ann ? bob : ann;
  EXPECT_EQ(ReasonOf(f.Accept(talker, f.OfferOf(talker))), "OK");
  const std::string connected = first.Must(MediaResponse::kConnect).connect().offer_id();
  EXPECT_TRUE(first.Report(connected, v1::MEDIA_EVENT_TYPE_CONNECTED));
  f.Take(other, CallContact());
  const std::string connecting = first.Must(MediaResponse::kConnect).connect().offer_id();

  const auto expect_pending = [&](Adapter& adapter) {
    EXPECT_EQ(adapter.Open(), 2U);
    std::map<std::string, MediaResponse::MessageCase> told;
    for (int i = 0; i < 2; ++i) {
      const auto response = adapter.Next();
      ASSERT_TRUE(response.has_value());
      const bool connect = response->has_connect();
      told[connect ? response->connect().offer_id() : response->connected().offer_id()] =
          response->message_case();
    }
    EXPECT_EQ(told[connecting], MediaResponse::kConnect);
    EXPECT_EQ(told[connected], MediaResponse::kConnected);
  };
  proxy.Reset();
  EXPECT_EQ(first.End().error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto second_stub = stub();
  Adapter second(*second_stub);
  expect_pending(second);
  proxy.Silence();
  const auto third_stub = stub();
  Adapter third(*third_stub);
  expect_pending(third);
  EXPECT_TRUE(third.Report(connecting, v1::MEDIA_EVENT_TYPE_CONNECTED));
  // The customer hung up while nobody was there; reported now.
  EXPECT_TRUE(third.Report(connected, v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER));
  EXPECT_NE(f.Get(talking).state(), v1::TICKET_STATE_ACTIVE);
}

TEST(MediaSession, OfAChannelBelongsToTheNewest) {
  Fixture f;
  Adapter voice(f);
  voice.Open({"voice", "callback"});
  Adapter video(f);
  video.Open({"video"});
  Adapter newer(f);
  MediaRequest open = OpenRequest({"callback"});
  open.mutable_open()->set_adapter("pbx-2");
  newer.Send(open);
  newer.Must(MediaResponse::kOpened);
  const Error error = Decode(voice.End());
  EXPECT_EQ(error.reason, "ADAPTER_FENCED");
  EXPECT_EQ(error.code, grpc::StatusCode::ABORTED);
  EXPECT_EQ(error.metadata.at("channel"), "callback");
  EXPECT_EQ(error.metadata.at("adapter"), "pbx-2");
  // Others go on, and are told of their own channels only.
  f.Take(f.LogIn("ann"), CallContact());
  v1::Contact on_video = CallContact();
  on_video.set_channel("video");
  const std::string ticket = f.Take(f.LogIn("bob"), on_video);
  const v1::MediaConnection connect = video.Must(MediaResponse::kConnect).connect();
  EXPECT_EQ(connect.ticket_id(), ticket);
  EXPECT_EQ(connect.channel(), "video");
}

TEST(MediaSession, RefusesReportsAsTheUnaryCallDoes) {
  Fixture f;
  Adapter pbx(f);
  pbx.Open();
  const auto refusal = [&](MediaRequest request) { return pbx.Ask(std::move(request)).error(); };
  const std::string nowhere = "01890000-0000-7000-8000-000000000001";
  EXPECT_EQ(refusal(ReportRequest(nowhere + ".1", v1::MEDIA_EVENT_TYPE_CONNECTED)).reason(),
            "TICKET_NOT_FOUND");
  EXPECT_EQ(refusal(ReportRequest("x", v1::MEDIA_EVENT_TYPE_CONNECTED)).reason(), "FIELD_REQUIRED");
  v1::ItemError error = refusal(ReportRequest(nowhere + ".1", static_cast<v1::MediaEventType>(99)));
  EXPECT_EQ(error.reason(), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(error.field(), "type");
  MediaRequest elsewhere = ReportRequest(nowhere + ".1", v1::MEDIA_EVENT_TYPE_CONNECTED);
  elsewhere.mutable_report()->mutable_event()->set_workspace("elsewhere");
  EXPECT_EQ(refusal(elsewhere).field(), "workspace");
  EXPECT_EQ(refusal(MediaRequest()).reason(), "FIELD_REQUIRED");
  const std::string chat = f.Ingest(ChatContact());
  error = refusal(ReportRequest(chat + ".1", v1::MEDIA_EVENT_TYPE_CONNECTED));
  EXPECT_EQ(error.reason(), "CHANNEL_WITHOUT_MEDIA");
  EXPECT_EQ(error.code(), grpc::StatusCode::FAILED_PRECONDITION);
  // Late reports about a closed ticket change nothing, and are no fault.
  const std::string call = f.Ingest(CallContact());
  EXPECT_EQ(ReasonOf(f.Cancel(call)), "OK");
  EXPECT_FALSE(pbx.Report(call + ".1", v1::MEDIA_EVENT_TYPE_CONNECTED));
  // A customer who hangs up before any offer has none to name.
  const std::string waiting = f.Ingest(CallContact());
  MediaRequest hang_up = ReportRequest("", v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER);
  hang_up.mutable_report()->mutable_event()->set_ticket_id(waiting);
  EXPECT_TRUE(pbx.Ask(hang_up).applied());
  EXPECT_EQ(f.Get(waiting).state(), v1::TICKET_STATE_ABANDONED);
}

TEST(MediaSession, MustBeginWithOpen) {
  Fixture f;
  const auto refusal = [&](const MediaRequest& request) {
    Adapter pbx(f);
    pbx.Send(request);
    return ReasonOf(pbx.End());
  };
  EXPECT_EQ(refusal(ReportRequest("x", v1::MEDIA_EVENT_TYPE_RINGING)), "FIELD_REQUIRED");
  EXPECT_EQ(refusal(OpenRequest({})), "FIELD_REQUIRED");
  EXPECT_EQ(refusal(OpenRequest(std::vector<std::string>(101, "voice"))), "FIELD_TOO_LARGE");
  EXPECT_EQ(refusal(OpenRequest({"no id"})), "FIELD_MALFORMED");
  EXPECT_EQ(refusal(OpenRequest({"telepathy"})), "CHANNEL_UNKNOWN");
  EXPECT_EQ(refusal(OpenRequest({"voice", "chat"})), "CHANNEL_WITHOUT_MEDIA");
  MediaRequest open = OpenRequest();
  open.mutable_open()->clear_adapter();
  EXPECT_EQ(refusal(open), "FIELD_REQUIRED");
  open = OpenRequest();
  open.mutable_open()->set_workspace("nowhere");
  EXPECT_EQ(refusal(open), "WORKSPACE_NOT_FOUND");
  {
    Adapter pbx(f);
    pbx.HalfClose();
    EXPECT_EQ(ReasonOf(pbx.End()), "FIELD_REQUIRED");
  }
  Adapter pbx(f);
  pbx.Open();
  pbx.Send(OpenRequest());
  EXPECT_EQ(ReasonOf(pbx.End()), "FIELD_MALFORMED");
}

TEST(MediaSession, AcknowledgesInOrderAndNothingThatIsNotDurable) {
  Fixture f;
  Adapter pbx(f);
  pbx.Open();
  const std::string ticket = f.Take(f.LogIn("ann"), CallContact());
  const std::string offer = pbx.Must(MediaResponse::kConnect).connect().offer_id();
  absl::Notification go_on;
  std::atomic<bool> released = false;
  f.store.OnCommit([&](const store::Batch&) { go_on.WaitForNotification(); });
  constexpr int kCount = 600;  // more than the window
  std::jthread writer([&] {
    for (int i = 1; i <= kCount; ++i) {
      MediaRequest request = ReportRequest(
          offer, i % 2 == 0 ? v1::MEDIA_EVENT_TYPE_HELD : v1::MEDIA_EVENT_TYPE_RETRIEVED);
      if (i == 1) request = ReportRequest(offer, v1::MEDIA_EVENT_TYPE_CONNECTED);
      request.mutable_report()->set_tag(i);
      ASSERT_TRUE(pbx.Send(request));
    }
    pbx.HalfClose();
  });
  std::jthread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    released = true;
    go_on.Notify();
  });
  for (int i = 1; i <= kCount; ++i) {
    const auto acknowledgement = pbx.Must(MediaResponse::kAcknowledgement).acknowledgement();
    ASSERT_TRUE(released);
    ASSERT_EQ(acknowledgement.tag(), i);
    ASSERT_EQ(acknowledgement.has_error(), false) << acknowledgement.error().message();
    ASSERT_EQ(acknowledgement.applied(), true);
  }
  EXPECT_TRUE(pbx.End().ok());
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
}

TEST(MediaSession, ReadTooSlowlyIsCutOff) {
  FixtureOptions options;
  options.server.streams.slow_reader_patience = std::chrono::milliseconds(200);
  Fixture f(options);
  const auto stub = v1::MediaService::NewStub(f.NarrowChannel());
  Adapter pbx(*stub);
  pbx.Open();
  std::atomic<int> written = 0;
  std::jthread writer([&] {
    const MediaRequest wrong = ReportRequest(std::string(64, 'x'), v1::MEDIA_EVENT_TYPE_RINGING);
    while (written < 100'000 && pbx.Send(wrong)) ++written;
  });
  WaitUntilItStands(written);
  EXPECT_LT(written, 100'000);
  while (pbx.Next()) {
  }
  writer.join();
  EXPECT_EQ(ReasonOf(pbx.End()), "OVERLOADED");
}

TEST(MediaSession, EndsWhenTheServerStopsOrStartsOver) {
  FixtureOptions options;
  options.server.streams.max_connector_streams = 1;
  Fixture f(options);
  Adapter pbx(f);
  pbx.Open();
  EXPECT_EQ(ReasonOf(Adapter(f).End()), "TOO_MANY_STREAMS");
  f.store.FailCommits(store::CommitFault::kFenced);
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "STORE_UNAVAILABLE");
  EXPECT_EQ(ReasonOf(pbx.End()), "NOT_SERVING");
  ASSERT_TRUE(f.WaitForReady(true));
  f.store.SetUnavailable(true);
  {
    Adapter away(f);
    away.Send(OpenRequest());
    EXPECT_EQ(ReasonOf(away.End()), "STORE_UNAVAILABLE");
  }
  f.store.SetUnavailable(false);
  // The place is free again a moment later.
  std::unique_ptr<Adapter> again;
  ASSERT_TRUE(Eventually([&] {
    again = std::make_unique<Adapter>(f);
    again->Send(OpenRequest());
    const auto response = again->Next();
    return response && response->has_opened();
  }));
  f.server->Shutdown(std::chrono::seconds(10));
  EXPECT_EQ(ReasonOf(again->End()), "NOT_SERVING");
}

}  // namespace
}  // namespace tandem::rpc
