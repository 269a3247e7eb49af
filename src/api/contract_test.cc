#include "api/contract.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <gtest/gtest.h>

#include "api/routes.h"

namespace skyhold {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

TEST(ContractTest, EachOperationHasItsRouteAndEachRouteItsOperation) {
  std::map<std::string, const Route*> routes;
  for (const Route& route : api_routes()) {
    EXPECT_TRUE(routes.emplace(route.operation, &route).second) << route.operation << " comes twice";
    EXPECT_NE(contract().operation(route.operation), nullptr) << route.operation;
  }
  for (const auto& [id, operation] : contract().operations()) {
    ASSERT_TRUE(routes.contains(id)) << id << " has no route";
    const Route& route = *routes[id];
    EXPECT_EQ(to_string(route.role), operation.role) << id;
    EXPECT_EQ(route.path, operation.path) << id;
    EXPECT_EQ(to_string(route.method), upper(operation.method)) << id;
  }
}

TEST(ContractTest, WhateverChangesSomethingIsWrittenDown) {
  for (const Route& route : api_routes()) {
    const bool only_asks = route.method == HttpMethod::kGet || route.path.ends_with("/preview");
    // The parts of an upload: that it was begun, and what became of it, is written down.
    const bool is_a_part = route.operation == "sendUpload";
    if (!only_asks && !is_a_part) {
      EXPECT_FALSE(route.action.empty()) << route.operation;
    }
    if (route.reveals) {
      EXPECT_FALSE(route.action.empty()) << route.operation;
    }
  }
}

TEST(ContractTest, ParametersOfAPathAreKnown) {
  for (const auto& [id, operation] : contract().operations()) {
    const auto braces = std::count(operation.path.begin(), operation.path.end(), '{');
    const auto in_path =
        std::count_if(operation.parameters.begin(), operation.parameters.end(),
                      [](const OperationParameter& parameter) { return parameter.in == "path"; });
    EXPECT_EQ(braces, in_path) << id;
  }
}

struct Case {
  const char* operation;
  const char* body;
  const char* field;  // nullptr: it is fine
};

TEST(ContractTest, BodiesAreHeldAgainstTheirSchema) {
  const std::vector<Case> cases{
      {"createBackup", R"({"branch":"main"})", nullptr},
      {"createBackup", R"({"branch":"main","note":"caf\u00e9"})", nullptr},
      {"createBackup", R"({})", "branch"},
      {"createBackup", R"([])", ""},
      {"createBackup", R"("main")", ""},
      {"createBackup", R"(null)", ""},
      {"createBackup", R"({"branch":1})", "branch"},
      {"createBackup", R"({"branch":null})", "branch"},
      {"createBackup", R"({"branch":"main","nota":"x"})", "nota"},
      {"createRestore", R"({"backup":"bk_1","mode":"roughly"})", "mode"},
      {"createRestore", R"({"backup":"bk_1","safety_backup":"yes"})", "safety_backup"},
      {"createRestore", R"({"backup":"bk_1","new_branch":{"name":"x","type":"production"}})",
       "new_branch.type"},
      {"createRestore", R"({"backup":"bk_1","new_branch":{"type":"staging"}})", "new_branch.name"},
      {"setRetention", R"({"keep_daily":7,"keep_weekly":4,"keep_monthly":2})", nullptr},
      {"setRetention", R"({"keep_daily":0,"keep_weekly":4,"keep_monthly":2})", "keep_daily"},
      {"setRetention", R"({"keep_daily":7.5,"keep_weekly":4,"keep_monthly":2})", "keep_daily"},
      {"setRetention", R"({"keep_daily":1001,"keep_weekly":4,"keep_monthly":2})", "keep_daily"},
      {"pinBackup", R"({"reason":""})", "reason"},
      {"createToken", R"({"name":"x","role":"user","expires_at":"tomorrow"})", "expires_at"},
      {"createToken", R"({"name":"x","role":"user","expires_at":"2027-01-01T00:00:00+01:00"})", nullptr},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(std::string(each.operation) + " " + each.body);
    const auto body = parse_json(each.body);
    ASSERT_TRUE(body);
    const auto fault = contract().check(*body, *contract().operation(each.operation)->body_schema);
    ASSERT_EQ(fault.has_value(), each.field != nullptr) << (fault ? fault->message : "");
    if (fault) {
      EXPECT_EQ(fault->field, each.field);
    }
  }
}

TEST(ContractTest, LengthsAreCountedInCharacters) {
  const JsonValue& schema = *contract().operation("createBackup")->body_schema;
  std::string note;
  for (int i = 0; i < 500; ++i) note += "\xC3\xA9";
  JsonValue body = JsonValue::object();
  body.set("branch", "main").set("note", note);
  EXPECT_FALSE(contract().check(body, schema));
  JsonValue longer = JsonValue::object();
  longer.set("branch", "main").set("note", note + "x");
  EXPECT_EQ(contract().check(longer, schema)->field, "note");
}

TEST(ContractTest, ParametersAreReadByTheirType) {
  const OperationParameter& limit = *contract().operation("listBackups")->parameter("query", "limit");
  EXPECT_EQ(contract().read_parameter(limit, "50")->as_integer(), 50);
  for (const char* text : {"", "0", "501", "5x", "5.0", " 5", "+5", "99999999999999999999", "-1"}) {
    EXPECT_FALSE(contract().read_parameter(limit, text)) << text;
  }
  const OperationParameter& active = *contract().operation("listJobs")->parameter("query", "active");
  EXPECT_TRUE(contract().read_parameter(active, "true")->as_boolean());
  EXPECT_FALSE(contract().read_parameter(active, "1"));
  const OperationParameter& since = *contract().operation("listAudit")->parameter("query", "since");
  EXPECT_EQ(contract().read_parameter(since, "yesterday").error().field, "since");
}

TEST(JsonParseTest, IsStrict) {
  struct Refused {
    std::string text;
    std::string field;
  };
  const std::vector<Refused> refused{
      {"", ""},
      {"{", ""},
      {"{}x", ""},
      {"{'a':1}", ""},
      {"{\"a\":1,}", ""},
      {"// no\n{}", ""},
      {"NaN", ""},
      {"\"\xC3\"", ""},
      {R"({"a":1,"a":2})", "a"},
      {R"({"a":{"b":[0,{"c":1,"c":1}]}})", "a.b[1].c"},
      {R"({"a":"x\u0000y"})", "a"},
      {R"({"a":18446744073709551615})", "a"},
      {"[1e999]", ""},
  };
  for (const Refused& each : refused) {
    const auto parsed = parse_json(each.text);
    ASSERT_FALSE(parsed) << each.text;
    EXPECT_EQ(parsed.error().field, each.field) << each.text;
  }
  EXPECT_EQ(to_text(parse_json(" {\"b\":[1,-2.5,true,null],\"a\":\"\\u00e9\\n\"} ").value()),
            "{\"b\":[1,-2.5,true,null],\"a\":\"\xC3\xA9\\u000a\"}");
}

TEST(JsonParseTest, IsBoundedInDepthAndNumber) {
  EXPECT_TRUE(parse_json(std::string(16, '[') + std::string(16, ']')));
  EXPECT_FALSE(parse_json(std::string(17, '[') + std::string(17, ']')));
  EXPECT_FALSE(parse_json(std::string(30'000, '[')));
  std::string many = "[0";
  for (int i = 0; i < 3000; ++i) many += ",0";
  EXPECT_FALSE(parse_json(many + "]"));
}

TEST(JsonValueTest, NamesThatAreNoTextAreShownAllTheSame) {
  EXPECT_EQ(to_text(JsonValue::string("caf\xE9")), "\"caf\xEF\xBF\xBD\"");
  EXPECT_EQ(to_text(JsonValue::string("\"\\\x01")), "\"\\\"\\\\\\u0001\"");
}

}  // namespace
}  // namespace skyhold
