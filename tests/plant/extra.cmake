# Units are tested as users meet them: in a plant of a case.
target_link_libraries(plant_tests PRIVATE viresco::case)
