#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace tandem::fuzz {
namespace {

size_t Below(size_t n, Random& random) {
  return n == 0 ? 0 : random() % n;
}

// Pieces that often hurt.
const std::string& Hurtful(Random& random) {
  static const std::vector<std::string>* const pieces =
      new std::vector<std::string>{std::string(1, '\0'),
                                   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                                   "\x80\x80\x80\x80\x10",
                                   "\xed\xa0\x80",
                                   "\xc0\xaf",
                                   "-",
                                   ".",
                                   "..",
                                   "A",
                                   " ",
                                   "\\u0000",
                                   "[[[[[[[[",
                                   "{",
                                   "\"",
                                   "en-",
                                   "x-",
                                   "1e999999",
                                   "",
                                   "é",
                                   std::string(70, 'a'),
                                   std::string(3'000, 'z')};
  return (*pieces)[Below(pieces->size(), random)];
}

// One to eight small changes of bytes: one changed, a piece left out, doubled, or replaced.
std::string MutateBytes(std::string bytes, Random& random) {
  for (size_t n = 1 + Below(8, random); n > 0; --n) {
    const size_t at = Below(bytes.size() + 1, random);
    const size_t size = Below(std::min<size_t>(bytes.size() - at, 16) + 1, random);
    switch (Below(4, random)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, size);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, size));
        break;
      default:
        bytes.replace(at, size, Hurtful(random));
        break;
    }
  }
  return bytes;
}

int64_t OddNumber(Random& random) {
  constexpr int64_t kNumbers[] = {-1,
                                  0,
                                  1,
                                  2,
                                  10,
                                  11,
                                  1'000'000'001,
                                  INT32_MIN,
                                  INT32_MAX,
                                  INT64_MIN,
                                  INT64_MAX,
                                  253'402'300'800};
  return kNumbers[Below(std::size(kNumbers), random)];
}

// Sets a field that is no message and no list to something odd.
void SetOdd(google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field,
            Random& random) {
  using Field = google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case Field::CPPTYPE_STRING:
      return reflection->SetString(&message, field, Hurtful(random));
    case Field::CPPTYPE_INT32:
      return reflection->SetInt32(&message, field, static_cast<int32_t>(OddNumber(random)));
    case Field::CPPTYPE_INT64:
      return reflection->SetInt64(&message, field, OddNumber(random));
    case Field::CPPTYPE_UINT32:
      return reflection->SetUInt32(&message, field, static_cast<uint32_t>(OddNumber(random)));
    case Field::CPPTYPE_ENUM:
      return reflection->SetEnumValue(&message, field, static_cast<int>(Below(13, random)) - 1);
    case Field::CPPTYPE_BOOL:
      return reflection->SetBool(&message, field, Below(2, random) == 0);
    default:
      return reflection->ClearField(&message, field);
  }
}

// Changes one field somewhere in the message; what is not looked at stays good.
void MutateField(google::protobuf::Message& message, Random& random) {
  const auto* type = message.GetDescriptor();
  if (type->field_count() == 0) return;
  const auto* field = type->field(static_cast<int>(Below(type->field_count(), random)));
  const auto* reflection = message.GetReflection();
  const bool is_message = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
  if (field->is_repeated()) {
    const int size = reflection->FieldSize(message, field);
    if (size == 0 || Below(4, random) == 0) {
      if (is_message) {
        reflection->AddMessage(&message, field);
      } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
        reflection->AddString(&message, field, Hurtful(random));
      }
    } else if (is_message && Below(4, random) != 0) {
      const int index = static_cast<int>(Below(static_cast<size_t>(size), random));
      MutateField(*reflection->MutableRepeatedMessage(&message, field, index), random);
    } else {
      reflection->RemoveLast(&message, field);
    }
  } else if (!is_message) {
    SetOdd(message, field, random);
  } else if (Below(8, random) == 0) {
    reflection->ClearField(&message, field);
  } else {
    MutateField(*reflection->MutableMessage(&message, field), random);
  }
}

}  // namespace

std::string Mutate(const google::protobuf::Message& good, Random& random) {
  if (Below(2, random) == 0) return MutateBytes(good.SerializeAsString(), random);
  const std::unique_ptr<google::protobuf::Message> message(good.New());
  message->CopyFrom(good);
  for (size_t n = 1 + Below(3, random); n > 0; --n) MutateField(*message, random);
  return message->SerializeAsString();
}

}  // namespace tandem::fuzz
