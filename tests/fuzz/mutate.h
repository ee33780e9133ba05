// Good messages made strange.
#ifndef TANDEM_TESTS_FUZZ_MUTATE_H_
#define TANDEM_TESTS_FUZZ_MUTATE_H_

#include <random>
#include <string>

#include "google/protobuf/message.h"

namespace tandem::fuzz {

using Random = std::mt19937_64;

// The bytes of the message, with some of them changed, or with some of its fields set to something
// odd.
std::string Mutate(const google::protobuf::Message& good, Random& random);

}  // namespace tandem::fuzz

#endif  // TANDEM_TESTS_FUZZ_MUTATE_H_
