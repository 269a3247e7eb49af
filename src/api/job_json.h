// Jobs as the contract shows them.
#pragma once

#include "api/json_value.h"
#include "model/job.h"
#include "model/job_parameters.h"

namespace skyhold {

JsonValue to_json(const Job& job);
JsonValue job_page(const std::vector<Job>& jobs, const std::string& next);
JsonValue to_job_reference(const Job& job);
JsonValue to_json(const JobEvent& event);

// What a restore is asked to be, in the contract's words.
std::string_view restore_mode(const RestoreParameters& parameters);      // "neutralized", "exact"
std::string_view restore_identity(const RestoreParameters& parameters);  // "new", "keep"

JsonValue error_detail(std::string_view code, std::string_view message, std::string_view hint);
JsonValue error_detail(const Error& error);

}  // namespace skyhold
