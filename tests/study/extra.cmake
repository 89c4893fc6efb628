# The command is run as users run it: threads, mpirun, kill and resume.
add_dependencies(study_tests viresco)
target_compile_definitions(study_tests PRIVATE VIRESCO_CLI="${PROJECT_BINARY_DIR}/apps/cli/viresco")
find_program(VIRESCO_MPIRUN mpirun)
if(TARGET viresco_mpi_module AND VIRESCO_MPIRUN)
  add_dependencies(study_tests viresco_mpi_module)
  target_compile_definitions(study_tests PRIVATE VIRESCO_MPIRUN="${VIRESCO_MPIRUN}")
endif()
