# src/report/assets.S embeds the built page: it needs the assembler, the place of web/dist, and to be
# assembled again when the page changes.
enable_language(ASM)
set(report_page ${PROJECT_SOURCE_DIR}/web/dist)
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/report/assets.S PROPERTIES
  COMPILE_OPTIONS "-Wa,-I${report_page}"
  OBJECT_DEPENDS "${report_page}/report.js;${report_page}/report.css")
