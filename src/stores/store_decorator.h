// What decorators have in common: they hand on what they have nothing to say about.
#pragma once

#include <utility>

#include "stores/object_store.h"

namespace skyhold {

class StoreDecorator : public ObjectStore {
 public:
  [[nodiscard]] bool protects() const override { return inner_->protects(); }
  void interrupt() override { inner_->interrupt(); }
  [[nodiscard]] double expected_read_seconds(std::uint64_t bytes) const override {
    return inner_->expected_read_seconds(bytes);
  }
  [[nodiscard]] std::string location() const override { return inner_->location(); }

 protected:
  explicit StoreDecorator(ObjectStorePtr inner) : inner_(std::move(inner)) {}
  const ObjectStorePtr inner_;
};

}  // namespace skyhold
