#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "router/limits.h"
#include "router/resources.h"
#include "server/query/resources.h"
#include "server/query/workspaces.h"
#include "server/rpc/batch.h"
#include "server/rpc/convert_configuration.h"
#include "server/rpc/resource_method.h"
#include "server/rpc/services.h"
#include "server/rpc/status.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/resource_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

using google::protobuf::Message;

// ------------------------------------------------------------------------- methods of every kind

void FinishWith(Call call, const ResourceMethod& method, const router::Resource* resource) {
  const std::unique_ptr<Message> response = method.NewResponse();
  if (resource != nullptr) FillResource(method, *resource, *response);
  call.Finish(*response);
}

void FinishDelete(Call call, const ResourceMethod& method, int64_t revision) {
  const std::unique_ptr<Message> response = method.NewResponse();
  response->GetReflection()->SetInt64(
      response.get(), response->GetDescriptor()->FindFieldByName("revision"), revision);
  call.Finish(*response);
}

// The answer to a request that was repeated: the resource as it is now, if it still is.
void FinishAsItIs(Backend& backend, Call call, const ResourceMethod& method,
                  const std::string& workspace, const std::string& id) {
  Read(backend, call, [&backend, call, method, workspace, id] {
    const auto found = query::GetResource(backend.reader, workspace, method.kind, id);
    const auto* rejection = std::get_if<router::Rejection>(&found);
    if (rejection == nullptr) {
      FinishWith(call, method, &std::get<router::Resource>(found));
    } else if (rejection->reason == router::Reason::kResourceNotFound) {
      FinishWith(call, method, nullptr);
    } else {
      call.Refuse(*rejection);
    }
  });
}

// Whose answer it is, should the reply not hold it.
std::string IdOf(const router::Action& action) {
  if (const auto* create = std::get_if<router::CreateResource>(&action)) {
    return router::NamedOf(create->resource).id;
  }
  if (const auto* update = std::get_if<router::UpdateResource>(&action)) {
    return router::NamedOf(update->resource).id;
  }
  return "";
}

void Change(Backend& backend, Call call, const ResourceMethod& method, Message& request) {
  auto made = ToVerb(method, request);
  if (const auto* rejection = std::get_if<router::Rejection>(&made)) return call.Refuse(*rejection);
  Verb verb = std::move(std::get<Verb>(made));
  const std::string workspace = verb.command.workspace;
  const std::string id = IdOf(verb.command.action);
  Submit(backend, std::move(verb), call.deadline(),
         [&backend, call, method, workspace, id](router::Outcome outcome) {
           if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
             return call.Refuse(*rejection);
           }
           const auto& reply = std::get<router::ResourceChanged>(std::get<router::Reply>(outcome));
           if (method.verb == ResourceMethod::Verb::kDelete) {
             FinishDelete(call, method, reply.revision);
           } else if (reply.resource) {
             FinishWith(call, method, &*reply.resource);
           } else {
             FinishAsItIs(backend, call, method, workspace, id);
           }
         });
}

void Get(Backend& backend, Call call, const ResourceMethod& method, const Message& request) {
  auto asked = ToResourceAsked(request);
  if (const auto* rejection = std::get_if<router::Rejection>(&asked)) {
    return call.Refuse(*rejection);
  }
  Read(backend, call, [&backend, call, method, asked = std::move(std::get<ResourceAsked>(asked))] {
    const auto found = query::GetResource(backend.reader, asked.workspace, method.kind, asked.id);
    if (const auto* rejection = std::get_if<router::Rejection>(&found)) {
      return call.Refuse(*rejection);
    }
    FinishWith(call, method, &std::get<router::Resource>(found));
  });
}

void List(Backend& backend, Call call, const ResourceMethod& method, const Message& request) {
  auto asked = ToResourcesAsked(method, request);
  if (const auto* rejection = std::get_if<router::Rejection>(&asked)) {
    return call.Refuse(*rejection);
  }
  Read(backend, call, [&backend, call, method, asked = std::move(std::get<ResourcesAsked>(asked))] {
    const auto found =
        query::ListResources(backend.reader, asked.workspace, asked.filter, asked.page);
    if (const auto* rejection = std::get_if<router::Rejection>(&found)) {
      return call.Refuse(*rejection);
    }
    const std::unique_ptr<Message> response = method.NewResponse();
    FillPage(method, std::get<query::ResourcePage>(found), *response);
    call.Finish(*response);
  });
}

void Run(Backend& backend, Call call, const ResourceMethod& method, Message& request) {
  switch (method.verb) {
    case ResourceMethod::Verb::kGet:
      return Get(backend, call, method, request);
    case ResourceMethod::Verb::kList:
      return List(backend, call, method, request);
    case ResourceMethod::Verb::kCreate:
    case ResourceMethod::Verb::kUpdate:
    case ResourceMethod::Verb::kDelete:
      return Change(backend, call, method, request);
  }
}

// --------------------------------------------------------------------------------------- the
// others

void FillResults(Call call, const std::vector<router::Outcome>& outcomes) {
  v1::BatchUpdateAgentsResponse response;
  for (const router::Outcome& outcome : outcomes) {
    v1::BatchUpdateAgentResult& result = *response.add_results();
    if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
      Fill(*rejection, *result.mutable_error());
    } else {
      const auto& reply = std::get<router::ResourceChanged>(std::get<router::Reply>(outcome));
      result.set_revision(router::NamedOf(*reply.resource).revision);
    }
  }
  call.Finish(response);
}

void BatchUpdateAgents(Backend& backend, Call call, v1::BatchUpdateAgentsRequest& request) {
  const auto size = static_cast<size_t>(request.updates_size());
  const auto rejection = CheckBatch(request.workspace(), "updates", size, router::kMaxBatchAgents);
  if (rejection) return call.Refuse(*rejection);
  const auto batch = std::make_shared<Batch>(call, size, FillResults);
  const auto deadline = call.deadline();
  for (size_t i = 0; i < size; ++i) {
    Faults faults;
    router::UpdateResource action = ToUpdate(request.updates(static_cast<int>(i)), faults);
    if (auto refused = faults.Take()) {
      batch->Set(i, *std::move(refused));
      continue;
    }
    Verb verb{.command = {.workspace = request.workspace(), .action = std::move(action)},
              .request = std::nullopt};
    Submit(backend, std::move(verb), deadline,
           [batch, i](router::Outcome outcome) { batch->Set(i, std::move(outcome)); });
  }
}

template <typename Response>
void FinishSettings(Backend& backend, Call call, const std::string& workspace) {
  Read(backend, call, [&backend, call, workspace] {
    FinishQuery<Response>(call, query::GetWorkspace(backend.reader, workspace),
                          [](const router::WorkspaceRow& row, Response& response) {
                            Fill(row.configuration, row.revision, *response.mutable_settings());
                          });
  });
}

void GetWorkspaceSettings(Backend& backend, Call call, v1::GetWorkspaceSettingsRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  FinishSettings<v1::GetWorkspaceSettingsResponse>(backend, call, request.workspace());
}

void UpdateWorkspaceSettings(Backend& backend, Call call,
                             v1::UpdateWorkspaceSettingsRequest& request) {
  auto made = ToVerb(request);
  if (const auto* rejection = std::get_if<router::Rejection>(&made)) return call.Refuse(*rejection);
  Submit(backend, std::move(std::get<Verb>(made)), call.deadline(),
         [&backend, call, workspace = request.workspace()](router::Outcome outcome) {
           if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
             return call.Refuse(*rejection);
           }
           const auto& reply = std::get<router::ResourceChanged>(std::get<router::Reply>(outcome));
           using Response = v1::UpdateWorkspaceSettingsResponse;
           if (!reply.settings) return FinishSettings<Response>(backend, call, workspace);
           Response response;
           Fill(*reply.settings, reply.revision, *response.mutable_settings());
           call.Finish(response);
         });
}

}  // namespace

Service MakeResourceService(Backend& backend) {
  ServiceMaker<v1::ResourceService> maker(backend);
  const auto& service = *v1::BatchUpdateAgentsRequest::descriptor()->file()->service(0);
  for (int i = 0; i < service.method_count(); ++i) {
    const google::protobuf::MethodDescriptor& descriptor = *service.method(i);
    auto method = FindResourceMethod(descriptor);
    if (!method) continue;
    maker.Serve(descriptor, [&backend, method = *std::move(method)](
                                const grpc::CallbackServerContext& context,
                                const grpc::ByteBuffer& bytes, Responder& responder) {
      const std::unique_ptr<Message> request = method.NewRequest();
      const Call call(backend, MethodOf(*method.descriptor), context, responder);
      if (call.Read(bytes, *request)) Run(backend, call, method, *request);
    });
  }
  maker.Serve(BatchUpdateAgents);
  maker.Register(GetWorkspaceSettings);
  maker.Serve(UpdateWorkspaceSettings);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
