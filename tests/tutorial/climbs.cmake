# The two finished climbs of chapter 14, by socks5spec. Most of the time it waits for time limits of theirs: two minutes.
# A test of all files beside this one may have been registered already; then only its properties are set.
if(NOT TEST "tutorial: climbs")
  add_test(NAME "tutorial: climbs" WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
           COMMAND ${PLAINSOCKS_PYTHON} -B -m pytest -q -rs ${CMAKE_CURRENT_LIST_DIR}/test_climbs.py)
  set_property(TEST "tutorial: climbs" PROPERTY ENVIRONMENT SOCKS5SPEC=$<TARGET_FILE:socks5spec>)
endif()
set_tests_properties("tutorial: climbs" PROPERTIES LABELS tutorial TIMEOUT 900 COST 200 DISABLED ${lacks})
