// Sums over the facts in PostgreSQL: one statement for each source that a report needs.
//
// Pure functions over a transaction of the caller; libpqxx's exceptions pass through.
#ifndef TANDEM_SERVER_STORE_POSTGRES_FACTS_H_
#define TANDEM_SERVER_STORE_POSTGRES_FACTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "pqxx/binarystring"
#include "pqxx/transaction_base"
#include "server/store/facts.h"

namespace tandem::store {

// A statement with its parameters, in order.
struct FactStatement {
  std::string sql;
  std::vector<pqxx::binarystring> parameters;
};

// Requires CanAnswer(query, source).
FactStatement StatementOf(const FactQuery& query, FactSource source);

// As Reader::SumFacts, in the transaction. DEADLINE_EXCEEDED when the statements together take
// longer than the query allows; the transaction is of no more use then.
absl::StatusOr<std::vector<FactRow>> SumFactsIn(pqxx::transaction_base& work,
                                                const FactQuery& query);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_FACTS_H_
