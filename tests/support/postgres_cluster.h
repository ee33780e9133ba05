// A private PostgreSQL for a test: the real programs on a folder of its own, reached by a socket in
// it.
//
// It belongs to the process that made it: it is killed and removed with this object, and with the
// thread that made it. As root it runs as the user postgres, because PostgreSQL refuses to run as
// root.
//
// Every function aborts the process with a reason when it can't do its work: a test without its
// database is void.
#ifndef TANDEM_TESTS_SUPPORT_POSTGRES_CLUSTER_H_
#define TANDEM_TESTS_SUPPORT_POSTGRES_CLUSTER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/folder.h"

namespace tandem::tests {

class PostgresCluster {
 public:
  enum class Durability {
    kFast,     // no fsync: survives the death of its processes, not of the machine
    kDurable,  // as in service
  };

  // Makes the cluster and starts it.
  explicit PostgresCluster(Durability durability = Durability::kFast);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Starts the server and waits until it takes connections.
  void Start();
  // Ends all sessions, then the server, in good order.
  void Stop();
  // kill -9 of the server and of every one of its processes, at once.
  void Kill();

  const std::string& folder() const { return folder_.path(); }
  // How to connect to a database of the cluster.
  std::string Url(const std::string& database = "postgres") const;
  // Makes a database with a name of its own and gives its URL. `like`: the name of one that is
  // copied.
  std::string CreateDatabase(const std::string& like = "template1");
  // Executes one statement outside of any transaction.
  void Execute(const std::string& sql, const std::string& database = "postgres");
  // The first column of the first row.
  std::string Query(const std::string& sql, const std::string& database = "postgres");

 private:
  // Runs a program of PostgreSQL as its user. Gives the process.
  pid_t Spawn(const std::vector<std::string>& arguments) const;
  bool AcceptsConnections() const;

  const Durability durability_;
  std::string programs_;  // folder
  const Folder folder_;
  pid_t server_ = 0;
  int databases_ = 0;
};

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_SUPPORT_POSTGRES_CLUSTER_H_
