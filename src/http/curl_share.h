// What curl's handles share between threads: resolved names and TLS sessions. Connections
// are not shared, since libcurl does not make that safe between threads.
#pragma once

#include <array>
#include <mutex>

#include <curl/curl.h>

namespace skyhold {

class CurlShare {
 public:
  CurlShare();
  ~CurlShare();
  CurlShare(const CurlShare&) = delete;
  CurlShare& operator=(const CurlShare&) = delete;

  [[nodiscard]] CURLSH* handle() const { return share_; }

 private:
  static void lock(CURL* easy, curl_lock_data data, curl_lock_access access, void* self);
  static void unlock(CURL* easy, curl_lock_data data, void* self);

  std::array<std::mutex, CURL_LOCK_DATA_LAST> mutexes_;
  CURLSH* share_;
};

}  // namespace skyhold
