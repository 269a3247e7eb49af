#include "http/curl_share.h"

#include "base/assert.h"

namespace skyhold {
namespace {

// Once in the life of the process, and never undone: other threads may be using curl.
void initialise_curl() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  SKYHOLD_ASSERT(initialised == CURLE_OK);
}

}  // namespace

CurlShare::CurlShare() : share_((initialise_curl(), curl_share_init())) {
  SKYHOLD_ASSERT(share_ != nullptr);
  curl_share_setopt(share_, CURLSHOPT_LOCKFUNC, &CurlShare::lock);
  curl_share_setopt(share_, CURLSHOPT_UNLOCKFUNC, &CurlShare::unlock);
  curl_share_setopt(share_, CURLSHOPT_USERDATA, this);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

CurlShare::~CurlShare() {
  const CURLSHcode cleaned = curl_share_cleanup(share_);
  SKYHOLD_ASSERT(cleaned == CURLSHE_OK);  // else a handle still uses it
}

void CurlShare::lock(CURL* /*easy*/, curl_lock_data data, curl_lock_access /*access*/, void* self) {
  static_cast<CurlShare*>(self)->mutexes_[data].lock();
}

void CurlShare::unlock(CURL* /*easy*/, curl_lock_data data, void* self) {
  static_cast<CurlShare*>(self)->mutexes_[data].unlock();
}

}  // namespace skyhold
