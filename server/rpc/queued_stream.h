// A stream of bytes both ways that is served over a completion queue of ours.
//
// It is written like a grpc::ServerBidiReactor: Start… and Finish begin an operation, and a
// reaction tells when it is over. What differs is whose queue it is: gRPC's callback API puts all
// that is under way in a process into one, and a gRPC that is built with assertions, as Debian's
// is, searches the whole of it for each operation that is over. See docs/adr/0003-callback-api.md.
//
// Life: a stream is made for a call that has not come yet, and given to gRPC by `Await`. When a
// call came, OnCall; at its end exactly one OnDone, after every other reaction. When none comes any
// more, because the server stops, the stream is let go without any reaction.
//
// Thread rules: OnCall runs on the thread of the queue of arrivals, the other reactions on that of
// the stream's own queue, one at a time. Start… and Finish may be called from any thread; of reads
// and of writes one is under way at a time; a call of Finish is the last of all and comes once.
#ifndef TANDEM_SERVER_RPC_QUEUED_STREAM_H_
#define TANDEM_SERVER_RPC_QUEUED_STREAM_H_

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <functional>
#include <memory>

namespace tandem::rpc {

class QueuedStream {
 public:
  using Responder = grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
  // Asks gRPC for the next call of a method: the generated Request… function.
  // `calls` gets what becomes of the call, `arrivals` that it came.
  using NextCall =
      std::function<void(grpc::ServerContext*, Responder*, grpc::CompletionQueue* calls,
                         grpc::ServerCompletionQueue* arrivals, void* tag)>;
  // Whoever wants to know what became of the stream; outlives it.
  class Host {
   public:
    virtual ~Host() = default;
    // A call came; the stream's own reaction follows.
    virtual void OnArrival() = 0;
    // gRPC has let go of the stream, and no operation of it is under way.
    virtual void OnGone() = 0;
  };

  QueuedStream() : responder_(&context_) {}
  virtual ~QueuedStream() = default;
  QueuedStream(const QueuedStream&) = delete;
  QueuedStream& operator=(const QueuedStream&) = delete;

  // Waits for a call. gRPC holds the stream until OnDone.
  static void Await(std::shared_ptr<QueuedStream> stream, const NextCall& next_call,
                    grpc::CompletionQueue& calls, grpc::ServerCompletionQueue& arrivals,
                    Host& host);
  // What came out of a queue, of calls or of arrivals: runs the reaction.
  static void React(void* tag, bool ok);

 protected:
  virtual void OnCall() = 0;
  // `ok` is false when nothing more comes.
  virtual void OnReadDone(bool ok) = 0;
  // `ok` is false when nobody reads any more.
  virtual void OnWriteDone(bool ok) = 0;
  // The client called it off, or went away. Finish is still due.
  virtual void OnCancel() = 0;
  virtual void OnDone() = 0;

  // `message` is touched until the reaction.
  void StartRead(grpc::ByteBuffer* message);
  void StartWrite(const grpc::ByteBuffer& message);
  void Finish(const grpc::Status& status);

  // Valid from OnCall to OnDone.
  grpc::ServerContextBase& context() { return context_; }

 private:
  // A tag: which operation of which stream is over.
  struct Operation {
    QueuedStream& stream;
    void (QueuedStream::*over)(bool ok);
  };

  void Came(bool ok);
  void ReadIsOver(bool ok);
  void WriteIsOver(bool ok);
  void FinishIsOver(bool ok);
  void CallIsOver(bool ok);
  // One operation less is under way; OnDone after the last.
  void Settle();

  grpc::ServerContext context_;
  Responder responder_;
  Operation came_{*this, &QueuedStream::Came};
  Operation read_{*this, &QueuedStream::ReadIsOver};
  Operation write_{*this, &QueuedStream::WriteIsOver};
  Operation finish_{*this, &QueuedStream::FinishIsOver};
  Operation over_{*this, &QueuedStream::CallIsOver};
  Host* host_ = nullptr;
  std::shared_ptr<QueuedStream> self_;  // gRPC's share
  // Under way, or certain to come: at first OnCall, Finish, and gRPC's word that the call is over.
  std::atomic<int> unsettled_{3};
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_QUEUED_STREAM_H_
