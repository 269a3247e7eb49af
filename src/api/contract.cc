#include "api/contract.h"

#include <array>

#include <fmt/format.h>

#include "api/contract_files.h"
#include "base/assert.h"

namespace skyhold {
namespace {

constexpr std::array<std::string_view, 5> kMethods{"get", "post", "put", "patch", "delete"};

Error not_a_contract(std::string_view where) {
  return Error{ErrorCode::kCorrupt, fmt::format("the description of the API makes no sense at {}", where),
               "mend openapi.yaml and build again"};
}

const JsonValue* find_path(const JsonValue& from, std::initializer_list<std::string_view> keys) {
  const JsonValue* at = &from;
  for (const std::string_view key : keys) {
    at = at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace

const OperationParameter* Operation::parameter(std::string_view in, std::string_view name) const {
  for (const OperationParameter& known : parameters) {
    if (known.in == in && known.name == name) return &known;
  }
  return nullptr;
}

Result<std::unique_ptr<const Contract>> Contract::parse(std::string_view openapi_json) {
  auto parsed = parse_json(openapi_json, {.depth = 64, .values = 1'000'000});
  if (!parsed) return fail(not_a_contract(parsed.error().message));
  std::unique_ptr<Contract> made(new Contract(std::move(*parsed)));
  TRY(made->read_operations());
  return std::unique_ptr<const Contract>(std::move(made));
}

Status Contract::read_operations() {
  const JsonValue* paths = document_.find("paths");
  if (paths == nullptr) return fail(not_a_contract("paths"));
  for (std::size_t i = 0; i < paths->keys().size(); ++i) {
    const JsonValue& item = paths->items()[i];
    for (const std::string_view method : kMethods) {
      const JsonValue* node = item.find(method);
      if (node == nullptr) continue;
      Operation operation = TRY(read_operation(item, *node));
      operation.method = method;
      operation.path = paths->keys()[i];
      const std::string id = operation.id;
      if (!operations_.emplace(id, std::move(operation)).second) return fail(not_a_contract(id));
    }
  }
  return {};
}

Result<Operation> Contract::read_operation(const JsonValue& path_item, const JsonValue& node) const {
  Operation operation;
  operation.id = node.text("operationId");
  operation.role = node.text("x-role");
  operation.responses = node.find("responses");
  if (operation.id.empty() || operation.role.empty() || operation.responses == nullptr) {
    return fail(not_a_contract(operation.id));
  }
  operation.body_schema = find_path(node, {"requestBody", "content", "application/json", "schema"});
  for (const JsonValue* owner : {&path_item, &node}) {
    const JsonValue* parameters = owner->find("parameters");
    if (parameters == nullptr) continue;
    for (const JsonValue& reference : parameters->items()) {
      const JsonValue& parameter = resolve(reference);
      operation.parameters.push_back({parameter.text("name"), parameter.text("in"),
                                      parameter.flag("required", false), parameter.find("schema")});
      if (operation.parameters.back().schema == nullptr) return fail(not_a_contract(operation.id));
    }
  }
  return operation;
}

const Operation* Contract::operation(std::string_view id) const {
  const auto found = operations_.find(id);
  return found == operations_.end() ? nullptr : &found->second;
}

const JsonValue& Contract::resolve(const JsonValue& value) const {
  const JsonValue* reference = value.find("$ref");
  if (reference == nullptr) return value;
  std::string_view pointer = reference->as_string();
  SKYHOLD_ASSERT(pointer.starts_with("#/"));
  pointer.remove_prefix(2);
  const JsonValue* at = &document_;
  while (!pointer.empty()) {
    const std::size_t slash = std::min(pointer.find('/'), pointer.size());
    at = at->find(pointer.substr(0, slash));
    SKYHOLD_ASSERT(at != nullptr);
    pointer.remove_prefix(std::min(slash + 1, pointer.size()));
  }
  return *at;
}

const Contract& contract() {
  static const std::unique_ptr<const Contract> built_in = Contract::parse(openapi_json()).value_or(nullptr);
  SKYHOLD_ASSERT(built_in != nullptr);
  return *built_in;
}

}  // namespace skyhold
