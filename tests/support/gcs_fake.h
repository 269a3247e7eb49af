// A faithful fake of Google Cloud Storage's JSON API in this process: objects in memory,
// tokens checked, and faults by order or by chance.
//
//   GcsFake fake;
//   StoreSettings settings = fake.settings("europe/shop");    // gs://backups/europe/shop
//   …
//   fake.set_faults({.seed = 7, .unavailable_share = 0.3});    // every third answer is a 503
//   fake.flip_bit("europe/shop/data/ab/abcd");
//   fake.stop(); … fake.start();                               // the region was gone
//
// What it knows: bearer tokens from its own token endpoints (gcs_fake_tokens.h); generations
// and preconditions; media, multipart and resumable uploads with their checksums; partial
// answers ("fields"); pages and delimiters; ranges; retention, which can
// be extended; Google's errors in JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "stores/store_settings.h"
#include "tests/support/gcs_fake_objects.h"
#include "tests/support/gcs_fake_tokens.h"
#include "tests/support/http_server.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {

struct GcsFakeOptions {
  std::vector<std::string> buckets = {"backups"};
  bool tls = false;  // with a certificate of its own authority, which settings() name
  std::uint16_t port = 0;
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
};

// Shares are probabilities that one request meets the fault; the same seed and order of
// requests give the same faults.
struct GcsFaults {
  std::uint64_t seed = 1;
  double unavailable_share = 0;         // 503, nothing was done
  double too_many_requests_share = 0;   // 429, nothing was done
  std::chrono::seconds retry_after{0};  // said along with both; 0: nothing is said
  double hang_up_share = 0;             // nothing was done, no answer
  double lost_answer_share = 0;         // it was done, no answer
  double cut_answer_share = 0;          // an object's bytes end half-way
  double flipped_bit_share = 0;         // an object's bytes have one bit changed
  double damaged_upload_share = 0;      // stores one bit other than was sent, and says so
  bool refuse_reads = false;            // 403
  bool refuse_lists = false;            // 403
  bool refuse_writes = false;           // 403, removals too
  bool token_endpoint_down = false;     // 503
  std::uint64_t quota_bytes = 0;        // of each bucket, then 403 quotaExceeded; 0: none
  std::uint64_t listed_late = 0;        // a new object is missing from so many listings
  bool one_write_a_second = false;      // of each name, then 429
  bool one_empty_page = false;          // each listing begins with a page without objects
  std::size_t objects_per_page = 1000;
  std::chrono::milliseconds delay{0};  // before each answer
  std::uint64_t body_bytes_per_second = 0;
};

class GcsFake {
 public:
  explicit GcsFake(GcsFakeOptions options = {});
  ~GcsFake();
  GcsFake(const GcsFake&) = delete;
  GcsFake& operator=(const GcsFake&) = delete;

  [[nodiscard]] std::string url() const { return server_->url(); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  // What opens gs://bucket/prefix of the first bucket here, as a service account.
  [[nodiscard]] StoreSettings settings(const std::string& prefix = {}) const;
  [[nodiscard]] std::filesystem::path service_account_file() const;
  [[nodiscard]] std::filesystem::path authorized_user_file() const;
  [[nodiscard]] std::filesystem::path ca_file() const;  // with TLS
  // For GCE_METADATA_HOST; without TLS only.
  [[nodiscard]] std::string metadata_host() const;

  void set_faults(const GcsFaults& faults);  // in the place of those before
  // Once, before the `count`th request of the API from now on is looked at; in the thread that answers it.
  void before_request(std::uint64_t count, std::function<void()> what);
  GcsFakeTokens& tokens() { return tokens_; }
  // Keeps the objects and the port; upload sessions are lost.
  void stop();
  void start();
  // Of the API, tokens not counted; refused ones too.
  [[nodiscard]] std::uint64_t api_requests() const;

  // Objects by their full names, in the first bucket unless another is named.
  GcsFakeBucket& bucket(std::string_view name = {});
  [[nodiscard]] std::optional<Bytes> content(std::string_view name);
  void flip_bit(std::string_view name);                         // its checksums stay
  void cut(std::string_view name, std::size_t size_bytes = 0);  // its checksums stay

 private:
  struct Upload {
    std::string target;  // of the request that began it: preconditions and parameters
    std::string bucket;
    std::string metadata;  // JSON
    Bytes content;
    std::optional<TestResponse> outcome;
  };
  struct Route;
  struct Luck;

  void count_request();
  TestResponse handle(const TestRequest& request);
  TestResponse api(const TestRequest& request, const Luck& luck);
  TestResponse route(const TestRequest& request, const Route& route, const Luck& luck);
  std::optional<TestResponse> authorize(const TestRequest& request, const Route& route) const;
  std::optional<TestResponse> refuse_as_told(const Route& route) const;
  Luck draw();
  void spoil(TestResponse& response, const Luck& luck) const;

  TestResponse get_object(const TestRequest& request, const Route& route);
  TestResponse get_media(const TestRequest& request, const GcsFakeObject& object) const;
  TestResponse list_objects(const TestRequest& request, const Route& route);
  TestResponse remove_object(const TestRequest& request, const Route& route);
  TestResponse patch_object(const TestRequest& request, const Route& route);
  TestResponse upload(const TestRequest& request, const Route& route, const Luck& luck);
  TestResponse begin_upload(const TestRequest& request, const Route& route);
  TestResponse continue_upload(const TestRequest& request, const Luck& luck);
  TestResponse upload_status(const TestRequest& request, const Upload& session) const;
  TestResponse store_object(const TestRequest& query, const std::string& bucket, const std::string& metadata,
                            Bytes content, const Luck& luck);
  GcsFakeBucket* find_bucket(const std::string& name);

  const GcsFakeOptions options_;
  const ScratchDirectory directory_;
  GcsFakeTokens tokens_;
  std::map<std::string, std::unique_ptr<GcsFakeBucket>, std::less<>> buckets_;
  mutable std::mutex mutex_;
  GcsFaults faults_;
  std::mt19937_64 random_{1};
  std::map<std::string, Upload> uploads_;
  std::uint64_t uploads_begun_ = 0;
  std::uint64_t api_requests_ = 0;
  std::uint64_t request_of_what_then_ = 0;
  std::function<void()> what_then_;
  std::unique_ptr<TestHttpServer> server_;  // last: its threads use the rest
};

}  // namespace skyhold
