// What the connections to PostgreSQL came to since the process began. Safe from any thread.
#ifndef TANDEM_SERVER_STORE_POSTGRES_FIGURES_H_
#define TANDEM_SERVER_STORE_POSTGRES_FIGURES_H_

#include "server/metrics/counters.h"

namespace tandem::store {

struct PostgresFigures {
  metrics::Level open;
  metrics::Counter connected, connect_failures;
  metrics::Counter reconnected;  // of the connected: in place of one that was lost
  metrics::Counter lost;         // statements that failed with their connection
  metrics::Counter refused;      // statements that the database refused
};

// There is one: connections are the process's, whoever uses them.
PostgresFigures& FiguresOfPostgres();

// Counts a connection as open while it lives.
class OpenConnection {
 public:
  // `again`: in place of one that was lost.
  explicit OpenConnection(bool again) {
    FiguresOfPostgres().open.Move(1);
    FiguresOfPostgres().connected.Add();
    if (again) FiguresOfPostgres().reconnected.Add();
  }
  ~OpenConnection() { FiguresOfPostgres().open.Move(-1); }
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_FIGURES_H_
