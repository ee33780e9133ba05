// The methods of tandem.v1.ResourceService that are alike for every kind of resource, found from
// their descriptors.
//
// Fifteen kinds have five methods each, which differ in nothing but the kind: the code that serves
// them is written once. Safe from any thread.
#ifndef TANDEM_SERVER_RPC_RESOURCE_METHOD_H_
#define TANDEM_SERVER_RPC_RESOURCE_METHOD_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

#include "router/model.h"
#include "router/rejection.h"
#include "server/query/resources.h"
#include "server/rpc/faults.h"
#include "server/rpc/verbs.h"
#include "server/store/store.h"
#include "tandem/v1/resource_service.pb.h"

namespace tandem::rpc {

struct ResourceMethod {
  enum class Verb { kCreate, kGet, kList, kUpdate, kDelete };

  Verb verb = Verb::kGet;
  router::ResourceKind kind = router::ResourceKind::kClient;
  const google::protobuf::MethodDescriptor* descriptor = nullptr;

  // Empty messages of the method's types.
  std::unique_ptr<google::protobuf::Message> NewRequest() const;
  std::unique_ptr<google::protobuf::Message> NewResponse() const;
};

// Nothing when the method is not one of them.
std::optional<ResourceMethod> FindResourceMethod(
    const google::protobuf::MethodDescriptor& descriptor);

// Create, Update and Delete: a verb, or why the request is refused. The request is used up.
std::variant<Verb, router::Rejection> ToVerb(const ResourceMethod& method,
                                             google::protobuf::Message& request);
std::variant<Verb, router::Rejection> ToVerb(v1::UpdateWorkspaceSettingsRequest& request);
// An update of a batch.
router::UpdateResource ToUpdate(const v1::BatchUpdateAgentItem& item, Faults& faults);

// Get: which resource is asked for.
struct ResourceAsked {
  std::string workspace;
  std::string id;
};
std::variant<ResourceAsked, router::Rejection> ToResourceAsked(
    const google::protobuf::Message& request);

// List: which resources are asked for.
struct ResourcesAsked {
  std::string workspace;
  store::ResourceFilter filter;
  query::PageRequest page;
};
std::variant<ResourcesAsked, router::Rejection> ToResourcesAsked(
    const ResourceMethod& method, const google::protobuf::Message& request);

// Paths start with "filter".
store::ResourceFilter ToFilter(const v1::AgentFilter& filter, Faults& faults);

// Puts the resource, or the page, into the response.
void FillResource(const ResourceMethod& method, const router::Resource& resource,
                  google::protobuf::Message& response);
void FillPage(const ResourceMethod& method, const query::ResourcePage& page,
              google::protobuf::Message& response);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_RESOURCE_METHOD_H_
