# The fixture against the published schema; return code 77 (no python3-jsonschema) reads "skipped".
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME report.Schema COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/check_schema.py
    ${PROJECT_SOURCE_DIR}/docs/results-schema.json ${PROJECT_SOURCE_DIR}/web/fixture/results.json)
  set_tests_properties(report.Schema PROPERTIES SKIP_RETURN_CODE 77 LABELS fast)
endif()
