// Goal: a contact that says where it came in need not say the rest: its entry point fills it in,
// what the contact says counts, and what nobody says is refused with the field's name. How well a
// language must be spoken, the configured language says.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

constexpr char kLine[] = "+351 21 000 0000";

struct EntryPoints : Fixture {
  grpc::Status Create(const v1::EntryPoint& entry_point, v1::EntryPoint* created = nullptr) {
    v1::CreateEntryPointRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_entry_point() = entry_point;
    v1::CreateEntryPointResponse response;
    const grpc::Status status = resources->CreateEntryPoint(ClientContext(), request, &response);
    if (created != nullptr) *created = response.entry_point();
    return status;
  }

  grpc::Status CreateLanguage(const std::string& id, const std::string& tag, v1::CefrLevel level) {
    v1::CreateLanguageRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_language()->set_id(id);
    request.mutable_language()->set_tag(tag);
    request.mutable_language()->set_level(level);
    v1::CreateLanguageResponse response;
    return resources->CreateLanguage(ClientContext(), request, &response);
  }
};

v1::EntryPoint Line() {
  v1::EntryPoint line;
  line.set_id("line");
  line.set_channel("voice");
  line.set_address(kLine);
  line.set_client("acme");
  line.set_process_type("support");
  line.set_language("FR-ca");
  line.set_queue("private");
  line.set_priority(4);
  return line;
}

v1::Contact CallTo(const std::string& entry_point) {
  v1::Contact contact;
  contact.set_channel("voice");
  contact.set_entry_point(entry_point);
  return contact;
}

TEST(EntryPoint, FillsInWhatTheContactLeavesOut) {
  EntryPoints f;
  ASSERT_EQ(ReasonOf(f.Create(Line())), "OK");
  const v1::Ticket filled = f.Get(f.Ingest(CallTo(kLine)));
  EXPECT_EQ(filled.client(), "acme");
  EXPECT_EQ(filled.process_type(), "support");
  EXPECT_EQ(filled.language(), "fr-CA");
  EXPECT_EQ(filled.queue(), "private");
  EXPECT_EQ(filled.priority(), 4U);
  EXPECT_EQ(filled.entry_point(), kLine);

  v1::Contact own = CallTo(kLine);
  own.set_client("globex");
  own.set_language("fr");
  own.set_queue("calls");
  own.set_priority(0);
  const v1::Ticket said = f.Get(f.Ingest(own));
  EXPECT_EQ(said.client(), "globex");
  EXPECT_EQ(said.process_type(), "support");
  EXPECT_EQ(said.language(), "fr");
  EXPECT_EQ(said.queue(), "calls");
  EXPECT_EQ(said.priority(), 0U);

  const auto contents = f.store.Copy();
  ASSERT_EQ(contents.contacts.size(), 2U);
  for (const auto& [key, contact] : contents.contacts) {
    EXPECT_EQ(contact.content.process_type, "support");
  }
}

TEST(EntryPoint, IsFoundByItsIdWhenItHasNoAddress) {
  EntryPoints f;
  v1::EntryPoint widget;
  widget.set_id("help.widget");
  widget.set_channel("chat");
  widget.set_client("globex");
  v1::EntryPoint created;
  ASSERT_EQ(ReasonOf(f.Create(widget, &created)), "OK");
  EXPECT_EQ(created.address(), "help.widget");
  EXPECT_FALSE(created.has_priority());
  v1::Contact contact = ChatContact();
  contact.clear_client();
  contact.set_entry_point("help.widget");
  EXPECT_EQ(f.Get(f.Ingest(contact)).client(), "globex");
}

TEST(EntryPoint, ServesAgentsWhoBeginAContact) {
  EntryPoints f;
  ASSERT_EQ(ReasonOf(f.Create(Line())), "OK");
  v1::StartAgentContactRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = f.LogIn("ann");
  *request.mutable_contact() = CallTo(kLine);
  v1::StartAgentContactResponse response;
  ASSERT_EQ(ReasonOf(f.agents->StartAgentContact(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(f.Get(response.ticket_id()).client(), "acme");
}

TEST(EntryPoint, ThatSaysNothingLeavesTheContactRefused) {
  EntryPoints f;
  v1::EntryPoint silent;
  silent.set_id("silent");
  silent.set_channel("voice");
  ASSERT_EQ(ReasonOf(f.Create(silent)), "OK");
  for (const char* entry_point : {"silent", "nobody configured it"}) {
    const Error no_client = Decode(f.IngestStatus(CallTo(entry_point)));
    EXPECT_EQ(no_client.reason, "FIELD_REQUIRED");
    EXPECT_EQ(no_client.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(no_client.fields, std::vector<std::string>{"contact.client"});
    EXPECT_EQ(no_client.message,
              "expected a client, or an entry point that has one, but there is neither");
    v1::Contact contact = CallTo(entry_point);
    contact.set_client("acme");
    const Error no_type = Decode(f.IngestStatus(contact));
    EXPECT_EQ(no_type.fields, std::vector<std::string>{"contact.process_type"});
    EXPECT_EQ(no_type.message,
              "expected a process type, or an entry point or a classification rule that has one, "
              "but there is neither");
    contact.set_process_type("support");
    EXPECT_EQ(ReasonOf(f.IngestStatus(contact)), "OK");
  }
}

TEST(EntryPoint, IsTheOnlyOneOfItsChannelWithItsAddressAndKeepsWhatItNames) {
  EntryPoints f;
  ASSERT_EQ(ReasonOf(f.Create(Line())), "OK");
  v1::EntryPoint other = Line();
  other.set_id("other");
  const Error twice = Decode(f.Create(other));
  EXPECT_EQ(twice.reason, "ID_DUPLICATE");
  EXPECT_EQ(twice.fields, std::vector<std::string>{"entry_point.address"});
  other.set_channel("chat");
  EXPECT_EQ(ReasonOf(f.Create(other)), "OK");

  v1::UpdateEntryPointRequest update;
  update.set_workspace(kWorkspace);
  update.mutable_entry_point()->set_id("other");
  update.mutable_entry_point()->set_channel("voice");
  v1::UpdateEntryPointResponse updated;
  EXPECT_EQ(ReasonOf(f.resources->UpdateEntryPoint(ClientContext(), update, &updated)),
            "ID_DUPLICATE");
  update.mutable_entry_point()->set_address("other");
  EXPECT_EQ(ReasonOf(f.resources->UpdateEntryPoint(ClientContext(), update, &updated)), "OK");

  v1::DeleteQueueRequest remove;
  remove.set_workspace(kWorkspace);
  remove.set_id("private");
  v1::DeleteQueueResponse removed;
  const Error named = Decode(f.resources->DeleteQueue(ClientContext(), remove, &removed));
  EXPECT_EQ(named.reason, "RESOURCE_REFERENCED");
  EXPECT_EQ(named.metadata.at("referrers"),
            "routing profile everything, entry point line, entry point other");
}

TEST(Language, SaysTheLevelThatIsAskedWhereTheProcessTypeSaysNone) {
  EntryPoints f;
  // The agents speak Canadian French at C1 and write it at B2.
  ASSERT_EQ(ReasonOf(f.CreateLanguage("french", "fr", v1::CEFR_LEVEL_C1)), "OK");
  v1::Contact chat = ChatContact();
  chat.set_language("fr-CA");
  v1::IngestResult result;
  ASSERT_EQ(ReasonOf(f.IngestStatus(chat, &result)), "OK");
  EXPECT_TRUE(result.unroutable());
  const std::string waiting = result.ticket_id();

  EXPECT_EQ(ReasonOf(f.CreateLanguage("again", "FR", v1::CEFR_LEVEL_A1)), "ID_DUPLICATE");
  ASSERT_EQ(ReasonOf(f.CreateLanguage("quebec", "fr-ca", v1::CEFR_LEVEL_B1)), "OK");
  ASSERT_EQ(ReasonOf(f.IngestStatus(chat, &result)), "OK");
  EXPECT_FALSE(result.unroutable());
  chat.set_language("fr-FR");
  ASSERT_EQ(ReasonOf(f.IngestStatus(chat, &result)), "OK");
  EXPECT_TRUE(result.unroutable());
  EXPECT_TRUE(f.Get(waiting).unroutable()) << "what waits keeps what it came in with";
}

}  // namespace
}  // namespace tandem::rpc
