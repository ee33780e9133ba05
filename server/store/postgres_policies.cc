#include "server/store/postgres_policies.h"

#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "pqxx/nontransaction"
#include "pqxx/transaction"
#include "router/limits.h"
#include "server/store/postgres_names.h"

namespace tandem::store {

inline constexpr const char* kTreatmentNames[] = {"IGNORED", "NEGATIVE", "POSITIVE"};
template <>
struct NameTable<AbandonTreatment> : NamesFrom<AbandonTreatment, 1, kTreatmentNames> {};

namespace {

constexpr char kPolicySettings[] = "-c statement_timeout=5s -c lock_timeout=5s";

constexpr char kSelect[] =
    "SELECT policy, coalesce(display_name, ''), threshold_us, abandons, short_abandon_us, revision,"
    " coalesce(client, ''), array_to_string(queues, ' '),"
    " (extract(epoch FROM coalesce(effective_from, 'epoch')) * 1000000)::bigint"
    " FROM tandem.service_level_policy WHERE workspace = $1";

// Changes of one workspace's policies go one after the other: revisions and their number hold.
constexpr char kPoliciesOneByOne[] =
    "SELECT pg_advisory_xact_lock(hashtextextended('tandem.service_level_policy ' || $1, 0))";

ServiceLevelPolicy DecodePolicy(const pqxx::row& row) {
  const auto cells = CellsOf(row);
  const std::string queues(cells(7).value_or(""));  // ids have no spaces
  return {.id = std::string(cells(0).value_or("")),
          .display_name = std::string(cells(1).value_or("")),
          .threshold = {ParseInt8(cells(2))},
          .abandons = FromName<AbandonTreatment>(cells(3).value_or("")),
          .short_abandon_limit = {ParseInt8(cells(4))},
          .client = std::string(cells(6).value_or("")),
          .queues = absl::StrSplit(queues, ' ', absl::SkipEmpty()),
          .effective_from = {ParseInt8(cells(8))},
          .revision = ParseInt8(cells(5))};
}

// The policy, or one with revision 0 when there is none.
ServiceLevelPolicy Find(pqxx::transaction_base& work, const std::string& workspace,
                        const std::string& id) {
  const pqxx::result rows =
      work.exec_params(absl::StrCat(kSelect, " AND policy = $2"), workspace, id);
  return rows.empty() ? ServiceLevelPolicy{} : DecodePolicy(rows[0]);
}

absl::Status NoSuchPolicy(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("there is no policy ", id));
}

// Whether one more may be made.
absl::Status CheckRoom(pqxx::transaction_base& work, const std::string& workspace) {
  const auto row = work.exec_params1(
      "SELECT EXISTS (SELECT FROM tandem.workspace WHERE workspace = $1),"
      " (SELECT count(*) FROM tandem.service_level_policy WHERE workspace = $1)",
      workspace);
  const auto cells = CellsOf(row);
  if (!ParseBool(cells(0))) {
    return absl::NotFoundError(absl::StrCat("workspace ", workspace, " has no configuration"));
  }
  if (ParseInt8(cells(1)) >= static_cast<int64_t>(router::kMaxServiceLevelPolicies)) {
    return absl::ResourceExhaustedError("the workspace has as many policies as it may");
  }
  return absl::OkStatus();
}

}  // namespace

PostgresPolicies::PostgresPolicies(const std::string& url)
    : connection_(ConnectionString(url, kPolicySettings), {}) {}

absl::StatusOr<std::vector<ServiceLevelPolicy>> PostgresPolicies::ListPolicies(
    const std::string& workspace) {
  using Policies = absl::StatusOr<std::vector<ServiceLevelPolicy>>;
  absl::MutexLock lock(&mutex_);
  return connection_.Read([&](pqxx::connection& connection) -> Policies {
    pqxx::nontransaction work(connection);
    std::vector<ServiceLevelPolicy> policies;
    for (const pqxx::row& row :
         work.exec_params(absl::StrCat(kSelect, " ORDER BY policy"), workspace)) {
      policies.push_back(DecodePolicy(row));
    }
    return policies;
  });
}

absl::StatusOr<ServiceLevelPolicy> PostgresPolicies::GetPolicy(const std::string& workspace,
                                                               const std::string& id) {
  absl::MutexLock lock(&mutex_);
  return connection_.Read([&](pqxx::connection& connection) -> absl::StatusOr<ServiceLevelPolicy> {
    pqxx::nontransaction work(connection);
    const ServiceLevelPolicy policy = Find(work, workspace, id);
    if (policy.revision == 0) return NoSuchPolicy(id);
    return policy;
  });
}

// A connection that is lost during COMMIT leaves the caller in doubt; to repeat is safe.
absl::StatusOr<PolicyChange> PostgresPolicies::PutPolicy(const std::string& workspace,
                                                         const ServiceLevelPolicy& policy,
                                                         int64_t expected_revision) {
  absl::MutexLock lock(&mutex_);
  return connection_.Read([&](pqxx::connection& connection) -> absl::StatusOr<PolicyChange> {
    WarningCatcher warnings(connection);
    pqxx::work work(connection);
    work.exec(kDurably);
    work.exec_params(kPoliciesOneByOne, workspace);
    ServiceLevelPolicy held = Find(work, workspace, policy.id);
    ServiceLevelPolicy wanted = policy;
    wanted.revision = held.revision;
    if (wanted == held) return PolicyChange{.done = true, .policy = held};
    if (expected_revision != 0 && expected_revision != held.revision) {
      return PolicyChange{.done = false, .policy = held};
    }
    if (held.revision == 0) {
      if (absl::Status room = CheckRoom(work, workspace); !room.ok()) return room;
    }
    ++wanted.revision;
    work.exec_params(
        "INSERT INTO tandem.service_level_policy (workspace, policy, display_name, threshold_us,"
        " abandons, short_abandon_us, revision, client, queues, effective_from)"
        " VALUES ($1, $2, nullif($3, ''), $4, $5, $6, $7, nullif($8, ''),"
        " string_to_array($9, ' '),"
        " timestamptz 'epoch' + nullif($10::bigint, 0) * interval '1 microsecond')"
        " ON CONFLICT (workspace, policy) DO UPDATE SET display_name = excluded.display_name,"
        " threshold_us = excluded.threshold_us, abandons = excluded.abandons,"
        " short_abandon_us = excluded.short_abandon_us, revision = excluded.revision,"
        " client = excluded.client, queues = excluded.queues,"
        " effective_from = excluded.effective_from",
        workspace, wanted.id, wanted.display_name, wanted.threshold.us, NameOf(wanted.abandons),
        wanted.short_abandon_limit.us, wanted.revision, wanted.client,
        absl::StrJoin(wanted.queues, " "), wanted.effective_from.us);
    work.commit();
    if (warnings.seen()) return UnconfirmedByReplica("the change of a policy");
    return PolicyChange{.done = true, .policy = wanted};
  });
}

absl::StatusOr<PolicyChange> PostgresPolicies::DeletePolicy(const std::string& workspace,
                                                            const std::string& id,
                                                            int64_t expected_revision) {
  absl::MutexLock lock(&mutex_);
  return connection_.Read([&](pqxx::connection& connection) -> absl::StatusOr<PolicyChange> {
    WarningCatcher warnings(connection);
    pqxx::work work(connection);
    work.exec(kDurably);
    work.exec_params(kPoliciesOneByOne, workspace);
    const ServiceLevelPolicy held = Find(work, workspace, id);
    if (held.revision == 0) return NoSuchPolicy(id);
    if (expected_revision != 0 && expected_revision != held.revision) {
      return PolicyChange{.done = false, .policy = held};
    }
    work.exec_params("DELETE FROM tandem.service_level_policy WHERE workspace = $1 AND policy = $2",
                     workspace, id);
    work.commit();
    if (warnings.seen()) return UnconfirmedByReplica("the change of a policy");
    return PolicyChange{.done = true, .policy = held};
  });
}

absl::StatusOr<std::unique_ptr<PolicyStore>> OpenPostgresPolicies(const std::string& url) {
  try {
    return std::make_unique<PostgresPolicies>(url);
  } catch (const std::invalid_argument& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace tandem::store
