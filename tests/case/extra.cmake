# The museum of broken inputs runs the program itself.
if(TARGET viresco)
  add_dependencies(case_tests viresco)
endif()
target_compile_definitions(case_tests PRIVATE VIRESCO_CLI="${PROJECT_BINARY_DIR}/apps/cli/viresco")
