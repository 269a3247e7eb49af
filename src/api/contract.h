// openapi.yaml as the program knows it: operations, their parameters, and the schemas that
// bodies are held against.
//
// Of JSON schema it knows what the contract uses: $ref, type (one or several), enum, required,
// properties, additionalProperties: false, items, minimum and maximum, minLength and maxLength,
// format date and date-time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_parse.h"
#include "base/result.h"

namespace skyhold {

struct OperationParameter {
  std::string name;
  std::string in;  // "path", "query", "header"
  bool required = false;
  const JsonValue* schema = nullptr;
};

struct Operation {
  std::string id;
  std::string method;  // "get"
  std::string path;    // "/projects/{project}"
  std::string role;    // x-role
  std::vector<OperationParameter> parameters;
  const JsonValue* body_schema = nullptr;  // nullptr: it takes no body
  const JsonValue* responses = nullptr;

  [[nodiscard]] const OperationParameter* parameter(std::string_view in, std::string_view name) const;
};

class Contract {
 public:
  Contract(const Contract&) = delete;
  Contract& operator=(const Contract&) = delete;
  // kCorrupt for what is not such a document: openapi.yaml as JSON.
  static Result<std::unique_ptr<const Contract>> parse(std::string_view openapi_json);

  [[nodiscard]] const std::map<std::string, Operation, std::less<>>& operations() const {
    return operations_;
  }
  [[nodiscard]] const Operation* operation(std::string_view id) const;

  // What is wrong with `value` by `schema`; the first thing that is.
  [[nodiscard]] std::optional<JsonFault> check(const JsonValue& value, const JsonValue& schema) const;
  // A parameter comes as text; it is read as the type that its schema names, then checked.
  [[nodiscard]] tl::expected<JsonValue, JsonFault> read_parameter(const OperationParameter& parameter,
                                                                  std::string_view text) const;
  // The value itself, or what its $ref names.
  [[nodiscard]] const JsonValue& resolve(const JsonValue& value) const;

 private:
  explicit Contract(JsonValue document) : document_(std::move(document)) {}
  Status read_operations();
  Result<Operation> read_operation(const JsonValue& path_item, const JsonValue& node) const;

  const JsonValue document_;  // operations point into it
  std::map<std::string, Operation, std::less<>> operations_;
};

// The one that was built in.
const Contract& contract();

}  // namespace skyhold
