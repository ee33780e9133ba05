// The reader over PostgreSQL: a few connections, shared by whoever asks.
#ifndef TANDEM_SERVER_STORE_POSTGRES_READER_H_
#define TANDEM_SERVER_STORE_POSTGRES_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "server/store/postgres_connection.h"
#include "server/store/postgres_rows.h"
#include "server/store/store.h"

namespace tandem::store {

class PostgresReader : public Reader {
 public:
  // At most `connections` (at least 1) are open; more callers wait for one to be free, for 5 s at
  // most. Throws std::invalid_argument for a URL that can't be read.
  PostgresReader(const std::string& url, size_t connections);

  absl::StatusOr<std::vector<TicketView>> GetTickets(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) override;
  absl::StatusOr<std::vector<TicketView>> ListTickets(const std::string& workspace,
                                                      const TicketFilter& filter,
                                                      router::TicketId before,
                                                      int32_t limit) override;
  absl::StatusOr<std::vector<router::EventRow>> ListTicketEvents(const std::string& workspace,
                                                                 router::TicketId ticket,
                                                                 int64_t after,
                                                                 int32_t limit) override;
  absl::StatusOr<std::vector<router::NoteRow>> ListNotes(const std::string& workspace,
                                                         router::TicketId ticket, int64_t after,
                                                         int32_t limit) override;
  absl::StatusOr<std::vector<router::SurveyRow>> ListScores(const std::string& workspace,
                                                            router::TicketId ticket,
                                                            const ScorePlace& after,
                                                            int32_t limit) override;
  absl::StatusOr<std::vector<router::MessageRow>> ListMessages(const std::string& workspace,
                                                               router::TicketId ticket,
                                                               int64_t after,
                                                               int32_t limit) override;
  absl::StatusOr<std::vector<ContactOfTicket>> ListContacts(const std::string& workspace,
                                                            router::TicketId ticket, int64_t after,
                                                            int32_t limit) override;
  absl::StatusOr<std::vector<router::ContactRow>> GetFirstContacts(
      const std::string& workspace, const std::vector<router::TicketId>& tickets) override;
  absl::StatusOr<std::optional<router::TicketRows>> GetClosedTicket(
      const std::string& workspace, router::TicketId ticket) override;
  absl::StatusOr<Additions> CountAdditions(const std::string& workspace,
                                           router::TicketId ticket) override;
  absl::StatusOr<std::vector<router::EventRow>> ListEvents(const std::string& workspace,
                                                           int64_t after, int32_t limit) override;
  absl::StatusOr<EventRange> GetEventRange(const std::string& workspace) override;
  absl::StatusOr<std::vector<WorkspaceRevision>> ListWorkspaces(const std::string& after,
                                                                int32_t limit) override;
  absl::StatusOr<router::WorkspaceRow> GetConfiguration(const std::string& workspace) override;
  absl::StatusOr<router::WorkspaceRow> GetWorkspace(const std::string& workspace) override;
  absl::StatusOr<std::optional<router::Resource>> GetResource(const std::string& workspace,
                                                              router::ResourceKind kind,
                                                              const std::string& id) override;
  absl::StatusOr<std::vector<router::Resource>> ListResources(const std::string& workspace,
                                                              const ResourceFilter& filter,
                                                              const std::string& after,
                                                              int32_t limit) override;
  absl::StatusOr<LiveState> GetLiveState(const std::string& workspace) override;
  absl::StatusOr<std::vector<QueueStatistics>> ListQueueStatistics(const std::string& workspace,
                                                                   router::Time since) override;
  absl::StatusOr<std::vector<Colleague>> ListColleagues(const std::string& workspace,
                                                        const ColleagueFilter& filter,
                                                        int32_t limit) override;
  absl::StatusOr<std::vector<FactRow>> SumFacts(const FactQuery& query) override;

 private:
  // Runs `use(connection)` on a connection that nobody else uses meanwhile.
  template <typename Function>
  auto Read(Function use) -> decltype(use(std::declval<pqxx::connection&>()));
  template <typename Row>
  absl::StatusOr<std::vector<Row>> ListOfTicket(const Table<Row>& table,
                                                const std::string& workspace,
                                                router::TicketId ticket, int64_t after,
                                                int32_t limit);

  absl::Mutex mutex_;
  std::vector<std::unique_ptr<PostgresConnection>> free_ ABSL_GUARDED_BY(mutex_);
};

// INVALID_ARGUMENT for a URL that can't be read. The database need not be there yet.
absl::StatusOr<std::unique_ptr<Reader>> OpenPostgresReader(const std::string& url,
                                                           size_t connections);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_READER_H_
