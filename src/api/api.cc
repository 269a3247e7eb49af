#include "api/api.h"

#include "api/contract.h"
#include "api/pipeline.h"
#include "api/routes.h"
#include "api/site.h"
#include "api/state.h"

namespace skyhold {
namespace {

class ApiServer final : public Api {
 public:
  ApiServer(const ApiServices& services, std::unique_ptr<IdempotencyKeys> idempotency)
      : services_(services), state_(std::move(idempotency)), site_(services.database) {}

  ServerRoutePlan plan(const ServerRequest& head) override {
    ServerRoutePlan plan{.max_body_bytes = kMaxBodyBytes};
    const RouteMatch match = match_route(head.method, head.target_path);
    if (match.route != nullptr) {
      plan.max_body_bytes = match.route->max_body_bytes;
      plan.stream_body = match.route->streams_body;
    } else if (head.method == HttpMethod::kGet) {
      plan.inline_fast = site_.never_blocks(head);
    }
    return plan;
  }

  ServerResponse handle(ServerRequest& request) override {
    if (std::optional<ServerResponse> response = site_.serve(request)) return std::move(*response);
    return run_pipeline(services_, state_, request);
  }

  void begin_drain() override { site_.begin_drain(); }

 private:
  const ApiServices services_;
  ApiState state_;
  Site site_;
};

}  // namespace

Result<std::unique_ptr<Api>> Api::open(const ApiServices& services) {
  // Read now and not by the first request.
  static_cast<void>(contract());
  std::unique_ptr<IdempotencyKeys> idempotency =
      TRY(IdempotencyKeys::open(services.database, services.master_key, services.clock));
  return std::unique_ptr<Api>(std::make_unique<ApiServer>(services, std::move(idempotency)));
}

}  // namespace skyhold
