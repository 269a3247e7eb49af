// Who is told when a project needs somebody.
#include <fmt/format.h>

#include "api/routes.h"
#include "notify/courier.h"

namespace skyhold {
namespace {

constexpr int kUsualDeliveries = 50;

// What an admin wants to hear of who has not chosen.
const std::vector<NoticeKind>& usual_events() {
  static const std::vector<NoticeKind> kUsual{NoticeKind::kBackupFailed, NoticeKind::kBackupLate,
                                              NoticeKind::kCopyDamaged, NoticeKind::kRestoreFailed,
                                              NoticeKind::kRecovered};
  return kUsual;
}

JsonValue events_json(const Destination& destination) {
  JsonValue events = JsonValue::array();
  for (const NoticeKind event : destination.events) events.push(JsonValue::string(to_string(event)));
  return events;
}

JsonValue show(const Destination& destination) {
  JsonValue json = JsonValue::object();
  json.set("id", destination.id)
      .set("kind", to_string(destination.kind))
      .set("name", destination.name)
      .set("addresses", json_strings(destination.addresses))
      .set("url", destination.url)
      .set("events", events_json(destination))
      .set("enabled", destination.enabled)
      .set("created_at", destination.created_at)
      .set("created_by", destination.created_by);
  return json;
}

JsonValue show(const Delivery& delivery) {
  const Notice& notice = delivery.notice;
  JsonValue json = JsonValue::object();
  json.set("id", delivery.id)
      .set("destination", delivery.destination)
      .set("receiver", delivery.receiver)
      .set("event", to_string(notice.kind))
      .set("branch", notice.branch)
      .set("backup", notice.backup)
      .set("job", notice.job)
      .set("subject", notice.subject)
      .set("text", notice.text)
      .set("time", notice.at)
      .set("state", to_string(delivery.state))
      .set("attempts", delivery.attempts)
      .set("sent_at", delivery.sent_at)
      .set("next_try_at", delivery.next_try_at)
      .set("reason", delivery.reason);
  return json;
}

// In the audit log: where to, but not the whole address of a webhook, which may hold a token.
std::string described(const Destination& destination) {
  if (destination.kind == DestinationKind::kEmail) {
    return fmt::format("mail to {}", fmt::join(destination.addresses, ", "));
  }
  const std::size_t host = std::min(destination.url.find("://") + 3, destination.url.size());
  return fmt::format("webhook at {}",
                     destination.url.substr(host, destination.url.find_first_of("/?#", host) - host));
}

Outcome<void> take_fields(const ApiCall& call, Destination& destination) {
  destination.name = call.body.optional_text("name").value_or(destination.name);
  destination.url = call.body.optional_text("url").value_or(destination.url);
  destination.enabled = call.body.flag("enabled", destination.enabled);
  if (const JsonValue* addresses = call.body.find("addresses")) {
    destination.addresses.clear();
    for (const JsonValue& address : addresses->items()) destination.addresses.push_back(address.as_string());
  }
  if (const JsonValue* events = call.body.find("events")) {
    destination.events.clear();
    for (const JsonValue& event : events->items()) {
      destination.events.push_back(TRY(parse_notice_kind(event.as_string())));
    }
  }
  const bool mail = destination.kind == DestinationKind::kEmail;
  if (!(mail ? destination.url.empty() : destination.addresses.empty())) {
    return fail(Problem(400, "invalid_argument", "a destination is either mail or a webhook",
                        mail ? "leave out url" : "leave out addresses")
                    .at(mail ? "url" : "addresses"));
  }
  if (const Status good = check_destination(destination); !good) {
    return fail_at(destination.events.empty() ? "events" : mail ? "addresses" : "url", good.error());
  }
  return {};
}

ApiResult list_notifications(ApiCall& call) {
  JsonValue items = JsonValue::array();
  for (const Destination& destination : TRY(call.services.notifications.destinations(call.project->name))) {
    items.push(show(destination));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items))
      .set("mail_configured", call.services.courier.can_mail())
      .set("private_addresses_allowed", call.services.courier.may_reach_private_addresses());
  return answer(std::move(json));
}

ApiResult create_notification(ApiCall& call) {
  Destination destination;
  destination.project = call.project->name;
  destination.kind = TRY(parse_destination_kind(call.body.text("kind")));
  destination.events = usual_events();
  destination.created_by = call.actor();
  TRY(take_fields(call, destination));
  call.audit.detail = described(destination);
  const Notifications::Made made = TRY(call.services.notifications.add(std::move(destination)));
  call.audit.subject = made.destination.id;
  JsonValue json = JsonValue::object();
  json.set("destination", show(made.destination));
  if (!made.secret.empty()) json.set("secret", made.secret);
  return answer(std::move(json), 201);
}

ApiResult update_notification(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  Destination destination =
      TRY(call.services.notifications.destination(call.project->name, call.parameter("id")));
  TRY(take_fields(call, destination));
  call.audit.detail = described(destination);
  TRY(call.services.notifications.change(destination));
  return answer(show(destination));
}

ApiResult delete_notification(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  TRY(call.services.notifications.remove(call.project->name, call.parameter("id")));
  return no_content();
}

ApiResult test_notification(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  JsonValue items = JsonValue::array();
  for (const Courier::Tried& tried :
       TRY(call.services.courier.test(call.project->name, call.parameter("id")))) {
    JsonValue json = JsonValue::object();
    json.set("receiver", tried.receiver).set("sent", tried.sent).set("answer", tried.answer);
    items.push(std::move(json));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

ApiResult list_deliveries(ApiCall& call) {
  const auto limit = static_cast<int>(call.query.integer("limit", kUsualDeliveries));
  JsonValue items = JsonValue::array();
  for (const Delivery& delivery : TRY(call.services.notifications.deliveries(call.project->name, limit))) {
    items.push(show(delivery));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items));
  return answer(std::move(json));
}

}  // namespace

void add_notification_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kAll = "/projects/{project}/notifications";
  constexpr std::string_view kOne = "/projects/{project}/notifications/{id}";
  constexpr std::string_view kTest = "/projects/{project}/notifications/{id}/test";
  constexpr std::string_view kDeliveries = "/projects/{project}/notification-deliveries";
  routes.push_back({HttpMethod::kGet, kAll, kAdmin, "listNotifications", list_notifications});
  routes.push_back(
      {HttpMethod::kPost, kAll, kAdmin, "createNotification", create_notification, "notification.create"});
  routes.push_back(
      {HttpMethod::kPatch, kOne, kAdmin, "updateNotification", update_notification, "notification.update"});
  routes.push_back(
      {HttpMethod::kDelete, kOne, kAdmin, "deleteNotification", delete_notification, "notification.delete"});
  routes.push_back(
      {HttpMethod::kPost, kTest, kAdmin, "testNotification", test_notification, "notification.test"});
  routes.push_back({HttpMethod::kGet, kDeliveries, kAdmin, "listNotificationDeliveries", list_deliveries});
}

}  // namespace skyhold
