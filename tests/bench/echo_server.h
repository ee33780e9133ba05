// The yardstick of lifecycle_bench: a server that answers the three calls of a lifecycle at once,
// and sends one offer for each contact, if there are sessions of agents to send it on.
//
// It has tandem's methods and messages, so that the same client code drives both, and answers with
// messages as large as tandem's. It checks, decides and stores nothing: what a client gets out of
// it is what gRPC itself gives on this machine.
#ifndef TANDEM_TESTS_BENCH_ECHO_SERVER_H_
#define TANDEM_TESTS_BENCH_ECHO_SERVER_H_

#include <string>

namespace tandem::bench {

// Serves on a free port of this machine, which is written to `port_file`, until the process is
// ended by SIGTERM.
int RunEchoServer(const std::string& port_file);

// The same over completion queues, one and a thread for each processor, without sessions: what
// another API of gRPC would give.
int RunQueueEchoServer(const std::string& port_file);

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_ECHO_SERVER_H_
