// An agent's session by hand: commands go in as lines, what the server says comes out as lines.
#ifndef TANDEM_SERVER_CTL_AGENT_CONSOLE_H_
#define TANDEM_SERVER_CTL_AGENT_CONSOLE_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/caller.h"
#include "tandem/v1/agent_service.grpc.pb.h"

namespace tandem::ctl {

// One session on a stream. Run() is called once, on the thread that made it; a thread of its own
// reads the stream and prints.
class AgentConsole {
 public:
  AgentConsole(const Target& target, std::string agent);
  AgentConsole(const AgentConsole&) = delete;
  AgentConsole& operator=(const AgentConsole&) = delete;
  ~AgentConsole();

  // Logs in, carries out standard input line by line, each to its answer, and logs out at `quit` or
  // at the end of the input. The exit code: without a terminal kExitRefused when a command failed.
  [[nodiscard]] int Run();

  // "accept [OFFER]" and so on, with what each does, one a line.
  [[nodiscard]] static std::string Help();

 private:
  using Words = std::vector<std::string>;
  using Request = tandem::v1::StreamAgentSessionRequest;
  using Response = tandem::v1::StreamAgentSessionResponse;

  // A word that can be typed.
  struct Verb {
    const char* name;
    const char* arguments;
    const char* help;
    bool (AgentConsole::*run)(const Words& arguments);
  };
  static const std::vector<Verb>& Verbs();

  // A ticket that the agent owns.
  struct Held {
    tandem::v1::TicketState state = tandem::v1::TICKET_STATE_UNSPECIFIED;
    bool review = false;  // of another one's work
  };
  static Held HeldOf(const tandem::v1::Work& work);

  bool LogIn();
  void EndStream();
  // Each returns whether it was done, having said why not.
  bool CarryOut(const std::string& line);
  bool Available(const Words& arguments);
  bool NotReady(const Words& arguments);
  bool Offline(const Words& arguments);
  bool Drain(const Words& arguments);
  bool Wait(const Words& arguments);
  bool Accept(const Words& arguments);
  bool Decline(const Words& arguments);
  bool Claim(const Words& arguments);
  bool Begin(const Words& arguments);
  bool Start(const Words& arguments);
  bool Finish(const Words& arguments);
  bool Complete(const Words& arguments);
  // By the verb that was written.
  bool CompleteBy(const char* verb, const std::string& ticket,
                  tandem::v1::CompleteTicketRequest complete);
  bool Release(const Words& arguments);
  bool HandOff(const Words& arguments);
  bool FollowUp(const Words& arguments);
  bool WaitForChildren(const Words& arguments);
  bool Approve(const Words& arguments);
  bool SendBack(const Words& arguments);
  // The review that the first word names, or the only one in hand.
  std::optional<std::string> PickReview(const Words& arguments);
  // Completes a review.
  bool Judge(const Words& arguments, tandem::v1::ReviewVerdict verdict, const char* verb);
  // How sure a bot says that it is; tells what is wrong with a word that doesn't.
  std::optional<double> ReadConfidence(const std::string& word);
  bool Park(const Words& arguments);
  bool ParkBy(const char* verb, const Words& arguments, bool until_children_closed);
  bool Invite(const Words& arguments);
  bool Consult(const Words& arguments);
  bool ConsultNobody(const Words& arguments);
  bool Conference(const Words& arguments);
  bool HandOver(const Words& arguments);
  bool Leave(const Words& arguments);
  bool Monitor(const Words& arguments);
  bool Show(const Words& arguments);
  bool ShowHelp(const Words& arguments);
  bool Quit(const Words& arguments);

  bool SetStatus(tandem::v1::AgentStatus status, const std::string& reason);
  // A verb of the owner that names an agent, and then perhaps the ticket. `part_of` gives the verb
  // in a request.
  template <typename PartOf>
  bool DoWithAgent(const std::string& what, const Words& arguments, PartOf part_of);
  // Sends a verb and waits for its result; unset when the session ended or nothing came in time.
  std::optional<tandem::v1::VerbResult> Ask(Request request);
  // The same; prints the result.
  std::optional<tandem::v1::VerbResult> Do(const std::string& what, Request request);
  // The offer that is named, or the only one.
  std::optional<tandem::v1::Offer> PickOffer(const Words& arguments, size_t at);
  // The ticket that is named, or the only one in one of the states.
  std::optional<std::string> PickTicket(const Words& arguments, size_t at,
                                        const std::vector<tandem::v1::TicketState>& states);
  tandem::v1::SessionRef Session();
  void SetWork(const std::string& ticket, tandem::v1::TicketState state);
  void KeepAsReview(const std::string& ticket);

  void ReadStream();
  void Take(const Response& message);
  void TakeSnapshot(const tandem::v1::AgentSnapshot& snapshot);
  void Say(const std::string& text);
  void Print(const std::string& text);
  bool Ended();

  Caller caller_;
  const std::string agent_;
  const bool terminal_;
  bool quit_ = false;
  bool logged_out_ = false;
  int64_t next_tag_ = 1;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;

  std::mutex printing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool opened_ = false;                                // Guarded by mutex_, as all below.
  bool ended_ = false;                                 // The stream is over.
  int64_t generation_ = 0;                             // Of the session.
  tandem::v1::AgentState state_;                       // The last that came.
  std::map<int64_t, tandem::v1::VerbResult> results_;  // By tag, until they are taken.
  std::vector<tandem::v1::Offer> offers_;              // Open ones, the oldest first.
  std::map<std::string, Held> work_;                   // Tickets that the agent owns.
  grpc::Status status_;                                // How the stream ended.
  std::jthread reader_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_AGENT_CONSOLE_H_
