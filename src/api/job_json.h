// Jobs as the contract shows them.
#pragma once

#include "api/json_value.h"
#include "model/job.h"

namespace skyhold {

JsonValue to_json(const Job& job);
JsonValue to_job_reference(const Job& job);
JsonValue to_json(const JobEvent& event);
JsonValue error_detail(std::string_view code, std::string_view message, std::string_view hint);
JsonValue error_detail(const Error& error);

}  // namespace skyhold
