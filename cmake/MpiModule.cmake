# MPI stands in a module that is opened where mpirun started the program. Without MPI there are threads.
find_package(MPI QUIET COMPONENTS C)
if(NOT MPI_C_FOUND)
  message(STATUS "MPI not found (Debian: libopenmpi-dev): studies run on one machine")
  return()
endif()
add_library(viresco_mpi_module MODULE ${PROJECT_SOURCE_DIR}/src/study/mpi/module.cpp)
set_target_properties(viresco_mpi_module PROPERTIES
  OUTPUT_NAME viresco_mpi LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/viresco
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_include_directories(viresco_mpi_module PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_include_directories(viresco_mpi_module SYSTEM PRIVATE ${MPI_C_INCLUDE_DIRS})
target_compile_definitions(viresco_mpi_module PRIVATE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
target_link_libraries(viresco_mpi_module PRIVATE ${MPI_C_LIBRARIES} fmt::fmt)
viresco_compile_options(viresco_mpi_module)
install(TARGETS viresco_mpi_module LIBRARY DESTINATION lib/viresco)
