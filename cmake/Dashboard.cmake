# The library skyhold_dashboard: dashboard_files() of src/api/static_files.h, with the files of
# web/dist in it, built by npm when a source of theirs has changed. Without it the program serves
# the API alone, and dashboard_files() is empty.
option(SKYHOLD_DASHBOARD "Build the dashboard and embed it (needs npm)" ON)

set(dashboard_source ${CMAKE_BINARY_DIR}/dashboard/dashboard_files.cc)
set(embed_dashboard ${PROJECT_SOURCE_DIR}/scripts/embed_dashboard)
if(SKYHOLD_DASHBOARD)
  set(web ${PROJECT_SOURCE_DIR}/web)
  file(GLOB_RECURSE dashboard_inputs CONFIGURE_DEPENDS
       ${web}/src/*.ts ${web}/src/*.tsx ${web}/src/*.css ${web}/public/* ${web}/scripts/*)
  list(FILTER dashboard_inputs EXCLUDE REGEX "/schema\\.d\\.ts$")
  add_custom_command(
    OUTPUT ${dashboard_source}
    BYPRODUCTS ${CMAKE_BINARY_DIR}/dashboard/dashboard_files.bin
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/build_dashboard
    COMMAND ${embed_dashboard} ${dashboard_source} ${web}/dist
    DEPENDS ${dashboard_inputs} ${embed_dashboard} ${PROJECT_SOURCE_DIR}/scripts/build_dashboard
            ${web}/index.html ${web}/package.json ${web}/package-lock.json ${web}/tsconfig.json
            ${web}/vite.config.ts ${PROJECT_SOURCE_DIR}/src/api/openapi.yaml
    COMMENT "Building the dashboard"
    VERBATIM)
else()
  add_custom_command(
    OUTPUT ${dashboard_source}
    COMMAND ${embed_dashboard} ${dashboard_source}
    DEPENDS ${embed_dashboard}
    VERBATIM)
endif()

add_library(skyhold_dashboard STATIC ${dashboard_source})
target_include_directories(skyhold_dashboard PRIVATE ${PROJECT_SOURCE_DIR}/src)
